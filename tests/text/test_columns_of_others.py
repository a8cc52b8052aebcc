"""Functions over texts take every form in which Arrow, pandas and Polars hold texts."""

import ast
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import corpus_pipeline
from corpus_pipeline.dedup.minhash import MinHashOptions, shingle, signatures
from corpus_pipeline.extract.normalise import normalise_texts
from corpus_pipeline.filters.keywords.measures import load_word_lists, measure_keywords
from corpus_pipeline.filters.language.measures import load_language_identifier, measure_language
from corpus_pipeline.filters.perplexity.measures import measure_perplexity
from corpus_pipeline.filters.perplexity.models import load_language_model, shipped_models
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.white_space import count_white_space
from corpus_pipeline.scrub.finding import load_finders
from corpus_pipeline.scrub.scrubbing import scrub_texts
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.hashing import content_hashes, normalised_hashes
from corpus_pipeline.text.sentences import split_sentences
from corpus_pipeline.text.words import split_words

TEXTS = ["今天天气很好。我们去公园。", None, "It was a fine day; call a.b@harbour.org.", ""]
LANGS = ["zh", None, "en", "en"]


def library(name: str) -> Any:
    """A library that is no dependency; without it the case is skipped."""
    return pytest.importorskip(name, reason=f"{name} is not installed")


def of_pandas(values: list[Any], **how: Any) -> Any:
    return library("pandas").Series(values, **how)


#: Name -> how a column of it is made.
FORMS: dict[str, Callable[[list[str | None]], Any]] = {
    "string": lambda v: pa.array(v, pa.string()),
    "large_string": lambda v: pa.array(v, pa.large_string()),
    "string_view": lambda v: pa.array(v, pa.string_view()),
    "dictionary": lambda v: pa.array(v, pa.string()).dictionary_encode(),
    "dictionary of large": lambda v: pa.array(v, pa.large_string()).dictionary_encode(),
    "sliced": lambda v: pa.array(["x", *v, "y"], pa.string()).slice(1, len(v)),
    "sliced view": lambda v: pa.array(["x", *v, "y"], pa.string_view()).slice(1, len(v)),
    "sliced dictionary": lambda v: (
        pa.array(["x", *v, "y"], pa.string()).dictionary_encode().slice(1, len(v))
    ),
    "chunked": lambda v: pa.chunked_array([v[:1], v[1:3], [], v[3:]], pa.string()),
    "one chunk": lambda v: pa.chunked_array([v], pa.large_string()),
    "chunked dictionary": lambda v: pa.chunked_array([v[:2], v[2:]]).dictionary_encode(),
    "of a table": lambda v: pa.table({"text": v})["text"],
    "pandas": of_pandas,
    "pandas objects": lambda v: of_pandas(v, dtype=object),
    "pandas categories": lambda v: of_pandas(v, dtype="category"),
    "pandas arrow": lambda v: of_pandas(
        v, dtype=library("pandas").ArrowDtype(pa.large_string())
    ),
    "pandas slice": lambda v: of_pandas(["x", *v, "y"])[1:-1],
    "polars": lambda v: library("polars").Series(v),
    "polars categories": lambda v: library("polars").Series(v).cast(
        library("polars").Categorical
    ),
    "polars slice": lambda v: library("polars").Series(["x", *v, "y"])[1:-1],
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_forms_are_texts(form: str) -> None:
    texts = as_texts(FORMS[form](TEXTS))
    assert texts.type == pa.string()
    assert texts.to_pylist() == TEXTS
    assert utf8_buffers(texts).offsets[-1] > 0


@pytest.mark.parametrize("form", FORMS)
def test_empty_columns_and_columns_of_nulls(form: str) -> None:
    assert as_texts(FORMS[form]([None] * 4)).to_pylist() == [None] * 4
    if "pandas" not in form:
        assert len(as_texts(FORMS[form]([]))) == 0


def test_nothing_but_nulls() -> None:
    assert as_texts(pa.nulls(3)).equals(pa.nulls(3, pa.string()))
    assert as_texts(pa.chunked_array([pa.nulls(2)])).equals(pa.nulls(2, pa.string()))
    assert as_texts(pa.chunked_array([], pa.string())).equals(pa.array([], pa.string()))


def test_strings_are_not_copied() -> None:
    texts = pa.array(["一", "b"]).slice(1)
    assert as_texts(texts) is texts
    chunk = as_texts(pa.chunked_array([texts]))
    assert chunk.buffers()[2].address == texts.buffers()[2].address


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (["a"], r"got list; make one with pyarrow\.array$"),
        ("a", r"got str; make one with pyarrow\.array$"),
        (None, r"got NoneType; make one"),
        (np.array(["a"]), r"got ndarray; make one"),
        (pa.array([1]), r"got one of int64$"),
        (pa.array([b"a"]), r"got one of binary$"),
        (pa.array([["a"]]), r"got one of list<"),
        (pa.array([1, 1]).dictionary_encode(), r"got one of int64$"),
        (pa.table({"text": ["a"]}), r"got one of struct<"),
        (pa.record_batch({"text": ["a"]}), r"got one of struct<"),
    ],
    ids=["list", "str", "None", "numpy", "int", "binary", "lists", "dictionary", "table", "batch"],
)  # fmt: skip
def test_anything_else_is_a_type_error(values: Any, line: str) -> None:
    with pytest.raises(TypeError, match=r"^expected a column of strings, got [^\n]*$") as caught:
        as_texts(values)
    assert caught.match(line)


