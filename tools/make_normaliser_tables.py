"""Writes corpus_pipeline/filters/perplexity/published.npz from Python's `unicodedata`.

What published normalisers make of each character, before a SentencePiece model reads it. Where each
step is from, and in which order, filters/perplexity/published.py says. The tables are shipped,
because a profile never changes and `unicodedata` does, with the Python version: run it with the
Python named in docs/decisions/0004, and never again for a profile that is out.
"""

import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

#: What CCNet's punctuation becomes (cc_net/text_normalizer.py, UNICODE_PUNCT). A `１` is in the
#: table too, for `"`; every profile has made a 0 of it before.
PUNCTUATION = {
    '"': "„”“«»」「《》１", "'": "´’", ",": "，、", ".": "。", ". ": "．", "...": "…",
    ":": "∶：", "?": "？", "!": "！", "(": "（", ")": "）", ";": "；", "-": "–━►", " - ": "—",
    "~": "～", "<": "〈", ">": "〉", "[": "【", "]": "】", "%": "％",
}  # fmt: skip
PUNCTUATION_OF = {mark: to for to, marks in PUNCTUATION.items() for mark in marks}

#: BigScience's blanks besides the blank itself (uniform_whitespace).
BLANKS = set("\u2009\u200a\u202f\u2005\u3000\u2002\u00a0\u2008\u2003\ufffc")

#: Flags of a character: it is stripped from the ends of a text; it has case; it is passed over
#: where the case of a final sigma is decided.
STRIPPED, CASED, PASSED_OVER = 1, 2, 4


def is_control(character: str) -> bool:
    """Says whether CCNet removes a character as one that is not printed."""
    return ord(character) < 32 or 127 <= ord(character) < 160


def finished(characters: str) -> str:
    """Does what all profiles do last: digits, then punctuation, then what is not printed."""
    zeros = ("0" if unicodedata.category(c) == "Nd" else c for c in characters)
    marks = "".join(PUNCTUATION_OF.get(c, c) for c in zeros)
    return "".join(c for c in marks if not is_control(c))


def ccnet(character: str) -> str:
    """Returns what CCNet makes of a character: lower case and without accents besides."""
    parts = unicodedata.normalize("NFD", character.lower())
    return finished("".join(c for c in parts if unicodedata.category(c) != "Mn"))


def bigscience(character: str) -> str:
    """Returns what BigScience makes of a character: one blank for many besides."""
    return finished(" " if character in BLANKS else character)


def flags(character: str) -> int:
    """Returns the flags of a character, case as `str.lower` sees it before a final sigma."""
    alone, behind = f"{character}Σ".lower()[-1] == "ς", f"A{character}Σ".lower()[-1] == "ς"
    case = CASED if alone else PASSED_OVER if behind else 0
    return case | (STRIPPED if character.isspace() else 0)


def main() -> None:
    """Writes the tables and says for which Unicode version."""
    every = [chr(c) for c in range(0x110000)]
    every[0xD800:0xE000] = ["x"] * 0x800  # No text has them.
    tables: dict[str, Any] = {"flags": np.array([flags(c) for c in every], np.uint8)}
    for name, made in (("ccnet", ccnet), ("dclm", finished), ("bigscience", bigscience)):
        changed = {ord(c): made(c).encode() for c in every if made(c) != c}
        texts = sorted(set(changed.values()))
        place = {text: number for number, text in enumerate(texts, 1)}
        numbers = np.zeros(0x110000, np.uint16)
        numbers[list(changed)] = [place[text] for text in changed.values()]
        tables[f"{name}_numbers"] = numbers
        tables[f"{name}_bytes"] = np.frombuffer(b"".join(texts), np.uint8)
        tables[f"{name}_starts"] = np.cumsum([0, 0, *map(len, texts)]).astype(np.int32)
        longest = max(len(to) / len(chr(c).encode()) for c, to in changed.items())
        print(f"{name}: {len(changed)} characters change, {len(texts)} ways; at most {longest}:1")
    folder = Path(__file__).parent.parent / "corpus_pipeline" / "filters" / "perplexity"
    target = folder / "published.npz"
    np.savez_compressed(target, **tables)
    print(f"{target.name}: Unicode {unicodedata.unidata_version}, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
