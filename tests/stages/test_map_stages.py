"""Every map stage as a transform: what it fills, whom it fails, what it leaves alone."""

import dataclasses
from pathlib import Path
from typing import Any

import apache_beam as beam
import corpora
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from stages.stage_checks import documents, run, run_documents, unit, write_prepared

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import unit_end
from corpus_pipeline.dedup.contamination_verdicts import CONTAMINATION
from corpus_pipeline.dedup.edges import DOCUMENT_REMOVALS
from corpus_pipeline.dedup.exact import EXACT_REMOVALS
from corpus_pipeline.dedup.matches import ContaminationMatch, SentenceMatch
from corpus_pipeline.dedup.sentences import SENTENCE_REMOVALS, SentenceOptions
from corpus_pipeline.filters.language.step import Language
from corpus_pipeline.flow import default_steps, document_schema
from corpus_pipeline.package_files import located
from corpus_pipeline.pipelines.stage_options import StageOptions
from corpus_pipeline.stages.dedup import ReadPreparedUnit, RemoveDuplicates, removals_folder
from corpus_pipeline.stages.hashing import HashBatch
from corpus_pipeline.stages.mapping import ApplyStep
from corpus_pipeline.stages.models import contamination_index
from corpus_pipeline.stages.read import ReadUnit
from corpus_pipeline.steps import Context, SourceRules
from corpus_pipeline.text.hashing import content_hashes
from corpus_pipeline.tokens.encode import load_tokenizer
from corpus_pipeline.tokens.step import TOKEN_IDS, Tokenize
from corpus_pipeline.transforms import Transform

EN, ZH = corpora.ENGLISH["plain"].text, corpora.CHINESE["plain"].text
SHORT = "This line is too short."


def removing(make: StageOptions) -> RemoveDuplicates:
    """The transform that applies removals."""
    options = make.dedup()
    assert options is not None
    return RemoveDuplicates(options)


def step(make: StageOptions, name: str) -> Any:
    """The step of a name."""
    return next(each for each in make.flow.steps if each.name == name)


def transform(make: StageOptions, name: str) -> Transform:
    """What sends batches through a step of the flow."""
    if name == "hashing":
        return HashBatch(make.hashing(make.flow.passes[0]))
    return removing(make) if name == "dedup" else ApplyStep(step(make, name))


STAGES = ["hashing", *(step.name for step in default_steps() if step.name != "read")]


@pytest.mark.parametrize("stage", STAGES)
def test_hard_batches_pass_through(make: StageOptions, stage: str) -> None:
    """No rows, null texts alone, one empty text; rows and fates stay what they were."""
    empty = documents([""], drop_reason=["extract-empty"], reasons=[["extract-empty"]])
    elements = unit(documents([]), documents([None, None]), empty)
    first = ["read-null-text", "read-null-text", "extract-empty"]
    run_documents(
        elements,
        transform(make, stage),
        {"drop_reason": first, "row": [0, 1, 0], "raw": [None] * 3},
    )


def test_read(make: StageOptions, inputs: Path) -> None:
    def check(actual: list[Any]) -> None:
        # Two small files share a batch.
        (key, batch), (last, end) = sorted(actual, key=lambda element: element[0])
        found = pc.sum(pc.binary_length(batch["text"])).as_py()
        found += pc.sum(pc.binary_length(batch["raw"])).as_py()
        counts = {"read_bytes": found, "skipped-request": 1, "skipped-warcinfo": 1}
        assert unit_end(end) == (1, counts)
        assert (key, last) == (BatchKey("prepare", 4, 0), BatchKey("prepare", 4, 1))
        pages, texts = batch.slice(0, 5), batch.slice(5)
        assert batch.schema.equals(document_schema())
        assert batch["row"].to_pylist() == list(range(7))
        assert set(batch["unit"].to_pylist()) == {4}
        assert set(batch["source"].to_pylist()) == {"crawl"}
        assert set(batch["priority"].to_pylist()) == {100}
        assert set(pages["file"].to_pylist()) == {f"{inputs}/crawl/pages.warc.gz"}
        assert set(texts["file"].to_pylist()) == {f"{inputs}/crawl/texts.warc.wet"}
        assert pages["text"].null_count == 5
        assert texts["text"].null_count == 0
        assert pages["reasons"].to_pylist() == [
            None, None, ["read-http-status"], ["read-not-text"], None,
        ]  # fmt: skip

    coder = run([4], ReadUnit(make.read()), check)
    assert "Pickle" not in repr(coder)
    assert isinstance(coder, beam.coders.TupleCoder)


