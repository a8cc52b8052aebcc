"""DCLM: filters and modifiers of its baselines."""

import json
import math
import re
from typing import Any

from peer_cases.cases import Answers, Attempt, Cannot, Case, Choice, NotText, Table
from peer_cases.ours import counts, kept_in_range, one, own_step, profile, records_read

TABLE = Table("dclm", "DCLM")
_WORDS = {"words": "white-space"}
_STOP_WORDS = {
    **_WORDS,
    "stop_words": {"en": ["the", "be", "to", "of", "and", "that", "have", "with"]},
}


def _page(case: Case) -> dict[str, Any]:
    page: dict[str, Any] = case.input["given"][0] if "given" in case.input else case.input["page"]
    return page


def _text(case: Case) -> str:
    return str(_page(case).get("text", ""))


def _kept(case: Case, ours: bool) -> Answers:
    return Answers(ours, bool(case.answer["result"]))


def _ranged(value: str, least: str | None, most: str | None, **measures: Any) -> Any:
    def mapper(case: Case) -> Attempt:
        limits = [None if name is None else _limit(case.input.get(name)) for name in (least, most)]
        return _kept(case, kept_in_range(_text(case), value, *limits, measures=measures))

    return mapper


def _words_of(case: Case) -> tuple[str, dict[str, Any]] | None:
    """Returns the measure that counts words as the case does, and its definitions; None for none.

    Unless it says uniseg the words are what white space parts, and each line feed one more.
    """
    given = case.input
    uniseg, plain = given.get("model") == "uniseg", given.get("ignore_punctuation")
    if not given.get("ignore_whitespace", True):
        return None
    if uniseg:
        return ("words", {"words": "segments"}) if plain else None
    if plain:
        return "words_from_letter", _WORDS
    return None if "\n" in _text(case) else ("words", _WORDS)


_OTHER_WORDS = Cannot("words of uniseg with marks, or with line feeds and white space among them")


def _limit(value: Any) -> float | None:
    return None if isinstance(value, dict) or value is None else value


for _operator, _value, _least, _most, _measures in (
    ("alphanumeric_char_ratio_filter", "alphanumeric_chars / whole_chars", "max_alnum_ratio", None,
     {}),
    ("bullet_count_filter", "bullet_lines / lines", None, "max_bullet_start_ratio",
     {"bullets": "●•*-"}),
    ("ellipsis_count_filter", "ellipsis_lines / lines", None, "max_ellipsis_end_ratio",
     {"ellipses": ["...", ". . .", "…"]}),
    ("word_length_filter", "word_chars / words", "min_length", "max_length", _WORDS),
    ("symbol_ratio_filter", "symbols / words", None, "max_symbol_to_word_ratio",
     {**_WORDS, "ellipses": ["...", ". . .", "…"]}),
):  # fmt: skip
    TABLE.maps(_operator)(_ranged(_value, _least, _most, **_measures))


TABLE.differs(
    "symbol_ratio_filter",
    reason="a symbol is #, ... or …, not full stops with blanks between",
    page="flow/4-quality.md#profiles-of-peers",
    holds=lambda case, answers: ". . ." in _text(case),
)


@TABLE.maps("line_length_filter")
def line_length(case: Case) -> Attempt:
    """The longest line, or the mean."""
    value = "longest_line" if case.input["length_type"] == "max" else "line_chars / all_lines"
    kept = kept_in_range(_text(case), value, None, case.input["max_length"])
    return _kept(case, kept and bool(_text(case)))


@TABLE.maps("stop_word_filter")
def stop_words(case: Case) -> Attempt:
    """Distinct ones, or occurrences."""
    value = "stop_words" if case.input["count_unique"] else "stop_word_occurrences"
    kept = kept_in_range(_text(case), value, case.input["min_stop_word"], measures=_STOP_WORDS)
    return _kept(case, kept)


@TABLE.maps("alphabetic_word_ratio_filter")
def letters(case: Case) -> Attempt:
    """The share of words with a letter is what the other leaves of 1."""
    least = round(1 - case.input["max_ratio"], 9)
    kept = kept_in_range(_text(case), "words_with_letter / words", least, measures=_WORDS)
    return _kept(case, kept)


@TABLE.maps("page_length_filter")
def length(case: Case) -> Attempt:
    """Characters, words, lines, paragraphs or sentences."""
    kinds = {"char": "whole_chars", "line": "lines", "sentence": "sentences",
             "paragraph": "split_paragraphs"}  # fmt: skip
    kind = case.input["length_type"]
    found = _words_of(case) if kind == "word" else (kinds[kind], {"compared": "lines"})
    if found is None:
        return _OTHER_WORDS
    limits = [_limit(case.input[name]) for name in ("min_length", "max_length")]
    return _kept(case, kept_in_range(_text(case), found[0], *limits, measures=found[1]))


