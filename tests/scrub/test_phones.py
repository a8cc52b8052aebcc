"""Telephone numbers: plans, words, and what stays in the text."""

import phonenumbers
import pytest

from corpus_pipeline.scrub.candidates import find_windows
from corpus_pipeline.scrub.detectors import Detectors, load_detectors
from corpus_pipeline.scrub.numbers import find_spans
from corpus_pipeline.scrub.phone_words import announced_before, has_words
from corpus_pipeline.scrub.plans import is_international, load_plan

REGIONS = ("US", "GB", "CN", "DE", "FR", "IN", "JP", "BR", "IT", "HK", "ES", "MX", "AR")


@pytest.fixture(scope="module")
def detectors() -> Detectors:
    return load_detectors(["PHONE_NUMBER"])


def found(detectors: Detectors, text: str) -> list[str]:
    import pyarrow as pa

    data = text.encode()
    spans = find_spans(pa.array([text]), detectors)
    return [data[s:e].decode() for s, e in zip(spans.starts, spans.ends, strict=True)]


@pytest.mark.parametrize("region", REGIONS)
def test_plans_have_every_example(region: str) -> None:
    plan = load_plan(region)
    for kind in range(11):
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None:
            continue
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        digits = "".join(filter(str.isdecimal, national))
        # Argentina writes a 15 inside its mobile numbers, which the metadata have not.
        if region != "AR" and len(digits) >= 7:
            assert plan.dialled.fullmatch(digits), national
        dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        assert is_international(dialled.removeprefix("+"))


