"""Width, kind of Chinese characters, and the step that does all repairs."""

import pickle
import sys
import unicodedata
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.repair.chinese import CONFIGURATIONS, find_chinese
from corpus_pipeline.filters.repair.columns import REPAIR_MEASURES
from corpus_pipeline.filters.repair.options import Chinese, RepairOptions
from corpus_pipeline.filters.repair.step import Repair
from corpus_pipeline.filters.repair.texts import load_repairer, repair_texts
from corpus_pipeline.filters.repair.width import fold_width

pytest.importorskip("ftfy")
pytest.importorskip("opencc")


def folded(text: str, everything: bool = False) -> str:
    """A text in its usual width."""
    result: str = fold_width(pa.array([text]), np.array([True]), everything)[0].to_pylist()[0]
    return result


@pytest.mark.parametrize(
    ("text", "letters", "everything"),
    [
        ("ＡＢＣａｚ０９", "ABCaz09", "ABCaz09"),
        ("你好，ＴｉＤＢ！（１）", "你好，TiDB！（1）", "你好,TiDB!(1)"),
        ("ｶﾞｲﾄﾞ ﾊﾟﾝ ﾊﾝ", "ガイド パン ハン", "ガイド パン ハン"),
        ("｢ｱﾞ｣｡ｳﾞｧ･ﾞ", "「ア゛」。ヴァ・゛", "「ア゛」。ヴァ・゛"),
        ("全　角", "全　角", "全 角"),
        ("￥１００　～", "￥100　～", "¥100 ~"),
        ("가ￜ😀é", "가ￜ😀é", "가ￜ😀é"),
        ("", "", ""),
    ],
)
def test_width(text: str, letters: str, everything: str) -> None:
    """Letters and digits; then punctuation too."""
    assert folded(text) == letters
    assert folded(text, everything=True) == everything


@given(st.text(st.characters(min_codepoint=0xFF01, max_codepoint=0xFF9F), max_size=8))
def test_width_is_that_of_unicode(text: str) -> None:
    """What NFKC makes of these characters, but for sound marks that nothing takes."""
    expected = unicodedata.normalize("NFKC", text)
    apart = {"\u3099": "゛", "\u309a": "゜"}
    for mark, other in apart.items():
        expected = expected.replace(mark, other)
    # Unicode has brackets of two widths that are no ASCII.
    expected = expected.translate({0x2985: 0xFF5F, 0x2986: 0xFF60})
    assert folded(text, everything=True) == expected


def test_width_of_some_rows() -> None:
    """Others, nulls and slices keep their bytes; a column without any comes back itself."""
    texts = pa.array(["Ａ", "Ａ", None, "Ａ"])[1:]
    after, counts = fold_width(texts, np.array([True, True, False]))
    assert after.to_pylist() == ["A", None, "Ａ"]
    assert counts.tolist() == [1, 0, 0]
    clean = pa.array(["你好，世界"])
    assert fold_width(clean, np.array([True]))[0] is clean
    assert len(fold_width(pa.array([], pa.string()), np.ones(0, np.bool_))[0]) == 0


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("河水在夜里上涨了。", True),
        ("OK 河", True),
        ("河水上漲了，他說「の」字很常見於招牌上面", True),
        ("川の水が夜に増えた。", False),
        ("東京都", True),
        ("國會에서 議員들이", False),
        ("plain", False),
        ("", False),
    ],
)
def test_which_texts_are_chinese(text: str, chinese: bool) -> None:
    """By their characters; Japanese and Korean have kana and Hangul besides."""
    assert find_chinese(pa.array([text])).tolist() == [chinese]


def batch_of(texts: list[str | None], dropped: tuple[int, ...] = ()) -> pa.RecordBatch:
    """A batch with the columns that the step reads."""
    reasons = ["old" if row in dropped else None for row in range(len(texts))]
    return pa.record_batch(
        {
            "text": pa.array(texts, pa.string()),
            "drop_reason": pa.array(reasons, pa.string()),
            "reasons": pa.array([one and [one] for one in reasons], pa.list_(pa.string())),
        }
    )


def applied(
    texts: list[str | None], dropped: tuple[int, ...] = (), label: str | None = None, **options: Any
) -> pa.RecordBatch:
    """A batch after the step."""
    step = Repair(RepairOptions(**options), label=label)
    step.check()
    step = pickle.loads(pickle.dumps(step))
    step.open()
    return step.apply(batch_of(texts, dropped))


def test_all_repairs_of_a_batch() -> None:
    """Each text says what changed it; the clean, the null and the dropped stay."""
    after = applied(
        ["cafÃ©", "浣犲ソ锛屼笘鐣岋紒", "ＡＢ，頭髮", "clean", None, "cafÃ©", ""],
        dropped=(5,), width="letters", chinese="simplified",
    )  # fmt: skip
    assert after["text"].to_pylist() == [
        "café", "你好，世界！", "AB，头发", "clean", None, "cafÃ©", ""
    ]  # fmt: skip
    assert after["repair_changed"].to_pylist() == [
        ["mojibake"], ["gbk"], ["width", "chinese"], None, None, None, None
    ]  # fmt: skip
    assert after["repair_chars"].to_pylist() == [2, 9, 4, 0, None, None, 0]
    for field in REPAIR_MEASURES:
        assert after.schema.field(field.name).type == field.type


