"""Expressions: what they mean, what is refused, and a slow twin that goes row by row."""

import contextlib
import json
import pickle
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.where.expressions import parse_expression

T, F, N = True, False, None

METADATA = [
    {"stars": 12, "类别": "新闻", "tags": ["code", "中文", 3],
     "repo": {"stars": 5, "odd name": "x"}, "date": "2024-05-02",
     "flag": True, "score": 0.1, "class": "a", "written": "36"},
    {"stars": "many", "类别": 7, "tags": "code", "repo": [], "date": "May", "flag": "yes",
     "score": 1, "class": None, "written": " 13.5"},
    {"stars": 2**80, "tags": [], "repo": {"stars": None}, "date": "2024-05-01T00:00:00+08:00",
     "flag": False, "score": 10**400, "类别": "新闻网", "written": "many"},
]  # fmt: skip
BATCH = pa.record_batch(
    {
        "lang": ["zh", "en", None, None],
        "lang_score": pa.array([0.65, 0.9, None, float("nan")], pa.float32()),
        "text": ["他说：你好。", "Hello", None, ""],
        "url": ["https://例子.cn/a", "http://a.com/B?x=1", None, "x"],
        "words": pa.array([70, 3, None, 0], pa.int32()),
        "bad": pa.array([7, 1, 0, 0], pa.int64()),
        "reasons": pa.array([["c4-lorem", "x"], None, [], ["x"]], pa.list_(pa.string())),
        "raw": pa.array([b"abc", None, None, b""], pa.binary()),
        "when": pa.array([0, 86_400_000_000, None, -1], pa.timestamp("us")),
        "metadata": [json.dumps(METADATA[0], ensure_ascii=False), json.dumps(METADATA[1]),
                     json.dumps(METADATA[2]), "not JSON"],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('lang == "zh"', [T, F, N, N]),
        ('lang != "zh"', [F, T, N, N]),
        ('lang == "zh" or lang is None', [T, F, T, T]),
        ('lang in ["zh", "ja"]', [T, F, N, N]),
        ('lang not in ["zh", "ja"]', [F, T, N, N]),
        ('lang is not None and lang in ("en",)', [F, T, F, F]),
        ("lang_score >= 0.65", [T, T, N, N]),
        ("lang_score > 0.65", [F, T, N, N]),
        ("0.5 < lang_score <= 0.65", [T, F, N, N]),
        ("lang_score is None", [F, F, T, T]),
        ("bad / words <= 0.1", [T, F, N, N]),
        ("bad / words < 0.1", [F, F, N, N]),
        ("bad * 0.1 == 0.7", [T, F, F, F]),
        ("bad / 3 * 3 == bad", [T, T, T, T]),
        ("-bad + 7 == 0", [T, F, F, F]),
        ("bad / 0 is None", [T, T, T, T]),
        ("(bad + 1) / (bad - 8) < 0", [T, T, T, T]),
        ("bad / -7 >= -0.5", [F, T, T, T]),
        ("words == words", [T, T, N, T]),
        ("len(text) == 6", [T, F, N, F]),
        ('contains(text, "你好")', [T, F, N, F]),
        ('startswith(lower(text), "hell")', [F, T, N, F]),
        ('endswith(text, "。")', [T, F, N, F]),
        (r'matches(url, r"^https?://a\.com/")', [F, T, N, F]),
        (r'matches(text, r"\p{Han}{2}")', [T, F, N, F]),
        ('matches(url, "(?i)/b")', [F, T, N, F]),
        ('has_reason("c4-lorem")', [T, F, F, F]),
        ('"x" in reasons', [T, N, F, T]),
        ("len(reasons) > 1", [T, N, F, F]),
        ("len(raw) == 3", [T, N, N, F]),
        ('when == date("1970")', [T, F, N, F]),
        ('when < date("1970-01-01T00:00:00.000001Z")', [T, F, N, T]),
        ("metadata.stars >= 10", [T, N, T, N]),
        ("metadata.repo.stars == 5", [T, N, N, N]),
        ('metadata.repo["odd name"] == "x"', [T, N, N, N]),
        ('metadata["repo"]["stars"] is None', [F, T, T, T]),
        ('metadata.类别 == "新闻"', [T, N, F, N]),
        ('contains(metadata["类别"], "网")', [F, N, T, N]),
        ('"code" in metadata.tags', [T, N, F, N]),
        ("3 in metadata.tags", [T, N, F, N]),
        ("4 not in metadata.tags", [T, N, T, N]),
        ('all_in(metadata.tags, ["code", "中文", "x"])', [F, N, T, N]),
        ('any_in(metadata.tags, ["x", "中文"])', [T, N, F, N]),
        ("any_in(metadata.tags, [2, 3.0])", [T, N, F, N]),
        ("all_in(metadata.tags, [3])", [F, N, T, N]),
        ('all_in(reasons, ["x", "c4-lorem"])', [T, N, T, T]),
        ('any_in(reasons, ["c4-lorem"])', [T, N, F, F]),
        ("number(metadata.written) > 13", [T, T, N, N]),
        ("number(metadata.stars) == 12", [T, N, F, N]),
        ("number(metadata.written) is None", [F, F, T, T]),
        ("number(text) is None", [T, T, T, T]),
        ("number(words) == 70", [T, F, N, F]),
        ('number("0.1") * words == 7', [T, F, N, F]),
        ("len(metadata.tags) == 3", [T, F, F, N]),
        ("len(metadata.tags) == 4", [F, T, F, N]),
        ("metadata.flag", [T, N, F, N]),
        ("not metadata.flag", [F, N, T, N]),
        ("metadata.flag == True", [T, N, F, N]),
        ("metadata.score == 0.1", [T, F, F, N]),
        ("metadata.score > 5", [F, F, T, N]),
        ("metadata.score in [0.1, 1]", [T, T, F, N]),
        ("metadata.stars == metadata.stars", [T, T, T, N]),
        ('metadata["class"] == "a"', [T, N, N, N]),
        ('metadata.date >= "2024-05-02"', [T, T, F, N]),
        ('date(metadata.date) >= date("2024-05-01")', [T, N, F, N]),
        ('metadata.date < date("2024-05-01")', [F, N, T, N]),
        ('metadata.date in [date("2024-05-02"), date("2025")]', [T, N, F, N]),
        ("metadata is None", [F, F, F, T]),
        ('lang == "en" or metadata.missing > 1', [N, T, N, N]),
        ('lang == "en" and metadata.missing > 1', [F, N, N, N]),
        ("True", [T, T, T, T]),
        ("  lang\n==\n'zh'  ", [T, F, N, N]),
    ],
)
def test_meaning(text: str, expected: list[bool | None]) -> None:
    expression = parse_expression(text)
    assert expression.truth(BATCH).to_pylist() == expected
    assert expression.evaluate(BATCH).tolist() == [value is True for value in expected]
    assert expression.truth(BATCH.slice(1)).to_pylist() == expected[1:]
    assert expression.truth(BATCH.slice(0, 0)).to_pylist() == []
    assert [
        value for row in range(4) for value in expression.truth(BATCH.slice(row, 1)).to_pylist()
    ] == expected, "no row depends on its neighbours"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty expression"),
        (" ", "an empty expression"),
        ("langg == 'zh'", "character 1 of `langg == 'zh'`: no column langg; did you mean lang?"),
        ("stars > 1", "no column stars; a field of the input is metadata.stars"),
        ("lang == 'zh' and wrods > 1", "character 18 of .*did you mean words"),
        ('contains(text, "中文") and langg == "zh"', "character 26 of"),
        ("lang = 'zh'", "character 6 .*write `==` for `=`"),
        ("lang == 'zh' && words > 1", "character 14 .*write `and` for `&&`"),
        ("lang == 'zh' || words > 1", "write `or` for `\\|\\|`"),
        ("!metadata.flag", "write `not` for `!`"),
        ("bad & words", "write `and` for `&`"),
        ("url == null", "write `None` for `null`"),
        ("metadata.flag == true", "write `True` for `true`"),
        ("url == None", "nothing is equal to None; write `is None`"),
        ("url != None", "write `is not None`"),
        ("url is 'x'", "`is` is for None alone"),
        ("lang == “zh”", "character 9 .*write operators, quotes and brackets in ASCII"),
        ("（lang == 'zh'）", "in ASCII"),
        ("metadata.class == 'a'", 'write \\["class"\\] without the dot'),
        ("lang > 1", "a string cannot be compared with a number"),
        ("when > '2024'", "a date cannot be compared with a string; write date"),
        ("reasons == 'x'", "a value of type list cannot be compared; write `x in list`"),
        ("raw == 'x'", "a value of type bytes cannot be compared"),
        ("metadata == 'x'", "metadata is an object; name a field of it"),
        ("metadata", "this is a whole object"),
        ("(lang == 'zh') < True", "booleans have no order"),
        ("'a' in text", 'write contains\\(x, "part"\\)'),
        ("'a' in 'abc'", 'write contains\\(x, "part"\\)'),
        ("lang in ['zh', 1]", "the list mixes number and string"),
        ("lang in []", "an empty list"),
        ("lang in [words]", "a list holds strings, numbers or dates"),
        ("lang in words", "`in` looks into a list, not into a number"),
        ("1 in reasons", "a number cannot be in a list of string values"),
        ("metadata.a in metadata.b", "neither the value nor the list says its type"),
        ("lang", "a condition is true or false; this is a string"),
        ("lang and words > 1", "`and` joins conditions; this is a string"),
        ("words + lang > 1", "`\\+` calculates with numbers; this is a string"),
        ("words ** 2 > 4", "the operator in `words \\*\\* 2` cannot be used"),
        ("words // 2 > 4", "cannot be used"),
        ("len(words) > 1", "len counts characters or items; this is a number"),
        ("number(reasons) > 1", "number reads strings; this is a list"),
        ("number(metadata) > 1", "number reads strings"),
        ("number(text)", "a condition is true or false; this is a number"),
        ("all_in(text, ['a'])", "all_in looks at the items of a list of the document"),
        ("any_in(['a'], ['a'])", "any_in looks at the items of a list of the document"),
        ("all_in(metadata, ['a'])", "all_in looks at the items of a list of the document"),
        ("any_in(reasons, text)", "any_in takes a list that is written out"),
        ("any_in(reasons, [1])", "a list of string values cannot hold a number"),
        ("len(text, 2) > 1", "len takes 1 argument"),
        ("contains(text)", "contains takes 2 arguments"),
        ("contains(text, lang)", "takes a string that is written out"),
        ("contain(text, 'x')", "no function contain; did you mean contains\\?"),
        ("text.startswith('a')", "write startswith\\(x, …\\) for x.startswith"),
        ("url.host == 'x'", "character 1 .*url has no fields"),
        ("metadata[0] == 1", "brackets hold the name of a field"),
        ("matches(url, '(a')", "not a regular expression of RE2: missing \\)"),
        ("matches(url, '\\d')", 'invalid escape sequence.*write a regular expression as r"…"'),
        ("matches(url, '\\bfoo')", "the pattern holds a control character"),
        ("matches(url, r'(a)\\1')", "not a regular expression of RE2"),
        ("date('5 May') > date('2024')", '"5 May" is no date; write 2024-05-01'),
        ("date('2023-02-29') > date('2024')", "is no date"),
        ("words > 0.1234567890123456", "beyond 15 digits"),
        ("words > 1e999", "beyond 15 digits or 1e308"),
        ("words > 1j", "the constant 1j cannot be used"),
        ("words > 1 # half", "character 11 .*comments are not read"),
        ("lang in ['zh' 'en']", "character 15 .*two strings side by side; write a comma"),
        ("f'{lang}' == 'x'", "a Python joined str cannot be used"),
        ("(lambda: 1)() == 1", "no function"),
        ("[x for x in reasons] == 1", "a Python list comp cannot be used"),
        ("words if bad else words", "a Python if exp cannot be used"),
        ("__import__('os').system('ls')", "no function __import__"),
        ("().__class__.__bases__", "a Python tuple has no fields"),
        ("metadata.__class__ == 1 and (x := 1)", "cannot be used"),
        ("lang == 'zh'; import os", "invalid syntax"),
        ("a\0b", "null"),
        ("lang == '\ud800'", "not an expression|surrogates"),
        ("(" * 10_000, "more than 10,000|nested deeper than 50"),
        ("(" * 300 + "words" + ")" * 300, "nested deeper than 50"),
        ("-" * 9_000 + "1 > 0", "nested deeper than 50"),
        ("not " * 2_000 + "True", "nested deeper than 50"),
        ("words" + "+1" * 4_000 + " > 0", "nested deeper than 50"),
        ("words" + " + 1" * 250_000 + " > 0", "characters long; at most 10,000 are read"),
        ('matches(text, "' + "((a{1000}){1000}){1000}" + '")', "invalid repetition"),
        ('matches(text, "' + "a{1000}" * 1_200 + '")', "too large"),
    ],
)  # fmt: skip
def test_refusals_are_one_line(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parse_expression(text).evaluate(BATCH)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_regular_expression_takes_linear_time() -> None:
    """A pattern that takes a backtracking engine for ever."""
    batch = pa.record_batch({"text": ["a" * 50_000 + "!"]})
    assert parse_expression('matches(text, "^(a+)+$")').evaluate(batch).tolist() == [False]


def test_large_numbers_are_exact_in_every_row() -> None:
    big = pa.array([2**63 - 1, -(2**63), 3, None], pa.int64())
    batch = pa.record_batch({"a": big, "u": pa.array([2**64 - 1, 0, 3, None], pa.uint64())})
    for text, expected in [
        ("a * a * a > 0", [T, F, T, N]),
        ("-a == 9223372036854775808", [F, T, F, N]),
        ("a + 1 > a", [T, T, T, N]),
        ("u + 1 == 18446744073709551616", [T, F, F, N]),
        ("a / u * u == a", [T, N, T, N]),
        ("a / 7 / 7 / 7 * 343 == a", [T, T, T, N]),
        ("1e308 * 1e308 > a", [T, T, T, N]),
    ]:
        assert parse_expression(text).truth(batch).to_pylist() == expected, text


def test_columns_of_other_arrow_types() -> None:
    batch = pa.record_batch(
        {
            "d": pa.array(["zh", None, "en"]).dictionary_encode(),
            "l": pa.array(["zh", None, "en"], pa.large_string()),
            "v": pa.array(["zh", None, "en"], pa.string_view()),
            "n": pa.nulls(3),
            "day": pa.array([0, 1, None], pa.date32()),
            "zone": pa.array([0, 1, None], pa.timestamp("ns", "Asia/Shanghai")),
            "x": pa.array([[1, 2], [], None], pa.large_list(pa.int16())),
            "f": pa.array([["zh"], None, ["x"]], pa.list_(pa.string(), 1)),
            "dec": pa.array([1, 2, None], pa.decimal128(5, 2)),
            "s": pa.array([{"a": 1}, None, {"a": 2}]),
        }
    )
    for text, expected in [
        ("d == l and l == v", [T, N, T]),
        ('d in ["zh"] or contains(v, "n")', [T, N, T]),
        ("n is None and s is not None", [T, F, T]),
        ('n == "zh" or n > 1', [N, N, N]),
        ('day == date("1970-01-01")', [T, F, N]),
        ('zone == date("1970-01-01")', [T, T, N]),
        ('"zh" in n', [N, N, N]),
        ("len(n) == 0", [N, N, N]),
        ("2 in x", [T, F, N]),
        ("len(x) == 0", [F, T, N]),
        ('"zh" in f', [T, N, F]),
        ("dec >= 1.5", [F, T, N]),
    ]:
        assert parse_expression(text).truth(batch).to_pylist() == expected, text


def test_metadata_beyond_doubles_keep_their_other_numbers() -> None:
    batch = pa.record_batch({"metadata": ['{"a": 1e999, "n": 3, "big": 12345678901234567890123}']})
    for text in ("metadata.a > 1e300", "metadata.n * 0.1 == 0.3", "metadata.big > 10000000000"):
        assert parse_expression(text).truth(batch).to_pylist() == [True]


def test_what_it_reads() -> None:
    text = 'len(text) > 1 and metadata.a.b == 1 and not has_reason("x") and lang in ["zh"]'
    expression = parse_expression(text)
    assert expression.columns == ("lang", "metadata", "reasons", "text")
    assert pickle.loads(pickle.dumps(expression)) == expression


def test_no_warning_escapes() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(ConfigError):
            parse_expression(r"matches(url, '\d')")
    assert seen == []


# The slow twin: pairs of a text and of what it means for one row, a mapping.

Meaning = Callable[[dict[str, Any]], Any]
Pair = tuple[str, Meaning]


def near(value: Any) -> float:
    """Returns the double nearest to a fraction."""
    try:
        return value if isinstance(value, float) else value.numerator / value.denominator
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def calculated(sign: str, a: Any, b: Any) -> Any:
    if a is None or b is None:
        return None
    if isinstance(a, float) or isinstance(b, float):
        a, b = near(a), near(b)
    if sign == "/" and b == 0:
        return None
    try:
        value = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[
            sign
        ]()
    except OverflowError:
        value = float("inf") if (a > 0) == (b > 0) else float("-inf")
    return None if value != value else value


def compared(sign: str, a: Any, b: Any) -> bool | None:
    if a is None or b is None:
        return None
    if isinstance(a, float) or isinstance(b, float):
        a, b = near(a), near(b)
    signs = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}
    return bool(signs[sign])


