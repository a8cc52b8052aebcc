"""The finder of secrets: reads the places that the scan found, each in a window of its row."""

import re
from collections.abc import Iterator, Sequence

from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.secrets.anchors import (
    BLOCK,
    HANDLE,
    JWT,
    TOKEN,
    URL,
    WORD,
    Literal,
    find_anchors,
    load_literals,
)
from corpus_pipeline.scrub.secrets.assignments import find_value
from corpus_pipeline.scrub.secrets.handles import find_handle
from corpus_pipeline.scrub.secrets.tokens import (
    begins_block,
    find_json_web_token,
    find_key_block,
    find_token,
)
from corpus_pipeline.scrub.secrets.userinfo import find_userinfo
from corpus_pipeline.scrub.spans import Spans, made_spans
from corpus_pipeline.text.columns import Utf8

#: Bytes that rules see before and behind a place, for each kind of literal.
_CONTEXT = {
    TOKEN: (96, 2048), WORD: (96, 512), URL: (48, 320), BLOCK: (32, 32768), HANDLE: (480, 480),
}  # fmt: skip
#: Words in a row that nothing parts, each perhaps the value of the one before: more are no text.
_BREAK = re.compile(rb"[\s\"'`,;&<>{}()]")
_MOST_INSIDE = 6


class SecretFinder:
    """Finds keys, tokens, passwords, user and password in URLs, and handles."""

    def __init__(self, entities: frozenset[str]) -> None:
        """Takes the names of the entities to find."""
        self._wanted = 0
        if "SECRET" in entities:
            self._wanted |= TOKEN | WORD | BLOCK
        if "URL_USERINFO" in entities:
            self._wanted |= URL
        if "HANDLE" in entities:
            self._wanted |= HANDLE

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of texts; the language is not read."""
        del languages
        if not self._wanted:
            return made_spans([])
        return made_spans(_without_parts(_find(text, self._wanted)))


def _find(text: Utf8, wanted: int) -> Iterator[tuple[int, int, int, int, float]]:
    anchors = find_anchors(text, wanted)
    literals = load_literals()
    data = memoryview(text.data.data)
    row, begin, stop = -1, 0, 0
    # Up to where the row is a secret already: a key block may hold what looks like tokens.
    done = 0
    # Up to where a text without a break goes on, and how many words in it were read.
    unbroken, inside = 0, 0
    for next_row, place, number in zip(
        anchors.rows.tolist(), anchors.places.tolist(), anchors.literals.tolist(), strict=True
    ):
        if next_row != row:
            row, begin, stop = (
                next_row,
                int(text.offsets[next_row]),
                int(text.offsets[next_row + 1]),
            )
            done = unbroken = begin
        if place <= done:
            continue
        literal = literals[number]
        before, behind = _CONTEXT[literal.kind]
        first = max(begin, place - before)
        if literal.kind == WORD:
            inside = inside + 1 if place <= unbroken else 0
            if inside > _MOST_INSIDE:
                continue
        if literal.kind == BLOCK and not begins_block(
            bytes(data[first : place + 200]), place - first
        ):
            continue
        window = bytes(data[first : min(stop, place + behind)])
        if literal.kind == WORD:
            broken = _BREAK.search(window, place - first)
            unbroken = first + (broken.start() if broken else len(window))
        entity = {URL: INDEX["URL_USERINFO"], HANDLE: INDEX["HANDLE"]}.get(
            literal.kind, INDEX["SECRET"]
        )
        for start, end, score in _read(window, place - first, literal):
            yield row, first + start, first + end, entity, score
            if literal.kind == BLOCK:
                done = first + end


def _read(window: bytes, place: int, literal: Literal) -> Iterator[tuple[int, int, float]]:
    """Yields what begins at a literal that ends at a place of a window."""
    start = place - len(literal.text.encode())
    span: tuple[int, int] | None = None
    score = 1.0
    if literal.kind == TOKEN:
        if literal.text == JWT:
            span = find_json_web_token(window, start)
        elif literal.rule is not None:
            yield from find_token(window, start, literal.rule)
    elif literal.kind == BLOCK:
        span = find_key_block(window, start)
    elif literal.kind == URL:
        span = find_userinfo(window, place)
    elif literal.kind == HANDLE:
        span, score = _read_handle(window, place), 0.5
    elif literal.word is not None:
        found = find_value(window, place, literal.word)
        if found is not None:
            yield found
    if span is not None:
        yield *span, score


def _read_handle(window: bytes, place: int) -> tuple[int, int] | None:
    """Finds a handle in a window, whose ends may go through a character."""
    left = window[:place].decode("utf-8", "ignore")
    text = left + window[place:].decode("utf-8", "ignore")
    span = find_handle(text, len(left))
    if span is None:
        return None
    start = place - len(left[span[0] :].encode())
    return start, start + len(text[span[0] : span[1]].encode())


def _without_parts(
    found: Iterator[tuple[int, int, int, int, float]],
) -> Iterator[tuple[int, int, int, int, float]]:
    """Leaves out findings that lie in another of the same kind, and all but one of equal ones."""
    kept: tuple[int, int, int, int, float] | None = None
    for each in sorted(found, key=lambda each: (each[1], -each[2], -each[4])):
        if kept is not None and each[2] <= kept[2] and each[3] == kept[3]:
            continue
        kept = each
        yield each
