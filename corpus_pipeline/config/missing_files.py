"""What can be refused before anything is loaded: most mistakes are a name of a file.

It looks whether local files are there, no more; whoever reads them says the same of them, in the
same words. It imports no stage, so that a run that cannot be ends at once.
"""

import errno
import os
from collections.abc import Callable

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import RunFlow, flow_as_far_as_good
from corpus_pipeline.errors import Mistakes, ResourceError, relative_to
from corpus_pipeline.nearest import near_file
from corpus_pipeline.steps import Resource, Step

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
    look_at_resources(flow, found, lambda step, each: _refuse_missing_resource(each))
    found.refuse()


def look_at_resources(
    flow: RunFlow, found: Mistakes, look: Callable[[Step, Resource], None]
) -> None:
    """Looks at what the steps load; what lies beside a file that is missing is not looked for.

    Args:
        flow: the steps.
        found: where what is wrong is put.
        look: raises a CorpusError if a resource is not good.
    """
    missed: set[tuple[str, str]] = set()
    for step, each in flow.named_resources(found):
        # A model and its card have one name.
        name = each.key, os.path.splitext(each.path)[0]
        before = len(found.errors)
        if name not in missed:
            with found.looking(tuple(each.key.split("."))):
                look(step, each)
        if len(found.errors) > before:
            missed.add(name)


def _refuse_missing_resource(each: Resource) -> None:
    # A shipped file is named by its place in the package.
    if (
        storage.is_local(each.path)
        and not each.path.startswith("shipped:")
        and (not os.path.exists(each.path.removeprefix("file://")))
    ):
        error = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        raise missing(each.path, each.key, error)


def flow_of(config: Config, found: Mistakes) -> RunFlow | None:
    """Looks for what is named, and makes the steps.

    Args:
        config: a run.
        found: where what is wrong is put.

    Returns:
        The steps, None where they cannot be made.
    """
    with found.looking():
        refuse_missing_inputs(config)
    flow = None
    with found.looking():
        flow = flow_as_far_as_good(config, found)
        refuse_missing_resources(config, flow)
    return flow


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
