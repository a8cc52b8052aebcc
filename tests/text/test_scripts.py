"""The dominant script of a text stands for a missing label."""

import pyarrow as pa
import pytest

from corpus_pipeline.text.scripts import labels_or_scripts


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("今天天气很好，我们去公园散步。", "Hani"),
        ("佢哋今日去咗邊度呀？", "Hani"),
        ("TiDB 支持 MySQL 协议，可以使用 SELECT 查询 customers 表中的数据", "Hani"),
        ("日本国憲法は、日本の現行憲法典である。", "Jpan"),
        ("コンピュータ", "Jpan"),
        # One Japanese name in Chinese text makes no Japanese.
        ("他在东京的「カフェ」里读完了那本关于中国古代历史的书，然后坐地铁回到了旅馆。", "Hani"),
        ("모든 인간은 태어날 때부터 자유롭다", "Kore"),
        ("大韓民國은 民主共和國이다", "Kore"),
        ("สวัสดีชาวโลก", "Thai"),
        ("ສະບາຍດີຊາວໂລກ", "Laoo"),
        ("សួស្តីពិភពលោក", "Khmr"),
        ("မင်္ဂလာပါကမ္ဘာ", "Mymr"),
        ("བོད་ཀྱི་སྐད་ཡིག", "Tibt"),
        ("ꆈꌠꁱꂷ", "Yiii"),
        ("Good day to all of you", "Latn"),
        ("Добрый день", "Cyrl"),
        ("صباح الخير", "Arab"),
        ("नमस्ते दुनिया", "Deva"),
        ("Καλημέρα", "Grek"),
        ("𠀀𠀁𠀂", "Hani"),
    ],
)
def test_scripts(text: str, script: str) -> None:
    found = labels_or_scripts(pa.array([None], pa.string()), pa.array([text]))
    assert found.to_pylist() == [f"und-{script}"]


def test_labels_stay_and_texts_without_letters_have_none() -> None:
    labels = pa.array(["en", None, None, None, "yue", None], pa.string())
    texts = pa.array(["今天", "今天", None, "123 ...", None, ""], pa.string())
    expected = ["en", "und-Hani", None, None, "yue", None]
    assert labels_or_scripts(labels, texts).to_pylist() == expected
    assert labels_or_scripts(labels.slice(1, 1), texts.slice(1, 1)).to_pylist() == ["und-Hani"]
    nothing = pa.array([], pa.string())
    assert labels_or_scripts(nothing, nothing).to_pylist() == []
