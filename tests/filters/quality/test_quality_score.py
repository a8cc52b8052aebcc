"""The scorecard: integers, languages, explanations; and the training that writes it."""

import numpy as np
import pyarrow as pa
import pytest

from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rules import quality_failures
from corpus_pipeline.filters.quality.score import (
    BASE,
    FEATURES,
    UNIT,
    explain_score,
    feature_points,
    feature_ratios,
    load_score_model,
    parse_score_model,
    score_quality,
)
from corpus_pipeline.filters.quality.training import (
    KNOTS,
    Examples,
    ScoreTraining,
    train_score,
    usual_of,
    write_score,
)

ARTICLE = {
    "en": "The council met in the town hall (the old one) to talk about the bridge, which has been "
    "closed since the flood of last year. Its chair said that the work could begin in spring, "
    "once the money is there, and that nobody should expect it to be short. ",
    "zh": "市议会周一在老市政厅开会，讨论去年洪水以后一直关闭的那座桥。主席说，只要资金到位，"
    "工程在春天就可以开始，但是谁也不应该期待它很快结束。",
    "de": "Der Rat der Stadt traf sich am Montag im alten Rathaus, um über die Brücke zu sprechen, "
    "die seit der Flut des letzten Jahres gesperrt ist. Die Vorsitzende sagte, dass die Arbeit im "
    "Frühling beginnen kann, wenn das Geld da ist. ",
    "ru": "Городской совет собрался в понедельник в старой ратуше, чтобы обсудить мост, который "
    "закрыт с прошлогоднего наводнения. Председатель сказала, что работы могут начаться весной, "
    "если на это будут деньги, но не стоит ждать, что они скоро закончатся. ",
}
SHOP = {
    "en": "Cheap Watches 2024\nAdd To Cart $19.99\nFree Shipping Today\nContact Us 555-0199\n"
    "Your Reviews (0)\n",
    "zh": "新款女包88元\n立即购买 加入购物车\n全场包邮8.8折\n客服QQ：88888888\n您的评价(0)\n",
    "de": "Uhren Günstig 2024\nIn Den Warenkorb 19,99 €\nKostenloser Versand Heute\nKontakt 0199\n",
    "ru": "Часы 2024\nКупить 1999 руб.\nБесплатная Доставка\nКонтакты 555-0199\nОтзывы (0)\n",
}


def measured(texts: list[str | None], langs: list[str | None]) -> pa.RecordBatch:
    return measure_quality(pa.array(texts, pa.string()), pa.array(langs, pa.string()), prose=True)


@pytest.mark.parametrize("lang", ARTICLE)
def test_an_article_passes_and_a_shop_fails(lang: str) -> None:
    batch = measured([ARTICLE[lang] * 2, SHOP[lang] * 6], [lang, lang])
    langs = pa.array([lang, lang])
    failed = quality_failures(batch, langs, load_profile("default"))["quality-score-low"]
    assert failed.tolist() == [False, True], batch["quality_score"]


def test_the_shipped_table_has_every_feature_and_rises_or_falls() -> None:
    model = load_score_model()
    assert list(model.points) == [feature.name for feature in FEATURES] == list(KNOTS)
    for name, points in model.points.items():
        rises = np.sign(np.diff(points))
        assert len(points) == len(model.knots[name])
        assert set(rises.tolist()) <= {0, 1} or set(rises.tolist()) <= {0, -1}, name


def test_points_lie_on_the_line_between_two_knots() -> None:
    model = parse_score_model(
        "features:\n  page words: {knots: [0, 0.1, 0.3], points: [10, -10, -50]}\n"
        "languages: {en: [17, 0.17, 0.17, 0.95]}\n"
    )
    ratios = (0, 25, 50, 100, 200, 300, 900)
    batch = pa.RecordBatch.from_pydict(
        {
            **{name: [0] * len(ratios) for name in measured(["a"], ["en"]).schema.names},
            "words": [1000] * len(ratios),
            "page_words": list(ratios),
        }
    )
    points = feature_points(batch, ["en"] * len(ratios), model).sum(axis=0)
    assert points.tolist() == [10, 5, 0, -10, -30, -50, -50]


def test_a_score_is_the_base_and_the_explained_points() -> None:
    texts = [ARTICLE["zh"] * 2, SHOP["en"] * 6]
    langs: list[str | None] = ["zh", "en"]
    batch = measured([*texts, None, texts[0], texts[0]], [*langs, "zh", None, "und"])
    assert batch["quality_score"].to_pylist()[2:] == [None, None, None]
    for row, lang in enumerate(langs):
        points = explain_score(batch.slice(row, 1).to_pylist()[0], lang)
        assert list(points.values()) == sorted(points.values())
        total = BASE + sum(points.values())
        assert batch["quality_score"][row].as_py() == min(max(total, 0), 2 * BASE)


def test_a_language_is_compared_with_its_own_usual() -> None:
    model = load_score_model()
    langs: list[str | None] = ["en", "de", "zh", "ko"]
    names = [feature.name for feature in FEATURES]
    one = pa.RecordBatch.from_pylist([dict.fromkeys(measured(["a"], ["en"]).schema.names, 100)] * 4)
    ratios, says = feature_ratios(one, langs, model)
    capital, brackets = names.index("capital words"), names.index("brackets")
    assert ratios[capital][0] == UNIT > ratios[capital][1] > 0
    assert says[capital].tolist() == [True, True, False, False]
    assert says[brackets].tolist() == [True, True, False, True]


def test_whole_texts_have_no_score() -> None:
    batch = measure_quality(pa.array([ARTICLE["en"]]), pa.array(["en"]))
    assert batch["quality_score"].to_pylist() == [None]
    assert score_quality(batch.slice(0, 0), pa.array([], pa.string())).to_pylist() == []


def test_training_tells_what_it_was_shown_and_writes_what_it_learnt() -> None:
    texts: list[str | None] = [ARTICLE[lang] * n for lang in ARTICLE for n in (2, 3)]
    texts += [SHOP[lang] * n for lang in SHOP for n in (5, 7)]
    langs: list[str | None] = [*[lang for lang in ARTICLE for _ in range(2)] * 2]
    batch = measured(texts, langs)
    labels = np.array([1.0] * 8 + [0.0] * 8)
    usual = usual_of(batch.slice(0, 8), [lang or "" for lang in langs[:8]])
    model = train_score(
        Examples(batch, [lang or "" for lang in langs], labels, np.ones(16)), usual, ScoreTraining()
    )
    for none in (np.zeros(16), np.ones(16)):
        alike = Examples(batch, [lang or "" for lang in langs], none, np.ones(16))
        with pytest.raises(ValueError, match="learnt from good and bad pages"):
            train_score(alike, usual, ScoreTraining())
    scores = BASE + feature_points(batch, langs, model).sum(axis=0)
    assert scores[:8].min() > scores[8:].max()
    written = parse_score_model(write_score(model, ["Learnt from nothing."]))
    assert (written.knots, written.points) == (model.knots, model.points)
    assert written.usual["de"]["stop words"] == pytest.approx(usual["de"]["stop words"], rel=1e-3)
