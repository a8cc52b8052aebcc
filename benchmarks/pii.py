"""Measures what finds personal data: on labelled texts, on real text, in MB/s, on hostile input.

    python benchmarks/pii.py labelled SET.jsonl.zst ... [--held-out] [--peers ours,presidio,argus]
    python benchmarks/pii.py real TEXT.jsonl.zst ... --out found.jsonl [--per-type 50]
    python benchmarks/pii.py keep found.jsonl --out verdicts.jsonl
    python benchmarks/pii.py real TEXT.jsonl.zst ... --verdicts verdicts.jsonl
    python benchmarks/pii.py speed TEXT.jsonl.zst ... [--megabytes 8]
    python benchmarks/pii.py hostile
    python benchmarks/pii.py tables --labelled SET ... --speed TEXT ... --real TEXT ... --page X.md

Files are `.jsonl`, `.jsonl.zst`, `.parquet`, WARC or WET; `benchmarks/pii_sets.py` writes labelled
sets. Peers are Presidio with its patterns alone (`presidio`) and with a spaCy model
(`presidio-spacy`), argus-redact and datatrove's PIIFormatter; each runs where it is installed.
Nothing is
installed, fetched or read besides the files that are named. pii_scoring.py says how is counted.

`real` writes findings with what stands around them, to be read by eye: add `"verdict": "right"`
or `"wrong"` and `"error": "a kind of error"` to the lines. `keep` writes the verdicts without
the values, so that they can be kept as data (pii_verdicts.jsonl); `real --verdicts` prints from
them the wrong findings per MB, and with `--out` writes the verdicts that are known into the lines.
pii_real.py says how is drawn and counted.
"""

import argparse
import contextlib
import io
import itertools
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pii_peers
import pyarrow as pa
from pii_real import find_real, keep, print_real, read_verdicts, sampled, write_found
from pii_scoring import (
    KINDS,
    Document,
    Finding,
    Rates,
    Score,
    documents,
    inventory,
    is_held_out,
)

from corpus_pipeline.scrub.finding import families_of
from corpus_pipeline.scrub.step import ScrubSection

AROUND = 60
#: Where the tables of a page begin.
MARK = "<!-- tables -->"


def _find(peer: pii_peers.Peer, batch: Sequence[Document]) -> list[list[Finding]]:
    return peer.find([d.text for d in batch], [d.language for d in batch])


# Labelled texts


def score_of(
    peer: pii_peers.Peer,
    texts: Sequence[Document],
    show: bool = False,
    apart: Sequence[str] | None = None,
) -> tuple[Score, float]:
    """Counts what a peer finds in labelled texts.

    Returns:
        the counts, and the rate in MB/s of CPU time.
    """
    score = Score(inventory(texts), apart)
    if peer.languages is not None:
        texts = [d for d in texts if (d.language or "en").partition("_")[0] in peer.languages]
    size, took = sum(len(d.text.encode()) for d in texts), 0.0
    _find(peer, texts[:1])  # Tables are loaded before time is taken.
    for batch in pii_peers.batches(texts):
        started = time.process_time()
        found = _find(peer, batch)
        took += time.process_time() - started
        for document, findings in zip(batch, found, strict=True):
            for miss in score.add(document, findings):
                if show:
                    before = document.text[max(0, miss.start - AROUND) : miss.start]
                    print(miss.what, miss.name, document.language, repr(before),
                          repr(document.text[miss.start : miss.end]),
                          repr(document.text[miss.end : miss.end + 20]))  # fmt: skip
    return score, size / max(took, 1e-9) / 1e6


def labelled(
    paths: Sequence[Path],
    held_out: bool | None,
    peers: Sequence[pii_peers.Peer],
    by_name: bool,
    show: bool,
    apart: Sequence[str] | None = None,
) -> None:
    """Prints a table for each file: all peers side by side, by language and kind.

    Args:
        held_out: True: the odd half of the templates; False: the even; None: all.
        by_name: prints our recall by the names of the labels, too.
        apart: languages that have rows of their own; None: all.
    """
    for path in paths:
        texts = [
            document
            for document in documents(path, language="en")
            if held_out is None or is_held_out(document.template) == held_out
        ]
        half = {None: "all", True: "held-out half", False: "open half"}[held_out]
        print(f"\n### {path.name.partition('.')[0]}, {half}: {len(texts):,} texts\n")
        scores = {}
        for peer in peers:
            scores[peer.name], rate = score_of(peer, texts, show, apart)
            print(f"* {peer.name}: {rate:.2f} MB/s")
        print_scores(scores)
        if by_name and peers:
            print_names(scores[peers[0].name])


