"""The figures of a page are those of the ledger."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from runs import Runner, small

from corpus_pipeline.inspection.examples import Wanted, choose, choose_for_each
from corpus_pipeline.inspection.reason_counts import count_reasons
from corpus_pipeline.inspection.summary import summarise
from corpus_pipeline.report import ledger_figures
from corpus_pipeline.report.figures import figures_of
from corpus_pipeline.report.histograms import Bin, Histogram
from corpus_pipeline.report.quantities import Quantity
from corpus_pipeline.storage import place
from corpus_pipeline.workspace.run_file import read_run

Figures = dict[str, Any]


def test_the_funnel_is_the_accounting_of_the_run(figures: Figures, finished: Path) -> None:
    steps = [reason[1] for reason in figures["reasons"]]
    lost: Counter[str] = Counter()
    for _, _, reason, documents, _, _ in figures["fates"]:
        lost[figures["steps"][steps[reason]] if reason >= 0 else "kept"] += documents
    rows = summarise(read_run(finished))
    assert {row.stage: sum(row.dropped.values()) for row in rows if row.dropped} == {
        name: n for name, n in lost.items() if name != "kept"
    }
    assert lost["kept"] == rows[-1].documents_out
    assert lost.total() == figures["documents"] == rows[0].documents_in
    tokens = sum(each[5] for each in figures["fates"])
    assert tokens == read_run(finished)["counts"]["tokens"]


@pytest.mark.parametrize("by", ["source", "language"])
def test_reasons_are_counted_as_stats_counts_them(
    figures: Figures, finished: Path, by: Any
) -> None:
    names = figures["sources" if by == "source" else "languages"]
    column = 0 if by == "source" else 1
    found: dict[str, dict[str, list[int]]] = {}
    for row in figures["fates"]:
        if row[2] >= 0:
            counts = found.setdefault(names[row[column]], {})
            counts.setdefault(figures["reasons"][row[2]][0], [0, 0, 0])[0] += row[3]
    for row in figures["failed"]:
        counts = found.setdefault(names[row[column]], {})
        mine = counts.setdefault(figures["reasons"][row[2]][0], [0, 0, 0])
        mine[1] += row[3]
        mine[2] += row[4]
    assert found == {
        group.name: {each.reason: [each.first, each.any, each.only] for each in group.reasons}
        for group in count_reasons(finished, by)
        if group.reasons
    }


def test_each_histogram_has_every_document(figures: Figures) -> None:
    assert figures["counted"] == figures["documents"]
    for each in figures["quantities"]:
        inside = sum(kept + dropped for _, _, kept, dropped in each["bins"])
        assert inside + each["without"] == figures["documents"], each["name"]
        edges = [edge for start, stop, *_ in each["bins"] for edge in (start, stop)]
        assert edges == sorted(edges), each["name"]
    words = next(each for each in figures["quantities"] if each["name"] == "words")
    assert [[value, lower] for value, lower, _, _ in words["limits"]][:2] == [[50, True], [5, True]]


def test_personal_data_is_summed_as_in_the_run(figures: Figures, finished: Path) -> None:
    found: Counter[str] = Counter()
    for entity, _, _, n in figures["findings"]:
        found[f"pii_{entity}"] += n
    counts = read_run(finished)["counts"]
    assert found == {name: n for name, n in counts.items() if name.startswith("pii_") and n}


def test_samples_are_those_of_corpus_examples(figures: Figures, finished: Path) -> None:
    chosen = choose_for_each(place(str(finished)), 2)
    for reason, addresses in chosen.items():
        rows, _ = choose(finished, Wanted(reason), 2)
        assert [f"{row['unit']}:{row['row']}" for row in rows] == addresses
    shown = {each["address"] for each in figures["samples"]}
    assert shown == {address for some in chosen.values() for address in some}
    copies = [each for each in figures["samples"] if "survivor" in each]
    assert any("difference" in each["survivor"] for each in copies)


def test_of_many_documents_some_parts_are_in_the_histograms(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_figures, "ALL_COUNTED", 10)
    found = figures_of(finished, samples=0)
    assert 10 <= found["counted"] < found["documents"]
    assert sum(each[3] for each in found["fates"]) == found["documents"]
    assert found["samples"] == []


def test_most_languages_are_told_apart_and_the_rest_is_one_group(
    finished: Path, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus_pipeline.report.figures.MOST_NAMES", 1)
    few = figures_of(finished, samples=0)
    assert few["languages"] == [figures["languages"][0], "(others)"]
    for column in (3, 4, 5):
        assert sum(row[column] for row in few["fates"]) == sum(
            row[column] for row in figures["fates"]
        )


@pytest.mark.parametrize(
    ("values", "share", "whole", "expected"),
    [
        ([], False, False, []),
        ([0, 0, 1, 3], False, True, [Bin(0, 1, 2, 0), Bin(1, 2, 1, 0), Bin(3, 4, 1, 0)]),
        ([0.0, 1.0, -1.0], False, False,
         [Bin(-1.0625, -1, 1, 0), Bin(0, 0, 1, 0), Bin(1, 1.0625, 1, 0)]),
        ([0.29, 0.3, 1.0], True, False,
         [Bin(0.28, 0.3, 1, 0), Bin(0.3, 0.32, 1, 0), Bin(0.98, 1.0, 1, 0)]),
    ],
)  # fmt: skip
def test_bins(values: list[float], share: bool, whole: bool, expected: list[Bin]) -> None:
    histogram = Histogram(share, whole)
    histogram.add(np.array(values, np.float64), np.ones(len(values), np.bool_))
    assert histogram.bins() == expected


def test_bins_hold_what_lies_in_them() -> None:
    values = np.random.default_rng(1).lognormal(3, 3, 5000)
    histogram = Histogram()
    histogram.add(values[:2000], np.ones(2000, np.bool_))
    histogram.add(values[2000:], np.zeros(3000, np.bool_))
    bins = histogram.bins()
    assert len(bins) <= 50
    assert sum(each.kept for each in bins) == 2000
    for each in bins:
        inside = (values >= each.start) & (values < each.stop)
        assert inside.sum() == each.kept + each.dropped


def test_a_quantity_is_nothing_where_a_column_is_null_or_the_other_one_is_0() -> None:
    rows = pa.table({"a": pa.array([1, None, 3, 0]), "b": pa.array([2, 2, 0, 0])})
    found = ledger_figures.values_of(rows, Quantity("a", "b"))
    assert np.isfinite(found).tolist() == [True, False, False, False]


def test_an_empty_run_has_a_page(run_here: Runner, tmp_path: Path) -> None:
    settings = small(tmp_path / "in", tmp_path / "out", allow_unreadable=True)
    (tmp_path / "in" / "a.jsonl").write_text("")
    run_here(settings)
    found = figures_of(tmp_path / "out", samples=3)
    assert found["documents"] == 0
    assert found["samples"] == []
