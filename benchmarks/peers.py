"""Measures datatrove and this package doing the same stages on the same text, on one core.

    python benchmarks/peers.py [--megabytes 5] [--ours PYTHON]

Runs in an environment that has datatrove; this package may live in another one, whose interpreter
`--ours` names. Works without a network: language identification and perplexity are left out where
the two are compared, because datatrove downloads the models of both. Every side runs as a process
of its own, bound to one core; what it cost is the processor time of that process and of all below
it, as the kernel counts it. A small run of each side first fills the caches. Linux only.

datatrove's side is what its example of FineWeb does with texts. Ours is measured with the same
stages, with the defaults, and with the recipes `fineweb` and `dolma3` as far as they work on texts
and need no file that is not here.

Where there is a choice, the one that favours datatrove is made: intermediate files are not
compressed, documents are not shuffled while tokens are written. All rates are in MB of the text as
read, 10^6 bytes of UTF-8, so the side that drops more documents early has less to do afterwards.
The seconds of a stage group are the ones each side counts for itself (ours by stage, in run.json);
those of the whole job are the kernel's.
"""

import argparse
import ctypes
import importlib.metadata
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# Packages that may be missing, and modules that need them, are imported after the check for them.
ROOT = Path(__file__).parent.parent
TOKENIZER = ROOT / "corpus_pipeline" / "models" / "tokenizer.json"
# datatrove's extra `processing` also has a fasttext module, which would hide this package's own, so
# its parts are named one by one; its bound on xxhash matters.
NEEDED = "datatrove[io]", "spacy", "tokenizers", "regex", "xxhash<4", "pyyaml", "numpy"

FILTERS, DEDUP, TOKENS = "filters, PII, documents read and written", "near duplicates", "tokens"
STAGES = {
    FILTERS: ("read", "extract", "language", "quality", "keywords", "perplexity", "scrub", "write"),
    DEDUP: ("dedup",),
    TOKENS: ("tokenize",),
}
#: What datatrove's pipeline below does, and nothing else.
SAME_WORK: dict[str, Any] = {
    "extract": {"enabled": False},
    "language": {"enabled": False},
    "keywords": {"enabled": False},
    "perplexity": {"enabled": False},
    "dedup": {
        "exact": {"enabled": False},
        "sentence": {"enabled": False},
        "contamination": {"enabled": False},
    },
    "scrub": {"entities": ["EMAIL_ADDRESS", "IP_ADDRESS"]},
}
#: All stages for which datatrove needs no downloaded model either.
WITHOUT_MODELS: dict[str, Any] = {
    "language": {"enabled": False},
    "perplexity": {"enabled": False},
}
#: Recipes that are measured whole, and steps of them that are left out, for both sides read the
#: same texts: what needs pages and their addresses, lists and models that are not in the package,
#: and languages, whose model datatrove downloads.
RECIPES = "fineweb", "dolma3"
_LEFT_OUT = {"url", "extract", "language", "classifier"}
_PR_SET_CHILD_SUBREAPER = 36


