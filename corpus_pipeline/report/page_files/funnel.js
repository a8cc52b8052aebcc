"use strict";
// The way of documents, characters and tokens through the steps.

const chosen = { run: RUNS.length - 1, unit: "documents", source: "", language: "" };
const UNITS = { documents: 3, characters: 4, tokens: 5 };

/** Names of all runs, in the order of the first one that has them. */
function namesOf(key) {
  return [...new Set(RUNS.flatMap((run) => run[key]))].map((name) => [name, groupName(name)]);
}

function groupName(name) {
  return name === "(others)" ? word("others") : name;
}

/** Says whether a row of counts is of the source and language that are chosen. */
function selects(run, [source, language]) {
  return (
    (!chosen.source || run.sources[source] === chosen.source) &&
    (!chosen.language || run.languages[language] === chosen.language)
  );
}

/** Returns characters per token of the kept documents of each source. */
function densities(run) {
  const chars = {}, tokens = {};
  for (const [source, , reason, , c, t] of run.fates) {
    if (reason >= 0) continue;
    for (const key of [source, "all"]) {
      chars[key] = (chars[key] ?? 0) + c;
      tokens[key] = (tokens[key] ?? 0) + t;
    }
  }
  return (source) => (tokens[source] ? chars[source] / tokens[source] : chars.all / tokens.all);
}

/** Returns what reaches each step and what it drops: {name, before, dropped} each. */
function flow(run) {
  const column = UNITS[chosen.unit];
  const density = densities(run);
  const lost = new Map();
  let all = 0;
  for (const row of run.fates) {
    if (!selects(run, row)) continue;
    const [source, , reason, , chars] = row;
    const estimated = column === 5 && reason >= 0;
    const n = estimated ? chars / density(source) || 0 : row[column];
    all += n;
    if (reason >= 0) {
      const step = run.reasons[reason][1];
      lost.set(step, (lost.get(step) ?? 0) + n);
    }
  }
  const steps = run.steps.map((name, number) => [name, number]);
  if (lost.has(-1)) steps.push([word("others"), -1]);
  let before = all;
  return steps.map(([name, number]) => {
    const dropped = lost.get(number) ?? 0;
    const row = { name, before, dropped };
    before -= dropped;
    return row;
  });
}

function funnelOf(run) {
  const rows = flow(run).filter((row) => row.dropped || run.steps.length < 12 || row.before === 0);
  const all = rows.length ? rows[0].before : 0;
  if (!all) return el("p", { class: "soft" }, word("nothing"));
  const drawn = [
    { name: word("input_step"), n: 0, before: all, after: all, amount: amount(Math.round(all)), lost: "", tip: "" },
    ...rows.map((row, n) => ({
      name: row.name,
      n: n + 1,
      before: row.before,
      after: row.before - row.dropped,
      amount: amount(Math.round(row.before - row.dropped)),
      lost: row.dropped ? `−${amount(Math.round(row.dropped))} (${percent(row.dropped, row.before)} %)` : "",
      tip: `${row.name}: ${word("dropped")} ${amount(Math.round(row.dropped))}`,
    })),
  ];
  const heads = [word("step"), word("documents_in"), word("dropped"), "%"];
  if (chosen.unit !== "documents") heads[1] = word(chosen.unit);
  return chart(
    "funnel",
    { steps: drawn },
    `${word("funnel")}: ${rows.map((row) => `${row.name} −${amount(Math.round(row.dropped))}`).join(", ")}`,
    heads,
    () => rows.map((row) => [row.name, Math.round(row.before), Math.round(row.dropped), percent(row.dropped, row.before)]),
    (spec) => {
      signal(spec, "rows", drawn.length);
      signal(spec, "most", all);
    },
  );
}

function funnel(place) {
  const units = Object.keys(UNITS).filter((unit) => RUNS.some((run) => total(run, UNITS[unit], (row) => row[2] < 0)));
  const charts = el("div", {});
  const draw = () => {
    fill(
      charts,
      chosen.unit === "tokens" ? el("p", { class: "help" }, word("tokens_help")) : null,
      beside(funnelOf),
    );
  };
  const select = (key) => (value) => {
    chosen[key] = value;
    draw();
  };
  fill(
    place,
    el("p", { class: "help" }, word("funnel_help")),
    el(
      "div",
      { class: "controls" },
      labelled(word("unit"), choice(units.map((unit) => [unit, word(unit)]), chosen.unit, select("unit"))),
      selectors(select),
    ),
    charts,
  );
  draw();
}

/** Makes the choices of source and language. */
function selectors(select, now = chosen) {
  return [
    labelled(word("source"), choice([["", word("all")], ...namesOf("sources")], now.source, select("source"))),
    labelled(word("language"), choice([["", word("all")], ...namesOf("languages")], now.language, select("language"))),
  ];
}
