"""Configurations: what is accepted, and the one line that a mistake gives."""

import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from corpus_pipeline.config.config import Config, build_config, load_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import ConfigError, InputError, ResourceError
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.option_types import parse_size
from corpus_pipeline.planning.plan import read_options
from corpus_pipeline.planning.resources import resolve_resources
from corpus_pipeline.storage import list_inputs

MINIMAL: dict[str, Any] = {"inputs": [{"path": "a", "source": "s"}], "output": "o"}


@pytest.mark.parametrize(
    ("written", "size"),
    [("1B", 1), ("32MB", 32_000_000), ("4 GiB", 4 * 2**30), ("1.5kb", 1500), (7, 7)],
)
def test_sizes(written: object, size: int) -> None:
    assert parse_size(written) == size
    assert type(parse_size(written)) is int


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"dedpu": {}}, "c.yaml: unknown key 'dedpu'; did you mean 'dedup'?"),
        (
            {"inputs": [{"path": "a", "sorce": "s"}]},
            "c.yaml: unknown key 'inputs.0.sorce'; did you mean 'source'?",
        ),
        (
            {"dedup": {"document": {"treshold": 1}}},
            "c.yaml: unknown key 'dedup.document.treshold'; did you mean 'threshold'?",
        ),
        ({"inputs": []}, "c.yaml: inputs is empty; name at least one path and source"),
        (
            {"inputs": [{"path": "a", "source": "s"}, {"path": "b", "source": "s"}]},
            "c.yaml: two inputs have the source name 's'; give each its own",
        ),
        (
            {"language": {"min_score": 3}},
            "c.yaml: language.min_score: Input should be less than or equal to 1, got 3",
        ),
        (
            {"inputs": [{"path": "a", "source": "s", "language": "english"}]},
            "c.yaml: inputs.0.language: 'english' is no language; did you mean 'en'?",
        ),
        (
            {"inputs": [{"path": "a", "source": "s", "language": "cn"}]},
            "c.yaml: inputs.0.language: 'cn' is no language; did you mean 'zh'?",
        ),
        (
            {"perplexity": {"max_perplexity": {"chinese": 5}}},
            "c.yaml: perplexity.max_perplexity.chinese: 'chinese' is no language; did you mean "
            "'zh'?",
        ),
        (
            {"perplexity": {"models": {"jp": "ja.klm"}}},
            "c.yaml: perplexity.models.jp: 'jp' is no language; did you mean 'ja'?",
        ),
        (
            {"language": {"keep": ["en", False]}},
            'c.yaml: language.keep.1: False is no language; YAML reads no as false; write "no" in '
            "quotes",
        ),
        (
            {"language": {"merge": {"serbocroatian": ["hr"]}}},
            "c.yaml: language.merge.serbocroatian: 'serbocroatian' is no language; did you mean "
            "'sh'?",
        ),
        (
            {"inputs": [{"path": "a", "source": "s", "format": "dataset", "language": "zh"}]},
            "c.yaml: documents of the dataset 's' keep their own sources; put skip, language and "
            "quality_profile under dataset_sources",
        ),
        (
            {"memory": "lots"},
            "c.yaml: memory: 'lots' is not a size; write for example 32MB, 4GB or 64MiB",
        ),
        (
            {"runner": "fast"},
            "c.yaml: runner is direct, spark, dataflow or the class of a Beam runner, for "
            "example PrismRunner; got 'fast'",
        ),
    ],
)
def test_mistakes_give_one_line(change: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_config(MINIMAL | change, "c.yaml")
    assert str(caught.value) == line


def test_missing_key() -> None:
    with pytest.raises(ConfigError, match="output: is missing"):
        build_config({"inputs": MINIMAL["inputs"]}, "c.yaml")


@pytest.mark.parametrize(
    ("content", "words"),
    [("[1]", "must be a mapping"), ("a: [", "is not YAML"), (None, "cannot be read")],
)
def test_files_that_are_no_configuration(tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "c.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=words) as caught:
        load_config(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "line"),
    [
        # One value where a list is wanted, and the other way round.
        ("language: {keep: en}", "language.keep: is a list; write [en]"),
        ("language: {keep: no}", "language.keep: is a list; write [no]"),
        ("language: {keep: {zh: 1}}", "language.keep: is a list, not a mapping; write [zh]"),
        ("language: {merge: {hbs: hr}}", "language.merge.hbs: is a list; write [hr]"),
        ("scrub: {entities: CN_ID}", "scrub.entities: is a list; write [CN_ID]"),
        ("dedup: {contamination: {evaluations: 测试.jsonl}}",
         "dedup.contamination.evaluations: is a list; write [测试.jsonl]"),
        ("language: {min_score: [0.5]}", "language.min_score: is one value, not a list; write 0.5"),
        ("seed: [1, 2]", "seed: is one value, not a list; keep one of [1, 2]"),
        ("memory: [4GB]", "memory: is one value, not a list; write 4GB"),
        ("output: [甲]", "output: is one value, not a list; write 甲"),
        ("inputs: [{path: [a, b], source: s}]",
         "inputs.0.path: is one path or pattern, not a list; give each an input and a source of "
         "its own"),
        # A mapping, and where one is wanted.
        ("language: {min_score: {zh: 0.5}}",
         "language.min_score: is one value, not a mapping; values by language stand in "
         "min_score_by_language"),
        ("quality: {profile: {a: 1}}", "quality.profile: is one value, not a mapping, got {a: 1}"),
        ("perplexity: {models: zh.klm}",
         "perplexity.models: is a mapping; write {LANGUAGE: zh.klm}"),
        ("runner_options: [a=b, c=d]",
         "runner_options: is a mapping, not a list; write {a: b, c: d}"),
        ("quality: default",
         "quality: is a section, not one value; its keys are enabled, profile, signals"),
        ("dedup: {exact: no}", "dedup.exact: is a section; write {enabled: false}"),
        ("dedup: {exact: false}", "dedup.exact: is a section; write {enabled: false}"),
        ("read: [1]",
         "read: is a section, not a list; its keys are max_document_bytes, batch_bytes"),
        ("inputs: a.jsonl",
         "inputs: is a list of sections; write [{path: a.jsonl, source: NAME}]"),
        ("inputs: [a.jsonl]", "inputs.0: is a section; write {path: a.jsonl, source: NAME}"),
        ("inputs: {path: a, source: s}",
         "inputs: is a list; begin each of its sections with `- `, as in `- path: FILES`"),
        # Nothing, and values of another type.
        ("seed:", "seed: is empty; give a value or delete the line; default: 1"),
        ("output:", "output: is empty; give a value or delete the line"),
        ("scrub: {regions: null}", "scrub.regions: is empty; give a value or delete the line; "
         "default: [US, GB, CN, DE, FR, IN]"),
        ("workers: two", "workers: is a whole number, got two"),
        ("workers: 2.5", "workers: is a whole number, got 2.5"),
        ("seed: 12:30", "seed: is a whole number, got '12:30'"),
        ("extract: {timeout: 1m}",
         "extract.timeout: is a number, got 1m (seconds that the parser may take for one page)"),
        ("language: {enabled: maybe}", "language.enabled: is true or false, got maybe"),
        ("inputs: [{path: a, source: 2024}]",
         'inputs.0.source: is text; write it in quotes: "2024"'),
        ("runner_options: {a: true}", 'runner_options.a: is text; write it in quotes: "true"'),
        # Sizes and choices.
        ("read: {max_document_bytes: 2GiB}",
         "read.max_document_bytes: Input should be at most 1GiB, got '2GiB'"),
        ("memory: 1.GB", "memory: '1.GB' is not a size; write for example 32MB, 4GB or 64MiB"),
        ("memory: 4 GB more",
         "memory: '4 GB more' is not a size; write for example 32MB, 4GB or 64MiB"),
        ("plan: {unit_bytes: true}",
         "plan.unit_bytes: True is not a size; write for example 32MB, 4GB or 64MiB"),
        ("dedup: {document: {prefer: long}}", "dedup.document.prefer: Input should be 'longest', "
         "'shortest' or 'none', got 'long'; did you mean 'longest'?"),
        ("inputs: [{path: a, source: s, text_field: id}]",
         "inputs.0: text_field and id_field are both 'id'; give id_field another name"),
        # Keys that there are not.
        ("lang: {keep: [zh]}", "unknown key 'lang'; did you mean 'language'?"),
        ("inputs: [{path: a, source: s, lang: zh}]",
         "unknown key 'inputs.0.lang'; did you mean 'language'?"),
        ("inputs: [{glob: a, source: s}]", "unknown key 'inputs.0.glob'; did you mean 'path'?"),
        ("inputs: [{path: a, name: s}]", "unknown key 'inputs.0.name'; did you mean 'source'?"),
        ("dedup: {minhash: {}}", "unknown key 'dedup.minhash'; did you mean 'document'?"),
        ("pii: {}", "unknown key 'pii'; did you mean 'scrub'?"),
        ("keep: [zh]", "unknown key 'keep'; did you mean 'language.keep'?"),
        ("max_document_bytes: 5",
         "unknown key 'max_document_bytes'; did you mean 'read.max_document_bytes'?"),
        ("profile: code", "unknown key 'profile'; did you mean 'quality.profile'?"),
        ("filters: {}", "unknown key 'filters'; the filters are sections of their own: language, "
         "quality, keywords, perplexity"),
        ("tokenize: {abacus: 3}",
         "unknown key 'tokenize.abacus'; known keys: control_tokens, enabled, engine, eos_token, "
         "shard_tokens, shuffle, splits, tokenizer, tokenizer_sha256"),
        ("read: {7: 2}", "unknown key 'read.7'; known keys: batch_bytes, max_document_bytes"),
    ],
)  # fmt: skip
def test_a_mistake_says_what_to_write(tmp_path: Path, written: str, line: str) -> None:
    key = written.partition(":")[0]
    lines = {"inputs": "inputs: [{path: a, source: s}]", "output": "output: o", key: written}
    path = tmp_path / "c.yaml"
    path.write_text("\n".join(lines.values()), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    place = f"{path}:{list(lines).index(key) + 1}:"
    assert str(caught.value).startswith(place)
    assert re.sub(r"^\d+: ", "", str(caught.value).removeprefix(place)) == line


def test_values_of_storage_options_are_never_shown() -> None:
    for options in (
        {"s3": "hunter2"},
        {"s3": ["hunter2"]},
        ["hunter2"],
        {"s3": {"a": {"b": "no"}}},
    ):
        with pytest.raises(ConfigError) as caught:
            build_config(MINIMAL | {"storage_options": options}, "c.yaml")
        assert "hunter2" not in str(caught.value)


def test_an_empty_section_is_its_defaults(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("inputs: [{path: a, source: s}]\noutput: o\nquality:\ndedup: {exact: }\n")
    assert load_config(path) == build_config(MINIMAL, "minimal")


@pytest.mark.parametrize("size", ["7", "1.5", "2 TB", "3tib", "1PB", " 16MiB ", "4gb"])
def test_sizes_that_were_ever_accepted(size: str) -> None:
    number, unit = re.fullmatch(r"([0-9.]+)(.*)", size.replace(" ", "").lower()).groups()  # type: ignore[union-attr]
    power = " kmgtp".index(unit[0]) if unit else 0
    assert parse_size(size) == int(float(number) * (1024 if "i" in unit else 1000) ** power)


def test_the_longest_document_is_what_readers_accept() -> None:
    config = build_config(MINIMAL | {"read": {"max_document_bytes": "1GiB"}}, "c.yaml")
    assert read_options(config, config.inputs[0]).max_document_bytes == 2**30


def test_a_relative_path_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=f"^c.yaml: cannot be read .*; relative to {tmp_path}"):
        load_config(Path("c.yaml"))
    with pytest.raises(InputError, match=f"matches '数据/\\*.gz'; relative to {tmp_path}; correct"):
        list_inputs("数据/*.gz")
    with pytest.raises(ConfigError, match=f"'mine.yaml' is no file .*; relative to {tmp_path}$"):
        load_profile("mine.yaml")
    config = build_config(MINIMAL | {"tokenize": {"tokenizer": "t.json"}}, "c.yaml")
    with pytest.raises(ResourceError, match=f"^t.json: .*; relative to {tmp_path}\\); correct"):
        resolve_resources(run_flow(config))


ODD: list[Any] = [
    None, True, 0, -1, 2.5, 10**400, float("nan"), "", "x", "no", "甲\n乙", [], ["x"], ["x", "y"],
    [[1]], {}, {"a": 1}, {"x": {"y": [1]}}, {1: 2}, [{"a": None}],
]  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_any_value_of_any_key_is_good_or_one_line_without_our_types(value: Any) -> None:
    for path in leaves(Config):
        content: Any = {"inputs": [{"path": "a", "source": "s"}], "output": "o"}
        place = content
        for part in path[:-1]:
            place = place.setdefault(part, {})
            place = place[0] if isinstance(place, list) else place
        place[path[-1]] = value
        try:
            build_config(content, "c.yaml")
        except ConfigError as error:
            line = str(error)
            for each in line.split("\n"):
                assert each.startswith("c.yaml: "), line
                assert len(each) < 500, line
            for word in ("tuple", "dictionary", "instance", "NoneType", "BaseModel"):
                assert word not in line, line


def leaves(model: type[BaseModel], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yields the place of every key, sections too; `dataset_sources` are inputs over again."""
    for name, field in model.model_fields.items():
        yield (*at, name)
        for part in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel) and name[:7] != "dataset":
                yield from leaves(part, (*at, name))
