"""datatrove: statistics of documents, lines, paragraphs and words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peer_cases.cases import Answers, Attempt, Case
from peer_cases.ours import counts, file_of, one
from peer_cases.tables.datatrove import TABLE

TABLE.splits_values("DocStats", "LineStats", "ParagraphStats", "WordStats", "SentenceStats",
                    "TokenStats", "LangStats", "DummyStats", "WordsContaminationStats")  # fmt: skip


def _ratio(name: str, over: str | None, more: Mapping[str, Any] | None = None) -> Any:
    def mapper(case: Case) -> Attempt:
        names = [name] if over is None else [name, over]
        row = counts(case.text, names, more)
        ours = row[name] if over is None else row[name] / row[over]
        return Answers(ours, case.answer["value"])

    return mapper


_KEPT = {"line_space": "kept", "terminal_marks": ".?!\"'", "bullets": "-*•"}
_EVERY = {"compared": "every-line"}
_SPACY = {"words": "punctuation-apart"}
for _operator, _measure, _per, _measures in (
    ("DocStats.length", "whole_chars", None, None),
    ("DocStats.white_space_ratio", "white_space", "whole_chars", None),
    ("DocStats.digit_ratio", "numeral_chars", "whole_chars", None),
    ("DocStats.elipsis_ratio", "ellipsis_chars", "whole_chars", None),
    ("DocStats.uppercase_ratio", "upper_case_letters", "whole_chars", None),
    ("LineStats.n_lines", "text_lines", None, None),
    ("LineStats.avg_line_length", "line_chars", "text_lines", None),
    ("LineStats.lines_ending_with_terminal_mark_ratio", "terminal_lines", "text_lines", _KEPT),
    ("LineStats.bullet_point_lines_ratio", "bullet_lines", "text_lines", _KEPT),
    ("LineStats.line_duplicates", "duplicate_lines", "split_lines", _EVERY),
    ("LineStats.line_char_duplicates", "duplicate_line_chars", "split_line_chars", _EVERY),
    ("ParagraphStats.n_paragraphs", "split_paragraphs", None, {"compared": "lines"}),
    ("ParagraphStats.avg_paragraph_length", "split_paragraph_chars", "split_paragraphs",
     {"compared": "lines"}),
    ("ParagraphStats.paragraph_duplicates", "duplicate_paragraphs", "split_paragraphs",
     {"compared": "lines"}),
    ("ParagraphStats.paragraph_char_duplicates", "duplicate_paragraph_chars",
     "split_paragraph_chars", {"compared": "lines"}),
    ("WordStats.n_words", "words", None, _SPACY),
    ("WordStats.avg_word_length", "word_chars", "words", _SPACY),
    ("WordStats.avg_words_per_line", "words", "all_lines", _SPACY),
    ("WordStats.uppercase_word_ratio", "all_caps_words", "words", _SPACY),
    ("WordStats.capitalized_word_ratio", "capital_words", "words", _SPACY),
    ("WordStats.type_token_ratio", "distinct_words", "normal_words", _SPACY),
):  # fmt: skip
    TABLE.maps(_operator)(_ratio(_measure, _per, _measures))


@TABLE.maps("WordStats.stop_word_ratio")
def stop_word_ratio(case: Case) -> Attempt:
    """Occurrences of the call's stop words."""
    measures = {**_SPACY, "stop_word_form": "exact",
                "stop_words": {"en": case.option("stop_words")}}  # fmt: skip
    row = counts(case.text, ["stop_word_occurrences", "words"], measures)
    return Answers(row["stop_word_occurrences"] / row["words"], case.answer["value"])


@TABLE.maps(*(f"WordStats.{kind}_word_ratio_{n}" for kind in ("short", "long")
              for n in range(2, 21)))  # fmt: skip
def word_lengths(case: Case) -> Attempt:
    """Words of at most, or of at least, so many characters."""
    kind, _, n = (
        case.operator.removeprefix("WordStats.").replace("_word_ratio_", " ").partition(" ")
    )
    measure = f"words_{'up_to' if kind == 'short' else 'from'}_{n}_chars"
    row = counts(case.text, [measure, "words"], _SPACY)
    return Answers(row[measure] / row["words"], case.answer["value"])


@TABLE.maps(*(f"ParagraphStats.{kind}_paragraph_ratio_{n}" for kind in ("short", "long")
              for n in (5, 15, 100, 1000)))  # fmt: skip
def paragraph_lengths(case: Case) -> Attempt:
    """Paragraphs of at most, or of at least, so many characters."""
    name = case.operator.removeprefix("ParagraphStats.")
    kind, _, n = name.replace("_paragraph_ratio_", " ").partition(" ")
    measures = {f"{kind}_paragraph": int(n), "compared": "lines", "line_space": "kept"}
    row = counts(case.text, [f"{kind}_paragraphs", "split_paragraphs"], measures)
    return Answers(row[f"{kind}_paragraphs"] / row["split_paragraphs"], case.answer["value"])


@TABLE.maps("DocStats.non_alpha_digit_ratio", "DocStats.punctuation_ratio")
def marks(case: Case) -> Attempt:
    """All but letters and numerals, and of these what is no white space."""
    row = counts(case.text, ["special_chars", "numeral_chars", "whole_chars"])
    chars = row["special_chars"] - row["numeral_chars"]
    if case.operator.endswith("punctuation_ratio"):
        chars -= row["white_space"]
    return Answers(chars / row["whole_chars"], case.answer["value"])


@TABLE.maps("WordsContaminationStats.words_contamination_delve")
def contamination(case: Case) -> Attempt:
    """Occurrences of listed words, as *keywords* counts them, by the words of the text."""
    folder = Path(file_of("\n".join(case.option("words")) + "\n", ".list")).with_suffix("")
    folder.mkdir(exist_ok=True)
    (folder / "en.txt").write_text("\n".join(case.option("words")) + "\n", "utf-8")
    row = one([{"keywords": {"lists": str(folder)}}], text=case.text, lang="en")
    words = counts(case.text, ["words"], _SPACY)["words"]
    return Answers(row["keyword_hits"] / words, case.answer["value"])


@TABLE.maps(*(f"LineStats.{kind}_line_ratio_chars_{n}" for kind in ("short", "long")
              for n in (3, 5, 10, 30, 2000, 10000)))  # fmt: skip
def line_lengths(case: Case) -> Attempt:
    """Lines of at most, or of at least, so many characters."""
    kind, _, n = (
        case.operator.removeprefix("LineStats.").replace("_line_ratio_chars_", " ").partition(" ")
    )
    measures = {f"{kind}_line": int(n), "line_space": "kept"}
    row = counts(case.text, [f"{kind}_lines", "text_lines"], measures)
    return Answers(row[f"{kind}_lines"] / row["text_lines"], case.answer["value"])


TABLE.not_text("a class of the tests that counts nothing of texts", "DummyStats.stat")