def run_datatrove(corpus: Path, work: Path) -> dict[str, Any]:
    """Runs datatrove's pipelines and returns the figures of each group and the counts."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (
        MinhashConfig,
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )
    from datatrove.pipeline.formatters import PIIFormatter
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.tokens import DocumentTokenizer
    from datatrove.pipeline.writers import JsonlWriter

    groups: dict[str, float] = {}
    seen: dict[str, int] = {}

    def count(name: str) -> Any:
        """Makes a step that counts the documents that pass."""

        def step(data: Any, rank: int, world_size: int) -> Iterator[Any]:
            for document in data:
                seen[name] = seen.get(name, 0) + 1
                yield document

        return step

    def execute(group: str, *pipelines: tuple[list[Any], int]) -> None:
        start = _processor_seconds()
        for number, (steps, tasks) in enumerate(pipelines):
            log = work / "logs" / f"{len(groups)}-{number}"
            LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=str(log)).run()
        groups[group] = _processor_seconds() - start

    minhash = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
    kept, signatures, pairs, removed = (
        str(work / name) for name in ("kept", "signatures", "pairs", "removed")
    )
    execute(
        FILTERS,
        (
            [
                JsonlReader(str(corpus.parent), glob_pattern=corpus.name),
                count("read"),
                GopherRepetitionFilter(),
                GopherQualityFilter(),
                C4QualityFilter(filter_no_terminal_punct=False),
                FineWebQualityFilter(),
                PIIFormatter(),
                JsonlWriter(kept, compression=None),
            ],
            1,
        ),
    )
    execute(
        DEDUP,
        (
            [JsonlReader(kept), MinhashDedupSignature(signatures, config=minhash)],
            1,
        ),
        ([MinhashDedupBuckets(signatures, pairs, config=minhash)], minhash.num_buckets),
        ([MinhashDedupCluster(pairs, removed, config=minhash)], 1),
    )
    # Removing the duplicates costs next to nothing and needs no files of its own.
    execute(
        TOKENS,
        (
            [
                JsonlReader(kept),
                MinhashDedupFilter(removed),
                count("kept"),
                DocumentTokenizer(
                    str(work / "tokens"),
                    str(TOKENIZER),
                    eos_token="<|endoftext|>",
                    shuffle_documents=False,
                ),
            ],
            1,
        ),
    )
    tokens = sum(path.stat().st_size for path in (work / "tokens").glob("*.ds")) // 2
    return {"groups": groups, "tokens": tokens, **seen}


def _processor_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def timed(command: list[str], log: Path) -> tuple[float, float]:
    """Runs a command; returns the processor seconds of all its processes, and the seconds passed.

    A pool's workers may outlive the process that started them for a moment; as the subreaper this
    process inherits and waits for them, and only what was waited for is counted.
    """
    before, start = _processor_seconds(), time.monotonic()
    with log.open("wb") as output:
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT).returncode
    seconds = time.monotonic() - start
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    if code:
        print(log.read_text(errors="replace")[-4000:], file=sys.stderr)
        sys.exit(f"{' '.join(command)}: ended with {code}, see above")
    return _processor_seconds() - before, seconds


def measure_datatrove(corpus: Path, work: Path) -> dict[str, Any]:
    """Runs datatrove in a process of its own and returns its figures."""
    work.mkdir(parents=True)
    command = [sys.executable, __file__, "--datatrove-on", str(corpus), "--work", str(work)]
    cpu, seconds = timed(command, work / "output.log")
    figures: dict[str, Any] = json.loads((work / "figures.json").read_bytes())
    return figures | {"cpu": cpu, "seconds": seconds}


def of_recipe(name: str) -> dict[str, Any]:
    """Returns what a recipe does with texts, as changes of a configuration."""
    import yaml

    content = yaml.safe_load((ROOT / "corpus_pipeline/recipes" / f"{name}.yaml").read_text("utf-8"))
    steps = [{each: {}} if isinstance(each, str) else each for each in content["steps"]]
    return {"steps": [each for each in steps if not _LEFT_OUT & each.keys()]}


def measure_ours(python: str, corpus: Path, work: Path, changes: dict[str, Any]) -> dict[str, Any]:
    """Runs this package with one worker and returns its figures."""
    from whole_job import configuration

    work.mkdir(parents=True)
    config = work / "config.yaml"
    content = configuration(corpus, work / "out") | changes
    if "steps" in changes:
        del content["dedup"]
    config.write_text(json.dumps(content), "utf-8")  # YAML includes JSON
    command = [python, "-m", "corpus_pipeline.cli.main", "run", str(config), "--workers", "1"]
    cpu, seconds = timed(command, work / "output.log")
    run = json.loads((work / "out" / "run.json").read_bytes())
    clocks: dict[str, int] = {}
    for phase in run["phases"].values():
        for name, value in phase["clocks"].items():
            clocks[name] = clocks.get(name, 0) + value
    groups = {
        group: sum(clocks.get(f"{stage}/micros", 0) for stage in stages) / 1e6
        for group, stages in STAGES.items()
    }
    counts: dict[str, int] = run["counts"]
    dropped = sum(number for name, number in counts.items() if name.startswith("dropped-"))
    return {
        "groups": groups,
        "read": counts["documents"],
        "kept": counts["documents"] - dropped,
        "tokens": counts["tokens"],
        "cpu": cpu,
        "seconds": seconds,
        "compiled": "compiling kernels" in (work / "output.log").read_text(errors="replace"),
    }


def report(megabytes: float, theirs: dict[str, Any], ours: dict[str, dict[str, Any]]) -> str:
    """Returns the comparison as Markdown; the first of `ours` did the same stages as `theirs`."""

    def row(name: str, their_seconds: float, our_seconds: float) -> str:
        # A clock may not have ticked on a small text.
        rates = [megabytes / max(seconds, 1e-3) for seconds in (their_seconds, our_seconds)]
        return (
            f"| {name} | {their_seconds:.2f} | {rates[0]:.2f} | "
            f"{our_seconds:.2f} | {rates[1]:.2f} | {rates[1] / rates[0]:.1f} |"
        )

    same = next(iter(ours.values()))
    working = [sum(side["groups"].values()) for side in (theirs, same)]
    lines = [
        "| stage group | datatrove CPU s | datatrove MB/s | ours CPU s | ours MB/s | ratio |",
        "|---|---:|---:|---:|---:|---:|",
        *(row(group, theirs["groups"][group], same["groups"][group]) for group in STAGES),
        row("the three together", working[0], working[1]),
        f"| start of processes, imports, engine | {theirs['cpu'] - working[0]:.2f} | "
        f"| {same['cpu'] - working[1]:.2f} | | |",
        *(row(f"whole job: {name}", theirs["cpu"], side["cpu"]) for name, side in ours.items()),
        "",
        "| side | documents read | kept | tokens | seconds |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, side in {
        "datatrove": theirs,
        **{f"ours: {n}": each for n, each in ours.items()},
    }.items():
        lines.append(
            f"| {name} | {side['read']:,} | {side['kept']:,} | {side['tokens']:,} | "
            f"{side['seconds']:.1f} |"
        )
    return "\n".join(lines)


def versions(python: str) -> str:
    """Returns the versions of what is compared, as one line."""
    theirs = [f"{name} {importlib.metadata.version(name)}" for name in ("datatrove", "spacy")]
    theirs.append(f"tokenizers {importlib.metadata.version('tokenizers')}")
    names = ("corpus-pipeline", "apache-beam", "numba", "gigatoken", "tokenizers", "pyarrow")
    code = f"from importlib.metadata import version as v; print(*(n + ' ' + v(n) for n in {names}))"
    asked = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if asked.returncode:
        print(f"{python}: lacks this package; name one with --ours", file=sys.stderr)
        sys.exit(2)
    return (
        f"Python {sys.version.split()[0]}; datatrove's side: {', '.join(theirs)}; "
        f"ours: {asked.stdout.strip()}"
    )


def check_environment() -> None:
    """Ends the program with 2 and a remedy where something is missing."""
    modules = ("datatrove", "numpy", "orjson", "regex", "spacy", "tokenizers", "xxhash", "yaml",
               "zstandard")  # fmt: skip
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        packages = " ".join(f"'{package}'" for package in NEEDED)
        print(
            f"missing: {', '.join(missing)}; try: pip install {packages} in an environment of its "
            "own, run this with its python, and name this package's python with --ours",
            file=sys.stderr,
        )
        sys.exit(2)
    if sys.platform != "linux":
        print("this measurement needs Linux: it binds to one core", file=sys.stderr)
        sys.exit(2)


def main() -> None:
    """Measures both sides and prints the table."""
    check_environment()
    from whole_job import SAMPLE

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--megabytes", type=int, default=5, help="text, in 10^6 bytes of UTF-8")
    parser.add_argument("--ours", default=sys.executable, help="python that has this package")
    parser.add_argument(
        "--sample", type=Path, nargs="+", default=SAMPLE, help="JSONL.zst files to draw text from"
    )
    parser.add_argument("--work", type=Path, help="folder for temporary files")
    parser.add_argument("--datatrove-on", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.datatrove_on:
        figures = run_datatrove(arguments.datatrove_on, arguments.work)
        (arguments.work / "figures.json").write_text(json.dumps(figures))
        return
    described = versions(arguments.ours)
    os.environ |= {
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "RAYON_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        sys.exit("this process cannot become a subreaper; processor times would be too small")
    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        print(described)
        print(compare(Path(folder), arguments.sample, arguments.megabytes, arguments.ours))


def compare(work: Path, sample: Sequence[Path], megabytes: int, python: str) -> str:
    """Runs each side small, then in full, and returns the report."""
    from bench_corpus import documents, sentence_pool, write_corpus

    small, corpus = work / "small.jsonl.zst", work / "corpus.jsonl.zst"
    write_corpus(sample, small, 10**5)
    write_corpus(sample, corpus, megabytes * 10**6)
    measure_datatrove(small, work / "small-datatrove")
    recipes = {f"recipe {name}": of_recipe(name) for name in RECIPES}
    for number, changes in enumerate([{}, *recipes.values()]):
        measure_ours(python, small, work / f"small-ours-{number}", changes)
    theirs = measure_datatrove(corpus, work / "datatrove")
    ours = {
        "the same stages": measure_ours(python, corpus, work / "same", SAME_WORK),
        "all of ours but language and perplexity": measure_ours(
            python, corpus, work / "without-models", WITHOUT_MODELS
        ),
        "all of ours": measure_ours(python, corpus, work / "all", {}),
        **{
            name: measure_ours(python, corpus, work / name.replace(" ", "-"), changes)
            for name, changes in recipes.items()
        },
    }
    if any(figures["compiled"] for figures in ours.values()):
        sys.exit("kernels were compiled in a measured run: the package was edited; measure again")
    text = sum(len(each.encode()) for each in documents(sentence_pool(sample), megabytes * 10**6))
    return f"{text / 1e6:.1f} MB of text\n\n{report(text / 1e6, theirs, ours)}"


if __name__ == "__main__":
    main()
