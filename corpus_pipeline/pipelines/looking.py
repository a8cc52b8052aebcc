"""What a run looks at before its first work; `corpus check` looks at the same.

Everything that is wrong is collected, so that it is told at once and nothing is done in vain.
"""

import dataclasses

from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.errors import ConfigError, Mistakes
from corpus_pipeline.mixtures.planning import check_mixture
from corpus_pipeline.planning.plan import Plan, make_plan
from corpus_pipeline.planning.resources import Resources, resolve_resources


@dataclasses.dataclass(frozen=True)
class Looked:
    """What was found of a run, as far as it is good."""

    resources: Resources | None
    plan: Plan | None


def look_at(config: Config, flow: RunFlow, found: Mistakes, hashed: bool = True) -> Looked:
    """Looks at models, lists and inputs, and has every step look at its options.

    Args:
        config: the run.
        flow: its steps.
        found: where what is wrong is put.
        hashed: look at what the inputs hold; a plan without it is to be shown, not to be run.

    Returns:
        Both parts where nothing is wrong with them.
    """
    resources, plan = None, None
    with found.looking():
        resources = resolve_resources(flow)
    # A step whose model is not there has nothing to compare its options with.
    unread = {
        each.path
        for step, each in flow.named_resources(found)
        if each.path not in step.context.digests
    }
    with found.looking():
        flow.check(unread)
    with found.looking():
        _check_mixture(config, flow)
    libraries = () if found else flow.libraries()
    with found.looking():
        plan = make_plan(
            config,
            {} if resources is None else resources.sha256,
            hashed=hashed and not found,
            libraries=libraries,
        )
    return Looked(resources, plan)


def _check_mixture(config: Config, flow: RunFlow) -> None:
    """Refuses a mixture of sources, splits or columns that the run will not have."""
    if config.mixture is None:
        return
    if flow.tokenize is None:
        raise ConfigError("mixture: there are no tokens to mix without tokenize; switch it on")
    check_mixture(
        config.mixture, flow.ledger, config.rules_by_source(), flow.tokenize.splits().names
    )
