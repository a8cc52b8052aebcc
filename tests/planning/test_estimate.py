"""The estimate: arithmetic over hand-made costs, compared with sums done by hand."""

import dataclasses
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.cli.plan_report import print_plan
from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import ConfigError, InputError
from corpus_pipeline.planning.costs import (
    IN_DRIVER,
    PHASES,
    Costs,
    Flow,
    Prices,
    Workload,
    load_costs,
)
from corpus_pipeline.planning.design_limits import exceeded_limits
from corpus_pipeline.planning.estimate import _DRIVER_CORES, BY_UNIT, READS, Estimate, estimate
from corpus_pipeline.planning.sizing import match_bytes_for, partitions_for, unit_bytes_for
from corpus_pipeline.planning.workload import SourcePlan, estimate_of, flow_of, workload_of
from corpus_pipeline.workspace import phase_table

ROOT = Path(__file__).parent.parent.parent
NOTHING = {"per_run": 0.0, "per_worker": 0.0, "per_unit": 0.0, "driver_per_unit": 0.0}
PREPARE = {"per_run": 1.0, "per_worker": 2.0, "per_unit": 3.0, "driver_per_unit": 0.5}


def costs(files: dict[str, tuple[float, float]] | None = None, **cells: float) -> Costs:
    """Costs of which only *prepare* and the named files are not nothing."""
    phases: dict[str, Any] = {name: {**NOTHING, "per_gigabyte": {}} for name in PHASES}
    phases["prepare"] = {**PREPARE, "per_gigabyte": {"read": 10.0, "language": 20.0, "engine": 5.0}}
    return Costs.of(
        {
            "measured": {"workers": 1},
            "html": {"text_per_byte": 0.25, "extract_per_gigabyte": 100.0},
            "memory": {"worker": 1e9, "driver": 2e9},
            "cells": dict.fromkeys(
                ("bytes", "write_seconds", "read_seconds", "open_seconds"), 0.0
            ) | cells,
            "phases": phases,
            "files": {
                folder: {"per_file": file, "per_byte": byte, "rows_per_byte": 0.001}
                for folder, (file, byte) in (files or {}).items()
            },
        }
    )  # fmt: skip


def work(
    gigabytes: float = 1.0, html: float = 0.0, units: int = 4, partitions: int = 8
) -> Workload:
    size = gigabytes * 1e9
    return Workload(size, html * 1e9, size / 4, 10, units, partitions)


def phase(found: Estimate, name: str) -> Any:
    return next(each for each in found.phases if each.name == name)


@pytest.mark.parametrize(
    ("workload", "flow", "core_seconds"),
    [
        # 1 for the run, 2 for the worker, 3 for each unit; 35 for each gigabyte
        (work(), Flow(), 1 + 2 + 4 * 3 + 35),
        (work(units=1), Flow(), 1 + 2 + 3 + 35),
        (work(2), Flow(), 1 + 2 + 4 * 3 + 70),
        (work(), Flow(off=frozenset({"language"})), 1 + 2 + 4 * 3 + 15),
        (work(), Flow(shares={"language": 0.5}), 1 + 2 + 4 * 3 + 25),
        # Of a gigabyte of pages 0.25 are text; all is read, and extracted for 100.
        (work(1, html=1), Flow(), 1 + 2 + 4 * 3 + 10 + 100 + 0.25 * 25),
        (work(1, html=1), Flow(off=frozenset({"extract"})), 1 + 2 + 4 * 3 + 10 + 0.25 * 25),
    ],
)
def test_core_seconds_of_prepare(workload: Workload, flow: Flow, core_seconds: float) -> None:
    found = estimate(workload, costs(), flow=flow)
    assert phase(found, "prepare").core_seconds == pytest.approx(core_seconds)
    assert found.core_seconds == pytest.approx(core_seconds)
    assert sum(found.stages.values()) == pytest.approx(core_seconds)