@pytest.mark.parametrize("region", REGIONS)
def test_labelled_and_international_numbers_of_every_region(
    detectors: Detectors, region: str
) -> None:
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
        number = phonenumbers.example_number_for_type(region, kind)
        assert number is not None
        for style in (
            phonenumbers.PhoneNumberFormat.NATIONAL,
            phonenumbers.PhoneNumberFormat.INTERNATIONAL,
            phonenumbers.PhoneNumberFormat.E164,
        ):
            written = phonenumbers.format_number(number, style)
            assert found(detectors, f"电话：{written}。") == [written]
            assert found(detectors, f"Phone: {written}, home") == [written]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Contexts that say little, before a valid number.
        ("Rückfragen bitte unter 05066 / 70 41 88 (ab 17 Uhr)", ["05066 / 70 41 88"]),
        ("Hinweise nimmt Frau Ombu unter 03394 423-0 entgegen", ["03394 423-0"]),
        ("Text Ines 647 980 3316 or drop by", ["647 980 3316"]),
        ("手机号 old=15271830942 new=13371820655", ["15271830942", "13371820655"]),
        ("他手机多少：132/4618/0957", ["132/4618/0957"]),
        ("T +886-2-8751-3390#108", ["+886-2-8751-3390#108"]),
        ("jw_0417 / 202-418-0069", ["202-418-0069"]),
        # China.
        ("手机号13812345678，地址", ["13812345678"]),
        ("手机号１３８１２３４５６７８，", ["１３８１２３４５６７８"]),
        ("请拨打132-5324-0161。", ["132-5324-0161"]),
        ("手机133 9124 3293，", ["133 9124 3293"]),
        ("电话：138\u20091234\u20095678", ["138\u20091234\u20095678"]),
        ("电话：138\u200e1234\u200e5678", ["138\u200e1234\u200e5678"]),
        ("138–1234–5678 138\u20111234\u20115678", ["138–1234–5678", "138\u20111234\u20115678"]),
        ("联系+86 15646918457。", ["+86 15646918457"]),
        ("86 138 1234 5678", ["86 138 1234 5678"]),
        ("致电010-30142250。", ["010-30142250"]),
        ("(010) 6234 5678转801", ["(010) 6234 5678转801"]),
        ("010-62345678-801", ["010-62345678-801"]),
        ("客服400-123-4567、4008208820", ["400-123-4567", "4008208820"]),
        ("13812345678、13912345678", ["13812345678", "13912345678"]),
        ("13812345678/13987654321，李四", ["13812345678", "13987654321"]),
        ("138 1234 5678 139 1234 5679", ["138 1234 5678", "139 1234 5679"]),
        # Neighbours.
        ("张三_13812345678_备注", ["13812345678"]),
        ("**13812345678** _13912345678_", ["13812345678", "13912345678"]),
        ("Tel13812345678", ["13812345678"]),
        ("tel=13812345678&x=1", ["13812345678"]),
        ("[电话](tel:+8613812345678)", ["+8613812345678"]),
        ("(+1 202 418 0069)", ["+1 202 418 0069"]),
        ("Sera (713/853-5984) or (415.621.8317)", ["713/853-5984", "415.621.8317"]),
        # Unannounced, as a region writes them.
        ("at (202) 418-0069, or 202.418.0069", ["(202) 418-0069", "202.418.0069"]),
        ("020 7946 0958; 01 42 68 53 00; 030 901820", ["020 7946 0958", "01 42 68 53 00",
                                                        "030 901820"]),
        ("01\u202f42\u202f68\u202f53\u202f00", ["01\u202f42\u202f68\u202f53\u202f00"]),
        ("03-1234-5678", ["03-1234-5678"]),
        # Announced, whatever the plan says.
        ("call 2125552368 now", ["2125552368"]),
        ("Phone: 467 3395", ["467 3395"]),
        ("call me at 0494 92 82 32", ["0494 92 82 32"]),
        ("781 1704 office, 781 1705 (fax)", ["781 1704", "781 1705"]),
        ("3660170548-Fax", ["3660170548"]),
        ("31 253 109 8211-Office", ["31 253 109 8211"]),
        ("Contact: Rao, 98765 43210", ["98765 43210"]),
        ("Phone: 9472 7916 9472 7917", ["9472 7916", "9472 7917"]),
        ("stop messages to 699 956 915", ["699 956 915"]),
        ("T: 020 7946 0958 F: 020 7946 0959", ["020 7946 0958", "020 7946 0959"]),
        ("전화 +82 2-312-3456입니다", ["+82 2-312-3456"]),
        ("携帯は090-1234-5678です", ["090-1234-5678"]),
        ("هاتف: ٠١٠ ١٢٣٤ ٥٦٧٨", ["٠١٠ ١٢٣٤ ٥٦٧٨"]),
        ("मोबाइल: ९८७६५ ४३२१०", ["९८७६५ ४३२१०"]),
        ("тел. 8 (495) 123-45-67", ["8 (495) 123-45-67"]),
        # International, extensions, letters.
        ("+46 (0)8 928 571 38 mobile", ["+46 (0)8 928 571 38"]),
        ("+447700 921 916", ["+447700 921 916"]),
        ("+44 20 7946 0958 ext. 12", ["+44 20 7946 0958 ext. 12"]),
        ("fax 345-899-3560x4587", ["345-899-3560x4587"]),
        ("1-800-FLOWERS or 800-GIVELIFE", ["1-800-FLOWERS", "800-GIVELIFE"]),
        # A verb and a name, a number that is new, letters alone on a line.
        ("Call Mandy Jones at 08 2496 4436.", ["08 2496 4436"]),
        ("Bel Tara van den Berg op (006)-2829968", ["(006)-2829968"]),
        ("può chiamare Gianni Sollima al 381872470", ["381872470"]),
        ("erreichen Sie mich unter 0279573112", ["0279573112"]),
        ("my new number is 7931.4780", ["7931.4780"]),
        ("J'ai changé de numéro : 0781135730", ["0781135730"]),
        ("新号码是14918494826", ["14918494826"]),
        ("Callback: 98126 25160", ["98126 25160"]),
        ("Phone (BH): 0086-2457", ["0086-2457"]),
        ("Ann\nT 020 7946 0958\nM 0317919780\n", ["020 7946 0958", "0317919780"]),
        # Whether a plan has them or not: what only a telephone number looks like.
        ("(+61808048778)", ["+61808048778"]),
        ("(01632) 960640", ["(01632) 960640"]),
        ("187-069-6248", ["187-069-6248"]),
        ("a,(0115)4960201,b", ["(0115)4960201"]),
        ("정,02-518-4001,88가", ["02-518-4001"]),
        ("(040) 717 43 99 or 0551/872827", ["(040) 717 43 99", "0551/872827"]),
        ("13812345678 台湾省", ["13812345678"]),
    ],
)  # fmt: skip
def test_telephones(detectors: Detectors, text: str, expected: list[str]) -> None:
    assert found(detectors, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "取值范围：[0, 2147483647]",
        "(part no. 8801-0442) and units 220-118-4401 to 220-118-4460",
        "SBN 24071188, tel. (none)",
        "GB/T 2260—2007 and ISO 8601-1988",
        "from 1073741824 to 4294967295",
        "2019-05-12 10 and 2023-07-04 12:30 and 20190512103000 and 1455–1536",
        "2023年07月04日，订单号13812345678，金额13812345678元，编号：13812345678",
        "call 2019-05-12, phone 3.14159265, TARTU 8.30-17.30 TEL",
        "/bulletins/2014/2014-02.html",
        "photos/13931126206/ and tickets-13125892899 and IMG_13812345678.jpg",
        "https://example.com/answer/1646861 and National-Office-6947787",
        "54 -14 216 714 and 0.63888884 0.99999994",
        "2.125552368 and 1,212,555,236",
        "0x1234567890 and a13812345678 and 1381234567812",
        "tracking 1Z12345E0291980793",
        "10 1112 2049\n11 5468 2606\n12 5989 2873",
        "0 591 353 763 ; 65001 65002 ; 64496..64511 ; (82196/44100)",
        "41.40338, 2.17403 and -33.8688197, 151.2092955",
        "20000 + 5000 - 10000 = 15000",
        "Boston, MA 02110-1301, USA; SSN 054-28-6917",
        "ISBN 978-7-111-21382-6, ISBN 0-306-40615-2, ISSN 1234-5678, arXiv:2103.12345",
        "contact 12 345 678 users; message 164 55 136",
        "registration number 5110579, Error Number: 1148 (42000)",
        "212 555 1234 300",
        "L GND\nP 3500 3000\nM 3150 2750\n",
        "上限为 `3001-01-19`, call 1312.56020, 13812345678 台",
        "x=+61808048778, +618080487780000",
        "12,345 678,901 and 1,0551,872827",
        "800 MHz and 1-800",
    ],
)
def test_numbers_that_are_no_telephone(detectors: Detectors, text: str) -> None:
    assert found(detectors, text) == []


@pytest.mark.parametrize(
    "words",
    ["tel ", "Telefax: ", "smartphone ", "phoneNumber: ", "điện thoại ", "direct line ", "P: ",
     "hot-line ", "whats app ", "contact no ", "拨打", "フリーダイヤル", "연락처 ", "text me at ",
     "office "],
)  # fmt: skip
def test_no_word_is_overlooked(words: str) -> None:
    # `has_words` sees at once that there is none; it must know every word of the patterns.
    assert announced_before(words, len(words)) > 0
    assert has_words(words + "4", len(words), len(words) + 1)


def test_hostile_runs_stay_linear(detectors: Detectors) -> None:
    import pyarrow as pa

    # Not a measurement of time: the number of windows is what grows with the length.
    for piece in ("1 2 3 4 5 6 7 8 9 ", "+1(2)3-", "tel 1234567 ", "1\u200b", "(0) "):
        counts = [len(find_windows(pa.array([piece * times])).rows) for times in (1000, 2000)]
        assert counts[1] <= 2 * counts[0] + 2
