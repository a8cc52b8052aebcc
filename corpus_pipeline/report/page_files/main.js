"use strict";
// Puts the parts of the page together.

const PARTS = [
  ["overview", overview, () => true],
  ["thresholds", thresholds, (run) => run.preview && run.deciding.thresholds.length > 0],
  ["funnel", funnel, () => true],
  ["reasons", reasons, () => true],
  ["overlaps", overlaps, (run) => run.preview && run.overlaps.names.length > 0],
  ["documents_part", documents, (run) => run.samples.length > 0],
  ["distributions", distributions, (run) => run.quantities.length > 0],
  ["perplexity", perplexity, (run) => run.points.length > 0],
  ["copies", copies, (run) => run.clusters.length > 0],
  ["findings", findings, (run) => run.findings.length > 0],
  ["shares", shares, (run) => run.shares.length > 0],
  ["times", times, (run) => run.phases.length > 0],
];
/** Parts that show both runs at once. */
const OF_ALL = new Set(["overview", "funnel", "reasons"]);

function build() {
  const main = document.getElementById("content");
  const links = el("ul");
  const bodies = new Map();
  for (const [key, make, there] of PARTS) {
    if (!RUNS.some(there)) continue;
    if (key === "documents_part" && RUNS.length > 1) main.append(runChoice(bodies));
    const body = el("div");
    main.append(el("section", { id: key, "aria-labelledby": `head-${key}` }, el("h2", { id: `head-${key}` }, word(key)), body));
    links.append(el("li", {}, el("a", { href: `#${key}` }, word(key))));
    bodies.set(key, [body, make, there]);
  }
  document.getElementById("contents").append(links);
  for (const key of bodies.keys()) drawPart(bodies, key);
  followScroll(links);
}

function drawPart(bodies, key) {
  const [body, make, there] = bodies.get(key);
  if (OF_ALL.has(key) || there(RUNS[chosen.run])) make(body);
  else fill(body, el("p", { class: "soft" }, word("nothing")));
}

/** Chooses the run that the parts show which have room for one. */
function runChoice(bodies) {
  const pick = choice(RUNS.map((run, n) => [n, run.name]), chosen.run, (value) => {
    chosen.run = Number(value);
    for (const key of bodies.keys()) if (!OF_ALL.has(key)) drawPart(bodies, key);
  });
  return el("div", { class: "controls" }, labelled(word("shown_run"), pick));
}

/** Marks the part that is being read. */
function followScroll(links) {
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      for (const link of links.querySelectorAll("a")) {
        if (link.hash === `#${target.id}`) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }
  }, { rootMargin: "-10% 0px -80% 0px" });
  for (const part of document.querySelectorAll("section")) observer.observe(part);
}

function theme() {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const button = document.getElementById("theme");
  button.setAttribute("aria-pressed", String(dark()));
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    button.setAttribute("aria-pressed", String(dark()));
  });
}

build();
theme();
document.documentElement.dataset.ready = "1";
