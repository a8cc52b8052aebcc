"""`corpus calibrate CONFIG`: each threshold drops at most the share that it was made for."""

import json
import re
from pathlib import Path

import corpora
import pyarrow as pa
import pytest
from runs import Corpus

from corpus_pipeline.config.config import read_sections
from corpus_pipeline.errors import InputError
from corpus_pipeline.filters.quality.columns import QUALITY_MEASURES
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rules import QualityProfile, QualityRules
from corpus_pipeline.inspection.calibrating import calibrate


def documents(words: list[int], lang: str | None = "en") -> pa.RecordBatch:
    """Documents of so many words, of which every second stands in a line that occurred before."""
    n = len(words)
    columns = {name: pa.array([10] * n, pa.int32()) for name in QUALITY_MEASURES.names}
    columns |= {
        "source": pa.array(["甲"] * n), "lang": pa.array([lang] * n, pa.string()),
        "lang_score": pa.array([w / 1000 for w in words], pa.float32()),
        "perplexity": pa.array([float(w) for w in words]),
        "perplexity_model": pa.array(["m"] * n),
        "words": pa.array(words, pa.int32()), "duplicate_lines": pa.array(words, pa.int32()),
        "lines": pa.array([1000] * n, pa.int32()),
    }  # fmt: skip
    return pa.record_batch(columns)


RULES = QualityRules(gopher_min_words=1, gopher_max_words=9999, gopher_max_duplicate_lines=0.9)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05, 0.5])
def test_each_drops_at_most_its_share(share: float) -> None:
    words = list(range(1, 301))
    found = calibrate([documents(words)], QualityProfile("p", RULES), "default", share, 100)
    rules = found.rules["en"]
    # The nearest thresholds: one more, or one less, drops a document too many.
    beyond = int(share * 300)
    if share < 0.5:
        assert rules["gopher_min_words"].value == 1 + beyond
        assert rules["gopher_max_words"].value == 300 - beyond
    else:  # Bounds that leave nothing between them are not proposed.
        assert set(rules) == {"gopher_max_duplicate_lines"}
    assert rules["gopher_max_duplicate_lines"].value == pytest.approx((300 - beyond) / 1000)
    for cut in (*rules.values(), *found.min_score.values(), *found.max_perplexity.values()):
        assert cut.share <= share
        assert cut.documents == 300
    assert found.max_perplexity["en"].value == 300 - beyond
    assert max((cut.share for cut in rules.values()), default=0) <= found.together["en"]


def test_few_documents_of_a_language_share_the_thresholds_of_all() -> None:
    batches = [documents([100] * 200, "en"), documents([40] * 60, "fr"), documents([50] * 60, None)]
    found = calibrate(batches, QualityProfile("p", RULES), "default", 0.01, 100)
    assert found.languages == {"en": 200}
    assert found.rules[None]["gopher_min_words"].value == 40
    assert set(found.min_score) == {"en"}
    with pytest.raises(InputError, match="320 documents with text, fewer than 400"):
        calibrate(batches, None, "default", 0.01, 400)


def test_a_configuration_reads_what_is_written(
    corpus: Corpus, inputs: Path, finished: Path, tmp_path: Path
) -> None:
    settings = corpora.settings(inputs, tmp_path / "out")
    (tmp_path / "corpus.yaml").write_text(json.dumps(settings), "utf-8")
    file = tmp_path / "calibrated.yaml"
    given = ("calibrate", tmp_path / "corpus.yaml", file, "--min-documents", 10, "--percent", 10)
    code, out, err = corpus(*given)
    assert (code, err) == (0, "")
    assert f"{file}: written" in out
    sections = read_sections(file)
    assert set(sections["language"]["min_score_by_language"]) == {"en", "zh"}
    profile = load_profile(sections["quality"]["profile"])
    assert set(profile.languages) >= {"en", "zh"}
    text = Path(sections["quality"]["profile"]).read_text("utf-8")
    assert re.search(r"gopher_min_words: \d+   # drops \d+\.\d\d% of \d+", text)
    assert corpus(*given).err.endswith("or --overwrite to replace it\n")
    first = file.read_bytes(), text
    assert corpus(*given, "--overwrite").code == 0
    assert (file.read_bytes(), Path(sections["quality"]["profile"]).read_text("utf-8")) == first
    assert corpus("whatif", finished, "--config", file).code == 0
    assert "fewer than 500" in corpus(*given[:3], "--overwrite").err
