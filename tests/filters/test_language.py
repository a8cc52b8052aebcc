"""Language: loading, the sample that the model sees, measures, decisions."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.language import measures as language
from corpus_pipeline.filters.language.columns import LANGUAGE_MEASURES, LANGUAGE_REASONS
from corpus_pipeline.filters.language.measures import (
    LID_176_SHA256,
    LanguageIdentifier,
    LanguageRules,
    language_failures,
    load_language_identifier,
    measure_language,
    named_language,
    wrong_names,
)
from corpus_pipeline.filters.language.sample import WINDOWS, sample_texts
from corpus_pipeline.text.languages import parse_language

CHINESE = "为了规范公司的组织和行为，保护公司、股东、职工和债权人的合法权益，制定本法。"
SQL = "SELECT * FROM customers WHERE id = 5 ORDER BY name LIMIT 10"


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return load_language_identifier()


def samples(texts: Sequence[str | None], sample_chars: int = 1000) -> list[str]:
    """What the model is shown of each text, one line after another."""
    found = sample_texts(pa.array(texts, pa.string()), sample_chars)
    return [
        found.data[begin:end].tobytes().decode()
        for begin, end, letters in zip(
            found.offsets[:-1], found.offsets[1:], found.letters, strict=True
        )
        if letters
    ]


def library() -> Any:
    """fastText's own code with the same model."""
    import fasttext_pybind  # type: ignore[import-not-found]

    model = fasttext_pybind.fasttext()
    model.loadModel(str(language.carried_model()))
    return model


def agreed(seen: list[tuple[int, list[tuple[float, str]]]]) -> tuple[str, float, str | None]:
    """The language of a text, its score and the second one: a slow twin over what the library says.

    Args:
        seen: letters of each window, and its guesses.
    """
    total = sum(letters for letters, _ in seen)
    mean: dict[str, float] = {}
    for letters, guesses in seen:
        for chance, label in guesses:
            mean[label] = mean.get(label, 0.0) + chance * letters / total
    ranked = sorted(mean, key=mean.__getitem__, reverse=True)
    if any(guesses[0][1] != ranked[0] for _, guesses in seen):

        def product(label: str) -> float:
            return sum(
                letters * math.log(max({name: p for p, name in guesses}.get(label, 0.0), 0.01))
                for letters, guesses in seen
            )

        ranked.sort(key=product, reverse=True)
    return ranked[0], mean[ranked[0]], ranked[1] if len(ranked) > 1 else None


WORDS = (
    "the committee met on the first Monday of the month to look at accounts wer immer "
    "strebend sich bemüht den können wir il la de no si SQL http 5 ça für 中文 日本 москва που "
    "为 了 规 范 公 司 的 组 织 和 行 为 保 护 股 东"
)


def by_library(text: str, *, weighted: bool = True) -> tuple[str, float, str | None] | None:
    """The language of a text, its score and the second one, by the twin."""
    model, found = library(), sample_texts(pa.array([text]))
    ends = found.offsets.tolist()
    seen = [
        (letters if weighted else 1, model.predict(found.data[b:e].tobytes(), 3, 0.0, "strict"))
        for b, e, letters in zip(ends, ends[1:], found.letters.tolist(), strict=False)
        if letters
    ]
    return agreed(seen) if seen else None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(WORDS.split()), min_size=1))
def test_languages_are_those_of_the_library(words: list[str]) -> None:
    for text in (" ".join(words), " ".join(words * 40)):
        (row,) = measure_language(pa.array([text]), load_language_identifier()).to_pylist()
        twin = by_library(text)
        if twin is None:
            assert row["lang"] is None
            continue
        lang, score, second = twin
        close = {f"__label__{row['lang']}", f"__label__{row['lang_second']}"} == {lang, second}
        assert f"__label__{row['lang']}" == lang or (close and abs(score - 0.5) < 0.1)
        # fastText adds a hundred thousandth before each logarithm, at each branch of its tree.
        assert abs(row["lang_score"] - min(score, 1.0)) < 3e-4 or f"__label__{row['lang']}" != lang


