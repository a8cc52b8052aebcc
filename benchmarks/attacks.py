"""Measures attacks: what small or crafted files cost a process that reads them.

    python benchmarks/attacks.py [NAME ...] [--seconds 120]

Each attack is made in one process and done in another, which may take so many seconds of processor
time. Printed are that time, the most memory the process has held (libraries included, about 150 MB)
and how it ended. Set PYTHONPATH to measure another version of the package.
"""

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

MEGABYTE = 1 << 20


class Attack(NamedTuple):
    """Something that somebody else has made."""

    make: Callable[[Path], object]
    """Writes the file."""
    do: Callable[[Path], object]
    """Meets it; returns what came of it."""


def _gzip(block: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(block) for _ in range(times)), packer.flush()])


def _page(content: bytes, head: str) -> bytes:
    message = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{head}\r\n\r\n".encode()
    block = message + content
    start = (
        "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
    )
    return start.encode() + b"Content-Length: %d\r\n\r\n" % len(block) + block + b"\r\n\r\n"


def _bytes(content: Callable[[], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content())


def _read(format_: str, compression: str | None = None) -> Callable[[Path], object]:
    def do(path: Path) -> object:
        from corpus_pipeline.sources.pieces import Piece
        from corpus_pipeline.sources.reading import ReadOptions, read_piece

        piece = Piece(str(path), format_, compression, 0, None)
        found: Counter[str] = Counter()
        with path.open("rb") as stream:
            for batch in read_piece(stream, piece, ReadOptions(), lambda name, times: None):
                found.update(str(reason or "read") for reason in batch["drop_reason"].to_pylist())
        return dict(found)

    return do


def _extract(mime: str) -> Callable[[Path], object]:
    def do(path: Path) -> object:
        import pyarrow as pa

        from corpus_pipeline.extract.documents import extract_documents

        raw = pa.array([path.read_bytes()], pa.binary())
        nothing = pa.nulls(1, pa.string())
        found = extract_documents(raw, pa.array([mime]), nothing, nothing)
        return found.reasons.to_pylist()[0] or "extracted"

    return do


def _scrub(path: Path) -> object:
    import pyarrow as pa

    from corpus_pipeline.scrub.finding import load_finders
    from corpus_pipeline.scrub.scrubbing import scrub_texts
    from corpus_pipeline.scrub.spans import FinderOptions

    finders = load_finders(["PHONE_NUMBER"], FinderOptions())
    scrubbed = scrub_texts(pa.array([path.read_text("utf-8")]), finders)
    return f"{scrubbed.counts['pii_phone'][0]} numbers"


def _tokenize(path: Path) -> object:
    import pyarrow as pa

    import corpus_pipeline
    from corpus_pipeline.tokens.encode import load_tokenizer

    shipped = Path(corpus_pipeline.__file__).parent / "models" / "tokenizer.json"
    encoded = load_tokenizer(shipped).encode(pa.array([path.read_text("utf-8")]))
    return f"{len(encoded.ids)} tokens"


def _measure(path: Path) -> object:
    """The filters and hashes on one document."""
    import pyarrow as pa

    from corpus_pipeline.dedup.minhash import MinHashOptions, shingle, signatures
    from corpus_pipeline.filters.language.measures import load_language_identifier, measure_language
    from corpus_pipeline.filters.quality.measures import measure_quality
    from corpus_pipeline.text.words import split_words

    texts = pa.array([path.read_text("utf-8")])
    langs = measure_language(texts, load_language_identifier())["lang"]
    measure_quality(texts, langs)
    signatures(shingle(split_words(texts), MinHashOptions()), MinHashOptions())
    return "measured"


def _open_language(path: Path) -> object:
    try:
        from corpus_pipeline.filters.language.step import Language
        from corpus_pipeline.planning.model_probe import probe_model
        from corpus_pipeline.planning.resources import digest_of

        probe_model(Language, str(path), digest_of(str(path), "x"))
    except ImportError:
        pass
    from corpus_pipeline.filters.language.measures import load_language_identifier

    return len(load_language_identifier(str(path)).labels)


def _cut_language_model(path: Path) -> None:
    from corpus_pipeline.filters.language import measures as language

    path.write_bytes(language.carried_model().read_bytes()[:600_000])


def _perplexity_model(path: Path) -> None:
    import hashlib

    from corpus_pipeline.filters.perplexity.models import shipped_models

    shipped = shipped_models()["en"]
    path = path.with_suffix(".klm")
    whole = shipped.read_bytes()
    content = whole[:200] + random.Random(0).randbytes(len(whole) - 200)
    path.write_bytes(content)
    card = json.loads(shipped.with_suffix(".json").read_bytes())
    card["sha256"] = hashlib.sha256(content).hexdigest()
    path.with_suffix(".json").write_text(json.dumps(card))


def _open_perplexity(path: Path) -> object:
    path = path.with_suffix(".klm")
    try:
        from corpus_pipeline.filters.perplexity.step import Perplexity
        from corpus_pipeline.planning.model_probe import probe_model
        from corpus_pipeline.planning.resources import digest_of

        probe_model(Perplexity, str(path), digest_of(str(path), "x"))
    except ImportError:
        pass
    from corpus_pipeline.filters.perplexity.models import load_language_model

    return load_language_model(path).card.label


def _pipe_as_configuration(path: Path) -> object:
    from corpus_pipeline.config.config import load_config

    return load_config(path).output


def _pipe_as_model(path: Path) -> object:
    from corpus_pipeline.storage import resource_digest

    return resource_digest(str(path))


def _configuration(path: Path) -> object:
    from corpus_pipeline.config.config import load_config

    return load_config(path).output


def _parquet(make: Callable[[], dict[str, object]], **how: object) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(make()), path, **how)

    return write


