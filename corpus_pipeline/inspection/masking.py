"""Identifiers in texts that people are shown: the detectors of *scrub* find them."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from corpus_pipeline.inspection.places import Mark
from corpus_pipeline.inspection.verdicts import Verdicts

if TYPE_CHECKING:
    from corpus_pipeline.scrub.finding import Finders

#: No kind of identifier stands in a field without one of these: a mail address or handle, a name
#: before or behind a mark, a number, a secret.
_MAY_HOLD = re.compile(r"@|%40|=|\s|(?:\d[^\d/]{0,3}){4}|[A-Za-z0-9]{16}|[^\x00-\x7f]")
#: Characters around a part of a text that the detectors see besides.
_CONTEXT = 300


class Sought(NamedTuple):
    """What is masked: the usual kinds of personal data, and those that the run looks for."""

    entities: tuple[str, ...]
    regions: tuple[str, ...]
    persons: str


class Edit(NamedTuple):
    """What stands for a part of a text."""

    start: int
    stop: int
    written: str
    kind: str | None = None
    """Of the mark that it gets, if it gets one."""


def identifiers(
    text: str,
    parts: Sequence[tuple[int, int]],
    lang: str | None,
    sought: Sought,
    marks: Sequence[Mark],
) -> list[Edit]:
    """Finds the identifiers in parts of a text; what the run has replaced is none."""
    if not sought.entities:
        return []
    from corpus_pipeline.scrub.scrubbing import scrub_texts

    done = [mark for mark in marks if mark.kind == "identifier"]
    begins = [max(0, start - _CONTEXT) for start, _ in parts]
    around = [text[b : stop + _CONTEXT] for b, (_, stop) in zip(begins, parts, strict=True)]
    found = scrub_texts(
        pa.array(around, pa.string()), _finders(sought), languages=[lang] * len(around)
    ).findings.to_pylist()
    edits = {
        Edit(begin + each["start"], begin + each["end"], f"<{each['entity']}>", "identifier")
        for begin, findings in zip(begins, found, strict=True)
        for each in findings or ()
    }
    apart: list[Edit] = []
    for edit in sorted(edits):
        over = any(mark.start < edit.stop and edit.start < mark.stop for mark in done)
        if not over and (not apart or edit.start >= apart[-1].stop):
            apart.append(edit)
    return apart


def edited(text: str, edits: Sequence[Edit], marks: Sequence[Mark]) -> tuple[str, tuple[Mark, ...]]:
    """Writes a text with edits, in order and apart, and moves the marks to where they are then.

    >>> edited("ab cd", [Edit(0, 2, "<X>", "identifier")], [Mark(0, 5, "line")])
    ('<X> cd', (Mark(start=0, stop=3, kind='identifier'), Mark(start=3, stop=6, kind='line')))
    """
    pieces: list[str] = []
    moved: list[Mark] = []
    size = at = 0
    waiting = list(marks)
    for edit in (*edits, Edit(len(text), len(text), "")):
        for mark in waiting:
            start, stop = max(mark.start, at), min(mark.stop, edit.start)
            if start < stop:
                moved.append(Mark(size + start - at, size + stop - at, mark.kind))
        waiting = [mark for mark in waiting if mark.stop > edit.stop]
        pieces += (text[at : edit.start], edit.written)
        size += edit.start - at
        if edit.kind is not None and edit.written:
            moved.append(Mark(size, size + len(edit.written), edit.kind))
        size += len(edit.written)
        at = edit.stop
    return "".join(pieces), tuple(moved)


def sought_by(verdicts: Verdicts, row: Mapping[str, Any] | None = None) -> Sought:
    """Says what is looked for in a text of a run.

    Args:
        verdicts: of the run.
        row: of the document that the text is of; what the run has replaced in it is not looked for
            again, which takes a second. None: the text is none that a run has scrubbed.
    """
    from corpus_pipeline.scrub.entities import COLUMNS, TABLE
    from corpus_pipeline.scrub.step import ScrubSection

    step: Any = verdicts.step("scrub")
    options = ScrubSection() if step is None else step.options
    actions = {options.action, *(rule.action for rule in options.rules)}
    replaced = (
        row is not None
        and row["drop_reason"] is None
        and verdicts.understood
        and "keep" not in actions
        and any(row.get(name) is not None for name in COLUMNS)
    )
    entities = (
        each.name
        for each in TABLE
        if (each.default or each.name in options.entities)
        and not (replaced and each.name in options.entities)
    )
    return Sought(tuple(entities), options.regions, options.persons)


@cache
def _finders(sought: Sought) -> "Finders":
    from corpus_pipeline.scrub.finding import load_finders
    from corpus_pipeline.scrub.spans import FinderOptions

    how = FinderOptions(sought.regions, persons=sought.persons)
    return load_finders(sought.entities, how)


def masked(
    text: str, lang: str | None, verdicts: Verdicts, row: Mapping[str, Any] | None = None
) -> str:
    """Returns a whole text with placeholders in the place of identifiers; see `sought_by`."""
    edits = identifiers(text, [(0, len(text))], lang, sought_by(verdicts, row), ())
    return edited(text, edits, ())[0]


def masked_field(value: str, verdicts: Verdicts) -> str:
    """Returns a field of a document as `masked` does; most hold nothing that could be one."""
    return masked(value, None, verdicts) if _MAY_HOLD.search(value) else value