@pytest.mark.parametrize(
    ("workers", "units", "seconds"),
    [
        # Start 1 + 2; the driver 0.5 a unit; then rounds of units of (3 * units + 35) / units
        (1, 4, 3 + 2 + 4 * (47 / 4)),
        (2, 4, 3 + 2 + 2 * (47 / 4)),
        (3, 4, 3 + 2 + 2 * (47 / 4)),
        (4, 4, 3 + 2 + 1 * (47 / 4)),
        (100, 4, 3 + 2 + 1 * (47 / 4)),
        (2, 1, 3 + 0.5 + 38),
    ],
)
def test_wall_clock_is_rounds_of_units(workers: int, units: int, seconds: float) -> None:
    found = estimate(work(units=units), costs(), workers=workers)
    assert phase(found, "prepare").seconds == pytest.approx(seconds)


FILES = {
    "prepare/documents": (100.0, 0.5),
    "prepare/hashes/exact": (0.0, 0.1),
    "prepare/hashes/document": (0.0, 0.2),
    "document/buckets": (0.0, 0.0),
    "shards/tokens": (10.0, 0.4),
}


@pytest.mark.parametrize(
    ("flow", "folders"),
    [
        (
            Flow(),
            {
                "prepare/documents": 4 * 100 + 5e8,
                # 4 units x 8 partitions, 50 bytes for each place
                "prepare/hashes/exact": 1e8 + 32 * 50,
                "prepare/hashes/document": 2e8 + 32 * 50,
                # the files of a match are cut by partition too
                "document/buckets": 64 * 50,
                # A gigabyte of text is two shards.
                "shards/tokens": 2 * 10 + 4e8,
            },
        ),
        (
            Flow(off=frozenset({"document", "tokenize"})),
            {"prepare/documents": 4 * 100 + 5e8, "prepare/hashes/exact": 1e8 + 32 * 50},
        ),
        (
            Flow(off=frozenset({"dedup", "tokenize"})),
            {"prepare/documents": 4 * 100 + 5e8},
        ),
        (
            Flow(bands=2.0, off=frozenset({"tokenize", "exact"})),
            {
                "prepare/documents": 4 * 100 + 5e8,
                "prepare/hashes/document": 4e8 + 32 * 50,
                "document/buckets": 64 * 50,
            },
        ),
        (
            Flow(shares={"document": 0.5}, off=frozenset({"tokenize", "exact"})),
            {
                "prepare/documents": 4 * 100 + 5e8,
                "prepare/hashes/document": 1e8 + 32 * 50,
                "document/buckets": 64 * 50,
            },
        ),
    ],
)
def test_bytes_written(flow: Flow, folders: dict[str, float]) -> None:
    found = estimate(work(), costs(FILES, bytes=50), flow=flow)
    assert found.folders == pytest.approx(folders)
    assert found.written == pytest.approx(sum(folders.values()))
    hashes = [size for name, size in folders.items() if "hashes/" in name or "buckets" in name]
    assert found.shuffled == pytest.approx(sum(hashes))


@pytest.mark.parametrize(
    ("name", "direct", "opens"),
    [
        # 8 partitions, two tasks for the one worker: every unit's file twice
        ("contamination", True, 4 * 2),
        ("contamination", False, 4),
        # and beside each the removals of every match before it
        ("address", True, 4 * 2 * 2),
        ("exact", True, 4 * 3 * 2),
        ("document", True, 4 * 4 * 2),
        ("sentence", False, 4 * 5),
        ("substring", True, 4 * 6 * 2),
        ("paragraph", True, 4 * 7 * 2),
        # later phases of a match heed no removals: its first phase has
        ("verify", True, (4 + 8) * 2),
        ("repeats", True, 4 * 2),
        ("seen", True, 4 * 2),
        # the prepared unit, and removals of seven kinds or the wanted documents, one file each
        ("finish", True, 4 * (1 + 7)),
        ("shingles", True, 4 * (1 + 1)),
        ("windows", True, 4 * (1 + 1)),
        ("ngrams", True, 4 * (1 + 1)),
        # what each partition has found, for one group
        ("merge-sentence", True, 8),
    ],
)
def test_files_opened(name: str, direct: bool, opens: int) -> None:
    found = estimate(work(), costs(FILES), flow=Flow(direct=direct))
    assert phase(found, name).opens == opens


