"""Why the documents of a finished run are gone, in the figures and thresholds of that run."""

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from corpus_pipeline import storage
from corpus_pipeline.errors import CorpusError
from corpus_pipeline.package_files import shown
from corpus_pipeline.steps import Step

if TYPE_CHECKING:
    from corpus_pipeline.config.config import Config

_Row = Mapping[str, Any]


class Rule(NamedTuple):
    """A rule that drops documents."""

    step: Step
    reason: str
    """Without the label of its step."""
    known: bool
    """The options and resources of the step are those of the run."""


@dataclasses.dataclass
class Verdicts:
    """Explains drop reasons of one run.

    Thresholds come from the run's configuration and from the files that it names; what is no longer
    as the run had it is left out and said so.
    """

    run: Mapping[str, Any]
    """Content of run.json."""
    changed: set[str] = dataclasses.field(default_factory=set)
    """Files whose thresholds were left out, for they are no longer what they were."""

    def explain(self, row: _Row, text: str | None) -> dict[str, str]:
        """Returns reason -> figures for every rule that a document failed; empty where it has none.

        Args:
            row: of the ledger.
            text: of the document, where it is at hand.
        """
        return {reason: self._figures(reason, row, text) for reason in row["reasons"] or ()}

    def _figures(self, reason: str, row: _Row, text: str | None) -> str:
        return self._told("explain", reason, row, text) or ""

    def sentence(self, reason: str, row: _Row, text: str | None) -> str:
        """Says in plain words why a rule drops a document, without a full stop."""
        return self._told("sentence", reason, row, text) or f"the rule {reason} drops it"

    def _told(
        self, how: Literal["explain", "sentence"], reason: str, row: _Row, text: str | None
    ) -> str | None:
        """Asks the step, without thresholds if it cannot say them; None: it can say nothing."""
        rule = self.rule(reason)
        if rule is None:
            return None
        row = rule.step.own_row(row)
        for known in dict.fromkeys((rule.known, False)):
            try:
                told: str = getattr(rule.step, how)(rule.reason, row, text, known)
            except (CorpusError, OSError, ValueError):
                continue
            return told
        return None

    def rule(self, reason: str) -> Rule | None:
        """Returns the rule of the run that drops for a reason; None where there is none."""
        step = self._owners.get(reason)
        if step is None:
            return None
        changed = self._changed(step)
        if self._config is not None:
            self.changed |= changed
        known = self._config is not None and not changed
        return Rule(step, reason.removeprefix(f"{step.label}-") if step.label else reason, known)

    @property
    def understood(self) -> bool:
        """This version understands the configuration of the run."""
        return self._config is not None

    def step(self, name: str) -> Step | None:
        """Returns the first step of the run that is one of the package's by this name."""
        return next((each for each in self._steps if each.name == name), None)

    @cached_property
    def _config(self) -> "Config | None":
        """The run's configuration; None where this version does not understand it."""
        # Configurations take a quarter of a second to import; most documents have no reason.
        from corpus_pipeline.config.config import build_config

        try:
            return build_config({**self.run["config"], "output": "-"}, "run.json")
        except CorpusError:
            return None

    @cached_property
    def _steps(self) -> tuple[Step, ...]:
        """The steps of the run, or those of a usual one."""
        from corpus_pipeline.config.config import build_config
        from corpus_pipeline.config.run_flow import run_flow

        return run_flow(self._config or build_config(_ANY, "defaults")).steps

    @cached_property
    def _owners(self) -> dict[str, Step]:
        """Reason -> the step of the run that drops for it."""
        return {reason: step for step in self._steps for reason in step.all_reasons()}

    def _changed(self, step: Step) -> set[str]:
        """Names the files of a step that are gone, or not as the run had them."""
        known: dict[str, set[str]] = self.__dict__.setdefault("_known", {})
        name = step.title
        if name not in known:
            known[name] = changed_files(self.run, step)
        return known[name]


def changed_files(run: Mapping[str, Any], step: Step) -> set[str]:
    """Names the files of a step that are gone, or not as a run had them.

    Args:
        run: content of run.json.
        step: of its flow.
    """
    resources = run["fingerprint"].get("resources", {})
    return {
        shown(each.path)
        for each in step.resources()
        if resources.get(each.path) != _digest(each.path)
    }


def _digest(path: str) -> str:
    try:
        return storage.resource_digest(path)
    except OSError:
        return ""


#: A configuration whose steps explain without thresholds.
_ANY = {"inputs": [{"path": "-", "source": "-"}], "output": "-"}
