"""The text of a document as a person looks at it: shortened, masked, with the reason marked.

    stored text ── places of the reason ── cuts between them ── identifiers masked ──► Passage

The terminal and the HTML report show the same passages.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.errors import CorpusError
from corpus_pipeline.inspection.masking import Edit, Sought, edited, identifiers, sought_by
from corpus_pipeline.inspection.places import Counted, quality_places
from corpus_pipeline.inspection.places import Mark as Mark
from corpus_pipeline.inspection.trace import ledger_parts, read_content
from corpus_pipeline.inspection.verdicts import Rule, Verdicts
from corpus_pipeline.storage import Place
from corpus_pipeline.workspace.run_file import read_run

#: Characters of a passage, but for the signs where something was left out.
LIMIT = 4_000
#: Characters of the beginning of a long text, and around each mark in it.
_HEAD, _AROUND = 200, 120
#: Characters of one mark that are shown of it in a long text.
_LONGEST_MARK = 1_000
#: Two parts of a long text that are so near each other are one.
_NEAR = 60

#: What a mark says of its part of a text. Also the words that the report explains them by.
KINDS: Mapping[str, str] = {
    "repeated-words": "words that occur more than once in this order",
    "repeated-line": "a line that the text has had before",
    "repeated-paragraph": "a paragraph that the text has had before",
    "line-without-end-mark": "a line without a mark that ends a sentence",
    "bullet-line": "a line with a bullet",
    "ellipsis-line": "a line that ends in an ellipsis",
    "short-line": "a short line",
    "long-line": "a line that is too long",
    "line": "a line that the rule counts",
    "long-word": "a word that is too long",
    "word": "a word that the rule counts",
    "character": "characters that the rule counts",
    "white-space": "white space",
    "listed-word": "a word of the list",
    "removed-line": "a line that a line rule takes",
    "elsewhere": "text that stands in other documents, too",
    "contamination": "sentences with words of an evaluation item",
    "identifier": "personal data, replaced",
}


class Passage(NamedTuple):
    """What is shown of a document's text."""

    text: str | None
    """None where nothing is stored of it."""
    marks: tuple[Mark, ...] = ()
    """In order; none overlap."""


def passages(
    output: Place,
    row: Mapping[str, Any],
    verdicts: Verdicts | None = None,
    reason: str | None = None,
    limit: int | None = LIMIT,
) -> Passage:
    """Returns the stored text of a document, around what its reason points at.

    Identifiers are replaced by placeholders whatever the run did with them: a rejected text is
    stored as it came. A reason that is no part of a text, such as a mean length, has no marks;
    those of the next reason that the document fails are shown then.

    Args:
        output: a finished run.
        row: of its ledger.
        verdicts: of the run, if they are at hand.
        reason: only this one is marked.
        limit: about how many characters are shown; None: all.
    """
    verdicts = verdicts or Verdicts(read_run(output))
    return passage_of(read_content(output, dict(row)).text, output, row, verdicts, reason, limit)


def passage_of(
    text: str | None,
    output: Place,
    row: Mapping[str, Any],
    verdicts: Verdicts,
    reason: str | None = None,
    limit: int | None = LIMIT,
) -> Passage:
    """Does the same with a stored text that is at hand."""
    if text is None:
        return Passage(None)
    found: Sequence[Mark] = ()
    for each in (row["reasons"] or ()) if reason is None else (reason,):
        rule = verdicts.rule(each)
        if rule is not None and not found:
            found = _places(rule, row, text)
    written = list(_written(output, row, text))
    marks = sorted({*found, *written}, key=lambda mark: mark[:2])
    parts = _parts(len(text), marks, len(text) if limit is None else limit)
    return _shown(text, parts, _apart(marks), row["lang"], sought_by(verdicts, row))


# Places by the rule


def _places(rule: Rule, row: Mapping[str, Any], text: str) -> Sequence[Mark]:
    """Finds what a rule points at in a text; nothing where its lists are gone or damaged."""
    finder = _FINDERS.get(rule.step.name)
    if finder is None:
        return ()
    try:
        return finder(rule, rule.step.own_row(row), text)
    except (CorpusError, OSError, ValueError):
        return ()


