"""fastText's files: our reading and scoring against the library's, and damaged files."""

import contextlib
import itertools
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.classifier.measure import label_values, measure_classifier
from corpus_pipeline.filters.fasttext import model as model_room
from corpus_pipeline.filters.fasttext.model import load_fasttext

WORDS = [
    "</s>",
    "the",
    "of",
    "天气",
    "很好",
    "naïve",
    "дом",
    "不",
    "a",
    "สวัสดี",
    "hello",
    "__label__",
]
TEXTS = [
    "the house of the sun",
    "天气 很好 ， 我们 去 公园",
    "天气很好，我们去公园散步。",
    "สวัสดี ครับ hello",
    "дом naïve дом naïve",
    "the\nof\r\nthe\t a\x0b a\x0c \x00 of",
    "the </s> of all",
    "__label__x the",
    "𝒳 👩‍🚀 é e\u0301",
    "a",
    " the ",
    "\u2003",
    "word " * 50 + "天" * 200,
]


def written(
    loss: int = 3,
    labels: int = 3,
    dim: int = 5,
    buckets: int = 50,
    ngrams: int = 2,
    subwords: tuple[int, int] = (0, 0),
    quantised: bool = False,
    norms: bool = False,
    kept: int = -1,
    words: list[str] = WORDS,
    version: int = 12,
    kind: int = 3,
    seed: int = 1,
) -> bytes:
    """Makes the file of a model with random weights."""
    rng = np.random.default_rng(seed)
    header = struct.pack(
        "<14id",
        793712314,
        version,
        dim,
        5,
        5,
        1,
        5,
        ngrams,
        loss,
        kind,
        buckets,
        *subwords,
        100,
        1e-4,
    )
    names = [*words, *[f"__label__L{i}" for i in range(labels)]]
    data = header + struct.pack("<3i2q", len(names), len(words), labels, 1000, kept)
    for number, name in enumerate(names):
        data += name.encode() + struct.pack("<Bqb", 0, 100 - number, number >= len(words))
    pruned = rng.choice(buckets, max(kept, 0), replace=False)
    data += b"".join(struct.pack("<2i", each, row) for row, each in enumerate(pruned.tolist()))
    rows = len(words) + (buckets if kept < 0 else kept)

    def floats(*shape: int) -> bytes:
        return rng.normal(0, 1, shape).astype("<f4").tobytes()

    def matrix(count: int) -> bytes:
        if not quantised:
            return struct.pack("<2q", count, dim) + floats(count, dim)
        part = 2
        parts = -(-dim // part)
        codes = rng.integers(0, 256, count * parts, np.uint8).tobytes()
        packed = struct.pack("<?2qi", norms, count, dim, count * parts) + codes
        packed += struct.pack("<4i", dim, parts, part, dim - part * (parts - 1)) + floats(dim, 256)
        if norms:
            packed += rng.integers(0, 256, count, np.uint8).tobytes()
            packed += struct.pack("<4i", 1, 1, 1, 1) + floats(256)
        return packed

    flag = bytes([quantised])
    return data + flag + matrix(rows) + flag + matrix(labels)


def library_scores(path: Path, text: str) -> dict[str, float]:
    """Returns the library's probability of each label; none where it finds nothing."""
    import fasttext_pybind  # type: ignore[import-not-found]

    library = fasttext_pybind.fasttext()
    library.loadModel(str(path))
    line = text.replace("\n", " ") + "\n"
    # The library adds a hundred thousandth before it takes the logarithm.
    return {label: p - 1e-5 for p, label in library.predict(line, 1000, -1.0, "strict")}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ngrams": 1, "buckets": 0},
        {"ngrams": 4, "buckets": 1000},
        {"subwords": (2, 4)},
        {"subwords": (1, 1), "ngrams": 1},
        {"loss": 1, "labels": 7},
        {"loss": 1, "labels": 1},
        {"loss": 4},
        {"loss": 2, "labels": 2},
        {"quantised": True},
        {"quantised": True, "norms": True, "dim": 8},
        {"quantised": True, "norms": True, "kept": 20, "subwords": (1, 3), "buckets": 100},
        {"quantised": True, "kept": 0},
        {"version": 11, "subwords": (2, 3)},
        {"words": ["the", "天气"]},
        {"words": [], "ngrams": 2},
    ],
    ids=str,
)
def test_scores_are_the_library_s(options: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(written(**options))
    model = load_fasttext(path)
    measures = [
        measure_classifier(pa.array(TEXTS), model, values=label_values(model, label))
        for label in model.labels
    ]
    tolerance = 2e-5 * (model.loss == 1) * 5 + 2e-6
    for row, text in enumerate(TEXTS):
        expected = library_scores(path, text)
        best = measures[0]["classifier_label"][row].as_py()
        if best is None:
            # Nothing that the model knows; the library sees an end of line in a text without words.
            assert not expected or text.startswith(("__label__", "\u2003"))
            continue
        for label, measured in zip(model.labels, measures, strict=True):
            score = measured["classifier_score"][row].as_py()
            assert score == pytest.approx(expected[f"__label__{label}"], abs=tolerance), text
        assert expected[f"__label__{best}"] >= max(expected.values()) - tolerance


def test_scores_have_six_decimals(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(written())
    measures = measure_classifier(pa.array(TEXTS), load_fasttext(path))
    scores = [score for score in measures["classifier_score"].to_pylist() if score is not None]
    assert len(scores) > 5
    assert scores == [np.float32(round(score, 6)) for score in scores]


def test_a_matrix_in_the_file_is_as_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(written())
    copied = measure_classifier(pa.array(TEXTS), load_fasttext(path))
    monkeypatch.setattr(model_room, "_COPIED_BYTES", 0)
    assert measure_classifier(pa.array(TEXTS), load_fasttext(path)) == copied


def test_scores_do_not_depend_on_the_batch(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(written())
    model = load_fasttext(path)
    texts = pa.array([*TEXTS, None, ""])
    whole = measure_classifier(texts, model)
    assert (
        whole.slice(len(TEXTS)).to_pylist()
        == [{"classifier_label": None, "classifier_score": None}] * 2
    )
    alone = [measure_classifier(texts.slice(i, 1), model).to_pylist()[0] for i in range(len(texts))]
    assert alone == whole.to_pylist()
    assert measure_classifier(texts.slice(0, 0), model).num_rows == 0


def test_a_file_that_is_cut_or_longer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    for data in (written(), written(quantised=True, norms=True, kept=5)):
        for size in itertools.chain(range(0, 400, 7), range(400, len(data), 997)):
            path.write_bytes(data[:size])
            with pytest.raises(ResourceError, match=r"classifier .*model\.bin: .*; "):
                load_fasttext(path)
        path.write_bytes(data + b"\0")
        with pytest.raises(ResourceError, match="and holds"):
            load_fasttext(path)


def test_a_damaged_byte_is_an_error_or_another_model(tmp_path: Path) -> None:
    """Nothing that a file says may end the process or read past an array."""
    path = tmp_path / "model.bin"
    texts = pa.array(TEXTS)
    for data in (written(dim=2, buckets=8), written(dim=2, buckets=8, kept=3, quantised=True)):
        for at in itertools.chain(range(100), range(100, min(len(data), 500), 3)):
            for mask in (0xFF, 0x03):
                path.write_bytes(data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :])
                with contextlib.suppress(ResourceError):
                    measure_classifier(texts, load_fasttext(path))


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"not a model at all" * 10, "is no fastText model"),
        (b"", "is no fastText model"),
        (written(kind=1), "has vectors of words and no labels"),
        (written(loss=9), "has loss 9"),
        (written(labels=0), "has no labels"),
    ],
)
def test_other_files_are_refused(data: bytes, match: str, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(data)
    with pytest.raises(ResourceError, match=match):
        load_fasttext(path)


def test_a_missing_file_and_another_digest_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    with pytest.raises(ResourceError, match="no such file"):
        load_fasttext(path)
    path.write_bytes(written())
    model = load_fasttext(path)
    assert load_fasttext(path, model.sha256.upper()).sha256 == model.sha256
    with pytest.raises(ResourceError, match="sha256 is"):
        load_fasttext(path, "0" * 64)


def test_weights_that_are_no_numbers_are_an_error(tmp_path: Path) -> None:
    data = written(ngrams=1, buckets=0)
    size = 5 * 4
    path = tmp_path / "model.bin"
    path.write_bytes(data[:-size] + np.full(5, np.nan, "<f4").tobytes())
    with pytest.raises(ResourceError, match="no numbers"):
        load_fasttext(path)
    rows = data.index(struct.pack("<2q", len(WORDS), 5)) + 16
    path.write_bytes(data[:rows] + np.full(5, np.nan, "<f4").tobytes() + data[rows + size :])
    with pytest.raises(ResourceError, match="gives no number"):
        measure_classifier(pa.array(["the"]), load_fasttext(path))
