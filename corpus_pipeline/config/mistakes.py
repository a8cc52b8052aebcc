"""Every mistake of a configuration, and where in its file each of them stands.

pydantic stops at the fields: what sections and the whole configuration say of their fields together
is checked when all fields are good. So what is wrong is taken out, and the rest looked at again.
"""

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from corpus_pipeline.config.messages import Line, Path, lines_of, part_in
from corpus_pipeline.errors import ConfigError, CorpusError, Mistakes, printable
from corpus_pipeline.yaml_files import Marked

_Model = TypeVar("_Model", bound=BaseModel)
#: Key of pydantic's context: a list for what the whole configuration breaks; without it, an error.
WHOLE = "whole"
#: Each look finds what the one before has hidden; there are fields, sections and the whole.
_MOST_LOOKS = 6
#: How a message begins that names its key: `dedup.exact: ` or `language: keep: `.
_KEY = re.compile(r"[\w-]+")
_KEYS = re.compile(r"(?:[\w-]+(?:\.|: ))+")
#: Stands where a key is needed, so that the rest can be looked at.
_STAND_IN = "-"


class Places(NamedTuple):
    """Where a configuration was written: a file, with settings of the command line over it."""

    name: str
    """Of the file, or what else it is."""
    marked: Marked | None = None
    options: Mapping[str, str] = {}
    """Key at the top -> the option of the command line that has set it."""

    def of(self, at: Path) -> str:
        """Returns the place of a key as an editor takes it: file, line and column.

        >>> places = Places("c.yaml", None, {"memory": "--memory"})
        >>> places.of(("dedup",)), places.of(("memory",))
        ('c.yaml', '--memory')
        """
        if at and at[0] in self.options:
            return self.options[str(at[0])]
        if self.marked is None:
            return self.name
        # Options of a step stand under its name, or beside `use`.
        ways = (tuple(at), (*at[:2], "options", *at[3:]) if at[:1] == ("steps",) else ())
        there = max((part_in(self.marked.content, way) for way in ways), key=len)
        found = self.marked.place(there)
        return self.name if found is None else f"{self.name}:{found[0]}:{found[1]}"

    def told(self, found: Mistakes) -> list[CorpusError]:
        """Returns mistakes with their places, without those that may come of what was left out."""
        return [
            self.located(each)
            for each in found.errors
            if self._is_placed(each) or not found.is_doubtful(self._key(each))
        ]

    def _is_placed(self, error: CorpusError) -> bool:
        return self.marked is None or str(error).startswith((f"{self.name}:", "--"))

    def _key(self, error: CorpusError) -> Path:
        """Returns where in the file an error stands, by what it says itself or begins with."""
        keys = _KEYS.match(str(error))
        named = () if keys is None else tuple(_KEY.findall(keys[0]))
        content = None if self.marked is None else self.marked.content
        # A step may be named by the list that it would stand in.
        ways = (part_in(content, way) for way in (error.at, named, named[1:]))
        return max(ways, key=len)

    def located(self, error: CorpusError) -> CorpusError:
        """Returns an error with its place before it, where it has one in the file."""
        text = str(error)
        if self._is_placed(error):
            return error
        there = self._key(error)
        if not there:
            return error
        told = type(error)(f"{printable(self.of(there))}: {text}")
        told.at = there
        return told


def refuse(found: Mistakes, places: Places) -> None:
    """Raises what was found, each mistake with its place.

    Raises:
        CorpusError: a line for each mistake.
    """
    with_places = Mistakes()
    with_places.add(places.told(found))
    with_places.refuse()


def checked(
    content: dict[str, Any], root: type[_Model], places: Places, found: Mistakes
) -> _Model | None:
    """Makes a model of what is good of some content.

    Args:
        content: as it was written.
        root: the model of all of it.
        places: where it was written.
        found: where a ConfigError is put for each mistake: one line with place, key and rule.

    Returns:
        The model without what is wrong; None where too little is left.
    """
    rest = copy.deepcopy(content)
    # Place of what is left of a list -> the one that it was written in.
    written: dict[str, list[int]] = {}
    for look in range(_MOST_LOOKS):
        whole: list[Line] = []
        try:
            model = root.model_validate(rest, context={WHOLE: whole})
        except ValidationError as error:
            lines = lines_of(error, root, rest)
        else:
            changed = {str(path[0]) for path in found.left_out}
            found.add(_told(line, places) for line in whole if not changed & {*line.rests_on})
            return model
        targets = {_target(rest, line.at) for line in lines}
        lines = [line._replace(at=_as_written(line.at, written)) for line in lines]
        # What was taken out is missing now, which is no mistake of anybody's.
        found.add(
            _told(line, places)
            for line in lines
            if not (look and (line.is_missing or found.is_doubtful(line.at)))
        )
        found.left_out |= {_as_written(target, written) for target in targets}
        for target in sorted(targets, key=_deepest_first):
            if not _take_out(rest, target, written):
                return None
    return None


def _told(line: Line, places: Places) -> CorpusError:
    error = ConfigError(f"{printable(places.of(line.at))}: {line.text}")
    error.at = line.at
    return error


def _as_written(at: Path, written: Mapping[str, Sequence[int]]) -> Path:
    """Translates the place in a list from which items were taken out."""
    if len(at) > 1 and isinstance(at[1], int) and at[0] in written:
        return (at[0], written[str(at[0])][at[1]], *at[2:])
    return at


def _target(content: Any, at: Path) -> Path:
    """Returns the path of what is taken out for a mistake, () for nothing.

    That is the key or, of an item of a list, the whole list; inputs and steps are taken out one by
    one. A key that is missing takes the section with it.
    """
    path = part_in(content, at)
    if at == ("output",):
        return at
    while len(path) != 2 and path and isinstance(path[-1], int):
        path = path[:-1]
    return path


def _deepest_first(path: Path) -> tuple[int, str]:
    # Far in a list first: what is taken out moves what stands behind it.
    return -len(path), "".join(f"{9**9 - p:09}" if isinstance(p, int) else p for p in path)


def _take_out(content: dict[str, Any], path: Path, written: dict[str, list[int]]) -> bool:
    """Takes something out of the content; says whether what is left is worth a look."""
    if path in ((), ("inputs",)):
        return False
    if path == ("output",):
        content["output"] = _STAND_IN
        return True
    holder: Any = content
    for part in path[:-1]:
        holder = holder[part]
    if isinstance(holder, list):
        places = written.setdefault(str(path[0]), list(range(len(holder))))
        del places[int(path[1])]
    del holder[path[-1]]
    return bool(holder) or path[0] != "inputs"
