"""Boundaries of words by Unicode's Standard Annex 29, a case for each of its rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.text.word_breaks import segment_end


def segments(text: str) -> list[str]:
    data, i, found = np.frombuffer(text.encode(), np.uint8), 0, []
    while i < len(data):
        end = segment_end(data, i, len(data))
        found.append(bytes(data[i:end]).decode())
        i = end
    return found


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("WB3 carriage return and line feed", "a|\r\n|b"),
        ("WB3a, WB3b line ends part", "\u0308|\n|\u0308|\x0b|a|\r|\r\n|\n"),
        ("WB3c pictures joined", "👩\u200d👧|x"),
        ("WB3d blanks stay together", "a|  \u3000|b|\u00a0|\u00a0"),
        ("WB4 marks belong to what they follow", "ae\u0301b|.\u0301|好\u0301"),
        ("WB5 letters", "Größe"),
        ("WB6, WB7 a mark between letters", "can't|-|a|.|.|b|'"),
        ("WB6, WB7 with marks between", "a\u0308'\u200db"),
        ("WB7a Hebrew and a single quote", "א'"),
        ("WB7b, WB7c Hebrew and a double quote", 'א"א|"'),
        ("WB8 to WB10 digits and letters", "32a7"),
        ("WB11, WB12 marks in numbers", "3,5.1|,|a.b|;|1;2|.| "),
        ("WB13 katakana", "カタ|か|な"),
        ("WB13a, WB13b joiners", "_a_1__カ|-|_"),
        ("WB15, WB16 flags", "🇫🇷|🇩🇪|🇫|a|🇫🇷"),
        ("WB999 Han and Thai", "我|在|ก|ข"),
    ],
)  # fmt: skip
def test_rules(rule: str, expected: str) -> None:
    wanted = expected.split("|")
    assert segments("".join(wanted)) == wanted


@given(st.text(st.sampled_from("a1'\".,:_ \n\r好ア🇫\u0308\u200d👩א-"), max_size=30))
def test_segments_are_the_text_and_each_stands_alone(text: str) -> None:
    found = segments(text)
    assert "".join(found) == text
    # A boundary does not depend on what stood before the segment.
    assert [each for part in found for each in segments(part)] == found
