"""NeMo Curator: filters and modifiers of documents."""

import dataclasses
import json
import re
from typing import Any

from peer_cases.cases import Answers, Attempt, Cannot, Case, Choice, Table
from peer_cases.ours import file_of, kept_in_range, one, own_step, records_read, replacing

TABLE = Table("NeMo Curator", "NeMo Curator")
_SPACES = {"words": "white-space"}
_LINES = {"compared": "lines", "line_space": "stripped"}
_POLICY = (
    "(?i)terms of use|(?:privacy|cookie) policy|uses cookies|use (?:of )?cookies|privacy overview|"
    "privacy (?:&|and) cookies policy"
)


def _jieba(case: Case, least: str | None, most: str | None) -> Answers:
    """Words of jieba in a range."""
    limits = [f"jieba_words {sign} {case.option(name)}"
              for name, sign in ((least, ">="), (most, "<=")) if name is not None]  # fmt: skip
    return _where(case, " and ".join(limits), own_step("jieba_words"))


def _in_range(value: str, least: str | None, most: str | None, **measures: Any) -> Any:
    """Makes a function: the measure lies between two options."""

    def mapper(case: Case) -> Attempt:
        if case.input["text"] is None:
            return Cannot("a score that is given, without a text")
        if case.option("lang", "en") == "zh" and value == "words":
            return _jieba(case, least, most)
        if case.option("lang", "en") in ("zh", "ja"):
            return Cannot("words of MeCab")
        limits = [None if name is None else case.option(name) for name in (least, most)]
        kept = kept_in_range(case.text, value, *limits, measures=measures)
        return Answers(kept, case.answer["kept"])

    return mapper


for _operator, _value, _least, _most, _measures in (
    ("NonAlphaNumericFilter", "non_alphanumeric_chars / whole_chars", None,
     "max_non_alpha_numeric_to_text_ratio", {}),
    ("NumbersFilter", "numeral_chars / whole_chars", None, "max_number_to_text_ratio", {}),
    ("WhiteSpaceFilter", "white_space / whole_chars", None, "max_white_space_ratio", {}),
    ("ParenthesesFilter", "bracket_chars / whole_chars", None, "max_parentheses_ratio", {}),
    ("SymbolsToWordsFilter", "lone_symbol_words / words", None, "max_symbol_to_word_ratio",
     _SPACES),
    ("LongWordFilter", "longest_word", None, "max_word_length", _SPACES),
    ("WordCountFilter", "words", "min_words", "max_words", _SPACES),
    ("MeanWordLengthFilter", "word_chars / words", "min_mean_word_length", "max_mean_word_length",
     _SPACES),
    ("WordsWithoutAlphabetsFilter", "words_with_letter / words", "min_words_with_alphabets", None,
     _SPACES),
    ("BulletsFilter", "bullet_lines / lines", None, "max_bullet_lines_ratio",
     {"bullets": "•‣⁃⁌⁍∙○●◘◦⦾⦿"}),
    ("EllipsisFilter", "ellipsis_lines / lines", None, "max_num_lines_ending_with_ellipsis_ratio",
     {"ellipses": ["...", "[...]", "…", "(...)", "[…]", "-»", "read more..", "read more"]}),
    ("RepeatedLinesFilter", "unique_lines / split_lines", "max_repeated_line_fraction", None,
     {"compared": "lines"}),
    ("RepeatedParagraphsFilter", "unique_paragraphs / split_paragraphs",
     "max_repeated_paragraphs_ratio", None, {"compared": "lines"}),
    ("RepeatedLinesByCharFilter", "unique_line_chars / split_line_chars",
     "max_repeated_lines_char_ratio", None, {"compared": "lines"}),
    ("RepeatedParagraphsByCharFilter", "unique_paragraph_chars / split_paragraph_chars",
     "max_repeated_paragraphs_char_ratio", None, {"compared": "lines"}),
    ("CommonEnglishWordsFilter", "stop_word_occurrences", "min_num_common_words", None,
     {**_SPACES, "stop_word_form": "exact",
      "stop_words": {"en": ["the", "be", "to", "of", "and", "that", "have", "with"]}}),
    ("NumberOfLinesOfCodeFilter", "text_lines", "min_lines", "max_lines", {}),
):  # fmt: skip
    TABLE.maps(_operator)(_in_range(_value, _least, _most, **_measures))


@TABLE.maps("PunctuationFilter")
def punctuation(case: Case) -> Attempt:
    """A share of lines without an end mark is what the share with one leaves of 1."""
    least = round(1 - case.option("max_num_sentences_without_endmark_ratio"), 9)
    kept = kept_in_range(case.text, "terminal_lines / lines", least,
                         measures={"terminal_marks": ".?!\"'"})  # fmt: skip
    return Answers(kept, case.answer["kept"])