def print_scores(scores: dict[str, Score]) -> None:
    """Prints recall / precision / F1 of all peers, by overlap and by exact ends, and for the first
    peer the share of labels that is covered whole."""
    keys = {key for score in scores.values() for key in score.counts}
    for exact in (False, True):
        print("\nBy exact ends:" if exact else "\nBy overlap: recall / precision / F1")
        names = [f"{name}{'' if exact else ', covered'}" if name == next(iter(scores)) else name
                 for name in scores]  # fmt: skip
        print("\n| language | kind | labels | " + " | ".join(names) + " |")
        print("|---|---|---:|" + "---|" * len(names))
        for language, kind in itertools.product(sorted({key[0] for key in keys}), KINDS):
            rates = [score.rates(language, kind) for score in scores.values()]
            labels = max(rate.labels for rate in rates)
            cells = [_cell(rate, exact) for rate in rates]
            if rates[0].labels and not exact:
                cells[0] += f", {_share(rates[0].covered)}"
            if any(cells):
                print(f"| {language} | {kind} | {labels} | {' | '.join(cells)} |")


def _cell(rate: Rates, exact: bool) -> str:
    """Writes recall, precision and F1; of a kind without labels how many findings are wrong."""
    if not rate.labels:
        return f"{rate.findings} wrong" if rate.findings else ""
    shares = (rate.exact, rate.right_exact, rate.f1_exact) if exact else (
        rate.found, rate.right, rate.f1)  # fmt: skip
    return " / ".join(_share(share) or "–" for share in shares)


def _share(value: float) -> str:
    """Writes a share; nothing for NaN.

    >>> _share(0.5), _share(1.0), _share(float("nan"))
    ('.500', '1.000', '')
    """
    return "" if value != value else f"{value:.3f}".removeprefix("0")


def print_names(score: Score) -> None:
    """Prints recall by the names that the set gives, where a kind has several."""
    print(
        "\n| language | label | labels | recall | exact | covered |\n|---|---|---:|---:|---:|---:|"
    )
    for language, name in sorted(score.names):
        rate = score.rates_of_name(language, name)
        cells = " | ".join(_share(x) for x in (rate.found, rate.exact, rate.covered))
        print(f"| {language} | {name} | {rate.labels} | {cells} |")


# Speed


def phone_list(megabytes: float) -> list[str]:
    """Writes lists of telephone numbers, all different, as a directory has them."""
    rng = random.Random(0)
    texts, size = [], 0
    while size < megabytes * 1e6:
        lines = []
        for _ in range(100):
            area, exchange = rng.randint(200, 989), rng.randint(200, 999)
            line = rng.randint(0, 9999)
            lines += [
                f"({area}) {exchange}-{line:04}",
                f"电话：1{rng.randint(30, 99)}{rng.randint(0, 99999999):08}",
                f"+44 20 {rng.randint(7000, 7999)} {line:04}",
                f"Name {rng.randint(0, 99)}, tel. {area}-{exchange}-{line:04}",
            ]
        texts.append("\n".join(lines))
        size += len(texts[-1].encode())
    return texts


def _column(
    path: Path | None, megabytes: float, language: str | None
) -> tuple[list[str], list[str | None]]:
    if path is None:
        lists = phone_list(min(megabytes, 0.1))
        return lists, [None] * len(lists)
    texts: list[str] = []
    languages: list[str | None] = []
    size = 0
    for document in documents(path, language):
        texts.append(document.text)
        languages.append(document.language)
        size += len(document.text.encode())
        if size > megabytes * 1e6:
            break
    return texts, languages


def best(call: Callable[[], object], tries: int = 3) -> float:
    """Returns the least CPU time of a call, in seconds."""
    times = []
    for _ in range(tries):
        started = time.process_time()
        call()
        times.append(time.process_time() - started)
    return min(times)


def timed() -> dict[str, tuple[Sequence[str], str]]:
    """Returns what is timed: each family alone, the defaults, everything; kinds, whose names."""
    known = pii_peers.known_entities()
    groups: dict[str, tuple[Sequence[str], str]] = {
        family: (tuple(names), "all") for family, names in families_of(known).items()
    }
    default = ScrubSection()
    groups["persons, private"] = (groups["persons"][0], "private")
    groups["defaults"] = (default.entities, default.persons)
    return {**groups, "everything": (known, "all")}


