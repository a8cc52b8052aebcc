"use strict";
// Personal data, token shares, times, and the table of reasons.

/** Parts of a bar that are told apart, and their colours; the last one is of all others. */
const COLOURS = ["#2f7ebc", "#d1622b", "#3f9b7a", "#b5659b", "#c9a227", "#6c6fb8", "#7d8794"];
const TOP = COLOURS.length - 1;

function findings(place) {
  const run = RUNS[chosen.run];
  let by = "sources";
  const box = el("div", {});
  const draw = () => {
    const column = by === "sources" ? 1 : 2;
    const parts = new Map(), sums = new Map(), cells = new Map();
    for (const row of run.findings) {
      const [entity, n] = [row[0], row[3]];
      const part = groupName(run[by][row[column]]);
      parts.set(part, (parts.get(part) ?? 0) + n);
      sums.set(entity, (sums.get(entity) ?? 0) + n);
      cells.set(`${entity}\n${part}`, (cells.get(`${entity}\n${part}`) ?? 0) + n);
    }
    const entities = [...sums.keys()].sort((a, b) => sums.get(b) - sums.get(a));
    const names = [...parts.keys()].sort((a, b) => parts.get(b) - parts.get(a));
    const shown = names.slice(0, TOP);
    const rows = entities.flatMap((entity) => {
      const some = shown.map((part) => [part, cells.get(`${entity}\n${part}`) ?? 0]);
      const rest = sums.get(entity) - some.reduce((sum, [, n]) => sum + n, 0);
      return [...some, [word("others"), rest]].map(([part, n], place) => ({ part, n, place }))
        .filter(({ n }) => n)
        .map((row) => ({ ...row, name: entity, colour: COLOURS[row.place], tip: `${entity}, ${row.part}: ${amount(row.n)}` }));
    });
    const heads = [word("entity"), word("count"), ...shown];
    const figures = () => entities.map((entity) => [entity, sums.get(entity), ...shown.map((part) => cells.get(`${entity}\n${part}`) ?? 0)]);
    const keys = names.length > TOP ? [...shown, word("others")] : shown;
    fill(box,
      el("ul", { class: "legend" }, keys.map((name, n) => {
        const sign = el("i", { "aria-hidden": "true" });
        sign.style.background = COLOURS[n];
        return el("li", {}, sign, visible(name));
      })),
      chart("stacks", { rows }, `${word("findings")}: ${entities.map((each) => `${each} ${amount(sums.get(each))}`).join(", ")}`, heads, figures),
      table(heads, figures(), word("findings")));
  };
  fill(
    place,
    el("p", { class: "help" }, word("findings_help")),
    el("div", { class: "controls" }, labelled(word("by"), choice([["sources", word("source")], ["languages", word("language")]], by, (value) => {
      by = value;
      draw();
    }))),
    box,
  );
  draw();
}

function shares(place) {
  const run = RUNS[chosen.run];
  const planned = run.shares.some((each) => each.planned !== null);
  const name = (each) => (each.stage ? `${each.stage}: ${each.name}` : each.name);
  const rows = run.shares.flatMap((each) =>
    [["available", each.available], ["planned", each.planned]]
      .filter(([, n]) => n !== null && n !== undefined)
      .reverse()
      .map(([series, n]) => ({ name: name(each), series: word(series), n, tip: `${name(each)}\n${word(series)} ${percent(n, 1)} %` })));
  const heads = [word(planned ? "component" : "source"), word("tokens"), ...(planned ? [word("planned"), word("epochs")] : []), word("available")];
  const figures = () => run.shares.map((each) => [
    name(each), each.tokens,
    ...(planned ? [`${percent(each.planned, 1)} %`, each.epochs === null ? "" : short.format(each.epochs)] : []),
    `${percent(each.available, 1)} %`,
  ]);
  const label = `${word("shares")}: ${run.shares.map((each) => `${name(each)} ${percent(each.planned ?? each.available, 1)} %`).join(", ")}`;
  fill(
    place,
    el("p", { class: "help" }, word(planned ? "shares_help" : "shares_help_plain")),
    chart("lengths", { rows }, label, heads, figures, percentAxis),
    table(heads, figures(), word("shares")),
  );
}

function percentAxis(spec) {
  for (const axis of spec.axes) {
    if (axis.scale === "x" && axis.encode) axis.encode.labels.update.text.signal = "format(datum.value, '.0%')";
  }
}