def test_windows_count_by_their_letters() -> None:
    english = "the committee met on the first Monday of the month to look at accounts " * 12
    german = "wer 48812 2291 00 7 1 33 9 2 0471 nicht 11 8 8 2021 05 12 17 00 9931 " * 12
    text = german + english + german + english + german
    found = measure_language(pa.array([text]), load_language_identifier()).to_pylist()[0]
    twin, even = by_library(text), by_library(text, weighted=False)
    assert twin is not None
    assert even is not None
    assert (found["lang"], even[0]) == (twin[0].removeprefix("__label__"), "__label__de")
    assert found["lang"] == "en"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        (CHINESE, "zh"),
        ("日本国憲法は、日本の現行憲法典である。", "ja"),
        ("모든 인간은 태어날 때부터 자유로우며 평등하다.", "ko"),
        ("Toute personne a droit à l'éducation.", "fr"),
        ("Все люди рождаются свободными и равными.", "ru"),
        ("مكتبة الجامعة مفتوحة كل يوم للطلاب", "ar"),
        (f"{CHINESE}\n```sql\n{SQL}\n{SQL}\n{SQL}\n```\n", "zh"),
        (f"{CHINESE}\n" + "https://docs.example.com/reference/the-english-page\n" * 20, "zh"),
    ],
)
def test_languages(text: str, lang: str, identifier: LanguageIdentifier) -> None:
    measures = measure_language(pa.array([text]), identifier)
    assert measures.schema == LANGUAGE_MEASURES
    assert measures["lang"].to_pylist() == [lang]
    assert measures["lang_score"][0].as_py() > 0.65


def test_nulls_and_texts_without_letters(identifier: LanguageIdentifier) -> None:
    measures = measure_language(pa.array([None, "", "123 !?", "中"], pa.string()), identifier)
    assert measures["lang"].to_pylist()[:3] == [None, None, None]
    assert measures["lang_score"].to_pylist()[:3] == [None, None, 0.0]
    assert measures["lang_second"].to_pylist()[:3] == [None, None, None]
    assert measures["lang"][3].is_valid
    assert measure_language(pa.array([], pa.string()), identifier).num_rows == 0


def test_scores_are_rounded_and_at_most_one(identifier: LanguageIdentifier) -> None:
    found = measure_language(pa.array([CHINESE, "Where is the library?", "a b"]), identifier)
    scores = found["lang_score"].to_pylist()
    assert scores == [np.float32(round(score, 4)) for score in scores]
    assert 0 < min(scores) <= max(scores) <= 1


def test_scores_of_labels_that_are_judged_each_for_itself_are_at_most_one() -> None:
    merged = load_language_identifier(merge={"en": ["en", "de", "fr", "es", "it", "nl"]})
    one_vs_all = merged._replace(model=merged.model._replace(loss=4))
    found = measure_language(pa.array(["Where is the library?", "Wer ist das?"]), one_vs_all)
    assert found["lang_score"].to_pylist() == [1.0, 1.0]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_model_with_values_that_are_no_numbers(
    identifier: LanguageIdentifier, value: float
) -> None:
    centroids = np.full_like(identifier.model.input.centroids, value)
    damaged = identifier._replace(
        model=identifier.model._replace(input=identifier.model.input._replace(centroids=centroids))
    )
    with pytest.raises(ResourceError, match="language: the model gives no number"):
        measure_language(pa.array([CHINESE]), damaged)


@pytest.mark.parametrize(
    ("text", "sample"),
    [
        ("一\n二\r\n三", "一 二  三\n"),
        ("nul\x00nul", "nul nul\n"),
        (f"{CHINESE} `inline code` 后", f"{CHINESE}   后\n"),
        (f"{CHINESE}\n```\ncode\n```\n后", f"{CHINESE}   后\n"),
        (f"{CHINESE}见https://a.example/b?c=d。后", f"{CHINESE}见 。后\n"),
        (f"{CHINESE}<a href='x'>后</a>", f"{CHINESE} 后 \n"),
        # What only looks like the beginning of something stays.
        (f"{CHINESE} `open\nline", f"{CHINESE} `open line\n"),
        (f"{CHINESE}```open", f"{CHINESE}` open\n"),
        (f"{CHINESE} 1 < 2 a <b", f"{CHINESE} 1 < 2 a <b\n"),
        (f"{CHINESE} the http header", f"{CHINESE} the http header\n"),
        # Too little prose: the model sees everything, and no capitals.
        (f"`{SQL}` 好", f"`{SQL.lower()}` 好\n"),
        (f"`{SQL.title()}` 好", f"`{SQL.title()}` 好\n"),
        # Mostly capitals, in every script that has them; small letters may be longer.
        ("ALL RIGHTS RESERVED, No. 5", "all rights reserved, no. 5\n"),
        ("ВСЕ ПРАВА ЗАЩИЩЕНЫ", "все права защищены\n"),
        ("ΟΛΑ ΤΑ ΔΙΚΑΙΩΜΑΤΑ", "ολα τα δικαιωματα\n"),
        ("ԲՈԼՈՐ ԻՐԱՎՈՒՆՔՆԵՐԸ", "բոլոր իրավունքները\n"),
        ("ȺȺȺȺ ＡＢＣ İSTANBUL", "ⱥⱥⱥⱥ ａｂｃ istanbul\n"),
        ("Of the People of the USA", "Of the People of the USA\n"),
        ("支持 MYSQL 和 SQL 的数据库产品文档", "支持 MYSQL 和 SQL 的数据库产品文档\n"),
    ],
)
def test_the_sample(text: str, sample: str) -> None:
    assert samples([text]) == [sample]


