"""Rules on lines of Chinese pages, and what a document loses by them."""

from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.keywords.measures import build_matcher
from corpus_pipeline.filters.lines.columns import RULES
from corpus_pipeline.filters.lines.edits import Listed, find_lines
from corpus_pipeline.filters.lines.options import LinesOptions
from corpus_pipeline.filters.lines.step import Lines

PROSE = "河水在夜里上涨了，村里的人都到桥上去看。"


def rules_of(text: str, **options: Any) -> list[str | None]:
    """Returns the rule that takes each line."""
    found = find_lines(pa.array([text]), LinesOptions(**options))
    return [[None, *RULES][rule] for rule in found.rules.tolist()]


@pytest.mark.parametrize(
    ("line", "goes"),
    [
        (PROSE, False),
        ("请用 TiDB Cloud 部署集群。", True),  # 6 of 15 letters are Chinese.
        ("请用 TiDB 部署集群。", False),
        ("The river rose in the night.", True),
        ("3.14159", True),
        ("----", False),
        ("日本語のひらがなだけ", True),
        ("𠀀𠀁 ab", False),
    ],
)
def test_a_share_of_letters_must_be_chinese(line: str, goes: bool) -> None:
    assert rules_of(line, min_han=0.5) == ["little_han" if goes else None]


@pytest.mark.parametrize(
    ("line", "limit", "goes"),
    [
        ("\ue601 首页", 0.0, True),
        ("\ue601 首页", 0.25, False),
        ("\ue601\ue602 首页", 0.25, True),
        ("坏\ufffd字", 0.0, True),
        ("\U000f0001", 0.5, True),
        (PROSE, 0.0, False),
    ],
)
def test_characters_that_say_nothing(line: str, limit: float, goes: bool) -> None:
    assert rules_of(line, max_private_use=limit) == ["private_use" if goes else None]


@pytest.mark.parametrize(
    "line",
    [
        "扫码关注我们的公众号", "长按扫一扫下方二维码，添加客服", "关注微信公众号：河边人家",
        "加微信 abc12345 领资料", "点击这里立即购买", "立即抢购", "咨询热线：400-123-4567",
        "限时优惠，全场八折", "全国包邮", "欢迎来电咨询", "掃描QR Code加入", "立即訂購",
        "Buy now and save 20 %", "Free shipping on all orders over $50",
        "Sign up for our newsletter", "Follow us on Facebook", "LIMITED TIME OFFER",
    ],
)  # fmt: skip
def test_advertisements(line: str) -> None:
    assert rules_of(f"{PROSE}\n{line}", advertisements=True) == [None, "advertisement"]


@pytest.mark.parametrize(
    "line",
    [
        "他用手机扫码进站。", "国家市场监督管理总局公布了投诉电话的办法。",
        "商家不得以限时为名提高价格。",
        "She could not buy now what she had not bought then, and nobody in the long and narrow "
        "street would lend her a coin for it.",
        "He ordered nothing.", "点击“提交”按钮。", "关注民生，服务群众。",
    ],
)  # fmt: skip
def test_no_advertisements(line: str) -> None:
    assert rules_of(line, advertisements=True) == [None]


def test_lorem_ipsum_and_javascript_take_lines() -> None:
    text = f"{PROSE}\nLorem ipsum dolor.\n请启用JavaScript。"
    found = rules_of(text, lorem_ipsum=True, javascript=True)
    assert found == [None, "lorem_ipsum", "javascript"]


def test_listed_words_are_those_of_the_document_s_language() -> None:
    matcher = build_matcher({"zh": ["彩票"], "en": ["casino"]})
    texts = pa.array(["彩票\n彩票和彩票\n没有", "casino 彩票", None, "彩票"])
    listed = Listed(matcher, pa.array(["zh", "en", "zh", None]))
    found = find_lines(texts, LinesOptions(max_listed_words=0), listed=listed)
    names = [[None, *RULES][rule] for rule in found.rules.tolist()]
    assert names == ["listed_words", "listed_words", None, "listed_words", None]
    one = find_lines(texts, LinesOptions(max_listed_words=1), listed=listed)
    assert [bool(rule) for rule in one.rules.tolist()] == [False, True, False, False, False]
    alone = find_lines(texts, LinesOptions(max_listed_words=0))
    assert not alone.rules.any()


def applied(texts: list[str], langs: list[str], **options: Any) -> pa.RecordBatch:
    step = Lines(LinesOptions(**options))
    step.check()
    step.open()
    rows = len(texts)
    columns = {
        "text": texts, "lang": langs, "drop_reason": pa.nulls(rows, pa.string()),
        "reasons": pa.nulls(rows, pa.list_(pa.string())),
    }  # fmt: skip
    return step.apply(pa.record_batch(columns))


def test_the_published_set_of_map_neo() -> None:
    text = f"首页 > 新闻\n{PROSE}\n好。\n请启用 JavaScript。\n这里有荡妇。"
    after = applied([text], ["zh"], rules="map-neo")
    assert after["text"].to_pylist() == [PROSE]
    taken = {
        rule: after[f"lines_removed_{rule}"][0].as_py()
        for rule in RULES
        if after[f"lines_removed_{rule}"][0].as_py()
    }
    assert taken == {"no_end_mark": 1, "few_words": 1, "javascript": 1, "listed_words": 1}
    assert after["lines_removed_at"].to_pylist() == [[1, 3, 4, 5]]


def test_a_document_goes_where_a_rule_takes_too_many_of_its_lines() -> None:
    half, more = f"{PROSE}\nA menu", f"{PROSE}\nA menu\nAnother"
    options = {"min_han": 0.3, "max_lines": {"little_han": 0.5}}
    after = applied([half, more], ["zh", "zh"], **options)
    assert after["drop_reason"].to_pylist() == [None, "lines-too-many-of-a-rule"]
    assert after["text"].to_pylist() == [PROSE, more]
    step = Lines(LinesOptions(**options))
    said = step.explain("lines-too-many-of-a-rule", after.to_pylist()[1], None)
    assert said == (
        "lines_removed_little_han/lines_before 2/3 = 0.667 > 0.5: little han 2; lines 2, 3"
    )


def test_lines_may_be_counted_and_stay() -> None:
    text = f"Menu\n{PROSE}"
    after = applied([text, "Menu"], ["zh", "en"], min_han=0.5, remove=False)
    assert after["text"].to_pylist() == [text, "Menu"]
    assert after["lines_removed_little_han"].to_pylist() == [1, 1]
    assert after["drop_reason"].to_pylist() == [None, None]


def test_word_lists_are_found_before_any_work() -> None:
    with pytest.raises(ResourceError, match="no words found"):
        Lines(LinesOptions(max_listed_words=0, word_lists="nowhere")).check()
    names = [each.key for each in Lines(LinesOptions(max_listed_words=0)).resources()]
    assert names == ["lines.word_lists"]