def _of_quality(rule: Rule, row: Mapping[str, Any], text: str) -> Sequence[Mark]:
    from corpus_pipeline.filters.code.columns import CODE_LANGUAGE
    from corpus_pipeline.filters.quality.rules import QualityProfile, QualityRules

    step: Any = rule.step
    its = step.compared(rule.reason, row, text, rule.known)
    # Where the profile has changed the row still says whether prose was measured.
    prose = row.get("code_chars") is not None
    profile = its.profile or QualityProfile("usual", QualityRules(), prose=prose)
    counted = Counted(
        its.measure, its.rule.lower, its.limit, profile.definitions, profile.prose, its.language,
        row.get(CODE_LANGUAGE),
    )  # fmt: skip
    return quality_places(text, counted)


def _of_keywords(rule: Rule, row: Mapping[str, Any], text: str) -> Sequence[Mark]:
    from corpus_pipeline.filters.figures import writing
    from corpus_pipeline.filters.keywords.measures import load_word_lists
    from corpus_pipeline.filters.keywords.places import find_keywords

    if not rule.known:
        return ()
    options: Any = rule.step.options
    spans = find_keywords(text, writing(row, text), load_word_lists(options.lists))
    return [Mark(start, stop, "listed-word") for start, stop in spans]


def _of_lines(rule: Rule, row: Mapping[str, Any], text: str) -> Sequence[Mark]:
    numbers = {*(row.get("lines_removed_at") or ())}
    found, at = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        if number in numbers and line.strip():
            found.append(Mark(at, at + len(line), "removed-line"))
        at += len(line) + 1
    return found


def _of_dedup(rule: Rule, row: Mapping[str, Any], text: str) -> Sequence[Mark]:
    if rule.reason.endswith("-nothing-left"):
        return [Mark(0, len(text), "elsewhere")]
    if rule.reason != "contaminated" or not rule.known:
        return ()
    options: Any = rule.step.options
    return _contaminated(text, row["contaminated_by"], options.contamination)


def _contaminated(text: str, item: str | None, section: Any) -> Sequence[Mark]:
    """Finds the sentences that hold words of an evaluation item, as the run has found them."""
    from corpus_pipeline.dedup.contamination import find_contamination
    from corpus_pipeline.text.sentences import split_sentences

    index = _evaluations(section)
    texts = pa.array([text], pa.string())
    found = find_contamination(texts, index).to_pylist()
    sentences = split_sentences(texts)
    data = text.encode()
    spans = []
    for each in found:
        if item in (None, index.ids[each["part"]].as_py()):
            start = int(sentences.starts[each["first_sentence"]])
            stop = int(sentences.ends[each["last_sentence"]])
            spans.append(Mark(len(data[:start].decode()), len(data[:stop].decode()),
                               "contamination"))  # fmt: skip
    return spans


@cache
def _evaluations(section: Any) -> Any:
    """Builds the index of the evaluation items of a configuration; once in a process."""
    from corpus_pipeline.dedup.contamination import ContaminationIndex
    from corpus_pipeline.planning.evaluations import contamination_options, read_evaluations

    read = read_evaluations(section, contamination_options(section))
    return ContaminationIndex.from_bytes(read.index)


_FINDERS = {
    "quality": _of_quality,
    "keywords": _of_keywords,
    "lines": _of_lines,
    "dedup": _of_dedup,
}


def _written(output: Place, row: Mapping[str, Any], text: str) -> Iterator[Mark]:
    """Yields the places where the run has replaced identifiers, as it says itself."""
    if row["drop_reason"] is not None:
        return
    name = ledger_parts(output)[row["unit"]].name
    for path in storage.children(output / "pii", name.removeprefix("part")):
        columns = ["field", "action", "new_start", "new_end"]
        table = storage.read_parquet(path, columns=columns, filters=pc.field("row") == row["row"])
        for each in table.to_pylist():
            if each["field"] == "text" and each["action"] != "keep":
                yield Mark(each["new_start"], min(each["new_end"], len(text)), "identifier")


def _apart(marks: Sequence[Mark]) -> list[Mark]:
    """Cuts marks short where others begin before they end; the earlier one stays whole."""
    apart: list[Mark] = []
    for mark in marks:
        start = max(mark.start, apart[-1].stop) if apart else mark.start
        if start < mark.stop:
            apart.append(mark._replace(start=start))
    return apart


# Shortening


