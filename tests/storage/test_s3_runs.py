"""Whole runs whose inputs and outputs are on S3: the same bytes as on the local disk."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from runs import NotedProgress, Runner, execute
from storage.faulty_proxy import Fault, FaultyProxy

from corpus_pipeline import storage
from corpus_pipeline.errors import ResumeError, VerifyError
from corpus_pipeline.inspection.status import status_of
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.storage import lease
from corpus_pipeline.workspace.run_file import FOLDERS

pytestmark = pytest.mark.cluster

OUTPUT = "s3://corpus/run"


def tree(url: str, *folders: str) -> dict[str, bytes]:
    """Reads the files of some folders of an output."""
    root = storage.place(url)
    return {
        f"{folder}/{path.name}": storage.read_bytes(path)
        for folder in folders
        for path in storage.children(root / folder, "")
    }


def upload(folder: Path, url: str) -> None:
    """Copies a folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            target = storage.place(f"{url}/{path.relative_to(folder)}")
            storage.write_bytes(target, path.read_bytes())


def content(inputs: Path | str, output: str, **changes: Any) -> dict[str, Any]:
    """The configuration of the small corpus with other places."""
    made: dict[str, Any] = corpora.settings(Path("/IN"), Path("/OUT"), **changes)
    text = json.dumps(made).replace("/IN", str(inputs)).replace("/OUT", output)
    moved: dict[str, Any] = json.loads(text)
    return moved


def test_an_output_on_s3_has_the_same_bytes(
    proxy: FaultyProxy, run_here: Runner, inputs: Path, finished: Path
) -> None:
    run_here(content(inputs, OUTPUT))
    assert tree(OUTPUT, *FOLDERS) == corpora.tree(finished, *FOLDERS)
    assert verify(storage.place(OUTPUT)) == verify(finished)
    assert storage.names(storage.place(OUTPUT)) == sorted([*FOLDERS, "README.md", "run.json"])
    proxy.requests.clear()
    assert run_here(content(inputs, OUTPUT))["counts"]["documents"] > 0
    assert proxy.count("PUT") == 1, "only the lease is written for a run that is complete"


def test_inputs_on_s3_have_the_same_bytes(
    proxy: FaultyProxy, run_here: Runner, inputs: Path, finished: Path
) -> None:
    """All but the names of the input files, which the ledger and the documents hold."""
    upload(inputs, "s3://corpus/in")
    proxy.inject(Fault("GET", "/corpus/in/", times=3, status=503))
    proxy.inject(Fault("GET", "books.parquet", times=2, cut=1000))
    proxy.inject(Fault("GET", "pages.warc.gz", times=2, cut=1000))
    changes = {"keywords": {"lists": f"{inputs}/words"}}
    run_here(content("s3://corpus/in", OUTPUT, **changes))
    assert tree(OUTPUT, "tokens").keys() == corpora.tree(finished, "tokens").keys()
    found, expected = (ledger(storage.place(root)) for root in (OUTPUT, str(finished)))
    assert found == expected.replace(str(inputs), "s3://corpus/in")
    shards = {name: data for name, data in tree(OUTPUT, "tokens").items() if ".arrow" in name}
    assert shards == {name: corpora.tree(finished, "tokens")[name] for name in shards}


