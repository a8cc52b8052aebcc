"""National telephone numbers follow the language of the text."""

import phonenumbers
import pyarrow as pa
import pytest

from corpus_pipeline.scrub.detectors import load_detectors
from corpus_pipeline.scrub.numbers import find_spans
from corpus_pipeline.scrub.phone_regions import _REGIONS, regions_of
from corpus_pipeline.text.languages import parse_language


def found(texts: list[str], languages: list[str | None] | None) -> list[list[str]]:
    spans = find_spans(pa.array(texts), load_detectors(["PHONE_NUMBER"]), languages=languages)
    data = "".join(texts).encode()
    results: list[list[str]] = [[] for _ in texts]
    for row, start, end in zip(spans.rows, spans.starts, spans.ends, strict=True):
        results[row].append(data[start:end].decode())
    return results


def test_table_has_languages_and_regions() -> None:
    for language, regions in _REGIONS.items():
        assert parse_language(language) is not None
        assert set(regions.split()) <= phonenumbers.SUPPORTED_REGIONS


def test_names_of_languages() -> None:
    assert regions_of("zho_Hans") == regions_of("zh-TW") == regions_of("cmn_Hani")
    assert regions_of("__label__de") == ("DE", "AT", "CH", "LI", "LU")
    assert regions_of("code") == regions_of("und") == regions_of("") == ()


#: A national number in a sentence that has no word for it.
NATIONAL = [
    ("pl", "Sklep, 22 765 43 21, czynny od rana."),
    ("es", "La tienda, 912 34 56 78, abre a las nueve."),
    ("pt", "Loja do centro, (11) 96123-4567, aberta."),
    ("it", "Il negozio, 02 1234 5678, apre alle nove."),
    ("ru", "Магазин, 8 (912) 345-66-15, открыт."),
    ("uk", "Крамниця, 044 234 5678, відчинена."),
    ("nl", "De winkel, 020 123 4567, is open."),
    ("sv", "Butiken, 08-123 456 78, har öppet."),
    ("tr", "Dükkan, (0212) 345 67 89, açık."),
    ("vi", "Cửa hàng, 024 3823 1234, mở cửa."),
    ("th", "ร้าน 02 123 4567 เปิด"),
    ("ar", "المتجر، 011 234 5678، مفتوح"),
    ("zh", "店铺，2123 4567，营业。"),
    ("cs", "Obchod, 212 345 678, otevřeno."),
]


@pytest.mark.parametrize(("language", "text"), NATIONAL)
def test_national_number_of_the_language(language: str, text: str) -> None:
    digits = "".join(filter(str.isdecimal, text))
    [numbers] = found([text], [language])
    assert ["".join(filter(str.isdecimal, number)) for number in numbers] == [digits]


def test_neighbours_do_not_matter() -> None:
    texts = [text for _, text in NATIONAL]
    languages: list[str | None] = [language for language, _ in NATIONAL]
    together = found(texts, languages)
    assert together == [
        found([text], [language])[0] for text, language in zip(texts, languages, strict=True)
    ]
    unknown = found(texts, [None] * len(texts))
    assert unknown == found(texts, None)
    assert sum(map(len, unknown)) < sum(map(len, together))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Call me at 98765432 tomorrow."),
        ("zh", "请致电51230036咨询"),
        ("zh", "电话/微信：51236237"),
        ("zh", "打电话给我，号码是21234532"),
        ("zh-Hant", "傳真：21234532"),
        ("ja", "お電話は0312345678まで"),
        ("ko", "휴대폰 01012345678"),
        ("de", "Rufen Sie uns an: 030123450"),
        ("de", "erreichbar unter 015123456781"),
        ("fr", "joignable au 0612345678"),
        ("es", "llámame al 612345672"),
        ("pt", "Ligue para 212345688"),
        ("it", "Chiamare il 3123456724"),
        ("nl", "bereikbaar op 0612345091"),
        ("pl", "Zadzwoń pod numer 512340050"),
        ("ru", "Звоните по номеру 89123458512"),
        ("uk", "за телефоном 0501234561"),
        ("ar", "للتواصل: ٠١٠٠١٢٣٤٥٦٨"),
        ("tr", "Bizi arayın: 05012345675"),
        ("vi", "Liên hệ 0912319648"),
        ("id", "Hubungi 0812345043"),
        ("th", "ติดต่อ 021234585"),
        ("hi", "संपर्क करें: 07410410468"),
        ("cs", "Volejte 601123427"),
        ("sv", "Ring 0701297208"),
        ("en", "2345 6789 (fax)"),
        ("zh", "23456789（传真）"),
        ("fr", "0123456789 (télécopie)"),
        ("ru", "83011342111 (факс)"),
    ],
)
def test_words_that_announce(language: str, text: str) -> None:
    [numbers] = found([text], [language])
    assert len(numbers) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "IEEE CVPR, pp. 3462-3471, 2017"),
        ("en", "Items 3462-3471 are new."),
        ("zh", "温国土资发（2018）366号"),
        ("en", "They live at 9543 1819 St. John"),
        ("pl", "w tabeli 212 345 678 901 234 567"),
        ("da", "i 1990 1991 og 2010 2011"),
        ("pt", "Rua do Sol 5, CEP 01310-100"),
    ],
)
def test_what_is_none(language: str, text: str) -> None:
    assert found([text], [language]) == [[]]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "elle a essayé 0644767315 hier", ["0644767315"]),
        ("ko", "내 번호 말고 01093315572로 해", ["01093315572"]),
        ("zh", "7樓\u30000921388640", ["0921388640"]),
        ("en", "it was 0644767315 then", []),
        ("fr", "commande no 0644767315, réf. 0144767315", []),
    ],
)
def test_mobile_numbers_of_a_language_need_no_word(
    language: str, text: str, expected: list[str]
) -> None:
    assert found([text], [language]) == [expected]
