"""Evaluation files: read like any input, turned into the index that documents are compared with.

What a row has under `text_fields` makes up an item. A text that is no string becomes one: texts and
numbers in lists and mappings are joined line by line (the options of a question); true, false and
null are none. A row without an id is named FILE:N, the N-th record; so is, with its id before it,
a row whose id another one has.

A question that is too short to be looked for (`1 + 1 = ?`, `谁是作者？`) is looked for together
with its answer, or its options: word for word, in this order, as a page of questions and answers
has them, with letters before the options or without.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise, product
from pathlib import PurePosixPath
from string import ascii_uppercase
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.dedup.contamination import ContaminationOptions, build_index
from corpus_pipeline.dedup.contamination_build import are_too_short
from corpus_pipeline.dedup.step import ContaminationSection
from corpus_pipeline.errors import ConfigError, InputError
from corpus_pipeline.extract.normalise import normalise_texts
from corpus_pipeline.sources.compressed import decompressed_blocks
from corpus_pipeline.sources.formats import WITH_FIELDS
from corpus_pipeline.sources.pieces import Piece, detect_format
from corpus_pipeline.sources.reading import read_piece
from corpus_pipeline.sources.records import ReadOptions
from corpus_pipeline.steps import made
from corpus_pipeline.text.words import split_words

#: Bytes by which a format is told.
_HEAD = 1 << 16
#: What a record is missing that another field of its may have.
_NO_TEXT = ("read-missing-text", "read-null-text", "read-text-not-a-string")
#: What pages write between a question and its answer.
_BETWEEN = ("", "A", "Answer", "答", "答案")
#: No field of any file.
_NOWHERE = "\x00"


@dataclasses.dataclass(frozen=True)
class EvaluationFile:
    """What came of one evaluation file. Counts are of items."""

    path: str
    items: int
    used: int
    """Looked for in documents."""
    whole: int
    """Of them those that are found as a whole only: short ones, and those that say little that the
    other items do not say (templates)."""
    too_short: int
    duplicates: int
    """Used ones whose question another item before has."""
    without_text: int
    """Records without any text under `text_fields`; not among the items."""
    without_words: int
    """Items of signs alone (brackets, operators); not among those that are too short."""

    def __str__(self) -> str:
        notes = [
            f"{count:,} {what}"
            for count, what in (
                (self.whole, "as a whole only"),
                (self.too_short, "too short"),
                (self.without_words, "without a letter or digit"),
                (self.duplicates, "duplicates"),
                (self.without_text, "records without text"),
            )
            if count
        ]
        return f"{self.path}: {self.used:,} of {self.items:,} items are looked for" + (
            f" ({', '.join(notes)})" if notes else ""
        )


@dataclasses.dataclass(frozen=True)
class Evaluations:
    """All evaluation files of a run."""

    index: bytes
    """Bytes of a `ContaminationIndex`."""
    files: tuple[EvaluationFile, ...]


class _Part(NamedTuple):
    """One text of an item."""

    id: str
    item: int
    text: str
    answer: bool
    lettered: str = ""
    """Options with A, B, C, … before them."""
    entire: bool = False


def contamination_options(section: ContaminationSection) -> ContaminationOptions:
    """Options of the index of evaluation items."""
    options: ContaminationOptions = made(
        "dedup.contamination",
        ContaminationOptions,
        ngram=section.ngram,
        char_ngram=section.char_ngram,
        min_coverage=section.min_coverage,
        min_item_words=min(ContaminationOptions.min_item_words, section.ngram),
        min_item_chars=min(ContaminationOptions.min_item_chars, section.char_ngram),
    )
    return options


def read_evaluations(section: ContaminationSection, options: ContaminationOptions) -> Evaluations:
    """Reads the evaluation files of a configuration and builds their index.

    Raises:
        InputError: a file or a record of it cannot be read; a file has no item, or none that is
            long enough to be looked for.
        ConfigError: the fields are refused.
    """
    files = {f.path: None for pattern in section.evaluations for f in storage.list_inputs(pattern)}
    parts: list[_Part] = []
    begins, without, taken = [0], [], set[str]()
    number = 0
    for path in files:
        missing = 0
        for record, row in enumerate(_records(path, section), 1):
            name = f"{PurePosixPath(path).name}:{record}"
            given = row.get(section.id_field)
            if isinstance(given, str | int) and not isinstance(given, bool):
                name = str(given) if str(given) not in taken else f"{given} {name}"
            texts = [(field, _text(row.get(field))) for field in section.text_fields]
            texts = [(field, text) for field, text in texts if text.strip()]
            if not texts:
                missing += 1
                continue
            taken.add(name)
            questions = any(field not in section.answer_fields for field, _ in texts)
            for field, text in texts:
                answer = questions and field in section.answer_fields
                lettered = _lettered(row[field]) if answer else ""
                parts.append(_Part(f"{name}#{field}", number, text, answer, lettered))
            number += 1
        if number == begins[-1]:
            raise _without_items(path, section)
        begins.append(number)
        without.append(missing)
    worded = _items_with(
        np.array([part.item for part in parts], np.int64),
        np.diff(split_words(_texts(parts)).offsets) > 0,
        number,
    )
    parts = _with_answers(parts, options)
    index = build_index(
        [part.id for part in parts],
        _texts(parts),
        options,
        [part.item for part in parts],
        [part.answer for part in parts],
        [part.entire for part in parts],
        np.searchsorted(begins, [part.item for part in parts], side="right").tolist(),
    )
    states = {
        name: _items_with(index.rows, mask, number)
        for name, mask in (
            ("used", ~index.too_short & ~index.answers),
            ("partly", ~index.too_short & ~index.answers & ~index.whole),
            ("new", ~index.duplicate & ~index.answers),
        )
    }
    found = []
    for path, (begin, end), missing in zip(files, pairwise(begins), without, strict=True):
        used, partly, new = (states[name][begin:end] for name in ("used", "partly", "new"))
        short = ~used & worded[begin:end]
        found.append(
            EvaluationFile(
                path=path, items=end - begin, used=int(used.sum()),
                whole=int((used & ~partly).sum()), too_short=int(short.sum()),
                duplicates=int((used & ~new).sum()), without_text=missing,
                without_words=int((~worded[begin:end]).sum()),
            )
        )  # fmt: skip
        if not used.any():
            raise InputError(
                f"{path}: 0 of {end - begin} items are long enough to be looked for "
                f"({options.min_item_words} words, or {options.min_item_chars} characters of a "
                "script without spaces); name fields with more text in "
                "dedup.contamination.text_fields, or leave the file out"
            )
    return Evaluations(index.to_bytes(), tuple(found))


def count_items(section: ContaminationSection) -> dict[str, int]:
    """Counts the records of each evaluation file that have a text to be looked for.

    Raises:
        InputError: a file or a record of it cannot be read, or a file has none.
        ConfigError: the fields are refused.
    """
    counts: dict[str, int] = {}
    for path in (f.path for pattern in section.evaluations for f in storage.list_inputs(pattern)):
        fields = [
            [_text(row.get(f)) for f in section.text_fields] for row in _records(path, section)
        ]
        counts[path] = sum(any(text.strip() for text in texts) for texts in fields)
        if not counts[path]:
            raise _without_items(path, section)
    return counts


def _without_items(path: str, section: ContaminationSection) -> InputError:
    return InputError(
        f"{path}: no item has one of the fields {', '.join(section.text_fields)}; "
        "set dedup.contamination.text_fields"
    )


def _items_with(rows: Any, mask: Any, items: int) -> Any:
    """bool[items], true for items of which some part is in the mask."""
    return np.bincount(rows[mask], minlength=items) > 0


def _texts(parts: list[_Part]) -> pa.Array:
    """The texts as *extract* would spell them."""
    return normalise_texts(pa.array([part.text for part in parts], pa.string()))


def _with_answers(parts: list[_Part], options: ContaminationOptions) -> list[_Part]:
    """Adds to every question that is too short texts of it with its answers."""
    short = are_too_short(_texts(parts), options).tolist()
    added = []
    states = zip(parts, short, strict=True)
    for _, group in groupby(states, key=lambda state: state[0].item):
        members = list(group)
        questions = [part for part, is_short in members if not part.answer and is_short]
        if len(questions) != sum(not part.answer for part, _ in members):
            continue
        for question, answer in product(questions, (p for p, _ in members if p.answer)):
            forms = [f"{word} {answer.text}" for word in _BETWEEN]
            forms += [answer.lettered] * bool(answer.lettered)
            added += [
                _Part(f"{question.id}+{answer.id.rpartition('#')[2]}{i or ''}", question.item,
                      f"{question.text}\n{form}", False, entire=True)
                for i, form in enumerate(forms)
            ]  # fmt: skip
    return parts + added


def _lettered(value: Any) -> str:
    """Joins the options of a question as pages have them; nothing if they are no list.

    >>> _lettered(["four", {"text": 5}])
    'A four\\nB 5'
    """
    texts = [text for text in map(_text, value) if text] if isinstance(value, list) else []
    return "\n".join(
        f"{letter} {text}" for letter, text in zip(ascii_uppercase, texts, strict=False)
    )


def _text(value: Any) -> str:
    """Joins whatever texts and numbers a field holds.

    >>> _text({"text": ["four", 4], "label": None, "right": True})
    'four\\n4'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return "\n".join(filter(None, map(_text, value)))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _records(path: str, section: ContaminationSection) -> Iterator[dict[str, Any]]:
    """Yields the fields of every record of a file.

    The readers want one field that is a text and give all others beside it. So they are asked for
    one that the first records have, which makes most files known at once, and then for the others
    as long as some record is unknown.
    """
    fields = dict.fromkeys((*section.text_fields, section.id_field))
    likely = next((field for field in fields if _begins_with(path, field, section)), None)
    rows: dict[int, dict[str, Any] | None] = {}
    refused: InputError | None = None
    read = 0
    for field in sorted(fields, key=lambda field: field != likely):
        if rows and None not in rows.values():
            break
        try:
            for batch in _batches(path, field, section):
                for record in batch.to_pylist():
                    _take(path, field, section, record, rows)
            read += 1
        except InputError as error:
            if error.args and str(error).startswith(f"{path}: record"):
                raise
            refused = error
    if not read and refused is not None:
        raise refused
    for _, row in sorted(rows.items()):
        yield row or {}


