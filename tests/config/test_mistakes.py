"""All mistakes of a configuration at once, each with its place."""

from pathlib import Path
from typing import Any

import pytest
from runs import Corpus

from corpus_pipeline.config.config import build_config, load_config, load_what_is_good
from corpus_pipeline.errors import ConfigError, Mistakes

GOOD = "inputs: [{path: a, source: s}]\noutput: o\n"


def told(path: Path, text: str) -> list[str]:
    """Writes a file and returns what is wrong with it, without its name."""
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert caught.value.has_lines == (len(caught.value.parts) > 1)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).split("\n")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(
            GOOD + "dedpu: {}\nseed: two\nlanguage:\n  min_score: [1]\n  kep: [en]\n",
            [
                "4:1: seed: is a whole number, got two",
                "6:3: language.min_score: is one value, not a list; write 1",
                "7:3: unknown key 'language.kep'; did you mean 'keep'?",
                "3:1: unknown key 'dedpu'; did you mean 'dedup'?",
            ],
            id="fields",
        ),
        pytest.param(
            "output: o\ninputs:\n  - {path: a, source: s, formt: text}\n  - path: b\n  - c\n",
            [
                "3:26: unknown key 'inputs.0.formt'; did you mean 'format'?",
                "4:5: inputs.1.source: is missing; every run needs it (see `corpus init`)",
                "5:5: inputs.2: is a section; write {path: c, source: NAME}",
            ],
            id="items",
        ),
        pytest.param(
            "outptu: o\ninputs: [{path: a, sorce: s}]\n",
            [
                "2:20: unknown key 'inputs.0.sorce'; did you mean 'source'?",
                "1:1: unknown key 'outptu'; did you mean 'output'?",
            ],
            id="a misspelt key is not a missing one, too",
        ),
        pytest.param(
            "inputs: [{path: a, source: s, text_field: id}, {path: b, source: s}]\noutput: o\n"
            "runner: spakr\nseed: x\n",
            [
                "4:1: seed: is a whole number, got x",
                "1:10: inputs.0: text_field and id_field are both 'id'; give id_field another name",
                "3:1: runner is direct, spark, dataflow or the class of a Beam runner, for example "
                "PrismRunner; got 'spakr'; did you mean 'spark'?",
            ],
            id="fields, sections and the whole",
        ),
        pytest.param(
            GOOD + "steps:\n  - qualty\n  - language: {kep: [en], min_score: x}\n"
            "  - use: keywords\n    options: {max_hist: 1}\n",
            [
                "4:5: steps.0: no step is called 'qualty'; did you mean 'quality'?",
                "5:16: steps.1: language: unknown key 'kep'; did you mean 'keep'?",
                "5:27: steps.1: language: min_score: is a number, got x",
                "7:15: steps.2: keywords: unknown key 'max_hist'; did you mean 'max_hits'?",
            ],
            id="steps",
        ),
        pytest.param(
            GOOD + "steps: [quality, quality, dedup, dedup]\nlanguage: {}\n",
            [
                "4:1: language: the list `steps` does not have it, so this section would be "
                "ignored; add it to the list or delete the section",
                "3:18: steps: quality stands twice; give the second one a label",
                "3:27: steps: dedup can stand once",
            ],
            id="the list of steps",
        ),
        pytest.param(
            GOOD + "tokenize: {splits: {test: {shares: 0.1}}}\n"
            "quality: {}\nsteps: [qualty, tokenize]\nrunner: [spark]\nrunner_options: {a: b}\n",
            [
                "3:28: unknown key 'tokenize.splits.test.shares'; did you mean 'share'?",
                "5:9: steps.0: no step is called 'qualty'; did you mean 'quality'?",
                "6:1: runner: is one value, not a list; write spark",
            ],
            id="what comes of another mistake is none",
        ),
        pytest.param(
            "a: &one {seed: x}\n输出: 甲\n<<: *one\n" + GOOD,
            [
                "1:10: seed: is a whole number, got x",
                "1:1: unknown key 'a'; known keys:",
                "2:1: unknown key '输出'; known keys:",
            ],
            id="what was merged stands where it was written",
        ),
    ],
)
def test_every_mistake_is_told(tmp_path: Path, text: str, lines: list[str]) -> None:
    found = told(tmp_path / "c.yaml", text)
    assert sorted(line.partition(" known keys:")[0] for line in found) == sorted(
        line.partition(" known keys:")[0] for line in lines
    )


