"""What can be refused before anything is loaded: most mistakes are a name of a file.

It looks whether local files are there, no more; whoever reads them says the same of them, in the
same words. It imports no stage, so that a run that cannot be ends at once.
"""

import errno
import os
from collections.abc import Iterator

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import ResourceError, relative_to


def refuse_missing_files(config: Config) -> None:
    """Refuses a configuration that names local files which are not there.

    Raises:
        InputError: an input or an evaluation file is missing.
        ResourceError: a model, a tokenizer or a word list is.
    """
    for pattern in _patterns(config):
        # What has signs of a pattern is listed once, later; it may be many files.
        if storage.is_local(pattern) and not any(sign in pattern for sign in "*?["):
            path = os.path.expanduser(pattern.removeprefix("file://"))
            if not os.path.lexists(path):
                storage.list_inputs(pattern, config.output)
    for path, key in _resources(config):
        # A shipped file is named by its place in the package.
        if (
            storage.is_local(path)
            and not path.startswith("shipped:")
            and (not os.path.exists(path.removeprefix("file://")))
        ):
            raise missing(path, key, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))


def missing(path: str, key: str, error: OSError) -> ResourceError:
    """Says that a file which a key of the configuration names cannot be read."""
    return ResourceError(
        f"{path}: cannot be read ({error.strerror}{relative_to(path)}); correct {key} in the "
        "configuration"
    )


def _patterns(config: Config) -> Iterator[str]:
    yield from (source.path for source in config.inputs)
    dedup = run_flow(config).dedup
    if dedup.on("contamination"):
        yield from dedup.options.contamination.evaluations


def _resources(config: Config) -> Iterator[tuple[str, str]]:
    """Yields the files that the steps which are on will load, with their keys."""
    yield from ((each.path, each.key) for each in run_flow(config).resources())
