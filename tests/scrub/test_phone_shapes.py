"""Windows of one shape have their numbers at the same places: with and without what is remembered,
the same is found."""

import random

import phonenumbers
import pyarrow as pa
import pytest

from corpus_pipeline.scrub import phone_shapes
from corpus_pipeline.scrub.automata import compile_digits
from corpus_pipeline.scrub.detectors import Detectors, load_detectors
from corpus_pipeline.scrub.numbers import find_spans
from corpus_pipeline.scrub.phone_words import split_words
from corpus_pipeline.scrub.plans import is_international, load_plan

WORDS = split_words(
    "tel Tel. phone: Phone number fax (fax) fax) mobile cell office (office) home "
    "call me at my new smartphone iPhone hotel hotline T: F. c) (h) M. order id "
    "orderid no. No number ref code ISBN date time port SKU serial ssn QQ: WX Email "
    "x12 ext. 12 extension 5 x USA CA MA, N.Y. D. C. USD kg MB users 元 万 人 km % "
    "files.jpg a.mp3 Smith Jones Müller Łódź Kovač Anna O'Neil the and or is at on "
    "to direct line contact bureau móvil teléfono téléphone tél điện thoại телефон "
    "тел. Иванов факс मोबाइल 电话 电话： 手机号 致电 微信 张三 王伟 "
    "地址 转 转801 订单号 编号 号码 及 携帯 は です 전화 "
    "연락처 김 หมายเลข โทร هاتف: v1.2 § $ € ¥ US$ # = & % @ _ __ / // - -- , . ; ! ? ( ) "
    "[ ] < > ** + (+ [+ + ( ~ | • ー 2019-05-12 2019 05 12 20190512 12.05.2019 1.5 "
    "3,000 007 555 Telefonnummer: kontakt zadzwoń pod numer ligue para número celular contato "
    "звоните по номеру моб факс للتواصل رقم الهاتف जवाब संपर्क करें มือถือ เบอร์ 致电 给我 同号 "
    "pp. arayın hubungi liên hệ síma kom. cep tel"
)
GAPS = (
    "",
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\n",
    ", ",
    "; ",
    "\t",
    ": ",
    "-",
    "/",
    "\n\n",
    "     ",
    "\u00a0",
)
SEPARATORS = ("", " ", "-", ".", " ", "-", "/", ") ", " - ", "\u2011", "\u202f", "--")
REGIONS = ("US", "GB", "CN", "DE", "FR", "IN", "JP", "BR", "IT", "ES", "KR", "RU", "ZA", "AR", "MX")


#: Forms of which many numbers have one shape, so that it is the words around them that differ.
FORMS = (
    "(202) 418-{}",
    "+44 20 7946 {}",
    "1381234{}",
    "020 7946 {}",
    "2024180{}",
    "9876 {}",
    "41{}",
)


def number(rng: random.Random) -> str:
    """A telephone number as some region writes it, or digits of any kind."""
    kind = rng.random()
    if kind < 0.7:
        return rng.choice(FORMS).format(f"{rng.randrange(10000):04}")
    if kind < 0.9:
        region = rng.choice(REGIONS)
        example = phonenumbers.example_number_for_type(region, rng.choice((0, 1)))
        assert example is not None
        digits = str(example.national_number)
        kept = rng.randint(1, len(digits))
        digits = digits[:kept] + "".join(rng.choice("0123456789") for _ in digits[kept:])
        code = example.country_code
        made = phonenumbers.PhoneNumber(country_code=code, national_number=int(digits))
        return phonenumbers.format_number(made, rng.choice((0, 1, 1, 2, 2, 2)))
    groups = [
        rng.choice(("", "0", "00", "1", "86", "800", "888", "19", "20", "555"))
        + "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 8)))
        for _ in range(rng.randint(1, 4))
    ]
    separator = rng.choice(SEPARATORS)
    text = separator.join(groups)
    if rng.random() < 0.1:
        text = text.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    return text


def document(rng: random.Random, size: int) -> str:
    """Numbers among words that rules know and words that they do not."""
    words = [rng.choice(WORDS) for _ in range(rng.randint(1, 4))]
    gaps = [rng.choice(GAPS) for _ in range(3)]
    parts = []
    for _ in range(size):
        for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
            parts += [rng.choice(words), rng.choice(gaps)]
        parts += [number(rng), rng.choice(gaps)]
    return "".join(parts)


