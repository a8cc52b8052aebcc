"""The rules of identifiers as data: each is complete, and its check takes what its forms allow."""

import random

import pytest

from corpus_pipeline.scrub.entities import TABLE
from corpus_pipeline.scrub.identifiers import china
from corpus_pipeline.scrub.identifiers.forms import MERGED, expanded, form_number
from corpus_pipeline.scrub.identifiers.labels import last_label, leads_straight
from corpus_pipeline.scrub.identifiers.rule import Rule
from corpus_pipeline.scrub.identifiers.rule_tables import RULES
from corpus_pipeline.scrub.identifiers.words import words

FAMILY = {each.name for each in TABLE if each.family == "identifiers"}


def test_every_entity_is_found_by_a_rule_or_a_form_of_its_own() -> None:
    by_form = {"DATE_OF_BIRTH", "MAC_ADDRESS", "CRYPTO", "VIN"}
    assert {rule.entity for rule in RULES} | by_form | china.ENTITIES == FAMILY


@pytest.mark.parametrize("rule", RULES, ids=[f"{k} {rule.entity}" for k, rule in enumerate(RULES)])
def test_a_rule_is_complete(rule: Rule) -> None:
    assert words()[rule.words]
    numbers = {form_number(each, MERGED) for form in rule.forms for each in expanded(form)}
    for form in rule.alone:
        assert numbers.issuperset(form_number(each, MERGED) for each in expanded(form))


@pytest.mark.parametrize("rule", RULES, ids=[f"{k} {rule.entity}" for k, rule in enumerate(RULES)])
def test_a_check_takes_whatever_its_forms_allow(rule: Rule) -> None:
    source = random.Random(rule.entity)
    for _ in range(50):
        for form in source.sample(rule.forms, min(4, len(rule.forms))):
            written = "".join(
                source.choice("0123456789")
                if each == "9" or (each == "*" and source.random() < 0.5)
                else source.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                for each in form
            )
            assert rule.check(written) in (True, False)


@pytest.mark.parametrize(
    ("key", "text", "word"),
    [
        ("US_SSN", "my social_security no", "social_security"),
        ("US_PASSPORT", "userPassportNumber", "Passport"),
        ("CA_SIN", "sinful", None),
        ("IN_PAN", "the span on PANDAS", None),
        ("DE_TAX_ID", "IdNr.", "IdNr"),
        ("PL_PASSPORT", "numer paszportu", "paszportu"),
        ("KR_RRN", "제주민등록번호는", "주민등록번호"),
    ],
)
def test_a_word_is_read(key: str, text: str, word: str | None) -> None:
    span = last_label(key, text)
    assert (None if span is None else text[slice(*span)]) == word


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        (": ", True),
        (" number is ", True),
        (" No. ", True),
        ('": "', True),
        (" of Ann Lee is ", True),
        (" rose by ", False),
        ("-2 ", False),
        (". The office is ", False),
    ],
)
def test_what_leads_straight_to_a_number(between: str, expected: bool) -> None:
    assert leads_straight(between) == expected
