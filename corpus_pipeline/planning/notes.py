"""What a run and `corpus plan` say before the work: what the configuration does not show."""

from corpus_pipeline.config.config import Config
from corpus_pipeline.config.dataset_inputs import dataset_notes
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.planning.passed_over import passed_over
from corpus_pipeline.planning.plan import Plan


def notes_before(config: Config, flow: RunFlow, plan: Plan) -> list[str]:
    """Returns lines for the user about what the run will do.

    Raises:
        ConfigError: a step refuses its options.
    """
    lines = [*passed_over(plan.passed_over), *dataset_notes(config)]
    lines += (line for step in flow.steps for line in step.notes())
    return [*lines, *_split_notes(flow)]


def _split_notes(flow: RunFlow) -> list[str]:
    """Says where near copies may stand on both sides of a split, because nobody looks for them."""
    if flow.tokenize is None or not flow.tokenize.options.splits:
        return []
    skipping = sorted(flow.dedup.context.skipping("document"))
    if not flow.dedup.on("document"):
        where = "dedup.document is off"
    elif skipping:
        where = f"{', '.join(skipping)} skip{'s' * (len(skipping) == 1)} it"
    else:
        return []
    return [f"splits: near copies may stand in two of them, as {where}"]
