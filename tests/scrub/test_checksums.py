"""Numbers with a check: what must be found, what must be left, and Presidio as the reference."""

import random

import pytest

from corpus_pipeline.scrub.candidates import ALL_KINDS, ENTITIES
from corpus_pipeline.scrub.detectors import Detectors, load_detectors
from corpus_pipeline.scrub.iban import IBAN_LENGTHS, is_iban


@pytest.fixture(scope="module")
def detectors() -> Detectors:
    return load_detectors()


def luhn(digits: str) -> str:
    """Appends the check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def resident_id(first: str) -> str:
    """Appends the check character of ISO 7064 MOD 11-2, computed the long way: 2 ** place."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first))
    check = (1 - total) % 11
    return first + ("X" if check == 10 else str(check))


def found(detectors: Detectors, text: str, entity: str) -> list[str]:
    bit = ENTITIES.index(entity)
    return [
        text[start:end]
        for start, end, index in sorted(detectors.find_checked(text, ALL_KINDS))
        if index == bit
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("卡号4111111111111111，", ["4111111111111111"]),
        ("4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("4111-1111-1111-1111", ["4111-1111-1111-1111"]),
        ("4111–1111–1111–1111", ["4111–1111–1111–1111"]),
        ("4111\u20111111\u20111111\u20111111", ["4111\u20111111\u20111111\u20111111"]),
        ("4111\u202f1111\u202f1111\u202f1111", ["4111\u202f1111\u202f1111\u202f1111"]),
        ("４１１１１１１１１１１１１１１１", ["４１１１１１１１１１１１１１１１"]),
        ("_4111111111111111_ card=4111111111111111", ["4111111111111111"] * 2),
        ("3782 822463 10005", ["3782 822463 10005"]),
        ("请汇入" + luhn("622202041809548212"), [luhn("622202041809548212")]),
        # Other separators, and groups of any length behind a word; a date behind; cells.
        ("4111  1111  1111  1111", ["4111  1111  1111  1111"]),
        ("4111 - 1111 - 1111 - 1111", ["4111 - 1111 - 1111 - 1111"]),
        ("Card: 41111111 11111111", ["41111111 11111111"]),
        ("card 4111/1111/1111/1111", ["4111/1111/1111/1111"]),
        ("CARD 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"]),
        ("4111 1111 1111 1111 04/27", ["4111 1111 1111 1111"]),
        ("cc:4111111111111111:0427", ["4111111111111111"]),
        ("id,no,exp\n7,4111111111111111,04/27", ["4111111111111111"]),
        ("it was 0,4111111111111111 then", []),
        ("41111111 11111111", []),
        # A word makes any length and issuer a card.
        ("Maestro card " + luhn("67590000123"), [luhn("67590000123")]),
        ("pay " + luhn("67590000123"), []),
        ("4111111111111112", []),
        (luhn("999999999999999"), []),
        ("0.4111111111111111 and x4111111111111111", []),
        ("example.com/4111111111111111", []),
        # Coordinates, tables, and numbers that a word calls something else.
        ("6100 4150 6100 4350", []),
        ("3333333344444444 4455555555556666 7777777788888888", []),
        ("1234 4111 1111 1111 1111 5678", []),
        ("订单号4111111111111111，快递4111111111111111", []),
        ('"nonce": "4242424242424242"', []),
    ],
)
def test_card(detectors: Detectors, text: str, expected: list[str]) -> None:
    assert found(detectors, text, "CREDIT_CARD") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("账户GB82WEST12345698765432，", ["GB82WEST12345698765432"]),
        ("DE89 3704 0044 0532 0130 00 from May", ["DE89 3704 0044 0532 0130 00"]),
        ("de89370400440532013000", ["de89370400440532013000"]),
        ("DE89-3704-0044-0532-0130-00", ["DE89-3704-0044-0532-0130-00"]),
        ("IBANDE89370400440532013000", ["DE89370400440532013000"]),
        ("ＤＥ８９３７０４００４４０５３２０１３０００。",
         ["ＤＥ８９３７０４００４４０５３２０１３０００"]),
        ("FR76\u202f3000\u202f6000\u202f0112\u202f3456\u202f7890\u202f189",
         ["FR76\u202f3000\u202f6000\u202f0112\u202f3456\u202f7890\u202f189"]),
        ("GB82WEST12345698765433", []),
        ("XGB82WEST12345698765432", []),
        ("DE8937040044053201300", []),
    ],
)  # fmt: skip
def test_iban(detectors: Detectors, text: str, expected: list[str]) -> None:
    assert found(detectors, text, "IBAN_CODE") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("身份证11010519491231002X，", ["11010519491231002X"]),
        ("身份证11010519491231002x", ["11010519491231002x"]),
        ("身份证号：110105 19491231 002X", ["110105 19491231 002X"]),
        ("1101 0519 4912 3100 2X", ["1101 0519 4912 3100 2X"]),
        ("110105-19491231-002X/_11010519491231002X_", ["110105-19491231-002X",
                                                       "11010519491231002X"]),
        ("110105\u200b19491231002X", ["110105\u200b19491231002X"]),
        ("１１０１０５１９４９１２３１００２Ｘ", ["１１０１０５１９４９１２３１００２Ｘ"]),
        ("公民身份号码" + resident_id("44052419800101001"), [resident_id("44052419800101001")]),
        ("身份证号130503670401001", ["130503670401001"]),
        ("身份证（旧）：130503 670401 001", ["130503 670401 001"]),
        ("身份證字號130503670401001", ["130503670401001"]),
        ("ID card No. 130503670401001", ["130503670401001"]),
        ("编号130503670401001", []),
        ("身份证号130503671301001", []),  # month 13
        ("身份证号130503000229001", []),  # 1900 was no leap year
        ("身份证，订单130503670401001", []),
        ("110105194912310021", []),  # check character
        (resident_id("11010519491331002"), []),  # month 13
        (resident_id("11010519490230002"), []),  # 30 February
        (resident_id("99010519491231002"), []),  # province
        (resident_id("11010517491231002"), []),  # century
        ("a11010519491231002X", []),
        ("11010519491231002X1", []),
    ],
)  # fmt: skip
def test_resident_id(detectors: Detectors, text: str, expected: list[str]) -> None:
    assert found(detectors, text, "CN_ID") == expected