@TABLE.maps("UrlsFilter")
def urls(case: Case) -> Attempt:
    """Characters of addresses."""
    if case.option("url_regex") is not None:
        if not isinstance(case.option("url_regex"), str):
            return Cannot("a pattern that is not recorded")
        most = case.option("max_url_to_text_ratio")
        step = own_step("found_share", pattern=case.option("url_regex"))
        return _where(case, f"found_share <= {most}", step)
    kept = kept_in_range(case.text, "url_chars / whole_chars", None,
                         case.option("max_url_to_text_ratio"))  # fmt: skip
    return Answers(kept, case.answer["kept"])


@TABLE.maps("BoilerPlateStringFilter")
def boilerplate(case: Case) -> Attempt:
    """Lines with C4's phrases and others, where its paragraphs are lines."""
    if any("\n" in each.strip() for each in case.text.split("\n\n")):
        return Cannot("paragraphs with C4's phrases")
    limit = case.option("max_boilerplate_string_ratio")
    counted = {"patterns": [_POLICY], "max_lines": {"pattern": limit}, "remove": False}
    row = one([{"lines": counted}], text=case.text)
    clean = kept_in_range(case.text, "lorem_ipsum_lines", None, 0)
    return Answers(row["drop_reason"] is None and clean, case.answer["kept"])


def _where(case: Case, expression: str, *own: Any) -> Answers:
    row = one([*own, {"where": {"keep": expression, "unknown": "drop"}}], text=case.text)
    return Answers(row["drop_reason"] is None, case.answer["kept"], own_step=bool(own))


@TABLE.maps("SubstringFilter")
def substring(case: Case) -> Attempt:
    """A part of the text."""
    functions = {"prefix": "startswith", "suffix": "endswith", "any": "contains"}
    name = functions[case.option("position")]
    return _where(case, f"{name}(text, {case.option('substring')!r})")


@TABLE.maps("PornographicUrlsFilter")
def porn(case: Case) -> Attempt:
    """A pattern over the text."""
    if case.option("url_regex") is not None:
        return Cannot("a pattern for addresses in the text")
    return _where(case, r'not matches(text, r"https?://[A-Za-z0-9$\-_@.&+/:=?#~!*(),%]*porn")')


@TABLE.maps("RepeatingTopNGramsFilter")
def top_ngrams(case: Case) -> Attempt:
    """Characters of the most frequent n-gram."""
    n = case.option("n")
    kept = kept_in_range(case.text, f"top_{n}_gram_chars / word_chars", None,
                         case.option("max_repeating_ngram_ratio"),
                         measures={**_SPACES, "top_ngrams": "longest"})  # fmt: skip
    return Answers(kept, case.answer["kept"])


@TABLE.maps("RepeatingDuplicateNGramsFilter")
def duplicate_ngrams(case: Case) -> Attempt:
    """Characters of repeated n-grams."""
    n = case.option("n")
    most = case.option("max_repeating_duplicate_ngram_ratio")
    value = f"duplicate_{n}_gram_chars / word_chars"
    kept = kept_in_range(case.text, value, None, most, measures=_SPACES)
    return Answers(kept, case.answer["kept"])


TABLE.differs(
    "RepeatingTopNGramsFilter", "RepeatingDuplicateNGramsFilter",
    reason="all occurrences of a repeated n-gram count, no character twice",
    page="flow/4-quality.md#what-is-counted",
)  # fmt: skip
#: The tokenizer of the peer's tests, words between white space, as a `tokenizer.json`.
_TOKENIZER = {"model": {"type": "WordLevel", "vocab": {"?": 0}, "unk_token": "?"},
              "pre_tokenizer": {"type": "WhitespaceSplit"}, "added_tokens": []}  # fmt: skip


@TABLE.maps("TokenCountFilter")
def token_count(case: Case) -> Attempt:
    """Tokens of a tokenizer."""
    # A score that is given without a text is that of a text of so many words.
    text = case.input["text"]
    text = "a " * case.input["score"] if text is None else text
    limits = (("min_tokens", ">="), ("max_tokens", "<="))
    expression = " and ".join(
        f"tokens {sign} {case.option(name)}" for name, sign in limits
        if isinstance(case.option(name), int) and case.option(name) < 2**62
    )  # fmt: skip
    step = own_step("tokens", tokenizer=file_of(json.dumps(_TOKENIZER), ".json"))
    return _where(dataclasses.replace(case, input={"text": text}), expression, step)