def test_extract(make: StageOptions) -> None:
    doc = corpora.CHINESE["page"]
    raw = [corpora.page(doc).replace(b"utf-8", b"gbk"), b"<p></p>", None, b"\x00\x01", None]
    batch = documents(
        [None, None, "a\r\nb ", None, None],
        raw=raw,
        mime=["text/html", "text/html", None, "image/png", None],
        drop_reason=[None, None, None, None, "read-broken-json"],
        reasons=[None, None, None, None, ["read-broken-json"]],
    )
    run_documents(
        unit(batch),
        transform(make, "extract"),
        {
            "text": [doc.text, None, "a\nb", None, None],
            "raw": [None] * 5,
            "drop_reason": [
                None, "extract-empty", None, "extract-unknown-type", "read-broken-json",
            ],
            "reasons": [
                None, ["extract-empty"], None, ["extract-unknown-type"], ["read-broken-json"],
            ],
        },
    )  # fmt: skip


def test_language(make: StageOptions) -> None:
    texts = [EN, ZH, corpora.FRENCH.text, corpora.DIGITS.text, None]
    run_documents(
        unit(documents(texts)),
        transform(make, "language"),
        {
            "lang": ["en", "zh", "fr", None, None],
            "drop_reason": [
                None, None, "language-not-kept", "language-unknown", "read-null-text",
            ],
            "text": texts,
        },
    )  # fmt: skip


def test_quality_takes_the_profile_of_the_source(make: StageOptions) -> None:
    code = corpora.CODE["kept/areas.py"]
    prose = documents([ZH, SHORT, None, code], lang=["zh", "en", None, "en"])
    rows = documents([code, SHORT], source=["code"] * 2)
    run_documents(
        unit(prose, rows),
        transform(make, "quality"),
        {
            "drop_reason": [None, "gopher-too-few-words", "read-null-text",
                            "gopher-too-few-words-with-letter", None, "code-too-few-lines"],
            "lang": ["zh", "en", None, "en", None, None],
        },
    )  # fmt: skip


def test_named_languages_are_not_measured_but_judged(make: StageOptions) -> None:
    batch = documents([ZH, corpora.FRENCH.text, None], lang=["zh-Hant", "fr", "zh"])
    language = step(make, "language")
    named = Language(language.options, Context({"s": SourceRules(language="zh")}))
    run_documents(
        unit(batch),
        ApplyStep(named),
        {
            "lang": ["zh-Hant", "fr", "zh"],
            "lang_score": [None] * 3,
            "drop_reason": [None, "language-not-kept", "read-null-text"],
        },
    )


@pytest.mark.parametrize(
    ("lang", "reason"),
    [(None, None), ("zh", None), ("cmn_Hani", None), ("yue", None),
     ("ja", "gopher-too-few-stop-words"), ("en", "gopher-mean-word-length-low")],
)  # fmt: skip
def test_quality_without_a_label_goes_by_the_script(
    make: StageOptions, lang: str | None, reason: str | None
) -> None:
    batch = documents([ZH, "no"], lang=[lang, None])
    run_documents(
        unit(batch),
        transform(make, "quality"),
        {"drop_reason": [reason, "gopher-too-few-words"], "lang": [lang, None]},
    )


@pytest.mark.parametrize("stage", ["language", "perplexity"])
def test_skipped_sources_are_neither_measured_nor_judged(make: StageOptions, stage: str) -> None:
    measure = {"language": "lang", "perplexity": "perplexity"}[stage]
    batch = documents([corpora.FRENCH.text, None], source=["code"] * 2, lang=[None, None])
    run_documents(
        unit(batch),
        transform(make, stage),
        {measure: [None, None], "drop_reason": [None, "read-null-text"]},
    )


def test_keywords(make: StageOptions) -> None:
    texts = ["no such word", "flobberworm " * 4, "这是违禁词语。", None, "违禁词语" * 4, "违禁词语"]
    run_documents(
        unit(documents(texts, lang=["en", "en", "zh", None, "zho_Hans", None])),
        transform(make, "keywords"),
        {
            "keyword_hits": [0, 4, 1, None, 4, 1],
            "drop_reason": [
                None, "keywords-too-many", None, "read-null-text", "keywords-too-many", None,
            ],
        },
    )  # fmt: skip


def test_perplexity(make: StageOptions) -> None:
    texts = [EN, corpora.SALAD.text, ZH, corpora.FRENCH.text, None, ZH, EN]
    rules = step(make, "perplexity").rules
    english, chinese = (rules.models[language] for language in ("en", "zh"))
    run_documents(
        unit(documents(texts, lang=["eng_Latn", "en", "cmn_Hani", "fr", None, None, None])),
        transform(make, "perplexity"),
        {
            "perplexity_model": [english, english, chinese, None, None, chinese, None],
            "drop_reason": [None, "perplexity-too-high", None, None, "read-null-text", None, None],
        },
    )


