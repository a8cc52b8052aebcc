"""What tokenizers make of the same texts: bytes and characters per token, tokens in use."""

import dataclasses
import heapq
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.tokens.encode import EncodeOptions, TokenEncoder, tokenizer_from_json
from corpus_pipeline.tokens.foreign import load_definition
from corpus_pipeline.training.named_texts import Named, NamedTexts

#: Documents of fewer tokens say nothing of a tokenizer.
_MIN_TOKENS = 100


class Group(NamedTuple):
    """Documents that are counted together: a source, a language (null: unknown), or all."""

    kind: str
    """`all`, `source` or `language`."""
    name: str | None


@dataclasses.dataclass
class Counts:
    """What the documents of a group have."""

    documents: int
    bytes: int
    chars: int
    tokens: NDArray[np.int64]
    """int64[T], of each tokenizer; no end of document is counted."""


class Worst(NamedTuple):
    """A document with few bytes per token."""

    bytes_per_token: float
    source: str
    id: str
    tokens: int


@dataclasses.dataclass
class Report:
    """What T tokenizers make of some texts."""

    tokenizers: list[str]
    groups: dict[Group, Counts]
    used: list[tuple[int, int]]
    """For each tokenizer, how many of its ids occur, and how many it has."""
    worst: list[list[Worst]]
    """For each tokenizer, the documents with the fewest bytes per token, of at least 100 tokens."""


def report_tokenizers(
    tokenizers: Sequence[str], inputs: Sequence[str], text_field: str, number: int
) -> Report:
    """Encodes texts by each of some tokenizers and counts.

    Args:
        tokenizers: files of any format that `load_definition` knows.
        inputs: `SOURCE=INPUT` or `INPUT`, as for training.
        text_field: key or column of the text in raw files.
        number: documents that are named for each tokenizer.

    Raises:
        InputError: an input has no text.
        ResourceError: a tokenizer cannot be read.
    """
    encoders = [_opened(path) for path in tokenizers]
    used = [np.zeros(encoder.facts.vocab_size, np.bool_) for encoder in encoders]
    report = Report(list(tokenizers), {}, [], [[] for _ in encoders])
    for given in inputs:
        for batch in NamedTexts.of(given, text_field).batches():
            tokens = np.zeros((len(encoders), len(batch.texts)), np.int64)
            for k, encoder in enumerate(encoders):
                encoded = encoder.encode(batch.texts)
                tokens[k] = np.diff(encoded.offsets)
                used[k][encoded.ids] = True
            _add(report, batch, tokens, number)
    report.used = [(int(each.sum()), len(each)) for each in used]
    return report


def _opened(path: str) -> TokenEncoder:
    text = load_definition(Path(path)).encode()
    return tokenizer_from_json(text, EncodeOptions(eos_token=None), path)


def _add(report: Report, batch: Named, tokens: NDArray[np.int64], number: int) -> None:
    sizes = np.asarray(pc.binary_length(batch.texts), np.int64)
    chars = np.asarray(pc.utf8_length(batch.texts), np.int64)
    rows: dict[Group, list[int]] = {Group("all", None): list(range(len(sizes)))}
    for row, (source, language) in enumerate(zip(batch.sources, batch.languages, strict=True)):
        rows.setdefault(Group("source", source), []).append(row)
        rows.setdefault(Group("language", language), []).append(row)
    for group, mine in rows.items():
        nothing = Counts(0, 0, 0, np.zeros(len(tokens), np.int64))
        counts = report.groups.setdefault(group, nothing)
        counts.documents += len(mine)
        counts.bytes += int(sizes[mine].sum())
        counts.chars += int(chars[mine].sum())
        counts.tokens += tokens[:, mine].sum(axis=1)
    for k, counted in enumerate(tokens):
        long = np.flatnonzero(counted >= _MIN_TOKENS).tolist()
        found = [
            Worst(sizes[row] / counted[row], batch.sources[row], batch.ids[row] or "",
                  int(counted[row]))
            for row in long
        ]  # fmt: skip
        report.worst[k] = heapq.nsmallest(number, [*report.worst[k], *found])
