"""The list `steps` of a configuration: which steps, in which order, how often, and when.

steps:
  - extract                              by its name; its options stand in its section
  - quality: {profile: gopher}           or beside it
  - quality: {profile: ./strict.yaml}
    label: strict                        a second one needs a label
    when: lang == "en"                   documents for which it is false pass as they are
  - use: ./my_rules.py:long_enough       a step of the user's own
    options: {least: 200}
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from corpus_pipeline.config.messages import SeveralLines, lines_of
from corpus_pipeline.flow import known_steps
from corpus_pipeline.nearest import meant
from corpus_pipeline.steps import Section

_BESIDE = ("label", "when", "on_error")


class ListedStep(Section):
    """One entry of the list."""

    use: str = Field(description="a step's name, or module:name or ./file.py:name of one's own")
    options: dict[str, Any] = Field(default_factory=dict, description="of the step")
    label: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_]*$",
        description="name of a step that stands twice; its columns and reasons begin with it",
    )
    when: str | None = Field(
        None, description="expression over columns; where it is not true, the step does nothing"
    )

    on_error: Literal["stop", "reject"] | None = Field(
        None,
        description="of one's own step: stop (the default) ends the run at an exception, reject "
        "drops the document with a reason, up to max_errors of them",
    )

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, content: Any) -> Any:
        """Reads `quality` and `quality: {...}` as what they are short for."""
        if isinstance(content, str):
            return {"use": content}
        if not isinstance(content, Mapping) or "use" in content:
            return content
        names = [key for key in content if key not in _BESIDE]
        if len(names) != 1:
            raise ValueError(
                "a step of the list is its name, or NAME: {its options} with label and when "
                f"beside it; got the keys {', '.join(map(str, content)) or '(none)'}"
            )
        rest = {key: value for key, value in content.items() if key in _BESIDE}
        return {"use": names[0], "options": content[names[0]] or {}, **rest}

    @model_validator(mode="after")
    def _check(self) -> "ListedStep":
        if self.is_own:
            return self
        if self.on_error is not None:
            raise ValueError(f"{self.use}: on_error is for steps of one's own")
        if self.use not in known_steps() or self.use == "read":
            known = [name for name in known_steps() if name != "read"]
            raise ValueError(
                f"no step is called {self.use!r}; {meant(self.use, known)}"
                if self.use != "read"
                else "read is always the first step; leave it out of the list"
            )
        if self.options:
            kind = known_steps()[self.use].Options
            try:
                kind.model_validate(self.options)
            except ValidationError as error:
                raise SeveralLines(
                    [
                        line._replace(at=(self.use, *line.at), text=f"{self.use}: {line.text}")
                        for line in lines_of(error, kind, self.options)
                    ]
                ) from error
        return self

    @property
    def is_own(self) -> bool:
        """Whether it is a step of the user's own."""
        return ":" in self.use

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.label or self.use


def mistakes_of_list(
    steps: tuple[ListedStep, ...], sections: frozenset[str]
) -> Iterator[tuple[str | int, str]]:
    """Yields what contradicts itself in a list, or the sections beside it.

    Args:
        steps: the list.
        sections: names of the steps whose sections the configuration has.

    Yields:
        (name of the section, or place in the list; one line that names the steps).
    """
    listed = [each.use for each in steps]
    for name in sorted(sections - set(listed) - {"read"}):
        yield (
            name,
            f"{name}: the list `steps` does not have it, so this section would be ignored; add it "
            "to the list or delete the section",
        )
    # The section is that of a step which has no options in the list.
    of_sections = {each.use for each in steps if not each.options}
    seen: set[str] = set()
    for place, each in enumerate(steps):
        if each.use in sections - of_sections:
            yield (
                place,
                f"steps: {each.use} has options in the list and in the section {each.use}; keep "
                "one",
            )
        if each.label in known_steps():
            yield (
                place,
                f"steps: the label {each.label!r} is the name of a step; take another",
            )
        elif each.name in seen and each.use != "dedup":
            yield place, f"steps: {each.name} stands twice; give the second one a label"
        seen.add(each.name)
    if listed.count("dedup") > 1:
        yield listed.index("dedup"), "steps: dedup can stand once"
