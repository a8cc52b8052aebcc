"""All rules, and the tables by which the scan and the reading find those that a candidate needs."""

from functools import cache
from typing import NamedTuple

from corpus_pipeline.scrub.identifiers import (
    america,
    asia,
    britain,
    central_europe,
    devices,
    eastern_europe,
    latin_america,
    northern_europe,
    south,
    southern_europe,
)
from corpus_pipeline.scrub.identifiers.forms import EXACT, MERGED, expanded, form_number, hash_table
from corpus_pipeline.scrub.identifiers.labels import SHORT_BORN, STAR_BORN, word_numbers
from corpus_pipeline.scrub.identifiers.rule import Rule, runs
from corpus_pipeline.scrub.identifiers.scan import (
    ALONE,
    WANT_CRYPTO,
    WANT_MAC,
    WANT_PLATE,
    WANT_VIN,
    Tables,
)
from corpus_pipeline.scrub.identifiers.words import words

RULES: tuple[Rule, ...] = (
    *america.RULES, *latin_america.RULES, *britain.RULES, *central_europe.RULES,
    *southern_europe.RULES, *northern_europe.RULES, *eastern_europe.RULES, *asia.RULES,
    *south.RULES, *devices.RULES,
)  # fmt: skip

#: Entities that no rule of forms finds.
BIRTH, MAC, CRYPTO, VIN = "DATE_OF_BIRTH", "MAC_ADDRESS", "CRYPTO", "VIN"
#: One that `plates` finds, too.
LICENSE_PLATE = "LICENSE_PLATE"

#: Forms of a date, or of the part of it that has the year, without separators.
_DATE_FORMS = (
    *runs("#", range(4, 9)), *runs("#AAA#", (1, 2), (2, 4)), "99999999A99",
)  # fmt: skip

#: Bits of a window's words; entities that share a bit are asked for together.
_GROUPS = 61


class RuleTables(NamedTuple):
    """Rules of some entities, by what they take."""

    tables: Tables
    by_form: dict[str, tuple[Rule, ...]]
    """Rules by forms without separators."""
    alone: dict[str, tuple[Rule, ...]]
    """Rules that take an exact form without a word."""
    masks: dict[str, int]
    """By form without separators: the bits of the words of its rules."""
    bits: dict[str, int]
    """By key of `words`: the bit of the words in what the scan says of a candidate."""
    birth: int
    """That of dates of birth; 0 if they are not looked for."""


@cache
def _groups() -> dict[str, int]:
    """Groups of the keys of `words`: those that name the same forms are asked for together."""
    forms: dict[str, set[str]] = {key: set() for key in words()}
    for rule in RULES:
        forms[rule.words].update(rule.forms)
    distinct = sorted({tuple(sorted(each)) for each in forms.values()})
    return {key: distinct.index(tuple(sorted(forms[key]))) % _GROUPS for key in words()}


@cache
def load_rules(entities: frozenset[str]) -> RuleTables:
    """Loads the rules of some entities of the family, once per process.

    >>> [rule.entity for rule in load_rules(frozenset({"US_SSN"})).by_form["999999999"]]
    ['US_SSN']
    """
    groups = _groups()
    by_form: dict[str, list[Rule]] = {}
    alone: dict[str, list[Rule]] = {}
    # Bits by form, so that the number of a form that many rules take is computed once.
    merged: dict[str, int] = {}
    for rule in RULES:
        if rule.entity not in entities:
            continue
        for form in (each for written in rule.forms for each in expanded(written)):
            by_form.setdefault(form, []).append(rule)
            merged[form] = merged.get(form, 0) | 1 << groups[rule.words]
        for form in (each for written in rule.alone for each in expanded(written)):
            alone.setdefault(form, []).append(rule)
    if BIRTH in entities:
        for form in _DATE_FORMS:
            merged[form] = merged.get(form, 0) | 1 << groups[BIRTH]
    bits = {form_number(form, MERGED): mask for form, mask in merged.items()}
    bits.update({form_number(form, EXACT): ALONE for form in alone})
    word_bits: dict[int, int] = {}
    keys = {rule.words for rule in RULES if rule.entity in entities} | (entities & {BIRTH})
    if BIRTH in entities:
        keys.add(f"{BIRTH} behind")
    for key, number in word_numbers(sorted(keys)):
        word_bits[number] = word_bits.get(number, 0) | 1 << groups[key]
    birth = 1 << groups[BIRTH] if BIRTH in entities else 0
    if birth:
        word_bits[SHORT_BORN] = word_bits[STAR_BORN] = birth
    wanted = (WANT_CRYPTO if CRYPTO in entities else 0) | (WANT_MAC if MAC in entities else 0)
    wanted |= (WANT_VIN if VIN in entities else 0) | (
        WANT_PLATE if LICENSE_PLATE in entities else 0
    )
    return RuleTables(
        Tables(*hash_table(bits), *hash_table(word_bits), birth, wanted),
        {form: tuple(rules) for form, rules in by_form.items()},
        {form: tuple(rules) for form, rules in alone.items()},
        merged,
        {entity: 1 << group for entity, group in groups.items()},
        birth,
    )