@pytest.mark.parametrize(
    ("flow", "partitions", "items", "opens"),
    [
        # 4 groups of 32 units; 64 partitions are few for the driver, 65 are not
        (Flow(), 64, 1, 64 * 4),
        # two tasks for each of two workers
        (Flow(), 65, 4, 65 * 4),
        (Flow(direct=False), 65, 4, 65),
    ],
)
def test_merges_are_made_by_the_driver_while_they_are_small(
    flow: Flow, partitions: int, items: int, opens: int
) -> None:
    files = {"sentence/removals": (10.0, 0.001), "merge-sentence/removals": (100.0, 0.001)}
    workload = work(units=100, partitions=partitions)
    found = estimate(workload, costs(files, bytes=50), workers=2, flow=flow)
    merge = phase(found, "merge-sentence")
    assert (merge.in_driver, merge.items, merge.opens) == (items == 1, items, opens)
    # What is found is cut by group; a place more for each group but the one that was measured.
    cut = 1e6 + partitions * (10 + 3 * 50)
    assert found.folders["sentence/removals"] == pytest.approx(cut)
    assert found.folders["merge-sentence/removals"] == pytest.approx(1e6 + 4 * 100)
    assert found.driver_parts["removals"] == pytest.approx(3 * cut / 4 if items == 1 else 0)
    assert merge.shuffled == pytest.approx(0 if items == 1 else cut)
    held = 4 if flow.direct else 3
    assert found.worker_parts["match"] == pytest.approx(0 if items == 1 else held * cut / 4)


def test_windows_are_cut_into_as_many_partitions_as_they_need() -> None:
    """Eight bytes for each byte of text; the plan has 0.4 for one of 8 partitions."""
    found = estimate(work(), costs({"windows/windows": (0.0, 8.0)}))
    assert found.worker_parts["match"] == pytest.approx(4 * 2 * 0.4e9 / 8 + 2**28)
    assert found.worker_parts["second look"] > 0
    off = Flow(off=frozenset({"document", "substring", "paragraph"}))
    assert estimate(work(), costs(), flow=off).worker_parts["second look"] == 0


@pytest.mark.parametrize(
    ("off", "without"),
    [
        ("address", {"address", "merge-address"}),
        ("exact", {"exact", "merge-exact"}),
        (
            "document",
            {"document", "merge-document", "shingles", "verify", "resolve", "merge-resolve"},
        ),
        ("contamination", {"contamination", "merge-contamination"}),
        ("sentence", {"sentence", "merge-sentence"}),
        (
            "substring",
            {"substring", "merge-substring", "windows", "repeats", "merge-repeats"},
        ),
        ("paragraph", {"paragraph", "merge-paragraph", "ngrams", "seen", "merge-seen"}),
        (
            "dedup",
            {*PHASES}
            - {
                "start",
                "prepare",
                "finish",
                "shards",
                "merge-shards",
                "ledger",
                "publish",
                "check",
            },
        ),
        ("scrub", set()),
    ],
)
def test_phases_that_are_off(off: str, without: set[str]) -> None:
    found = estimate(work(), costs(), flow=Flow(off=frozenset({off})))
    assert [each.name for each in found.phases] == [n for n in PHASES if n not in without]


@pytest.mark.parametrize(
    ("flow", "read"),
    [
        # the prepared documents, and the merged removals once
        (Flow(), 5e8 + 400 + 1e6),
        # or once for each of 4 units: the file is small and fetched whole
        (Flow(remote=True), 5e8 + 400 + 4 * 1e6),
        (Flow(remote=True, off=frozenset({"exact"})), 5e8 + 400),
    ],
)
def test_removals_that_cannot_be_mapped_are_fetched_again(flow: Flow, read: float) -> None:
    found = estimate(work(), costs({**FILES, "merge-exact/removals": (0.0, 0.001)}), flow=flow)
    assert phase(found, "finish").read == pytest.approx(read)


