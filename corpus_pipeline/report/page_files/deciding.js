"use strict";
// Decides the documents of a sample again, exactly as the rules of the package do.

/** Returns a decimal as a fraction of integers: [numerator, denominator]. */
function fraction(value) {
  const text = typeof value === "string" ? value : value.toFixed(9);
  const [before, after = ""] = text.split(".");
  const digits = after.replace(/0+$/, "");
  return [BigInt(before + digits), 10n ** BigInt(digits.length)];
}

/** Compares two products of integers; exact, and fast where they fit a double. */
function isLess(a, b, c, d) {
  const left = a * b, right = c * d;
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return left < right;
  return BigInt(a) * BigInt(b) < BigInt(c) * BigInt(d);
}

/** Returns what says whether a document fails a threshold: (row, measure, other) => boolean. */
function failing(threshold, value, columns) {
  const { compare, lower, scale } = threshold;
  if (compare === "float32") {
    const least = Math.fround(Number(value));
    return (row, [measure]) => columns[measure][row] !== null && Math.fround(columns[measure][row]) < least;
  }
  if (compare === "float64") {
    const limit = Number(value);
    return (row, [measure]) => columns[measure][row] !== null && columns[measure][row] > limit;
  }
  const [over, under] = fraction(value);
  const right = Number(over) * scale, left = Number(under);
  if (compare === "dense") {
    // Fewer than three words, or one word alone, are never too dense.
    return (row, [hits, chars]) => columns[chars][row] !== null && columns[hits][row] >= 3 &&
      columns.keyword_distinct[row] >= 2 && isLess(right, columns[chars][row], 1000 * columns[hits][row], left);
  }
  return (row, [measure, per]) => {
    const count = columns[measure][row];
    if (count === null) return false;
    const whole = per === null ? 1 : columns[per][row] ?? 0;
    return lower ? isLess(count, left, right, whole) : isLess(right, whole, count, left);
  };
}

/** A sample with the thresholds of its run, of which some are other ones. */
class Sample {
  constructor(data) {
    this.data = data;
    this.size = data.groups.length;
    this.settings = new Map();
    // Rows of each threshold, and its columns in each of them.
    const rows = data.groups.map((group, row) => [group, row]);
    this.rows = data.thresholds.map(({ columns }) => rows.filter(([group]) => String(group) in columns).map(([, row]) => row));
    this.failed = data.thresholds.map((threshold, n) => this.judged(n, threshold.value));
    this.before = this.failed.map((each) => new Set(each));
    this.fixed = data.fails.map((fails) => new Set(fails));
    // Of rules with thresholds only what no threshold here decides is taken as it was stored.
    data.thresholds.forEach((threshold, n) => this.rows[n].forEach((row) => this.fixed[row].delete(threshold.reason)));
  }

  /** Returns the rows that fail a threshold; a rule that is off fails nothing. */
  judged(n, value) {
    if (value === null) return new Set();
    const { data } = this;
    const threshold = data.thresholds[n];
    const fails = failing(threshold, value, data.columns);
    return new Set(this.rows[n].filter((row) => fails(row, threshold.columns[data.groups[row]])));
  }

  /** Changes a threshold; null switches its rule off, undefined takes that of the run again. */
  set(n, value) {
    if (value === undefined) this.settings.delete(n);
    else this.settings.set(n, value);
    this.failed[n] = this.judged(n, value === undefined ? this.data.thresholds[n].value : value);
  }

  /** Returns the number of each row's first reason, -1 where none is left; as it was, or now. */
  first(before = false) {
    const { data } = this;
    const found = new Int32Array(this.size).fill(-1);
    if (before) return found.map((_, row) => (data.fails[row].length ? Math.min(...data.fails[row]) : -1));
    const none = data.reasons.length;
    found.fill(none);
    this.fixed.forEach((fails, row) => fails.forEach((reason) => (found[row] = Math.min(found[row], reason))));
    this.failed.forEach((rows, n) => rows.forEach((row) => (found[row] = Math.min(found[row], data.thresholds[n].reason))));
    for (const title of new Set([...this.settings.keys()].map((n) => data.thresholds[n].step))) {
      for (const row of data.untold[title]) found[row] = data.fails[row].length ? Math.min(...data.fails[row]) : none;
    }
    return found.map((reason) => (reason === none ? -1 : reason));
  }

  /** Counts the rows of each first reason, and under "" those that no rule drops. */
  counts(before = false) {
    const found = new Map();
    for (const reason of this.first(before)) {
      const name = reason < 0 ? "" : this.data.reasons[reason];
      found.set(name, (found.get(name) ?? 0) + 1);
    }
    return found;
  }
}

/** Writes a value as YAML that is JSON too. */
function yamlValue(value) {
  return JSON.stringify(value);
}

/** Writes a mapping as YAML. */
function yamlLines(mapping, depth) {
  return Object.entries(mapping).flatMap(([key, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length
      ? [`${" ".repeat(depth)}${JSON.stringify(key)}:`, ...yamlLines(value, depth + 2)]
      : [`${" ".repeat(depth)}${JSON.stringify(key)}: ${yamlValue(value)}`]);
}

const PROFILE_FILE = "rules-quality.yaml";

/** Returns the changed settings: sections of a configuration, and the quality profile they name. */
function settingsText(sample) {
  const { data } = sample;
  const sections = {}, profile = { base: data.profile, rules: {}, languages: {} };
  const others = [];
  let changed = false;
  for (const [n, value] of [...sample.settings].sort((a, b) => a[0] - b[0])) {
    const threshold = data.thresholds[n];
    const [step, ...path] = threshold.key.split(".");
    const number = value === null ? null : Number(value);
    if (!(step in data.sections)) {
      others.push(`# --set ${threshold.key}=${value}`);
      continue;
    }
    sections[step] ??= structuredClone(data.sections[step]);
    if (step === "quality") {
      changed = true;
      const where = path.length === 1 ? profile.rules : (profile.languages[path[0]] ??= {});
      where[path.at(-1)] = number;
    } else if (path.length === 1) sections[step][path[0]] = number;
    else sections[step][path[0]] = { ...sections[step][path[0]], [path.slice(1).join(".")]: number };
  }
  if (changed) sections.quality.profile = PROFILE_FILE;
  for (const key of ["rules", "languages"]) if (!Object.keys(profile[key]).length) delete profile[key];
  return {
    sections: [...others, ...yamlLines(sections, 0)].join("\n") + "\n",
    profile: changed ? yamlLines(profile, 0).join("\n") + "\n" : "",
  };
}
