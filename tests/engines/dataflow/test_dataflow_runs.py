"""A whole run on Dataflow's engine: what was submitted is run by Beam, and gives the same bytes."""

import threading
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpora
import pytest
from engines.dataflow.service import (
    BUCKET,
    Service,
    fsspec_reaches,
    options,
    running_bucket,
    running_service,
)
from runs import Runner, small
from storage.test_s3_runs import tree, upload

from corpus_pipeline import storage
from corpus_pipeline.engines.runners import DataflowEngine
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.workspace.run_file import FOLDERS

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning"),
]
pytest.importorskip("google.cloud.dataflow", reason="needs pip install 'corpus-pipeline[dataflow]'")

OUTPUT = f"gs://{BUCKET}/run"


class RunningService(Service):
    """Does the work of the jobs that it is sent, one at a time, with Beam's runner for tests."""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Starts the job when it is created."""
        before = len(self.jobs)
        answered = super().answer(method, path, body)
        if len(self.jobs) > before:
            self.state = "JOB_STATE_RUNNING"
            threading.Thread(target=self._work, daemon=True).start()
        return answered

    def _work(self) -> None:
        from apache_beam.options.pipeline_options import PipelineOptions
        from apache_beam.portability.api import beam_runner_api_pb2
        from apache_beam.runners.portability.fn_api_runner import FnApiRunner

        try:
            given = self.jobs[-1]["environment"]["sdkPipelineOptions"]["options"]
            staged = storage.read_bytes(storage.place(given["pipelineUrl"]))
            graph = beam_runner_api_pb2.Pipeline.FromString(staged)
            # The image of the workers is not here; this process has what would be in it.
            for environment in graph.components.environments.values():
                environment.urn, environment.payload = "beam:env:embedded_python:v1", b""
            FnApiRunner().run_via_runner_api(graph, PipelineOptions([])).wait_until_finish()
        except Exception as error:
            self.messages = [f"Workflow failed. Causes: {type(error).__name__}"]
            self.state = "JOB_STATE_FAILED"
        else:
            self.state = "JOB_STATE_DONE"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The stub of the service and a bucket, both without credentials."""
    monkeypatch.setattr(DataflowEngine, "poll_seconds", 0.2)
    # Beam's client looks at a job every five seconds.
    hasty = types.SimpleNamespace(time=time.time, sleep=lambda _: time.sleep(0.2))
    monkeypatch.setattr("apache_beam.runners.dataflow.dataflow_runner.time", hasty)
    with running_bucket() as address, running_service(RunningService()) as found:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        with fsspec_reaches(address):
            yield found


def content(folder: Path, service: Service) -> dict[str, Any]:
    """A run on Dataflow of a file in the bucket."""
    lines = "".join(map(corpora.json_line, corpora.CHINESE.values()))
    on = {"enabled": True}
    dedup = {
        **dict.fromkeys(("address", "document", "sentence"), on),
        "substring": {"min_bytes": 64},
        "paragraph": {"ngram": 8, "min_ngram": 8},
    }
    made = small(folder, folder / "out", lines, dedup=dedup, tokenize=on)
    upload(folder, f"gs://{BUCKET}/in")
    made["inputs"][0]["path"] = f"gs://{BUCKET}/in/a.jsonl"
    return made | {
        "output": OUTPUT, "runner": "dataflow", "runner_options": options(service),
    }  # fmt: skip


def test_a_run_on_dataflow_has_the_same_bytes(
    service: Service, run_here: Runner, tmp_path: Path
) -> None:
    made = content(tmp_path / "in", service)
    run_here(made)
    names = [job["name"] for job in service.jobs]
    assert names[0] == "corpus-preflight"
    assert names[1:] == [
        "corpus-prepare", "corpus-address", "corpus-exact", "corpus-document", "corpus-shingles",
        "corpus-verify", "corpus-sentence", "corpus-substring", "corpus-windows", "corpus-repeats",
        "corpus-paragraph", "corpus-ngrams", "corpus-seen", "corpus-finish", "corpus-shards",
        "corpus-ledger",
    ]  # fmt: skip
    verify(storage.place(OUTPUT))
    direct = {"runner": "direct", "runner_options": {}, "output": f"gs://{BUCKET}/direct"}
    run_here(made | direct)
    assert tree(OUTPUT, *FOLDERS) == tree(f"gs://{BUCKET}/direct", *FOLDERS)