# PySpark leaves sockets open.
@pytest.mark.filterwarnings("ignore:.*<socket:pytest.PytestUnraisableExceptionWarning")
def test_spark_reads_and_writes_s3_with_the_options_of_the_configuration(
    proxy: FaultyProxy, inputs: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in the environment: the options reach Spark's Python processes by themselves."""
    pytest.importorskip("pyspark", reason="pip install 'corpus-pipeline[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name)
    upload(inputs, "s3://corpus/in")
    s3 = {"endpoint_url": proxy.url, "key": "test", "secret": "not-a-secret"}
    changes = {
        "keywords": {"lists": f"{inputs}/words"},
        "runner": "spark",
        "runner_options": {"spark.master": "local[2]", "spark.ui.enabled": "false"},
        "storage_options": {"s3": s3},
    }
    proxy.inject(Fault("PUT", "/corpus/run/", times=3, status=503))
    execute(content("s3://corpus/in", OUTPUT, **changes))
    found, expected = (ledger(storage.place(root)) for root in (OUTPUT, str(finished)))
    assert found == expected.replace(str(inputs), "s3://corpus/in")
    assert b"not-a-secret" not in storage.read_bytes(storage.place(f"{OUTPUT}/run.json"))


def ledger(root: storage.Place) -> str:
    """Reads a ledger as one text."""
    parts = storage.children(root / "ledger", ".parquet")
    return "\n".join(repr(row) for path in parts for row in storage.read_parquet(path).to_pylist())


@contextlib.contextmanager
def driver(settings: dict[str, Any], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Starts `corpus run` in a session of its own; kills whatever of it is left."""
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(settings))
    command = [sys.executable, "-m", "corpus_pipeline.cli.main", "run", str(path)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def under_way(part: str) -> list[str]:
    """Lists the files of a run that is not complete whose paths have a certain part."""
    found = map(str, storage.place(OUTPUT).rglob("*"))
    return [path for path in found if "/.work/" in path and part in path]


def wait_for(part: str) -> None:
    """Waits until there is such a file."""
    deadline = time.monotonic() + 240
    while not under_way(part):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on(
    proxy: FaultyProxy, inputs: Path, finished: Path, tmp_path: Path
) -> None:
    """Two workers; the driver is killed, the lease it leaves is taken over, the bytes are same."""
    upload(inputs, "s3://corpus/in")
    settings = content(inputs, OUTPUT, workers=2)
    with driver(settings, tmp_path):
        wait_for("/prepare/manifests/")
    assert storage.exists(storage.place(OUTPUT) / ".lock")
    proxy.inject(Fault("PUT", "/.work/", times=3, status=503))
    with driver(settings, tmp_path) as second:
        _, told = second.communicate(timeout=300)
        assert second.returncode == 0, told
    assert tree(OUTPUT, *FOLDERS) == corpora.tree(finished, *FOLDERS)
    assert not storage.exists(storage.place(OUTPUT) / ".lock")


def test_two_drivers_do_not_share_an_output(
    proxy: FaultyProxy, run_here: Runner, inputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.lease, "REFRESH", 0.1)
    with storage.held(storage.place(OUTPUT), ".lock"), pytest.raises(ResumeError) as caught:
        execute(content(inputs, OUTPUT))
    assert str(caught.value).startswith(f"{OUTPUT}: another run (process {os.getpid()} on ")
    assert str(caught.value).endswith("writes here; wait for it or give another --output")
    assert storage.names(storage.place(OUTPUT)) == []


def test_a_driver_whose_lease_is_gone_commits_nothing(
    proxy: FaultyProxy, run_here: Runner, inputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run took over while this one was suspended."""
    from corpus_pipeline.workspace.state import Workspace

    put = Workspace.put_manifest

    def lose(self: Workspace, manifest: Any) -> None:
        put(self, manifest)
        note = {"owner": "other", "host": "elsewhere", "pid": 7, "counter": 3}
        storage.write_bytes(self.root / ".lock", json.dumps(note).encode())

    monkeypatch.setattr(Workspace, "put_manifest", lose)
    with pytest.raises(ResumeError, match="taken over by process 7 on elsewhere"):
        run_here(content(inputs, OUTPUT))
    assert not under_way("/prepare/commit.json")
    assert json.loads(storage.read_bytes(storage.place(OUTPUT) / ".lock"))["owner"] == "other"


def test_a_foreign_folder_is_refused_and_left_as_it_is(
    proxy: FaultyProxy, run_here: Runner, inputs: Path
) -> None:
    storage.write_bytes(storage.place(OUTPUT) / "mine.txt", b"mine")
    with pytest.raises(ResumeError, match="is not empty and holds no run"):
        run_here(content(inputs, OUTPUT))
    assert storage.names(storage.place(OUTPUT)) == ["mine.txt"]


@pytest.mark.slow
def test_a_run_is_thrown_away_in_bulk(
    proxy: FaultyProxy, run_here: Runner, inputs: Path, finished: Path
) -> None:
    run_here(content(inputs, OUTPUT))
    storage.write_bytes(storage.place(OUTPUT) / "documents" / "old.parquet", b"old")
    proxy.requests.clear()
    run_here(content(inputs, OUTPUT), overwrite=True)
    assert tree(OUTPUT, *FOLDERS) == corpora.tree(finished, *FOLDERS)
    assert proxy.count("DELETE") < 5, "only the lease and the two marks go one by one"


def test_a_flipped_byte_on_s3_is_found(proxy: FaultyProxy, run_here: Runner, inputs: Path) -> None:
    run_here(content(inputs, OUTPUT))
    (shard, *_) = storage.children(storage.place(OUTPUT) / "tokens", ".arrow")
    data = bytearray(storage.read_bytes(shard))
    data[len(data) // 2] ^= 1
    storage.write_bytes(shard, bytes(data))
    with pytest.raises(VerifyError, match=r"tokens/tokens-00000-of-0000\d\.arrow has .* sha256"):
        verify(storage.place(OUTPUT))


def command(*arguments: str) -> tuple[int, str, str]:
    """Runs `corpus` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "corpus_pipeline.cli.main", *arguments],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"output": "s3://no-such-bucket/run"}, "s3://no-such-bucket/run: "),
        ({"output": "s3://key:hunter2@corpus/run"}, "s3://corpus/run: the URL holds credentials"),
        ({"output": "nope://corpus/run"}, "nope://corpus/run: nope:// is no known protocol"),
    ],
    ids=["bucket", "credentials", "protocol"],
)
def test_an_output_that_cannot_be_is_one_line(
    proxy: FaultyProxy, inputs: Path, tmp_path: Path, setting: dict[str, Any], message: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(content(inputs, OUTPUT) | setting))
    code, _, told = command("run", str(path))
    # What the command waits for may be said before.
    (line,) = (each for each in told.splitlines() if each.startswith("corpus: "))
    assert (code, line.startswith(f"corpus: {message}")) == (1, True), line
    assert "hunter2" not in told


class _Stopped(Exception):
    """Stands for a lost machine."""


class _Stopping(NotedProgress):
    """Asks for the status when a phase begins, and stops."""

    def __init__(self, phase: str) -> None:
        super().__init__()
        self._phase = phase

    def start(self, phase: str, items: int, finished: int) -> None:
        if phase == self._phase:
            self.seen = status_of(storage.place(OUTPUT), OUTPUT)
            raise _Stopped


def test_the_status_of_a_run(
    proxy: FaultyProxy, run_here: Runner, inputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under way and stopped; with one request for each phase that is done, and few more."""
    monkeypatch.setattr(lease, "REFRESH", 0.2)
    progress = _Stopping("finish")
    with pytest.raises(_Stopped):
        run_here(content(inputs, OUTPUT), progress=progress)
    assert (progress.seen.state, progress.seen.pid) == ("running", os.getpid())
    assert progress.seen.last_written == pytest.approx(time.time(), abs=600)
    proxy.requests.clear()
    found = status_of(storage.place(OUTPUT), OUTPUT)
    assert found.state == "stopped"
    assert found.phases == progress.seen.phases
    assert found.tally.documents == 41
    assert proxy.count("PUT") == 0
    assert len(proxy.requests) < 2 * len(found.phases) + 20
    assert command("status", OUTPUT)[0] == 3
    assert command("status", "s3://corpus/nothing")[0] == 4


def test_commands_take_urls(
    proxy: FaultyProxy, run_here: Runner, inputs: Path, finished: Path
) -> None:
    run_here(content(inputs, OUTPUT))
    code, shown, told = command("verify", OUTPUT)
    assert code == 0
    assert told.startswith("check: done in ")
    assert shown.startswith(f"{OUTPUT}: verified ")
    assert command("stats", OUTPUT)[1].startswith(OUTPUT)
    assert "address 0:0" in command("why", OUTPUT, "0:0")[1]
    code, _, told = command("verify", "s3://corpus/none")
    assert (code, told.count("\n")) == (1, 1)
    assert told.startswith("corpus: s3://corpus/none: there is no such folder; ")
