"""What is an identifier: the rules of each entity, run on one window of text."""

import itertools
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.nearest import meant
from corpus_pipeline.scrub.candidates import CARD, CN_ID, EMAIL, ENTITIES, IBAN, IP, PHONE
from corpus_pipeline.scrub.checksums import find_cards, find_ibans, find_resident_ids
from corpus_pipeline.scrub.folding import (
    Folded,
    blot_out,
    fold,
    has_invisible,
    split_at_invisible,
)
from corpus_pipeline.scrub.hosts import find_addresses
from corpus_pipeline.scrub.mail import MailRules
from corpus_pipeline.scrub.phone_regions import mobiles_of, regions_of

if TYPE_CHECKING:
    from corpus_pipeline.scrub.phone_shapes import ShapeMemory
    from corpus_pipeline.scrub.plans import NumberingPlan

#: Regions whose numbers are found when written without a country code.
DEFAULT_REGIONS = ("US", "GB", "CN", "DE", "FR", "IN")

_MAIL = ENTITIES.index("EMAIL_ADDRESS")
#: Characters of the shortest mail address: a@b.cn
_LEAST_MAIL = 6

_Finder = Callable[[Folded], Iterator[tuple[int, int]]]
_PhoneFinder = Callable[[Folded, tuple[int, int]], Iterator[tuple[int, int]]]


class Finding(NamedTuple):
    """One identifier in a window."""

    start: int
    """First character."""
    end: int
    """The character after the last."""
    entity: int
    """Index into `ENTITIES`."""


class Detectors(NamedTuple):
    """Loaded rules; a process loads them once (a tenth of a second) and shares them."""

    entities: tuple[str, ...]
    """What is looked for."""
    regions: tuple[str, ...]
    """Regions whose telephone numbers are found without a country code."""
    checked: dict[int, _Finder]
    """By bit of the entity: everything but telephone numbers."""
    mail: MailRules | None
    """What knows the domains of mail addresses; None when these are not looked for."""
    phones: _PhoneFinder | None
    """Finds telephone numbers; None when they are not looked for."""
    shapes: "ShapeMemory | None"
    """What is known of windows that look alike; None when telephone numbers are not looked for."""
    others: "dict[tuple[tuple[str, ...], re.Pattern[str] | None, bool], Detectors]"
    """The same for more regions, as far as they were asked for."""

    @property
    def kinds(self) -> int:
        """The entities as bits, for `candidates.find_windows`."""
        return sum(1 << ENTITIES.index(entity) for entity in self.entities)

    def of_language(self, language: str | None) -> "Detectors":
        """Returns the rules that also find national telephone numbers of a language's regions.

        >>> detectors = load_detectors(["PHONE_NUMBER"], ["US"])
        >>> detectors.of_language("pl").regions, detectors.of_language(None) is detectors
        (('US', 'PL'), True)
        """
        regions = tuple(dict.fromkeys((*self.regions, *regions_of(language))))
        mobiles = mobiles_of(language)
        if self.phones is None or (regions == self.regions and mobiles is None):
            return self
        key = regions, mobiles, self.shapes is None
        found = self.others.get(key)
        if found is None:
            phones, shapes = _phones_of(regions, mobiles)
            found = self._replace(
                regions=regions, phones=phones, shapes=shapes if self.shapes is not None else None
            )
            self.others[key] = found
        return found

    def find_checked(self, text: str, kinds: int) -> list[Finding]:
        """Finds everything but telephone numbers in a window.

        Args:
            text: the window with some context.
            kinds: which entities to look for, bit `1 << i` for `ENTITIES[i]`.

        Returns:
            findings in no particular order, which may overlap.
        """
        findings = []
        for version in _readings(text):
            folded = fold(version)
            for kind, find in self.checked.items():
                if not kinds & kind:
                    continue
                for start, end in find(folded):
                    findings.append(Finding(*folded.to_text(start, end), kind.bit_length() - 1))
        return findings

    def find_phones(self, text: str, run: tuple[int, int] | None = None) -> list[Finding]:
        """Finds telephone numbers in a window from which other findings have been blotted out.

        Args:
            run: first and last + 1 character of the run of numbers that the window is about. None:
                the whole text, cut where the digits stop.
        """
        if self.phones is None:
            return []
        index = ENTITIES.index("PHONE_NUMBER")
        findings = []
        for version in _readings(text):
            folded = fold(version)
            core = run or (0, len(text))
            view_core = folded.from_text(core[0]), folded.from_text(core[1])
            for start, end in self.phones(folded, view_core):
                findings.append(Finding(*folded.to_text(start, end), index))
        return findings


def _readings(text: str) -> list[str]:
    """A text as it is, and if it holds invisible characters, one in which they part two words: they
    are put into an identifier, and between two."""
    return [text, split_at_invisible(text)] if has_invisible(text) else [text]


def cover(text: str, findings: Sequence[Finding]) -> str:
    """Covers findings, so that no other rule reads them; the length stays.

    Of a mail address an @ is left near both ends: what stands beside one may be another way to
    reach somebody.

    >>> from corpus_pipeline.scrub.folding import MARK
    >>> cover("li@example.cn or 1", [Finding(0, 13, 0)]).replace(MARK, ".")
    '.@.........@. or 1'
    """
    text = blot_out(text, [(start, end) for start, end, _ in findings])
    for start, end, entity in findings:
        if entity == _MAIL and end - start >= _LEAST_MAIL:
            text = f"{text[: start + 1]}@{text[start + 2 : end - 2]}@{text[end - 1 :]}"
    return text