def test_money() -> None:
    prices = Prices(vcpu_hour=3600, gigabyte_month=1, per_1000_reads=1000, per_1000_writes=2000)
    here = estimate(work(), costs(FILES), prices, workers=2)
    assert here.money["workers"] == pytest.approx(2 * here.seconds)
    assert here.money["output for a month"] == pytest.approx(0.4 + 2 * 10e-9)
    assert here.money["requests"] == 0
    far = estimate(work(), costs(FILES), prices, workers=2, flow=Flow(remote=True))
    reads, writes = (sum(each.requests[i] for each in far.phases) for i in (0, 1))
    assert far.money["requests"] == pytest.approx(reads + 2 * writes)
    assert far.seconds > here.seconds, "requests are waited for"


@pytest.mark.parametrize(
    ("workload", "files", "broken"),
    [
        (work(), FILES, None),
        (work(units=10**6, partitions=10**6), FILES, "units x partitions"),
        (work(1e3, units=10**8), {"verify/edges": (0.0, 0.0)}, "driver"),
        (work(1e3, units=1), FILES, "worker"),
        (work(units=3 * 10**6), dict.fromkeys(READS["check"], (0.0, 0.0)), "run.json"),
    ],
)  # fmt: skip
def test_what_breaks(
    workload: Workload, files: dict[str, tuple[float, float]], broken: str | None
) -> None:
    found = exceeded_limits(estimate(workload, costs(files, bytes=300)))
    lines = [line for breaks, line in found if breaks]
    if broken is None:
        assert lines == []
    else:
        assert any(line.startswith(broken) for line in lines), lines


def test_the_driver_holds_a_bounded_number_of_edges() -> None:
    """Above it workers decide who stays."""
    few, many, more = (
        estimate(work(gigabytes), costs({"verify/edges": (0.0, 0.0)})).driver_parts["edges"]
        for gigabytes in (1e-3, 1e3, 1e5)
    )
    assert few < many == more == 150 * 2**25


@given(
    st.floats(1e6, 1e15), st.floats(1, 50), st.integers(1, 10**6), st.integers(1, 10**5),
    st.integers(1, 1000), st.booleans(), st.booleans(),
)  # fmt: skip
def test_more_text_never_takes_less(
    size: float, factor: float, units: int, partitions: int, workers: int, direct: bool, far: bool
) -> None:
    flow = Flow(direct=direct, remote=far)
    small, large = (
        estimate(Workload(text, text / 2, text / 4, 9, units, partitions), load_costs(),
                 workers=workers, flow=flow)
        for text in (size, size * factor)
    )  # fmt: skip
    for name in ("core_seconds", "written", "shuffled", "driver_memory", "published"):
        assert getattr(small, name) <= getattr(large, name) * (1 + 1e-9), name
    # Its wall time may be less: it has more tasks, which leave fewer workers idle at the end.
    for phase in large.phases:
        cores = max(workers, _DRIVER_CORES)
        assert phase.seconds >= phase.core_seconds / cores * (1 - 1e-9), phase.name


# The shipped costs, and what they say of a configuration

#: Kinds of match that are off in a configuration that does not name them.
UNNAMED = frozenset({"address", "contamination", "substring", "paragraph"})


def test_the_shipped_costs_cover_the_flow() -> None:
    shipped = load_costs()
    # What nobody has measured yet is off unless a configuration names it, and then it is said.
    assert {*shipped.unmeasured} <= UNNAMED
    measured = Flow(off=frozenset(shipped.unmeasured))
    assert {name for name in PHASES if measured.runs(name)} == shipped.phases.keys()
    read = {folder for folders in READS.values() for folder in folders}
    assert {folder for folder in read if measured.writes(folder)} <= shipped.files.keys()
    for name in filter(measured.runs, BY_UNIT):
        assert shipped.phases[name].per_unit > 0, name
    for name in filter(measured.runs, IN_DRIVER):
        assert shipped.phases[name].per_worker == 0, name