def field(row: dict[str, Any], *path: str) -> Any:
    value: Any = row["metadata"]
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def number(value: Any) -> Any:
    if type(value) is int:
        return Fraction(value) if -(2**63) <= value < 2**64 else float(value)
    return value if type(value) is float else None


def string(value: Any) -> Any:
    return value if type(value) is str else None


def boolean(value: Any) -> Any:
    return value if type(value) is bool else None


LITERALS: list[Any] = [0, 1, 2, 7, 0.1, 0.5, 1.25, 3e10, 2**62]
WORDS = ["zh", "中文", "新", "", "Ab", "2024-05-01"]
SIGNS = ["<", "<=", ">", ">=", "==", "!="]


def numbers() -> st.SearchStrategy[Pair]:
    leaves = st.sampled_from(
        [
            *[(repr(x), lambda row, x=x: Fraction(repr(x))) for x in LITERALS],
            ("n", lambda row: None if row["n"] is None else Fraction(row["n"])),
            ("x", lambda row: row["x"]),
            ("metadata.k", lambda row: number(field(row, "k"))),
            ("metadata.键.k", lambda row: number(field(row, "键", "k"))),
            ("len(s)", lambda row: None if row["s"] is None else Fraction(len(row["s"]))),
        ]
    )

    def grow(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
        return st.tuples(inner, st.sampled_from("+-*/"), inner).map(
            lambda t: (
                f"({t[0][0]} {t[1]} {t[2][0]})",
                lambda row: calculated(t[1], t[0][1](row), t[2][1](row)),
            )
        )

    return st.recursive(leaves, grow, max_leaves=4)


def strings() -> st.SearchStrategy[Pair]:
    return st.sampled_from(
        [
            *[(repr(x), lambda row, x=x: x) for x in WORDS],
            ("s", lambda row: row["s"]),
            ("metadata.k", lambda row: string(field(row, "k"))),
            ("lower(s)", lambda row: None if row["s"] is None else row["s"].lower()),
        ]
    )


def held(row: dict[str, Any], value: str) -> bool | None:
    tags = field(row, "tags")
    return value in [tag for tag in tags if type(tag) is str] if type(tags) is list else None


def conditions() -> st.SearchStrategy[Pair]:
    def comparison(side: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
        # Two fields have no type; a literal or a column gives it one.
        return (
            st.tuples(side, st.sampled_from(SIGNS), side)
            .filter(lambda t: not (t[0][0].startswith("meta") and t[2][0].startswith("meta")))
            .map(
                lambda t: (
                    f"{t[0][0]} {t[1]} {t[2][0]}",
                    lambda row: compared(t[1], t[0][1](row), t[2][1](row)),
                )
            )
        )

    def listed(row: dict[str, Any], meaning: Meaning, words: list[str]) -> bool | None:
        value = meaning(row)
        return None if value is None else value in words

    leaves = st.one_of(
        comparison(numbers()),
        comparison(strings()),
        strings().map(lambda p: (f"{p[0]} is None", lambda row: p[1](row) is None)).filter(
            lambda p: not p[0].startswith("meta")
        ),
        st.just(("metadata.k is None", lambda row: field(row, "k") is None)),
        st.just(("metadata.flag", lambda row: boolean(field(row, "flag")))),
        st.sampled_from(WORDS).map(
            lambda w: (f"{w!r} in metadata.tags", lambda row: held(row, w))
        ),
        st.tuples(strings(), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)).map(
            lambda t: (f"{t[0][0]} in {t[1]!r}", lambda row: listed(row, t[0][1], t[1]))
        ),
        st.sampled_from(WORDS).map(
            lambda w: (
                f"contains(s, {w!r})", lambda row: None if row["s"] is None else w in row["s"]
            )
        ),
    )  # fmt: skip

    def both(word: str, a: Any, b: Any) -> bool | None:
        decisive = word == "or"
        if a is decisive or b is decisive:
            return bool(decisive)
        return None if a is None or b is None else not decisive

    def grow(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
        joined = st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda t: (
                f"({t[0][0]} {t[1]} {t[2][0]})",
                lambda row: both(t[1], t[0][1](row), t[2][1](row)),
            )
        )
        turned = inner.map(
            lambda p: (
                f"(not {p[0]})", lambda row: None if (v := p[1](row)) is None else not v
            )
        )  # fmt: skip
        return st.one_of(joined, turned)

    return st.recursive(leaves, grow, max_leaves=5)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "n": st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-9, 9),
            "x": st.none() | st.floats(allow_nan=False) | st.sampled_from([0.1, 0.5, 1.0]),
            "s": st.none() | st.sampled_from([*WORDS, "X中文y"]),
            "metadata": st.dictionaries(
                st.sampled_from(["k", "键", "tags", "flag"]),
                st.one_of(
                    st.none(), st.booleans(), st.integers(-9, 9), st.floats(-10, 10),
                    st.integers(2**60, 2**70), st.sampled_from(WORDS),
                    st.lists(st.sampled_from([*WORDS, 1, None]), max_size=3),
                    st.fixed_dictionaries({"k": st.integers(-9, 9)}),
                ),
            ),
        }
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(conditions(), ROWS)
def test_equals_the_slow_twin(pair: Pair, rows: list[dict[str, Any]]) -> None:
    text, meaning = pair
    batch = pa.record_batch(
        {
            "n": pa.array([row["n"] for row in rows], pa.int64()),
            "x": pa.array([row["x"] for row in rows], pa.float64()),
            "s": pa.array([row["s"] for row in rows], pa.string()),
            "metadata": [json.dumps(row["metadata"], ensure_ascii=False) for row in rows],
        }
    )
    assert parse_expression(text).truth(batch).to_pylist() == [meaning(row) for row in rows]


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("lang textmd0.1\"'()[]<>=!&|#\\\n中“：and or not in")))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    with contextlib.suppress(ConfigError):
        parse_expression(text).evaluate(BATCH)
