"""Models, tokenizers, word lists and profiles: which bytes they hold."""

import dataclasses

from corpus_pipeline import storage
from corpus_pipeline.config.missing_files import missing
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.errors import ResourceError
from corpus_pipeline.package_files import located
from corpus_pipeline.planning.model_probe import probe_model


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
        ResourceError: a file is missing or has another hash than the configuration says.
    """
    loaded: dict[str, str] = {}
    evaluations: dict[str, str] = {}
    for step in flow.steps:
        for each in step.resources():
            found = loaded.get(each.path) or digest_of(each.path, each.key)
            if each.sha256 is not None and each.sha256 != found:
                raise ResourceError(
                    f"{each.path}: has sha256 {found}, {each.key}_sha256 says {each.sha256}; fetch "
                    "the right file or correct the configuration"
                )
            loaded[each.path] = found
            # The package's own files are good.
            if each.fragile and located(each.path) == each.path:
                probe_model(type(step), each.path, found)
    if flow.dedup.on("contamination"):
        for pattern in flow.dedup.options.contamination.evaluations:
            for file in storage.list_inputs(pattern):
                digest = digest_of(file.path, "dedup.contamination.evaluations")
                evaluations[file.path] = digest
    flow.set_digests(loaded)
    return Resources(loaded, evaluations, flow.code())


def digest_of(path: str, stage: str) -> str:
    """Hashes a file or folder that `stage`, a key of the configuration, names.

    Raises:
        ResourceError: it cannot be read.
    """
    try:
        return storage.resource_digest(path)
    except OSError as error:
        raise missing(path, stage, error) from error
