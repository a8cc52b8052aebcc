"""What the finder of identifiers finds in a text, and what it leaves."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.scrub.entities import ENTITIES, TABLE
from corpus_pipeline.scrub.identifiers import load_finder
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers

FAMILY = frozenset(each.name for each in TABLE if each.family == "identifiers")


def found(texts: list[str], languages: list[str | None] | None = None) -> list[list[str]]:
    """Findings of each text as "ENTITY value"."""
    buffers = utf8_buffers(pa.array(texts, pa.string()))
    spans = load_finder(FAMILY, FinderOptions()).find(buffers, languages or [None] * len(texts))
    results: list[list[str]] = [[] for _ in texts]
    columns = (spans.rows, spans.starts, spans.ends, spans.entities)
    for row, start, end, entity in zip(*(each.tolist() for each in columns), strict=True):
        results[row].append(f"{ENTITIES[entity]} {bytes(buffers.data[start:end]).decode()}")
    return results


FOUND = [
    # North America
    ("Here is my SSN: 460-89-9847.", ["US_SSN 460-89-9847"]),
    ("SSN ４６０-８９-９８４７", ["US_SSN ４６０-８９-９８４７"]),
    ("ssn=460899847;", ["US_SSN 460899847"]),
    ("on file: 460-89-9847", ["US_SSN 460-89-9847"]),
    ("my ITIN is 912-70-1234", ["US_ITIN 912-70-1234"]),
    ("My driver's license number is F162823540116", ["US_DRIVER_LICENSE F162823540116"]),
    ('{"driversLicense": "D1234567"}', ["US_DRIVER_LICENSE D1234567"]),
    ("Passport No. 123456789", ["US_PASSPORT 123456789"]),
    ("I lost it: X1234567 (passport)", ["IN_PASSPORT X1234567"]),
    ("routing number 021000021", ["ABA_ROUTING_NUMBER 021000021"]),
    ("account number: 12345678901", ["US_BANK_NUMBER 12345678901"]),
    ("card 1EG4-TE5-MK73 of", ["US_MBI 1EG4-TE5-MK73"]),
    ("The SIN is 130 692 544", ["CA_SIN 130 692 544"]),
    # Europe
    ("his NINO is AB 12 34 56 C, and", ["UK_NINO AB 12 34 56 C"]),
    ("NHS number 943 476 5919", ["UK_NHS 943 476 5919"]),
    ("licence MORGA657054SM9IJ", ["UK_DRIVING_LICENCE MORGA657054SM9IJ"]),
    ("Steuer-ID 36 574 261 809", ["DE_TAX_ID 36 574 261 809"]),
    ("Rentenversicherung 15 070649 C 103", ["DE_SOCIAL_SECURITY 15 070649 C 103"]),
    ("n° de sécurité sociale 2 95 10 99 126 111 93", ["FR_NIR 2 95 10 99 126 111 93"]),
    ("con DNI 54362315K", ["ES_NIF 54362315K"]),
    ("Codice fiscale: RCCMNL83S18D969H", ["IT_FISCAL_CODE RCCMNL83S18D969H"]),
    ("burgerservicenummer 111222333", ["NL_BSN 111222333"]),
    ("AHV 756.9217.0769.85", ["CH_AHV 756.9217.0769.85"]),
    ("hetu 131052-308T", ["FI_PERSONAL_IDENTITY_CODE 131052-308T"]),
    ("numer PESEL 44051401359", ["PL_PESEL 44051401359"]),
    ("паспорт 45 08 123456", ["RU_PASSPORT 45 08 123456"]),
    ("ИНН 500100732259", ["RU_INN 500100732259"]),
    # The others
    ("meu CPF é 390.533.447-05", ["BR_CPF 390.533.447-05"]),
    ("CURP BOXW310820HNERXN09", ["MX_CURP BOXW310820HNERXN09"]),
    ("आधार 2341 2341 2346", ["IN_AADHAAR 2341 2341 2346"]),
    ("PAN: AAAPL1234C", ["IN_PAN AAAPL1234C"]),
    ("주민등록번호는 960121-1021413입니다", ["KR_RRN 960121-1021413"]),
    ("บัตรประชาชน ๓-๑๐๐๖-๐๐๔๔๕-๖๓-๕", ["TH_TNIN ๓-๑๐๐๖-๐๐๔๔๕-๖๓-๕"]),
    ("NRIC S1234567D", ["SG_NRIC_FIN S1234567D"]),
    ("T.C. kimlik no 17291716060", ["TR_NATIONAL_ID 17291716060"]),
    ("TFN 123 456 782", ["AU_TFN 123 456 782"]),
    ("South African ID number 7503305044089", ["ZA_ID_NUMBER 7503305044089"]),
    # A check digit may be wrong where a word leads straight to the number.
    ("Aadhaar number: 2341 2341 2347", ["IN_AADHAAR 2341 2341 2347"]),
    # Things
    ("eth0 00:1b:44:11:3a:b7 up", ["MAC_ADDRESS 00:1b:44:11:3a:b7"]),
    ("IMEI: 49-015420-323751-8", ["IMEI 49-015420-323751-8"]),
    ("the car 1M8GDM9AXKP042788 was", ["VIN 1M8GDM9AXKP042788"]),
    ("Kennzeichen: B-AB 1234", ["LICENSE_PLATE B-AB 1234"]),
    (
        "pay 1BoatSLRHtKNngkdXEeobR76b53LETtpyT now",
        ["CRYPTO 1BoatSLRHtKNngkdXEeobR76b53LETtpyT"],
    ),
    (
        "send to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["CRYPTO 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"],
    ),
    # Dates of birth
    ("DOB: 12/03/1985", ["DATE_OF_BIRTH 12/03/1985"]),
    ('"dateOfBirth": "1985-03-12T00:00:00Z"', ["DATE_OF_BIRTH 1985-03-12"]),
    ("I was born on July 4th, 1990 in", ["DATE_OF_BIRTH July 4th, 1990"]),
    ("geboren am 12. März 1985 in Köln", ["DATE_OF_BIRTH 12. März 1985"]),
    ("né le 12 mars 1985 à Lyon", ["DATE_OF_BIRTH 12 mars 1985"]),
    ("родился 12 марта 1985 года", ["DATE_OF_BIRTH 12 марта 1985 года"]),
    ("张三，男，1985年3月12日出生", ["DATE_OF_BIRTH 1985年3月12日"]),
    ("生年月日：昭和60年3月12日", ["DATE_OF_BIRTH 昭和60年3月12日"]),
    ("생년월일: 1985년 3월 12일", ["DATE_OF_BIRTH 1985년 3월 12일"]),
    ("出生日期1985-03-12，签发", ["DATE_OF_BIRTH 1985-03-12"]),
    ("他生于一九八五年三月十二日", ["DATE_OF_BIRTH 一九八五年三月十二日"]),
    ("男，八五年三月十二日出生", ["DATE_OF_BIRTH 八五年三月十二日"]),
    ("生日：农历1985年腊月初八", ["DATE_OF_BIRTH 1985年腊月初八"]),
    ("民國74年3月12日出生", ["DATE_OF_BIRTH 民國74年3月12日"]),
    ("85年3月12日生", ["DATE_OF_BIRTH 85年3月12日"]),
    ("出生年月：1985年3月", ["DATE_OF_BIRTH 1985年3月"]),
    ("1985年03月出生", ["DATE_OF_BIRTH 1985年03月"]),
    ("생년월일 850312", ["DATE_OF_BIRTH 850312"]),
    ("Ann Lee, b. 3 May 1980 in Rome", ["DATE_OF_BIRTH 3 May 1980"]),
    ("Ann Lee (born August 27, 1970) married Bob", ["DATE_OF_BIRTH August 27, 1970"]),
    ("Data nasc.: 12/03/1985", ["DATE_OF_BIRTH 12/03/1985"]),
    ("Fecha de nac.: 12/03/1985", ["DATE_OF_BIRTH 12/03/1985"]),
    # Whoever it is, and however long ago.
    ("Albert Einstein (born 14 March 1879) was a physicist", ["DATE_OF_BIRTH 14 March 1879"]),
    ("Ann Lee (born August 27, 1970) is an actor", ["DATE_OF_BIRTH August 27, 1970"]),
    ("14. Asa Ombu, b. 2 Sep 1768; d. young", ["DATE_OF_BIRTH 2 Sep 1768"]),
    ("(nata a Pisa il 16 maggio 1718, morta", ["DATE_OF_BIRTH 16 maggio 1718"]),
    ("Uwe Ombu (* 23. März 1882 in Ulm; † 14. Mai 1935)", ["DATE_OF_BIRTH 23. März 1882"]),
    ("geb. Ombu\n* 28. Oktober 1931   † 9. Januar 2023", ["DATE_OF_BIRTH 28. Oktober 1931"]),
    ("Ada Ombu (10 December 1815 – 27 November 1852)", ["DATE_OF_BIRTH 10 December 1815"]),
    ("王五（1877年3月11日—1951年9月6日），字", ["DATE_OF_BIRTH 1877年3月11日"]),
    ("Pac.: Ombu, DN 08/12/1957", ["DATE_OF_BIRTH 08/12/1957"]),
    ("Иванова, 02.11.1948 г. р., СНИЛС", ["DATE_OF_BIRTH 02.11.1948"]),
    ("我叫王五，1966年3月5号生，住", ["DATE_OF_BIRTH 1966年3月5号"]),
    ("農曆民國51年2月初9生", ["DATE_OF_BIRTH 民國51年2月初9"]),
    ("女，86年腊月十二生的，", ["DATE_OF_BIRTH 86年腊月十二"]),
    ("行三，乾隆四十一年丙申七月初九生，", ["DATE_OF_BIRTH 乾隆四十一年丙申七月初九"]),
    # Firms, and more numbers of persons.
    ("統一編號：04595257", ["TW_UBN 04595257"]),
    ("法人番号　7000012050002", ["JP_CORPORATE_NUMBER 7000012050002"]),
    ("CNH nº 02650306461, cat. B", ["BR_CNH 02650306461"]),
    ("EIN 12-3456789", ["US_EIN 12-3456789"]),
    ("UTR 19558 39661", ["UK_UTR 19558 39661"]),
    ("SIRET 732 829 320 00074", ["FR_SIREN 732 829 320 00074"]),
    ("REGON 123456785", ["PL_REGON 123456785"]),
    ("ОГРН 1027700132195", ["RU_OGRN 1027700132195"]),
    ("CHE-123.456.788 MWST", ["CH_UID CHE-123.456.788"]),
    ("WARN kyc pan=AIYPK0384W status", ["IN_PAN AIYPK0384W"]),
    ("Begum  PP T4820917  DOB", ["IN_PASSPORT T4820917"]),
    # A colon may be that of the label.
    ("设备MAC：AE:67:96:19:96:D3", ["MAC_ADDRESS AE:67:96:19:96:D3"]),
    ("mac=AC:DE:48:00:11:22", ["MAC_ADDRESS AC:DE:48:00:11:22"]),
    ("MAC:AC:DE:48:00:11:22", ["MAC_ADDRESS AC:DE:48:00:11:22"]),
    ("mac: 001b.4411.3ab7", ["MAC_ADDRESS 001b.4411.3ab7"]),
    ("Gi0/1   MAC 78a5.f907.fd01   IP", ["MAC_ADDRESS 78a5.f907.fd01"]),
    ("手机串号490154203237518", ["IMEI 490154203237518"]),
    ("车架号LSVAA4187E2123456", ["VIN LSVAA4187E2123456"]),
    # Plates
    ("matrícula 1234 BCD", ["LICENSE_PLATE 1234 BCD"]),
    ("targa AB 123 CD", ["LICENSE_PLATE AB 123 CD"]),
    ("kenteken GB-123-T", ["LICENSE_PLATE GB-123-T"]),
    ("nr rejestracyjny KR 1AB23", ["LICENSE_PLATE KR 1AB23"]),
    ("placa: ABC-1234", ["LICENSE_PLATE ABC-1234"]),
    ("Kennzeichen GÖ Y 136 gesucht", ["LICENSE_PLATE GÖ Y 136"]),
    ("машина А123ВС77 во дворе", ["LICENSE_PLATE А123ВС77"]),
    ("АА 1234 ВВ", ["LICENSE_PLATE АА 1234 ВВ"]),
    ("서울12가3456 차량", ["LICENSE_PLATE 서울12가3456"]),
    ("차량번호 12도 3456", ["LICENSE_PLATE 12도 3456"]),
    ("ナンバーは品川500さ12-34", ["LICENSE_PLATE 品川500さ12-34"]),
    ("車牌 AB 1234", ["LICENSE_PLATE AB 1234"]),
    ("her car, AB123CD, was stolen", ["LICENSE_PLATE AB123CD"]),
    ("immatriculé AB-123-CD", ["LICENSE_PLATE AB-123-CD"]),
    ("auto czarne WPI 4418X", ["LICENSE_PLATE WPI 4418X"]),
    ("coche 4471 KLM", ["LICENSE_PLATE 4471 KLM"]),
    ("Reg. No. KA-05-MN-8361", ["IN_VEHICLE_REGISTRATION KA-05-MN-8361"]),
    ("a black sedan, NY KPD 8841.", ["LICENSE_PLATE NY KPD 8841"]),
    ("浜松301 ち 8・06 の", ["LICENSE_PLATE 浜松301 ち 8・06"]),
    # The first line of a table says what its columns are.
    ("name;phone;targa\nAnn;02 1234;NF 855 KF", ["LICENSE_PLATE NF 855 KF"]),
    (
        "a,dob\n1,1980-02-03\n2,1980-02-04\n",
        ["DATE_OF_BIRTH 1980-02-03", "DATE_OF_BIRTH 1980-02-04"],
    ),
    # Its columns may be of fixed width, and a title may stand above.
    (
        "Clinic list\nNHS no        Name        DOB\n943 476 5919  Fry, Ann    12/03/1937\n",
        ["UK_NHS 943 476 5919", "DATE_OF_BIRTH 12/03/1937"],
    ),
    (
        "Unit,VIN,Plate\n14,1HGCM82633A004352,8GLM117\n",
        ["VIN 1HGCM82633A004352", "LICENSE_PLATE 8GLM117"],
    ),
    ("Immat.;Km\nGA-418-KB;120\n", ["LICENSE_PLATE GA-418-KB"]),
    ("| name | passport no |\n|---|---|\n| Ann | X1234567 |", ["IN_PASSPORT X1234567"]),
    (
        "이름,차량번호\n김,88가 1596\n황,848도 4682",
        ["LICENSE_PLATE 88가 1596", "LICENSE_PLATE 848도 4682"],
    ),
]

LEFT = [
    "call 460-89-984 or 1460-89-9847 or 460-89-98471",
    "SSN 666-12-3456, SSN 000-12-3456, SSN 460-00-9847",
    "part 460-89-9847-2 and file 460-89-9847.pdf",
    "order 130692544 of 1234567890 pieces, tel. 212-555-0187",
    "Medicare: 1-800-633-4227",
    "the passport office opened in 1985 and had 1234567 visitors",
    "passports rose by 1234567 in 2019",
    "licensed under the MIT License, 2012-2020",
    "this isn't a valid passport number: 12345",
    "Einstein was born in 1879 in Ulm",
    "Persons born on or before 31 December 2005 may apply",
    "Date of birth: https://news.example.org/2005/12/31/born-in-winter",
    "[Born this day](https://example.org/blog/2005/12/31/) (and others)",
    "anyone born after 12/03/1980, or born before 1 May 1990",
    "出生于1990年1月1日以后的",
    "出生于1990年1月1日（含）以前的人员",
    "Happy birthday! The party on 12/03/2020 is at my house",
    "* 12 May 2020 released in Berlin\n* 13 May 2021: more",
    "the war (1 November 1955 – 30 April 1965), the term (14 March 2013 – )",
    "他的一生，一九八五年五月一日出版",
    "Lei n.º 58/2019; DL n.º 118/2013",
    "0/1 AB 78a5.f907.fd01.aa00",
    "发生于1987年1月1日的事",
    "1985年3月生产",
    "제12조 3456, 1,234나 5678개",
    "name;targa;phone\nAnn;1;RS070UP",
    "name;targa\n\nAnn;RS070UP",
    "the car at 1234 RPM",
    "ff:ff:ff:ff:ff:ff and 00:00:00:00:00:00 and 00:1b:44:11:3a:b7:c0:de",
    "2001:db8:0:0:8:800:200c:417a at 12:34:56:78",
    "the contract at 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "hash 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyU",
    'nodeID="1201381967720"',
    'the AWS account 123456789012, "AccountId": "123456789012"',
    "sha 1M8GDM9AXKP042789",
    "1/2/3 12/34 192.168.10.25 3.14159265 2019-2020",
    "",
]


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[text for text, _ in FOUND])
def test_is_found(text: str, expected: list[str]) -> None:
    assert found([text]) == [expected]


@pytest.mark.parametrize("text", LEFT)
def test_is_left(text: str) -> None:
    assert found([text]) == [[]]


def test_the_language_tells_numbers_that_look_the_same() -> None:
    text = "passport CFG123456"
    assert found([text, text], ["es", "de"]) == [
        ["ES_PASSPORT CFG123456"],
        ["DE_PASSPORT CFG123456"],
    ]


def test_only_what_was_asked_for_is_found() -> None:
    buffers = utf8_buffers(pa.array(["SSN 460-89-9847, MAC 00:1b:44:11:3a:b7"]))
    for entity in ("US_SSN", "MAC_ADDRESS"):
        spans = load_finder(frozenset({entity}), FinderOptions()).find(buffers, [None])
        assert [ENTITIES[each] for each in spans.entities] == [entity]


_PIECES = st.sampled_from(
    [*(text for text, _ in FOUND), *LEFT, " ", "\n", "é", "号", "9", "-", "\u200b", "１", "A"]
)


@given(st.lists(st.lists(_PIECES, max_size=4).map("".join), max_size=5))
def test_the_neighbours_in_a_column_change_nothing(texts: list[str]) -> None:
    assert found(texts) == [found([text])[0] for text in texts]


@given(st.lists(_PIECES, max_size=6).map("".join))
def test_spans_are_ordered_and_lie_on_the_borders_of_characters(text: str) -> None:
    data = text.encode()
    spans = load_finder(FAMILY, FinderOptions()).find(utf8_buffers(pa.array([text])), [None])
    last = 0
    for start, end in zip(spans.starts.tolist(), spans.ends.tolist(), strict=True):
        assert last <= start < end <= len(data)
        data[start:end].decode()
        last = end
