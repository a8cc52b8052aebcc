"""data-juicer: mappers, selectors, deduplicators; filters stand in `data_juicer_filters`."""

import json
import re
from typing import Any

from peer_cases.cases import Answers, Attempt, Cannot, Case, Choice, Table
from peer_cases.ours import one, own_step, records_read, replacing, whole_run

TABLE = Table("data-juicer", "data-juicer")


def text_of(case: Case) -> str:
    """Returns the text of a sample, which may have another name."""
    return str(case.input.get(case.option("text_key") or "text", ""))


def field_of(key: str) -> str:
    """Writes a field of a sample as an expression does; odd names stand in brackets."""
    names = key.split(".")
    if names == ["text"]:
        return "text"
    return "metadata" + "".join(
        f".{name}" if name.isidentifier() else f'["{name}"]' for name in names
    )


# Mappers


def _edited(case: Case, *steps: Any, **document: Any) -> Answers:
    """Compares the text afterwards; a document that goes has no text here."""
    key = case.option("text_key") or "text"
    row = one(list(steps), **{"text": text_of(case), "lang": "en", **document})
    text = "" if row["drop_reason"] else row["text"]
    return Answers(text, case.answer["sample"].get(key))


def _removed(entity: str) -> Any:
    def mapper(case: Case) -> Attempt:
        if case.option("pattern") is not None:
            return Cannot("a pattern of what is replaced")
        scrub = {"entities": [entity], "placeholder": case.option("repl") or ""}
        return _edited(case, {"scrub": scrub})

    return mapper


TABLE.maps("CleanEmailMapper")(_removed("EMAIL_ADDRESS"))
TABLE.maps("CleanIpMapper")(_removed("IP_ADDRESS"))
TABLE.differs("CleanEmailMapper", reason="a domain must end in a public suffix",
              page="flow/8-scrub.md#what-is-found")  # fmt: skip
TABLE.differs("CleanIpMapper", reason="private addresses, versions and section numbers stay",
              page="flow/8-scrub.md#what-is-left-on-purpose")  # fmt: skip


@TABLE.maps("FixUnicodeMapper")
def fix_unicode(case: Case) -> Attempt:
    """ftfy with all its defaults."""
    if case.option("normalization") not in (None, "", "NFC"):
        return Cannot("other forms of Unicode than NFC")
    repair = {
        "unescape_html": True, "remove_terminal_escapes": True, "gbk": False, "width": "all",
        "fix_latin_ligatures": True, "uncurl_quotes": True, "fix_line_breaks": True,
        "remove_control_chars": True,
    }  # fmt: skip
    return _edited(case, {"repair": repair})


#: What becomes each ASCII mark.
_ASCII = {
    ",": "，、", ".": "。", '"': "„”“«»１」「《》", "'": "´’", ":": "∶：", "?": "？", "!": "！",
    "(": "（",
    ")": "）", ";": "；", "-": "–━►", " - ": "—", ". ": "．", "~": "～", "...": "…", "<": "〈",
    ">": "〉", "[": "【", "]": "】", "%": "％",
}  # fmt: skip


@TABLE.maps("PunctuationNormalizationMapper")
def punctuation(case: Case) -> Attempt:
    """A list of characters for each ASCII mark."""
    return _edited(case, replacing(*((f"[{found}]", mark) for mark, found in _ASCII.items())))


@TABLE.maps("WhitespaceNormalizationMapper")
def white_space(case: Case) -> Attempt:
    """Blanks of all kinds, and what is as invisible, become blanks."""
    blanks = r"[\t\pZ\x{200b}-\x{200d}\x{2060}\x{fffc}\x{84}]"
    return _edited(case, replacing((blanks, " "), (r"\A\s+|\s+\z", "")))


@TABLE.maps("CleanLinksMapper")
def links(case: Case) -> Attempt:
    """What begins with a scheme."""
    scheme = case.option("pattern") or r"(?i)\b[a-z][\pL\pN_-]+://[^\s()<>]*[^\s()<>.,;:!?'\"]"
    return _edited(case, replacing((scheme, case.option("repl"))))


@TABLE.maps("ReplaceContentMapper")
def content(case: Case) -> Attempt:
    """Expressions, and what becomes of each."""
    patterns, by = case.option("pattern"), case.option("repl")
    patterns = [patterns] if isinstance(patterns, str) else patterns
    by = [by] * len(patterns) if isinstance(by, str) else by
    return _edited(case, replacing(*zip(patterns, by, strict=True)))


@TABLE.maps("RemoveSpecificCharsMapper")
def characters(case: Case) -> Attempt:
    """Listed characters."""
    listed = "".join(case.option("chars_to_remove"))
    return _edited(case, replacing((f"[{re.escape(listed)}]", "")))


