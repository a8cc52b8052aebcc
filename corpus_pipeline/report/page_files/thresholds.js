"use strict";
// Thresholds to move, and what the sample would be then; rules that fail together.

let sample = null;

/** Returns where a slider begins and ends, so that most documents lie between. */
function span(n) {
  const { data } = sample;
  const threshold = data.thresholds[n];
  if (threshold.most !== null) return [0, threshold.most];
  const values = sample.rows[n].map((row) => {
    const [measure, per] = threshold.columns[data.groups[row]];
    const value = data.columns[measure][row];
    if (value === null) return 0;
    if (threshold.compare === "dense") return (1000 * value) / (data.columns[per][row] || 1);
    return (per === null ? value : value / (data.columns[per][row] || 1)) / threshold.scale;
  }).sort((a, b) => a - b);
  const high = values.length ? values[Math.floor(values.length * 0.98)] : 0;
  return [0, Math.max(high, threshold.value * 2, threshold.decimals ? 1 : 10)];
}

function sliderOf(n, changed) {
  const threshold = sample.data.thresholds[n];
  const unit = 10 ** -threshold.decimals;
  const [low, high] = span(n);
  const text = (value) => Number(value).toFixed(threshold.decimals).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  const name = el("span", {}, threshold.key.slice(threshold.step.length + 1));
  const count = el("span", { class: "soft" });
  const range = el("input", { type: "range", min: low, max: high, step: unit, "aria-label": threshold.key });
  const exact = el("input", { type: "number", min: 0, max: threshold.most, step: "any", "aria-label": `${threshold.key}: ${word("value")}` });
  const show = () => {
    name.className = sample.settings.has(n) ? "changed" : "";
    count.textContent = `${amount(sample.failed[n].size)} (${amount(sample.before[n].size)})`;
  };
  const take = (value) => {
    const valid = value !== "" && Number(value) >= 0 && (threshold.most === null || Number(value) <= threshold.most);
    if (!valid) return;
    sample.set(n, Number(value) === threshold.value ? undefined : String(threshold.decimals ? value : Math.round(Number(value))));
    show();
    changed();
  };
  range.addEventListener("input", () => {
    exact.value = text(range.value);
    take(exact.value);
  });
  exact.addEventListener("input", () => {
    range.value = exact.value;
    take(exact.value);
  });
  const reset = () => {
    range.value = exact.value = threshold.value;
    if (sample.settings.has(n)) sample.set(n, undefined);
    show();
  };
  reset();
  return [el("div", { class: "slider", "data-key": threshold.key }, name, range, exact, count), reset];
}

function thresholds(place) {
  const { deciding } = RUNS[0];
  sample = new Sample(deciding);
  const summary = el("div", { class: "tiles", role: "status" });
  const list = el("div");
  const sections = el("textarea", { readonly: true, placeholder: word("nothing_changed"), spellcheck: "false", "aria-label": word("settings") });
  const profile = el("textarea", { readonly: true, spellcheck: "false", "aria-label": PROFILE_FILE });
  const files = el("div");
  const copied = el("span", { class: "soft", role: "status" });
  const before = sample.counts(true);
  let waiting = 0;
  const tile = (name, n, was) => el("div", { class: "tile" }, el("b", {}, amount(n)), el("span", {}, `${name} · ${word("in_run")} ${amount(was)}`));
  const draw = () => {
    waiting = 0;
    const now = sample.counts();
    const stays = now.get("") ?? 0, stayed = before.get("") ?? 0;
    fill(summary, tile(word("would_stay"), stays, stayed), tile(word("would_go"), sample.size - stays, sample.size - stayed));
    const names = deciding.reasons.filter((name) => (now.get(name) ?? 0) !== (before.get(name) ?? 0));
    const rows = names.map((name) => {
      const [was, is] = [before.get(name) ?? 0, now.get(name) ?? 0];
      return [name, was, is, `${is > was ? "+" : "−"}${amount(Math.abs(is - was))}`];
    });
    fill(list, rows.length ? table([word("reason"), word("in_run"), word("now"), word("change")], rows, word("reasons")) : null);
    const text = sample.settings.size ? settingsText(sample) : { sections: "", profile: "" };
    sections.value = text.sections;
    profile.value = text.profile;
    fill(files, text.profile ? [el("h4", {}, PROFILE_FILE), profile] : null);
    copied.textContent = "";
  };
  // Many events of one movement are drawn once.
  const changed = () => {
    if (!waiting) waiting = requestAnimationFrame(draw);
  };
  const sliders = deciding.thresholds.map((_, n) => sliderOf(n, changed));
  const steps = [...new Set(deciding.thresholds.map((each) => each.step))];
  const groups = steps.map((step, n) => el("details", { open: n === 0 }, el("summary", {}, step),
    el("div", { class: "slider head" }, el("span", {}, word("threshold")), el("span"), el("span", {}, word("value")), el("span", {}, word("fail_it"))),
    sliders.filter((_, place) => deciding.thresholds[place].step === step).map(([row]) => row)));
  const find = el("input", { type: "search", input: (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const [row] of sliders) row.hidden = !row.dataset.key.includes(wanted);
    if (wanted) for (const group of groups) group.open = true;
  } });
  const reset = el("button", { type: "button", click: () => {
    for (const [, back] of sliders) back();
    draw();
  } }, word("reset"));
  const copy = el("button", { type: "button", click: async () => {
    const both = profile.value ? `${sections.value}\n# ${PROFILE_FILE}\n${profile.value}` : sections.value;
    try {
      await navigator.clipboard.writeText(both);
    } catch {
      // A page from a file may not reach the clipboard that way.
      sections.select();
      document.execCommand("copy");
    }
    copied.textContent = word("copied");
  } }, word("copy"));
  fill(
    place,
    el("p", { class: "help" }, word("thresholds_help")),
    summary,
    el("div", { class: "controls" }, labelled(word("find_threshold"), find, "wide"), reset),
    groups,
    list,
    el("h3", {}, word("settings")),
    sections,
    files,
    el("div", { class: "controls" }, copy, copied),
  );
  draw();
}

function overlaps(place) {
  const { names, counts } = RUNS[0].overlaps;
  const rows = counts.map(([one, other, n]) => ({
    one: names[one], other: names[other], n,
    tip: one === other ? `${names[one]}: ${amount(n)}` : `${names[one]}\n${names[other]}\n${amount(n)}`,
  }));
  const pairs = rows.filter((row) => row.one < row.other).sort((a, b) => b.n - a.n);
  fill(
    place,
    el("p", { class: "help" }, word("overlaps_help")),
    chart("matrix", { rows },
      `${word("overlaps")}: ${pairs.slice(0, 5).map((row) => `${row.one}, ${row.other}: ${row.n}`).join("; ")}`,
      [word("reason"), word("reason"), word("documents")],
      () => pairs.map((row) => [row.one, row.other, row.n]),
      (spec) => {
        for (const scale of spec.scales) if (["x", "y"].includes(scale.name)) scale.domain = names;
      }),
  );
}
