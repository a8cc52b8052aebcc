"""What was found before a run: lines that are good, warnings and mistakes."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, TypeAlias

from corpus_pipeline.config.mistakes import Places
from corpus_pipeline.errors import CorpusError, printable
from corpus_pipeline.redaction import redacted

State: TypeAlias = Literal["ok", "warning", "mistake"]
_WARNING = "warning: "


def amount(size: float) -> str:
    """Writes a number of bytes with two digits or so.

    >>> amount(1234), amount(5.2e6), amount(3.4e9)
    ('1 KB', '5.2 MB', '3.4 GB')
    """
    for limit, unit in ((1e9, "GB"), (1e6, "MB")):
        if size >= limit:
            return f"{size / limit:,.1f} {unit}"
    return f"{size / 1e3:,.0f} KB"


class Finding(NamedTuple):
    """One line."""

    state: State
    topic: str
    """What it is about: configuration, inputs, models, …"""
    line: str


class Findings:
    """Collects findings; a line shows no secret, and nothing that a terminal obeys."""

    def __init__(self, places: Places) -> None:
        """Begins with none.

        Args:
            places: where the configuration was written; mistakes name the place.
        """
        self.listed: list[Finding] = []
        self._places = places

    def ok(self, topic: str, line: str) -> None:
        """Says that something is as it should be."""
        self._add("ok", topic, line)

    def warning(self, topic: str, line: str) -> None:
        """Says what a run will do, and somebody may not have meant."""
        self._add("warning", topic, line)

    def mistake(self, topic: str, error: CorpusError, at: tuple[str | int, ...] = ()) -> None:
        """Says what a run would be refused for."""
        error.at = error.at or at
        self._add("mistake", topic, str(self._places.located(error)))

    def notes(self, topic: str, lines: Iterable[str]) -> None:
        """Says what a run says before its work; some of these lines say that they are warnings."""
        for line in lines:
            state: State = "warning" if line.startswith(_WARNING) else "ok"
            self._add(state, topic, line.removeprefix(_WARNING))

    def _add(self, state: State, topic: str, line: str) -> None:
        finding = Finding(state, topic, printable(redacted(line)))
        if finding not in self.listed:
            self.listed.append(finding)

    def count(self, state: State) -> int:
        """Returns how many findings are of a state."""
        return sum(each.state == state for each in self.listed)

    def as_json(self) -> dict[str, Any]:
        """Returns the findings with their totals, of JSON's types."""
        return {
            "mistakes": self.count("mistake"),
            "warnings": self.count("warning"),
            "findings": [each._asdict() for each in self.listed],
        }