TABLE.cannot("tokens of a model's tokenizer, by words", "TokenizerFertilityFilter")
TABLE.cannot("rules of a file by language and ending", "PerExtensionFilter")
_LANGUAGES = {"text/x-c++": "C++", "text/x-c": "C", "text/x-java": "Java", "text/x-go": "Go",
              "text/x-javascript": "JavaScript", "text/x-python": "Python",
              "text/x-shellscript": "Shell", "text/html": "HTML"}  # fmt: skip


@TABLE.maps("PythonCommentToCodeFilter", "GeneralCommentToCodeFilter")
def comments(case: Case) -> Attempt:
    """The share of characters in comments."""
    code = _LANGUAGES.get(case.option("language", "text/x-python"))
    if code is None:
        return Cannot("comments of other languages than Linguist's")
    limits = [case.option(f"{end}_comment_to_code_ratio") for end in ("min", "max")]
    kept = kept_in_range(case.text, "comment_chars / whole_chars", *limits, code=code)
    return Answers(kept, case.answer["kept"])


TABLE.differs("PythonCommentToCodeFilter", "GeneralCommentToCodeFilter",
              reason="comments count with their marks",
              page="flow/4-quality.md#source-code")  # fmt: skip


@TABLE.maps("XMLHeaderFilter")
def xml_header(case: Case) -> Attempt:
    """A declaration of XML in the first hundred characters."""
    if case.option("char_prefix_search_length") != 100:
        return Cannot("a declaration of XML elsewhere than in the first 100 characters")
    return Answers(kept_in_range(case.text, "xml_declarations", None, 0), case.answer["kept"])


TABLE.maps("AlphaFilter")(_in_range("letters / whole_chars", "min_alpha_ratio", None))


@TABLE.maps("HTMLBoilerplateFilter")
def visible(case: Case) -> Attempt:
    """The share of characters outside tags, and their number."""
    share, number = (case.option(f"min_lang_content_{what}") for what in ("ratio", "num_chars"))
    kept = kept_in_range(case.text, "visible_chars / whole_chars", share)
    enough = kept_in_range(case.text, "visible_chars", number)
    return Answers(kept and enough, case.answer["kept"])


TABLE.differs("HTMLBoilerplateFilter", reason="white space between tags is visible text",
              page="flow/4-quality.md#source-code")  # fmt: skip
TABLE.cannot("a histogram of characters of a language", "HistogramFilter")
TABLE.not_text(
    "filters that tests define, or models that they stand in for",
    "LetterCountFilter", "FakeQualityFilter", "FakeLangId", "FastTextQualityFilter",
    "FastTextLangId",
)  # fmt: skip

# Modifiers


def _edited(case: Case, *steps: Any) -> Answers:
    row = one(list(steps), text=case.input["text"], lang="en")
    text = "" if row["drop_reason"] else row["text"]
    return Answers(text, case.answer["text"])


@TABLE.maps("UnicodeReformatter")
def unicode(case: Case) -> Attempt:
    """*repair* with the options of the same names."""
    same = ("restore_byte_a0", "replace_lossy_sequences", "decode_inconsistent_utf8",
            "fix_c1_controls", "fix_latin_ligatures", "uncurl_quotes", "fix_line_breaks",
            "remove_terminal_escapes", "remove_control_chars")  # fmt: skip
    if case.option("config") is not None or case.option("normalization") not in (None, "NFC"):
        return Cannot("other forms of Unicode than NFC")
    options = {name: case.option(name) for name in same}
    options |= {"mojibake": case.option("fix_encoding"), "gbk": False,
                "width": "all" if case.option("fix_character_width") else None,
                "unescape_html": bool(case.option("unescape_html"))}  # fmt: skip
    return _edited(case, {"repair": options})


@TABLE.maps("LineRemover")
def line_remover(case: Case) -> Attempt:
    """Lines that are one of some strings."""
    patterns = [f"^{re.escape(line)}$" for line in case.option("patterns")]
    return _edited(case, {"lines": {"patterns": patterns}})


@TABLE.maps("NewlineNormalizer")
def newlines(case: Case) -> Attempt:
    """At most one blank line."""
    return _edited(case, {"lines": {"max_blank_lines": 1}})


TABLE.differs(
    "NewlineNormalizer",
    reason="lines end with a line feed, which *extract* makes of all other ends",
    page="steps/lines.md#where-it-comes-from-and-what-differs",
    holds=lambda case, answers: "\r" in case.text,
)


