"""A column in, a column out: actions, counts, and where things were."""

from collections.abc import Sequence

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.actions import Actions, Rule
from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.finding import Finders
from corpus_pipeline.scrub.scrubbing import scrub_texts
from corpus_pipeline.scrub.spans import Spans, made_spans
from corpus_pipeline.scrub.surrogates import Surrogates
from corpus_pipeline.text.columns import Utf8


class Words:
    """Finds some words, wherever they stand."""

    def __init__(self, words: dict[str, str]) -> None:
        self.words = {word.encode(): INDEX[entity] for word, entity in words.items()}

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        found = []
        for row in range(len(text.offsets) - 1):
            begin, end = int(text.offsets[row]), int(text.offsets[row + 1])
            for word, entity in self.words.items():
                at = bytes(text.data[begin:end]).find(word)
                if at >= 0:
                    found.append((row, begin + at, begin + at + len(word), entity, 0.5))
        return made_spans(found)


FINDERS = Finders([Words({"张伟": "PERSON", "Jane": "PERSON", "555-0100": "PHONE_NUMBER"})])
TEXTS = pa.array(["张伟 555-0100", None, "文 Jane", "none"])


def scrubbed(*rules: Rule, language: str = "en", source: str = "web") -> list[str | None]:
    actions = Actions(rules, Surrogates(b"0123456789abcdef", lambda text, entity: False))
    found = scrub_texts(TEXTS, FINDERS, actions, languages=[language] * 4, source=source)
    texts: list[str | None] = found.texts.to_pylist()
    return texts


PERSONS = frozenset({"PERSON"})
CASES = {
    "placeholder": ([], ["<PERSON> <PHONE_NUMBER>", None, "文 <PERSON>", "none"]),
    "template": ([Rule(placeholder="")], [" ", None, "文 ", "none"]),
    "style": (
        [Rule(placeholder="starcoder")], ["<NAME> <PHONE_NUMBER>", None, "文 <NAME>", "none"]),
    "mask": ([Rule("mask")], ["** ***-****", None, "文 ****", "none"]),
    "keep": ([Rule("keep")], ["张伟 555-0100", None, "文 Jane", "none"]),
    "one kind": (
        [Rule("keep", entities=PERSONS), Rule("mask")], ["张伟 ***-****", None, "文 Jane", "none"]),
    "the first rule decides": (
        [Rule("mask", entities=PERSONS), Rule("keep")], ["** 555-0100", None, "文 ****", "none"]),
    "another language": (
        [Rule("keep", languages=frozenset({"zh"}))],
        ["<PERSON> <PHONE_NUMBER>", None, "文 <PERSON>", "none"]),
    "this source": (
        [Rule("keep", sources=frozenset({"web"}))], ["张伟 555-0100", None, "文 Jane", "none"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_actions(name: str) -> None:
    rules, expected = CASES[name]
    assert scrubbed(*rules) == expected


def test_counts_and_findings() -> None:
    keep = Rule("keep", entities=frozenset({"PHONE_NUMBER"}))
    found = scrub_texts(TEXTS, FINDERS, Actions([keep]))
    assert found.counts["pii_person"].to_pylist() == [1, None, 1, 0]
    assert found.counts["pii_phone"].to_pylist() == [0, None, 0, 0], "what is kept does not count"
    one, other = found.findings.to_pylist()[0]
    assert one == {
        "field": "text", "start": 0, "end": 2, "new_start": 0, "new_end": 8,
        "entity": "PERSON", "score": 0.5, "action": "placeholder",
    }  # fmt: skip
    assert (other["start"], other["end"], other["action"]) == (3, 11, "keep")
    assert found.texts[0].as_py()[other["new_start"] : other["new_end"]] == "555-0100"
    assert [None if row is None else len(row) for row in found.findings.to_pylist()] == [
        2, None, 1, 0,
    ]  # fmt: skip


def test_a_column_without_findings_is_returned() -> None:
    texts = pa.array(["none", "文"])
    assert scrub_texts(texts, FINDERS).texts is texts


def test_slices() -> None:
    assert scrub_texts(TEXTS.slice(2, 2), FINDERS).texts.to_pylist() == ["文 <PERSON>", "none"]
