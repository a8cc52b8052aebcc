"""From weights to whole numbers of tokens, checked against what there is.

    web    share 60          stage of 300 B tokens      web    180,000,000,000
    books  share 16    ──►   what epochs and tokens ──► books   48,000,000,000
    wiki   epochs 3.4        leave is shared            wiki    10,200,000,000   3.4 x 3 B

Everything is integers and fractions, so the numbers add up and are the same everywhere.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction

from corpus_pipeline.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class Weight:
    """How much of a component a stage takes; one of the three is given."""

    share: Fraction | None = None
    """Part of what `epochs` and `tokens` of the other components leave, in proportion."""
    epochs: Fraction | None = None
    """How often each token is seen, on average."""
    tokens: int | None = None


@dataclasses.dataclass(frozen=True)
class StageRule:
    """A stretch of training in which the mixture stays the same."""

    name: str
    mix: Mapping[str, Weight]
    """Component -> how much of it."""
    tokens: int | None = None
    """Of the whole stage; None: as many as `mix` says, and of shares as many as there are without
    seeing a token twice."""


@dataclasses.dataclass(frozen=True)
class Available:
    """What there is of a component."""

    tokens: int
    max_epochs: Fraction
    """How often its tokens may be seen in all stages together."""


def allocate(
    stages: Sequence[StageRule], available: Mapping[str, Available]
) -> list[dict[str, int]]:
    """Returns how many tokens of each component each stage takes.

    Raises:
        ConfigError: a component has no tokens, or would be seen more often than it may; or the
            numbers of a stage contradict each other.

    >>> there = {"web": Available(900, Fraction(4)), "wiki": Available(100, Fraction(4))}
    >>> mix = {"web": Weight(share=Fraction(1)), "wiki": Weight(epochs=Fraction(2))}
    >>> main = StageRule("main", mix)
    >>> allocate([dataclasses.replace(main, tokens=500)], there)
    [{'web': 300, 'wiki': 200}]
    >>> allocate([main], there)
    [{'web': 900, 'wiki': 200}]
    """
    used = dict.fromkeys(available, 0)
    found = []
    for stage in stages:
        tokens = _stage_tokens(stage, available, used)
        for name, count in tokens.items():
            used[name] += count
        _refuse_too_many_epochs(stage, used, available, tokens)
        found.append(tokens)
    return found


def _stage_tokens(
    stage: StageRule, available: Mapping[str, Available], used: Mapping[str, int]
) -> dict[str, int]:
    fixed = {}
    for name, weight in stage.mix.items():
        there = available[name].tokens
        if not there:
            raise ConfigError(
                f"mixture: {stage.name}: {name} has no tokens; leave it out, or widen what it takes"
            )
        if weight.epochs is not None:
            fixed[name] = round(weight.epochs * there)
        elif weight.tokens is not None:
            fixed[name] = weight.tokens
    shares = {n: w.share for n, w in stage.mix.items() if w.share is not None and w.share > 0}
    taken = sum(fixed.values())
    if stage.tokens is None:
        rest = min(
            (
                int(max(0, available[name].tokens - used[name]) * sum(shares.values()) / share)
                for name, share in shares.items()
            ),
            default=0,
        )
    else:
        rest = stage.tokens - taken
    if rest < 0 or (rest and not shares):
        raise ConfigError(
            f"mixture: {stage.name}: tokens is {stage.tokens:,}, but epochs and tokens of its "
            f"components come to {taken:,}; correct one of them"
        )
    if rest + taken == 0:
        raise ConfigError(
            f"mixture: {stage.name}: would have no tokens: all that its components have was taken "
            "by earlier stages, or is rounded down to none; give it tokens, or leave it out"
        )
    shared = apportion(rest, shares)
    return {name: fixed[name] if name in fixed else shared.get(name, 0) for name in stage.mix}


def _refuse_too_many_epochs(
    stage: StageRule,
    used: Mapping[str, int],
    available: Mapping[str, Available],
    tokens: Mapping[str, int],
) -> None:
    over = [
        name for name in tokens if used[name] > available[name].max_epochs * available[name].tokens
    ]
    if over:
        name = over[0]
        there = available[name]
        more = f" (and {len(over) - 1} more)" if len(over) > 1 else ""
        raise ConfigError(
            f"mixture: {stage.name}: {name}{more} would give {used[name]:,} tokens by the end of "
            f"this stage, {used[name] / there.tokens:.2f} times its {there.tokens:,}; max_epochs "
            f"is {float(there.max_epochs):g}: take less of it, or raise max_epochs"
        )


def apportion(total: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Divides a number in proportion, by largest remainders; the parts add up.

    Of equal remainders the one whose name is first in order gets more.

    >>> apportion(10, {"a": Fraction(1), "b": Fraction(1), "c": Fraction(1)})
    {'a': 4, 'b': 3, 'c': 3}
    >>> apportion(1000, {"rare": Fraction("0.001"), "common": Fraction("0.999")})
    {'rare': 1, 'common': 999}
    """
    whole = sum(weights.values())
    if not whole:
        return {}
    exact = {name: total * weight / whole for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    left = total - sum(parts.values())
    ranked = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    for name in ranked[:left]:
        parts[name] += 1
    return parts
