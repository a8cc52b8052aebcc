"""Writes labelled sets of texts that people who did not know the rules have written out.

    python benchmarks/pii_written.py FOLDER

Texts lie in `pii_texts/LANGUAGE.txt`, those of a second round (names, and traps for names) in
`LANGUAGE-2.txt`, parted by lines of `---`; the first line says the register behind `#`. A label
stands in the text as `<KIND|value>`. Writes `LANGUAGE_learnt.jsonl` and
`LANGUAGE_held.jsonl`, halves by the hash of the text: whoever makes rules looks at the first and is
judged by the second. `in` are English and Hindi texts of India. Private IP addresses are no labels,
for *scrub* leaves them alone on purpose.
"""

import argparse
import ipaddress
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).parent / "pii_texts"
_LABEL = re.compile(r"<([A-Z_]+)\|([^<>|]+)>")
_BORDER = re.compile(r"^---[ \t]*$\n?", re.MULTILINE)
_CHINESE_ID = re.compile(r"[0-9０-９]{15}|[0-9０-９ ]{17,22}[0-9XxＸ０-９]")
#: Kinds of the texts that are another kind of ours.
_KINDS = {"ORG_ID": "NATIONAL_ID", "PASSPORT": "NATIONAL_ID", "DRIVER_LICENSE": "NATIONAL_ID"}


def records(name: str) -> Iterator[dict[str, Any]]:
    """Yields the texts of a file with their labels, offsets in characters."""
    content = (TEXTS / f"{name}.txt").read_text("utf-8")
    language = name.partition("-")[0]
    for number, part in enumerate(filter(str.strip, _BORDER.split(content))):
        register, _, body = part.lstrip("\n").partition("\n")
        text, spans, at = "", [], 0
        for label in _LABEL.finditer(body := body.rstrip("\n") + "\n"):
            text += body[at : label.start()]
            kind = _kind(language, label[1], label[2])
            if kind is not None:
                spans.append({"entity": kind, "start": len(text), "end": len(text + label[2])})
            text += label[2]
            at = label.end()
        yield {
            "id": f"{name}{number}", "text": text + body[at:], "register": register,
            "lang": "en" if language == "in" else language, "complete": True, "spans": spans,
        }  # fmt: skip


def _kind(language: str, kind: str, value: str) -> str | None:
    if kind == "NATIONAL_ID" and language == "zh" and _CHINESE_ID.fullmatch(value):
        return "CN_ID"
    if kind == "IP_ADDRESS":
        try:
            return None if ipaddress.ip_address(value).is_private else kind
        except ValueError:
            return kind
    return _KINDS.get(kind, kind)


def main() -> None:
    """Writes two files for each language."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(TEXTS.glob("*.txt")):
        halves: dict[bool, list[str]] = {True: [], False: []}
        for record in records(path.stem):
            learnt = bool(zlib.crc32(record["text"].encode()) % 2)
            halves[learnt].append(json.dumps(record, ensure_ascii=False) + "\n")
        for learnt, lines in halves.items():
            name = f"{path.stem}_{'learnt' if learnt else 'held'}.jsonl"
            (folder / name).write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