def speed(
    paths: Sequence[Path], megabytes: float, peer_megabytes: float, peers: Sequence[str]
) -> None:
    """Prints MB/s of CPU time on one core: our families, all together, and peers, side by side.

    Peers are given the first texts of the same files: as many as `peer_megabytes` holds, since
    some of them need minutes for a megabyte.
    """
    columns = {
        path.name if path else "(telephone list)": (path, *_column(path, megabytes, None))
        for path in (*paths, None)
    }
    rows: dict[str, list[str]] = {}
    for name, (entities, persons) in timed().items():
        find = pii_peers.our_finder(entities, persons=persons)
        find(pa.array(["warm +1 202 456 1111 a@b.com 张三"]), ["zh"])
        for texts, languages in [each[1:] for each in columns.values()]:
            column = pa.array(texts, pa.string())
            rate = column.nbytes / best(lambda: find(column, languages)) / 1e6  # noqa: B023
            rows.setdefault(f"ours: {name}", []).append(f"{rate:.1f}")
    ready, lines = pii_peers.load(name for name in peers if name != "ours")
    if "presidio" in peers and not any(line.startswith("presidio:") for line in lines):
        ready = [p for p in ready if p.name != "presidio"]
        ready.append(pii_peers.presidio_alone(everything=False))
    for peer in ready:
        for path, *_ in columns.values():
            if path is None:
                rows.setdefault(peer.name, []).append("")
                continue
            texts, languages = _column(path, peer_megabytes, None)
            size = sum(len(text.encode()) for text in texts)
            took = best(lambda: peer.find(texts, languages))  # noqa: B023
            rows.setdefault(peer.name, []).append(f"{size / took / 1e6:.3f}")
    print("\n| MB/s | " + " | ".join(columns) + " |\n|---|" + "---:|" * len(columns))
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")
    _print_lines(lines)


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        print(f"* not run: {line}")


# Hostile input