def test_objects_of_pandas_that_are_no_texts() -> None:
    for values in ([1, "a"], [1.5, 2.5], [b"a"], [True]):
        with pytest.raises(TypeError, match=r"^expected a column of strings, got "):
            as_texts(of_pandas(values))
    nothing = of_pandas([float("nan")] * 2)
    assert as_texts(nothing).to_pylist() == [None, None]


def _signatures(texts: Any, langs: Any) -> Any:
    return signatures(shingle(split_words(texts), MinHashOptions()), MinHashOptions()).tolist()


#: Public function -> call with texts and languages in any form; gives what can be compared.
CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "measure_quality": lambda t, s: measure_quality(t, s).to_pydict(),
    "count_white_space": lambda t, s: count_white_space(t).tolist(),
    "measure_language": lambda t, s: measure_language(t, load_language_identifier()).to_pydict(),
    "measure_keywords": lambda t, s: measure_keywords(t, s, load_word_lists(None)).to_pydict(),
    "measure_perplexity": lambda t, s: measure_perplexity(
        t, s, {"en": load_language_model(shipped_models()["en"])}
    ).to_pydict(),
    "scrub_texts": lambda t, s: [
        each.to_pylist()
        for each in scrub_texts(t, load_finders(["EMAIL_ADDRESS"], FinderOptions()))
        if isinstance(each, pa.Array)
    ],
    "content_hashes": lambda t, s: content_hashes(t).to_pylist(),
    "normalised_hashes": lambda t, s: [each.tolist() for each in normalised_hashes(t)],
    "signatures": _signatures,
    "split_sentences": lambda t, s: [
        (found.ends - found.starts).tolist() for found in [split_sentences(t)]
    ],
    "normalise_texts": lambda t, s: normalise_texts(t).to_pylist(),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_functions_give_the_same_for_every_form(name: str) -> None:
    call = CALLS[name]
    expected = call(pa.array(TEXTS), pa.array(LANGS))
    for form, make in FORMS.items():
        needed = form.split()[0]
        if needed in ("pandas", "polars") and importlib.util.find_spec(needed) is None:
            continue
        assert call(make(TEXTS), make(LANGS)) == expected, form
    call(pa.nulls(2), pa.nulls(2))
    with pytest.raises(TypeError, match=r"expected a column of strings"):
        call(TEXTS, LANGS)


#: Called by others of their room, which have brought the texts into form.
INSIDE = {
    "dedup/contamination_build.py": {"build_index", "are_too_short"},
    "dedup/contamination_calibration.py": {"habits_of_sets", "held_of_sets"},
    "dedup/contamination_passages.py": {"layout"},
    "extract/documents.py": {"extract_documents"},
    "extract/notebooks.py": {"notebook_texts"},
    "filters/classifier/measure.py": {"written_for_model"},
    "filters/keywords/measures.py": {"fold_rows"},
    "filters/lines/edits.py": {"edit_texts"},
    "filters/quality/more_measures.py": {"count_more"},
    "filters/quality/program_counts.py": {"count_programs"},
    "filters/quality/word_counts.py": {"count_stop_words"},
    "filters/repair/chinese.py": {"find_chinese", "find_convertible"},
    "filters/repair/replacements.py": {"replace"},
    "filters/repair/width.py": {"fold_width"},
    "tokens/sample.py": {"sampled_rows"},
    "tokens/engines.py": {"encode"},
    "tokens/encode.py": {"check"},
}


def _with_texts() -> Iterator[tuple[str, ast.FunctionDef]]:
    package = Path(corpus_pipeline.__file__).parent
    for room in ("text", "extract", "filters", "dedup", "scrub", "tokens"):
        for path in sorted((package / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    hints = [ast.unparse(a.annotation) for a in node.args.args
                             if a.arg == "texts" and a.annotation]  # fmt: skip
                    if hints == ["pa.Array"]:
                        yield path.relative_to(package).as_posix(), node


def test_every_public_function_over_texts_brings_them_into_form() -> None:
    without = {
        (path, node.name)
        for path, node in _with_texts()
        if "as_texts(texts)" not in ast.unparse(node)
    }
    assert without == {(path, name) for path, names in INSIDE.items() for name in names}
