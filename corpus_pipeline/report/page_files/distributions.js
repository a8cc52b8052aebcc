"use strict";
// The distribution of every measure with its thresholds; perplexity and length; near copies.

/** Returns rows of a chart; documents with exactly one value get a bar as wide as `width`. */
function binRows(bins, width) {
  const names = [word("kept"), word("dropped")];
  return bins.flatMap(([start, stop, ...counts]) => {
    const tip = `${stop > start ? `${amount(start)} – ${amount(stop)}` : amount(start)}\n` +
      names.map((name, n) => `${name} ${amount(counts[n])}`).join("\n");
    const end = stop > start ? stop : start + width;
    return [
      { start, stop: end, low: 0, high: counts[0], fate: names[0], tip },
      { start, stop: end, low: counts[0], high: counts[0] + counts[1], fate: names[1], tip },
    ].filter((row) => row.high > row.low);
  });
}

/** Returns how many times the value of the document at 98 % is that of the one at 2 %. */
function spread(bins) {
  const there = bins.filter(([start]) => start > 0);
  const all = there.reduce((sum, bin) => sum + bin[2] + bin[3], 0);
  const at = (share) => {
    let passed = 0;
    return there.find((bin) => (passed += bin[2] + bin[3]) >= share * all)?.[0] ?? 1;
  };
  return at(0.98) / at(0.02);
}

function limitText([value, lower, holdsFor]) {
  return `${lower ? "≥" : "≤"} ${amount(value)}${holdsFor ? ` (${holdsFor})` : ""}`;
}

function histogram(name, bins, limits, share, label) {
  const values = bins.flatMap(([start, stop]) => [start, stop]);
  const most = Math.max(...values, ...limits.map((each) => each[0]));
  const positive = values.filter((each) => each > 0);
  const least = positive.length ? Math.min(...positive) : 1;
  // A long axis is linear up to its least value and logarithmic from there.
  const long = !share && values.every((each) => each >= 0) && spread(bins) > 12;
  return chart(
    long ? "long_histogram" : "histogram",
    {
      bins: binRows(bins, long ? least : most / 50),
      limits: limits.map((limit) => ({
        value: limit[0],
        tip: `${limitText(limit)}\n${word(limit[1] ? "below_dropped" : "above_dropped")}\n${limit[3]}`,
      })),
    },
    label,
    [word("from"), word("up_to"), word("kept"), word("dropped")],
    () => bins.map(([start, stop, kept, dropped]) => [amount(start), amount(stop), kept, dropped]),
    (spec) => long && decades(spec, least, most),
  );
}

function quantityCard(quantity) {
  const [kept, dropped] = [2, 3].map((n) => quantity.bins.reduce((sum, bin) => sum + bin[n], 0));
  const limits = quantity.limits.map(limitText).join(" · ");
  const label = `${quantity.name}: ${amount(kept)} ${word("kept")}, ${amount(dropped)} ${word("dropped")}` +
    (limits ? `; ${word("threshold")} ${limits}` : "");
  return el(
    "div",
    { class: "card", "data-name": quantity.name.toLowerCase() },
    el("h4", {}, quantity.name),
    limits ? el("p", {}, `${word("kept")} ${limits}`) : LANG === "en" && quantity.meaning ? el("p", {}, quantity.meaning) : null,
    histogram(quantity.name, quantity.bins, quantity.limits, quantity.share, label),
    quantity.without ? el("p", {}, word("without_value", { n: amount(quantity.without) })) : null,
  );
}

function distributions(place) {
  const run = RUNS[chosen.run];
  const judged = run.quantities.filter((each) => each.limits.length);
  const others = run.quantities.filter((each) => !each.limits.length);
  const cards = judged.map(quantityCard);
  const more = el("details", {}, el("summary", {}, `${word("other_measures")} (${others.length})`));
  const grid = el("div", { class: "grid" });
  more.append(grid);
  let moreCards = null;
  const openMore = () => {
    if (!moreCards) {
      moreCards = others.map(quantityCard);
      fill(grid, moreCards);
    }
  };
  more.addEventListener("toggle", () => more.open && openMore());
  const find = el("input", {
    type: "search",
    input: (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      if (wanted) {
        openMore();
        more.open = true;
      }
      for (const card of [...cards, ...(moreCards ?? [])]) card.hidden = !card.dataset.name.includes(wanted);
    },
  });
  if (!run.quantities.length) return fill(place, el("p", { class: "soft" }, word("nothing")));
  fill(
    place,
    el("p", { class: "help" }, word("distributions_help")),
    run.counted < run.documents
      ? el("p", { class: "help" }, word("sampled_help", { counted: amount(run.counted), documents: amount(run.documents) }))
      : null,
    run.unknown.length ? el("p", { class: "help" }, word("thresholds_unknown", { steps: run.unknown.join(", ") })) : null,
    legend("kept", "dropped", "threshold"),
    el("div", { class: "controls" }, labelled(word("find_measure"), find, "wide")),
    judged.length ? el("h3", {}, word("with_threshold")) : null,
    el("div", { class: "grid" }, cards),
    others.length ? more : null,
  );
}

function perplexity(place) {
  const run = RUNS[chosen.run];
  const names = [word("dropped"), word("kept")];
  const rows = run.points.map(([chars, value, kept]) => ({ chars, perplexity: value, fate: names[Number(kept)] }));
  fill(
    place,
    el("p", { class: "help" }, word("perplexity_help", { n: amount(rows.length) })),
    legend("kept", "dropped"),
    chart(
      "points",
      { points: rows },
      `${word("perplexity")}: ${amount(rows.length)} ${word("documents")}`,
      [word("characters"), word("perplexity"), word("fate")],
      () => rows.slice(0, 500).map((row) => [amount(row.chars), row.perplexity, row.fate]),
    ),
  );
}

function copies(place) {
  const run = RUNS[chosen.run];
  const most = 30;
  const sizes = run.clusters.filter(([size]) => size < most).map(([size, n]) => ({ size: String(size), n, tip: `${size}: ${amount(n)}` }));
  const large = run.clusters.filter(([size]) => size >= most).reduce((sum, [, n]) => sum + n, 0);
  if (large) sizes.push({ size: `${most}+`, n: large, tip: `${most}+: ${amount(large)}` });
  fill(
    place,
    el("p", { class: "help" }, word("copies_help")),
    el("div", { class: "pair" },
      el("div", {}, el("h3", {}, word("cluster_head")), chart(
        "clusters", { rows: sizes },
        `${word("cluster_head")}: ${sizes.map((row) => `${row.size}: ${row.n}`).join(", ")}`,
        [word("cluster_size"), word("clusters")],
        () => run.clusters.map(([size, n]) => [amount(size), n]),
      )),
      el("div", {}, el("h3", {}, word("jaccard_head")), histogram(
        "jaccard", run.jaccard, [], true, word("jaccard_head"),
      )),
    ),
  );
}
