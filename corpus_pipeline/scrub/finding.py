"""All finders together: personal data of every kind in a column of texts."""

import importlib
from collections.abc import Iterable, Sequence

import pyarrow as pa

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.scrub.detectors import DEFAULT_REGIONS
from corpus_pipeline.scrub.entities import ENTITIES, TABLE
from corpus_pipeline.scrub.spans import Finder, FinderOptions, Spans, joined, settled
from corpus_pipeline.text.columns import Utf8, as_texts, utf8_buffers


class Finders:
    """The finders of some kinds of personal data; a process loads them once."""

    def __init__(self, finders: Sequence[Finder]) -> None:
        self._finders = finders

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts; no finding overlaps another."""
        return settled(joined([f.find(text, languages) for f in self._finders]), text.data)


def families_of(entities: Iterable[str]) -> dict[str, frozenset[str]]:
    """Returns what each family of finders is to find, in the order of `TABLE`.

    >>> families_of(["CN_ID", "PERSON", "IP_ADDRESS"])["persons"]
    frozenset({'PERSON'})
    """
    wanted = set(entities)
    families: dict[str, list[str]] = {}
    for entity in TABLE:
        if entity.name in wanted:
            families.setdefault(entity.family, []).append(entity.name)
    return {family: frozenset(names) for family, names in families.items()}


def module_of(family: str) -> str:
    """Names the module of a family of finders.

    >>> module_of("persons")
    'corpus_pipeline.scrub.persons'
    """
    return f"corpus_pipeline.scrub.{family}"


def load_finders(entities: Iterable[str], options: FinderOptions) -> Finders:
    """Loads the finders for some kinds of personal data.

    Raises:
        ConfigError: a kind is unknown, or there is none.
    """
    entities = tuple(entities)
    refuse_unknown(entities)
    return Finders(
        [
            importlib.import_module(module_of(family)).load_finder(names, options)
            for family, names in families_of(entities).items()
        ]
    )


def refuse_unknown(entities: Sequence[str]) -> None:
    """Refuses kinds of personal data for which there are no rules.

    Raises:
        ConfigError: one is unknown, or there is none.
    """
    known = ", ".join(ENTITIES)
    if not entities:
        raise ConfigError(f"scrub: at least one entity is needed; known: {known}")
    for name in entities:
        if name not in ENTITIES:
            raise ConfigError(f"scrub: unknown entity {name!r}; known: {known}")


def find_all(
    texts: pa.Array,
    entities: Iterable[str] = ENTITIES,
    *,
    regions: Sequence[str] = DEFAULT_REGIONS,
    persons: str = "private",
    keep_private_ips: bool = True,
    languages: Sequence[str | None] | None = None,
) -> Spans:
    """Finds personal data in a `string` column of N texts.

    Args:
        texts: the column.
        entities: the kinds to find.
        regions: whose national telephone numbers are found without a country code.
        persons: `all` or `private`, those in a labelled or contact context.
        keep_private_ips: leaves private and documentation addresses.
        languages: N codes, where they are known.

    >>> found = find_all(pa.array(["致电13812345678", None]), ["PHONE_NUMBER"])
    >>> found.rows.tolist(), found.starts.tolist(), found.ends.tolist()
    ([0], [6], [17])
    """
    texts = as_texts(texts)
    finders = load_finders(entities, FinderOptions(tuple(regions), keep_private_ips, persons))
    return finders.find(utf8_buffers(texts), languages or [None] * len(texts))
