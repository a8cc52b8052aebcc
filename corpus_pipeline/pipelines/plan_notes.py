"""What a run and `corpus plan` say before the work: what the configuration does not show."""

from corpus_pipeline.filters.quality.profiles import profile_notes
from corpus_pipeline.pipelines.config import Config
from corpus_pipeline.pipelines.notes import passed_over
from corpus_pipeline.pipelines.plan import Plan


def notes_before(config: Config, plan: Plan) -> list[str]:
    """Returns lines for the user about what the run will do.

    Raises:
        ConfigError: a quality profile is refused.
    """
    return [*passed_over(plan.passed_over), *_quality(config)]


def _quality(config: Config) -> list[str]:
    quality = config.options("quality")
    if not quality.enabled:
        return []
    of_sources = (each.quality_profile for each in config.rules_by_source().values())
    names = sorted({quality.profile, *(name for name in of_sources if name is not None)})
    return [line for name in names for line in profile_notes(name)]
