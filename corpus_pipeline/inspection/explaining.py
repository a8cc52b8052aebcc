"""Why a document of a finished run stays or went, in sentences, with the passage that shows it."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from corpus_pipeline.filters.figures import writing
from corpus_pipeline.filters.quality.score import BASE, explain_score
from corpus_pipeline.inspection.masking import masked, masked_field
from corpus_pipeline.inspection.passages import LIMIT, Passage, Piece, difference, passage_of
from corpus_pipeline.inspection.trace import Content, read_content, row_at, survivors
from corpus_pipeline.inspection.verdicts import Verdicts
from corpus_pipeline.scrub.entities import COLUMNS
from corpus_pipeline.storage import Place
from corpus_pipeline.wording import filled, is_complete

_Row = Mapping[str, Any]

#: The reason that the points of the score explain.
_SCORE_REASON = "quality-score-low"
#: What is said of a document that stays, column by column; where the first column is 0 nothing is.
_DONE = {
    "lines_removed": "At step lines, {lines_removed:,} of its lines were taken away.",
    "contamination_sentences": "At step dedup, {contamination_sentences:,} sentences "
    "({contamination_chars:,} characters) were cut out, for they hold an evaluation item"
    "[, {contaminated_by}].",
    "removed_sentences": "At step dedup, {removed_sentences:,} sentences "
    "({removed_chars:,} characters) were cut out, for they stand in other documents, too.",
    "removed_paragraphs": "At step dedup, {removed_paragraphs:,} paragraphs "
    "({removed_paragraph_chars:,} characters) were cut out, for earlier documents have them.",
    "removed_substrings": "At step dedup, {removed_substrings:,} strings "
    "({removed_substring_chars:,} characters) were cut out, for they stand in other documents, "
    "too.",
    "tokens": "It has {tokens:,} tokens[, in shard {token_shard} from position {token_offset}]"
    "[, in the split {split}].",
}


@dataclasses.dataclass(frozen=True)
class Explanation:
    """What a person is told of one document."""

    row: _Row
    """Of the ledger."""
    content: Content
    sentences: tuple[str, ...]
    """In plain words, each with its full stop; what decided is the first."""
    figures: Mapping[str, str]
    """Reason -> measure and threshold."""
    passage: Passage
    others: tuple[_Row, ...]
    """Rows of the documents that stay in the place of this one."""
    difference: tuple[Piece, ...]
    """From the document that stays, of a near copy whose text is stored; identifiers are masked."""
    url: str | None
    """Identifiers are masked."""
    verdicts: Verdicts

    @property
    def stays(self) -> bool:
        """The document is in documents/."""
        return self.row["drop_reason"] is None

    @cached_property
    def metadata(self) -> Mapping[str, str]:
        """Fields of the input, of which identifiers are masked, which may take a second."""
        fields = _fields(self.row["metadata"])
        return {name: masked_field(value, self.verdicts) for name, value in fields.items()}

    @property
    def address(self) -> str:
        """UNIT:ROW."""
        return f"{self.row['unit']}:{self.row['row']}"


def explain_document(
    output: Place,
    row: _Row,
    verdicts: Verdicts,
    reason: str | None = None,
    limit: int | None = LIMIT,
) -> Explanation:
    """Explains one document of a finished run.

    Args:
        output: the run.
        row: of its ledger.
        verdicts: of the run.
        reason: which the passage shows; None: the one that decided.
        limit: as in `passages`.
    """
    content = read_content(output, dict(row))
    others = tuple(survivors(output, dict(row)))
    if row["partner"] not in (None, row["duplicate_of"]):
        others = (*others, row_at(output, row["partner"]))
    text = content.text
    return Explanation(
        row,
        content,
        tuple(_sentences(row, text, others, verdicts)),
        verdicts.explain(row, text),
        passage_of(text, output, row, verdicts, reason, limit),
        others,
        tuple(_difference(output, row, text, others, verdicts)),
        None if row["url"] is None else masked_field(row["url"], verdicts),
        verdicts,
    )


def _sentences(
    row: _Row, text: str | None, others: tuple[_Row, ...], verdicts: Verdicts
) -> Iterator[str]:
    reasons = row["reasons"] or ()
    for number, reason in enumerate(reasons):
        rule = verdicts.rule(reason)
        said = verdicts.sentence(reason, row, text)
        step = "" if rule is None else f" at step {rule.step.title}"
        if number == 0:
            yield f"Went{step}: {said}."
        elif number == 1:
            yield f"Would have gone without that, too{step}: {said}."
        else:
            yield f"And{step}: {said}."
        if reason == _SCORE_REASON:
            yield from _points(row, text)
    if not reasons:
        yield "Stays: no rule of the run drops it."
    for other in others:
        yield _other(row, other, verdicts)
    if not reasons:
        yield from _done(row)
    for name in sorted(verdicts.changed):
        yield f"Thresholds of the run are not told: {name} has changed since."


def _points(row: _Row, text: str | None) -> Iterator[str]:
    """Says what the quality score is made of, the lowest first."""
    points = explain_score(row, writing(row, text))
    parts = [f"{name} {value:+d}" for name, value in points.items() if value]
    if parts:
        yield f"The score is {BASE} and the points of: {', '.join(parts)}."


def _other(row: _Row, other: _Row, verdicts: Verdicts) -> str:
    """Says which document stays in the place of another one, and why that one."""
    place = f"{other['unit']}:{other['row']}"
    named = f"{place} ({other['id']}, source {other['source']})"
    if other["drop_reason"] is not None:
        return f"{named} went, too, for {other['drop_reason']}."
    why = _preferred(row, other, verdicts)
    return f"In its place stays {named}{'' if why is None else f': {why}'}."


def _preferred(row: _Row, other: _Row, verdicts: Verdicts) -> str | None:
    """Says why the other one of two copies stays; None where something else has decided."""
    if row["priority"] != other["priority"]:
        if other["priority"] > row["priority"]:
            return None
        return (
            f"its source has the priority {other['priority']}, that of this one "
            f"{row['priority']}, and the lower number stays"
        )
    step: Any = verdicts.step("dedup")
    prefer = "longest" if step is None else step.options.document.prefer
    mine, its = row.get("text_chars"), other.get("text_chars")
    if prefer != "none" and mine is not None and its is not None and mine != its:
        if (its > mine) != (prefer == "longest"):
            return None
        return f"it has {its:,} characters, this one {mine:,}, and the {prefer} stays"
    hashes = row["content_hash"], other["content_hash"]
    if hashes[0] is None or hashes[1] is None or hashes[1] > hashes[0]:
        return None
    if hashes[0] == hashes[1]:
        return "the texts are equal, and the one with the lower address stays"
    return "nothing else tells them apart, so the one with the lower content hash stays"


def _done(row: _Row) -> Iterator[str]:
    """Says what was done with a document that stays."""
    for name, template in _DONE.items():
        if row.get(name) and is_complete(template, row):
            yield filled(template, row)
        if name == "removed_sentences" and row.get("repeated_chars") and not row.get(name):
            yield filled(
                "{repeated_chars:,} of its characters are in sentences that stand in other "
                "documents, too; it would have lost too much, so nothing was cut out.", row,
            )  # fmt: skip
    found = [f"{meaning} ({row[name]:,})" for name, meaning in COLUMNS.items() if row.get(name)]
    if found:
        yield f"At step scrub, personal data was replaced: {', '.join(found)}."


def _difference(
    output: Place,
    row: _Row,
    text: str | None,
    others: tuple[_Row, ...],
    verdicts: Verdicts,
) -> Iterator[Piece]:
    """Compares a near copy with the document that it is similar to."""
    if text is None or row["partner"] is None:
        return
    for other in others:
        if f"{other['unit']}:{other['row']}" == row["partner"]:
            its = read_content(output, dict(other)).text
            if its is not None:
                yield from difference(
                    masked(text, row["lang"], verdicts, row),
                    masked(its, other["lang"], verdicts, other),
                )


def _fields(metadata: str | None) -> dict[str, str]:
    """Returns the fields of the input as they would be read: text without quotes and escapes."""
    fields = json.loads(metadata or "{}")
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in fields.items()
    }


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Returns an explanation as JSON has it; places count characters of `passage.text`."""
    row, passage = explanation.row, explanation.passage
    left_out = ("metadata", "url")
    return {
        "id": row["id"],
        "address": explanation.address,
        "stays": explanation.stays,
        "sentences": list(explanation.sentences),
        "rules": dict(explanation.figures),
        "others": [
            {"address": f"{each['unit']}:{each['row']}", "id": each["id"],
             "source": each["source"], "drop_reason": each["drop_reason"]}
            for each in explanation.others
        ],
        "passage": {
            "text": passage.text,
            "mime": explanation.content.mime,
            "marks": [mark._asdict() for mark in passage.marks],
        },
        "difference": [piece._asdict() for piece in explanation.difference],
        "metadata": dict(explanation.metadata),
        "url": explanation.url,
        "measures": {
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in row.items()
            if value is not None and name not in left_out
        },
    }  # fmt: skip
