"""What `corpus stats` says of tokens, in 80 columns."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from corpus_pipeline.cli.tables import Form, plain_table, print_csv, print_json, screen
from corpus_pipeline.errors import VerifyError, printable
from corpus_pipeline.inspection.token_use import Odd, TokenUse, Use, count_tokens, token_bytes
from corpus_pipeline.storage import Place

#: Size of documents/ up to which a plain summary looks at the texts; a few seconds' worth.
_QUICKLY_READ = 64 << 20
#: Documents that are named at either end, in a summary and in the report.
_FEW, _MANY = 1, 5


def token_lines(output: Place, run: Mapping[str, Any]) -> Iterator[str]:
    """Yields lines for the summary of a run that has tokens and is small enough to be read."""
    if not run["counts"].get("tokens") or token_bytes(run) > _QUICKLY_READ:
        return
    use = count_tokens(output, _FEW)
    line = f"tokenize: {_ratio(use.whole.bytes, use.whole.tokens)} bytes a token"
    if use.fewest:
        fewest, most = use.fewest[0], use.most[0]
        line += f", from {_named(fewest)} to {_named(most)}; all: corpus stats --tokens"
    yield line
    if use.recent:
        yield from _recent(use, run)


def split_lines(run: Mapping[str, Any]) -> Iterator[str]:
    """Yields a line for each split of a run that holds something out.

    >>> stream = {"source": "web", "shards": 1, "documents": 10, "tokens": 75}
    >>> held = {"source": "web", "shards": 1, "documents": 4, "tokens": 25}
    >>> streams = [{"split": "train", **stream}, {"split": "validation", **held}]
    >>> list(split_lines({"streams": streams}))[1]
    'split validation: 4 documents, 25 tokens (25.0 %) in 1 shards'
    """
    streams = run.get("streams", [])
    total = sum(each["tokens"] for each in streams)
    names = list(dict.fromkeys(each["split"] for each in streams))
    for name in names if len(names) > 1 else ():
        documents, tokens, shards = (
            sum(each[key] for each in streams if each["split"] == name)
            for key in ("documents", "tokens", "shards")
        )
        share = f" ({100 * tokens / total:.1f} %)" if total else ""
        yield (
            f"split {printable(name)}: {documents:,} documents, {tokens:,} tokens{share} in "
            f"{shards:,} shards"
        )


def print_tokens(
    output: Place, run: Mapping[str, Any], form: Form = "table", number: int = _MANY
) -> None:
    """Prints bytes per token by source and language, and the documents that stand out.

    Raises:
        VerifyError: the run has no tokens.
    """
    if "tokens" not in run["counts"]:
        raise VerifyError(f"{output}: has no tokens; run it with tokenize")
    use = count_tokens(output, number)
    if form != "table":
        rows = [
            {"by": kind, "name": name, **dataclasses.asdict(each)}
            for kind, groups in (
                ("all", {"": use.whole}), ("source", use.sources), ("language", use.languages),
            )
            for name, each in sorted(groups.items())
        ]  # fmt: skip
        if form == "csv":
            print_csv(rows, ("by", "name", *(field.name for field in dataclasses.fields(Use))))
            return
        fewest, most = ([each._asdict() for each in its] for its in (use.fewest, use.most))
        print_json({"use": rows, "fewest": fewest, "most": most})
        return
    console = screen()
    table = plain_table(("", "documents", "tokens", "bytes/token", "chars/token"))
    table.add_row("all", *_cells(use.whole))
    for kind, groups in (("source", use.sources), ("language", use.languages)):
        table.add_section()
        for name, group in sorted(groups.items(), key=lambda item: (-item[1].tokens, item[0])):
            table.add_row(printable(f"{kind} {name}"), *_cells(group))
    console.print(f"{output}: what a token stands for")
    console.print(table)
    for title, documents in (("fewest", use.fewest), ("most", use.most)):
        odd = plain_table((f"{title} bytes per token", "tokens", "source", "id"), ("source", "id"))
        for each in documents:
            place = f"{each.bytes_per_token:.2f} in {each.unit}:{each.row}"
            odd.add_row(place, f"{each.tokens:,}", printable(each.source), printable(each.id or ""))
        console.print(odd)
    console.print("documents of at least 100 tokens; corpus why shows one by its address")
    for line in _recent(use, run):
        console.print(line)


def _recent(use: TokenUse, run: Mapping[str, Any]) -> Iterator[str]:
    engine = (run["config"].get("tokenize") or {}).get("engine", "auto")
    if engine != "tokenizers":
        share = f"{use.recent:,} of {use.whole.documents:,} documents"
        yield (
            f"tokenize: {share} have a character of Unicode 17, for which tokenizers encoded "
            "them whatever encoded the others"
        )


def _cells(use: Use) -> tuple[str, ...]:
    counts = f"{use.documents:,}", f"{use.tokens:,}"
    return (*counts, _ratio(use.bytes, use.tokens), _ratio(use.chars, use.tokens))


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else ""


def _named(odd: Odd) -> str:
    return f"{odd.bytes_per_token:.2f} in {odd.unit}:{odd.row}"
