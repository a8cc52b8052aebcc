"""Models, tokenizers, word lists and profiles: which bytes they hold."""

import dataclasses

from corpus_pipeline import storage
from corpus_pipeline.config.missing_files import EVALUATIONS, look_at_resources, missing
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.errors import Mistakes, ResourceError
from corpus_pipeline.package_files import located
from corpus_pipeline.planning.model_probe import probe_model
from corpus_pipeline.steps import Resource, Step


@dataclasses.dataclass(frozen=True)
class Resources:
    """What a run loads besides its inputs; every hash is part of the run's fingerprint."""

    loaded: dict[str, str]
    """Path as configured (or name if shipped) -> sha256 of what workers load."""
    evaluations: dict[str, str]
    """Path -> sha256 of what only the driver reads."""
    code: dict[str, str] = dataclasses.field(default_factory=dict)
    """Place of a step of the user's own -> sha256 of its code."""

    @property
    def sha256(self) -> dict[str, str]:
        """Path -> sha256 of everything."""
        return self.loaded | self.evaluations | self.code


def resolve_resources(flow: RunFlow) -> Resources:
    """Finds and hashes everything that the steps will load, and tells them what it holds.

    Raises:
        CorpusError: a line for each file that is missing or has another hash than the configuration
            says.
    """
    loaded: dict[str, str] = {}
    evaluations: dict[str, str] = {}
    found = Mistakes()

    def look(step: Step, each: Resource) -> None:
        loaded[each.path] = _digest_of_resource(step, each, loaded.get(each.path))

    look_at_resources(flow, found, look)
    if flow.dedup.on("contamination"):
        for place, pattern in enumerate(flow.dedup.options.contamination.evaluations):
            with found.looking((*EVALUATIONS, place)):
                for file in storage.list_inputs(pattern):
                    evaluations[file.path] = digest_of(file.path, ".".join(EVALUATIONS))
    # A step whose file is good can go on to look at its options, whatever is wrong with others.
    flow.set_digests(loaded)
    found.refuse()
    return Resources(loaded, evaluations, flow.code())


def _digest_of_resource(step: Step, resource: Resource, known: str | None) -> str:
    """Returns the sha256 of a file that a step loads, and tries it if a library may crash at it."""
    found = known or digest_of(resource.path, resource.key)
    if resource.sha256 is not None and resource.sha256 != found:
        raise ResourceError(
            f"{resource.path}: has sha256 {found}, {resource.key}_sha256 says {resource.sha256}; "
            "fetch the right file or correct the configuration"
        )
    # The package's own files are good.
    if resource.fragile and located(resource.path) == resource.path:
        probe_model(type(step), resource.path, found)
    return found


def digest_of(path: str, stage: str) -> str:
    """Hashes a file or folder that `stage`, a key of the configuration, names.

    Raises:
        ResourceError: it cannot be read.
    """
    try:
        return storage.resource_digest(path)
    except OSError as error:
        raise missing(path, stage, error) from error