def _contradicting_footer(path: Path) -> None:
    """A histogram of levels that has one value too few; see parquet.thrift, SizeStatistics."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"text": [f"a{n}" for n in range(2000)]}), path)
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    # A list of two i64, the histogram of definition levels.
    at = data.rindex(b"\x19\x26", footer)
    damaged = bytearray(data)
    damaged[at + 1] = 0x16
    del damaged[at + 2]
    size = int.from_bytes(data[-8:-4], "little") - 1
    damaged[-8:-4] = size.to_bytes(4, "little")
    path.write_bytes(bytes(damaged))


def _many_columns() -> dict[str, object]:
    return {"text": ["x"] * 10, **{f"c{n}": [1] * 10 for n in range(20_000)}}


def _zstd_of_small_blocks(blocks: int) -> bytes:
    head = b"\x28\xb5\x2f\xfd" + bytes([0, 7 << 3])
    block = (2 << 3).to_bytes(3, "little") + b"ab"
    return head + block * blocks + (2 << 3 | 1).to_bytes(3, "little") + b"\n\n"


def phone_list(lines: int) -> str:
    """A list of telephone numbers, international and national, of several countries."""
    import phonenumbers

    rng = random.Random(0)
    regions = ("US", "GB", "CN", "DE", "FR", "IN", "JP", "BR", "IT", "ES", "KR", "AU")
    examples = [
        example
        for region in regions
        for kind in (0, 1)
        if (example := phonenumbers.example_number_for_type(region, kind))
    ]
    written: list[str] = []
    while len(written) < lines:
        example = rng.choice(examples)
        digits = str(example.national_number)
        digits = digits[:4] + "".join(rng.choice("0123456789") for _ in digits[4:])
        number = phonenumbers.PhoneNumber(
            country_code=example.country_code, national_number=int(digits)
        )
        written.append(phonenumbers.format_number(number, rng.choice((0, 1, 2))))
    return "\n".join(written)


def _bomb() -> bytes:
    return _gzip(b"<p>" * (MEGABYTE // 3), 1000)


_ALIASES = "a0: &a0 x\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
ATTACKS: dict[str, Attack] = {
    "header without end, 1 MiB": Attack(
        _bytes(lambda: b"\nWARC/1x" * (MEGABYTE // 8)), _read("warc")
    ),
    "gzip names without end, 1 MiB": Attack(
        _bytes(lambda: b"\x1f\x8b\x08\x08" * (MEGABYTE // 4)), _read("warc", "gz")
    ),
    "YAML aliases, nine levels of ten": Attack(_bytes(_ALIASES.encode), _configuration),
    "telephone numbers, 1 MB": Attack(lambda path: path.write_text(phone_list(70_000)), _scrub),
    "Transfer-Encoding: gzip, 1 GB": Attack(
        _bytes(lambda: _page(_bomb(), "Transfer-Encoding: gzip")), _read("warc")
    ),
    "Content-Encoding: gzip, identity, 1 GB": Attack(
        _bytes(lambda: _page(_bomb(), "Content-Encoding: gzip, identity")), _read("warc")
    ),
    "second gzip member, 1 GB": Attack(
        _bytes(lambda: _page(gzip.compress(b"x") + _bomb(), "Content-Encoding: gzip")),
        _read("warc"),
    ),
    "zstd in blocks of two bytes, 10 MB in one line": Attack(
        _bytes(lambda: _zstd_of_small_blocks(5_000_000)), _read("jsonl", "zst")
    ),
    "a line of 28 MB": Attack(
        _bytes(lambda: b'{"text": "' + b"\\u4e00" * (28 * MEGABYTE // 6) + b'"}\n'),
        _read("jsonl"),
    ),
    "five million U+0344": Attack(
        lambda path: path.write_text("\u0344" * 5_000_000, "utf-8"), _extract("text/plain")
    ),
    "U+FB2C, 10 MB": Attack(
        lambda path: path.write_text("\ufb2c" * 3_300_000, "utf-8"), _extract("text/plain")
    ),
    "one word of 10 MB, encoded": Attack(lambda path: path.write_text("a" * 10_000_000), _tokenize),
    "one line of 10 MB, measured": Attack(
        lambda path: path.write_text("wort " * 2_000_000), _measure
    ),
    "U+FDFA, 10 MB, measured": Attack(
        lambda path: path.write_text("\ufdfa" * 3_300_000, "utf-8"), _measure
    ),
    "two million elements": Attack(_bytes(lambda: b"<p>a." * 2_000_000), _extract("text/html")),
    "Parquet, 20,000 columns": Attack(_parquet(_many_columns), _read("parquet")),
    "Parquet, a footer that contradicts itself": Attack(_contradicting_footer, _read("parquet")),
    "fastText model, cut off": Attack(_cut_language_model, _open_language),
    "KenLM model of random bytes": Attack(_perplexity_model, _open_perplexity),
    "a pipe as configuration": Attack(os.mkfifo, _pipe_as_configuration),
    "a pipe as model": Attack(os.mkfifo, _pipe_as_model),
    "/dev/zero as tokenizer": Attack(lambda path: path.symlink_to("/dev/zero"), _pipe_as_model),
}


def _in_a_process(what: str, name: str, path: Path, seconds: float) -> tuple[str, float, float]:
    """Makes or does an attack; returns how it ended, seconds of processor time, megabytes."""
    command = [sys.executable, __file__, "--step", what, "--path", str(path), name]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        told, complaint = process.communicate(timeout=3 * seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"nothing after {3 * seconds:.0f} s", seconds, 0.0
    if process.returncode:
        lines = complaint.decode("utf-8", "replace").strip().splitlines()
        return f"ended with {process.returncode} {lines[-1] if lines else ''}", 0.0, 0.0
    found = json.loads(told)
    return found["end"], found["seconds"], found["megabytes"]


def _step(what: str, name: str, path: Path, seconds: int) -> None:
    import resource
    import time

    if what == "make":
        ATTACKS[name].make(path)
        print(json.dumps({"end": "", "seconds": 0, "megabytes": 0}))
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        end = str(ATTACKS[name].do(path))
    except Exception as error:
        end = f"{type(error).__name__}: {str(error).replace(str(path), path.name)}"
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds_taken = time.process_time()
    megabytes = usage.ru_maxrss / 1024
    print(json.dumps({"end": end, "seconds": seconds_taken, "megabytes": megabytes}))


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="attacks; all if none is named")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--step", choices=["make", "do"], help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        _step(options.step, options.names[0], options.path, options.seconds)
        return
    print("| attack | seconds | MB | ends in |")
    print("| --- | ---: | ---: | --- |")
    for name in options.names or ATTACKS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "attack"
            made, _, _ = _in_a_process("make", name, path, options.seconds)
            if made:
                print(f"| {name} | | | not made: {made} |")
                continue
            end, seconds, megabytes = _in_a_process("do", name, path, options.seconds)
        print(f"| {name} | {seconds:.1f} | {megabytes:.0f} | {end[:160]} |", flush=True)


if __name__ == "__main__":
    main()
