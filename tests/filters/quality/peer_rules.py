"""Which of our reasons is which rule of a peer, and where the two are known to differ."""

from collections.abc import Mapping
from typing import NamedTuple

#: Rule -> our reasons, any of which is its verdict.
Rules = dict[str, tuple[str, ...]]


class Peer(NamedTuple):
    """What is compared with one file of vectors."""

    profile: str
    rules: Rules
    """Rules of the peer that this profile has."""
    packages: tuple[str, ...] = ()
    """What the file's first line says besides the peer and Python."""
    language: str = "en"
    differ: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    """Rule -> documents that it alone drops, and documents that our reasons alone drop."""

    first_of: tuple[tuple[str, ...], ...] = ()
    """Rules of which the peer tells the first one that drops a document, in its order."""


def _ngrams(form: str, orders: tuple[int, ...], reason: str) -> Rules:
    return {form.format(n): (reason.format(n),) for n in orders}


_TOP, _REPEATED = (2, 3, 4), (5, 6, 7, 8, 9, 10)
_TOP_REASON, _REPEATED_REASON = "gopher-top-{}-gram-chars", "gopher-duplicate-{}-gram-chars"

DATATROVE_QUALITY: Rules = {
    "gopher-quality: min_doc_words": ("gopher-too-few-words",),
    "gopher-quality: max_doc_words": ("gopher-too-many-words",),
    "gopher-quality: min_avg_word_length": ("gopher-mean-word-length-low",),
    "gopher-quality: max_avg_word_length": ("gopher-mean-word-length-high",),
    "gopher-quality: max_symbol_word_ratio": (
        "gopher-too-many-hash-marks", "gopher-too-many-ellipses",
    ),
    "gopher-quality: max_bullet_lines_ratio": ("gopher-too-many-bullet-lines",),
    "gopher-quality: max_ellipsis_lines_ratio": ("gopher-too-many-ellipsis-lines",),
    "gopher-quality: max_non_alpha_words_ratio": ("gopher-too-few-words-with-letter",),
    "gopher-quality: min_stop_words": ("gopher-too-few-stop-words",),
    "gopher-repetition: dup_line_frac": ("gopher-duplicate-lines",),
    "gopher-repetition: dup_para_frac": ("gopher-duplicate-paragraphs",),
    "gopher-repetition: dup_line_char_frac": ("gopher-duplicate-line-chars",),
    "gopher-repetition: dup_para_char_frac": ("gopher-duplicate-paragraph-chars",),
    **_ngrams("gopher-repetition: top_n_grams {}", _TOP, _TOP_REASON),
    **_ngrams("gopher-repetition: dup_n_grams {}", _REPEATED, _REPEATED_REASON),
}  # fmt: skip
FINEWEB: Rules = {
    "fineweb: line_punct_thr": ("fineweb-too-few-terminal-lines",),
    "fineweb: short_line_thr": ("fineweb-too-many-short-lines",),
    "fineweb: char_duplicates_ratio": ("fineweb-duplicate-line-chars",),
    "fineweb: new_line_ratio": ("fineweb-too-many-newlines",),
}
C4: Rules = {"c4": ("c4-lorem-ipsum", "c4-curly-bracket", "c4-too-few-sentences")}
DOLMA: Rules = {
    "word_count": ("gopher-too-few-words", "gopher-too-many-words"),
    "median_word_length": ("gopher-mean-word-length-low", "gopher-mean-word-length-high"),
    "symbol_to_word_ratio": ("gopher-too-many-hash-marks",),
    "fraction_of_words_with_alpha_character": ("gopher-too-few-words-with-letter",),
    "required_word_count": ("gopher-too-few-stop-words",),
    "fraction_of_lines_starting_with_bullet_point": ("gopher-too-many-bullet-lines",),
    "fraction_of_lines_ending_with_ellipsis": ("gopher-too-many-ellipsis-lines",),
    "fraction_of_duplicate_lines": ("gopher-duplicate-lines",),
    "fraction_of_characters_in_duplicate_lines": ("gopher-duplicate-line-chars",),
    **_ngrams("most_common_ngram {}", _TOP, _TOP_REASON),
    **_ngrams("duplicate_ngrams {}", _REPEATED, _REPEATED_REASON),
}
DATA_JUICER: Rules = {
    "alphanumeric": ("text-too-few-alphanumeric",),
    "average_line_length": ("text-mean-line-length-low",),
    "character_repetition": ("text-repeated-characters",),
    "maximum_line_length": ("text-lines-too-short",),
    "special_characters": ("text-too-many-special-characters",),
    "text_length": ("text-too-short",),
    "word_repetition": ("text-repeated-words",),
    "words_num": ("gopher-too-few-words",),
}
CURATOR: Rules = {
    "NonAlphaNumericFilter": ("text-too-many-other-characters",),
    "SymbolsToWordsFilter": ("gopher-too-many-hash-marks",),
    "NumbersFilter": ("text-too-many-digits",),
    "UrlsFilter": ("text-too-many-urls",),
    "WhiteSpaceFilter": ("quality-too-much-white-space",),
    "ParenthesesFilter": ("text-too-many-brackets",),
    "BoilerPlateStringFilter": ("text-lorem-ipsum", "text-too-many-policy-lines"),
    "RepeatedLinesFilter": ("text-too-few-unique-lines",),
    "RepeatedParagraphsFilter": ("text-too-few-unique-paragraphs",),
    "RepeatedLinesByCharFilter": ("text-too-few-unique-line-characters",),
    "RepeatedParagraphsByCharFilter": ("text-too-few-unique-paragraph-characters",),
    "WordCountFilter": ("gopher-too-few-words", "gopher-too-many-words"),
    "PunctuationFilter": ("fineweb-too-few-terminal-lines",),
    "WordsWithoutAlphabetsFilter": ("gopher-too-few-words-with-letter",),
    "CommonEnglishWordsFilter": ("gopher-too-few-stop-words",),
    "MeanWordLengthFilter": ("gopher-mean-word-length-low", "gopher-mean-word-length-high"),
    "LongWordFilter": ("text-word-too-long",),
    "EllipsisFilter": ("gopher-too-many-ellipsis-lines",),
    "BulletsFilter": ("gopher-too-many-bullet-lines",),
    **_ngrams("RepeatingTopNGramsFilter {}", _TOP, _TOP_REASON),
    **_ngrams("RepeatingDuplicateNGramsFilter {}", _REPEATED, _REPEATED_REASON),
}
DCLM: Rules = {
    "page_length_filter": ("gopher-too-few-words", "gopher-too-many-words"),
    "word_length_filter": ("gopher-mean-word-length-low", "gopher-mean-word-length-high"),
    "symbol_ratio_filter": ("gopher-too-many-hash-marks",),
    "bullet_count_filter": ("gopher-too-many-bullet-lines",),
    "ellipsis_count_filter": ("gopher-too-many-ellipsis-lines",),
    "alphabetic_word_ratio_filter": ("gopher-too-few-words-with-letter",),
    "stop_word_filter": ("gopher-too-few-stop-words",),
    "lines": ("gopher-duplicate-lines",),
    "paragraphs": ("gopher-duplicate-paragraphs",),
    "line characters": ("gopher-duplicate-line-chars",),
    "paragraph characters": ("gopher-duplicate-paragraph-chars",),
    **_ngrams("{}-grams", _TOP, _TOP_REASON),
    **_ngrams("{}-grams", _REPEATED, _REPEATED_REASON),
}
BIGSCIENCE: Rules = {
    "number_words": ("gopher-too-few-words", "gopher-too-many-words"),
    "character_repetition": ("text-repeated-characters",),
    "word_repetition": ("text-repeated-words",),
    "special_characters": ("text-too-many-special-characters",),
}
MAP_NEO_DOCUMENT: Rules = {
    "Number of senteces less than 1": ("text-too-few-sentences",),
    "Word count less than 50 or larger than 10000": (
        "gopher-too-few-words", "gopher-too-many-words",
    ),
    "Hash tag ratios exceeding 0.1": ("gopher-too-many-hash-marks",),
    "Ellipsis ratios exceeding 0.1": ("gopher-too-many-ellipses",),
    "Digit over non_punctuation words": ("text-too-many-digits",),
    "Line starting with bullet point": ("gopher-too-many-bullet-lines",),
    "Unique words fraction": ("text-too-few-distinct-words",),
    "Entropy of unigram distribution": ("text-word-entropy-low",),
}  # fmt: skip
MAP_NEO_REPETITION: Rules = _ngrams("characters in the top word {}gram", _TOP, _TOP_REASON)

