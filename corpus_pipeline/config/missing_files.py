"""What can be refused before anything is loaded: most mistakes are a name of a file.

It looks whether local files are there, no more; whoever reads them says the same of them, in the
same words. It imports no stage, so that a run that cannot be ends at once.
"""

import errno
import os

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.errors import Mistakes, ResourceError, relative_to
from corpus_pipeline.nearest import near_file

#: Where the evaluation files are named.
EVALUATIONS = ("dedup", "contamination", "evaluations")


def refuse_missing_inputs(config: Config) -> None:
    """Refuses a configuration that names local inputs which are not there.

    Raises:
        InputError: a line for each input that is missing.
    """
    found = Mistakes()
    for place, source in enumerate(config.inputs):
        with found.looking(("inputs", place, "path")):
            _refuse_missing(source.path, config.output)
    found.refuse()


def refuse_missing_resources(config: Config, flow: RunFlow) -> None:
    """Refuses steps that need local files which are not there.

    Raises:
        InputError: an evaluation file is missing.
        ResourceError: a model, a tokenizer or a word list is. Of several there is a line for each.
    """
    found = Mistakes()
    if flow.dedup.on("contamination"):
        for place, path in enumerate(flow.dedup.options.contamination.evaluations):
            with found.looking((*EVALUATIONS, place)):
                _refuse_missing(path, config.output)
    for each in flow.resources():
        # A shipped file is named by its place in the package.
        if (
            storage.is_local(each.path)
            and not each.path.startswith("shipped:")
            and (not os.path.exists(each.path.removeprefix("file://")))
        ):
            error = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            found.add([missing(each.path, each.key, error)])
    found.refuse()


def _refuse_missing(pattern: str, output: str) -> None:
    # What has signs of a pattern is listed once, later; it may be many files.
    if storage.is_local(pattern) and not any(sign in pattern for sign in "*?["):
        path = os.path.expanduser(pattern.removeprefix("file://"))
        if not os.path.lexists(path):
            storage.list_inputs(pattern, output)


def missing(path: str, key: str, error: OSError) -> ResourceError:
    """Says that a file which a key of the configuration names cannot be read."""
    near = near_file(path) if isinstance(error, FileNotFoundError) else ""
    told = ResourceError(
        f"{path}: cannot be read ({error.strerror}{relative_to(path)}{near}); correct {key} in the "
        "configuration"
    )
    told.at = tuple(key.split("."))
    return told
