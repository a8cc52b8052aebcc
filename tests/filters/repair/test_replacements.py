"""What expressions find becomes something else: those of the package, and a user's own."""

import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.repair.options import RepairOptions, Replace
from corpus_pipeline.filters.repair.replacements import load_replacements, replace
from corpus_pipeline.filters.repair.step import Repair

ADDRESSES = [
    ("see https://a.org/x?y=1#z now", "see  now"),
    ("HTTP://A.ORG and www.a.org, too.", " and , too."),
    ("(https://a.org/x_(y)) and (www.b.org).", "() and ()."),
    ("见http://a.org/b。好，www.a.cn/路径，好", "见。好，，好"),
    ("ftp://a.org/b.txt; <https://a.org>", "; <>"),
    ("[text](https://a.org)", "[text]()"),
    ("mail git@a.org:b/c.git, a.org, awww.b, http:// and https", None),
    ("**https://a.org**", "****"),
]

MARKDOWN = [
    ("# Head\ntext ## no\n### 3 ###\n#no", "Head\ntext ## no\n3\n#no"),
    ("a **b c** *d* __e__ _f_ `g`", "a b c d e f g"),
    ("**a *b* c**", "a b c"),
    ("[a](https://x.org) ![b](c.png \"t\") [d] (e)", "a b [d] (e)"),
    ("这是*斜体*和**粗体**。", "这是斜体和粗体。"),
    ("2*3*4 a * b * c snake_case_name * item", None),
    ("__init__.py", "init.py"),
    ("- item\n* item\n> quoted\n```\ncode\n```", None),
]  # fmt: skip


NOTICES = [
    ("/* Copyright 2023 A */\n\nint a;", "int a;"),
    ("/*\n * a.c\n *Copyright (c) A\n **/\nint a; /* copyright */", "int a; /* copyright */"),
    ("/* a */\nint a; /* copyright */", None),
    ("#!/bin/sh\n# Licensed under the GPL.\n# More.\n\n# code\necho", "#!/bin/sh\n# code\necho"),
    ("# a.py\n# SPDX-License-Identifier: MIT\nimport a\n# copyright", "import a\n# copyright"),
    ("// ALL RIGHTS RESERVED", ""),
    ("# a heading\n\nThe copyright holder", None),
    ("-- copyright A\nselect 1", "select 1"),
    ("<?php\n/* copyright */\necho 1;", "<?php\necho 1;"),
    ("%% All rights reserved\n-module(a).", "-module(a)."),
    ("The text says copyright.", None),
]


def replaced(text: str, *listed: Replace | str) -> str:
    """A text after replacements."""
    done: str = replace(pa.array([text]), load_replacements(listed))[0].to_pylist()[0]
    return done


@pytest.mark.parametrize(("text", "after"), ADDRESSES)
def test_addresses(text: str, after: str | None) -> None:
    assert replaced(text, "addresses") == (text if after is None else after)


@pytest.mark.parametrize(("text", "after"), MARKDOWN)
def test_markdown(text: str, after: str | None) -> None:
    assert replaced(text, "markdown") == (text if after is None else after)


@pytest.mark.parametrize(("text", "after"), NOTICES)
def test_notices(text: str, after: str | None) -> None:
    assert replaced(text, "notices") == (text if after is None else after)


def test_expressions_see_what_those_before_have_left() -> None:
    listed = (Replace(pattern="a", by="b"), Replace(pattern="(b+)c", by=r"<\1>"))
    assert replaced("aba1c", *listed) == "bbb1c"
    assert replaced("aac", *listed) == "<bb>"


@given(st.lists(st.text("ab1 ", max_size=8), max_size=5))
def test_characters_that_were_found_are_counted(texts: list[str]) -> None:
    """As Python's expressions find them."""
    listed = [Replace(pattern=r"a+1", by="x"), Replace(pattern="b", by="b")]
    after, chars = replace(pa.array(texts, pa.string()), load_replacements(listed))
    assert after.to_pylist() == [re.sub("a+1", "x", text) for text in texts]
    assert chars.tolist() == [sum(map(len, re.findall("a+1", text))) for text in texts]


def test_the_step_replaces_last_and_leaves_what_was_dropped() -> None:
    options = RepairOptions(mojibake=False, gbk=False, width="letters",
                            replace=(Replace(pattern="AB", by="C"), "addresses"))  # fmt: skip
    step = Repair(options)
    step.check()
    step.open()
    reasons = pa.array([None, None, "old", None, None], pa.string())
    batch = pa.record_batch(
        {
            "text": pa.array(["ＡＢ www.a.org", "clean", "AB", None, "AB"], pa.string()),
            "drop_reason": reasons,
            "reasons": pa.array([None] * 5, pa.list_(pa.string())),
        }
    )
    after = step.apply(batch)
    assert after["text"].to_pylist() == ["C ", "clean", "AB", None, "C"]
    assert after["repair_changed"].to_pylist() == [
        ["width", "replace"], None, None, None, ["replace"]
    ]  # fmt: skip
    assert after["repair_chars"].to_pylist() == [2 + 2 + 9, 0, None, None, 2]
    assert step.apply(batch.slice(1)).to_pylist() == after.slice(1).to_pylist()


@pytest.mark.parametrize(
    ("pattern", "by", "said"),
    [("(a", "", r"^repair\.replace\.0: .*missing \)"), ("a", r"\1", "parenthesized"),
     ("(?<=a)b", "", "perl operator"), ("a*", "", "finds the empty text")],
)  # fmt: skip
def test_expressions_that_cannot_be_meant(pattern: str, by: str, said: str) -> None:
    options = RepairOptions(mojibake=False, gbk=False, replace=(Replace(pattern=pattern, by=by),))
    with pytest.raises(ConfigError, match=said):
        Repair(options).check()


@pytest.mark.parametrize(
    "wrong", [{"pattern": ""}, {"pattern": "a", "by": "b" * 33}, {"by": "b"}, "emails"]
)
def test_settings_that_cannot_be_meant(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        RepairOptions.model_validate({"replace": [wrong]})