@TABLE.maps("word_counter_enricher")
def words(case: Case) -> Attempt:
    """How many words."""
    found = _words_of(case)
    if found is None:
        return _OTHER_WORDS
    ours = counts(_text(case), [found[0]], found[1])[found[0]]
    return Answers(ours, case.answer["result"][0][case.input["key"]])


@TABLE.maps("substring_filter")
def substring(case: Case) -> Attempt:
    """A regular expression over the text."""
    words = case.option("banlist")
    if case.option("banlist_from_fname") is not None or words is None:
        return Cannot("a list that is not recorded")
    words = [words] if isinstance(words, str) else words
    pattern = f"(?:{'|'.join(words)})"
    if case.option("exact_word"):
        pattern = rf"\b{pattern}\b"
    pattern = {"prefix": "^", "suffix": ""}.get(case.option("location"), "") + pattern
    pattern += "$" if case.option("location") == "suffix" else ""
    flags = "" if case.option("case_sensitive") else "(?i)"
    try:
        re.compile(pattern)
    except re.error:
        return Cannot("an expression that is none")
    row = one([{"where": {"drop": f"matches(text, {flags + pattern!r})"}}], text=_text(case))
    return _kept(case, row["drop_reason"] is None)


@TABLE.maps("massive_web_repetition_filters")
def repetition(case: Case) -> Attempt:
    """The rules on repetition of gopher@dclm."""
    rules: dict[str, Any] = dict.fromkeys(
        ("gopher_min_words", "gopher_max_words", "gopher_min_mean_word_length",
         "gopher_max_mean_word_length", "gopher_max_hash_marks", "gopher_max_bullet_lines",
         "gopher_max_ellipsis_lines", "gopher_min_words_with_letter", "gopher_min_stop_words")
    )  # fmt: skip
    if case.input["skip_paragraph"]:
        rules |= dict.fromkeys(("gopher_max_duplicate_paragraphs",
                                "gopher_max_duplicate_paragraph_chars"))  # fmt: skip
    row = one([profile(rules, base="gopher@dclm")], text=_text(case), lang="en")
    return _kept(case, row["drop_reason"] is None and bool(_text(case)))


@TABLE.maps("repetition_filter")
def one_repetition(case: Case) -> Attempt:
    """One of those rules."""
    what, chars = case.input["granularity"], case.input["count_characters"]
    if case.input.get("ignore_case"):
        return Cannot("repetition without case")
    most = case.input["max_fraction"]
    measures = {**_WORDS, "compared": "lines", "duplicates": "all",
                "ngram_words": "segments", "top_ngrams": "longest"}  # fmt: skip
    if isinstance(what, str):
        value = (f"duplicate_{what}_chars / split_{what}_chars" if chars
                 else f"duplicate_{what}s / split_{what}s")  # fmt: skip
    else:
        kind = case.input.get("ngram_char_ratio")
        kind = kind or ("most_common" if what < 5 else "all")
        name = f"top_{what}_gram_chars" if kind == "most_common" else f"duplicate_{what}_gram_chars"
        value = f"{name} / ngram_word_chars"
    return _kept(case, kept_in_range(_text(case), value, None, most, measures=measures))


@TABLE.maps("github_extension_filter")
def extension(case: Case) -> Attempt:
    """Ends of a name in the metadata."""
    key, ends = case.input["filename_key"], case.input["allowed_extensions"]
    if ends is None:
        return Cannot("a list that is not recorded")
    tests = " or ".join(f'endswith(metadata["{key}"], {end!r})' for end in ends)
    fields = {name: value for name, value in _page(case).items() if name != "text"}
    row = one([{"where": {"keep": tests, "unknown": "drop"}}], text="text", metadata=fields)
    return _kept(case, row["drop_reason"] is None)


@TABLE.maps("language_filter", "quality_filter")
def scored(case: Case) -> Attempt:
    """A score that is already there."""
    fields = {name: value for name, value in _page(case).items() if name != "text"}
    key = case.input.get("key") or case.input.get("language_key")
    if key is None:
        return Cannot("a score without a key")
    wanted, least = case.input.get("keep_languages"), case.input.get("threshold")
    score = f'metadata["{key}"]'
    if wanted is None:
        expression = f"{score} {'<=' if case.input.get('lower_better') else '>='} {least!r}"
    else:
        scores = fields.get(key) or {}
        best = max(scores, key=lambda name: float(scores[name]), default=None)
        above = f'{score}["{best}"] >= {least!r}'
        expression = above if best in wanted else "text is None"
    row = one([{"where": {"keep": expression, "unknown": "drop"}}], text="text", metadata=fields)
    return _kept(case, row["drop_reason"] is None)


