"""Only the kernels that a run needs are compiled before it."""

from pathlib import Path
from typing import Any

import pytest

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.flow import default_steps
from corpus_pipeline.pipelines import warm
from corpus_pipeline.planning.plan import make_plan

OFF = {"enabled": False}
#: Matches that a configuration has without their names.
DEFAULT = ("exact", "document", "contamination", "sentence")
NOTHING = dict.fromkeys([step.name for step in default_steps() if step.name != "read"], OFF)


@pytest.mark.parametrize(
    ("name", "content", "sections", "groups"),
    [
        ("a.jsonl", b'{"text": "a"}\n', {}, ["personal data", "filters", "dedup"]),
        ("a.jsonl", b'{"text": "a"}\n', NOTHING, []),
        ("a.jsonl", b'{"text": "a"}\n', NOTHING | {"quality": {}}, ["filters"]),
        ("a.jsonl", b'{"text": "a"}\n', NOTHING | {"scrub": {}}, ["personal data"]),
        ("a.jsonl", b'{"text": "a"}\n', NOTHING | {"url": {}}, ["addresses"]),
        (
            "a.jsonl",
            b'{"text": "a"}\n',
            NOTHING | {"dedup": {"address": {}}},
            ["dedup", "addresses"],
        ),
        (
            "a.jsonl",
            b'{"text": "a"}\n',
            NOTHING | {"dedup": dict.fromkeys(DEFAULT, OFF) | {"paragraph": {}}},
            ["strings and paragraphs"],
        ),
        ("a.warc", warm._web_page("页"), {}, ["personal data", "pages", "filters", "dedup"]),
        ("a.warc", warm._web_page("页"), NOTHING | {"extract": {}}, ["pages"]),
        ("a.warc", warm._web_page("页"), NOTHING, []),
    ],
)
def test_groups_follow_the_stages_and_the_formats(
    tmp_path: Path, name: str, content: bytes, sections: dict[str, Any], groups: list[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    settings = {
        "inputs": [{"path": str(tmp_path / name), "source": "文"}],
        "output": str(tmp_path / "out"),
        **sections,
    }
    config = build_config(settings, "test")
    assert warm.groups_of(run_flow(config), make_plan(config, {})) == groups


def test_what_is_compiled_is_not_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []

    def compile_one(group: str) -> str | None:
        compiled.append(group)
        if group == "dedup":
            return "OSError: [Errno 28] No space left on device"
        warm._mark(group).parent.mkdir(parents=True, exist_ok=True)
        warm._mark(group).touch()
        return None

    monkeypatch.setattr(warm, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(warm, "_in_a_process", compile_one)
    lines: list[str] = []
    assert warm.warm_up(["filters"], lines.append)
    assert warm.warm_up(["pages", "filters"], lines.append)
    assert warm.warm_up(["pages", "filters"], lines.append)
    assert compiled == ["filters", "pages"]
    assert [line.split(",")[0] for line in lines[::2]] == [
        "compiling kernels (filters)",
        "compiling kernels (pages)",
    ]
    assert not warm.warm_up(["filters", "dedup"], lines.append)
    assert (
        "kernels of dedup are compiled later: OSError: [Errno 28] No space left on device" in lines
    )


def test_a_process_says_what_went_wrong() -> None:
    assert warm._in_a_process("nothing") == "KeyError: 'nothing'"


@pytest.mark.parametrize("group", warm.GROUPS)
def test_each_group_is_a_valid_run(tmp_path: Path, group: str) -> None:
    config = build_config(warm._tiny_run(tmp_path, group), "test")
    # No run asks for the last one: few meet so many numbers.
    groups = [group] if warm.GROUPS[group] else []
    assert warm.groups_of(run_flow(config), make_plan(config, {})) == groups