def test_mojibake_that_is_repaired_can_be_folded() -> None:
    """Encoding comes first, width and characters after it."""
    broken = "ＡＢ頭髮".encode().decode("latin-1")
    after = applied([broken], width="letters", chinese="simplified")
    assert after["text"].to_pylist() == ["AB头发"]
    assert after["repair_changed"].to_pylist() == [["mojibake", "width", "chinese"]]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("simplified", "头发和发展，软件里面的皇后"),
        ("traditional", "頭髮和發展，軟件裏面的皇后"),
        ("taiwan", "頭髮和發展，軟件裡面的皇后"),
        ("hongkong", "頭髮和發展，軟件裏面的皇后"),
        (None, "头发和发展，软件里面的皇后"),
    ],
)
def test_kinds_of_chinese(wanted: Any, expected: str) -> None:
    """By phrases; the Japanese text beside it stays."""
    japanese = "東京の頭髪と発展、軟件についての話。"
    after = applied(["头发和发展，软件里面的皇后", japanese], chinese=wanted)
    assert after["text"].to_pylist() == [expected, japanese]


@pytest.mark.parametrize(
    ("wanted", "before", "expected"),
    [
        ("t2s", "頭髮和發展", "头发和发展"),
        ("s2twp", "软件里面的鼠标", "軟體裡面的滑鼠"),
        ("tw2sp", "軟體裡面的滑鼠", "软件里面的鼠标"),
        ("tw2s", "軟體裡面", "软体里面"),
        ("hk2t", "裏面", "裏面"),
        ("t2tw", "裏面", "裡面"),
        ("t2jp", "廣發", "広発"),
        ("jp2t", "広い駅の桜です", "廣い驛の櫻です"),
        ("t2s", "廣い驛の櫻です", "廣い驛の櫻です"),
        ("jp2t", "ひらがな and hair", "ひらがな and hair"),
    ],
)
def test_configurations_of_opencc(wanted: Any, before: str, expected: str) -> None:
    """By their names; that from Japanese is for Japanese texts, the others for Chinese ones."""
    after = applied([before], chinese=wanted)
    assert after["text"].to_pylist() == [expected]


def test_every_configuration_that_opencc_ships_can_be_named() -> None:
    opencc = pytest.importorskip("opencc")
    named = {*get_args(Chinese)} - CONFIGURATIONS.keys()
    assert named == {name.removesuffix(".json") for name in opencc.CONFIGS}
    for name in named:
        Repair(RepairOptions(chinese=name)).check()


def test_simplified_text_stays_simplified() -> None:
    """Both kinds become one."""
    texts: list[str | None] = ["头发和发展，恶心", "頭髮和發展，噁心"]
    once = applied(texts, chinese="simplified")
    assert once["text"].to_pylist() == ["头发和发展，恶心"] * 2


def test_nothing_wanted_changes_nothing() -> None:
    """And no row is looked at twice: a hard batch passes."""
    texts: list[str | None] = ["cafÃ©", "ＡＢ", None, ""]
    after = applied(texts, mojibake=False, gbk=False)
    assert after["text"].to_pylist() == texts
    assert applied([None, None])["text"].to_pylist() == [None, None]


def test_a_repeated_step_has_its_own_columns() -> None:
    """They carry the label."""
    after = applied(["cafÃ©"], label="again")
    assert after["again_repair_changed"].to_pylist() == [["mojibake"]]


def test_opencc_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, before any work."""
    monkeypatch.setitem(sys.modules, "opencc", None)
    with pytest.raises(ConfigError, match=r"^repair\.chinese: OpenCC .* pip install"):
        Repair(RepairOptions(chinese="taiwan")).check()
    Repair(RepairOptions()).check()


def test_options_that_cannot_be_meant() -> None:
    """They are refused; what can is described."""
    for given_options in ({"width": "half"}, {"chinese": "zh"}, {"fix_surrogates": True}):
        with pytest.raises(ValidationError):
            RepairOptions.model_validate(given_options)
    assert all(field.description for field in RepairOptions.model_fields.values())
    assert all(field.metadata[b"meaning"] for field in REPAIR_MEASURES)


POOL = ["cafÃ©", "clean", "浣犲ソ锛屼笘鐣岋紒", "ＡＢ，頭髮", None, "", "“q”"]


def test_a_text_does_not_know_its_neighbours() -> None:
    """However a column is cut, each text has the result that it has alone."""
    options = RepairOptions(width="letters", chinese="simplified", uncurl_quotes=True)
    repairer = load_repairer(options)

    def repaired(column: pa.Array) -> list[tuple[Any, Any]]:
        done = repair_texts(column, np.ones(len(column), np.bool_), repairer)
        done.texts.validate(full=True)
        return list(zip(done.texts.to_pylist(), done.measures.to_pylist(), strict=True))

    alone = {text: repaired(pa.array([text], pa.string()))[0] for text in POOL}
    random = np.random.default_rng(1)
    for _ in range(30):
        texts = [POOL[index] for index in random.integers(len(POOL), size=9)]
        first = int(random.integers(9))
        assert repaired(pa.array(texts, pa.string())[first:]) == [alone[t] for t in texts[first:]]