@TABLE.maps("BoilerPlateStringModifier")
def boilerplate_modifier(case: Case) -> Attempt:
    """C4's phrases at the top or bottom."""
    return Cannot("paragraphs with C4's phrases")


@TABLE.maps("MarkdownRemover")
def markdown(case: Case) -> Attempt:
    """Marks within lines; of a link its address stays, not its text."""
    within = [(rf"{mark}([^\n]*?){mark}", r"\1") for mark in (r"\*\*", r"\*", "_")]
    return _edited(case, replacing(*within, (r"\[[^\n]*?\]\(([^\n]*?)\)", r"\1")))


@TABLE.maps("QuotationRemover")
def quotation(case: Case) -> Attempt:
    """Marks around one line, or around several of which the first has none at its end."""
    return _edited(case, replacing((r'\A"([^\n]+)"\z', r"\1"),
                                   (r'(?s)\A"([^\n]*[^\n"]\n.*)"\z', r"\1")))  # fmt: skip


@TABLE.maps("Slicer")
def slicer(case: Case) -> Attempt:
    """From the first to the last place; a document without one of them goes."""
    left, right = case.option("left"), case.option("right")
    keep, cuts = [], []
    if isinstance(right, str):
        mark = re.escape(right)
        keep.append(f"(?s){mark}")
        cuts.append(
            (rf"(?s)\A(.*){mark}.*\z", rf"\1{right if case.option('include_right') else ''}")
        )
    elif right is not None:
        cuts.append((rf"(?s)\A(.{{{right}}}).*\z", r"\1"))
    if isinstance(left, str):
        mark = re.escape(left)
        keep.append(f"(?s){mark}")
        cuts.append((rf"(?s)\A.*?{mark}", left if case.option("include_left") else ""))
    elif left:
        keep.append(rf"(?s)\A.{{{left}}}")
        cuts.append((rf"(?s)\A.{{{left}}}", ""))
    if case.option("strip"):
        cuts.append((r"\A\s+|\s+\z", ""))
    tests = " and ".join(f"matches(text, {each!r})" for each in keep)
    chosen = [{"where": {"keep": tests}}] if tests else []
    return _edited(case, *chosen, replacing(*cuts))


@TABLE.maps("UrlRemover")
def addresses(case: Case) -> Attempt:
    """Addresses of the web."""
    return _edited(case, replacing("addresses"))


TABLE.cannot("labels of a fastText training file", "FastTextLabelModifier")

# Pages


@TABLE.maps("JusTextExtractor", "ResiliparseExtractor", "TrafilaturaExtractor")
def page(case: Case) -> Attempt:
    """The main text, by labels of our own."""
    return Choice("the main text is found by a classifier of blocks", "flow/2-extract.md")


@TABLE.maps("WikipediaExtractor")
def wikitext(case: Case) -> Attempt:
    """Wikitext in a field of a record."""
    (row,) = records_read(
        [case.input["record"]], text_field="raw_content", markup="wikitext",
        language=case.option("language"),
    )  # fmt: skip
    theirs = case.answer["result"]
    return Answers(row["text"] or None, None if theirs is None else theirs["text"])


TABLE.differs(
    "WikipediaExtractor",
    reason="lists, tables and formulas keep their form, headings with nothing below them go",
    page="sources.md#wikipedia",
)


@TABLE.maps("DocumentSplitter")
def segments(case: Case) -> Attempt:
    """Rows cut at a separator."""
    text, number = case.option("text_field"), case.option("segment_id_field")
    rows = records_read(
        case.input["rows"], text_field=text, split={"at": re.escape(case.option("separator"))}
    )
    ours = [(row["text"], json.loads(row["metadata"])["segment"]) for row in rows]
    return Answers(ours, [(row[text], row[number]) for row in case.answer["rows"]])


TABLE.differs(
    "DocumentSplitter",
    reason="blank segments are left out",
    page="sources.md#documents-cut-into-segments",
)


@TABLE.maps("DocumentJoiner")
def joined(case: Case) -> Attempt:
    """Rows of one document put together, in the order of their numbers."""
    text, by = case.option("text_field"), case.option("document_id_field")
    join = {"by": by, "order": case.option("segment_id_field"),
            "separator": case.option("separator")}  # fmt: skip
    join["max_chars"] = case.option("max_length")
    rows = records_read(case.input["rows"], text_field=text, join=join)
    # Documents come in the order of hashes here, in that of their ids there.
    ours = sorted((row["id"].partition("#")[0], row["text"]) for row in rows)
    return Answers(ours, sorted((str(row[by]), row[text]) for row in case.answer["rows"]))
