"""Lists of repositories that go: names, addresses, files that are no lists."""

from pathlib import Path

import pyarrow as pa
import pytest

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.code.opt_outs import find_opt_outs, load_opt_outs, repository_key
from corpus_pipeline.filters.code.options import CodeOptions
from corpus_pipeline.filters.code.step import Code
from corpus_pipeline.steps import Context


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("octocat/Hello", ("octocat", "octocat/hello")),
        ("octocat", ("octocat", "octocat")),
        ("https://github.com/octocat/hello", ("octocat", "octocat/hello")),
        ("https://me@gitlab.com/octocat/hello.git?x=1#y", ("octocat", "octocat/hello")),
        ("git@github.com:octocat/hello.git", ("octocat", "octocat/hello")),
        ("https://github.com/用户/仓库/blob/main/a.py", ("用户", "用户/仓库")),
        ("/octocat/", ("octocat", "octocat")),
        ("https://github.com/", None),
        ("a//b", None),
        ("", None),
    ],
)
def test_names_of_repositories(name: str, key: tuple[str, str] | None) -> None:
    assert repository_key(name) == key


def test_a_list(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("# who\n\noctocat\nhttps://github.com/A/b.git\n  用户/仓库  \n", "utf-8")
    listed, digest = load_opt_outs(str(path))
    assert listed == {"octocat", "a/b", "用户/仓库"}
    assert len(digest) == 64
    names = pa.array(["x/y", "octocat/any", "a/c", None, "用户/仓库", "A/B"])
    addresses = pa.array(["https://github.com/a/b/x.py", None, None, None, "", None])
    assert find_opt_outs([names, addresses], listed).tolist() == [
        True, True, False, False, True, True,
    ]  # fmt: skip
    assert find_opt_outs([names[:0]], listed).tolist() == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a/b\nmy repo\n", "line 2: is no owner and no repository"),
        (b"https://github.com/\n", "line 1: is no owner"),
        (b"\xff\xfe", "is not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_list(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "list.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ResourceError, match=problem):
        Code(CodeOptions(opt_out=(str(path),))).check()


def test_the_step_drops_and_refuses_another_list(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("octocat\n", "utf-8")
    step = Code(CodeOptions(opt_out=(str(path),), repository_from=("metadata.repo_name", "url")))
    step.open()
    batch = pa.record_batch(
        {
            "drop_reason": pa.nulls(4, pa.string()),
            "reasons": pa.nulls(4, pa.list_(pa.string())),
            "text": ["x", "x", "x", None],
            "file": ["a.jsonl"] * 4,
            "url": [None, "https://github.com/octocat/x", None, None],
            "metadata": ['{"repo_name": "Octocat/y"}', "{}", None, '{"repo_name": "octocat/z"}'],
        }
    )
    gone = "code-opted-out"
    assert step.apply(batch)["drop_reason"].to_pylist() == [gone, gone, None, None]
    other = Context(digests={str(path): "0" * 64})
    with pytest.raises(ResourceError, match="the list changed since the run began"):
        Code(step.options, other).open()