def hostile_texts(size: int) -> dict[str, str]:
    """Makes texts of `size` characters that a careless rule would read again and again."""
    patterns = {
        "digits": "1234567890",
        "digits and blanks": "12 345 6 ",
        "digits and dashes": "555-1234-",
        "brackets": "(",
        "bracketed digits": "((1)",
        "at signs": "@",
        "mail heads": "a.b@",
        "dots": "1.2.",
        "colons": "ab:",
        "a surname": "Smith ",
        "a full name": "John Smith, ",
        "a title": "Mr. ",
        "capital words": "Abc Def ",
        "capitals": "ABCDEFG",
        "Chinese numbers": "12号",
        "号": "号",
        "a Chinese surname": "王",
        "a Chinese name": "王小明",
        "places": "省市区县路",
        "street words": "12 Main Street ",
        "newlines": "\n",
        "lines of a word": "Name:\n",
        "labels": "password=",
        "hexadecimal": "deadbeef",
        "base64": "QUJDREVGR0hJ",
        "commas": ", ",
        "invisible": "\u200b1",
        "full width": "１２３",
        "fields of names in Han": "姓名：王小明 ",
        "fields of names in Han, by line": "姓名：王小明\n",
        "fields of Japanese names": "氏名　山田",
        "fields of Japanese names, by line": "氏名　山田\n",
        "fields of Korean names": "성명: 김철수 ",
        "a Chinese list": "王先生、",
        "katakana": "アイウ",
        "hangul": "김",
        "Cyrillic": "Иван ",
    }
    return {name: (unit * (size // len(unit) + 1))[:size] for name, unit in patterns.items()}


def hostile(kilobytes: int, doublings: int, entities: Sequence[str] | None) -> None:
    """Prints CPU time on hostile texts and the factor of each doubling: 2 is linear."""
    find = pii_peers.our_finder(entities or pii_peers.known_entities())
    find(pa.array(["warm +1 202 456 1111 a@b.com 张三"]), ["zh"])
    sizes = [kilobytes * 1000 * 2**step for step in range(doublings + 1)]
    print("| text | " + " | ".join(f"{size / 1e6:g} M characters" for size in sizes)
          + " | factors | MB/s |")  # fmt: skip
    print("|---|" + "---:|" * len(sizes) + "---|---:|")
    for name in hostile_texts(1):
        times, size = [], 0
        for each in sizes:
            text = hostile_texts(each)[name]
            column, size = pa.array([text], pa.string()), len(text.encode())
            language = "zh" if not text.isascii() else "en"
            times.append(best(lambda: find(column, [language]), 2))  # noqa: B023
        factors = [later / max(first, 1e-4) for first, later in itertools.pairwise(times)]
        print(f"| {name} | {' | '.join(f'{t:.3f} s' for t in times)} | "
              f"{', '.join(f'{f:.1f}' for f in factors)} | {size / times[-1] / 1e6:.1f} |",
              flush=True)  # fmt: skip


# The command line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, help_: str, files: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_)
        if files:
            sub.add_argument("paths", type=Path, nargs="+")
        return sub

    def peers(sub: argparse.ArgumentParser, default: str) -> None:
        sub.add_argument("--peers", default=default, help=f"any of {','.join(pii_peers.PEERS)}")

    one = command("labelled", "recall, precision and F1 on labelled texts")
    half = one.add_mutually_exclusive_group()
    half.add_argument("--held-out", action="store_true", help="the odd half of the templates")
    half.add_argument("--open", action="store_true", help="the even half")
    one.add_argument("--apart", help="languages with rows of their own, others in one: en,zh")
    one.add_argument("--by-name", action="store_true", help="recall by the names of labels, too")
    one.add_argument("--show", action="store_true", help="print what is missed or wrong")
    peers(one, "ours")
    one = command("real", "findings in real text, to be read by eye")
    one.add_argument("--out", type=Path, help="where findings are written")
    one.add_argument(
        "--per-type", type=int, default=0, help="findings of each file and kind; 0: all"
    )
    one.add_argument("--lang", help="language of texts that do not say theirs")
    one.add_argument("--entities", help="separated by commas; all if not given")
    one.add_argument("--persons", default="all", choices=["all", "private"])
    one.add_argument("--verdicts", type=Path, help="what `keep` has written")
    peers(one, "ours")
    one = command("keep", "verdicts without the values")
    one.add_argument("--out", type=Path, required=True, help="added to, if it exists")
    one = command("speed", "MB/s, ours and peers")
    one.add_argument("--megabytes", type=float, default=8.0)
    one.add_argument("--peer-megabytes", type=float, default=0.3)
    peers(one, "presidio,presidio-spacy,datatrove,argus")
    one = command("hostile", "time on hostile texts, doubled", files=False)
    one.add_argument("--kilobytes", type=int, default=250)
    one.add_argument("--doublings", type=int, default=2)
    one.add_argument("--entities", help="separated by commas; all if not given")
    one = command("tables", "all tables of the page of figures", files=False)
    one.add_argument("--labelled", type=Path, nargs="*", default=[])
    one.add_argument("--speed", type=Path, nargs="*", default=[])
    one.add_argument("--real", type=Path, nargs="*", default=[])
    one.add_argument("--verdicts", type=Path)
    one.add_argument("--page", type=Path, help=f"in which they replace what follows {MARK}")
    one.add_argument("--megabytes", type=float, default=8.0)
    one.add_argument("--peer-megabytes", type=float, default=0.3)
    peers(one, ",".join(pii_peers.PEERS))
    return parser


def _run_real(options: argparse.Namespace) -> None:
    entities = options.entities.split(",") if options.entities else None
    lines: list[str] = []
    if options.peers == "ours":
        ready = [pii_peers.ours(entities, persons=options.persons)]
    else:
        ready, lines = pii_peers.load(options.peers.split(","))
    _print_lines(lines)
    for peer in ready:
        print(f"\n{peer.name}")
        found, sizes = find_real(options.paths, peer, options.lang)
        if options.out is not None:
            chosen = sampled(found, options.per_type)
            write_found(chosen, options.out, options.persons, read_verdicts(options.verdicts))
        print_real(found, sizes, options.verdicts, options.persons)


def _run_tables(options: argparse.Namespace) -> None:
    ready, lines = pii_peers.load(options.peers.split(","))
    if options.labelled:
        print("## Labelled sets")
        labelled(options.labelled, None, ready, by_name=True, show=False, apart=("en", "zh"))
        print()
        _print_lines(lines)
    if options.real:
        print("\n## Findings in real text")
        for persons in ("all", "private"):
            found, sizes = find_real(options.real, pii_peers.ours(persons=persons), None)
            print_real(found, sizes, options.verdicts, persons)
    if options.speed:
        print("\n## Speed")
        speed(options.speed, options.megabytes, options.peer_megabytes, options.peers.split(","))


def main() -> None:
    """Reads the command line."""
    options = _parser().parse_args()
    if options.command == "labelled":
        ready, lines = pii_peers.load(options.peers.split(","))
        _print_lines(lines)
        half = True if options.held_out else False if options.open else None
        apart = options.apart.split(",") if options.apart else None
        labelled(options.paths, half, ready, options.by_name, options.show, apart)
    elif options.command == "real":
        _run_real(options)
    elif options.command == "keep":
        print(f"{keep(options.paths, options.out)} verdicts", file=sys.stderr)
    elif options.command == "speed":
        speed(options.paths, options.megabytes, options.peer_megabytes, options.peers.split(","))
    elif options.command == "hostile":
        entities = options.entities.split(",") if options.entities else None
        hostile(options.kilobytes, options.doublings, entities)
    elif options.page is None:
        _run_tables(options)
    else:
        written = io.StringIO()
        with contextlib.redirect_stdout(written):
            _run_tables(options)
        head = options.page.read_text("utf-8").partition(MARK)[0]
        options.page.write_text(f"{head}{MARK}\n\n{written.getvalue().strip()}\n", "utf-8")


if __name__ == "__main__":
    main()
