"use strict";
// Charts are Vega's; the page only puts rows into them, and draws them when they come into view.

const views = new WeakMap();
const waiting = new WeakMap();

const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      waiting.get(target)?.();
    }
  },
  { rootMargin: "500px" },
);

const sized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const view = views.get(target);
    const width = Math.floor(target.clientWidth);
    if (view && width > 0 && view.width() !== width) view.width(width).runAsync();
  }
});

/** Returns a row of a chart whose words are such as can be seen. */
function shown(row) {
  return Object.fromEntries(Object.entries(row).map(([key, value]) =>
    [key, typeof value === "string" && key !== "tip" ? visible(value) : value]));
}

/** Shows what lies under the pointer. */
function tip(handler, event, item, value) {
  const box = document.getElementById("tip");
  const text = value && typeof value === "object" ? value.tip : value;
  box.hidden = !text;
  if (!text) return;
  box.textContent = visible(text).replaceAll("\u240a", "\n");
  const left = Math.min(event.clientX + 14, window.innerWidth - box.offsetWidth - 8);
  box.style.left = Math.max(4, left) + "px";
  box.style.top = event.clientY + 16 + "px";
}

/**
 * Makes a chart.
 *
 * @param name of the chart in DATA.charts
 * @param sets name of a data set -> its rows
 * @param label what the chart shows, in words
 * @param heads, rows of the table of its figures
 * @param change changes the chart before it is drawn
 */
function chart(name, sets, label, heads, rows, change = () => {}) {
  label = visible(label);
  const place = el("div", { class: "chart", role: "img", "aria-label": label, "data-chart": name });
  waiting.set(place, async () => {
    const spec = structuredClone(DATA.charts[name]);
    spec.width = Math.max(120, Math.floor(place.clientWidth));
    for (const set of spec.data) if (set.name in sets) set.values = sets[set.name].map(shown);
    spec.description = label;
    change(spec);
    const made = await vegaEmbed(place, spec, {
      mode: "vega", ast: true, actions: false, renderer: "svg", defaultStyle: false, hover: false,
      tooltip: tip, logLevel: 1,
    });
    for (const child of place.children) child.setAttribute("aria-hidden", "true");
    views.set(place, made.view);
    sized.observe(place);
    place.dataset.drawn = "1";
  });
  seen.observe(place);
  const figures = el("details", {}, el("summary", {}, word("figures")));
  figures.addEventListener("toggle", () => {
    if (figures.open && figures.children.length === 1) figures.append(table(heads, rows(), label));
  });
  return el("figure", { class: "figure" }, place, figures);
}

/** Sets a value of a signal of a chart. */
function signal(spec, name, value) {
  spec.signals.find((each) => each.name === name).value = value;
}

/** Gives a long axis ticks at powers of ten. */
function decades(spec, least, most) {
  const scale = spec.scales.find((each) => each.name === "x");
  scale.constant = least;
  const ticks = [0];
  // Decimals are written, not multiplied, so that a tick is 0.001 and nothing near it.
  for (let tick = 10 ** Math.ceil(Math.log10(least)); tick <= most * 1.01; tick *= 10) ticks.push(tick);
  if (ticks.length < 4) for (const tick of [...ticks]) if (tick * 3 <= most) ticks.push(tick * 3);
  for (const axis of spec.axes) if (axis.scale === "x" && axis.orient === "bottom") axis.values = ticks;
}
