"use strict";
// A list of documents, of which only the rows in view exist, and the document that is chosen.

const ROW = 46;
let showReason = () => {};

/** Says what is marked. */
function kindName(kind) {
  return visible(DATA.kinds[kind] ?? kind);
}

/** Cuts a text at marks; positions are those of code points. */
function markedText(text, marks) {
  const signs = Array.from(text);
  const parts = [];
  let at = 0;
  for (const [start, stop, kind] of marks) {
    parts.push(visible(signs.slice(at, start).join("")));
    parts.push(el("mark", { class: kind, title: kindName(kind) }, visible(signs.slice(start, stop).join(""))));
    at = Math.max(at, stop);
  }
  parts.push(visible(signs.slice(at).join("")));
  return el("div", { class: "text", dir: "auto" }, parts);
}

function survivorOf(given) {
  const values = { id: visible(given.id), address: visible(given.address), jaccard: given.jaccard === null ? "" : short.format(given.jaccard) };
  const said = word(given.jaccard === null || given.jaccard === undefined ? "survivor_exact" : "survivor_is", values);
  const pieces = (given.difference ?? []).map(([kind, text]) =>
    kind === "same" ? visible(text) : el(kind === "left" ? "del" : "ins", {}, visible(text)));
  return [
    el("h4", {}, word("survivor")),
    el("p", { class: "soft" }, said),
    pieces.length ? el("p", { class: "soft" }, el("del", {}, word("only_here")), " ", el("ins", {}, word("only_there"))) : null,
    pieces.length ? el("div", { class: "text", dir: "auto" }, pieces) : null,
  ];
}

function documentOf(given) {
  const facts = [
    ["address", given.address], ["source", given.source], ["language", given.language], ["file", given.file],
    ["characters", given.chars === null || given.chars === undefined ? null : amount(given.chars)],
    ["tokens", given.tokens === null || given.tokens === undefined ? null : amount(given.tokens)],
  ].filter(([, value]) => value);
  const kinds = [...new Set((given.marks ?? []).map((mark) => mark[2]))];
  return [
    el("h3", {}, visible(given.id ?? given.address)),
    el("dl", { class: "facts" }, facts.map(([key, value]) => [el("dt", {}, word(key)), el("dd", {}, visible(value))])),
    given.says && LANG === "en" ? el("p", {}, visible(given.says)) : null,
    given.reasons.length
      ? table([word("reason"), word("measured")], given.reasons, word("reasons"))
      : el("p", { class: "soft" }, word("kept")),
    given.survivor ? survivorOf(given.survivor) : null,
    el("h4", {}, word("text")),
    kinds.length ? el("p", { class: "soft" }, `${word("marked")}: `, kinds.flatMap((kind, n) => [n ? ", " : "", el("mark", { class: kind }, kindName(kind))])) : null,
    given.text === undefined || given.text === null
      ? el("p", { class: "soft" }, word(given.text === undefined ? "text_left_out" : "no_text"))
      : markedText(given.text, given.marks ?? []),
  ];
}

