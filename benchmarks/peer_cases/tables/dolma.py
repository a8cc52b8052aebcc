"""Dolma: form, languages, addresses, deduper, mixer; source code stands in `dolma_code`."""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from peer_cases.cases import Answers, Attempt, Cannot, Case, Table
from peer_cases.ours import (
    counts,
    file_of,
    one,
    own_step,
    through,
    whole_run,
)

TABLE = Table("dolma", "Dolma")


def _each_span(case: Case) -> Iterator[Case]:
    """Makes a case of each number that a tagger gives the whole document."""
    for name, _, _, score in case.answer["spans"]:
        operator = f"{case.operator}.{name}"
        yield dataclasses.replace(case, operator=operator, answer={"value": score})


_NUMBERS = ("GopherTagger", "GopherTaggerV2", "CharLengthV1", "CharLengthStripWsV1",
            "BytesLengthV1", "CodeRedPajamaTaggers", "CodeStarCoderTaggers2",
            "CodeStarCoderTaggers")  # fmt: skip
TABLE.splits.update(dict.fromkeys(_NUMBERS, _each_span))

# Gopher

_MEASURES = {
    "words": "white-space", "stop_word_form": "exact", "line_space": "kept", "bullets": "*-",
    "ellipses": "…", "duplicates": "all", "top_ngrams": "first", "duplicate_ngrams": "all",
    "stop_words": {"en": ["the", "be", "to", "of", "and", "that", "have", "with"]},
}  # fmt: skip
#: Dolma's name -> measure, what it is divided by, and how many of the measure's units are one.
_GOPHER: dict[str, tuple[str, str | None, int]] = {
    **{f"fraction_of_characters_in_most_common_{n}grams": (f"top_{n}_gram_chars", "word_chars", 1)
       for n in (2, 3, 4)},
    **{f"fraction_of_characters_in_duplicate_{n}grams":
       (f"duplicate_{n}_gram_chars", f"all_{n}_gram_chars", 1) for n in range(5, 11)},
    "character_count": ("whole_chars", None, 1),
    "word_count": ("words", None, 1),
    "median_word_length": ("median_word_length", None, 2),
    "symbol_to_word_ratio": ("symbol_words", "words", 1),
    "fraction_of_words_with_alpha_character": ("words_with_letter", "words", 1),
    "required_word_count": ("stop_word_occurrences", None, 1),
    "fraction_of_lines_starting_with_bullet_point": ("bullet_lines", "text_lines", 1),
    "fraction_of_lines_ending_with_ellipsis": ("ellipsis_lines", "text_lines", 1),
    "fraction_of_duplicate_lines": ("duplicate_lines", "split_lines", 1),
    "fraction_of_characters_in_duplicate_lines": ("duplicate_line_chars", "word_chars", 1),
}  # fmt: skip


@TABLE.maps(*(f"{tagger}.{name}" for tagger in ("GopherTagger", "GopherTaggerV2")
              for name in _GOPHER))  # fmt: skip
def gopher(case: Case) -> Attempt:
    """A measure as the profile gopher@dolma counts it."""
    tagger, _, name = case.operator.partition(".")
    measure, per, unit = _GOPHER[name]
    compared = "every-line" if tagger == "GopherTagger" else "text"
    names = [measure] if per is None else [measure, per]
    row = counts(case.text, names, {**_MEASURES, "compared": compared})
    value = row[measure] / unit if per is None else row[measure] / max(row[per], 1)
    return Answers(value, case.answer["value"])


# C4


@TABLE.maps("C4Tagger", "FasterC4Tagger")
def c4(case: Case) -> Attempt:
    """Which marks of C4 a document has, and how many of its lines would go."""
    row = counts(case.text, ["text_lines"])
    ours: dict[str, Any] = {
        "has_curly_brace": row["curly_brackets"] > 0,
        "has_javascript": row["javascript_lines"] > 0,
        "has_lorem_ipsum": row["lorem_ipsum_lines"] > 0,
        "line_count": row["text_lines"],
    }
    listed = one([{"keywords": {"max_hits": 0}}], text=case.text, lang="en")
    ours["has_naughty_word"] = listed["keyword_hits"] > 0
    for name, rule, column in (
        ("lines_with_no_ending_punctuation", {"end_mark": "c4"}, "no_end_mark"),
        ("lines_with_too_few_words", {"min_words": 3}, "few_words"),
    ):
        removed = one([{"lines": rule}], text=case.text)
        ours[name] = removed[f"lines_removed_{column}"]
    spans = case.answer["spans"]
    theirs: dict[str, Any] = {}
    for name in ours:
        of_name = [span for span in spans if span[0] == name]
        theirs[name] = bool(of_name) if name.startswith("has_") else len(of_name)
    theirs["line_count"] = next(score for name, _, _, score in spans if name == "line_count")
    return Answers(ours, theirs)


def _blank_lines(case: Case, answers: Answers) -> bool:
    blank = sum(not line.strip() for line in case.text.split("\n"))
    names = ("lines_with_no_ending_punctuation", "lines_with_too_few_words")
    less = {**answers.theirs, **{name: answers.theirs[name] - blank for name in names}}
    return blank > 0 and bool(less == answers.ours)


