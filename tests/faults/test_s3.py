"""Faults of an output on S3: drivers killed in the middle of an upload, a storage that fails."""

import signal
from pathlib import Path

import pytest
from faults import harness
from faults.harness import Digests, driving, trying
from storage import conftest as s3
from storage.faulty_proxy import Fault, FaultyProxy

from corpus_pipeline import storage
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.workspace.run_file import FOLDERS

pytestmark = pytest.mark.cluster

server = s3.server
proxy = s3.proxy
OUTPUT = f"s3://{s3.BUCKET}/run"


def fetched(folder: Path) -> Path:
    """Copies the output to the local disk, where it can be compared."""
    root = storage.place(OUTPUT)
    verify(root)
    for name in ("run.json", *FOLDERS):
        files = [root / name] if "." in name else storage.children(root / name, "")
        for file in files:
            target = folder / ("" if "." in name else name) / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(storage.read_bytes(file))
    assert not storage.names(root / ".work")
    return folder


@pytest.mark.parametrize("part", harness.some(("/rejected/", "/finish/manifests/")))
def test_a_driver_killed_in_the_middle_of_an_upload(
    proxy: FaultyProxy, inputs: Path, clean: Digests, tmp_path: Path, part: str
) -> None:
    """The lease that it leaves is waited for, then taken over."""
    with trying("SIGKILL of the driver during an upload", "direct, S3", clean) as trial:
        content = harness.settings(inputs, OUTPUT)
        slow = proxy.inject(Fault("PUT", part, delay=5.0))
        with driving(content, tmp_path) as driver:
            driver.wait_until(lambda: slow.met > 0, "the upload")
            driver.kill()
        proxy.clear()
        ended = harness.run(content, tmp_path)
        assert ended.code == 0, ended
        trial.same(fetched(tmp_path / "fetched"))


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("503 now and then", [Fault("PUT", "/run/", times=6, status=503)]),
        pytest.param(
            "answers that are lost",
            [Fault("PUT", "/run/", times=4, lost=True)],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "connections cut in a body",
            [Fault("GET", "/prepare/", times=4, cut=200)],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_storage_that_fails_for_a_while(
    proxy: FaultyProxy,
    inputs: Path,
    clean: Digests,
    tmp_path: Path,
    name: str,
    faults: list[Fault],
) -> None:
    with trying(name, "direct, S3", clean) as trial:
        for fault in faults:
            proxy.inject(fault)
        ended = harness.run(harness.settings(inputs, OUTPUT), tmp_path)
        assert ended.code == 0, ended
        assert all(fault.met == fault.times for fault in faults)
        trial.same(fetched(tmp_path / "fetched"))


@pytest.mark.slow
def test_a_storage_that_fails_for_long(
    proxy: FaultyProxy, inputs: Path, clean: Digests, tmp_path: Path
) -> None:
    with trying("503 without an end", "direct, S3", clean) as trial:
        content = harness.settings(inputs, OUTPUT)
        proxy.inject(Fault("*", "/documents/", times=10**6, status=503))
        trial.one_line(harness.run(content, tmp_path), "this may pass: run again to resume")
        proxy.clear()
        assert harness.run(content, tmp_path).code == 0
        trial.same(fetched(tmp_path / "fetched"))


@pytest.mark.slow
def test_a_driver_on_s3_that_is_interrupted(
    proxy: FaultyProxy, inputs: Path, clean: Digests, tmp_path: Path
) -> None:
    with trying("Ctrl-C", "direct, S3", clean) as trial:
        content = harness.settings(inputs, OUTPUT)
        with driving(content, tmp_path) as driver:
            driver.wait_until(lambda: proxy.count("PUT", "/exact/manifests/") > 0, "exact")
            ended = driver.kill(number=signal.SIGINT)
        trial.one_line(ended, "interrupted", code=130)
        assert harness.run(content, tmp_path).code == 0
        trial.same(fetched(tmp_path / "fetched"))
