"""Google Dataflow: the pipeline options of its jobs, and its failures in one line.

What the service refuses only after minutes, or what would cost money unseen, is refused before
anything is sent: a missing image, a bucket that Beam would make up, a misspelt limit.
"""

import importlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from corpus_pipeline.engines.job import beam_arguments
from corpus_pipeline.errors import ConfigError, EngineError
from corpus_pipeline.nearest import meant

#: Other names of an option -> the name used here.
_ALIASES = {
    "dataflow_service_option": "dataflow_service_options",
    "experiment": "experiments",
    "label": "labels",
    "worker_disk_type": "disk_type",
    "worker_machine_type": "machine_type",
}
#: What every job needs -> what it is.
_NEEDED = {
    "project": "the id of the Cloud project that is billed",
    "region": "the region of the workers, best that of the buckets, for example europe-west4",
    "temp_location": "a folder for temporary files, gs://BUCKET/FOLDER",
    "sdk_container_image": "the image of the workers, built from docker/Dockerfile",
}
#: Set unless the user sets them; docs/dataflow.md says why.
_DEFAULTS = {
    "machine_type": "e2-standard-4",
    "disk_size_gb": "50",
    "number_of_worker_harness_threads": "1",
    "default_sdk_harness_log_level": "WARNING",
    "no_save_main_session": "",
}
#: Keeps the list of everything installed here, with paths and URLs, out of the bucket.
_PRIVATE = "disable_logging_submission_environment"
#: Experiments that go back to the worker of before Beam's portable protocol.
_OLD_WORKER = re.compile(r"disable_(prime_)?(runner_v2|portable_runner)")