function times(place) {
  const run = RUNS[chosen.run];
  const phases = run.phases.filter((each) => each[2] > 0).sort((a, b) => b[2] - a[2]);
  const top = phases.slice(0, 14);
  const heads = [word("phase"), word("items"), word("seconds")];
  const speed = ([, seconds, bytes]) => (bytes && seconds ? bytes / 1e6 / seconds : null);
  const steps = [...run.times].sort((a, b) => b[1] - a[1]);
  const stepHeads = [word("step"), word("processor_seconds"), word("throughput")];
  const bar = (name, n, unit) => ({ name, series: "", n, tip: `${name}: ${amount(n)} ${unit}` });
  fill(
    place,
    el("p", { class: "help" }, word("times_help")),
    el("div", { class: "pair" },
      el("div", {}, el("h3", {}, word("step_head")), chart(
        "lengths", { rows: steps.map(([name, n]) => bar(name, n, word("seconds"))) },
        `${word("step_head")}: ${steps.map(([name, n]) => `${name} ${amount(n)}`).join(", ")}`,
        stepHeads, () => steps.map((row) => [row[0], row[1], speed(row) ?? ""])),
        table(stepHeads, steps.map((row) => [row[0], row[1], speed(row) === null ? "" : short.format(speed(row))]), word("step_head"))),
      el("div", {}, el("h3", {}, word("phase_head")), chart(
        "lengths", { rows: top.map(([name, , n]) => bar(name, n, word("seconds"))) },
        `${word("phase_head")}: ${top.map(([name, , n]) => `${name} ${amount(n)}`).join(", ")}`,
        heads, () => phases)),
    ),
  );
}

/** Counts each reason three times, for the source and language that are chosen. */
function reasonCounts(run, now) {
  const counts = new Map();
  const of = (number) => {
    const name = run.reasons[number][0];
    if (!counts.has(name)) counts.set(name, { name, step: run.steps[run.reasons[number][1]] ?? "", first: 0, any: 0, only: 0 });
    return counts.get(name);
  };
  let documents = 0;
  const fits = ([source, language]) =>
    (!now.source || run.sources[source] === now.source) && (!now.language || run.languages[language] === now.language);
  for (const row of run.fates) {
    if (!fits(row)) continue;
    documents += row[3];
    if (row[2] >= 0) of(row[2]).first += row[3];
  }
  for (const row of run.failed) {
    if (!fits(row)) continue;
    of(row[2]).any += row[3];
    of(row[2]).only += row[4];
  }
  return { documents, counts };
}

function reasons(place) {
  const now = { source: "", language: "", find: "", key: "first" };
  const box = el("div", {});
  const draw = () => {
    const all = RUNS.map((run) => reasonCounts(run, now));
    const names = [...new Set(all.flatMap(({ counts }) => [...counts.keys()]))].filter((name) => name.includes(now.find));
    const value = (n, name, key) => all[n].counts.get(name)?.[key] ?? 0;
    names.sort((a, b) => value(all.length - 1, b, "first") - value(all.length - 1, a, "first") ||
      value(all.length - 1, b, "any") - value(all.length - 1, a, "any") || (a < b ? -1 : 1));
    const most = Math.max(1, ...names.map((name) => value(0, name, "first")));
    const compare = all.length === 2;
    const heads = compare
      ? [word("reason"), ...RUNS.map((run) => `${word("first")}: ${run.name}`), word("change"), ...RUNS.map((run) => `${word("any")}: ${run.name}`)]
      : [word("reason"), word("step"), word("first"), "%", word("any"), word("only")];
    const cell = (n) => el("td", { class: "n" }, amount(n));
    const rows = names.map((name) => {
      const head = el("th", { scope: "row" }, el("button", { type: "button", class: "linked", click: () => showReason(name) }, visible(name)));
      if (compare) {
        const change = value(1, name, "first") - value(0, name, "first");
        return el("tr", { "data-reason": name }, head, cell(value(0, name, "first")), cell(value(1, name, "first")),
          el("td", { class: `n ${change > 0 ? "up" : change < 0 ? "down" : ""}` }, `${change > 0 ? "+" : change < 0 ? "−" : ""}${amount(Math.abs(change))}`),
          cell(value(0, name, "any")), cell(value(1, name, "any")));
      }
      const first = value(0, name, "first");
      const bar = el("i", { class: "bar", "aria-hidden": "true" });
      bar.style.width = `${(100 * first) / most}%`;
      return el("tr", { "data-reason": name }, head, el("td", { class: "spare" }, visible(all[0].counts.get(name)?.step ?? "")),
        el("td", { class: "n" }, amount(first), first ? bar : null), el("td", { class: "n" }, percent(first, all[0].documents)),
        cell(value(0, name, "any")), cell(value(0, name, "only")));
    });
    const numeric = (n) => (n > (compare ? 0 : 1) ? "n" : n === 1 ? "spare" : null);
    fill(box, names.length
      ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": word("reasons") }, el("table", {}, el("caption", {}, word("reasons")),
        el("thead", {}, el("tr", {}, heads.map((head, n) => el("th", { scope: "col", class: numeric(n) }, visible(head))))),
        el("tbody", {}, rows)))
      : el("p", { class: "soft" }, word("nothing_dropped")));
  };
  const select = (key) => (value) => {
    now[key] = value;
    draw();
  };
  const find = el("input", { type: "search", input: (event) => select("find")(event.target.value.trim().toLowerCase()) });
  fill(place, el("p", { class: "help" }, word("reasons_help")),
    el("div", { class: "controls" }, labelled(word("filter_reasons"), find, "wide"), selectors(select, now)), box);
  draw();
}