def test_hashing_names_documents_and_hashes_those_alive(make: StageOptions) -> None:
    batch = documents(
        [ZH, ZH + "\n", SHORT, None],
        id=[None, "given", None, None],
        drop_reason=[None, None, "gopher-too-few-words", "read-null-text"],
    )
    hashes = content_hashes(batch["text"]).to_pylist()

    def check(actual: list[Any]) -> None:
        ((_, found), _) = sorted(actual, key=lambda element: element[0])
        assert found["id"].to_pylist() == [hashes[0].hex(), "given", hashes[2].hex(), "f:3"]
        assert found["content_hash"].to_pylist() == [*hashes[:3], None]
        first, second, dropped, unread = found["hash_exact"].to_pylist()
        assert first == second, "layout does not count"
        assert (len(first), dropped, unread) == (1, [], [])
        bands = found["hash_document"].to_pylist()
        assert [len(band) for band in bands] == [14, 14, 0, 0]
        assert bands[0] == bands[1]
        spans = found["hash_sentence"].to_pylist()
        assert [len(span) > 0 for span in spans] == [True, True, False, False]
        assert [span["ordinal"] for span in spans[0]] == list(range(len(spans[0])))

    run(unit(batch), HashBatch(make.hashing(make.flow.passes[0])), check)


def removals(make: StageOptions, phase: str, schema: pa.Schema, *rows: tuple[Any, ...]) -> None:
    """Writes the removals of a match phase."""
    columns = zip(zip(*rows, strict=True), schema, strict=True)
    arrays = [pa.array(list(values), field.type) for values, field in columns]
    folder = removals_folder(make.workspace, phase)
    make.workspace.put_groups(folder, pa.record_batch(arrays, schema=schema))


def test_dedup_applies_every_kind_of_removal(make: StageOptions) -> None:
    here = 7 << 32
    removals(make, "merge-exact", EXACT_REMOVALS, (here + 1, 5), (here + (1 << 32), 5))
    removals(make, "merge-resolve", DOCUMENT_REMOVALS, (here + 2, here, 9 << 32 | 1, 0.8, None))
    removals(
        make,
        "merge-contamination",
        CONTAMINATION,
        (here + 3, 4, "less#question", 5, 10, 0.5, 0, 0),
        (here + 3, 7, "item#question", 9, 10, 0.9, 0, 0),
    )
    removals(
        make, "merge-sentence", SENTENCE_REMOVALS,
        (here + 4, 1, False), (here + 5, 0, False), (here + 6, 0, True), (here + 7, 1, False),
        (here + 8, 1, False),
    )  # fmt: skip
    own = "Here are more than twelve words that stand in this document and in no other one."
    texts = [
        "首先。", "b.", "c.", "d.", f"{own} Two. Three. 四。", "Gone. All. Gone.", "e. f. g.",
        "A title. Two. Three. 四。", f"{own} Two. Three.{' 四' * 99}。",
    ]  # fmt: skip
    batch = documents([*texts, None], unit=7)
    run_documents(
        unit(batch, phase="finish", number=7),
        removing(make),
        {
            "drop_reason": [None, "exact-duplicate", "document-duplicate", "contaminated", None,
                            "sentence-nothing-left", None, "sentence-nothing-left", None,
                            "read-null-text"],
            "duplicate_of": [None, "0:5", "7:0", *[None] * 7],
            "partner": [None, None, "9:1", *[None] * 7],
            "jaccard": [None, None, 0.8, *[None] * 7],
            "contaminated_by": [*[None] * 3, "item#question", *[None] * 6],
            "contamination_matched": [*[None] * 3, 9, *[None] * 6],
            "contamination_total": [*[None] * 3, 10, *[None] * 6],
            "contamination_score": [*[None] * 3, 0.9, *[None] * 6],
            "contamination_items": [*[None] * 3, 2, *[None] * 6],
            "text": [*texts[:4], own, *texts[5:], None],
            "removed_sentences": [0, 0, 0, 0, 3, 3, 0, 3, 0, 0],
            "removed_chars": [0, 0, 0, 0, 15, 16, 0, 15, 0, 0],
            "repeated_chars": [0, 0, 0, 0, 15, 16, 0, 15, 211, 0],
        },
    )  # fmt: skip


