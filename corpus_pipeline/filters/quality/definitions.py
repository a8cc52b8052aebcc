"""How a profile counts: what a word is, which marks end a line, what of a repetition counts.

The published filters have one name and differ in this. Each option has the value that the package
counts by unless a profile says otherwise (`measures:` of its file).
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.nearest import meant
from corpus_pipeline.text.characters import LETTER, UNSPACED, characters
from corpus_pipeline.text.languages import require_language
from corpus_pipeline.text.marks import BULLETS, C4_TERMINAL, MARKS, TERMINALS

#: What may be written -> what it means. The first of each is what holds unless a profile differs.
WORD_FORMS = {
    "unicode": "runs without white space; characters of unspaced scripts are words",
    "white-space": "runs without white space, in every script",
    "punctuation-apart": "as spaCy splits English: outer punctuation and hyphens are words",
    "characters": "characters that are not white space",
    "marks-apart": "runs without white space and ASCII marks; characters of unspaced scripts are "
    "words",
    "segments": "what Unicode's annex 29 calls words, if they begin with a letter or digit",
}
NGRAM_WORDS = {"same": "as `words` says", **WORD_FORMS}
COMPARED = {
    "words": "lines that are not blank, by their words; spaces do not count",
    "lines": "lines that are not blank (paragraphs: what two line feeds part), by all characters",
    "text": "what runs of line feeds part (paragraphs: of two or more), by all characters",
    "every-line": "what single line feeds part, blank lines too, by all characters",
}
DUPLICATES = {
    "later": "those that occurred before",
    "all": "those that occur twice, the first too",
}
TOP_NGRAMS = {
    "covered": "characters in the occurrences, each once; it must occur twice",
    "longest": "length times occurrences of the longest of the most frequent; it must occur twice",
    "first": "length times occurrences of the first of the most frequent, even if it occurs once",
    "again": "length times occurrences but one of the longest of the most frequent",
}
DUPLICATE_NGRAMS = {
    "covered": "characters in n-grams that occur twice, each once",
    "later": "characters in n-grams that occurred before; one that counts is passed over as a "
    "whole",
    "all": "length times occurrences of n-grams that occur twice",
    "later-covered": "characters in n-grams that occurred before, each once, with a blank between "
    "two such words",
}

#: Columns that another counter fills when an option below differs from what is usual.
WORD_COLUMNS = ("words", "word_chars", "words_with_letter", "longest_word")
STOP_WORD_COLUMNS = ("stop_words", "stop_word_occurrences")
LINE_COLUMNS = ("bullet_lines", "ellipsis_lines", "terminal_lines", "short_lines")
DUPLICATE_COLUMNS = (
    "duplicate_lines", "duplicate_line_chars", "duplicate_paragraphs", "duplicate_paragraph_chars",
)  # fmt: skip
NGRAM_COLUMNS = (
    *(f"top_{n}_gram_chars" for n in (2, 3, 4)),
    *(f"duplicate_{n}_gram_chars" for n in (5, 6, 7, 8, 9, 10)),
)


def _option(default: Any, meaning: str, choices: Mapping[str, str] | None = None) -> Any:
    return dataclasses.field(default=default, metadata={"meaning": meaning, "choices": choices})


@dataclasses.dataclass(frozen=True)
class Definitions:
    """The options of `measures:`; every one has its `meaning`.

    Raises:
        ValueError: a value that the option cannot have.

    >>> Definitions(duplicates="all").replaced
    ('duplicate_lines', 'duplicate_line_chars', 'duplicate_paragraphs', 'duplicate_paragraph_chars')
    """

    words: str = _option("unicode", "what a word is", WORD_FORMS)
    line_words: int = _option(5, "C4 removes lines of fewer words")
    long_word: int = _option(1000, "C4 removes lines with a word of more characters")
    c4_marks: tuple[str, ...] | None = _option(None, "characters that end a line that C4 keeps")
    c4_ellipsis: bool = _option(False, "a line that C4 keeps may end in three full stops")
    short_line: int = _option(30, "characters that a short line has at most")
    long_line: int = _option(200, "characters that a long line has at least")
    short_paragraph: int = _option(100, "characters that a short paragraph has at most")
    long_paragraph: int = _option(1000, "characters that a long paragraph has at least")
    line_space: str = _option(
        "stripped",
        "white space around a line",
        {"stripped": "does not count", "kept": "counts, and hides the marks before it"},
    )
    bullets: tuple[str, ...] | None = _option(None, "what begins a line with a bullet")
    terminal_marks: tuple[str, ...] | None = _option(None, "what ends a line with an end mark")
    ellipses: tuple[str, ...] | None = _option(None, "what ends a line with an ellipsis")
    stop_words: Mapping[str, tuple[str, ...]] | None = _option(
        None, "language: its stop words, instead of the package's"
    )
    stop_word_form: str = _option(
        "folded",
        "how words are compared with stop words",
        {"folded": "without case, width and outer punctuation", "exact": "as they stand"},
    )
    compared: str = _option("words", "which lines and paragraphs are the same", COMPARED)
    duplicates: str = _option("later", "which lines and paragraphs are duplicates", DUPLICATES)
    ngram_words: str = _option("same", "what a word of an n-gram is", NGRAM_WORDS)
    top_ngrams: str = _option("covered", "characters of a top n-gram", TOP_NGRAMS)
    duplicate_ngrams: str = _option("covered", "characters of duplicate n-grams", DUPLICATE_NGRAMS)
    ngram_blanks: bool = _option(False, "a blank between two words of a top n-gram counts")

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            _check(field, getattr(self, field.name))
        for language in self.stop_words or ():
            require_language(language)
        if any(len(mark) != 1 or ord(mark) >= 0x10000 for mark in self.c4_marks or ()):
            raise ValueError("c4_marks must be single characters")

    @property
    def splits_apart(self) -> bool:
        """Words are not those that the scan of lines sees."""
        return self.words in ("punctuation-apart", "characters", "marks-apart", "segments")

    @property
    def replaced(self) -> tuple[str, ...]:
        """Columns of `QUALITY_MEASURES` that are counted by these definitions and no others."""
        found: tuple[str, ...] = WORD_COLUMNS if self.splits_apart else ()
        if self.splits_apart or self._differs("stop_words", "stop_word_form"):
            found += STOP_WORD_COLUMNS
        if self._differs("line_space", "bullets", "terminal_marks", "ellipses"):
            found += LINE_COLUMNS
        if self._differs("compared", "duplicates"):
            found += DUPLICATE_COLUMNS
        if self.splits_apart or self._differs(
            "top_ngrams", "duplicate_ngrams", "ngram_blanks", "ngram_words"
        ):
            found += NGRAM_COLUMNS
        return found

    @property
    def of_ngrams(self) -> "Definitions":
        """How n-grams are counted: their words are what `words` says."""
        return dataclasses.replace(
            self, words=self.words if self.ngram_words == "same" else self.ngram_words
        )

    def _differs(self, *names: str) -> bool:
        return any(getattr(self, name) != getattr(USUAL, name) for name in names)

    @property
    def of_whole_texts(self) -> tuple[str, ...]:
        """Options that differ and that measures of prose do not have."""
        free = ("line_words", "long_word", "short_line", "long_line", "short_paragraph",
                "long_paragraph")  # fmt: skip
        names = (field.name for field in dataclasses.fields(self) if field.name not in free)
        return tuple(name for name in names if self._differs(name))

    def forms(self, name: str) -> tuple[str, ...]:
        """Returns the marks of `bullets`, `terminal_marks` or `ellipses`.

        >>> USUAL.forms("ellipses")
        ('…', '...')
        """
        usual = {"bullets": tuple(BULLETS), "terminal_marks": tuple(TERMINALS)}
        given: tuple[str, ...] | None = getattr(self, name)
        return usual.get(name, ("…", "...")) if given is None else given

    # For kernels

    def limits(self) -> NDArray[np.int64]:
        """int64[4]: `short_line`, `line_words`, `long_word`, `c4_ellipsis`."""
        return np.array([self.short_line, self.line_words, self.long_word, self.c4_ellipsis])

    def roles(self) -> NDArray[np.uint8]:
        """uint8[0x10000], `text.marks.MARKS` with these end marks of C4."""
        return MARKS if self.c4_marks is None else _roles(self.c4_marks)

    def classes(self) -> NDArray[np.uint8]:
        """uint8[0x110000], the classes of characters; where spaces part words none is one alone."""
        return _spaced_classes() if self.words == "white-space" else characters().classes


@functools.cache
def _roles(ends: tuple[str, ...]) -> NDArray[np.uint8]:
    table = np.where(MARKS & C4_TERMINAL, MARKS ^ C4_TERMINAL, MARKS).astype(np.uint8)
    table[[ord(mark) for mark in ends]] |= C4_TERMINAL
    return table


@functools.cache
def _spaced_classes() -> NDArray[np.uint8]:
    classes = characters().classes.copy()
    classes[classes == UNSPACED] = LETTER
    return classes


def read_option(name: str, value: Any) -> Any:
    """Turns what a file has for an option into its value: lists into tuples, marks into forms.

    Raises:
        ValueError: it cannot be one.

    >>> read_option("bullets", "•-"), read_option("ellipses", ["...", "read more"])
    (('•', '-'), ('...', 'read more'))
    """
    if name == "stop_words" and isinstance(value, dict):
        return {language: _strings(name, words) for language, words in value.items()}
    if name in ("bullets", "terminal_marks", "ellipses", "c4_marks") and value is not None:
        return _strings(name, list(value) if isinstance(value, str) else value)
    return value


def _strings(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ValueError(f"{name} must be a list of texts, got {value!r}")
    return tuple(value)


def _check(field: "dataclasses.Field[Any]", value: Any) -> None:
    """Raises ValueError if an option cannot have the value."""
    choices: Mapping[str, str] | None = field.metadata["choices"]
    if choices is not None:
        if value not in choices:
            hint = meant(str(value), choices)
            raise ValueError(
                f"{field.name} must be one of {', '.join(choices)}, got {value!r}; {hint}"
            )
        return
    kinds: dict[type, Callable[[Any], bool]] = {
        bool: lambda each: isinstance(each, bool),
        int: lambda each: (
            isinstance(each, int) and not isinstance(each, bool) and 0 <= each < 2**31
        ),
    }
    kind = kinds.get(type(field.default))
    if kind is not None and not kind(value):
        wanted = "true or false" if isinstance(field.default, bool) else "a number, at least 0"
        raise ValueError(f"{field.name} must be {wanted}, got {value!r}")
    if field.name == "stop_words" and not (value is None or isinstance(value, Mapping)):
        raise ValueError(f"{field.name} must be a mapping of languages to words, got {value!r}")


#: What holds unless a profile says otherwise.
USUAL = Definitions()
#: Every option by name.
OPTIONS = {field.name: field for field in dataclasses.fields(Definitions)}