def config(**more: Any) -> Any:
    content = {"inputs": [{"path": "a", "source": "a"}, {"path": "b", "source": "b"}]}
    return build_config({**content, "output": "out", **more}, "test")


SOURCES = [SourcePlan("a", 1, 10, 30.0, 0.0, 1), SourcePlan("b", 3, 40, 90.0, 60.0, 2)]


@pytest.mark.parametrize(
    ("more", "flow"),
    [
        ({}, Flow(off=UNNAMED)),
        (
            {"scrub": {"enabled": False}, "dedup": {"document": {"bands": 28}}},
            Flow(off=UNNAMED | {"scrub"}, bands=2.0),
        ),
        (
            {"inputs": [{"path": "a", "source": "a", "skip": ["sentence"]},
                        {"path": "b", "source": "b"}]},
            Flow(off=UNNAMED, shares={"sentence": 0.75}),
        ),
        ({"output": "file:///out"}, Flow(off=UNNAMED)),
    ],
)  # fmt: skip
def test_flow_of_a_configuration(more: dict[str, Any], flow: Flow) -> None:
    made = config(**more)
    assert flow_of(made, run_flow(made), SOURCES) == flow


@pytest.mark.parametrize(
    ("stated", "workload"),
    [
        (None, Workload(120.0, 60.0, 50, 4, 3, 8)),
        (12e12, Workload(12e12, 6e12, 5e12, 5000, 12_000, 300)),
    ],
)
def test_workload_as_listed_and_as_stated(stated: float | None, workload: Workload) -> None:
    cut = {"unit_bytes": 10**9, "match_bytes": 16 * 10**9}
    assert workload_of(config(plan=cut), SOURCES, stated) == workload


def write_config(folder: Path, **more: Any) -> Path:
    (folder / "a.jsonl").write_text('{"text": "one two three"}\n' * 100)
    content = {"inputs": [{"path": str(folder / "a.jsonl"), "source": "s"}], "output": "out"}
    path = folder / "c.yaml"
    path.write_text(yaml.safe_dump(content | more))
    return path


def test_a_plan_is_printed_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_config(tmp_path, output=str(tmp_path / "out"))
    print_plan(path)
    printed = capsys.readouterr().out
    assert (
        "about 2.6 KB of text as listed: 1 files, 2.6 KB stored; 1 units, 8 partitions" in printed
    )
    assert "core-hours" not in printed
    print_plan(path, estimate=True, workers=3)
    printed = capsys.readouterr().out
    assert "core-hours; " in printed
    assert "with 3 workers" in printed
    assert "example prices, set yours" in printed
    assert not (tmp_path / "out").exists()


def test_steps_that_were_not_measured_with_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.py").write_text(
        "from corpus_pipeline import Step\n\ndef write(document):\n    return True\n\n"
        "class Known(Step):\n    name = 'known'\n    seconds_per_gigabyte = 5.0\n"
    )
    steps = ["extract", "quality", {"quality": {"profile": "gopher"}, "label": "strict"},
             {"lines": {"rules": "c4"}}, {"use": "./rules.py:write"}, {"use": "./rules.py:Known"},
             "dedup"]  # fmt: skip
    print_plan(write_config(tmp_path, steps=steps), size="2GB", as_json=True)
    found = json.loads(capsys.readouterr().out)
    stages = found["estimate"]["stages"]
    assert stages["strict"] == stages["quality"] > 0
    assert (stages["lines"], stages["known"]) == (18.0, 10.0)
    (note,) = (line for line in found["notes"] if "not in the estimate" in line)
    assert note.startswith("the time of write is not in the estimate: ")