@TABLE.maps("word_removal_ratio_filter")
def removed(case: Case) -> Attempt:
    """Counts before and after, in an expression."""
    before, after = case.input["prev_word_count_key"], case.input.get("new_word_count_key")
    fields = {name: value for name, value in _page(case).items() if name != "text"}
    if after is None:
        if not case.input["ignore_punctuation"]:
            return _OTHER_WORDS
        step = own_step("few_words_removed", field=before, most=case.input["max_removed_ratio"])
        row = one([step], text=_text(case), metadata=fields)
        kept = row["drop_reason"] is None and bool(_text(case))
        return _kept(case, kept)._replace(own_step=True)
    names = [f'metadata["{name}"]' for name in (before, after)]
    expression = "({0} - {1}) / {0} <= {2!r}".format(*names, case.input["max_removed_ratio"])
    row = one([{"where": {"keep": expression, "unknown": "drop"}}], text="text", metadata=fields)
    return _kept(case, row["drop_reason"] is None)


TABLE.cannot("tokens of a model's tokenizer", "alphabetic_characters_to_tokens_filter")


@TABLE.maps("random_sampling_filter")
def by_chance(case: Case) -> Attempt:
    """A share of all documents."""
    return Choice("chosen by the hash of the text, not by chance", "steps/url.md#shares")


TABLE.cannot("parts of addresses: counts, characters left out, exact domains",
             "url_substring_filter")  # fmt: skip

# Modifiers


def _edited(case: Case, *steps: Any) -> Answers:
    row = one(list(steps), text=_text(case), lang="en")
    ours = None if row["drop_reason"] or not row["text"] else row["text"]
    result = case.answer["result"]
    return Answers(ours, result[0]["text"] if result else None)


def _share(limit: float) -> float:
    """Writes a share with six decimals, so that what is equal to it stays."""
    return math.ceil(limit * 1e6 - 1e-6) / 1e6


@TABLE.maps("newline_removal_modifier")
def newlines(case: Case) -> Attempt:
    """Blank lines that may stay."""
    most = case.input.get("max_consecutive", 2)
    return _edited(case, {"lines": {"max_blank_lines": max(most - 1, 0)}})


@TABLE.maps("citation_removal_modifier")
def citations(case: Case) -> Attempt:
    """C4's citations."""
    return _edited(case, {"lines": {"citations": True}})


@TABLE.maps("line_length_modifier")
def short_lines(case: Case) -> Attempt:
    """Lines of few words, or of many."""
    most = case.input.get("max_length")
    if most not in (None, {"number": "inf"}):
        step = own_step("lines_of_words", least=case.input["min_length"], most=most)
        return _edited(case, step)._replace(own_step=True)
    return _edited(case, {"lines": {"min_words": case.input["min_length"]}})


@TABLE.maps("punctuation_line_modifier")
def end_marks(case: Case) -> Attempt:
    """Lines with an end mark."""
    if case.input.get("remove_ellipses"):
        return _edited(case, {"lines": {"end_mark": "c4"}})
    return Cannot("end marks with ellipses among them")


@TABLE.maps("uppercase_ratio_line_modifier")
def capitals(case: Case) -> Attempt:
    """Lines of capitals."""
    return _edited(case, {"lines": {"max_uppercase": _share(case.input["max_ratio"])}})


@TABLE.maps("numeric_ratio_line_modifier")
def digits(case: Case) -> Attempt:
    """Lines of digits."""
    return _edited(case, {"lines": {"max_digits": _share(case.input["max_ratio"])}})


@TABLE.maps("word_length_modifier")
def long_words(case: Case) -> Attempt:
    """Lines with too long a word."""
    step = own_step("lines_without_long_words", longest=case.input["max_length"])
    return _edited(case, step)._replace(own_step=True)


@TABLE.maps("within_page_dedup")
def repeated(case: Case) -> Attempt:
    """Lines or paragraphs that the page had before."""
    if case.input.get("granularity") != "line":
        step = own_step("repeated_paragraphs", folded=case.input["normalize"])
        return _edited(case, step)._replace(own_step=True)
    return _edited(case, {"lines": {"repeated": True}})


TABLE.differs(
    "within_page_dedup",
    reason="repeated lines are compared without case and amount of white space, "
    "and a blank line goes with one that goes",
    page="steps/lines.md#options",
)


