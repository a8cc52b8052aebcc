"""datatrove: filters and formatters; statistics and dedup stand in modules of their own."""

from collections.abc import Mapping
from typing import Any

from peer_cases.cases import Answers, Attempt, Cannot, Case, Choice, Table
from peer_cases.ours import Row, one, own_step, profile

TABLE = Table("datatrove", "datatrove")

# Filters on form

_QUALITY = {
    "min_doc_words": ("gopher_min_words", "gopher_short_doc", "gopher-too-few-words"),
    "max_doc_words": ("gopher_max_words", "gopher_long_doc", "gopher-too-many-words"),
    "min_avg_word_length": (
        "gopher_min_mean_word_length", "gopher_below_avg_threshold", "gopher-mean-word-length-low",
    ),
    "max_avg_word_length": (
        "gopher_max_mean_word_length", "gopher_above_avg_threshold", "gopher-mean-word-length-high",
    ),
    "max_bullet_lines_ratio": (
        "gopher_max_bullet_lines", "gopher_too_many_bullets", "gopher-too-many-bullet-lines",
    ),
    "max_ellipsis_lines_ratio": (
        "gopher_max_ellipsis_lines", "gopher_too_many_end_ellipsis",
        "gopher-too-many-ellipsis-lines",
    ),
    "max_non_alpha_words_ratio": (
        "gopher_min_words_with_letter", "gopher_below_alpha_threshold",
        "gopher-too-few-words-with-letter",
    ),
    "min_stop_words": ("gopher_min_stop_words", "gopher_enough_stop_words",
                       "gopher-too-few-stop-words"),
}  # fmt: skip


def _verdict(case: Case, row: Row, reasons: Mapping[str, tuple[str, ...]]) -> Answers:
    """Compares whether a document stays, and whether the peer's reason is among ours."""
    theirs = {"kept": case.answer["kept"], "reason": case.answer["reason"]}
    failed = row["reasons"] or []
    reason = theirs["reason"]
    named = reason if any(each in failed for each in reasons.get(str(reason), ())) else failed
    ours = {"kept": row["drop_reason"] is None, "reason": named or None}
    return Answers(ours, theirs)


@TABLE.maps("GopherQualityFilter")
def gopher_quality(case: Case) -> Attempt:
    """The profile gopher@datatrove with the filter's thresholds."""
    rules: dict[str, Any] = {rule: case.option(name) for name, (rule, _, _) in _QUALITY.items()}
    rules |= dict.fromkeys(("gopher_max_hash_marks", "gopher_max_ellipses"),
                           case.option("max_symbol_word_ratio"))  # fmt: skip
    measures = {}
    if case.option("stop_words"):
        measures["stop_words"] = {"en": case.option("stop_words")}
    step = profile({**_off("gopher"), **rules}, measures, base="gopher@datatrove")
    reasons = {theirs: (ours,) for _, theirs, ours in _QUALITY.values()}
    reasons |= {
        "gopher_too_many_hashes": ("gopher-too-many-hash-marks",),
        "gopher_too_many_ellipsis": ("gopher-too-many-ellipses",),
    }
    return _verdict(case, one([step], text=case.text, lang="en"), reasons)


def _off(family: str) -> dict[str, None]:
    """Returns the rules of a family of datatrove's that another filter has, off."""
    names = [f"{family}_max_duplicate_{what}" for what in (
        "lines", "paragraphs", "line_chars", "paragraph_chars")]  # fmt: skip
    names += [f"{family}_max_top_{n}_gram_chars" for n in (2, 3, 4)]
    names += [f"{family}_max_duplicate_{n}_gram_chars" for n in range(5, 11)]
    return dict.fromkeys(names)


_REPETITION = {
    "dup_line_frac": "lines", "dup_para_frac": "paragraphs", "dup_line_char_frac": "line_chars",
    "dup_para_char_frac": "paragraph_chars",
}  # fmt: skip