def _begins_with(path: str, field: str, section: ContaminationSection) -> bool:
    """Says whether one of the first records has a text under a field."""
    try:
        batch = next(_batches(path, field, section), None)
    except InputError:
        return False
    return batch is not None and batch["text"].null_count < batch.num_rows


def _take(
    path: str,
    field: str,
    section: ContaminationSection,
    record: dict[str, Any],
    rows: dict[int, dict[str, Any] | None],
) -> None:
    """Adds a record to those that are known, if this field of it is a text."""
    number, reason = record["record"], record["drop_reason"]
    if reason in _NO_TEXT:
        rows.setdefault(number, None)
    elif reason is not None:
        raise InputError(
            f"{path}: record {_place(path, number)} cannot be read: {reason} "
            f"({_excerpt(record['metadata'])}); correct it or take it out"
        )
    elif rows.get(number) is None:
        others = orjson.loads(record["metadata"]) if record["metadata"] else {}
        name = {} if record["id"] is None else {section.id_field: record["id"]}
        rows[number] = {**others, **name, field: record["text"]}


def _batches(path: str, field: str, section: ContaminationSection) -> Iterator[pa.RecordBatch]:
    id_field = section.id_field if section.id_field != field else _NOWHERE
    try:
        options = ReadOptions(text_field=field, id_field=id_field, url_field=_NOWHERE * 2)
    except ValueError as error:
        raise ConfigError(f"dedup.contamination: {error}") from error
    with storage.open_input(path) as stream:
        format_, compression = detect_format(path, stream.read(_HEAD))
        stream.seek(0)
        if format_ not in WITH_FIELDS:
            format_ = "jsonl"
        counts: Counter[str] = Counter()
        piece = Piece(path, format_, compression, 0, None)
        yield from read_piece(stream, piece, options, lambda name, n: counts.update({name: n}))


def _place(path: str, record: int) -> str:
    """Says where a record stands: its line, or its number in a Parquet file."""
    with storage.open_input(path) as stream:
        format_, compression = detect_format(path, stream.read(_HEAD))
        stream.seek(0)
        if format_ == "parquet":
            return f"{record + 1}"
        lines, at = 1, 0
        for block in decompressed_blocks(stream, compression):
            lines += bytes(block[: max(0, record - at)]).count(b"\n")
            at += len(block)
            if at >= record:
                break
    return f"in line {lines}"


def _excerpt(metadata: str | None) -> str:
    found = orjson.loads(metadata).get("excerpt", "") if metadata else ""
    return repr(found[:60])
