"""Names of languages: one reading of all spellings, whose figures apply, what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.filters.language.measures import load_language_identifier
from corpus_pipeline.text.languages import (
    Figures,
    language_name,
    members_of,
    parse_language,
    related_languages,
    require_language,
    same_language,
    suggestion,
)

LID = load_language_identifier().languages


@pytest.mark.parametrize(
    ("names", "tag"),
    [
        ("zh ZH zho chi cmn __label__zh zh-guoyu", "zh"),
        ("zho_Hans cmn-Hans zh-CN zh_cn zh-Hans-SG zh-simplified", "zh-Hans"),
        ("zho_Hant zh-Hant zh_TW zh-HK zh-Hant-HK zh-cmn-Hant", "zh-Hant"),
        ("cmn_Hani zh-hani", "zh-Hani"),
        ("yue zh-yue YUE", "yue"),
        ("nan zh-min-nan zh_min_nan", "nan"),
        ("lzh zh-classical", "lzh"),
        ("ja jpn ja-JP", "ja"),
        ("ko kor ko_KR", "ko"),
        ("en eng __label__en en-US EN_gb en-x-twain", "en"),
        ("eng_Latn en-latin en-Latn-US", "en-Latn"),
        ("no nb nob nor nb-NO no-bok", "no"),
        ("nn nno no-nyn", "nn"),
        ("he iw heb", "he"),
        ("id in ind", "id"),
        ("fa pes per fas", "fa"),
        ("tl fil tgl", "tl"),
        ("sr-RS srp sr", "sr"),
        ("srp_Latn sr-latin sr-Latn-RS", "sr-Latn"),
        ("de deu ger deu_1901 de-AT de-DE-1996", "de"),
        ("als gsw", "gsw"),
        ("als_Latn", "sq-Latn"),
        ("und_Hani", "und-Hani"),
    ],
)
def test_spellings(names: str, tag: str) -> None:
    assert {str(parse_language(name)) for name in names.split()} == {tag}


@pytest.mark.parametrize(
    "name", ["", "english", "xx", "xyz", "q", "en-foo", "中文", "e n", "--", "en_!!", "zh-eng", "1"]
)
def test_what_is_no_language(name: str) -> None:
    assert parse_language(name) is None
    with pytest.raises(ValueError, match="is no language"):
        require_language(name)


def test_all_labels_of_the_default_model_are_known_and_differ() -> None:
    tags = [parse_language(label) for label in LID]
    assert None not in tags
    assert len(set(tags)) == len(LID) == 176


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(name: str) -> None:
    tag = parse_language(name)
    assert tag is None or parse_language(str(tag)) is not None
    assert suggestion(name)
    Figures(("zh", "en", name)).find(name)


@pytest.mark.parametrize(
    ("name", "label", "same"),
    [
        ("zh", "cmn_Hani", True),
        ("zh", "zho_Hant", True),
        ("zh-Hans", "zho_Hans", True),
        ("zh-Hans", "zho_Hant", False),
        ("zh-Hans", "zh", False),
        ("zh-Hani", "zho_Hans", True),
        ("zh", "yue", False),
        ("EN", "eng_Latn", True),
        ("eng_Latn", "en", True),
        ("no", "nob_Latn", True),
        ("no", "nn", False),
        ("sq", "als", False),
        ("sq", "als_Latn", True),
        ("mine", "mine", True),
        ("mine", "other", False),
    ],
)
def test_the_same_language(name: str, label: str, same: bool) -> None:
    assert same_language(name, label) is same


@pytest.mark.parametrize(
    ("names", "label", "by_language", "by_writing"),
    [
        (("zh", "en"), "yue", "zh", "zh"),
        (("zh", "yue"), "yue_Hant", "yue", "yue"),
        (("zh", "en"), "nan", "zh", "zh"),
        (("zh", "en"), "nan_Latn", None, None),
        (("zh-Hant", "zh"), "zho_Hant", "zh-Hant", "zh-Hant"),
        (("zh-Hant", "zh"), "zho_Hans", "zh", "zh"),
        (("zh-Hant", "zh-Hans"), "zh", "zh-Hant", "zh-Hant"),
        (("zh", "en"), "ja", None, "zh"),
        (("ja", "en"), "und-Hani", None, "ja"),
        (("zh", "en"), "ko", None, None),
        (("th", "en"), "lo", None, "th"),
        (("th", "en"), "und-Khmr", None, "th"),
        (("bo", "en"), "dz", None, "bo"),
        (("ms",), "id", "ms", "ms"),
        (("id",), "ms", None, None),
        (("no",), "nn", "no", "no"),
        (("sr",), "srp_Latn", "sr", "sr"),
        (("vi",), "vie_Hani", None, None),
        (("en",), "fr", None, None),
        (("en",), "und-Latn", None, None),
        (("en",), None, None, None),
        (("mine",), "mine", "mine", "mine"),
    ],
)
def test_whose_figures_apply(
    names: tuple[str, ...], label: str | None, by_language: str | None, by_writing: str | None
) -> None:
    figures = Figures(names)
    assert figures.find(label) == by_language
    assert figures.find(label, by_writing=True) == by_writing


def test_figures_of_a_macro_language_may_be_its_own_alone() -> None:
    figures = Figures(("zh", "no"))
    labels = ("cmn_Hani", "und-Hani", "yue", "nb", "nn")
    found = [figures.find(label, members=False) for label in labels]
    assert found == ["zh", "zh", None, "no", None]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("english", "en"), ("English", "en"), ("chinese", "zh"), ("Mandarin", "zh"), ("cn", "zh"),
        ("jp", "ja"), ("kr", "ko"), ("gr", "el"), ("ua", "uk"), ("cz", "cs"), ("dk", "da"),
        ("japanese", "ja"), ("englsh", "en"), ("cantonese", "yue"), ("farsi", "fa"),
        ("Simplified Chinese", "zh"), ("vn", "vi"), ("german-de", "de"), ("zh-XXX", "zh"),
    ],
)  # fmt: skip
def test_what_was_meant(name: str, meant: str) -> None:
    assert f"did you mean {meant!r}?" in suggestion(name)
    assert f"did you mean {meant!r}?" in suggestion(name, LID)


def test_a_language_that_is_not_among_the_known_is_named() -> None:
    assert suggestion("se", LID) == "'se' is Northern Sami; did you mean 'sv'?"
    assert suggestion("zh-CN", LID).endswith("did you mean 'zh'?")
    assert suggestion("zh", ("zho_Hans", "eng_Latn")).endswith("did you mean 'zho_Hans'?")


def test_names_and_members() -> None:
    assert language_name("zh") == "Chinese"
    assert {"hr", "sr", "bs"} < set(members_of("sh"))
    assert {"yue", "wuu", "lzh", "nan"} < set(members_of("zh"))
    assert related_languages("zho_Hans", "yue")
    assert related_languages("nb", "nno_Latn")
    assert not related_languages("no", "da")
