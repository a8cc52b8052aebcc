"""Invented values: the same for the same value, of its form, and of nobody."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.scrub.checksums import find_cards
from corpus_pipeline.scrub.entities import ENTITIES
from corpus_pipeline.scrub.folding import fold
from corpus_pipeline.scrub.surrogates import Surrogates

KEY, OTHER = b"a key of 16 bytes or more", b"another key of 16 bytes"


def is_card(text: str, entity: str) -> bool:
    return entity == "CREDIT_CARD" and bool(list(find_cards(fold(text))))


def made(value: str, entity: str, key: bytes = KEY) -> str:
    return Surrogates(key, is_card).of(value, entity)


FORMS = {
    "John Smith": ("PERSON", r"[A-Z][a-z]+ [A-Z][a-z]+"),
    "Ludwig van Beethoven": ("PERSON", r"[A-Z][a-z]+ van [A-Z][a-z]+"),
    "J. SMITH": ("PERSON", r"[A-Z]\. [A-Z]+"),
    "张伟": ("PERSON", r"[\u4e00-\u9fff]{2}"),
    "欧阳小明": ("PERSON", r"[\u4e00-\u9fff]{3,4}"),
    "김민수": ("PERSON", r"[\uac00-\ud7a3]{3}"),
    "Иван Петров": ("PERSON", r"[А-Я][а-я]{3} [А-Я][а-я]{5}"),
    "138-1234-5678": ("PHONE_NUMBER", r"138-\d{4}-\d{4}"),
    "+49 30 901820": ("PHONE_NUMBER", r"\+49 30 9\d{5}"),
    "li.wei@corp.cn": ("EMAIL_ADDRESS", r"[a-z]{2}\.[a-z]{3}@example\.(com|org|net)"),
    "4111 1111 1111 1111": ("CREDIT_CARD", r"\d{4} \d{4} \d{4} \d{4}"),
    "12 Baker Street, London": ("ADDRESS", r"\d\d [A-Z]\w+ Street, [A-Z]\w+"),
    "北京市海淀区中关村大街27号": ("ADDRESS", r"..市..区.{2,3}大街\d\d号"),
    "AA:bb:0C:1D:2e:3F": ("MAC_ADDRESS", r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}"),
    "ghp_x1Y2": ("SECRET", r"[a-z]{3}_[a-z]\d[A-Z]\d"),
}


@pytest.mark.parametrize("value", FORMS)
def test_the_form_stays_and_the_value_goes(value: str) -> None:
    entity, form = FORMS[value]
    surrogate = made(value, entity)
    assert re.fullmatch(form, surrogate), surrogate
    assert surrogate != value
    assert surrogate == made(value, entity)
    assert surrogate != made(value, entity, OTHER)


def test_parts_of_a_name_have_their_surrogates() -> None:
    given_name, surname = made("Mary Jones", "PERSON").split()
    assert made("Jones", "PERSON") == surname
    assert made("MARY", "PERSON") == given_name.upper()
    assert made("王小明", "PERSON")[0] == made("王", "PERSON")


def test_the_same_number_otherwise_written_has_the_same_surrogate() -> None:
    one, other = made("138-1234-5678", "PHONE_NUMBER"), made("138 1234 5678", "PHONE_NUMBER")
    assert one.replace("-", " ") == other


@pytest.mark.parametrize(
    ("value", "networks"),
    [
        ("93.184.216.34", ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]),
        ("2606:2800:220:1::1", ["2001:db8::/32"]),
    ],
)
def test_hosts_become_documentation_addresses(value: str, networks: list[str]) -> None:
    address = ipaddress.ip_address(made(value, "IP_ADDRESS"))
    assert any(address in ipaddress.ip_network(network) for network in networks)


@given(st.from_regex(r"4[0-9]{15}", fullmatch=True))
def test_cards_fail_their_check(value: str) -> None:
    assert not is_card(made(value, "CREDIT_CARD"), "CREDIT_CARD")


@given(st.text(min_size=1), st.sampled_from(ENTITIES))
def test_whatever_is_found_has_a_surrogate(value: str, entity: str) -> None:
    assert made(value, entity) == made(value, entity)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="has 5 bytes; a key needs 16 or more"):
        Surrogates(b"short", is_card)
