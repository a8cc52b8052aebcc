"use strict";
// Small helpers. Text of the run reaches the page by textContent alone.

const DATA = JSON.parse(document.getElementById("data").textContent);
const WORDS = DATA.words;
const RUNS = DATA.runs;
const LANG = document.documentElement.lang;
const whole = new Intl.NumberFormat(LANG, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LANG, { maximumSignificantDigits: 4 });

/** Returns a word of the page, with values in the places that are named in braces. */
function word(key, values = {}) {
  if (!(key in WORDS)) throw new Error("no word: " + key);
  return WORDS[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** Makes an element; attributes that are functions listen to the event of their name. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, String(value));
    }
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) {
      made.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
  return made;
}

/** Puts elements into the place of what another one holds. */
function fill(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter((each) => each !== null && each !== undefined));
}

/** Shows characters that would act on the text around them instead of being seen. */
function visible(text) {
  return String(text).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (sign) => {
      const code = sign.charCodeAt(0);
      return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\u25a1";
    },
  );
}

/** Writes a number as people of the page's language do. */
function amount(value) {
  return Number.isInteger(value) ? whole.format(value) : short.format(value);
}

/** Writes a number of bytes in the unit that is short for it. */
function bytes(value) {
  const unit = ["B", "kB", "MB", "GB", "TB", "PB"];
  const place = value < 1000 ? 0 : Math.min(unit.length - 1, Math.floor(Math.log10(value) / 3));
  return `${short.format(value / 1000 ** place)} ${unit[place]}`;
}

/** Writes a share of a whole in percent. */
function percent(part, of) {
  if (!of || !part) return "0";
  const share = (100 * part) / of;
  return share < 0.1 ? "<0.1" : share.toFixed(1);
}

/** Makes a table; cells that are numbers stand at the right. */
function table(heads, rows, caption) {
  const numeric = (cell) => typeof cell === "number" || /^[<\d.,\s%−]+$/.test(cell);
  const kind = (n) => (n > 0 && rows.length && numeric(rows[0][n]) ? "n" : null);
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, heads.map((h, n) => el("th", { scope: "col", class: kind(n) }, visible(h))))),
      el(
        "tbody",
        {},
        rows.map((row) =>
          el(
            "tr",
            {},
            row.map((cell, n) => {
              if (n === 0) return el("th", { scope: "row" }, cell instanceof Node ? cell : visible(cell));
              if (cell instanceof Node) return el("td", {}, cell);
              return el("td", { class: kind(n) }, typeof cell === "number" ? amount(cell) : visible(cell ?? ""));
            }),
          ),
        ),
      ),
    ),
  );
}

/** Makes a control with its label. */
function labelled(name, control, kind = null) {
  return el("label", { class: kind }, name, control);
}

/** Makes a list of choices: [value, name] each. */
function choice(pairs, chosen, change) {
  const made = el(
    "select",
    { change: (event) => change(event.target.value) },
    pairs.map(([value, name]) => el("option", { value }, visible(name))),
  );
  made.value = chosen;
  return made;
}

/** Says what a list of colours means. */
function legend(...names) {
  const kinds = { kept: "kept", dropped: "dropped", threshold: "dash" };
  return el(
    "ul",
    { class: "legend" },
    names.map((name) => el("li", { class: kinds[name] }, el("i", { "aria-hidden": "true" }), word(name))),
  );
}