@TABLE.maps("counter_line_modifier")
def counters(case: Case) -> Attempt:
    """Lines that are counters."""
    return _edited(case, {"lines": {"counters": True}})


TABLE.cannot("addresses in the text cut out", "url_removal_modifier")
TABLE.cannot("parts of lines cut out by listed strings", "substring_line_modifier")
TABLE.cannot("documents cut into parts", "split_lossily_modifier")
TABLE.not_text("parts of operators, which steps do not show", "line_counter",
               "line_counter_enricher", "split_words", "split_sentences",
               "load_fasttext_model")  # fmt: skip

# What documents are made of records


def _cut(text: str, at: str) -> list[str]:
    rows = records_read([{"text": text}], split={"at": re.escape(at)})
    return [row["text"] for row in rows if row["text"]]


@TABLE.maps("split_paragraphs")
def paragraphs(case: Case) -> Attempt:
    """A text cut at line ends, or at empty lines."""
    return Answers(_cut(case.text, case.input["paragraph_end"]), case.answer["result"])


@TABLE.maps("split_lines_modifier")
def split_lines(case: Case) -> Attempt:
    """The same of a page, whose text is a list afterwards: here documents."""
    if isinstance(_page(case)["text"], list):
        return NotText("pages whose text is a list already")
    result = case.answer["result"]
    return Answers(_cut(_text(case), case.input["delimiter"]), result[0]["text"] if result else [])


TABLE.differs(
    "split_paragraphs", "split_lines_modifier",
    reason="blank segments are left out",
    page="sources.md#documents-cut-into-segments",
)  # fmt: skip


@TABLE.maps("join_lines_modifier")
def join_lines(case: Case) -> Attempt:
    """Segments, a record each, put together."""
    text = _page(case)["text"]
    if isinstance(text, str):
        return NotText("pages whose text is no list")
    records = [{"of": "page", "text": line} for line in text]
    rows = records_read(records, join={"by": "of", "separator": case.input["delimiter"]})
    result = case.answer["result"]
    return Answers([row["text"] for row in rows], [each["text"] for each in result])


def _files(case: Case) -> list[dict[str, Any]]:
    """Returns the files of a repository, a record each."""
    page = _page(case)
    return [{"repo_name": page["repo_name"], **file} for file in page["files"]]


@TABLE.maps("starcoder_v2_format_modifier")
def repository(case: Case) -> Attempt:
    """The files of a repository in one document, with or without names and marks."""
    named, marked = case.input["add_metadata_prob"] == 1, case.input["add_sentinels"]
    join = {"by": "repo_name", "separator": "" if marked else "\n\n"}
    title = ("<repo_name>" if marked else "") + "{repo_name}" + ("" if marked else "\n\n")
    join["title"] = title if named else ""
    join["heading"] = ("<file_sep>" if marked else "") + ("{filename}\n" if named else "")
    (row,) = records_read(_files(case), join=join)
    return Answers(row["text"], case.answer["result"][0]["text"])


@TABLE.maps("starcoder_v2_repo_splitter")
def large_repository(case: Case) -> Attempt:
    """So many files of a repository in one document."""
    join = {"by": "repo_name", "max_records": case.input["max_files"]}
    rows = records_read(_files(case), join=join)
    ours = [json.loads(row["metadata"])["records"] for row in rows]
    return Answers(ours, [len(each["files"]) for each in case.answer["result"]])


@TABLE.maps("key_name_modifier")
def field(case: Case) -> Attempt:
    """Which field is the text."""
    return Choice("the input says which field is the text", "flow/1-read.md#formats")


@TABLE.maps("stackexchange_answer_sort_modifier", "stackexchange_qa_formatter")
def threads(case: Case) -> Attempt:
    """Questions with their answers."""
    return Choice("threads are joined as the dump is read: title, question, best answers first",
                  "sources.md#threads")  # fmt: skip


@TABLE.maps("stackexchange_list_modifier")
def lists(case: Case) -> Attempt:
    """Lists of HTML."""
    return Choice("HTML of posts becomes text by *extract*, lists with it", "flow/2-extract.md")


@TABLE.maps("html_content_extraction_modifier")
def main_text(case: Case) -> Attempt:
    """The main text of a page, if it has some."""
    if not _text(case):
        return _edited(case, "extract")
    row = one(["extract"], raw=_text(case).encode(), mime="text/html")
    result = case.answer["result"]
    return Answers(row["text"] if row["drop_reason"] is None else None,
                   result[0]["text"] if result else None)  # fmt: skip


TABLE.differs(
    "html_content_extraction_modifier",
    reason="the main text is found by a classifier of blocks",
    page="flow/2-extract.md",
)