@TABLE.maps("GopherRepetitionFilter")
def gopher_repetition(case: Case) -> Attempt:
    """The profile gopher@datatrove with the filter's thresholds."""
    rules: dict[str, Any] = {name: None for name, _, _ in _QUALITY.values()}
    rules |= dict.fromkeys(("gopher_max_hash_marks", "gopher_max_ellipses"))
    rules |= _off("gopher")
    reasons: dict[str, tuple[str, ...]] = {}
    for option, what in _REPETITION.items():
        rules[f"gopher_max_duplicate_{what}"] = case.option(option)
        reasons[option] = (f"gopher-duplicate-{what.replace('_', '-')}",)
    for n, share in case.option("top_n_grams", ()):
        if n not in (2, 3, 4):
            return Cannot("top n-grams of other n than 2 to 4")
        rules[f"gopher_max_top_{n}_gram_chars"] = share
        reasons[f"top_{n}_gram"] = (f"gopher-top-{n}-gram-chars",)
    for n, share in case.option("dup_n_grams", ()):
        rules[f"gopher_max_duplicate_{n}_gram_chars"] = share
        reasons[f"duplicated_{n}_n_grams"] = (f"gopher-duplicate-{n}-gram-chars",)
    step = profile(rules, base="gopher@datatrove")
    return _verdict(case, one([step], text=case.text, lang="en"), reasons)


@TABLE.maps("FineWebQualityFilter")
def fineweb(case: Case) -> Attempt:
    """The profile fineweb@datatrove with the filter's thresholds."""
    if case.option("line_punct_exclude_zero"):
        return Cannot("a share of end marks that may be 0")
    rules = {
        "fineweb_min_terminal_lines": case.option("line_punct_thr"),
        "fineweb_max_short_lines": case.option("short_line_thr"),
        "fineweb_max_duplicate_line_chars": case.option("char_duplicates_ratio"),
        "fineweb_max_newlines": case.option("new_line_ratio"),
    }
    step = profile(rules, {"short_line": case.option("short_line_length")},
                   base="fineweb@datatrove")  # fmt: skip
    reasons = {
        "line_punct_ratio": ("fineweb-too-few-terminal-lines",),
        "short_line_ratio": ("fineweb-too-many-short-lines",),
        "char_dup_ratio": ("fineweb-duplicate-line-chars",),
        "list_ratio": ("fineweb-too-many-newlines",),
    }
    return _verdict(case, one([step], text=case.text, lang="en"), reasons)


TABLE.differs(
    "FineWebQualityFilter",
    reason="a text without lines fails no share",
    page="accuracy/quality.md#profiles-of-peers",
    holds=lambda case, answers: not case.text.strip(),
)


@TABLE.maps("C4QualityFilter")
def c4(case: Case) -> Attempt:
    """The rules of the page, which look at all lines, and then *lines*."""
    if not case.option("split_paragraph"):
        return Cannot("C4's line rules on sentences")
    least, words, longest = (
        case.option(name) for name in ("min_num_sentences", "min_words_per_line", "max_word_length")
    )
    page = {
        "c4_max_lorem_ipsum_lines": 0 if case.option("filter_lorem_ipsum") else None,
        "c4_max_curly_lines": 0 if case.option("filter_curly_bracket") else None,
        "c4_min_sentences": max(least, 0),
    }
    quality = profile(page, {"line_words": max(words, 0)}, base="c4@datatrove")
    lines = {
        "end_mark": "c4" if case.option("filter_no_terminal_punct") else None,
        "min_words": words if words > 0 else None,
        "max_word_chars": longest if longest > 0 else None,
        "javascript": case.option("filter_javascript"),
        "policy": case.option("filter_policy"),
        "citations": case.option("remove_citations"),
        "max_blank_lines": 0,
    }
    row = one([quality, {"lines": lines}], text=case.text, lang="en")
    reasons = {"lorem_ipsum": ("c4-lorem-ipsum",), "curly_bracket": ("c4-curly-bracket",),
               "too_few_sentences": ("c4-too-few-sentences",)}  # fmt: skip
    answers = _verdict(case, row, reasons)
    if not case.answer["kept"]:
        return answers
    return Answers({**answers.ours, "text": row["text"]},
                   {**answers.theirs, "text": case.answer["text"]})  # fmt: skip


@TABLE.maps("C4ParagraphFilter")
def c4_paragraphs(case: Case) -> Attempt:
    """Three lines of 200 characters."""
    step = profile({"text_min_long_lines": 3}, {"long_line": 200, "line_space": "kept"})
    row = one([step], text=case.text, lang="en")
    return _verdict(case, row, {"< 3 paragraphs": ("text-too-few-long-lines",)})


# Filters on addresses, patterns, expressions, chance


@TABLE.maps("URLFilter")
def url(case: Case) -> Attempt:
    """The lists of the call alone: none of its shipped ones has an address of the tests."""
    lists = [case.option(name) for name in ("extra_urls", "banned_words", "banned_subwords",
                                            "soft_banned_words")]  # fmt: skip
    if any(lists):
        return Cannot("a list that the tests do not use")
    step = {"url": {"block_domains": case.option("extra_domains") or []}}
    row = one([step], text=case.text, url=case.input["metadata"]["url"])
    named = ("url-domain-blocked", "url-blocked")
    return _verdict(case, row, {"domain": named, "subdomain": named, "url": named})


