"""data-juicer: filters on form and on fields."""

from typing import Any

from peer_cases.cases import Answers, Attempt, Cannot, Case
from peer_cases.ours import kept_in_range, one
from peer_cases.tables.data_juicer import TABLE, field_of, text_of


def _in_range(value: str, least: str, most: str, **measures: Any) -> Any:
    """Makes a function: the measure lies between two options."""

    def mapper(case: Case) -> Attempt:
        if case.option("tokenization"):
            return Cannot("words of a tokenizer of a model")
        formed = value.format(n=case.option("rep_len"))
        inside = not case.option("reversed_range", False)
        closed = (
            case.option("min_closed_interval", True),
            case.option("max_closed_interval", True),
        )
        kept = kept_in_range(
            text_of(case), formed, case.option(least), case.option(most), closed=closed,
            inside=inside, measures=measures, lang=case.option("lang") or "en",
        )  # fmt: skip
        return Answers(kept, case.answer["kept"])

    return mapper


for _operator, _value, _least, _most in (
    ("AlphanumericFilter", "alphanumeric_chars / whole_chars", "min_ratio", "max_ratio"),
    ("AverageLineLengthFilter", "whole_chars / all_lines", "min_len", "max_len"),
    ("CharacterRepetitionFilter", "repeated_char_{n}_grams / char_{n}_grams", "min_ratio",
     "max_ratio"),
    ("MaximumLineLengthFilter", "longest_line", "min_len", "max_len"),
    ("SpecialCharactersFilter", "special_chars / whole_chars", "min_ratio", "max_ratio"),
    ("TextLengthFilter", "whole_chars", "min_len", "max_len"),
    ("WordRepetitionFilter", "repeated_word_{n}_grams / word_{n}_grams", "min_ratio", "max_ratio"),
    ("WordsNumFilter", "normal_words", "min_num", "max_num"),
):  # fmt: skip
    TABLE.maps(_operator)(_in_range(_value, _least, _most))

TABLE.differs(
    "WordRepetitionFilter", "CharacterRepetitionFilter",
    reason="a text shorter than one n-gram repeats nothing and has no share",
    page="flow/4-quality.md#what-is-counted",
    holds=lambda case, answers: len(text_of(case).split()) < (case.option("rep_len") or 0),
)  # fmt: skip
TABLE.differs(
    "SpecialCharactersFilter",
    reason="special characters are all but letters, there a list",
    page="flow/4-quality.md#profiles-of-peers",
)
TABLE.cannot("shares of listed words with lists of one's own", "StopWordsFilter",
             "FlaggedWordFilter")  # fmt: skip

# Filters on fields


def _kept_where(case: Case, expression: str, unknown: str = "drop") -> Answers:
    where = {"keep": expression, "unknown": unknown}
    fields = {name: value for name, value in case.input.items() if name != "text"}
    row = one([{"where": where}], text=text_of(case), metadata=fields)
    return Answers(row["drop_reason"] is None, case.answer["kept"])


@TABLE.maps("SuffixFilter")
def suffix(case: Case) -> Attempt:
    """A field of the metadata in a list."""
    suffixes = case.option("suffixes")
    suffixes = [suffixes] if isinstance(suffixes, str) else suffixes
    if not suffixes:
        return _kept_where(case, "text is not None")
    sign = "not in" if case.option("reversed_range", False) else "in"
    return _kept_where(case, f"{field_of('__dj__suffix__')} {sign} {suffixes!r}")


@TABLE.maps("SpecifiedFieldFilter")
def field(case: Case) -> Attempt:
    """A field of the metadata in a list."""
    targets, key = case.option("target_value"), case.option("field_key")
    if not targets or not key:
        return _kept_where(case, "text is not None")
    value: Any = case.input
    for name in key.split("."):
        value = value[name]
    if isinstance(value, list):
        within = f"all_in({field_of(key)}, {targets!r})"
        return _kept_where(case, f"not {within}" if case.option("reversed_range") else within)
    sign = "not in" if case.option("reversed_range", False) else "in"
    return _kept_where(case, f"{field_of(key)} {sign} {targets!r}")


@TABLE.maps("SpecifiedNumericFieldFilter")
def number(case: Case) -> Attempt:
    """A field of the metadata in a range."""
    key = case.option("field_key")
    if not key:
        return _kept_where(case, "text is not None")
    least, most = case.option("min_value"), case.option("max_value")
    least_sign = ">=" if case.option("min_closed_interval", True) else ">"
    most_sign = "<=" if case.option("max_closed_interval", True) else "<"
    parts = [
        f"number({field_of(key)}) {sign} {limit!r}"
        for limit, sign in ((least, least_sign), (most, most_sign))
        if limit is not None and abs(limit) < 2**62
    ]
    expression = " and ".join(parts)
    if case.option("reversed_range", False):
        expression = f"not ({expression})"
    return _kept_where(case, expression or "text is not None")


@TABLE.maps("GeneralFieldFilter")
def condition(case: Case) -> Attempt:
    """The condition, with fields written as fields of the metadata."""
    condition = case.option("filter_condition")
    if not condition:
        return _kept_where(case, "text is not None")
    import ast

    tree = ast.parse(condition, mode="eval")

    class Fields(ast.NodeTransformer):
        """Puts `metadata.` before names."""

        def visit_Name(self, node: ast.Name) -> Any:
            """Leaves the text as it is."""
            if node.id == "text":
                return node
            return ast.Attribute(ast.Name("metadata", ast.Load()), node.id, ast.Load())

    return _kept_where(case, ast.unparse(Fields().visit(tree)))
