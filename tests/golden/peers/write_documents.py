"""Writes tests/filters/quality/vectors/documents.jsonl: small English documents of our own.

Each looks at one rule of the published filters from both sides of its threshold; the rest are put
together from the same sentences by a seed, so that rules meet.
"""

import json
import random
from pathlib import Path

VECTORS = Path(__file__).parents[2] / "filters" / "quality" / "vectors"

SENTENCES = (
    "The baker opens her shop at six, long before the first bus comes down the hill.",
    "Most of her customers have been coming for years and know what they want.",
    "A boy with a red cap buys two rolls and counts the coins twice.",
    "She doesn't mind, because the queue behind him is short today.",
    "Outside, the rain has stopped, and somebody is sweeping the steps of the library.",
    "It's the third week of a cold spring; nobody has planted anything yet.",
    "The well-known clock on the tower still shows half past nine.",
    "An engineer from the town council promised to look at it in 2019.",
    "He wrote a report of forty pages (with drawings) and was never seen again.",
    '"We\'ll wait," said the mayor, "as we have always waited."',
    "In the afternoon the market fills with people who sell honey, wool and old tools.",
    "Prices start at $3.50 and rarely go above 20 euros.",
    "A dog sleeps under one of the tables, and no one steps on its tail.",
    "Would you believe that the same family has run the mill since 1782?",
    "They keep the flour in sacks that weigh about 25 kilograms each.",
    "When the wind turns north, you can hear the stones from across the river!",
    "Two students have measured the sound: it's as loud as a lorry.",
    "Their teacher didn't expect that, and neither did the miller's wife.",
    "Later they all sat down to soup, bread and a plate of sliced pears.",
    "The evening train leaves at 19:45, if it leaves at all.",
)
SHORT = ("Home", "About us", "Contact", "Opening hours", "Log in", "Search", "Next page", "Share")
LIST = ("- flour and water", "• two eggs", "* a pinch of salt", "- butter", "• honey", "1. sugar")
DOTS = ("Read more about the mill...", "And then he left…", "To be continued...")


def prose(first: int, count: int, per_line: int = 4, between: str = "\n\n") -> str:
    """Returns sentences in a row, some to a line."""
    chosen = [SENTENCES[(first + k) % len(SENTENCES)] for k in range(count)]
    lines = [" ".join(chosen[k : k + per_line]) for k in range(0, count, per_line)]
    return between.join(lines)


