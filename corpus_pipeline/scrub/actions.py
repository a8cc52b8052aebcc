"""What is done with a finding: a placeholder, a mask, a surrogate, or nothing."""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from corpus_pipeline.scrub.entities import ENTITIES
from corpus_pipeline.scrub.styles import placeholder
from corpus_pipeline.scrub.surrogates import Surrogates

PLACEHOLDER, MASK, SURROGATE, KEEP = ACTIONS = ("placeholder", "mask", "surrogate", "keep")


@dataclasses.dataclass(frozen=True)
class Rule:
    """What is done with some findings. None stands for all."""

    action: str = PLACEHOLDER
    """One of `ACTIONS`."""
    placeholder: str = "<{entity}>"
    """The template, or the name of a style; used by the action of that name alone."""
    entities: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    sources: frozenset[str] | None = None

    def fits(self, entity: str, language: str | None, source: str | None) -> bool:
        """Says whether the rule is for a finding.

        >>> Rule(languages=frozenset({"zh"})).fits("PERSON", None, "web")
        False
        """
        return (
            (self.entities is None or entity in self.entities)
            and (self.languages is None or language in self.languages)
            and (self.sources is None or source in self.sources)
        )


class Choice(NamedTuple):
    """What is done with the findings of one kind, in documents of one language and source."""

    action: str
    written: bytes
    """The placeholder."""


class Actions:
    """Rules in their order; the first that fits a finding decides, the last one fits all."""

    def __init__(self, rules: Sequence[Rule], surrogates: Surrogates | None = None) -> None:
        self._rules = (*rules, Rule())
        self._surrogates = surrogates
        self._chosen: dict[tuple[str | None, str | None], tuple[Choice, ...]] = {}

    def choices(self, language: str | None, source: str | None) -> tuple[Choice, ...]:
        """Returns what is done with each of `ENTITIES` in documents of one language and source.

        >>> keep = Rule("keep", entities=frozenset({"PERSON"}), sources=frozenset({"novels"}))
        >>> actions = Actions([keep])
        >>> person = ENTITIES.index("PERSON")
        >>> [actions.choices("en", source)[person].action for source in ("novels", "web")]
        ['keep', 'placeholder']
        """
        key = language, source
        chosen = self._chosen.get(key)
        if chosen is None:
            chosen = self._chosen[key] = tuple(
                self._choice(entity, language, source) for entity in ENTITIES
            )
        return chosen

    def _choice(self, entity: str, language: str | None, source: str | None) -> Choice:
        rule = next(rule for rule in self._rules if rule.fits(entity, language, source))
        return Choice(rule.action, placeholder(rule.placeholder, entity).encode())

    def written(self, choice: Choice, value: bytes, entity: int) -> bytes:
        """Returns what stands in the place of a value."""
        if choice.action == MASK:
            return masked(value.decode()).encode()
        if choice.action == SURROGATE:
            assert self._surrogates is not None, "rules with surrogates come with a key"
            return self._surrogates.of(value.decode(), ENTITIES[entity]).encode()
        return choice.written


def masked(value: str) -> str:
    """Puts `*` in the place of each letter and digit.

    >>> masked("138-1234 5678"), masked("张伟")
    ('***-**** ****', '**')
    """
    return "".join("*" if letter.isalnum() else letter for letter in value)