def test_one_wrong_digit_is_always_noticed(detectors: Detectors) -> None:
    rng = random.Random(7)
    card = luhn("622202041809548")
    identity = resident_id("44052419800101001")
    for number, entity in ((card, "CREDIT_CARD"), (identity, "CN_ID")):
        assert found(detectors, number, entity) == [number]
        for place in range(len(number)):
            wrong = rng.choice([d for d in "0123456789" if d != number[place]])
            assert found(detectors, number[:place] + wrong + number[place + 1 :], entity) == []


def test_what_presidio_finds_is_found(detectors: Detectors) -> None:
    from presidio_analyzer.predefined_recognizers.generic import (
        credit_card_recognizer,
        iban_recognizer,
    )

    rng = random.Random(3)
    cards = credit_card_recognizer.CreditCardRecognizer()
    ibans = iban_recognizer.IbanRecognizer()
    numbers = []
    for prefix, length in (("4", 16), ("51", 16), ("37", 15), ("6011", 16), ("3528", 16)):
        rest = "".join(str(rng.randint(0, 9)) for _ in range(length - 1 - len(prefix)))
        numbers.append(luhn(prefix + rest))
    for country in ("AT", "BE", "CH", "DE", "ES", "GB", "IT", "NL", "PL", "SE", "TR"):
        letters = {"GB": "WEST", "NL": "ABNA", "IT": "X"}.get(country, "")
        rest = letters.ljust(IBAN_LENGTHS[country] - 4, "7")
        digits = "".join(str(int(c, 36)) for c in rest + country + "00")
        numbers.append(f"{country}{98 - int(digits) % 97:02}{rest}")
        assert is_iban(numbers[-1])
    for number in numbers:
        text = f"pay to {number} today"
        entity = "CREDIT_CARD" if number.isdecimal() else "IBAN_CODE"
        reference = cards if number.isdecimal() else ibans
        assert [text[r.start : r.end] for r in reference.analyze(text, [entity])] == [number]
        assert found(detectors, text, entity) == [number]
