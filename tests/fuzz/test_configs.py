"""Configuration files of any content: a configuration, or a line for each thing that is wrong."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus_pipeline.config.config import load_config
from corpus_pipeline.errors import ConfigError

BASE = "inputs: [{path: a.jsonl, source: a}]\noutput: out\n"
FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused(path: Path, content: bytes) -> str | None:
    """Returns the lines that a configuration is refused with, None if it is good."""
    path.write_bytes(content)
    lines, mistakes = None, 0
    try:
        load_config(path)
    except ConfigError as error:
        lines, mistakes = str(error), len(error.parts) or 1
    assert mistakes == len((lines or "").splitlines())
    return lines


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"\t",
        b"a: b: c",
        b"[1]",
        b"*a",
        b"&a [*a]",
        b"? {a: b}\n: c",
        b"? [a]\n: c",
        b"1: 2",
        b"null: 2",
        b"output: !!python/object/apply:os.system [echo]",
        b"output: 2001-99-99",
        b"output: 0x" + b"f" * 9000,
        b"seed: " + b"9" * 5000,
        b"seed: 1:60:" + b"9" * 5000,
        b"{" * 100,
        BASE.encode() + b"plan: {unit_bytes: '" + b"9" * 400 + b"MB'}",
        BASE.encode() + b"plan: {unit_bytes: .inf}",
        BASE.encode() + b"plan: {unit_bytes: .nan}",
        BASE.encode() + b"<<: 7",
        BASE.encode() + b"? [1, 2]\n: x",
        BASE.encode() + b"seed: -1",
        BASE.encode() + b"inputs: &a [*a]",
    ],
    ids=lambda content: repr(content[-30:]),
)
def test_refused_with_one_line(content: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path / "c.yaml", content)


@given(
    content=st.binary(max_size=100)
    | st.text("ab:-[]{}&*?!|>#%@`\"', \n\t0", max_size=100).map(str.encode)
)
@FUZZ
def test_any_bytes(content: bytes, tmp_path: Path) -> None:
    refused(tmp_path / "c.yaml", content)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
)
_KEYS = st.sampled_from(
    ["inputs", "output", "seed", "plan", "read", "extract", "dedup", "scrub", "memory", "x", ""]
)


@given(content=st.dictionaries(_KEYS, _VALUES))
@FUZZ
def test_values_of_any_type(content: dict[str, object], tmp_path: Path) -> None:
    text = yaml.safe_dump(content, allow_unicode=True).encode("utf-8", "replace")
    refused(tmp_path / "c.yaml", text)
    refused(tmp_path / "c.yaml", BASE.encode() + text)
