"""How many bytes of text a token of a run stands for, by source and language, and where it is odd.

Few bytes to a token: a script that the tokenizer was not trained on, or bytes that are no language.
Many: runs of blanks or of one character, for which a vocabulary has tokens of their own.
"""

import dataclasses
import heapq
from collections.abc import Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.inspection.reason_counts import NONE
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.recent_characters import RECENT_CHARACTERS

#: Documents of fewer tokens say nothing of a tokenizer: a list of three names.
_MIN_TOKENS = 100
#: Parts that are read at once: remote ones are waited for.
_MAX_CONCURRENT_FILES = 2


class Odd(NamedTuple):
    """A document that stands out."""

    bytes_per_token: float
    unit: int
    row: int
    id: str | None
    tokens: int
    source: str


@dataclasses.dataclass
class Use:
    """Documents of one source or language, or all of a run."""

    documents: int = 0
    tokens: int = 0
    """Ends of documents included."""
    bytes: int = 0
    chars: int = 0


@dataclasses.dataclass
class TokenUse:
    """What the tokens of a run are made of."""

    whole: Use = dataclasses.field(default_factory=Use)
    sources: dict[str, Use] = dataclasses.field(default_factory=dict)
    languages: dict[str, Use] = dataclasses.field(default_factory=dict)
    fewest: list[Odd] = dataclasses.field(default_factory=list)
    """Documents with the fewest bytes per token, the fewest first; of at least 100 tokens."""
    most: list[Odd] = dataclasses.field(default_factory=list)
    recent: int = 0
    """Documents with a character of Unicode 17: only `tokenizers` encodes them."""


def token_bytes(run: Mapping[str, Any]) -> int:
    """Returns the size of the files that `count_tokens` reads, compressed."""
    return sum(file["bytes"] for file in run["files"] if file["path"].startswith("documents/"))


def count_tokens(output: Place, number: int) -> TokenUse:
    """Counts bytes and tokens of the documents that stay, one part after another.

    Args:
        output: a finished run with *tokenize*.
        number: how many documents are named at either end.
    """
    found = TokenUse()

    def read(part: Place) -> pa.Table:
        columns = ["unit", "row", "id", "source", "lang", "text", "tokens"]
        return storage.read_parquet(part, columns=columns)

    parts = storage.children(output / "documents", ".parquet")
    for table in storage.map_concurrently(read, parts, _MAX_CONCURRENT_FILES):
        _add(found, table.filter(pc.greater(table["tokens"], 0)), number)
    return found


def _add(found: TokenUse, table: pa.Table, number: int) -> None:
    text = table["text"]
    table = pa.table(
        {
            "unit": table["unit"],
            "row": table["row"],
            "id": table["id"],
            "tokens": table["tokens"].cast(pa.int64()),
            "bytes": pc.binary_length(text).cast(pa.int64()),
            "chars": pc.utf8_length(text).cast(pa.int64()),
            "source": pc.fill_null(table["source"].cast(pa.string()), NONE),
            "lang": pc.fill_null(table["lang"].cast(pa.string()), NONE),
            "": pa.array([""] * len(table), pa.string()),
        }
    )
    for column, groups in (("source", found.sources), ("lang", found.languages), ("", {})):
        sums = table.group_by(column).aggregate(
            [("tokens", "count"), ("tokens", "sum"), ("bytes", "sum"), ("chars", "sum")]
        )
        for row in sums.to_pylist():
            use = groups.setdefault(row[column], Use()) if column else found.whole
            use.documents += row["tokens_count"]
            use.tokens += row["tokens_sum"]
            use.bytes += row["bytes_sum"]
            use.chars += row["chars_sum"]
    found.recent += pc.sum(pc.match_substring_regex(text, _RECENT)).as_py() or 0
    long = table.filter(pc.greater_equal(table["tokens"], _MIN_TOKENS))
    share = pc.divide(long["bytes"].cast(pa.float64()), long["tokens"].cast(pa.float64()))
    rows = [
        Odd(*values)
        for values in zip(
            share.to_pylist(), *(long[n].to_pylist() for n in ("unit", "row", "id", "tokens")),
            long["source"].to_pylist(), strict=True,
        )
    ]  # fmt: skip
    found.fewest = heapq.nsmallest(number, [*found.fewest, *rows], key=lambda each: each[:3])
    found.most = heapq.nsmallest(
        number, [*found.most, *rows], key=lambda each: (-each[0], *each[1:3])
    )


#: Finds one of the characters that the fast engine does not encode.
_RECENT = "[" + "".join(rf"\x{{{a:x}}}-\x{{{b:x}}}" for a, b in RECENT_CHARACTERS.tolist()) + "]"
