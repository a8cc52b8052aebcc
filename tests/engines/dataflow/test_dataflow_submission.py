"""What becomes of a Dataflow job, seen from the machine that submits it: done, refused, failed."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from engines.dataflow.service import Service, options, running_bucket, running_service

from corpus_pipeline.engines.dataflow import dataflow_options, explained, refuse_unusable_buckets
from corpus_pipeline.engines.engine import as_corpus_error
from corpus_pipeline.engines.job import beam_arguments
from corpus_pipeline.errors import ConfigError, InputError

pytestmark = pytest.mark.cluster
pytest.importorskip("google.cloud.dataflow", reason="needs pip install 'corpus-pipeline[dataflow]'")

#: JOB_STATE_CANCELLED, as the client sends it.
CANCELLED = 5


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with running_bucket() as address:
        yield address


@pytest.fixture
def service(bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", bucket)
    with running_service() as found:
        yield found


def submit(service: Service, **more: str) -> Any:
    """Submits a small job; returns its result."""
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.runners.runner import create_runner

    arguments = beam_arguments(dataflow_options(options(service, **more), "exact"))
    pipeline = beam.Pipeline(
        runner=create_runner("DataflowRunner"), options=PipelineOptions(arguments)
    )
    _ = pipeline | "Items" >> beam.Create([1, 2])
    return pipeline.run()


def failure(service: Service, **more: str) -> Exception:
    """Submits a job that fails; returns what the engine makes of it."""
    try:
        result = submit(service, **more)
        # Beam waits for messages of a job of which it does not know yet that it has ended.
        assert result.state == "FAILED"
        result.wait_until_finish()
    except Exception as error:
        return as_corpus_error(explained(error), "exact")
    raise AssertionError("the job did not fail")


def test_a_job_that_succeeds(service: Service) -> None:
    result = submit(service)
    assert result.state == "DONE"
    assert result.wait_until_finish() == "DONE"
    assert result.metrics().query()["counters"] == []
    assert [job["name"] for job in service.jobs] == ["corpus-exact"]


def test_a_job_is_cancelled(service: Service) -> None:
    service.state = "JOB_STATE_RUNNING"
    submit(service).cancel()
    assert service.wanted_states == [CANCELLED]


@pytest.mark.parametrize(
    ("messages", "line"),
    [
        (["Workflow failed. Causes: Quota exceeded:\n CPUS in europe-west4."],
         "Dataflow job job-1 ended as FAILED (Workflow failed. Causes: Quota exceeded: CPUS in "
         "europe-west4.); its log says more: gcloud dataflow jobs show job-1. Run again to resume"),
        (["Traceback (most recent call last):\n ValueError: text of a document"],
         "Dataflow job job-1 ended as FAILED; its log says more: gcloud dataflow jobs show job-1. "
         "Run again to resume"),
        ([], "Dataflow job job-1 ended as FAILED; its log says more: gcloud dataflow jobs show "
             "job-1. Run again to resume"),
    ],
)  # fmt: skip
def test_a_job_that_fails(service: Service, messages: Sequence[str], line: str) -> None:
    service.state, service.messages = "JOB_STATE_FAILED", [*messages]
    assert str(failure(service)) == line


def test_an_error_of_a_worker_comes_back_as_it_was(service: Service) -> None:
    service.state = "JOB_STATE_FAILED"
    service.messages = [
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in process\n"
        "corpus_pipeline.errors.InputError: gs://bucket/a.jsonl: cannot be opened (404)\n\n",
        "Workflow failed. Causes: S01 failed after 4 attempts.",
    ]  # fmt: skip
    found = failure(service)
    assert (type(found), str(found)) == (
        InputError, "gs://bucket/a.jsonl: cannot be opened (404)",
    )  # fmt: skip


def test_a_submission_that_is_refused(service: Service) -> None:
    service.refusal = 403
    found = str(failure(service))
    assert found.startswith("Dataflow: permission denied (403 ")
    assert found.endswith("give your account the roles Dataflow Developer and Storage Object Admin")


@pytest.mark.parametrize("kind", ["DefaultCredentialsError", "RefreshError", "InvalidOperation"])
def test_missing_credentials(kind: str) -> None:
    from google.auth import exceptions

    found = explained(getattr(exceptions, kind)("no credentials"))
    assert str(found).startswith("Dataflow: Google's credentials are missing or expired; run")


def test_a_job_of_the_same_name_is_active(service: Service) -> None:
    service.active = "20240101000000000000-1234"
    assert str(failure(service)).startswith("Dataflow: a job of this name is still active; wait")


@pytest.mark.parametrize("option", ["temp_location", "staging_location"])
def test_a_bucket_that_is_not_there(service: Service, option: str) -> None:
    refuse_unusable_buckets(options(service))
    with pytest.raises(ConfigError) as caught:
        refuse_unusable_buckets(options(service, **{option: "gs://elsewhere/tmp"}))
    assert str(caught.value) == (
        f"runner_options: {option}: gs://elsewhere is not there; create the bucket or correct it"
    )


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (401, "is closed without credentials; run `gcloud auth application-default login`"),
        (403, "is closed to your account; ask for Storage Object Admin on it"),
        (503, "does not answer (ServiceUnavailable); try again"),
    ],
)
def test_a_bucket_that_cannot_be_used(
    service: Service, monkeypatch: pytest.MonkeyPatch, status: int, line: str
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", service.url)
    service.refusal = status
    with pytest.raises(ConfigError) as caught:
        refuse_unusable_buckets(options(service))
    assert str(caught.value) == f"runner_options: temp_location: gs://bucket {line}"