@TABLE.maps("RemoveNonChineseCharacterlMapper")
def others_than_chinese(case: Case) -> Attempt:
    """All but Chinese characters, and what is kept besides."""
    kept = {"keep_alphabet": "a-zA-Z", "keep_number": "0-9",
            "keep_punc": r"., ，\-。%《*》/•、&＆(—)（+）：？!！“”·"}  # fmt: skip
    more = "".join(chars for name, chars in kept.items() if case.option(name))
    return _edited(case, replacing((rf"[^\x{{4e00}}-\x{{9fa5}}{more}]", "")))


@TABLE.maps("RemoveWordsWithIncorrectSubstringsMapper")
def words(case: Case) -> Attempt:
    """Words with one of some strings."""
    parts = "|".join(map(re.escape, case.option("substrings")))
    return _edited(case, replacing((rf" ?\S*(?:{parts})\S*", "")))


@TABLE.maps("RemoveCommentsMapper")
def comments(case: Case) -> Attempt:
    """Behind a sign of percent, on its line; whole lines of it."""
    return _edited(case, replacing((r"(?m)[^\\]%.+$", ""), (r"(?m)^%.*\n?", "")))


@TABLE.maps("RemoveBibliographyMapper")
def bibliography(case: Case) -> Attempt:
    """From the first mark of a bibliography or an appendix on."""
    begins = r"begin\{(?:references|REFERENCES|thebibliography)\}"
    return _edited(case, replacing((rf"(?s)\\(?:appendix|{begins}|bibliography\{{).*", "")))


@TABLE.maps("RemoveHeaderMapper")
def header(case: Case) -> Attempt:
    """What stands before the first part with a title."""
    parts = r"chapter|part|(?:sub){0,2}section|(?:sub)?paragraph"
    title = rf"\\(?:{parts})\*?(?:\[[^\]]*\])?\{{[^{{}}]*\}}"
    kept = [{"where": {"keep": f"matches(text, {title!r})"}}] if case.option("drop_no_head") else []
    return _edited(case, *kept, replacing((rf"(?s)\A.*?({title})", r"\1")))


@TABLE.maps("RemoveTableTextMapper")
def tables(case: Case) -> Attempt:
    """Two or more lines of so many columns."""
    numbers = range(case.option("min_col") - 1, case.option("max_col"))
    row = r"\S+(?:[ |\t]\S+){%d}\n+"
    return _edited(case, replacing(*((rf"(\n)(?:{row % n}){{2,}}", r"\1") for n in numbers)))


_CHINESE = {"s2t": "traditional", "t2s": "simplified", "s2tw": "taiwan", "s2hk": "hongkong"}


@TABLE.maps("ChineseConvertMapper")
def chinese(case: Case) -> Attempt:
    """One kind of Chinese characters."""
    mode = case.option("mode")
    repair = {"mojibake": False, "gbk": False, "chinese": _CHINESE.get(mode, mode)}
    return _edited(case, {"repair": repair}, lang="zh")


def _by_own_step(case: Case, name: str, **options: Any) -> Answers:
    return _edited(case, own_step(name, **options))._replace(own_step=True)


@TABLE.maps("RemoveRepeatSentencesMapper")
def repeated_sentences(case: Case) -> Attempt:
    """Sentences that a document has twice."""
    return _by_own_step(
        case, "repeated_sentences", lower=case.option("lowercase"),
        marks=not case.option("ignore_special_character"),
        least=case.option("min_repeat_sentence_length"),
    )  # fmt: skip


@TABLE.maps("RemoveLongWordsMapper")
def word_lengths(case: Case) -> Attempt:
    """Words of a length."""
    most = min(case.option("max_len"), 2**31)
    return _by_own_step(case, "words_of_length", least=case.option("min_len"), most=most)


@TABLE.maps("ExpandMacroMapper")
def macros(case: Case) -> Attempt:
    """Macros of LaTeX, in their definitions too."""
    return _by_own_step(case, "expanded_macros")


@TABLE.maps("ExtractTablesFromHtmlMapper")
def html_tables(case: Case) -> Attempt:
    """Tables of a page as data."""
    options = {"tags": case.option("retain_html_tags"), "header": case.option("include_header")}
    row = one([own_step("tables", **options)], text=text_of(case))
    theirs = case.answer["sample"]["__dj__meta__"][case.option("tables_field_name")]
    return Answers(json.loads(row["tables"]), theirs, own_step=True)


@TABLE.maps("CleanCopyrightMapper")
def notices(case: Case) -> Attempt:
    """The first comment, if it speaks of copyright; lines of comments before anything else."""
    inside = r"(?:[^*]|\*+[^*/])*"
    block = rf"(?s)\A((?:[^/]|/[^*])*)/\*{inside}\**(?i:copyright){inside}\*+/"
    return _edited(case, replacing((block, r"\1"), (r"\A(?:(?://|#|--)[^\n]*(?:\n|\z)|\n)+", "")))


