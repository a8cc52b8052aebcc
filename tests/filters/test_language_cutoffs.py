"""Cut-offs by language: the rule on small cases, the file, the shipped table."""

import pytest
import yaml

from corpus_pipeline.filters.language.cutoffs import (
    HIGHEST,
    LEAST_TEXTS,
    LOWEST,
    CutOff,
    learn_cut_offs,
    shipped_cut_offs,
    write_cut_offs,
)
from corpus_pipeline.filters.language.measures import LanguageRules, load_language_identifier


def learn(right: list[float], wrong: list[float], other: str = "ja") -> CutOff:
    truths = ["zh"] * len(right) + [other] * len(wrong)
    labels = ["zho_Hans"] * len(truths)
    return learn_cut_offs(truths, labels, right + wrong)["zho_Hans"]


@pytest.mark.parametrize(
    ("right", "wrong", "score"),
    [
        # Nothing wrong: as high as it may be, if no right text is lost.
        ([0.9] * 60, [], HIGHEST),
        ([0.5] * 60, [], 0.5),
        # Between the two kinds; of equal ones the highest.
        ([0.6] * 60, [0.3] * 60, 0.6),
        # A wrong text counts two.
        ([0.9] * 57 + [0.4] * 3, [0.5] * 2, 0.65),
        ([0.9] * 57 + [0.4] * 3, [0.5], 0.4),
        # One right text in 200 is nothing; three in 200 are.
        ([0.9] * 199 + [0.3], [], HIGHEST),
        ([0.9] * 197 + [0.3] * 3, [], 0.3),
        # However many wrong ones, a tenth of the right ones is the most that is lost.
        ([0.25] * 60, [0.6] * 600, 0.25),
        ([0.1] * 60, [0.6] * 600, LOWEST),
    ],
)
def test_the_rule(right: list[float], wrong: list[float], score: float) -> None:
    assert learn(right, wrong).score == score


def test_members_of_one_macro_language_are_neither_right_nor_wrong() -> None:
    assert learn([0.6] * 60, [0.6] * 100, other="yue") == CutOff(0.6, 60, 60, 0, 0)
    assert learn([0.6] * 60, [0.6] * 100, other="ja") == CutOff(0.6, 60, 60, 100, 100)


def test_few_texts_and_texts_without_letters_teach_nothing() -> None:
    few = LEAST_TEXTS - 1
    assert learn_cut_offs(["zh"] * few, ["zh"] * few, [0.9] * few) == {}
    assert learn_cut_offs(["zh"] * 90, [None] * 90, [0.0] * 90) == {}
    assert learn_cut_offs([], [], []) == {}


def test_the_file_is_a_part_of_a_configuration() -> None:
    text = write_cut_offs({"no": CutOff(0.34, 60, 59, 5, 1)}, ["Learnt on nothing.", ""])
    assert text.startswith("# Learnt on nothing.\n#\n")
    assert yaml.safe_load(text) == {"language": {"min_score_by_language": {"no": 0.34}}}
    assert "keeps 59 of 60 right, 1 of 5 wrong" in text


def test_the_shipped_table() -> None:
    table = shipped_cut_offs()
    assert set(table) <= set(load_language_identifier().languages)
    assert {"zh", "en", "hr", "sl", "sw", "no"} < set(table)
    assert all(LOWEST <= score <= HIGHEST for score in table.values())
    # What the model is never sure of needs less.
    assert max(table[label] for label in ("hr", "sl", "sw", "af", "nn")) < 0.5
    rules = LanguageRules(cut_offs=table)
    assert rules.least_score("hr") == table["hr"] < rules.least_score("war") == 0.65