_IMAGE_HAS_IT = "the image holds the package and all it needs; build another image instead"
_REFUSED = {
    "runner": "is already chosen",
    "streaming": "all phases are batch jobs",
    "update": "all phases are batch jobs, which cannot be updated",
    "template_location": "a template runs nothing; leave it out",
    "save_main_session": "phases are importable, no session is needed",
    "requirements_file": _IMAGE_HAS_IT,
    "setup_file": _IMAGE_HAS_IT,
    "prebuild_sdk_container_engine": _IMAGE_HAS_IT,
    "worker_harness_container_image": "is an old name; use sdk_container_image",
}
_SECRET = re.compile(r"secret|password|token|access_key|credential|connection_string|private_key")
_SECRET_VALUE = re.compile(r"://[^/@\s]*:[^/@\s]*@")
#: Option -> what its value must look like, and that in words.
_SHAPES = {
    "project": (r"[a-z][a-z0-9:.-]+[a-z0-9]", "a project id, neither its number nor its title"),
    "region": (r"[a-z]+-[a-z]+\d+", "a region such as europe-west4, not a zone"),
    "temp_location": (r"gs://[a-z0-9][\w.-]+[a-z0-9]/.*", "gs://BUCKET/FOLDER"),
    "staging_location": (r"gs://[a-z0-9][\w.-]+[a-z0-9]/.*", "gs://BUCKET/FOLDER"),
    "job_name": (r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", "up to 40 of a-z, 0-9 and -, a letter first"),
}
#: Errors of Google's libraries that mean so; without credentials they go on as nobody.
_NO_CREDENTIALS = (
    "DefaultCredentialsError", "RefreshError", "InvalidOperation", "Unauthorized",
    "Unauthenticated",
)  # fmt: skip
_BUCKET_ERRORS = {
    "NotFound": "is not there; create the bucket or correct it",
    "Forbidden": "is closed to your account; ask for Storage Object Admin on it",
    **dict.fromkeys(
        _NO_CREDENTIALS,
        "is closed without credentials; run `gcloud auth application-default login`",
    ),
}
_LABEL_KEY = re.compile(r"[^\W\d_][\w-]{0,62}")
_LABEL_VALUE = re.compile(r"[\w-]{0,63}")


def dataflow_options(
    options: Mapping[str, str],
    phase: str = "",
    unit_timeout: float = 3600,
    paths: Iterable[str] = (),
) -> dict[str, str]:
    """Completes the user's pipeline options for Dataflow jobs.

    Args:
        options: pipeline options without dashes; an empty value is a flag.
        phase: name of the phase; it becomes part of the job's name and one of its labels.
        unit_timeout: seconds after which a stuck element of work is given up; the service counts
            in whole minutes.
        paths: inputs and output of the run, which workers must be able to reach.

    Raises:
        ConfigError: something is missing, contradictory, unknown, secret or out of workers' reach;
            the line names the option and what to do. The value of a secret is never shown.
    """
    _refuse_without_client()
    given = _canonical(options)
    _refuse_secrets(given)
    for name, reason in _REFUSED.items():
        if name in given:
            raise _refusal(name, reason)
    for name, meaning in _NEEDED.items():
        if not given.get(name):
            raise _refusal(name, f"is missing: {meaning} (docs/dataflow.md)")
    _refuse_misunderstood(given)
    for name, (shape, meaning) in _SHAPES.items():
        if name in given and not re.fullmatch(shape, given[name]):
            raise _refusal(name, f"must be {meaning}, got {given[name]!r}")
    _refuse_local(paths)
    minutes = max(1, math.ceil(unit_timeout / 60))
    name = given.get("job_name", "corpus")
    return {
        **_DEFAULTS,
        "element_processing_timeout_minutes": str(minutes),
        **given,
        "experiments": ",".join(_experiments(given)),
        "labels": json.dumps(_labels(given.get("labels", ""), phase), sort_keys=True),
        "job_name": f"{name}-{phase}" if phase else name,
    }


def _refusal(option: str, reason: str) -> ConfigError:
    return ConfigError(f"runner_options: {option}: {reason}")


def _canonical(options: Mapping[str, str]) -> dict[str, str]:
    """Takes off dashes and uses one name for each option."""
    given: dict[str, str] = {}
    for name, value in options.items():
        bare = name.lstrip("-")
        option = _ALIASES.get(bare, bare)
        if option in given:
            raise _refusal(bare, f"is given twice, once as {option}; keep one")
        given[option] = value
    return given


def _refuse_secrets(given: Mapping[str, str]) -> None:
    """Options are stored with the job and shown in its console: no place for secrets."""
    for name, value in given.items():
        if _SECRET.search(name) or _SECRET_VALUE.search(value):
            raise _refusal(
                name,
                "holds a secret, and options are shown to everyone who sees the job; give the "
                "workers' service account access instead (service_account_email)",
            )


def _refuse_misunderstood(given: Mapping[str, str]) -> None:
    """Beam drops an option that it does not know; a misspelt limit would be no limit.

    And it ends the process over a value that it cannot read.
    """
    from apache_beam.options.pipeline_options import PipelineOptions, _BeamArgumentParser

    def refuse(message: str) -> NoReturn:
        raise ConfigError(f"runner_options: {message.removeprefix('argument ')}")

    parser = _BeamArgumentParser(add_help=False, conflict_handler="resolve", allow_abbrev=False)
    for section in PipelineOptions.__subclasses__():
        section._add_argparse_args(parser)
    parser.error = refuse
    known = [name.lstrip("-") for name in parser._option_string_actions]
    for name in given:
        if name not in known:
            hint = meant(name, known, "see the documentation of the runner")
            raise _refusal(name, f"is no pipeline option; {hint}")
    parser.parse_args(beam_arguments(given))


def _refuse_without_client() -> None:
    try:
        importlib.import_module("google.cloud.dataflow")
    except ImportError as error:
        raise ConfigError(
            "runner: dataflow needs Google's client libraries; "
            "pip install 'corpus-pipeline[dataflow]'"
        ) from error


def _experiments(given: Mapping[str, str]) -> list[str]:
    experiments = [name for name in given.get("experiments", "").split(",") if name]
    for name in experiments:
        if _OLD_WORKER.match(name):
            raise _refusal("experiments", f"{name}: Beam's Python SDK runs on Runner v2 alone")
    threads = given.get("number_of_worker_harness_threads", "1")
    if "no_use_multiple_sdk_containers" in experiments and threads == "1":
        raise _refusal(
            "experiments",
            "no_use_multiple_sdk_containers leaves one process with one thread on each machine; "
            "leave it out, or set number_of_worker_harness_threads too",
        )
    return [*experiments, *({_PRIVATE} - set(experiments))]


def _labels(text: str, phase: str) -> dict[str, str]:
    """Reads labels as Beam writes them, a JSON object, or as `key=value,key=value`.

    >>> _labels("team=data", "prepare")
    {'tool': 'corpus-pipeline', 'phase': 'prepare', 'team': 'data'}
    """
    labels = {"tool": "corpus-pipeline"} | ({"phase": phase} if phase else {})
    if text.lstrip().startswith("{"):
        try:
            labels |= {str(key): str(value) for key, value in json.loads(text).items()}
        except ValueError as error:
            raise _refusal("labels", f"is no JSON object ({error})") from error
    else:
        pairs = (pair.partition("=") for pair in text.split(",") if pair)
        labels |= {key.strip(): value.strip() for key, _, value in pairs}
    for key, value in labels.items():
        lower = key == key.lower() and value == value.lower()
        if not (lower and _LABEL_KEY.fullmatch(key) and _LABEL_VALUE.fullmatch(value)):
            raise _refusal(
                "labels",
                f"{key}={value}: keys and values are up to 63 lower-case letters, digits, - and _, "
                "and a key begins with a letter",
            )
    return labels


def _refuse_local(paths: Iterable[str]) -> None:
    for path in paths:
        scheme, separator, _ = path.partition("://")
        if not separator or scheme in ("file", "local"):
            raise ConfigError(
                f"{path}: lies on this machine, where Dataflow's workers cannot see it; "
                "put it into a bucket (gs://BUCKET/...)"
            )


def refuse_unusable_buckets(options: Mapping[str, str], timeout: float = 30) -> None:
    """Looks at the buckets of a job's files, before the first job.

    Beam tries again for hours to write into a bucket that is not there.

    Args:
        options: what `dataflow_options` returned.
        timeout: seconds to wait for each bucket.

    Raises:
        ConfigError: a bucket is not there, is not ours or does not answer, in one line.
    """
    from apache_beam.io.gcp.gcsio import create_storage_client
    from apache_beam.options.pipeline_options import PipelineOptions

    arguments = [f"--{name}={options[name]}" for name in ("project", "job_name") if name in options]
    anonymous = "no_auth" in options
    client = create_storage_client(PipelineOptions(arguments), use_credentials=not anonymous)
    for option in ("temp_location", "staging_location"):
        if option not in options:
            continue
        bucket = options[option].split("/")[2]
        try:
            client.get_bucket(bucket, timeout=timeout, retry=None)
        except Exception as error:  # Whatever the client's libraries raise, the job would meet too.
            reason = _BUCKET_ERRORS.get(
                type(error).__name__, f"does not answer ({type(error).__name__}); try again"
            )
            raise _refusal(option, f"gs://{bucket} {reason}") from error


def explained(error: Exception) -> Exception:
    """Returns what a Dataflow job failed with in a form that tells the user what to do.

    A failed job says nothing by itself; its messages are asked for. Errors of this package that
    workers report stay as text, for the caller to find them in.

    Args:
        error: what submitting a job or waiting for it raised.
    """
    kind, text = type(error).__name__, " ".join(str(error).split())
    if kind == "DataflowRuntimeException":
        return _job_failure(error)
    if kind == "DataflowJobAlreadyExistsError":
        return EngineError(
            "Dataflow: a job of this name is still active; wait for it, or cancel it (gcloud "
            "dataflow jobs list --status=active), or set another runner_options.job_name"
        )
    if kind in _NO_CREDENTIALS:
        return EngineError(
            "Dataflow: Google's credentials are missing or expired; run `gcloud auth "
            "application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS"
        )
    if kind in ("Forbidden", "PermissionDenied"):
        return EngineError(
            f"Dataflow: permission denied ({_shortened(text)}); switch the Dataflow API on and "
            "give your account the roles Dataflow Developer and Storage Object Admin"
        )
    if kind == "ValueError" and "validation errors" in text:
        return EngineError(f"Dataflow: {_shortened(text)}; correct runner_options")
    return error


def _job_failure(error: Any) -> Exception:
    """Asks the service why a job failed; texts of documents may stand in tracebacks alone."""
    result = error.result
    job = result.job_id()
    texts = [message.message_text for message in _error_messages(result)]
    for text in texts:
        if "corpus_pipeline.errors." in text:
            return RuntimeError(text)
    told = [" ".join(text.split()) for text in texts if "Traceback" not in text]
    why = f" ({_shortened(told[-1])})" if told else ""
    return EngineError(
        f"Dataflow job {job} ended as {result.state}{why}; its log says more: "
        f"gcloud dataflow jobs show {job}. Run again to resume"
    )


def _error_messages(result: Any) -> list[Any]:
    messages: list[Any] = []
    token = None
    while True:
        page, token = result._runner.dataflow_client.list_messages(
            result.job_id(), page_token=token, minimum_importance="JOB_MESSAGE_ERROR"
        )
        messages.extend(page)
        if not token:
            return messages


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else text[:297] + "..."
