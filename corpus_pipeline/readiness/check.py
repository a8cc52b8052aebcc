"""What is known of a run before it: the looks that a run takes itself, and some more.

Nothing of the inputs is processed and nothing is written. Whatever a run would be refused for is a
mistake, in the same words; what it would do although it is hardly meant is a warning.
"""

from pathlib import Path

from corpus_pipeline.config.config import Config, load_what_is_good
from corpus_pipeline.config.missing_files import flow_of
from corpus_pipeline.config.order_notes import order_notes
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.errors import CorpusError, InputError, Mistakes, ResourceError, ResumeError
from corpus_pipeline.package_files import located
from corpus_pipeline.pipelines.looking import Looked, look_at
from corpus_pipeline.pipelines.stage_options import workers
from corpus_pipeline.planning.costs import Prices
from corpus_pipeline.planning.design_limits import exceeded_limits
from corpus_pipeline.planning.evaluations import count_items
from corpus_pipeline.planning.notes import notes_before
from corpus_pipeline.planning.passed_over import counted
from corpus_pipeline.planning.plan import Plan
from corpus_pipeline.planning.workload import SourcePlan, estimate_of, sources_of, workload_of
from corpus_pipeline.readiness.findings import Findings
from corpus_pipeline.readiness.inputs import look_at_inputs
from corpus_pipeline.readiness.surroundings import (
    is_begun,
    look_at_machine,
    look_at_output,
    look_at_runner,
)
from corpus_pipeline.recipes.catalogue import parse_recipe
from corpus_pipeline.yaml_files import read_yaml_text

_TOPICS: tuple[tuple[type[CorpusError], str], ...] = (
    (InputError, "inputs"),
    (ResourceError, "models"),
    (ResumeError, "output"),
)


def check_run(path: Path, **overrides: object) -> Findings:
    """Looks at everything that a run of a configuration needs.

    Args:
        path: of the configuration.
        overrides: keys at its top; None leaves what it says.

    Returns:
        What is good and what is not, in the order in which a run needs it.
    """
    found = Mistakes()
    config, places = load_what_is_good(path, found, **overrides)
    findings = Findings(places)
    flow = None if config is None else flow_of(config, found)
    looked = Looked(None, None)
    if config is not None and flow is not None:
        # What the inputs hold tells whether they are those of a run that is there.
        looked = look_at(config, flow, found, hashed=is_begun(config))
    if config is not None and not found:
        findings.ok("configuration", f"{path}: no mistake")
    for error in places.told(found):
        topics = (topic for kind, topic in _TOPICS if isinstance(error, kind))
        findings.mistake(next(topics, "configuration"), error)
    _look_at_recipe(path, findings)
    if config is None or flow is None:
        return findings
    findings.ok("steps", ", ".join(step.title for step in flow.steps))
    for line in order_notes(flow.steps):
        findings.warning("steps", line)
    _look_at_models(flow, looked, findings)
    if looked.plan is not None:
        sources = sources_of(looked.plan)
        look_at_inputs(config, looked.plan, sources, findings)
        findings.notes("notes", _notes(config, flow, looked, found))
    look_at_output(config, None if found else looked.plan, findings)
    if looked.plan is not None:
        _look_at_sizes(config, flow, looked.plan, sources, findings)
        look_at_runner(config, len(looked.plan.units), findings)
    return findings


def _notes(config: Config, flow: RunFlow, looked: Looked, found: Mistakes) -> list[str]:
    # A step with a mistake has said it, and has no notes.
    return [] if found or looked.plan is None else notes_before(config, flow, looked.plan)


def _look_at_recipe(path: Path, findings: Findings) -> None:
    """Names the files that a recipe says it needs and that are not there."""
    try:
        needed = parse_recipe(path.name, read_yaml_text(path)).needed
    except (OSError, ValueError):
        return  # No recipe, or a file that was refused already.
    for each in needed:
        if not Path(each.path).expanduser().exists():
            findings.warning("recipe", f"{each.path}: is needed and not there; it is {each.what}")


def _look_at_models(flow: RunFlow, looked: Looked, findings: Findings) -> None:
    """Names the files that steps load, and the evaluation files with their items."""
    if looked.resources is not None:
        own = [path for path in looked.resources.loaded if located(path) == path]
        for path in own:
            findings.ok("models", f"{path}: sha256 {looked.resources.loaded[path]}")
        if not own:
            findings.ok("models", "those of the package")
    if looked.resources is None or not flow.dedup.on("contamination"):
        return
    try:
        for path, items in count_items(flow.dedup.options.contamination).items():
            findings.ok("evaluations", f"{path}: {counted(items, 'item')}")
    except CorpusError as error:
        findings.mistake("evaluations", error, ("dedup", "contamination", "evaluations"))


def _look_at_sizes(
    config: Config, flow: RunFlow, plan: Plan, sources: list[SourcePlan], findings: Findings
) -> None:
    """Compares what the run is estimated to take with what there is."""
    count = min(workers(config), max(1, len(plan.units)))
    if config.runner != "direct":
        count = config.workers or count
    workload = workload_of(config, sources, None)
    whole = estimate_of(config, flow, sources, workload, Prices(), count)
    look_at_machine(config, len(plan.units), whole, findings)
    unmeasured = ", ".join(whole.flow.unmeasured)
    findings.ok(
        "time",
        f"about {_duration(whole.seconds)} with {counted(count, 'worker')}"
        + (f", without {unmeasured}, which nobody has measured" if unmeasured else ""),
    )
    for breaks, line in exceeded_limits(whole):
        findings.warning("size", f"{line}{'; the design does not hold there' if breaks else ''}")


def _duration(seconds: float) -> str:
    """Writes a time with two digits or so.

    >>> _duration(42.4), _duration(4000), _duration(9e5)
    ('42 s', '67 min', '250 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:,.0f} h"
