"""Measures that are counted only where a rule of a profile asks for them, and what each means.

They are of the whole text. Names with a number in them stand for a family: any number from 2 to 20.
"""

import difflib
import re

import pyarrow as pa

#: Counted in one pass over the characters.
CHARACTER_MEANINGS = {
    "whole_chars": "characters of the whole text",
    "line_chars": "characters that are not line feeds",
    "alphanumeric_chars": "letters, combining marks and numerals",
    "non_alphanumeric_chars": "characters other than A-Z, a-z, 0-9, line feeds and ? ! , .",
    "upper_case_letters": "letters that case folding changes",
    "numeral_chars": "digits and other numerals",
    "special_chars": "digits, white space, punctuation, symbols: all but letters and their marks",
    "punctuation_chars": "punctuation marks",
    "bracket_chars": "( ) [ ] { } ⟨ ⟩",
    "url_chars": "characters of addresses that begin with http:// or https://",
    "han_chars": "Chinese characters",
    "simplified_chars": "characters that only simplified Chinese has",
    "traditional_chars": "characters that only traditional Chinese has",
    "script_chars": "characters that only one of simplified and traditional Chinese has",
    "ellipsis_marks": "occurrences of …, and of three full stops, six being two",
    "symbols": "occurrences of # and ellipsis marks",
    "feeds": "line feeds, blank lines' too",
    "text_lines": "lines that line feeds part, blank and last empty ones too",
    "all_lines": "lines that line feeds part, blank ones too",
}
#: Counted of words, as `measures: words:` says what a word is.
WORD_MEANINGS = {
    "plain_words": "words with a character that is no punctuation mark",
    "plain_word_chars": "characters of words that are not punctuation alone",
    "median_word_length": "median of the words' lengths in halves of a character",
    "normal_words": "words with a letter or digit",
    "distinct_words": "different words with a letter or digit, without case and outer punctuation",
    "word_entropy": "entropy of those words in thousandths of a nat",
    "all_caps_words": "words whose letters are all capitals",
    "symbol_words": "words with # or …",
}
#: Counted of lines.
LINE_MEANINGS = {
    "long_lines": "lines of at least `measures: long_line:` characters",
    "split_lines": "lines, as `measures: compared:` parts them",
    "split_paragraphs": "paragraphs, as `measures: compared:` parts them",
    "unique_lines": "different lines, as `measures: compared:` parts them",
    "unique_paragraphs": "different paragraphs, as `measures: compared:` parts them",
    "split_line_chars": "characters of these lines",
    "split_paragraph_chars": "characters of these paragraphs",
    "unique_line_chars": "characters of the different lines",
    "unique_paragraph_chars": "characters of the different paragraphs",
}
#: Family: what it is of n.
FAMILIES = {
    "top_{}_gram_chars": "characters of the most common {}-gram of words",
    "duplicate_{}_gram_chars": "characters in {}-grams of words that are repeated",
    "all_{}_gram_chars": "characters of all {}-grams of words, overlapping ones too",
    "word_{}_grams": "{}-grams of words, without case and outer punctuation",
    "repeated_word_{}_grams": "those of the {}-grams of words that occur twice, all occurrences",
    "char_{}_grams": "{}-grams of characters",
    "repeated_char_{}_grams": "occurrences of the most frequent {}-grams of characters: as many "
    "of them as the root of their number, or as occur twice if these are fewer",
}
FIXED = {**CHARACTER_MEANINGS, **WORD_MEANINGS, **LINE_MEANINGS}
LEAST, MOST = 2, 20

#: Measure: how many of its units are one of a threshold's.
SCALES = {"median_word_length": 2, "word_entropy": 1000}


def family_of(name: str) -> tuple[str, int] | None:
    """Returns the family and the n of a measure, None if it is of none.

    >>> family_of("duplicate_13_gram_chars")
    ('duplicate_{}_gram_chars', 13)
    """
    found = re.search(r"(?<=_)(?:[2-9]|1[0-9]|20)(?=_)", name)
    if found is None:
        return None
    family = name[: found.start()] + "{}" + name[found.end() :]
    return (family, int(found[0])) if family in FAMILIES else None


def is_more(name: str) -> bool:
    """Says whether there is such a measure."""
    return name in FIXED or family_of(name) is not None


def more_field(name: str) -> pa.Field:
    """Returns the column of a measure: int32, null for a null text.

    Raises:
        ValueError: there is none.

    >>> more_field("char_10_grams").metadata
    {b'meaning': b'10-grams of characters'}
    """
    meaning = FIXED.get(name)
    if meaning is None:
        family = family_of(name)
        if family is None:
            near = difflib.get_close_matches(name, [*FIXED, *FAMILIES], 1, 0.0)[0]
            raise ValueError(f"there is no measure {name!r}; nearest is {near!r}")
        meaning = FAMILIES[family[0]].format(family[1])
    return pa.field(name, pa.int32(), metadata={"meaning": meaning})