def _punctuation(case: Case, answers: Answers) -> bool:
    return bool({**answers.ours, "has_naughty_word": False} == answers.theirs)


TABLE.differs("C4Tagger", "FasterC4Tagger", reason="blank lines are no lines",
              page="steps/lines.md", holds=_blank_lines)  # fmt: skip
TABLE.differs(
    "C4Tagger", "FasterC4Tagger",
    reason="punctuation beside a listed word does not hide it",
    page="flow/5-keywords.md#how-words-are-found",
    holds=_punctuation,
)  # fmt: skip

# Addresses


def _blocked(case: Case) -> Attempt:
    lines = case.option("BLOCKLIST_PATHS")
    if lines is None:
        return Cannot("a list that is not recorded")
    path = file_of("\n".join(lines) + "\n", ".txt")
    row = one([{"url": {"block_domains": [path]}}], text="text", url=case.input["metadata"]["url"])
    return Answers(row["drop_reason"] is not None, bool(case.answer["spans"]))


TABLE.maps("BaseUrlTagger", "BaseDomainTagger")(_blocked)
TABLE.differs("BaseUrlTagger", reason="an entry with a path covers what lies in it",
              page="steps/url.md#lists", holds=lambda case, answers: answers.ours)  # fmt: skip
TABLE.differs(
    "BaseUrlTagger",
    reason="rules look at addresses of the web",
    page="steps/url.md#one-form-of-addresses",
    holds=lambda case, answers: not case.input["metadata"]["url"].startswith("http"),
)


@TABLE.maps("UrlBlocker")
def blocker(case: Case) -> Attempt:
    """Rules of an adblock list, by the engine that the peer has too."""
    given = {name: case.input[name] or "" for name in ("url", "source_url", "request_type")}
    url = given["url"] if "//" in given["url"] else f"http://{given['url']}"
    rules = file_of("\n".join(case.option("rules")) + "\n", ".txt")
    step = own_step(
        "adblock_list", rules=rules, source=given["source_url"], kind=given["request_type"]
    )
    row = one([step], text="text", url=url)
    return Answers(row["drop_reason"] is None, case.answer["kept"], own_step=True)


# Languages

_LANGUAGES = (
    "LangdetectEnglishTagger", "LinguaEnglishTagger", "FastTextEnglishLanguageDocumentTagger",
    "Cld2EnglishLanguageTagger", "Cld2LanguageTagger", "LinguaTagger",
    "FastTextAllLanguagesDocumentTagger",
)  # fmt: skip


@TABLE.maps(*_LANGUAGES)
def language(case: Case) -> Attempt:
    """The language of the document; which model says so is ours."""
    row = one([{"language": {}}], text=case.text)
    best = max(case.answer["spans"], key=lambda span: span[3])[0]
    ours = row["lang"]
    if "English" in case.operator:
        ours = "en" if ours == "en" else "not_en"
    return Answers(ours, best)


@TABLE.maps(
    "LangdetectEnglishTaggerParagraph", "LinguaEnglishTaggerParagraph", "LinguaTaggerParagraph",
    "FastTextEnglishLanguageParagraphTagger", "FastTextAllLanguageParagraphTagger",
    "FastTextEnglishLanguageParagraphWithDocScoreTagger", "Cld2EnglishLanguageParagraphTagger",
    "Cld2LanguageFilterParagraphWithDocScoreTagger", "Cld2LanguageTaggerParagraph",
)  # fmt: skip
def languages(case: Case) -> Attempt:
    """The language of each paragraph; which model says so is ours."""
    row = one([own_step("paragraph_languages")], text=case.text)
    best: dict[int, tuple[float, str]] = {}
    for name, start, _, score in case.answer["spans"]:
        best[start] = max(best.get(start, (-1.0, "")), (score, name))
    ours = row["paragraph_langs"]
    if "English" in case.operator:
        ours = ["en" if each == "en" else "not_en" for each in ours]
    return Answers(ours, [best[start][1] for start in sorted(best)], own_step=True)


# Repetition, quality


@TABLE.maps("RepetitionsTagger", "ParagraphRepetitionsTagger")
def runs(case: Case) -> Attempt:
    """Runs of one repeated string: the tagger's three numbers of the document."""
    row = counts(case.text, ["run_chars", "longest_run", "most_repeats", "whole_chars"])
    theirs = {name: score for name, _, _, score in case.answer["spans"] if name.startswith("doc_")}
    ours = {
        "doc_max_score_repetition": row["most_repeats"],
        "doc_max_length_repetition": row["longest_run"],
        "doc_frac_repetition": row["run_chars"] / row["whole_chars"],
    }
    return Answers(ours, theirs)


TABLE.cannot("runs of repeated tokens", "TokenizerRepetitionsTagger",
             "TokenizerRepetitionsSkipEmptyTagger")  # fmt: skip

# Dedup