def resolve_overlaps(findings: Sequence[Finding]) -> list[Finding]:
    """Keeps of overlapping findings the longest, of equally long ones the later in `ENTITIES`.

    Returns:
        findings ascending by start, none overlapping another.

    >>> resolve_overlaps([Finding(0, 4, 1), Finding(2, 9, 0), Finding(2, 9, 5), Finding(9, 11, 2)])
    [Finding(start=2, end=9, entity=5), Finding(start=9, end=11, entity=2)]
    """
    findings = sorted(findings)
    if all(one.end <= other.start for one, other in itertools.pairwise(findings)):
        return findings
    kept: list[Finding] = []
    cluster: list[Finding] = []
    cluster_end = -1
    for finding in findings:
        if finding.start >= cluster_end:
            kept += _best(cluster)
            cluster = []
        cluster.append(finding)
        cluster_end = max(cluster_end, finding.end)
    return kept + _best(cluster)


def _best(cluster: list[Finding]) -> list[Finding]:
    if len(cluster) < 2:
        return cluster
    kept: list[Finding] = []
    for finding in sorted(cluster, key=lambda f: (f.start - f.end, -f.entity, f.start)):
        if all(finding.end <= other.start or other.end <= finding.start for other in kept):
            kept.append(finding)
    return sorted(kept)


def refuse_unknown(entities: Sequence[str], regions: Sequence[str]) -> None:
    """Refuses entities and regions for which there are no rules.

    Raises:
        ConfigError: one is unknown, or there is none.
    """
    require_known(entities, ENTITIES, "entity", ", ".join(ENTITIES))
    refuse_unknown_regions(regions)


def refuse_unknown_regions(regions: Sequence[str]) -> None:
    """Refuses regions whose numbering plan is not known.

    Raises:
        ConfigError: one is unknown, or there is none.
    """
    import phonenumbers

    require_known(regions, phonenumbers.SUPPORTED_REGIONS, "region", "ISO 3166-1 codes")


def load_detectors(
    entities: Sequence[str] = ENTITIES, regions: Sequence[str] = DEFAULT_REGIONS
) -> Detectors:
    """Loads the rules for some entities.

    Args:
        entities: any of `ENTITIES`, not empty.
        regions: ISO 3166-1 codes; telephone numbers that are written without a country code are
            found if they are valid in one of them.

    Raises:
        ConfigError: an entity or region is unknown, or there is none.

    >>> detectors = load_detectors(["EMAIL_ADDRESS", "PHONE_NUMBER"], ["CN"])
    >>> detectors.find_checked("邮箱li@example.cn。", detectors.kinds)
    [Finding(start=2, end=15, entity=0)]
    >>> detectors.find_phones("手机号13812345678，")
    [Finding(start=3, end=14, entity=1)]
    """
    refuse_unknown(entities, regions)
    mail = None
    finders: dict[int, _Finder] = {
        IP: find_addresses,
        CARD: find_cards,
        IBAN: find_ibans,
        CN_ID: find_resident_ids,
    }
    kinds = sum(1 << ENTITIES.index(entity) for entity in set(entities))
    if kinds & EMAIL:
        mail = _mail_rules()
        finders = {EMAIL: mail.find, **finders}
    phones = shapes = None
    if kinds & PHONE:
        phones, shapes = _phones_of(tuple(regions))
    return Detectors(
        entities=tuple(entity for entity in ENTITIES if entity in entities),
        regions=tuple(regions),
        checked={kind: find for kind, find in finders.items() if kinds & kind},
        mail=mail,
        phones=phones,
        shapes=shapes,
        others={},
    )


def _phones_of(
    regions: tuple[str, ...], mobiles: re.Pattern[str] | None = None
) -> "tuple[_PhoneFinder, ShapeMemory]":
    from corpus_pipeline.scrub.phone_shapes import ShapeMemory

    plans = partial(_plans, regions)
    return partial(_find_phones, regions, mobiles), ShapeMemory(plans, mobiles)


# What follows takes as long to load as a few documents to scrub, and most have no such candidate.


def _find_phones(
    regions: tuple[str, ...],
    mobiles: re.Pattern[str] | None,
    folded: Folded,
    core: tuple[int, int],
) -> Iterator[tuple[int, int]]:
    from corpus_pipeline.scrub.phones import find_phones

    return find_phones(folded, core, _plans(regions), mobiles)


@cache
def _plans(regions: tuple[str, ...]) -> "tuple[NumberingPlan, ...]":
    return tuple(map(_plan, regions))


@cache
def _plan(region: str) -> "NumberingPlan":
    from corpus_pipeline.scrub.plans import load_plan

    return load_plan(region)


def _mail_rules() -> MailRules:
    return MailRules(lambda domain: str(_domains()(domain).suffix))


@cache
def _domains() -> Any:
    """Returns what splits domains, by the list of public suffixes that is shipped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import tldextract
    # It is never fetched.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def require_known(names: Sequence[str], known: Collection[str], what: str, remedy: str) -> None:
    """Refuses names that are not known, and none at all.

    Raises:
        ConfigError: one line that lists what is known.
    """
    if not names:
        raise ConfigError(f"scrub: at least one {what} is needed; known: {remedy}")
    for name in names:
        if name not in known:
            hint = meant(name, sorted(known), f"known: {remedy}")
            raise ConfigError(f"scrub: unknown {what} {name!r}; {hint}")
