"""How right language identification is: labels, cut-offs, and texts of more than one language.

    python benchmarks/language.py texts --sentences S.jsonl.zst --documents D.jsonl.zst \
        --output learn.jsonl
    corpus calibrate learn.jsonl cut-offs.yaml
    python benchmarks/language.py measure --sentences S.jsonl.zst --documents D.jsonl.zst

Input files are JSONL with `id`, `text` and `lang`. A fifth of all texts, by the hash of the id, is
held back: `texts` leaves it out, and `measure` reports it by itself. `--sentences` are short texts,
which are joined 1, 2, 5 and 20 at a time; `--documents` are taken as they are, long ones in pieces
too. What names no language ("mixed") is left out.
"""

import argparse
import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import zstandard

from corpus_pipeline.text.languages import parse_language

JOINED = (1, 2, 5, 20)
PIECE = 600
MIXED = 1000
#: Labels of UDHR and Wikipedia that are not ISO's, as (file's, ISO's).
OWN = {"als": "sqi"}


def held_out(identity: str) -> bool:
    """Says whether a text is held back."""
    return int(hashlib.sha256(identity.encode()).hexdigest(), 16) % 5 == 0


def rows(paths: list[Path]) -> Iterator[dict[str, str]]:
    """Yields the records of JSONL files."""
    for path in paths:
        data = path.read_bytes()
        if path.suffix == ".zst":
            data = zstandard.ZstdDecompressor().stream_reader(data).read()
        yield from (json.loads(line) for line in data.splitlines())


def texts(arguments: argparse.Namespace, held: bool) -> Iterator[tuple[str, str, str]]:
    """Yields (kind, language, text) of one part of the data."""
    by_language = defaultdict(list)
    for row in rows(arguments.sentences):
        if held_out(row["id"]) == held:
            by_language[row["lang"]].append(row["text"])
    for language, own in by_language.items():
        for n in JOINED:
            for first in range(0, len(own) - n + 1, n):
                yield f"sentences x {n}", language, " ".join(own[first : first + n])
    for path in arguments.documents:
        for row in rows([path]):
            language = OWN.get(row["lang"], row["lang"])
            if held_out(row["id"]) != held or parse_language(language) is None:
                continue
            yield path.name.split(".")[0], language, row["text"]
            if arguments.pieces and path.name.startswith(tuple(arguments.pieces)):
                for first in range(0, len(row["text"]) - PIECE // 2, PIECE):
                    piece = row["text"][first : first + PIECE]
                    yield f"{path.name.split('.')[0]}, pieces", language, piece


def mixed(arguments: argparse.Namespace, held: bool) -> Iterator[tuple[str, str, str]]:
    """Yields documents of one language with a passage in another."""
    by_language = defaultdict(list)
    for row in rows(arguments.sentences):
        if held_out(row["id"]) == held:
            by_language[row["lang"]].append(row["text"])
    chance = random.Random(1)
    languages = [each for each in sorted(by_language) if each in arguments.mix]
    for place in ("beginning", "middle", "end"):
        for _ in range(MIXED):
            main, other = chance.sample(languages, 2)
            body = joined(by_language[main], chance.randrange(3000, 9000), chance)
            passage = joined(by_language[other], chance.randrange(700, 1100), chance)
            cut = {"beginning": 0, "middle": len(body) // 2, "end": len(body)}[place]
            yield f"passage at the {place}", main, f"{body[:cut]}\n{passage}\n{body[cut:]}"
    for language in languages:
        for _ in range(20):
            text = joined(by_language[language], 2000, chance)
            if text.upper() != text:
                yield "capitals only", language, text.upper()


def joined(own: list[str], length: int, chance: random.Random) -> str:
    """Returns random texts of one language, joined to a length."""
    found: list[str] = []
    while sum(map(len, found)) < length:
        found.append(chance.choice(own))
    return "\n".join(found)[:length]


def measure(arguments: argparse.Namespace) -> None:
    """Prints accuracy, the share of right labels kept and of wrong labels kept."""
    from corpus_pipeline.filters.language.cutoffs import shipped_cut_offs
    from corpus_pipeline.filters.language.measures import (
        LanguageRules,
        language_failures,
        load_language_identifier,
        measure_language,
    )
    from corpus_pipeline.text.languages import related_languages, same_language

    rules = LanguageRules(cut_offs=shipped_cut_offs())
    identifier = load_language_identifier()
    worst: defaultdict[tuple[bool, str], list[int]] = defaultdict(lambda: [0, 0])
    for held in (False, True):
        kinds = defaultdict(list)
        for source in (texts, mixed):
            for kind, language, text in source(arguments, held):
                kinds[kind].append((language, text))
        for kind, found in kinds.items():
            start = time.process_time()
            measures = measure_language(pa.array([text for _, text in found]), identifier)
            seconds = time.process_time() - start
            failures = language_failures(measures, rules)
            passed = ~np.logical_or.reduce(list(failures.values()))
            labels = [label or "" for label in measures["lang"].to_pylist()]
            pairs = list(zip([language for language, _ in found], labels, strict=True))
            right = np.array([same_language(*pair) for pair in pairs])
            related = np.array([related_languages(*pair) for pair in pairs])
            wrong = ~right & ~related
            print(
                f"{'held out' if held else 'learnt on':9} {kind:26} {len(found):6} "
                f"right {right.mean():.4f}  of right kept {passed[right].mean():.4f}  "
                f"of wrong kept {passed[~right].mean() if (~right).any() else 0:.4f}, "
                f"of another macro-language {passed[wrong].mean() if wrong.any() else 0:.4f}  "
                f"right and kept {(right & passed).mean():.4f}  CPU {seconds:.1f} s"
            )
            if kind == "sentences x 1":
                for (language, _), kept in zip(
                    [pair for pair, ok in zip(pairs, right, strict=True) if ok],
                    passed[right], strict=True,
                ):  # fmt: skip
                    worst[held, language][0] += 1
                    worst[held, language][1] += bool(kept)
    for held in (False, True):
        shares = sorted((kept / count, language) for (part, language), (count, kept) in
                        worst.items() if part == held and count >= 10)  # fmt: skip
        print("held out" if held else "learnt on", "sentences kept, least of right labels:",
              ", ".join(f"{language} {share:.2f}" for share, language in shares[:16]))  # fmt: skip


def main() -> None:
    """Reads the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("texts", "measure"))
    parser.add_argument("--sentences", type=Path, nargs="+", default=[])
    parser.add_argument("--documents", type=Path, nargs="+", default=[])
    parser.add_argument("--pieces", nargs="*", default=[], help="documents that are cut up, too")
    parser.add_argument("--output", type=Path)
    parser.add_argument(
        "--mix",
        nargs="*",
        default=["ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hu", "it", "ja", "ko",
                 "nl", "pl", "pt", "ru", "sv", "th", "tr", "uk", "vi", "zh"],
    )  # fmt: skip
    arguments = parser.parse_args()
    if arguments.command == "measure":
        measure(arguments)
        return
    with arguments.output.open("w", encoding="utf-8") as file:
        for number, (kind, language, text) in enumerate(texts(arguments, held=False)):
            row = {"id": f"{kind} {number}", "text": text, "lang": language}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
