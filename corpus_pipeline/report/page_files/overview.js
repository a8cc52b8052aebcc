"use strict";
// What was run, and what came out.

/** Sums a column of the fates of documents. */
function total(run, column, which = () => true) {
  return run.fates.reduce((sum, row) => (which(row) ? sum + row[column] : sum), 0);
}

function overviewOf(run) {
  const kept = total(run, 3, (row) => row[2] < 0);
  const tiles = [
    [word("documents_in"), run.documents],
    [word("kept"), kept, percent(kept, run.documents) + " %"],
    [word("dropped"), run.documents - kept, percent(run.documents - kept, run.documents) + " %"],
    [word("tokens"), total(run, 5)],
    [word("bytes_read"), run.bytes_read, "", bytes],
    [word("bytes_kept"), run.bytes_kept, "", bytes],
  ].filter(([, value]) => value !== 0 || run.documents === 0);
  const facts = [
    [run.preview ? "configuration" : "folder", run.name], ["when", run.written], ["version", run.version], ["digest", run.digest],
    ["seconds_all", amount(run.phases.reduce((sum, each) => sum + each[2], 0))],
  ].filter(([, value]) => value);
  return el(
    "div",
    {},
    el("div", { class: "tiles" }, tiles.map(([name, value, more, write = amount]) =>
      el("div", { class: "tile" }, el("b", {}, write(value)), el("span", {}, name, more ? ` · ${more}` : "")))),
    el("dl", { class: "facts" }, facts.map(([key, value]) => [
      el("dt", {}, word(key)),
      el("dd", {}, visible(value)),
    ])),
    run.notes.length ? el("h3", {}, word("notes")) : null,
    run.notes.length ? el("ul", {}, run.notes.map((line) => el("li", {}, visible(line)))) : null,
    listOf(word("inputs"), run.inputs),
    listOf(word("libraries"), run.libraries),
  );
}

/** Shows pairs of names and values when it is asked for. */
function listOf(name, pairs) {
  return el("details", {}, el("summary", {}, `${name} (${pairs.length})`),
    el("dl", { class: "facts" }, pairs.map(([key, value]) => [el("dt", {}, visible(key)), el("dd", {}, visible(value))])));
}

function overview(place) {
  fill(
    place,
    RUNS[0].preview ? el("p", { class: "help" }, word("preview_help", {
      documents: amount(RUNS[0].documents), unreadable: amount(RUNS[0].unreadable),
    })) : null,
    beside((run) => overviewOf(run)),
  );
}

/** Shows something of each run; of two beside each other. */
function beside(make) {
  if (RUNS.length === 1) return make(RUNS[0], 0);
  return el("div", { class: "pair" }, RUNS.map((run, n) => el("div", {}, el("h3", {}, visible(run.name)), make(run, n))));
}