@pytest.fixture(scope="module")
def detectors() -> Detectors:
    return load_detectors()


def compare(
    detectors: Detectors, texts: list[str], languages: list[str | None] | None = None
) -> None:
    column = pa.array(texts)
    slow = find_spans(column, detectors._replace(shapes=None), languages=languages)
    for _ in range(2):
        fast = find_spans(column, detectors, languages=languages)
        found = [
            list(zip(*(each.tolist() for each in spans), strict=True)) for spans in (slow, fast)
        ]
        if found[0] != found[1]:
            row, start, end, _ = min(set(found[0]) ^ set(found[1]))
            raise AssertionError(f"{row} {start}-{end} of {texts[row]!r}")


@pytest.mark.parametrize("seed", range(3))
def test_the_same_is_found(
    seed: int, detectors: Detectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_shapes, "WORTH", 0)
    rng = random.Random(seed)
    compare(detectors, [document(rng, rng.randint(1, 12)) for _ in range(150)])


def test_every_word_before_and_behind_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """All shapes differ by words alone here, so two that are wrongly equal are found."""
    monkeypatch.setattr(phone_shapes, "WORTH", 0)
    texts = []
    for form in ("98765432", "9876 5432", "+44 20 7946 0958", "020 7946 0958", "13812345678"):
        for word in WORDS:
            texts += [f"{word} {form}", f"tel {word} {form} x", f"{form} {word}", f"{word}{form}"]
            texts += [f"call {word}: {form}\n{word}", f"{form} ({word}) {word}"]
    compare(load_detectors(), texts)


def test_the_same_is_found_in_every_language(
    detectors: Detectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_shapes, "WORTH", 0)
    rng = random.Random(4)
    languages = [rng.choice(("en", "pl", "zho_Hant", "ru", "xx", None)) for _ in range(120)]
    compare(detectors, [document(rng, rng.randint(1, 8)) for _ in languages], languages)


def test_lists_have_few_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_shapes, "WORTH", 0)
    detectors = load_detectors()
    rng = random.Random(0)
    lines = [f"+1 (202) 418-{rng.randrange(10000):04}" for _ in range(300)]
    lines += [f"Anna, tel. 020 7946 {rng.randrange(10000):04}" for _ in range(300)]
    lines += [f"电话：138{rng.randrange(10**8):08}" for _ in range(300)]
    compare(detectors, ["\n".join(lines)])
    assert detectors.shapes is not None
    assert len(detectors.shapes.known) < 60


def test_few_windows_are_not_worth_the_tables() -> None:
    detectors = load_detectors()
    find_spans(pa.array(["13812345678"]), detectors)
    assert detectors.shapes is not None
    assert not detectors.shapes.known


def test_what_is_remembered_is_bounded(
    detectors: Detectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_shapes, "WORTH", 0)
    monkeypatch.setattr(phone_shapes, "_MOST_SHAPES", 10)
    rng = random.Random(9)
    for _ in range(3):
        compare(detectors, [document(rng, 8) for _ in range(10)])
    assert detectors.shapes is not None
    assert len(detectors.shapes.known) < 200


@pytest.mark.parametrize("region", REGIONS)
def test_tables_of_a_plan_say_what_its_patterns_say(region: str) -> None:
    plan = load_plan(region)
    dialled = compile_digits(plan.dialled.pattern)
    leading = [compile_digits(each.leading.pattern, prefix=True) for each in plan.formats]
    rng = random.Random(region)
    for _ in range(200):
        digits = "".join(filter(str.isdecimal, number(rng)))[: rng.randint(1, 15)]
        digits = "".join(str(ord(digit) & 15 if ord(digit) > 0x39 else digit) for digit in digits)
        assert dialled.accepts_all(digits) == bool(plan.dialled.fullmatch(digits))
        for table, each in zip(leading, plan.formats, strict=True):
            assert table.accepts_all(digits) == bool(each.leading.match(digits))


@pytest.mark.parametrize("pattern", ["a", "(?=1)2", "[a-c]", "(1", "1)", r"\w", "1??", "1*+"])
def test_other_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"no pattern of digits|substring not found"):
        compile_digits(pattern)


def test_a_country_is_loaded_when_a_number_has_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_shapes, "WORTH", 0)
    detectors = load_detectors()
    compare(detectors, ["+354 421 1234\n+354 421 1235", "+999 12345678", "+0112345678"])
    assert is_international("3544211234")
    assert detectors.shapes is not None
    assert detectors.shapes.known