def _shown(
    text: str,
    parts: Sequence[tuple[int, int]],
    marks: Sequence[Mark],
    lang: str | None,
    sought: Sought,
) -> Passage:
    """Shortens a text to some of its parts, and masks the identifiers in what is left."""
    edits = identifiers(text, parts, lang, sought, marks)
    at = 0
    cuts = []
    for start, stop in (*parts, (len(text), len(text))):
        # What is replaced at the edge of a cut is replaced as a whole.
        start = max([start, *(e.stop for e in edits if e.start < start < e.stop)])
        at = min([at, *(e.start for e in edits if e.start < at < e.stop)])
        if start > at:
            cuts.append(Edit(at, start, _cut_sign(at, start, len(text))))
        at = stop
    inside = [e for e in edits if not any(c.start <= e.start < c.stop for c in cuts)]
    return Passage(*edited(text, sorted([*cuts, *inside]), marks))


def _cut_sign(start: int, stop: int, size: int) -> str:
    before, after = "\n" * (start > 0), "\n" * (stop < size)
    return f"{before}[… {stop - start:,} characters …]{after}"


def _parts(size: int, marks: Sequence[Mark], limit: int) -> list[tuple[int, int]]:
    """Chooses the parts of a text that are shown: all of a short one.

    >>> _parts(9000, [Mark(5000, 5010, "word")], 4000)
    [(0, 200), (4880, 8680)]
    >>> _parts(3000, [], 4000), _parts(9000, [], 4000)
    ([(0, 3000)], [(0, 4000)])
    """
    if size <= limit:
        return [(0, size)]
    parts = [(0, min(_HEAD, limit) if marks else limit)]
    room = limit - parts[0][1]
    for mark in marks:
        start = max(parts[-1][1], mark.start - _AROUND)
        stop = min(size, mark.stop + _AROUND, max(start, mark.start) + _LONGEST_MARK)
        if start - parts[-1][1] <= _NEAR:
            start = parts[-1][1]
        stop = min(stop, start + room)
        if stop <= start:
            continue
        room -= stop - start
        if start == parts[-1][1]:
            parts[-1] = parts[-1][0], stop
        else:
            parts.append((start, stop))
    # Few marks leave room for more of what follows the last one.
    parts[-1] = parts[-1][0], min(size, parts[-1][1] + room)
    return parts


# Differences


class Piece(NamedTuple):
    """A part of two texts beside each other."""

    kind: str
    """same, left (only the first text has it) or right."""
    text: str


#: Words of each text that are compared.
_MOST_WORDS = 20_000
_UNSPACED = r"\u2e80-\u9fff\u3040-\u30ff\u0e00-\u0eff\uf900-\ufaff"
#: A word with the white space behind it; what stands before the first word is one, too.
_WORD = re.compile(rf"(?:[{_UNSPACED}]|[^\s{_UNSPACED}]+)\s*|\s+")


def difference(text: str, survivor: str) -> tuple[Piece, ...]:
    """Compares two texts word by word; characters of scripts without spaces are words.

    White space is not compared: what both have stands as the first text has it. What both begin and
    end with is taken off first, in linear time. Of the rest the first 20,000 words of each text are
    compared; what is behind them is given as different. So it takes a few seconds at most, and some
    tens of megabytes, however long the texts are.

    >>> [tuple(piece) for piece in difference("今天下雨。", "昨天下雨。")]
    [('left', '今'), ('right', '昨'), ('same', '天下雨。')]
    >>> [tuple(piece) for piece in difference("one two four", "one  two three")]
    [('same', 'one two '), ('left', 'four'), ('right', 'three')]
    """
    left, right = _WORD.findall(text), _WORD.findall(survivor)
    left_keys, right_keys = [word.rstrip() for word in left], [word.rstrip() for word in right]
    most = min(len(left), len(right))
    first = last = 0
    while first < most and left_keys[first] == right_keys[first]:
        first += 1
    while last < most - first and left_keys[-1 - last] == right_keys[-1 - last]:
        last += 1
    pieces = [Piece("same", "".join(left[:first]))]
    a = slice(first, min(first + _MOST_WORDS, len(left) - last))
    b = slice(first, min(first + _MOST_WORDS, len(right) - last))
    matcher = difflib.SequenceMatcher(None, left_keys[a], right_keys[b])
    for tag, i, j, k, m in matcher.get_opcodes():
        one, other = "".join(left[first + i : first + j]), "".join(right[first + k : first + m])
        pieces += [Piece("same", one)] if tag == "equal" else [
            Piece("left", one), Piece("right", other),
        ]  # fmt: skip
    pieces += [
        Piece("left", "".join(left[a.stop : len(left) - last])),
        Piece("right", "".join(right[b.stop : len(right) - last])),
        Piece("same", "".join(left[len(left) - last :])),
    ]
    return tuple(piece for piece in pieces if piece.text)
