"""What counts of an evaluation item: not its template, its passage, its quotations, its answer."""

import dataclasses
import random
from typing import Any

import numpy as np
import pytest
from dedup.contamination_items import (
    EGGS,
    ITEMS,
    OTHER,
    TRAINS,
    found,
    index_of,
    judge,
    with_answers,
)

from corpus_pipeline.dedup import contamination_build
from corpus_pipeline.dedup.contamination_index import NEVER

# Templates

STEPS = {"en": ("left", "right", "forward", "back"), "zh": ("向左", "向右", "向前", "向后")}


def puzzle(language: str, seed: int) -> str:
    """An item of a set that one template has made."""
    rng = random.Random(seed)
    moves = [(rng.randrange(1, 10), rng.choice(STEPS[language])) for _ in range(12)]
    if language == "zh":
        return (
            "如果你照着下面的指示走，最后会不会回到出发的地方？请始终面朝前方。"
            + "".join(f"{where}走{n}步。" for n, where in moves)
            + "选项：会，不会。"
        )
    return (
        "If you follow these instructions, do you return to the starting point? Always face "
        "forward. " + "".join(f"Take {n} steps {where}. " for n, where in moves) + "Options: Yes No"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_new_items_of_a_template_are_clean(language: str) -> None:
    items = {f"i{i:03}": puzzle(language, i) for i in range(200)}
    new = [puzzle(language, 1000 + i) for i in range(200)]
    known = list(items.values())
    index = index_of(items)
    assert found(new, index) == {}
    assert len(found(known, index)) == 200


COLOURS = {
    "en": ("red", "blue", "green", "grey", "white", "black", "brown", "pink", "teal", "gold"),
    "zh": ("红", "蓝", "绿", "灰", "白", "黑", "棕", "粉", "青", "金"),
}
MADE = {
    "en": ("tin", "oak", "silk", "wool", "clay", "bone", "jade", "cork", "wax", "felt"),
    "zh": ("锡", "木", "丝", "毛", "泥", "骨", "玉", "铁", "蜡", "纸"),
}
THINGS = {
    "en": ("cup", "ring", "book", "lamp", "fork", "sock", "coin", "drum", "vase", "kite"),
    "zh": ("杯", "戒", "书", "灯", "叉", "袜", "币", "鼓", "瓶", "筝"),
}


def shelf(language: str, seed: int) -> str:
    """An item of a template that leaves room for much of its own."""
    rng = random.Random(seed)
    kinds = [each[language] for each in (COLOURS, MADE, THINGS)]
    things = [[rng.choice(words) for words in kinds] for _ in range(16)]
    if language == "zh":
        return "架子上有" + "，".join("".join(thing) for thing in things) + "。最左边是什么？"
    named = ", ".join(f"a {' '.join(thing)}" for thing in things)
    return f"On the shelf there are {named}. What is the leftmost of them?"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_run_of_a_template_is_enough(language: str) -> None:
    items = [shelf(language, i) for i in range(60)]
    index = index_of({f"i{i:02}": item for i, item in enumerate(items)})
    halves = [*(item[: len(item) // 2] for item in items), *(i[len(i) // 2 :] for i in items)]
    assert set(found(halves, index)) == set(range(120))
    assert found([shelf(language, 1000 + i) for i in range(60)], index) == {}
    # Where no share of an item is enough, an uninterrupted run of it is.
    every = np.full(60, 10**6)
    strict = dataclasses.replace(index, least=every, runs=index.bits * 2 // 5)
    assert set(found(halves, strict)) == set(range(120))
    never = dataclasses.replace(index, least=every, runs=np.full(60, NEVER))
    assert found(halves, never) == {}
    middle = len(halves[0]) // 2
    apart = [f"{half[: middle // 2]} {half[middle:]}" for half in halves]
    assert found(apart, strict) == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_introductions_that_items_share_do_not_count(language: str) -> None:
    rng = random.Random(3)
    words = [f"{a}{b}" for a in ("bra", "clo", "dri", "fle") for b in ("ston", "mar", "vey", "dal")]
    if language == "zh":
        words = list("山水火木金土日月星云风雨雷电草花鸟鱼虫马牛羊狗猫米豆瓜果茶酒盐糖")
    space = "" if language == "zh" else " "

    def say(count: int) -> str:
        return space.join(rng.choices(words, k=count))

    stop = "。" if language == "zh" else ". "
    # Two items and a new one have each introduction, and ask something of their own.
    intros = [stop.join(say(14) for _ in range(4)) + stop for _ in range(20)]
    asked = [[say(26) + ("？" if language == "zh" else "?") for _ in range(3)] for _ in intros]
    items = {
        f"i{i:02}-{k}": f"{intro}{asked[i][k]}" for i, intro in enumerate(intros) for k in (0, 1)
    }
    index = index_of(items)
    new = [f"{intro}{asked[i][2]}" for i, intro in enumerate(intros)]
    assert found([*new, *intros], index) == {}
    known = list(items.values())
    assert len(found(known, index)) == 40
    assert len(found([each[0] for each in asked], index)) == 20


def test_indistinct_items_are_found_whole_also_if_they_repeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def all_of_it(parts: Any, *_: Any) -> tuple[Any, Any]:
        return np.full(len(parts.ids), 10**6), np.full(len(parts.ids), NEVER)

    monkeypatch.setattr(contamination_build, "_learnt", all_of_it)
    index = index_of({"a": EGGS, "b": EGGS, "c": TRAINS})
    assert index.whole.tolist() == [True, False, True]
    assert found([EGGS, TRAINS, EGGS[:100]], index) == {0: "a", 1: "c"}


def test_half_an_item_whose_other_half_is_a_template() -> None:
    rule = (
        "Read the following passage with care and then answer the question that comes after it. "
        "Write the letter of the answer that fits best and give your reasons in one sentence. "
    )
    own = [
        "The miller's daughter hid nineteen copper coins beneath a loose board of the old bridge.",
        "Nobody in Tallinn remembers which lighthouse keeper planted the crooked cherry trees.",
        "Seven geologists measured the salt cave twice because their barometer had frozen solid.",
        "春天的第一场雨过后，磨坊主的女儿在旧桥的木板下面藏了十九枚铜钱。",
    ]
    items = {f"i{i}": rule + text for i, text in enumerate(own)}
    index = index_of({**items, **{f"r{i}": f"{rule}{w}" for i, w in enumerate("abcdefghijk")}})
    texts = [text[len(text) // 3 :] for text in own]
    assert found([*texts, rule], index) == {0: "i0", 1: "i1", 2: "i2", 3: "i3"}


def test_signs_count_where_items_have_nothing_else() -> None:
    rule = "Complete the rest of the sequence, so that the brackets are closed. Input: "
    signs = random.Random(5)
    tails = list({" ".join(signs.choices("[]()<>", k=9)) for _ in range(40)})
    index = index_of({f"i{i:02}": rule + tail for i, tail in enumerate(tails[:20])})
    assert index.whole.all()
    assert found([rule + tail for tail in tails[20:]], index) == {}
    known = [f"> 1.\n{rule.upper()}{tail.replace(' ', '')}\nMore." for tail in tails[:20]]
    assert found(list(known), index) == {i: f"i{i:02}" for i in range(20)}


def test_items_of_equal_words_are_one_item() -> None:
    index = index_of({f"copy-{i:02}": EGGS for i in range(20)})
    assert judge([EGGS], index)["item"].to_pylist() == ["copy-00"]
    assert index.duplicate.sum() == 19
    # A set that has an item a thousand times costs no more than one that has it once.
    assert len(index.items) == len(index_of({"one": EGGS}).items)


# Public text

QUOTED = {
    "en": "Whoever plants a walnut tree does not count on eating its nuts, and yet the wise of "
    "every age have planted walnut trees along the road that their grandchildren will take to town",
    "zh": "凡种下胡桃树的人都不指望自己吃到果实，然而历代的智者仍旧在子孙进城要走的大路两旁种满了"
    "胡桃树，并且一年又一年地为它们浇水除草，从来没有人向他们道谢",
}
ASKED = {
    "en": "Which of the following views on public works would the author most probably share "
    "with the reformers of the following century?",
    "zh": "下列关于公共工程的看法之中，哪一种最有可能为作者和下一个世纪的改革者们所共同持有？",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_quotes_what_an_item_quotes_is_clean(language: str) -> None:
    quoted, asked = QUOTED[language], ASKED[language]
    index = index_of({"item": f"“{quoted}.”\n{asked}"})
    assert found([quoted, f"Chapter 1. {quoted}! 第二章"], index) == {}
    assert found([asked, f"{quoted}. {asked}"], index) == {0: "item", 1: "item"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_long_passage_before_the_question_is_public(language: str) -> None:
    passage = " ".join(f"{QUOTED[language]} ({i} {i * 7})." for i in range(7))
    index = index_of({"item": f"{passage}\n{ASKED[language]}"})
    assert found([passage], index) == {}
    assert found([f"{passage} {ASKED[language]}", ASKED[language]], index) == {0: "item", 1: "item"}


def test_a_law_that_options_restate_is_clean() -> None:
    clauses = [
        "因买卖、设定抵押权申请不动产登记的，应当由当事人双方共同提出申请",
        "尚未登记的不动产首次申请登记的，可以由当事人单方提出登记申请",
        "继承、接受遗赠取得不动产权利的，可以由当事人单方提出登记申请",
        "人民法院的生效法律文书变更不动产权利的，可以由当事人单方提出申请",
    ]
    numbered = [f"（{n}）{c}；" for n, c in zip("一二三四", clauses, strict=True)]
    options = [f"({n}){c}" for n, c in zip("ABCD", reversed(clauses), strict=True)]
    law = "\n".join(["第十四条　登记依照下列规定办理：", *numbered])
    asked = "小王继承了一套旧房子，准备去办手续。下列哪些说法是错误的？"
    item = "\n".join([asked, *options])
    index = index_of({"item": item})
    assert found([law, item, item[: len(item) // 2], item[len(item) // 2 :]], index) == {
        1: "item", 2: "item", 3: "item",
    }  # fmt: skip


def test_words_of_many_documents_are_a_quotation_unless_the_item_is_there() -> None:
    quoted, asked = QUOTED["en"], ASKED["en"]
    # Without its quotation marks nothing shows that these words are public.
    index = index_of({"item": f"{quoted}. {asked}", **ITEMS})
    pages: list[str | None] = [f"Page {i}. {quoted}. End." for i in range(30)]
    assert len(found(pages[:10], index)) == 10
    assert found(pages, index) == {}
    # The leaked set is found however often it was copied, beside those who quote.
    leaked: list[str | None] = [f"Copy {i}. {quoted}. {asked}" for i in range(100)]
    assert set(found([*pages, *leaked], index)) == set(range(30, 130))
    half: list[str | None] = [f"{EGGS} {OTHER} {quoted}. {i}" for i in range(100)]
    assert set(found(half, index)) == set(range(100))
    assert "item" in judge(half, index)["item"].to_pylist(), "three items stand side by side"
    # One document counts once, whatever it repeats.
    assert set(found([f"{quoted}. " * 30], index)) == {0}


# Questions and answers


def test_answers_count_only_beside_their_question() -> None:
    answer = "Janet sells nine eggs a day, and nine eggs at two dollars each are eighteen dollars."
    index = with_answers([(EGGS, answer), (TRAINS, "需要的时间一共是三十七分钟，其中停车六分钟。")])
    some = " ".join(EGGS.split()[:10])
    assert found([answer, f"{EGGS}\n{answer}", EGGS, f"{some} {answer}"], index) == {
        1: "a0", 2: "q0", 3: "a0",
    }  # fmt: skip
    rows = judge([f"{EGGS}\n{answer}"], index)["item"].to_pylist()
    assert rows == ["a0", "q0"]