def test_a_long_text_is_sampled_in_places_evenly_spaced_and_cut_at_words() -> None:
    words = [f"w{n:05}" for n in range(2000)]
    lines = samples([" ".join(words)])
    assert len(lines) == WINDOWS
    first = [int(line.split()[0][1:]) for line in lines]
    assert all(word in words for line in lines for word in line.split())
    assert [round(n / 2000, 1) for n in first] == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert 800 < sum(map(len, lines)) <= 1000


def test_places_lie_in_prose_whatever_code_there_is() -> None:
    words = [f"w{n:05}" for n in range(2000)]
    plain = samples([" ".join(words)])
    for at in (10, 900, 1990):
        fence = "\n```sql\n" + "SELECT x FROM y\n" * 3000 + "```\n"
        text = " ".join(words[:at]) + fence + " ".join(words[at:])
        lines = samples([text])
        assert "SELECT" not in "".join(lines)
        found = [int(line.split()[0][1:]) for line in lines]
        assert all(abs(a - int(b.split()[0][1:])) < 10 for a, b in zip(found, plain, strict=True))
    for other in (
        "https://a.example/" + "x" * 300,
        "<a href='" + "x" * 200 + "'>",
        "`" + SQL + "`",
    ):
        text = " ".join(words[:900]) + f" {other}\n" * 500 + " ".join(words[900:])
        lines = samples([text])
        assert all(word in words for line in lines for word in line.split())
        assert [round(int(line.split()[0][1:]) / 2000, 1) for line in lines][::4] == [0.1, 0.9]
    # An open fence is none.
    assert len(samples([f"{' '.join(words)}\n```\nopen"])) == WINDOWS


def test_chinese_is_sampled_by_characters() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(5000))
    lines = samples([text])
    # A window is 180 characters; one of a script without spaces counts for two.
    assert [len(line) - 1 for line in lines] == [90] * WINDOWS
    assert [round(text.index(line[0]) / 5000, 1) for line in lines] == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert samples(["中" * 1000]) == ["中" * 1000 + "\n"]


def test_an_epigraph_does_not_decide(identifier: LanguageIdentifier) -> None:
    german = "Wer immer strebend sich bemüht, den können wir erlösen, sprach der Engel. " * 12
    english = "The committee met on the first Monday of the month to look at the accounts. " * 60
    chinese = "为了规范公司的组织和行为，保护公司、股东、职工和债权人的合法权益，制定本法。" * 60
    texts = [german + english, english + german, german + chinese, english, chinese]
    found = measure_language(pa.array(texts), identifier)
    assert found["lang"].to_pylist() == ["en", "en", "zh", "en", "zh"]
    assert all(score > 0.65 for score in found["lang_score"].to_pylist())
    assert found["lang_second"][2].as_py() == "de"


