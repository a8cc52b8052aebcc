"""Dolma: lengths, and taggers of source code."""

from collections.abc import Iterable
from typing import Any

from peer_cases.cases import Answers, Attempt, Case, Choice
from peer_cases.ours import counting, counts, one, own_step, replacing
from peer_cases.tables.dolma import TABLE


def _number(name: str, per: str | None = None) -> Any:
    def mapper(case: Case) -> Attempt:
        names = [name] if per is None else [name, per]
        row = counts(case.text, names, {"line_space": "kept"})
        return Answers(row[name] / (row[per] or 1) if per else row[name], case.answer["value"])

    return mapper


TABLE.maps("CharLengthV1.length")(_number("whole_chars"))
TABLE.maps("CharLengthStripWsV1.length_no_ws")(_number("chars"))
TABLE.differs("CharLengthStripWsV1.length_no_ws", reason="`chars` counts all characters",
              page="flow/4-quality.md#what-is-counted")  # fmt: skip
TABLE.maps("CodeRedPajamaTaggers.max_line_length_doc")(_number("longest_line"))
TABLE.maps("CodeRedPajamaTaggers.avg_line_length_doc")(_number("line_chars", "all_lines"))
TABLE.maps("CodeRedPajamaTaggers.alnum_prop_doc")(_number("alphanumeric_chars", "whole_chars"))


@TABLE.maps("CodeRedPajamaTaggers.alpha_token_prop_doc")
def alpha_tokens(case: Case) -> Attempt:
    """Letters, by what words and runs of marks have between them."""
    steps = [own_step("pieces", pattern=r"\w+|[^\w\s]+"), counting(["letters"])]
    row = one(steps, text=case.text, lang="en")
    return Answers(row["letters"] / row["pieces"], case.answer["value"], own_step=True)


_STARS = tuple(f"{kind}.num_github_stars_doc" for kind in
               ("CodeStarCoderTaggers", "CodeStarCoderTaggers2"))  # fmt: skip


@TABLE.maps(*_STARS)
def stars(case: Case) -> Attempt:
    """A field of the metadata, in an expression."""
    value = case.answer["value"]
    expression = f"metadata.max_stars_count == {value:g}"
    row = one([{"where": {"tag": {"equal": expression}}}], text=case.text,
              metadata=case.input["metadata"])  # fmt: skip
    return Answers(row["tag_equal"], True)


_STARCODER = ("CodeStarCoderTaggers", "CodeStarCoderTaggers2")
#: Ending -> language; of others the tagger counts nothing and answers with a number that passes.
_OF_ENDINGS = {"py": "Python", "java": "Java", "js": "JavaScript"}
_NO_MEASURE = (
    "a measure that a language has not is null, and its rule passes",
    "flow/4-quality.md#source-code",
)


@TABLE.maps(*(f"{kind}.has_xml_template_doc" for kind in _STARCODER))
def xml(case: Case) -> Attempt:
    """Whether the first hundred characters have a declaration of XML."""
    row = counts(case.text, ["xml_declarations"])
    return Answers(float(row["xml_declarations"] > 0), case.answer["value"])


@TABLE.maps(*(f"{kind}.code_to_comment_ratio_doc" for kind in _STARCODER))
def comments(case: Case) -> Attempt:
    """The share of comments, of three languages."""
    code = _OF_ENDINGS.get(case.input["metadata"].get("ext"))
    if code is None:
        return Choice(*_NO_MEASURE)
    row = counts(case.text, ["comment_chars", "whole_chars"], code=code)
    return Answers(row["comment_chars"] / row["whole_chars"], case.answer["value"])


TABLE.differs(*(f"{kind}.code_to_comment_ratio_doc" for kind in _STARCODER),
              reason="comments count with their marks",
              page="flow/4-quality.md#source-code")  # fmt: skip


@TABLE.maps(*(f"{kind}.code_to_text_ratio_html_doc" for kind in _STARCODER))
def visible(case: Case) -> Attempt:
    """The share of visible characters, of HTML."""
    if case.input["metadata"].get("ext") != "html":
        return Choice(*_NO_MEASURE)
    row = counts(case.text, ["visible_chars", "whole_chars"])
    share = row["visible_chars"] / row["whole_chars"]
    return Answers(share if row["visible_chars"] > 100 else 0.0, case.answer["value"])


TABLE.differs(*(f"{kind}.code_to_text_ratio_html_doc" for kind in _STARCODER),
              reason="white space between tags is visible text",
              page="flow/4-quality.md#source-code",
              holds=lambda case, answers: abs(answers.ours - answers.theirs) < 0.1)  # fmt: skip


@TABLE.maps("CodeCopyrightTagger")
def notices(case: Case) -> Attempt:
    """The text without the notice that is found."""
    inside = r"(?:[^*]|\*+[^*/])*"
    block = rf"(?s)\A((?:[^/]|/[^*])*)/\*{inside}\**(?i:copyright){inside}\*+/"
    row = one([replacing((block, r"\1"), (r"\A(?:(?://|#|--)[^\n]*(?:\n|\z))+", ""))],
              text=case.text)  # fmt: skip
    return Answers(row["text"], _without(case.text, case.answer["spans"]))


def _without(text: str, spans: Iterable[Any]) -> str:
    """Returns a text without the spans of a tagger, but for that of the whole document."""
    for name, start, end, _ in sorted(spans, key=lambda span: -span[1]):
        text = text if name == "doc" else text[:start] + text[end:]
    return text


@TABLE.maps("CodeSecretsTagger")
def secrets(case: Case) -> Attempt:
    """Whether what is secret is gone."""
    row = one([{"scrub": {"entities": ["SECRET", "URL_USERINFO"]}}], text=case.text)
    found = [case.text[start:end] for name, start, end, _ in case.answer["spans"] if name != "doc"]
    return Answers([value in row["text"] for value in found], [False] * len(found))


TABLE.differs(
    "CodeSecretsTagger",
    reason="values that are placeholders (`username:password`) stay",
    page="flow/8-scrub.md#what-is-found",
    holds=lambda case, answers: "username:password@" in case.text,
)