TABLE.differs(
    "ChineseConvertMapper",
    reason="OpenCC 1.4 knows more phrases than 1.1, 少长咸集 among them",
    page="steps/repair.md#libraries",
    holds=lambda case, answers: "咸集" in answers.ours,
)
TABLE.cannot("pages whose tags are stripped, with all of their text", "CleanHtmlMapper")
TABLE.cannot("a line for each sentence", "SentenceSplitMapper")


@TABLE.maps("TextChunkMapper")
def chunks(case: Case) -> Attempt:
    """Texts cut where a pattern is, or by length."""
    if case.option("tokenizer"):
        return Cannot("lengths in tokens of a model's tokenizer")
    split: dict[str, Any] = {"at": case.option("split_pattern") or ""}
    if case.option("max_len"):
        split |= {"max_chars": case.option("max_len"), "overlap": case.option("overlap_len")}
    given = case.input.get("samples", [case.input])
    cut = case.answer.get("samples") or [case.answer["sample"]]
    rows = records_read([{"text": str(each["text"])} for each in given], split=split)
    return Answers([row["text"] for row in rows], [str(each["text"]) for each in cut])


@TABLE.maps("RandomSelector")
def by_chance(case: Case) -> Attempt:
    """A share of all documents."""
    return Choice("chosen by the hash of the text, not by chance", "steps/url.md#shares")


@TABLE.maps("FrequencySpecifiedFieldSelector", "RangeSpecifiedFieldSelector",
            "TopkSpecifiedFieldSelector")  # fmt: skip
def by_rank(case: Case) -> Attempt:
    """Documents whose value has a rank among those of all."""
    return Choice("a rank among all documents is a limit, found in a finished ledger",
                  "whatif.md#cuts-by-rank")  # fmt: skip


TABLE.cannot("grouping of documents", "KeyValueGrouper", "NaiveGrouper", "NaiveReverseGrouper")


@TABLE.maps("PythonLambdaMapper", "PythonFileMapper")
def function(case: Case) -> Attempt:
    """A function of the user's."""
    return Choice("a function of the user's is a step of one's own", "own-steps.md")


@TABLE.maps("TagsSpecifiedFieldSelector")
def tags(case: Case) -> Attempt:
    """Documents whose field is in a list."""
    key, wanted = case.option("field_key"), case.option("target_tags")
    samples = case.input["samples"]
    expression = f"{field_of(key)} in {list(wanted)!r}"
    kept = []
    for sample in samples:
        fields = {name: value for name, value in sample.items() if name != "text"}
        row = one([{"where": {"keep": expression, "unknown": "drop"}}],
                  text=str(sample.get("text")), metadata=fields)  # fmt: skip
        kept.append(row["drop_reason"] is None)
    ours = [sample for sample, keep in zip(samples, kept, strict=True) if keep]
    return Answers(ours, case.answer["samples"])


# Duplicates

_OFF = {"enabled": False}


def _kept_texts(case: Case, dedup: dict[str, Any]) -> Answers:
    """Compares the texts that stay; of near copies another one may."""
    texts = [str(sample["text"]) for sample in case.input["samples"]]
    kinds = dict.fromkeys(("exact", "document", "contamination", "sentence"), _OFF)
    step = {"dedup": {**kinds, **dedup}}
    rows = whole_run([step], [{"id": str(i), "text": text} for i, text in enumerate(texts)])
    ours = sorted(text for text, row in zip(texts, rows, strict=True) if row["drop_reason"] is None)
    return Answers(ours, sorted(str(sample["text"]) for sample in case.answer["samples"]))


@TABLE.maps("DocumentDeduplicator")
def documents(case: Case) -> Attempt:
    """Equal texts."""
    ignored = ["case"] * bool(case.option("lowercase"))
    ignored += ["marks", "digits", "spaces"] * bool(case.option("ignore_non_character"))
    answers = _kept_texts(case, {"exact": {"ignore": ignored}})
    # Of equal texts there the first stays, here the least: compared is what both stand for.
    letters = (lambda text: "".join(filter(str.isalpha, text.lower()))) if ignored else str
    return Answers(sorted(map(letters, answers.ours)), sorted(map(letters, answers.theirs)))


@TABLE.maps("DocumentMinhashDeduplicator")
def near_copies(case: Case) -> Attempt:
    """Near copies, which are verified here."""
    kinds = {"space": "word_ngram", "character": "char_ngram"}
    if case.option("tokenization") not in kinds:
        return Cannot("shingles of a tokenizer's tokens")
    options = {kinds[case.option("tokenization")]: case.option("window_size"),
               "threshold": case.option("jaccard_threshold"), "cluster": "components"}  # fmt: skip
    return _kept_texts(case, {"document": options})


TABLE.differs(
    "DocumentMinhashDeduplicator",
    reason="near copies are verified by their shingles, and the longest one stays",
    page="flow/7-dedup.md#document",
)
TABLE.cannot("SimHash", "DocumentSimhashDeduplicator")
