"""Options of Dataflow jobs: what is added, what is refused, and how failures are told."""

import json
import re
import sys
from pathlib import Path

import pytest

from corpus_pipeline.engines.dataflow import dataflow_options, explained
from corpus_pipeline.engines.job import beam_arguments
from corpus_pipeline.errors import ConfigError

pytestmark = pytest.mark.cluster
pytest.importorskip("google.cloud.dataflow", reason="needs pip install 'corpus-pipeline[dataflow]'")

GIVEN = {
    "project": "my-project",
    "region": "europe-west4",
    "temp_location": "gs://bucket/tmp",
    "sdk_container_image": "europe-west4-docker.pkg.dev/my-project/images/corpus:0.1.0",
}


def test_all_that_is_added() -> None:
    assert dataflow_options(GIVEN, "prepare", unit_timeout=61) == {
        **GIVEN,
        "machine_type": "e2-standard-4",
        "disk_size_gb": "50",
        "number_of_worker_harness_threads": "1",
        "default_sdk_harness_log_level": "WARNING",
        "no_save_main_session": "",
        "element_processing_timeout_minutes": "2",
        "experiments": "disable_logging_submission_environment",
        "labels": '{"phase": "prepare", "tool": "corpus-pipeline"}',
        "job_name": "corpus-prepare",
    }


def test_every_default_has_its_reason_in_the_docs() -> None:
    page = (Path(__file__).parents[3] / "docs" / "dataflow.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", page, re.MULTILINE))
    made = dataflow_options(GIVEN)
    assert rows.keys() == made.keys() - GIVEN.keys()
    for name in ("machine_type", "disk_size_gb", "number_of_worker_harness_threads"):
        assert rows[name].strip("`") == made[name]


def test_beam_understands_what_is_added() -> None:
    from apache_beam.options.pipeline_options import (
        DebugOptions,
        PipelineOptions,
        SetupOptions,
        WorkerOptions,
    )

    made = PipelineOptions(beam_arguments(dataflow_options({**GIVEN, "experiments": "a,b"})))
    debug, workers = made.view_as(DebugOptions), made.view_as(WorkerOptions)
    assert debug.experiments == ["a", "b", "disable_logging_submission_environment"]
    assert debug.number_of_worker_harness_threads == 1
    assert made.view_as(SetupOptions).save_main_session is False
    assert (workers.machine_type, workers.disk_size_gb) == ("e2-standard-4", 50)
    assert workers.element_processing_timeout_minutes == 60


