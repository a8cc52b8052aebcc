"""Runs that were done, stopped, changed or refused."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import InProcessEngine, NotedProgress, Runner, execute, small

from corpus_pipeline.engines.direct import _run_task
from corpus_pipeline.errors import ErrorBudgetError, InputError, ResumeError, VerifyError
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.report.writing import write_report


@pytest.fixture
def done(finished: Path, tmp_path: Path) -> Path:
    """A finished run that the test may damage."""
    return Path(shutil.copytree(finished, tmp_path / "out"))


def test_a_finished_run_is_left_alone(done: Path, inputs: Path) -> None:
    before = corpora.tree(done, ".")
    times = {path: path.stat().st_mtime_ns for path in done.rglob("*")}
    run = execute(corpora.settings(inputs, done))
    assert run == json.loads(before["run.json"])
    assert corpora.tree(done, ".") == before
    assert {path: path.stat().st_mtime_ns for path in done.rglob("*")} == times


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"language": {"min_score": 0.5}}, "config.language.min_score was null, is now 0.5"),
        ({"seed": 2}, "config.seed was 1, is now 2"),
        ({"plan": {"unit_bytes": 30000}}, "config.plan.unit_bytes was 20000, is now 30000"),
        ({"dedup": {"sentence": {"enabled": False}}},
         "config.dedup.sentence.enabled was true, is now false"),
    ],
)  # fmt: skip
def test_another_configuration_is_refused(
    done: Path, inputs: Path, change: dict[str, Any], difference: str
) -> None:
    before = corpora.tree(done, ".")
    with pytest.raises(ResumeError) as caught:
        execute(corpora.settings(inputs, done, **change))
    assert str(caught.value) == (
        f"{done}: holds another run: {difference}; "
        "give another --output, or --overwrite to throw that run away"
    )
    assert corpora.tree(done, ".") == before


def test_other_resources_are_refused(done: Path, inputs: Path, tmp_path: Path) -> None:
    words = Path(shutil.copytree(inputs / "words", tmp_path / "words"))
    (words / "en.txt").write_text("squirrelwort\n")
    content = corpora.settings(inputs, done, keywords={"lists": str(words)})
    with pytest.raises(ResumeError, match=r"holds another run: config\.keywords\.lists was"):
        execute(content)


def test_a_changed_list_of_the_same_name_is_refused(run_here: Runner, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.mkdir()
    (words / "zh.txt").write_text("违禁词语\n")
    more: dict[str, Any] = {"keywords": {"enabled": True, "lists": str(words)}}
    content = small(tmp_path / "in", tmp_path / "out", **more)
    run_here(content)
    (words / "zh.txt").write_text("别的词语\n")
    with pytest.raises(ResumeError, match=f"holds another run: resources.{words} was"):
        run_here(content)


def test_changed_inputs_are_refused(run_here: Runner, tmp_path: Path) -> None:
    content = small(tmp_path / "in", tmp_path / "out")
    run_here(content)
    content = small(tmp_path / "in", tmp_path / "out", corpora.json_line(corpora.FRENCH))
    with pytest.raises(ResumeError, match=r"holds another run: .*a\.jsonl had \d+ bytes, has now"):
        run_here(content)


def test_overwrite_throws_the_run_away_and_nothing_else(run_here: Runner, tmp_path: Path) -> None:
    content = small(tmp_path / "in", tmp_path / "out")
    run_here(content)
    content = small(tmp_path / "in", tmp_path / "out", corpora.json_line(corpora.FRENCH))
    run_here(content, overwrite=True)
    assert [row["id"] for row in corpora.rows(tmp_path / "out" / "ledger")] == [corpora.FRENCH.id]


def test_overwrite_throws_the_page_of_the_run_away(run_here: Runner, tmp_path: Path) -> None:
    content = small(tmp_path / "in", tmp_path / "out")
    run_here(content)
    write_report(tmp_path / "out", samples=0)
    assert run_here(content, overwrite=True)["counts"]["documents"] == 3
    assert not (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize("content", ["", "{}", "[]"])
def test_a_damaged_manifest_is_no_finished_run(done: Path, inputs: Path, content: str) -> None:
    (done / "run.json").write_text(content)
    with pytest.raises(VerifyError, match="run again with --overwrite"):
        execute(corpora.settings(inputs, done))


def test_two_runs_do_not_write_to_one_folder(run_here: Runner, tmp_path: Path) -> None:
    class Intruder(NotedProgress):
        """Starts the same run again while it is at work."""

        def start(self, phase: str, items: int, finished: int) -> None:
            with pytest.raises(ResumeError) as caught:
                run_here(content)
            lines.append(str(caught.value))

    lines: list[str] = []
    content = small(tmp_path / "in", tmp_path / "out")
    run_here(content, progress=Intruder())
    assert set(lines) == {
        f"{tmp_path / 'out'}: another run writes here; wait for it or give another --output"
    }
    run_here(content)


def test_a_byte_that_changed_behind_size_and_time_is_noticed_at_resume(
    run_here: Runner, tmp_path: Path
) -> None:
    """Half of the units are of the old text, and the other half would be of the new one."""

    class Stopping(NotedProgress):
        def advance(self, phase: str, items: int, text_bytes: int) -> None:
            raise Stopped

    content = small(tmp_path / "in", tmp_path / "out", plan={"unit_bytes": 1000})
    file = tmp_path / "in" / "a.jsonl"
    with pytest.raises(Stopped):
        run_here(content, progress=Stopping())
    before = corpora.tree(tmp_path / "out", ".")
    replace_behind_size_and_time(file)
    with pytest.raises(ResumeError) as caught:
        run_here(content)
    assert str(caught.value) == (
        f"{tmp_path / 'out'}: holds another run: {file} holds something else than before, though "
        "its size and time of change are the same; give another --output, or --overwrite to throw "
        "that run away"
    )
    assert corpora.tree(tmp_path / "out", ".") == before
    assert run_here(content, overwrite=True)["counts"]["documents"] == 3


def replace_behind_size_and_time(file: Path) -> None:
    """Changes the last letter of a file and leaves what a listing tells of it."""
    status, text = file.stat(), file.read_bytes()
    at = text.rindex("。".encode())
    file.write_bytes(text[:at] + "！".encode() + text[at + 3 :])
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("openly", [True, False])
def test_inputs_that_change_under_way_are_noticed(
    run_here: Runner, tmp_path: Path, openly: bool
) -> None:
    class Editor(NotedProgress):
        """Changes the input while it is read."""

        def advance(self, phase: str, items: int, text_bytes: int) -> None:
            if phase == "prepare" and not openly:
                replace_behind_size_and_time(file)
            elif phase == "prepare":
                with file.open("a") as opened:
                    opened.write(corpora.json_line(corpora.FRENCH))

    content = small(tmp_path / "in", tmp_path / "out")
    file = tmp_path / "in" / "a.jsonl"
    with pytest.raises(InputError) as caught:
        run_here(content, progress=Editor())
    assert str(caught.value) == (f"{file}: changed while it was read; run again with --overwrite")


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["notes.txt", "documents/thesis.txt", "tokens/a"])
def test_foreign_files_are_refused_and_stay(
    run_here: Runner, tmp_path: Path, name: str, overwrite: bool
) -> None:
    """`--output ~ --overwrite` must not remove anyone's documents."""
    foreign = tmp_path / "out" / name
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    with pytest.raises(ResumeError) as caught:
        run_here(small(tmp_path / "in", tmp_path / "out"), overwrite=overwrite)
    assert str(caught.value) == (
        f"{tmp_path / 'out'}: is not empty and holds no run; give another --output"
    )
    files = [p for p in (tmp_path / "out").rglob("*") if p.is_file() and p.name != ".lock"]
    assert files == [foreign]
    assert foreign.read_text() == "mine"