def test_a_stated_size_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("vcpu_hour: 0")
    print_plan(write_config(tmp_path), size="100TB", workers=1000, prices=prices, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["plan"]["text_bytes"] == 1e14
    assert found["estimate"]["money"]["workers"] == 0
    assert {each["name"] for each in found["estimate"]["phases"]} == {*PHASES} - {
        row.name for row in phase_table.PHASES if row.kind in UNNAMED
    }  # fmt: skip
    assert any("cut the inputs into" in line for line in found["limits"])


def test_inputs_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_config(tmp_path)
    (tmp_path / "a.jsonl").unlink()
    with pytest.raises(InputError, match="no input file matches"):
        print_plan(path, estimate=True)
    print_plan(path, size="1TB")
    assert "the inputs were not looked at" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"size": "lots"}, "--size: 'lots' is no size; write for example 500GB, 100TB or 10PB"),
        ({"size": "0TB"}, "--size: '0TB' is no size; write for example 500GB, 100TB or 10PB"),
        ({"prices": "gpu: 1"}, "PATH: unknown key 'gpu'; prices are a mapping with any of the "
         "keys vcpu_hour, gigabyte_month, per_1000_reads, per_1000_writes"),
        ({"prices": "vcpu_hour: -1"}, "PATH: vcpu_hour: a price is a number from 0, got -1"),
        ({"prices": None}, "PATH: cannot be read (No such file or directory); correct --prices"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, more: dict[str, Any], line: str) -> None:
    options = dict(more)
    if "prices" in more:
        options["prices"] = tmp_path / "prices.yaml"
        if more["prices"] is not None:
            options["prices"].write_text(more["prices"])
        options["size"] = "1TB"
    with pytest.raises(ConfigError) as error:
        print_plan(write_config(tmp_path), **options)
    assert str(error.value) == line.replace("PATH", str(tmp_path / "prices.yaml"))


# Sizes of units and partitions


@pytest.mark.parametrize(
    ("text", "units", "partitions"),
    [
        (1e8, 6, 8),
        (1e9, 60, 24),
        (1e11, 373, 1977),
        (1e12, 3726, 6250),
        (1e13, 18627, 19765),
        (1e14, 186265, 149012),
    ],
)
def test_units_and_partitions_of_a_size(text: float, units: int, partitions: int) -> None:
    assert -(-text // unit_bytes_for(text)) == units
    assert partitions_for(text) == partitions


@given(st.floats(1, 1e16), st.floats(1, 1e16))
def test_sizes_grow_with_the_text_within_bounds(one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert 2**24 <= unit_bytes_for(small) <= unit_bytes_for(large) <= 2**29
    assert 2**24 <= match_bytes_for(small) <= match_bytes_for(large) <= 2**28
    assert 8 <= partitions_for(small) <= partitions_for(large)


def test_one_terabyte_fits_into_one_run() -> None:
    settings = config(plan={"match_bytes": match_bytes_for(1e12)})
    found = estimate_of(
        settings, run_flow(settings), SOURCES, workload_of(settings, SOURCES, 1e12), Prices(), 100
    )
    assert [line for breaks, line in exceeded_limits(found) if breaks] == []


# The fit


def test_the_fit_gives_back_the_costs_of_a_linear_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    scale = importlib.import_module("scale")
    true = dataclasses.replace(load_costs().phases["prepare"], per_worker=2.0, per_unit=0.5)
    byte = sum(true.per_gigabyte.values())

    def run(megabytes: float, units: int) -> dict[str, Any]:
        cores = 4 * true.per_worker + units * true.per_unit + megabytes / 1000 * byte
        stages = {
            name: seconds * megabytes / 1000
            for name, seconds in true.per_gigabyte.items()
            if name != "engine"
        }
        prepare = {"cores": cores, "driver": units * 0.01, "stages": stages}
        return {"text": megabytes * 1e6, "units": units, "workers": 4,
                "phases": {"prepare": prepare}}  # fmt: skip

    found = scale.fit(run(25, 4), run(100, 16), run(100, 4))["prepare"]
    assert found["per_worker"] == pytest.approx(2.0, rel=0.01)
    assert found["per_unit"] == pytest.approx(0.5, rel=0.01)
    assert found["driver_per_unit"] == pytest.approx(0.01, rel=0.01)
    assert found["per_gigabyte"] == pytest.approx(dict(true.per_gigabyte), rel=0.01)
