"""The section `mixture`: how often a training run sees which documents."""

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from corpus_pipeline.steps import Section

_TOKENS = re.compile(r"(\d+(?:\.\d+)?)\s*([KMBT]?)", re.IGNORECASE | re.ASCII)
_POWERS = {"": 0, "K": 3, "M": 6, "B": 9, "T": 12}


def parse_tokens(value: object) -> object:
    """Reads a number of tokens: 300B, 2.5T or a plain number.

    Raises:
        ValueError: it is none.

    >>> [parse_tokens(value) for value in ("300B", "1.5K", 7)]
    [300000000000, 1500, 7]
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _TOKENS.fullmatch(value.strip()) if isinstance(value, str) else None
    exact = None if found is None else Fraction(found[1]) * 10 ** _POWERS[found[2].upper()]
    if exact is None or exact.denominator != 1:
        raise ValueError(f"{value!r} is no number of tokens; write for example 300B, 50M or 4096")
    return int(exact)


_Finite = Annotated[float, Field(allow_inf_nan=False)]

if TYPE_CHECKING:
    Tokens = int
else:
    Tokens = Annotated[
        int, BeforeValidator(parse_tokens, json_schema_input_type=int | str), Field(gt=0, lt=2**62)
    ]


class RepeatSection(Section):
    """Copies of a document by a number that the ledger has of it."""

    column: str = Field(description="column of the ledger, a number")
    copies: dict[_Finite, Annotated[float, Field(ge=0, le=1000)]] = Field(
        description="from this value on -> so many copies; of 2.5, half get 2 and half 3"
    )
    by: Literal["value", "percentile"] = Field(
        "value", description="what the bounds are: values, or percent of the component's tokens"
    )

    @model_validator(mode="after")
    def _bounds(self) -> "RepeatSection":
        if not self.copies:
            raise ValueError("copies is empty; write for example {0: 0, 0.4: 1, 0.9: 2.5}")
        wrong = [b for b in self.copies if not 0 <= b <= 100]
        if self.by == "percentile" and wrong:
            raise ValueError(
                f"a percentile is 0 to 100, got {wrong[0]:g}; correct it, or by: value"
            )
        return self


class ComponentSection(Section):
    """A part of the corpus that a mixture weighs as one."""

    sources: tuple[str, ...] | None = Field(
        None, description="whose documents these are; default: the source of the component's name"
    )
    split: str = Field("train", description="split whose documents these are")
    where: str | None = Field(
        None, description='condition on columns of the ledger: lang == "zh" and edu_score >= 3'
    )
    keep: float = Field(1, gt=0, le=1, description="share of them that is taken, by content hash")
    repeat: RepeatSection | None = Field(None, description="copies of each, by a column")
    cap: Tokens | None = Field(None, description="most tokens that are taken, by content hash")
    max_epochs: _Finite | None = Field(None, gt=0, description="instead of mixture.max_epochs")

    @property
    def chooses(self) -> bool:
        """Whether it takes some documents more often than others."""
        chosen = (self.where, self.repeat, self.cap)
        return self.keep < 1 or any(each is not None for each in chosen)


class WeightSection(Section):
    """How much of a component a stage takes; a plain number is a share."""

    share: _Finite | None = Field(
        None, ge=0, description="part of the stage that epochs and tokens of others leave"
    )
    epochs: _Finite | None = Field(None, ge=0, description="how often each token is seen")
    tokens: Tokens | None = Field(None, description="so many tokens")

    @model_validator(mode="before")
    @classmethod
    def _share(cls, content: Any) -> Any:
        if isinstance(content, int | float) and not isinstance(content, bool):
            return {"share": content}
        return content

    @model_validator(mode="after")
    def _one(self) -> "WeightSection":
        if sum(each is not None for each in (self.share, self.epochs, self.tokens)) != 1:
            raise ValueError("give one of share, epochs and tokens")
        return self


class StageSection(Section):
    """A stretch of training with one mixture."""

    name: str = Field(description="of the stage")
    tokens: Tokens | None = Field(
        None,
        description="of the stage; default: what epochs and tokens say, and of shares as much as "
        "there is without seeing a token twice",
    )
    mix: dict[str, WeightSection] = Field(description="component or source -> how much of it")

    @model_validator(mode="after")
    def _some(self) -> "StageSection":
        if not self.mix:
            raise ValueError("mix is empty; name at least one component and its share")
        return self


def _distinct(stages: tuple[StageSection, ...]) -> tuple[StageSection, ...]:
    names = [stage.name for stage in stages]
    if not names:
        raise ValueError("stages is empty; a mixture has at least one")
    if doubled := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"two stages are called {doubled[0]!r}; give each a name of its own")
    return stages


class MixtureSection(Section):
    """Which documents a training run sees, how often, and in which stages."""

    components: dict[str, ComponentSection] = Field(
        {}, description="name -> documents that are weighed as one; a source needs no entry"
    )
    stages: Annotated[tuple[StageSection, ...], AfterValidator(_distinct)] = Field(
        description="one after another"
    )
    max_epochs: _Finite = Field(
        4,
        gt=0,
        description="how often tokens may be seen in all stages; above, the mixture is refused "
        "(four times is nearly as good as new text: Muennighoff et al. 2023)",
    )
