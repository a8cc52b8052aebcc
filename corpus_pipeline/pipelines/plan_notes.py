"""What a run and `corpus plan` say before the work: what the configuration does not show."""

from corpus_pipeline.pipelines.config import Config
from corpus_pipeline.pipelines.dataset_inputs import dataset_notes
from corpus_pipeline.pipelines.notes import passed_over
from corpus_pipeline.pipelines.plan import Plan
from corpus_pipeline.pipelines.run_flow import run_flow


def notes_before(config: Config, plan: Plan) -> list[str]:
    """Returns lines for the user about what the run will do.

    Raises:
        ConfigError: a step refuses its options.
    """
    lines = [*passed_over(plan.passed_over), *dataset_notes(config)]
    return [*lines, *(line for step in run_flow(config).steps for line in step.notes())]