function documents(place) {
  const run = RUNS[chosen.run];
  const samples = run.samples;
  // One string for each document, which typing looks through; they are made while nothing else is
  // to do, and at the latest when they are asked for.
  const sought = [];
  const soughtOf = (n) => {
    while (sought.length <= n) {
      const each = samples[sought.length];
      sought.push(`${each.id}\n${each.address}\n${each.source}\n${each.text ?? ""}`.toLowerCase());
    }
    return sought[n];
  };
  const prepare = (idle) => {
    while (sought.length < samples.length && idle.timeRemaining() > 2) soughtOf(sought.length);
    if (sought.length < samples.length) requestIdleCallback(prepare);
  };
  requestIdleCallback(prepare);
  const now = { reason: "", source: "", language: "", find: "" };
  let found = samples.map((_, n) => n);
  let at = -1;
  const detail = el("div", { class: "detail", tabindex: "0", role: "region", "aria-label": word("document") },
    el("p", { class: "soft" }, word("choose")));
  const inner = el("div", { role: "presentation" });
  const list = el("div", { class: "list", tabindex: "0", role: "listbox", "aria-label": word("list") }, inner);
  const count = el("p", { class: "soft", role: "status" });
  let timer = 0;

  const rowOf = (place) => {
    const given = samples[found[place]];
    const row = el("div", {
      class: "row", role: "option", id: `row-${place}`, "aria-selected": String(place === at),
      "aria-posinset": place + 1, "aria-setsize": found.length, click: () => choose(place),
    }, el("span", {}, visible(given.id ?? given.address)),
    el("span", { class: "soft" }, visible([given.reason ?? word("kept"), given.source, given.language].filter(Boolean).join(" · "))));
    row.style.top = `${place * ROW}px`;
    return row;
  };
  const draw = () => {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
    const last = Math.min(found.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 5);
    fill(inner, Array.from({ length: Math.max(0, last - first) }, (_, n) => rowOf(first + n)));
    inner.style.height = `${found.length * ROW}px`;
    if (at >= first && at < last) list.setAttribute("aria-activedescendant", `row-${at}`);
    else list.removeAttribute("aria-activedescendant");
  };
  const choose = (place) => {
    at = place;
    const top = place * ROW;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
    draw();
    fill(detail, documentOf(samples[found[place]]));
    detail.scrollTop = 0;
  };
  const filter = () => {
    found = [];
    for (let n = 0; n < samples.length; n += 1) {
      const each = samples[n];
      if (now.source && each.source !== now.source) continue;
      if (now.language && (each.language ?? "(none)") !== now.language) continue;
      if (now.reason === "kept" && each.reason !== null) continue;
      if (now.reason && now.reason !== "kept" && !each.reasons.some(([name]) => name === now.reason)) continue;
      if (now.find && !soughtOf(n).includes(now.find)) continue;
      found.push(n);
    }
    at = -1;
    list.scrollTop = 0;
    count.textContent = found.length ? word("shown_of", { n: amount(found.length), all: amount(samples.length) }) : word("no_documents");
    draw();
  };
  list.addEventListener("scroll", draw, { passive: true });
  list.addEventListener("keydown", (event) => {
    const page = Math.floor(list.clientHeight / ROW);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: found.length - 1 };
    if (!(event.key in moves) || !found.length) return;
    event.preventDefault();
    choose(Math.max(0, Math.min(found.length - 1, moves[event.key])));
  });
  new ResizeObserver(draw).observe(list);
  const select = (key) => (value) => {
    now[key] = value;
    filter();
  };
  const names = [...new Set(samples.flatMap((each) => each.reasons.map(([name]) => name)))].sort();
  const pick = choice([["", word("all")], ["kept", word("kept")], ...names.map((name) => [name, name])], "", select("reason"));
  const own = (key) => [...new Set(samples.map((each) => each[key] ?? "(none)"))].sort().map((name) => [name, name]);
  showReason = (name) => {
    if (!names.includes(name)) return;
    pick.value = name;
    select("reason")(name);
    document.getElementById("documents_part").scrollIntoView();
    list.focus();
  };
  const search = el("input", { type: "search", id: "search", input: (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => select("find")(event.target.value.trim().toLowerCase()), 80);
  } });
  fill(
    place,
    el("p", { class: "help" }, word("documents_help", { number: amount(run.of_each) })),
    el("div", { class: "controls" },
      labelled(word("search"), search, "wide"),
      labelled(word("reason"), pick),
      labelled(word("source"), choice([["", word("all")], ...own("source")], "", select("source"))),
      labelled(word("language"), choice([["", word("all")], ...own("language")], "", select("language"))),
    ),
    count,
    el("div", { class: "browser" }, list, detail),
  );
  filter();
  if (samples.length) choose(0);
}