def documents() -> dict[str, str]:
    """Returns name -> text."""
    found = {
        "prose": prose(0, 12),
        "prose in one line": prose(3, 10, 10),
        "prose in single lines": prose(5, 12, 1, "\n"),
        "line feed at both ends": "\n" + prose(0, 8) + "\n",
        "space around lines": "  " + prose(0, 8, 2, "  \n\t") + "  ",
        "lines of blanks": prose(0, 6, 2, "\n \n"),
        "windows line ends": prose(0, 6, 2, "\r\n"),
        "too few words": prose(0, 2),
        "short words": "a b c d e f g h i of the to be at it he " * 5 + prose(0, 1),
        "long words": " ".join(["internationalisation", "the", "counterrevolution", "of"] * 15),
        "marks between words": " ".join(f"{w} - ;" for w in prose(0, 6).split()[:60]),
        "numbers": prose(0, 4) + " " + " ".join(str(k) for k in range(1000, 1040)),
        "capitalised stop words": "The Of And To Be With That Have " * 8 + "a tree grows " * 3,
        "one stop word": "people like green trees near the old rivers " * 7,
        "no stop words": " ".join(["people like green trees near old rivers"] * 8),
    }  # fmt: skip
    for k in (5, 6, 7, 12):
        found[f"{k} hash marks"] = prose(0, 4, 2, "\n") + " tag" + " # tag" * k
        found[f"{k} ellipses"] = prose(0, 4, 2, "\n") + " well ..." * k + "…" + " so"
    for k in (2, 8, 9, 10, 19):
        bullets = "\n".join(f"- {SENTENCES[j % 20]}" for j in range(k))
        found[f"{k} bullet lines and one other"] = bullets + "\n" + SENTENCES[0]
        starred = "\n".join(f"* {SENTENCES[j % 20]}" for j in range(k))
        found[f"{k} starred lines"] = starred + "\n" + SENTENCES[1]
    for k in (1, 2, 3, 4, 5):
        dotted = "\n".join(f"{SENTENCES[j][:-1]}{'...' if j % 2 else '…'}" for j in range(k))
        found[f"{k} lines with dots"] = dotted + "\n" + prose(6, 7, 1, "\n")
        found[f"{k} lines repeated"] = prose(0, 8, 1, "\n") + ("\n" + SENTENCES[3]) * k
        found[f"{k} paragraphs repeated"] = prose(0, 8, 2) + ("\n\n" + prose(0, 2, 2)) * k
        found[f"{k} short lines repeated"] = prose(0, 8, 2, "\n") + "\nShare this page" * k
        found[f"a phrase {k} times"] = prose(0, 8, 4) + " the old stone bridge of the town" * k
        long = " one of the oldest and most visited stone bridges in the whole of the county"
        found[f"a long phrase {k} times"] = prose(0, 8, 4) + (" Then" + long) * k
        found[f"a clause {k} times"] = " ".join(f"{s} {long}." for s in SENTENCES[: k + 1])
        found[f"{k} sentences"] = " ".join(SENTENCES[:k])
        found[f"{k} sentences in lines"] = "\n".join(SENTENCES[:k])
        found[f"{k} lines without end mark"] = (
            "\n".join(s.rstrip('.!?"') for s in SENTENCES[:k]) + "\n" + prose(7, 6, 1, "\n")
        )
        menu = "\n".join(SHORT[:k])
        found[f"a menu of {k} lines"] = menu + "\n" + prose(4, 4, 2, "\n")
        found[f"a list of {k} lines"] = prose(0, 3, 1, "\n") + "\n" + "\n".join(LIST[:k])
    found |= {
        "javascript": "Please enable JavaScript to see this page of ours.\n" + prose(0, 5, 1, "\n"),
        "only javascript": "\n".join(f"{s[:-1]} javascript." for s in SENTENCES[:6]),
        "lorem ipsum": "Lorem ipsum dolor sit amet.\n" + prose(0, 8, 2, "\n"),
        "lorem ipsum in a heading": "Lorem ipsum\n" + prose(0, 8, 2, "\n"),
        "curly bracket": prose(0, 8, 2, "\n") + "\nfunction open() { return the page; }.",
        "curly bracket in code": prose(0, 8, 2, "\n") + "\nif (a) {",
        "cookies": prose(0, 4, 2, "\n") + "\nThis site uses cookies to help you.\n" + SENTENCES[9],
        "policy": "Read our privacy policy and terms of use here.\n" + prose(0, 5, 1, "\n"),
        "a word of 1001 letters": "x" * 1001 + " is the end of it.\n" + prose(0, 5, 1, "\n"),
        "citations": "\n".join(f"{s}[{k}]" for k, s in enumerate(SENTENCES[:6])),
        "apostrophe ends": "\n".join(f"{s[:-1]}'" for s in SENTENCES[:9]),
        "quotation mark ends": "\n".join(f'He said: "{s}"' for s in SENTENCES[:7]),
        "dots end": "\n".join(f"{s[:-1]}..." for s in SENTENCES[:7]),
        "lines of two words": prose(0, 4, 4) + "\n" + "\n".join(["Go on."] * 3),
        "lines of three words": prose(0, 4, 4) + "\n" + "\n".join(["Go on now."] * 3),
        "lines of thirty characters": "\n".join(
            [*(s[:29] + "." for s in SENTENCES[:6]), *SENTENCES[:3]]
        ),
        "lines of thirty-one characters": "\n".join(
            [*(s[:30] + "." for s in SENTENCES[:6]), *SENTENCES[:3]]
        ),
        "wide marks end lines": "\n".join(f"{s[:-1]}。" for s in SENTENCES[:5]),
        "address": prose(0, 6, 3)
        + " See https://example.org/a/b?c=d#e and write to us@example.org.",
        "abbreviations": "Dr. Miller and Mrs. Smith met at 5 p.m. in the U.S. Embassy. "
        + prose(0, 5),
    }
    dice = random.Random(20)
    for k in range(200):
        lines: list[str] = []
        for _ in range(dice.randint(3, 18)):
            kind = dice.random()
            if kind < 0.55:
                first = dice.randrange(20)
                lines.append(prose(first, dice.randint(1, 4), 4))
            elif kind < 0.7:
                lines.append(dice.choice(SHORT))
            elif kind < 0.8:
                lines.append(dice.choice(LIST))
            elif kind < 0.86:
                lines.append(dice.choice(DOTS))
            elif lines:
                lines.append(dice.choice(lines))
        found[f"mixture {k}"] = dice.choice(["\n", "\n\n"]).join(lines)
    return found


def main() -> None:
    """See the module."""
    rows = [{"name": name, "text": text} for name, text in documents().items()]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (VECTORS / "documents.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