@pytest.mark.parametrize("lang", ["en", "fr", "ru", "el", "hy"])
def test_capitals_are_read_as_small_letters(lang: str, identifier: LanguageIdentifier) -> None:
    text = {
        "en": "The seller shall deliver the goods to the buyer at the place named in the contract.",
        "fr": "Toute personne a droit à l'éducation, qui doit être gratuite et obligatoire.",
        "ru": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
        "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
        "hy": "Բոլոր մարդիկ ծնվում են ազատ ու հավասար իրենց արժանապատվությամբ։",
    }[lang]
    found = measure_language(pa.array([text, text.upper()]), identifier)
    assert found["lang"].to_pylist() == [lang, lang]
    small, capitals = found["lang_score"].to_pylist()
    assert abs(small - capitals) < 0.1


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.none() | st.text(st.sampled_from("a中A \n`<>/htps:1Ⱥ")), max_size=4),
    st.integers(1, 30),
)
def test_samples_are_one_line_and_bounded(texts: list[str | None], sample_chars: int) -> None:
    for sample in samples(texts, sample_chars):
        assert sample.index("\n") == len(sample) - 1 <= sample_chars


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["a ", "中", "`", "```", "\n", "Ⱥ", "word ", "<b>", "http://x "])))
def test_long_samples_are_bounded_too(parts: list[str]) -> None:
    texts = ["".join(parts) * 300, None, "".join(parts) * 20]
    lines = sample_texts(pa.array(texts, pa.string()))
    for row in range(3):
        begin, end = lines.windows[row : row + 2]
        data = lines.data[lines.offsets[begin] : lines.offsets[end]].tobytes().decode()
        assert data.count("\n") == end - begin <= WINDOWS
        assert len(data) - (end - begin) <= 1000


@given(st.lists(st.text(st.characters(exclude_characters="`<h\n\r\0", codec="utf-8"))))
def test_prose_is_sampled_as_it_stands(texts: list[str]) -> None:
    for sample in samples(texts):
        assert sample[:-1] in {text[:1000] for text in texts} | {shown(text) for text in texts}


def shown(text: str) -> str:
    """A text in capitals as the model sees it; one small letter for each."""
    return "".join(letter.lower()[0] for letter in text[:1000])


def test_a_slice_is_measured_alone(identifier: LanguageIdentifier) -> None:
    texts = pa.array(["Where is the library?", CHINESE, None]).slice(1)
    assert measure_language(texts, identifier)["lang"].to_pylist() == ["zh", None]


def test_loading(tmp_path: Path) -> None:
    assert load_language_identifier().sha256 == LID_176_SHA256
    broken = tmp_path / "model.bin"
    broken.write_bytes(b"no model")
    with pytest.raises(ResourceError, match="is no fastText model"):
        load_language_identifier(str(broken))
    with pytest.raises(ResourceError, match="sha256 is"):
        load_language_identifier(str(broken), "0" * 64)
    with pytest.raises(ResourceError, match="no such file"):
        load_language_identifier(str(tmp_path / "missing.bin"))
    with pytest.raises(ResourceError, match="expected 000"):
        load_language_identifier(None, "0" * 64)


MEASURES = pa.record_batch(
    {
        "lang": ["zh", "zh", "en", "fr", None, None],
        "lang_score": pa.array([0.65, 0.6499, 0.7, 0.99, 0.0, None], pa.float32()),
        "lang_second": pa.array([None] * 6, pa.string()),
    }
)


@pytest.mark.parametrize(
    ("rules", "unknown", "not_kept", "low"),
    [
        (LanguageRules(), [4], [], [1]),
        (LanguageRules(keep=("zh", "en")), [4], [3], [1]),
        (LanguageRules(min_score=0.0), [4], [], []),
        (LanguageRules(keep=("cmn_Hani", "eng_Latn")), [4], [3], [1]),
        (LanguageRules(keep=("zh-Hant",)), [4], [0, 1, 2, 3], [1]),
        (LanguageRules(cut_offs={"zh": 0.5, "en": 0.8}), [4], [], [2]),
        (LanguageRules(min_score=0.9, cut_offs={"zh": 0.5}), [4], [], [0, 1, 2]),
        (LanguageRules(min_score_by_language={"zho": 0.6}, cut_offs={"zh": 0.9}), [4], [], []),
        (LanguageRules(min_score_by_language={"en": 0.8, "zh": 0.5}), [4], [], [2]),
        (LanguageRules(keep=("fr",), min_score=1.0), [4], [0, 1, 2], [0, 1, 2, 3]),
    ],
)
def test_decisions(
    rules: LanguageRules, unknown: list[int], not_kept: list[int], low: list[int]
) -> None:
    failures = language_failures(MEASURES, rules)
    assert tuple(failures) == LANGUAGE_REASONS
    found = [np.flatnonzero(failed).tolist() for failed in failures.values()]
    assert found == [unknown, not_kept, low]


