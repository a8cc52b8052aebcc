"""All finders together: personal data of every kind in a column of texts."""

from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa

from corpus_pipeline.errors import ConfigError, Mistakes
from corpus_pipeline.nearest import nearest_key
from corpus_pipeline.scrub.detectors import DEFAULT_REGIONS
from corpus_pipeline.scrub.entities import ENTITIES, TABLE
from corpus_pipeline.scrub.spans import Finder, FinderOptions, Spans, joined, settled
from corpus_pipeline.text.columns import Utf8, as_texts, utf8_buffers

#: What other tools call a kind -> what it is called here; small letters.
_ALIASES = {"name": "person", "per": "person", "location": "address", "ssn": "us_ssn",
            "password": "secret", "api_key": "secret", "id_card": "cn_id"}  # fmt: skip


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


# What a family needs is loaded with it: tables of names, numbering plans, kernels.


def _numbers(entities: frozenset[str], options: FinderOptions) -> Finder:
    from corpus_pipeline.scrub.numbers import load_finder

    return load_finder(entities, options)


def _persons(entities: frozenset[str], options: FinderOptions) -> Finder:
    from corpus_pipeline.scrub.persons import load_finder

    return load_finder(entities, options)


def _postal(entities: frozenset[str], options: FinderOptions) -> Finder:
    from corpus_pipeline.scrub.postal import load_finder

    return load_finder(entities, options)


def _identifiers(entities: frozenset[str], options: FinderOptions) -> Finder:
    from corpus_pipeline.scrub.identifiers import load_finder

    return load_finder(entities, options)


def _secrets(entities: frozenset[str], options: FinderOptions) -> Finder:
    from corpus_pipeline.scrub.secrets import load_finder

    return load_finder(entities, options)


#: Family of `TABLE` -> what makes its finder.
FAMILIES: dict[str, Callable[[frozenset[str], FinderOptions], Finder]] = {
    "numbers": _numbers,
    "persons": _persons,
    "postal": _postal,
    "identifiers": _identifiers,
    "secrets": _secrets,
}


def load_finders(entities: Iterable[str], options: FinderOptions) -> Finders:
    """Loads the finders for some kinds of personal data.

    Raises:
        ConfigError: a kind is unknown, or there is none.
    """
    entities = tuple(entities)
    refuse_unknown(entities)
    return Finders(
        [FAMILIES[family](names, options) for family, names in families_of(entities).items()]
    )


def refuse_unknown(entities: Sequence[str]) -> None:
    """Refuses kinds of personal data for which there are no rules.

    Raises:
        ConfigError: a line for each that is unknown, or there is none.
    """
    where = f"all {len(ENTITIES)} are listed in docs/flow/8-scrub.md"
    if not entities:
        raise ConfigError(f"scrub: at least one entity is needed; {where}")
    found = Mistakes()
    for name in entities:
        if name not in ENTITIES:
            near = nearest_key(name, ENTITIES, _ALIASES)
            meant = f"did you mean {near}? " if near else ""
            found.add([ConfigError(f"scrub: unknown entity {name!r}; {meant}{where}")])
    found.refuse()


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