@TABLE.maps("deduper")
def deduper(case: Case) -> Attempt:
    """Lines that occur twice, or documents with one value of a field."""
    options = case.option("dedupe")
    documents = case.input["documents"]
    if "paragraphs" in options:
        ngrams = options["paragraphs"].get("by_ngram") or {"ngram_length": 0}
        if ngrams["ngram_length"]:
            return Cannot("shares of repeated n-grams of paragraphs that stay")
        return _paragraphs(documents, case, options)
    return _documents(documents, case, options["documents"])


TABLE.differs(
    "deduper",
    reason="the copy that stays is in the document of least rank, there in the first that is read",
    page="flow/7-dedup.md#sentence",
    holds=lambda case, answers: (
        isinstance(answers.ours, list)
        and sorted(chain(*answers.ours)) == sorted(chain(*answers.theirs))
    ),
)


def _paragraphs(documents: Iterable[Any], case: Case, options: Any) -> Attempt:
    sentence = {"unit": "line", "span": 1, "min_words": 1, "max_loss": 1}
    off = {"enabled": False}
    step = {"dedup": {"exact": off, "document": off, "contamination": off, "sentence": sentence}}
    rows = whole_run([step], [{"id": each["id"], "text": each["text"]} for each in documents])
    name = options["paragraphs"]["attribute_name"]
    theirs = []
    for each, found in zip(documents, case.answer["documents"], strict=True):
        text = each["text"]
        gone = [text[int(start) : int(end)].strip() for start, end, _ in found["attributes"][name]]
        theirs.append(sorted(line for line in gone if line))
    ours = [_gone(each["text"], row) for each, row in zip(documents, rows, strict=True)]
    return Answers(ours, theirs)


def _gone(before: str, row: Any) -> list[str]:
    """Returns the lines that a document has lost."""
    after = [] if row["drop_reason"] else row["text"].split("\n")
    left = [line.strip() for line in after]
    gone = []
    for line in (line.strip() for line in before.split("\n")):
        if line in left:
            left.remove(line)
        elif line:
            gone.append(line)
    return sorted(gone)


def _documents(documents: Iterable[Any], case: Case, options: Any) -> Attempt:
    key = options["key"]
    off = {"enabled": False}
    kinds: dict[str, dict[str, Any]] = {"$.text": {"exact": {"enabled": True}},
             "$.metadata.url": {"exact": off, "address": {"form": "exact"}}}  # fmt: skip
    if key not in kinds:
        return Cannot("duplicates by another field than text and address")
    step = {"dedup": {"document": off, "contamination": off, "sentence": off, **kinds[key]}}
    sent = [{"id": each["id"], "text": each["text"], "url": each.get("metadata", {}).get("url")}
            for each in documents]  # fmt: skip
    rows = whole_run([step], sent)
    name = options["attribute_name"]
    theirs = [bool(each["attributes"][name]) for each in case.answer["documents"]]
    return Answers(sum(row["drop_reason"] is not None for row in rows), sum(theirs))


#: Name of a tag -> what of an address of Creative Commons says so.
_LICENCES = {
    **{f"cc_{kind}": f"licenses/{kind}" for kind in
       ("by", "by-nc", "by-nd", "by-sa", "by-nc-nd", "by-nc-sa")},
    **{f"cc_publicdomain/{kind}": f"publicdomain/{kind}" for kind in
       ("zero", "certification", "mark")},
}  # fmt: skip


@TABLE.maps("CreativeCommonsRegexLicenseExtractor", "CreativeCommonsFastRegexHtmlExtractor")
def licences(case: Case) -> Attempt:
    """Tags by addresses of Creative Commons in the page, which is a field; without versions."""
    names = {name: re.sub(r"\W", "_", name) for name in _LICENCES}
    within = r"<(?:[aA]|meta)\s[^>]*creativecommons\.org/"
    tags = {names[name]: f'matches(metadata.html, r"{within}{path}/")'
            for name, path in _LICENCES.items()}  # fmt: skip
    row = one([{"where": {"tag": tags}}], text="text", metadata=case.input["metadata"])
    theirs = {re.sub(r"_\d.*", "", span[0]) for span in case.answer["spans"]}
    return Answers({name for name in names if row[f"tag_{names[name]}"]}, theirs)


@TABLE.maps("mixer")
def mixer(case: Case) -> Attempt:
    """Parts that attributes name go, and documents that are too short then."""
    (stream,) = case.option("streams")
    if set(stream) & {"filter"} or not case.input["documents"]:
        return Cannot("choices by expressions on attributes")
    (edit,) = stream["span_replacement"]
    field = edit["span"].rpartition(".")[2]
    step = own_step("without_spans", field=field, least_score=edit["min_score"],
                    least_chars=stream["output"].get("min_text_length", 0))  # fmt: skip
    sent = [{"text": each["text"], "metadata": {field: each["attributes"].get(field)}}
            for each in case.input["documents"]]  # fmt: skip
    ours = [row["text"] for row in through([step], *sent) if row["drop_reason"] is None]
    return Answers(ours, [each["text"] for each in case.answer["documents"]], own_step=True)