def test_an_empty_folder_is_a_fine_output(run_here: Runner, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert run_here(small(tmp_path / "in", tmp_path / "out"))["counts"]["documents"] == 3


def test_too_many_unreadable_records_stop_the_run(run_here: Runner, tmp_path: Path) -> None:
    output = tmp_path / "out"
    lines = corpora.json_line(corpora.CHINESE["plain"])
    content = small(tmp_path / "in", output, lines, plan={"unit_bytes": 1500})
    content["inputs"][0]["path"] = f"{tmp_path}/in"
    file = tmp_path / "in" / "b.jsonl"
    file.write_text(lines + "broken\n" + lines + "[1]\n", "utf-8")
    at = file.read_bytes().index(b"[1]")
    with pytest.raises(ErrorBudgetError) as caught:
        run_here(content | {"max_errors": 1})
    assert str(caught.value) == (
        f"{file}: record at {at}: read-not-an-object: 2 unreadable records are more than "
        f"max_errors: 1; all are listed in {output}/rejected; repair the input or raise max_errors"
    )
    assert not (output / "run.json").exists()
    # The same command stops at the same place; with a higher limit it goes on.
    with pytest.raises(ErrorBudgetError):
        run_here(content | {"max_errors": 1})
    progress = NotedProgress()
    run = run_here(content | {"max_errors": 2}, progress=progress)
    assert progress.finished["prepare"] >= 2
    assert run["counts"]["dropped-read-broken-json"] == 1


class CountingEngine(InProcessEngine):
    """Tells of its items by counters, as a cluster does, and of no item before all are done."""

    def run(self, phase: Any, items: Sequence[int], max_items: int, report: Any) -> None:
        for item in items:
            clocks = Counter(_run_task(phase, (item,)))
            report.advance(1, clocks["read/bytes"], clocks["progress/errors"])
        report.done(items, Counter())


@pytest.mark.parametrize(("limit", "units"), [(0, 1), (1, 2), (3, 4)])
def test_too_many_unreadable_records_stop_a_job_under_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: int, units: int
) -> None:
    monkeypatch.setattr("corpus_pipeline.pipelines.engine_choice.DirectEngine", CountingEngine)
    lines = (corpora.json_line(corpora.CHINESE["plain"]) + "broken\n") * 4
    content = small(tmp_path / "in", tmp_path / "out", lines, max_errors=limit)
    content["plan"] = {"unit_bytes": len(lines.encode()) // 4}
    with pytest.raises(ErrorBudgetError, match=f"{limit + 1} unreadable records are more than"):
        execute(content)
    manifests = list((tmp_path / "out" / ".work").glob("*/prepare/manifests/*.json"))
    assert len(manifests) == units


def test_manifests_of_files_that_are_gone_are_not_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A run that was stopped for its errors, some of whose files were lost since."""
    lines = (corpora.json_line(corpora.CHINESE["plain"]) + "broken\n") * 4
    content = small(tmp_path / "in", tmp_path / "out", lines, max_errors=1)
    content["plan"] = {"unit_bytes": len(lines.encode()) // 4}
    monkeypatch.setattr("corpus_pipeline.pipelines.engine_choice.DirectEngine", CountingEngine)
    with pytest.raises(ErrorBudgetError):
        execute(content)
    (tmp_path / "out" / "rejected" / "filtered-00001-of-00004.parquet").unlink()
    with pytest.raises(ErrorBudgetError, match="2 unreadable records are more than max_errors: 1"):
        execute(content)


def test_pages_that_are_no_text_are_no_errors(
    run_here: Runner, inputs: Path, tmp_path: Path
) -> None:
    content = small(tmp_path / "in", tmp_path / "out", max_errors=0)
    content["inputs"] = [{"path": f"{inputs}/crawl/pages.warc.gz", "source": "crawl"}]
    run = run_here(content)
    assert run["counts"]["dropped-read-http-status"] == 1
    assert run["counts"]["dropped-read-not-text"] == 1


class Stopped(Exception):
    """Stands for a lost machine."""


def test_finished_units_are_not_done_again(run_here: Runner, tmp_path: Path) -> None:
    """A driver that stops after the third unit of a phase goes on with the fourth."""

    class Stopping(NotedProgress):
        def __init__(self, phase: str) -> None:
            super().__init__()
            self.phase, self.left = phase, 3

        def advance(self, phase: str, items: int, text_bytes: int) -> None:
            if phase == self.phase:
                self.left -= 1
                if self.left == 0:
                    raise Stopped

    content = small(tmp_path / "in", tmp_path / "out", plan={"unit_bytes": 1000})
    for phase in ("prepare", "finish"):
        with pytest.raises(Stopped):
            run_here(content, progress=Stopping(phase))
    progress = NotedProgress()
    run = run_here(content, progress=progress)
    assert progress.finished == {"finish": 3, "ledger": 0}, "every other phase is committed"
    assert run["counts"]["documents"] == 3


def test_a_unit_whose_file_vanished_is_done_again(run_here: Runner, tmp_path: Path) -> None:
    class Stopping(NotedProgress):
        def finish(self, phase: str, seconds: float) -> None:
            raise Stopped

    content = small(tmp_path / "in", tmp_path / "out")
    with pytest.raises(Stopped):
        run_here(content, progress=Stopping())
    (work,) = (path.parent for path in (tmp_path / "out" / ".work").glob("*/prepare"))
    (work / "prepare" / "commit.json").unlink()
    (work / "prepare" / "documents" / "00000.parquet").unlink()
    progress = NotedProgress()
    run_here(content, progress=progress)
    assert progress.finished["prepare"] == 0
    assert len(corpora.rows(tmp_path / "out" / "documents")) == 2


def test_what_later_phases_made_of_damaged_files_is_made_anew(
    run_here: Runner, tmp_path: Path
) -> None:
    """They are committed; but nobody knows whether they have read the damaged file."""

    class Stopping(NotedProgress):
        def finish(self, phase: str, seconds: float) -> None:
            if phase == "exact":
                raise Stopped

    content = small(tmp_path / "in", tmp_path / "out", plan={"unit_bytes": 1000})
    with pytest.raises(Stopped):
        run_here(content, progress=Stopping())
    (work,) = (path.parent for path in (tmp_path / "out" / ".work").glob("*/prepare"))
    hashes = work / "prepare" / "hashes" / "exact" / "00000.arrow"
    damaged = bytearray(hashes.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    hashes.write_bytes(damaged)
    progress = NotedProgress()
    run_here(content, progress=progress)
    assert progress.finished["prepare"] == 3
    assert progress.finished["exact"] == 0


@pytest.mark.parametrize(
    "lines", ["", "\n\n", '{"text": ""}\n', "broken\n"], ids=["empty", "blank", "text", "broken"]
)
def test_a_corpus_without_documents(run_here: Runner, tmp_path: Path, lines: str) -> None:
    content = small(tmp_path / "in", tmp_path / "out", tokenize={"enabled": True})
    (tmp_path / "in" / "a.jsonl").write_text(lines)
    run = run_here(content | {"allow_unreadable": True})
    assert run["counts"]["tokens"] == 0
    assert run["counts"].get("documents", 0) == (1 if lines.strip() else 0)
    verify(tmp_path / "out")


def test_every_stage_can_be_switched_off(run_here: Runner, inputs: Path, tmp_path: Path) -> None:
    """With all of them off raw pages stay as they are; what works on text refuses them."""
    off = {"enabled": False}
    content = small(tmp_path / "in", tmp_path / "out", extract=off, dedup=off)
    (tmp_path / "in" / "b.jsonl").write_text(
        corpora.json_line(corpora.CHINESE["conversion"]) * 2, "utf-8"
    )
    content["inputs"] = [
        {"path": f"{inputs}/crawl/*", "source": "crawl"},
        {"path": f"{tmp_path}/in/b.jsonl", "source": "b"},
    ]
    of_the_crawl = {"dropped-read-http-status": 1, "dropped-read-not-text": 1}
    run = run_here(content)
    assert {n: c for n, c in run["counts"].items() if n.startswith("dropped")} == of_the_crawl
    content |= {"dedup": {"exact": {"enabled": True}}, "allow_unreadable": True}
    run = run_here(content | {"output": str(tmp_path / "deduplicated")})
    assert {n: c for n, c in run["counts"].items() if n.startswith("dropped")} == of_the_crawl | {
        "dropped-exact-duplicate": 2,
        "dropped-read-not-extracted": 3,
    }


@pytest.mark.parametrize("step", ["set_aside", "remove", "remove_tree"])
def test_an_overwrite_that_is_killed_goes_on(
    tmp_path: Path, run_here: Runner, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever was removed already, the folder is still known as a run that is being emptied."""
    content = small(tmp_path / "in", tmp_path / "out")
    run_here(content)

    def killed(*places: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"corpus_pipeline.storage.{step}", killed)
        with pytest.raises(KeyboardInterrupt):
            run_here(content, overwrite=True)
    assert run_here(content, overwrite=True)["counts"]["documents"] == 3


class LateJob(NotedProgress):
    """Writes at the end of a phase what the job of another run, long thrown away, still has."""

    def __init__(self, phase: str, folder: Path, output: Path) -> None:
        super().__init__()
        self.phase, self.folder, self.output = phase, folder, output

    def finish(self, phase: str, seconds: float) -> None:
        super().finish(phase, seconds)
        if phase == self.phase:
            shutil.copytree(self.folder, self.output, dirs_exist_ok=True)


def two_runs(run_here: Runner, tmp_path: Path) -> tuple[dict[str, Any], Path, Path]:
    """Starts a run and throws it away; returns another one's settings, all it wrote, the output."""

    class Stopping(NotedProgress):
        def finish(self, phase: str, seconds: float) -> None:
            if phase == "ledger":
                raise Stopped

    output, late = tmp_path / "out", tmp_path / "late"
    content = small(tmp_path / "in", output, allow_unreadable=True)
    with pytest.raises(Stopped):
        run_here(content | {"read": {"max_document_bytes": 200}}, progress=Stopping())
    shutil.copytree(output, late)
    (late / ".work" / "fingerprint.json").unlink()
    return content, late, output


@pytest.mark.parametrize("phase", ["prepare", "exact"])
def test_a_job_that_outlives_its_run_does_not_get_into_another(
    run_here: Runner, tmp_path: Path, phase: str
) -> None:
    content, late, output = two_runs(run_here, tmp_path)
    shutil.rmtree(late / "rejected")
    for folder in ("documents", "ledger"):
        shutil.rmtree(late / folder)
    run_here(content, overwrite=True, progress=LateJob(phase, late, output))
    wanted = corpora.tree(output, "documents", "ledger", "rejected")
    run_here(content, overwrite=True)
    assert corpora.tree(output, "documents", "ledger", "rejected") == wanted
    assert not (output / ".work").exists()


def test_what_such_a_job_publishes_is_found(run_here: Runner, tmp_path: Path) -> None:
    content, late, output = two_runs(run_here, tmp_path)
    shutil.rmtree(late / ".work")
    run_here(content, overwrite=True, progress=LateJob("ledger", late, output))
    with pytest.raises(VerifyError, match=r"documents/part-00000-of-00001\.parquet"):
        verify(output)
