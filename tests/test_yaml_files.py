"""The loader of what users write: unique keys, booleans, anchors."""

from pathlib import Path

import pytest

from corpus_pipeline.cli.plan_report import print_plan
from corpus_pipeline.config.config import load_config, read_sections
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.yaml_files import load_yaml

INPUTS = "inputs: [{path: in, source: 甲}]\noutput: out\n"


@pytest.mark.parametrize(
    ("text", "key", "lines"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", (1, 3)),
        ("{a: 1, a: 1}", "a", (1, 1)),
        ("x:\n  - y: 1\n  - 语言: 1\n    z: 2\n    语言: 3\n", "语言", (3, 5)),
        ("x: {y: {z: 1,\n  z: 2}}", "z", (1, 2)),
        ('a: 1\n"a": 2\n', "a", (1, 2)),
        ("1: a\n1: b\n", "1", (1, 2)),
        ("base: &b {k: 1}\nx:\n  <<: *b\n  <<: *b\n", "<<", (3, 4)),
    ],
)
def test_a_doubled_key_is_refused(text: str, key: str, lines: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="is given twice") as caught:
        load_yaml(text)
    first, second = lines
    assert str(caught.value).startswith(
        f"key {key!r} is given twice, in lines {first} and {second}; "
    )
    assert "\n" not in str(caught.value)


def test_merged_and_aliased_mappings_may_repeat_keys() -> None:
    text = "base: &b {k: 1, l: 2}\none:\n  <<: *b\n  k: 3\ntwo: *b\nthree: {<<: [*b, {m: 4}]}\n"
    assert load_yaml(text) == {
        "base": {"k": 1, "l": 2},
        "one": {"k": 3, "l": 2},
        "two": {"k": 1, "l": 2},
        "three": {"k": 1, "l": 2, "m": 4},
    }


def test_only_true_and_false_are_booleans() -> None:
    assert load_yaml("[true, False, TRUE, yes, No, on, off, y]") == [
        True, False, True, "yes", "No", "on", "off", "y",
    ]  # fmt: skip


def test_every_yaml_of_a_user_has_the_loader(tmp_path: Path) -> None:
    config, profile, prices = (tmp_path / name for name in ("c.yaml", "p.yaml", "prices.yaml"))
    config.write_text(INPUTS + "dedup: {exact: {}}\nread: {}\ndedup: {}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(config)
    assert str(caught.value).startswith(f"{config}: key 'dedup' is given twice, in lines 3 and 5;")
    with pytest.raises(ConfigError, match="key 'dedup' is given twice"):
        read_sections(config)
    profile.write_text("rules: {}\nlanguages:\n  zh: {}\n  zh: {}\n")
    with pytest.raises(ConfigError, match="key 'zh' is given twice, in lines 3 and 4"):
        load_profile(str(profile))
    prices.write_text("core_hour: 1\ncore_hour: 2\n")
    config.write_text(INPUTS)
    (tmp_path / "in").write_text('{"text": "一"}\n')
    config.write_text(INPUTS.replace("path: in", f"path: {tmp_path}/in"))
    with pytest.raises(ConfigError, match="key 'core_hour' is given twice, in lines 1 and 2"):
        print_plan(config, estimate=True, prices=prices)


def test_no_is_norwegian(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(
        INPUTS + "language: {keep: [no, en], min_score_by_language: {no: 0.5}, enabled: no}\n"
    )
    language = load_config(path).options("language")
    assert language.keep == ("no", "en")
    assert language.min_score_by_language == {"no": 0.5}
    assert language.enabled is False


def test_old_booleans_are_refused_where_nothing_says_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(INPUTS + "storage_options: {s3: {use_ssl: no}}\n")
    with pytest.raises(ConfigError, match="s3: use_ssl: no is neither true nor false"):
        load_config(path)
    path.write_text(INPUTS + "storage_options: {s3: {use_ssl: false, key: nobody}}\n")
    assert load_config(path).storage_options == {"s3": {"use_ssl": False, "key": "nobody"}}


def test_aliases_are_counted_before_they_are_written_out(tmp_path: Path) -> None:
    levels = ["a0: &a0 [一]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(ValueError, match=r"line 7 stand for over 1,000,000 values; write fewer"):
        load_yaml("\n".join(levels))
    assert load_yaml("\n".join(levels[:4]))["a3"][9] == [[["一"]] * 10] * 10
    file = tmp_path / "c.yaml"
    file.write_text("\n".join(levels), "utf-8")
    with pytest.raises(ConfigError, match=r"c\.yaml: the aliases in line 7"):
        load_config(file)


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a\n  b: [1, {c: *a}]"])
def test_a_value_that_contains_itself_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="contains itself"):
        load_yaml(text)