TABLE.differs(
    "URLFilter",
    reason="every domain between host and registered domain counts",
    page="steps/url.md#published-rules",
    holds=lambda case, answers: answers.theirs["kept"] and any(
        f".{domain}/" in case.input["metadata"]["url"] for domain in case.option("extra_domains")
    ),
)  # fmt: skip


@TABLE.maps("RegexFilter")
def regex(case: Case) -> Attempt:
    """An expression of *where*."""
    expression = f"matches(text, {case.option('regex_exp')!r})"
    row = one([{"where": {"drop": expression}}], text=case.text)
    return Answers(row["drop_reason"] is None, case.answer["kept"])


#: Test -> what its function says as an expression.
_LAMBDAS = {"test_lambda": "metadata.test > 0"}


@TABLE.maps("LambdaFilter")
def function(case: Case) -> Attempt:
    """An expression of *where*."""
    expression = _LAMBDAS.get(case.test.rpartition("::")[2])
    if expression is None:
        return Cannot("a function that is no expression")
    row = one([{"where": {"keep": expression}}], text=case.text, metadata=case.input["metadata"])
    return Answers(row["drop_reason"] is None, case.answer["kept"])


@TABLE.maps("SamplerFilter")
def sample(case: Case) -> Attempt:
    """A share."""
    rate = case.option("rate")
    if rate in (0, 1):
        row = one([{"url": {"keep_share": rate}}], text=case.text)
        return Answers(row["drop_reason"] is None, case.answer["kept"])
    return Choice("chosen by the hash of the text, not by chance", "steps/url.md#shares")


TABLE.cannot("frequencies of single words", "UnigramLogProbFilter")

# Formatters


@TABLE.maps("FTFYFormatter")
def ftfy(case: Case) -> Attempt:
    """*repair* with the options of the same names."""
    same = ("restore_byte_a0", "replace_lossy_sequences", "decode_inconsistent_utf8",
            "fix_c1_controls", "fix_latin_ligatures", "uncurl_quotes", "fix_line_breaks",
            "remove_terminal_escapes", "remove_control_chars")  # fmt: skip
    options = {name: case.option(name) for name in same}
    options |= {
        "mojibake": case.option("fix_encoding"),
        "gbk": False,
        "width": "all" if case.option("fix_character_width") else None,
        "unescape_html": bool(case.option("unescape_html")),
    }
    row = one([{"repair": options}], text=case.text)
    return Answers(row["text"], case.answer["text"])


@TABLE.maps("SymbolLinesFormatter")
def symbol_lines(case: Case) -> Attempt:
    """A pattern of lines of marks and blanks."""
    if case.option("symbols_to_remove") is not None or case.option("replace_char"):
        return Cannot("a text in the place of removed lines")
    pattern = r"^ *[\p{P}\p{S}][\p{P}\p{S} ]*$"
    row = one([{"lines": {"patterns": [pattern]}}], text=case.text)
    return Answers(row["text"], case.answer["text"])


@TABLE.maps("PIIFormatter")
def pii(case: Case) -> Attempt:
    """Mail and IP addresses, each with a placeholder."""
    rules = [
        {"entities": ["EMAIL_ADDRESS"], "placeholder": case.option("email_replacement")},
        {"entities": ["IP_ADDRESS"], "placeholder": case.option("ip_replacement")},
    ]
    entities = [*(["EMAIL_ADDRESS"] if case.option("remove_emails") else []),
                *(["IP_ADDRESS"] if case.option("remove_ips") else [])]  # fmt: skip
    scrub = {"entities": entities, "rules": rules,
             "keep_private_ips": case.option("only_remove_public_ips")}  # fmt: skip
    row = one([{"scrub": scrub}], text=case.text)
    return Answers(row["text"], case.answer["text"])


TABLE.differs(
    "PIIFormatter",
    reason="a domain must end in a public suffix, and an address must be whole",
    page="flow/8-scrub.md#what-is-found",
)


@TABLE.maps("UpperCaseFormatter")
def upper_case(case: Case) -> Attempt:
    """A function of the tests, as a step of one's own."""
    row = one([own_step("upper_case")], text=case.text)
    return Answers(row["text"], case.answer["text"], own_step=True)
