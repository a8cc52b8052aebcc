"""Jobs of 10⁶ units as Dataflow gets them: staged to a bucket, sent to the service, read again."""

import base64
import bz2
import dataclasses
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from engines.dataflow.service import BUCKET, IMAGE, options, running_bucket, running_service

from corpus_pipeline.engines.beam_transforms import add_work
from corpus_pipeline.engines.dataflow import dataflow_options
from corpus_pipeline.engines.job import beam_arguments
from corpus_pipeline.workspace import phase_table

pytestmark = pytest.mark.cluster
pytest.importorskip("google.cloud.dataflow", reason="needs pip install 'corpus-pipeline[dataflow]'")

UNITS, PARTITIONS = 10**6, 10**5
#: Limits of the service: a job's graph, and the request that creates it.
MOST_GRAPH_BYTES, MOST_REQUEST_BYTES = 10 * 10**6, 20 * 10**6
SECRET = "hunter2-do-not-show"
#: Text of an evaluation item, which the driver reads.
TEXT = "A farmer has seventeen sheep and sells nine of them at the market for twelve coins each"


@dataclasses.dataclass(frozen=True)
class Submission:
    """One job as it was sent."""

    request: dict[str, Any]
    request_bytes: int
    place: tuple[str, str]
    staged: dict[str, bytes]
    """Name of each file that was put into the bucket -> content."""
    graph: Any
    """The pipeline, as Beam's protocol buffer."""

    def leaves(self) -> dict[str, Any]:
        """Steps that the service executes, by label; what they are made of stays out."""
        transforms = self.graph.components.transforms.values()
        return {each.unique_name: each for each in transforms if not each.subtransforms}

    def coder(self, collection: str) -> Any:
        """Names a collection's coder: its urn, or its class where it is one of ours."""
        return self._named(self.graph.components.pcollections[collection].coder_id)

    def _named(self, coder_id: str) -> Any:
        coder = self.graph.components.coders[coder_id]
        if coder.component_coder_ids:
            return (_short(coder.spec.urn), *map(self._named, coder.component_coder_ids))
        if _short(coder.spec.urn) == "pickled_python":
            payload = unpacked(coder.spec.payload)
            ours = [name for name in (b"BatchKeyCoder", b"RecordBatchCoder") if name in payload]
            return b"".join(ours).decode() or "pickled_python"
        return _short(coder.spec.urn)


def _short(urn: str) -> str:
    return urn.removeprefix("beam:").removeprefix("coder:").removesuffix(":v1")


def unpacked(payload: bytes) -> bytes:
    """Takes off what Beam packs pickled functions in; other payloads stay as they are."""
    for decompress in (bz2.decompress, zlib.decompress):
        try:
            return decompress(base64.b64decode(payload, validate=True))
        except (ValueError, OSError, zlib.error):
            continue
    return payload


def _phases(folder: Path) -> dict[str, tuple[Any, int]]:
    """Every phase of a run with all stages on, with the number of its items."""
    from corpus_pipeline.config.config import build_config
    from corpus_pipeline.config.run_flow import run_flow
    from corpus_pipeline.pipelines.phases import (
        LedgerPhase,
        MatchPhase,
        ShardPhase,
    )
    from corpus_pipeline.pipelines.stage_options import StageOptions
    from corpus_pipeline.planning.resources import resolve_resources
    from corpus_pipeline.workspace.state import Workspace

    evaluation = folder / "evaluation.jsonl"
    evaluation.write_text(json.dumps({"text": TEXT}), "utf-8")
    config = build_config(
        {
            "inputs": [{"path": "gs://bucket/crawl/*.warc.gz", "source": "web"}],
            "output": "gs://bucket/corpus",
            "storage_options": {"gs": {"token": SECRET}},
            "dedup": {
                "contamination": {"evaluations": [str(evaluation)]},
                "address": {},
                "substring": {},
                "paragraph": {},
            },
        },
        "test",
    )
    workspace = Workspace(config.output, UNITS, "run")
    flow = run_flow(config)
    resolve_resources(flow)
    make = StageOptions(config, flow, workspace, PARTITIONS)
    prepare, finish = (make.pass_work(each) for each in flow.passes)
    phases: dict[str, tuple[Any, int]] = {"prepare": (prepare, UNITS), "finish": (finish, UNITS)}
    shards = make.shards()
    assert shards is not None
    phases["shards"] = ShardPhase(shards, UNITS), UNITS
    phases["ledger"] = LedgerPhase(make.ledger()), UNITS
    # What is left are second looks of matches at the units.
    for name in phase_table.names_over("units"):
        if name not in phases:
            phases[name] = make.over_units(name), UNITS
    for name in MATCHES:
        phases[name] = MatchPhase(make.match(name)), PARTITIONS
    return phases