@pytest.mark.parametrize(
    ("more", "name", "expected"),
    [
        ({"worker_machine_type": "n2-highmem-8"}, "machine_type", "n2-highmem-8"),
        ({"--disk_size_gb": "100"}, "disk_size_gb", "100"),
        ({"element_processing_timeout_minutes": "5"}, "element_processing_timeout_minutes", "5"),
        ({"job_name": "monday"}, "job_name", "monday-exact"),
        ({"experiments": "disable_logging_submission_environment"}, "experiments",
         "disable_logging_submission_environment"),
        ({"experiment": "no_use_multiple_sdk_containers", "number_of_worker_harness_threads": "4"},
         "experiments", "no_use_multiple_sdk_containers,disable_logging_submission_environment"),
        ({"max_num_workers": "20"}, "max_num_workers", "20"),
        ({"no_use_public_ips": ""}, "no_use_public_ips", ""),
    ],
)  # fmt: skip
def test_what_the_user_says_wins(more: dict[str, str], name: str, expected: str) -> None:
    assert dataflow_options({**GIVEN, **more}, "exact")[name] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("team=data", {"team": "data"}),
        ("team=data,cost=a-1", {"team": "data", "cost": "a-1"}),
        ('{"team": "data"}', {"team": "data"}),
        ("团队=数据", {"团队": "数据"}),
        ("tool=mine", {"tool": "mine"}),
    ],
)
def test_labels(text: str, expected: dict[str, str]) -> None:
    made = dataflow_options({**GIVEN, "labels": text}, "exact")["labels"]
    assert json.loads(made) == {"tool": "corpus-pipeline", "phase": "exact", **expected}


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"project": ""}, "project: is missing: the id of the Cloud project that is billed"),
        ({"region": ""}, "region: is missing: the region of the workers"),
        ({"temp_location": ""}, "temp_location: is missing: a folder for temporary files"),
        ({"sdk_container_image": ""}, "sdk_container_image: is missing: the image of the workers"),
        ({"project": "123456"}, "project: must be a project id, neither its number"),
        ({"project": "My Project"}, "project: must be a project id, neither its number"),
        ({"region": "europe-west4-a"}, "region: must be a region such as europe-west4, not a zone"),
        ({"temp_location": "/tmp"}, "temp_location: must be gs://BUCKET/FOLDER, got '/tmp'"),
        ({"temp_location": "gs://bucket"}, "temp_location: must be gs://BUCKET/FOLDER"),
        ({"staging_location": "s3://bucket/a"}, "staging_location: must be gs://BUCKET/FOLDER"),
        ({"job_name": "Monday"}, "job_name: must be up to 40 of a-z, 0-9 and -"),
        ({"max_num_worker": "2"}, "max_num_worker: is no pipeline option; did you mean 'max_num_"),
        ({"max_num_workers": ""}, "--max_num_workers: expected one argument"),
        ({"disk_size_gb": "big"}, "--disk_size_gb: invalid int value: 'big'"),
        ({"streaming": ""}, "streaming: all phases are batch jobs"),
        ({"template_location": "gs://b/t"}, "template_location: a template runs nothing"),
        ({"requirements_file": "a.txt"}, "requirements_file: the image holds the package"),
        ({"save_main_session": ""}, "save_main_session: phases are importable"),
        ({"label": "a=b", "labels": "c=d"}, "labels: is given twice, once as labels"),
        ({"labels": "Team=data"}, "labels: Team=data: keys and values are up to 63 lower-case"),
        ({"labels": "{team}"}, "labels: is no JSON object"),
        ({"experiments": "disable_runner_v2"}, "experiments: disable_runner_v2: Beam's Python SDK"),
        ({"experiments": "no_use_multiple_sdk_containers"},
         "experiments: no_use_multiple_sdk_containers leaves one process with one thread"),
    ],
)  # fmt: skip
def test_refusals(more: dict[str, str], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        dataflow_options({**GIVEN, **more})
    assert str(caught.value).startswith(f"runner_options: {line}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("s3_secret_access_key", "hunter2"),
        ("azure_connection_string", "AccountKey=hunter2"),
        ("subnetwork", "https://user:hunter2@example.org/net"),
        ("my_password", "hunter2"),
    ],
)
def test_secrets_are_refused_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        dataflow_options({**GIVEN, name: value})
    assert "holds a secret" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "refused"),
    [("gs://bucket/in/*.jsonl", False), ("s3://bucket/a", False), ("https://example.org/a", False),
     ("/data/out", True), ("corpus-out", True), ("file:///data/out", True)],
)  # fmt: skip
def test_paths_that_workers_cannot_reach(path: str, refused: bool) -> None:
    if not refused:
        assert dataflow_options(GIVEN, paths=["gs://bucket/a", path])
        return
    with pytest.raises(ConfigError, match="lies on this machine, where Dataflow's workers") as line:
        dataflow_options(GIVEN, paths=["gs://bucket/a", path])
    assert str(line.value).startswith(f"{path}: ")


def test_missing_client_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud.dataflow", None)
    with pytest.raises(ConfigError, match=r"pip install 'corpus-pipeline\[dataflow\]'"):
        dataflow_options(GIVEN)


def test_other_failures_stay_as_they_are() -> None:
    error = ZeroDivisionError("a defect")
    assert explained(error) is error