def test_what_the_command_line_sets_is_named_by_its_option(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(GOOD + "sed: 1\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path, memory="lots", runner="spark", runner_options={"a": 1})
    assert [line.partition(": ")[0] for line in str(caught.value).split("\n")] == [
        "--runner-option", "--memory", f"{path}:3:1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "there"),
    [
        ({"seed": "x"}, True),
        ({"dedpu": {}}, True),
        ({"output": None}, True),
        ({"inputs": []}, True),
        ({"inputs": [{"path": "a"}]}, False),
        ({"inputs": "a"}, False),
    ],
)
def test_what_is_good_is_looked_at_further(
    tmp_path: Path, change: dict[str, Any], there: bool
) -> None:
    import yaml

    path = tmp_path / "c.yaml"
    content = {"inputs": [{"path": "a", "source": "s"}], "output": "o"} | change
    path.write_text(yaml.safe_dump(content))
    found = Mistakes()
    config, _ = load_what_is_good(path, found)
    assert found
    assert (config is not None) == there


def test_a_message_holds_no_line_of_its_own() -> None:
    with pytest.raises(ConfigError) as caught:
        build_config({"inputs": [{"path": "a", "source": "s", "b\nc": 1}], "output": "o",
                      "x\x1b[2J": 1}, "c.yaml")  # fmt: skip
    assert len(str(caught.value).split("\n")) == 2
    assert "\x1b" not in str(caught.value)


def test_a_run_tells_what_all_its_looks_have_found(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text('{"text": "甲"}\n', "utf-8")
    (tmp_path / "strict.yaml").write_text('rules: {gopher_min_words: "5", gopher_min_wrds: 3}\n')
    path = tmp_path / "c.yaml"
    path.write_text(
        f"""\
inputs:
  - {{path: {tmp_path}/artcles.jsonl, source: a}}
  - {{path: {tmp_path}/no*.gz, source: b}}
output: {tmp_path}/out
sed: 1
language: {{keep: [english]}}
quality: {{profile: {tmp_path}/strict.yaml}}
tokenize: {{tokenizer: {tmp_path}/no.json}}
scrub: {{entities: [EMIAL, PERSN]}}
where: {{drop: "wrods > 5", keep: "lnag == 1"}}
"""
    )
    code, out, err = corpus("run", path)
    assert (code, out) == (1, "")
    expected = [
        "5:1: unknown key 'sed'; did you mean 'seed'?",
        f"2:6: no input file matches '{tmp_path}/artcles.jsonl'; did you mean "
        f"'{tmp_path}/articles.jsonl'?; correct `path`",
        f"7:11: quality profile {tmp_path}/strict.yaml:1:32: rules: unknown key 'gopher_min_wrds'",
        f"7:11: quality profile {tmp_path}/strict.yaml:1:9: rules: gopher_min_words must be a num",
        f"8:12: {tmp_path}/no.json: cannot be read",
        "6:12: language: keep: 'english' is no label of the language model; did you mean 'en'?",
        "9:1: scrub: unknown entity 'EMIAL'",
        "9:1: scrub: unknown entity 'PERSN'; did you mean PERSON?",
        f"3:6: no input file matches '{tmp_path}/no*.gz'",
    ]
    lines = err.splitlines()
    assert len(lines) == len(expected), err
    for line, beginning in zip(lines, expected, strict=True):
        assert line.startswith(f"corpus: {path}:{beginning}"), line
    assert not (tmp_path / "out").exists()


def test_a_default_in_the_place_of_a_mistake_is_no_mistake(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "甲"}\n', "utf-8")
    path = tmp_path / "c.yaml"
    path.write_text(
        f"inputs: [{{path: {tmp_path}/a.jsonl, source: a}}]\noutput: {tmp_path}/out\n"
        "tokenize: {tokenizr: mine.json, eos_token: <end>}\n"
    )
    code, _, err = corpus("run", path)
    assert (code, err) == (
        1,
        f"corpus: {path}:3:12: unknown key 'tokenize.tokenizr'; did you mean 'tokenizer'?\n",
    )


def test_only_some_of_many_are_shown(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(GOOD + "".join(f"nothing{i}: 1\n" for i in range(50)))
    _, _, err = corpus("run", path)
    assert len(err.splitlines()) == 21
    # The input is missing, too.
    assert err.splitlines()[-1] == "corpus: and 31 more"