def test_figures_for_chinese_hold_for_cantonese_unless_it_has_its_own() -> None:
    rules = LanguageRules(min_score_by_language={"zh": 0.3}, cut_offs={"yue": 0.6})
    assert [rules.least_score(label) for label in ("zh", "cmn_Hani", "yue", "wuu")] == [0.3] * 4
    own = LanguageRules(min_score_by_language={"zh": 0.3, "yue": 0.2})
    assert (own.least_score("yue"), own.least_score("wuu"), own.least_score("en")) == (
        0.2,
        0.3,
        0.65,
    )


def test_a_given_language_has_no_score_and_fails_none() -> None:
    measures = named_language(pa.array(["zh", "fr"]))
    failures = language_failures(measures, LanguageRules(keep=("zh",), min_score=1.0))
    assert [failed.tolist() for failed in failures.values()] == [
        [False, False], [False, True], [False, False],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            {"keep": ("english",)},
            "keep: 'english' is no label of the language model; did you mean 'en'?",
        ),
        ({"keep": ("ZH", "zh-CN")}, "'zh-CN' is Chinese in the script Hans; did you mean 'zh'?"),
        ({"keep": ("se",)}, "'se' is Northern Sami; did you mean 'sv'?"),
        ({"min_score_by_language": {"chinese": 0.1}}, "did you mean 'zh'?"),
        ({"min_score_by_language": {"jp": 0.1}}, "did you mean 'ja'?"),
    ],
)
def test_names_that_the_model_never_gives_are_refused(
    rules: dict[str, Any], message: str, identifier: LanguageIdentifier
) -> None:
    (found,) = wrong_names(LanguageRules(**rules), identifier.languages)
    assert message in found


def test_names_that_the_model_gives_are_accepted(identifier: LanguageIdentifier) -> None:
    keep = ("ZH", "eng_Latn", "zho", "pt-BR", "nob", "iw", "fil", "sr", "als", "yue")
    assert not [*wrong_names(LanguageRules(keep=keep), identifier.languages)]
    more = (*identifier.languages, "hak")
    assert not [*wrong_names(LanguageRules(keep=("hak", "en")), more)]


def test_all_labels_of_the_default_model_are_languages(identifier: LanguageIdentifier) -> None:
    assert len(identifier.languages) == 176
    tags = [parse_language(label) for label in identifier.languages]
    assert None not in tags
    assert len(set(tags)) == 176


def test_languages_can_be_counted_as_one() -> None:
    croatian = "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima."
    texts = pa.array([croatian, CHINESE])
    apart = measure_language(texts, load_language_identifier())
    groups = {"hbs": ("hr", "sr", "bs", "sh"), "no": ("no", "nn")}
    together = measure_language(texts, load_language_identifier(merge=groups))
    assert together["lang"].to_pylist() == ["hbs", "zh"]
    assert together["lang_score"][0].as_py() > apart["lang_score"][0].as_py()
    assert together["lang_second"][0].as_py() not in ("hr", "sr", "bs", "sh", "hbs")
    by_iso = load_language_identifier(merge={"zh": ()})
    assert by_iso.labels["yue"] == by_iso.labels["wuu"] == "zh"
    assert "yue" not in by_iso.languages


@pytest.mark.parametrize(
    ("merge", "message"),
    [
        (
            {"hbs": ("hr", "serbian")},
            "merge: hbs: 'serbian' is no label of the language model; did you mean 'sr'?",
        ),
        ({"slavic": ("hr", "cs")}, "merge: 'slavic' is no language"),
        ({"sh": ("hr", "sr"), "sr": ("sr",)}, "merge: 'sr' is in sh and in sr; leave one out"),
    ],
)
def test_groups_are_checked(merge: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        load_language_identifier(merge=merge)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keep": ()}, "keep must name a language"),
        ({"min_score": 1.2}, "min_score must be from 0 to 1"),
        ({"min_score_by_language": {"zh": -1.0}}, r"min_score_by_language\['zh'\]"),
    ],
)
def test_rules_are_checked(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LanguageRules(**options)  # type: ignore[arg-type]