#: In a row of "..." or "#" occurrences of an n-gram overlap, which are cut out once there.
_ROWS = ("6 ellipses", "7 ellipses", "7 hash marks")
#: "mixture 126" has five words; of fewer than n words a text fails there.
_SHORT = {f"RepeatingDuplicateNGramsFilter {n}": (("mixture 126",), ()) for n in range(6, 11)}

#: File of vectors -> with what it is compared.
PEERS = {
    "datatrove": (
        Peer("gopher@datatrove", DATATROVE_QUALITY, ("spacy",)),
        Peer("fineweb@datatrove", FINEWEB, ("spacy",)),
        Peer("c4@datatrove", C4, ("spacy",)),
    ),
    "dolma": (Peer("gopher@dolma", DOLMA, ("dolma",)),),
    # Words of digits alone are none there and stand between the words of an n-gram here.
    "data-juicer": (
        Peer(
            "data-juicer", DATA_JUICER,
            differ={"word_repetition": (("mixture 32", "phrases"), ("mixture 7",))},
        ),
    ),
    "curator": (
        Peer(
            "curator", CURATOR,
            differ={
                # Shares of paragraphs there, of lines here.
                "BoilerPlateStringFilter": (("cookies", "policy"), ()),
                # Three line feeds: the third begins a paragraph there.
                "RepeatedParagraphsFilter": ((), ("8 line feeds in turn",)),
                "RepeatingTopNGramsFilter 3": ((), ("12 hash marks", *_ROWS)),
                "RepeatingTopNGramsFilter 4": (
                    (),
                    ("6 hash marks", *_ROWS, "marks", "mixture 126"),
                ),
                **_SHORT,
            },
        ),
    ),
    "dclm": (Peer("gopher@dclm", DCLM, ("uniseg",)),),
    # A word of digits alone is none there.
    "bigscience": (
        Peer(
            "bigscience", BIGSCIENCE, ("stop_words",),
            differ={"word_repetition": ((), ("marks and digits",))},
        ),
    ),
    "map-neo": (
        Peer(
            "map-neo", MAP_NEO_DOCUMENT | MAP_NEO_REPETITION, ("jieba",), "zh",
            differ={
                # In a row they are one there.
                "Hash tag ratios exceeding 0.1": ((), ("hash marks in a row",)),
                # Two full stops are an ellipsis there.
                "Ellipsis ratios exceeding 0.1": (("full stops in rows",), ()),
                # Small and capital letters, marks and blanks are characters there, in English.
                "Unique words fraction": (("english", "english 8 times"), ()),
                "Entropy of unigram distribution": ((), ("english 6 times",)),
            },
            first_of=((*MAP_NEO_DOCUMENT,), (*MAP_NEO_REPETITION,)),
        ),
    ),
}  # fmt: skip