def test_dedup_cuts_items_out_of_documents_that_stay(make: StageOptions) -> None:
    here = 7 << 32
    removals(
        make, "merge-contamination", CONTAMINATION,
        (here + 1, 4, "a#question", 9, 10, 0.9, 1, 2),
        (here + 2, 1, "b#question", 7, 10, 0.7, 0, 1),
        (here + 3, 1, "a#question", 7, 10, 0.7, 1, 1),
        (here + 3, 2, "b#question", 8, 10, 0.8, 3, 3),
    )  # fmt: skip
    removals(make, "merge-sentence", SENTENCE_REMOVALS, (here + 0, 0, False), (here + 3, 0, False))
    texts = [
        "首先。One. Two. 走了。",
        "One. Two.\n\n三。Four.",
        "All. 全部。",
        "One. Two. Three. 丁。Five.",
    ]
    made = make.dedup()
    assert made is not None
    every = SentenceOptions(min_words=1, max_loss=1)
    cutting = ContaminationMatch("", contamination_index, 20, cuts=True)
    options = dataclasses.replace(made, of=(cutting, SentenceMatch(every)))
    run_documents(
        unit(documents(texts, unit=7), phase="finish", number=7),
        RemoveDuplicates(options),
        {
            "drop_reason": [None, None, "contaminated", None],
            "contaminated_by": [None, "a#question", "b#question", "b#question"],
            "contamination_items": [None, 1, 1, 2],
            "contamination_sentences": [0, 2, 2, 2],
            "contamination_chars": [0, 7, 8, 8],
            "text": ["走了。", "One.\n\nFour.", "All. 全部。", "Five."],
            "removed_sentences": [3, 0, 0, 2],
        },
    )


def test_dedup_keeps_the_fate_that_a_document_has(make: StageOptions) -> None:
    removals(make, "merge-exact", EXACT_REMOVALS, (8 << 32, 5))
    removals(make, "merge-resolve", DOCUMENT_REMOVALS, (8 << 32, 6, 6, 0.9, 0.9))
    run_documents(
        unit(documents(["twice removed"], unit=8), phase="finish", number=8),
        removing(make),
        {
            "drop_reason": ["exact-duplicate"],
            "reasons": [["exact-duplicate"]],
            "duplicate_of": ["0:6"],
        },
    )


def test_scrub_leaves_dropped_documents_alone(make: StageOptions) -> None:
    batch = documents(
        [*corpora.PERSONAL.values(), corpora.PERSONAL["en"], None],
        drop_reason=[None, None, "contaminated", "read-null-text"],
    )
    run_documents(
        unit(batch, phase="finish"),
        transform(make, "scrub"),
        {
            "text": [
                "Write to <EMAIL_ADDRESS> or call <PHONE_NUMBER>, the server is <IP_ADDRESS>.",
                "请写信到<EMAIL_ADDRESS>，或者致电<PHONE_NUMBER>，谢谢。",
                corpora.PERSONAL["en"],
                None,
            ],
            "pii_email": [1, 1, None, None],
            "pii_phone": [1, 1, None, None],
            "pii_ip": [1, 0, None, None],
        },
    )


def test_tokenize_encodes_those_alive(make: StageOptions) -> None:
    tokenize = step(make, "tokenize")
    assert isinstance(tokenize, Tokenize)
    encoder = load_tokenizer(located(tokenize.path), tokenize.sha256, tokenize.encoding())
    ids = encoder.encode(pa.array([ZH])).ids.tolist()
    batch = documents([ZH, SHORT, None, ""], drop_reason=[None, "contaminated", "x", None])
    run_documents(
        unit(batch, phase="finish"),
        ApplyStep(tokenize),
        {TOKEN_IDS: [ids, [], [], [encoder.eos_id]], "tokens": [len(ids), 0, 0, 1]},
    )
    assert ids[-1] == encoder.eos_id


def test_read_prepared_gives_the_writers_batches_back(make: StageOptions) -> None:
    from stages.stage_checks import same

    from corpus_pipeline.stages.writing import prepared_path

    elements = unit(documents([ZH, None, EN]), documents([]), documents([SHORT]))
    run(
        elements,
        write_prepared(make),
        lambda units: same("units", units, [0]),
    )
    assert prepared_path(make.workspace, "prepare", 0).exists()
    read = unit(documents([ZH, EN, SHORT]), phase="finish")

    def check(actual: list[Any]) -> None:
        ordered = sorted(actual, key=lambda element: element[0])
        same("keys", [key for key, _ in ordered], [key for key, _ in read])
        texts = [batch["text"].to_pylist() for _, batch in ordered[:-1]]
        same("texts", texts, [[ZH, EN, SHORT]])

    run([0], ReadPreparedUnit(make.workspace, "prepare", "finish"), check)