MATCHES = phase_table.names_over("partitions")
PHASES = tuple(
    row.name for row in phase_table.PHASES if row.over in ("units", "partitions", "shards")
)


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Submission]:
    """Every phase, submitted once."""
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.portability.api import beam_runner_api_pb2
    from google.cloud import storage

    found = {}
    with (
        running_service() as service,
        running_bucket() as bucket,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("STORAGE_EMULATOR_HOST", bucket)
        environment.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        client = storage.Client.create_anonymous_client()
        for name, (phase, items) in _phases(tmp_path_factory.mktemp("graph")).items():
            given = dataflow_options(options(service, max_num_workers="100"), name, 600)
            arguments = [*beam_arguments(given), "--runner=DataflowRunner"]
            pipeline = beam.Pipeline(options=PipelineOptions(arguments))
            add_work(pipeline, phase.work(range(items)))
            pipeline.run()
            job = service.jobs[-1]
            url = job["environment"]["sdkPipelineOptions"]["options"]["pipelineUrl"]
            folder = url.removeprefix(f"gs://{BUCKET}/").rpartition("/")[0]
            staged = {
                blob.name.removeprefix(f"{folder}/"): blob.download_as_bytes()
                for blob in client.list_blobs(BUCKET, prefix=folder)
            }
            graph = beam_runner_api_pb2.Pipeline.FromString(staged["pipeline.pb"])
            found[name] = Submission(job, service.sizes[-1], service.places[-1], staged, graph)
        client.close()
    return found


@pytest.mark.parametrize("name", PHASES)
def test_graph_and_request_are_within_the_limits(
    name: str, submissions: dict[str, Submission]
) -> None:
    found = submissions[name]
    assert len(found.staged["pipeline.pb"]) <= MOST_GRAPH_BYTES
    assert found.request_bytes <= MOST_REQUEST_BYTES


@pytest.mark.parametrize("name", PHASES)
def test_nothing_but_the_graph_is_staged(name: str, submissions: dict[str, Submission]) -> None:
    assert list(submissions[name].staged) == ["pipeline.pb"]


@pytest.mark.parametrize("name", PHASES)
def test_options_of_the_job(name: str, submissions: dict[str, Submission]) -> None:
    found = submissions[name]
    assert found.place == ("my-project", "europe-west4")
    job = found.request
    assert job["name"] == f"corpus-{name}"
    assert job["labels"] == {"tool": "corpus-pipeline", "phase": name}
    assert job["type"] == 1, "a batch job"
    environment = job["environment"]
    assert {
        "use_runner_v2", "use_multiple_sdk_containers", "disable_logging_submission_environment",
    } <= {*environment["experiments"]}  # fmt: skip
    (pool,) = environment["workerPools"]
    (image,) = pool["sdkHarnessContainerImages"]
    assert image["containerImage"] == pool["workerHarnessContainerImage"] == IMAGE
    assert image["useSingleCorePerContainer"] is True, "one process for each core"
    assert pool["machineType"] == "e2-standard-4"
    assert pool["diskSizeGb"] == 50
    assert pool["numThreadsPerWorker"] == 1
    assert pool["autoscalingSettings"] == {"maxNumWorkers": 100}
    harness = environment["sdkPipelineOptions"]["options"]
    assert harness["element_processing_timeout_minutes"] == 10
    assert harness["save_main_session"] is False
    assert harness["default_sdk_harness_log_level"] == "WARNING"


KEYED = ("kv", "BatchKeyCoder", "RecordBatchCoder")
BLOCK = ("kv", "varint", "bytes")
#: Steps of each phase after its items are spread -> the coder of what they give.
STEPS = {
    "prepare": {
        "ReadUnit": KEYED,
        "extract": KEYED,
        "language": KEYED,
        "quality": KEYED,
        "keywords": KEYED,
        "perplexity": KEYED,
        "HashBatch": KEYED,
        "WritePreparedUnit": "varint",
    },
    **{
        name: {
            "ReadHashes": BLOCK,
            "Group for MatchPartition": ("kv", "varint", ("iterable", "bytes")),
            "MatchPartition": "varint",
        }
        for name in MATCHES
    },
    **{
        name: {"SecondLook": "varint"}
        for name in phase_table.names_over("units")
        if name not in ("prepare", "finish", "ledger")
    },
    "finish": {
        "ReadPreparedUnit": KEYED,
        "RemoveDuplicates": KEYED,
        "scrub": KEYED,
        "tokenize": KEYED,
        "WriteFinishedUnit": "varint",
    },
    "shards": {"WriteShard": "varint"},
    "ledger": {"WriteLedger": "varint"},
}
#: Steps that bring the items to the workers.
SPREADING = ("Ranges", "Unroll", "Spread")


@pytest.mark.parametrize("name", PHASES)
def test_steps_and_their_coders(name: str, submissions: dict[str, Submission]) -> None:
    found = submissions[name]
    coders = {
        label: found.coder(collection)
        for label, step in found.leaves().items()
        if label.split("/")[0] not in SPREADING
        for collection in step.outputs.values()
    }
    assert coders == STEPS[name]


@pytest.mark.parametrize("name", PHASES)
def test_every_step_is_one_that_every_runner_executes(
    name: str, submissions: dict[str, Submission]
) -> None:
    from apache_beam.portability.api import beam_runner_api_pb2

    for label, step in submissions[name].leaves().items():
        assert _short(step.spec.urn) in {
            "transform:impulse", "transform:pardo", "transform:group_by_key",
        }, label  # fmt: skip
        assert len(step.inputs) <= 1, label
        assert len(step.outputs) == 1, label
        payload = beam_runner_api_pb2.ParDoPayload.FromString(step.spec.payload)
        if step.spec.urn == "beam:transform:pardo:v1":
            assert not payload.side_inputs, label
            assert not payload.state_specs, label
            assert not payload.timer_family_specs, label
            assert not payload.restriction_coder_id, label


@pytest.mark.parametrize("name", PHASES)
def test_what_crosses_a_shuffle_is_small(name: str, submissions: dict[str, Submission]) -> None:
    found = submissions[name]
    grouped = {
        label: found.coder(next(iter(step.inputs.values())))
        for label, step in found.leaves().items()
        if step.spec.urn == "beam:transform:group_by_key:v1"
    }
    spread = grouped.pop("Spread/ReshufflePerKey/GroupByKey")
    assert "BatchCoder" not in str(spread), "numbers are spread, not documents"
    assert grouped == ({"Group for MatchPartition": BLOCK} if name in MATCHES else {})
    composites = {each.unique_name: each for each in found.graph.components.transforms.values()}
    assert composites["Spread"].spec.urn == "beam:transform:reshuffle:v1", "the service has its own"


@pytest.mark.parametrize("name", PHASES)
def test_workers_start_from_the_image(name: str, submissions: dict[str, Submission]) -> None:
    from apache_beam.portability.api import beam_runner_api_pb2

    for environment in submissions[name].graph.components.environments.values():
        assert environment.urn == "beam:env:docker:v1"
        payload = beam_runner_api_pb2.DockerPayload.FromString(environment.payload)
        assert payload.container_image == IMAGE
        assert list(environment.dependencies) == []


def everything_sent(found: Submission) -> bytes:
    """All that left this machine, with what Beam has packed unpacked."""
    from apache_beam.portability.api import beam_runner_api_pb2

    parts = [json.dumps(found.request).encode(), *found.staged.values()]
    parts += [unpacked(coder.spec.payload) for coder in found.graph.components.coders.values()]
    for step in found.leaves().values():
        if step.spec.urn == "beam:transform:pardo:v1":
            message = beam_runner_api_pb2.ParDoPayload.FromString(step.spec.payload)
            parts.append(unpacked(message.do_fn.payload))
    return b"\n".join(parts)


@pytest.mark.parametrize("name", PHASES)
def test_no_secret_and_no_text_is_sent(name: str, submissions: dict[str, Submission]) -> None:
    sent = everything_sent(submissions[name])
    assert b"gs://bucket/corpus" in sent or b"gs:/bucket/corpus" in sent, "packed parts are read"
    assert SECRET.encode() not in sent
    assert b"seventeen sheep" not in sent
