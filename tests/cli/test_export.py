"""The command `export`, and `verify` of what it writes."""

from pathlib import Path

import pytest
from runs import Corpus


def test_export_and_verify(corpus: Corpus, finished: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    arguments = ("export", finished, target, "--format", "mds", "--sequence-length", 16)
    code, out, err = corpus(*arguments, "--option", "seed=3")
    assert code == 0, err
    assert out.startswith(f"{target}: ")
    assert "of which" in out
    code, out, err = corpus("verify", target)
    assert (code, "verified" in out) == (0, True), err
    code, _, err = corpus(*arguments)
    assert code == 1
    assert "holds an export of other options" in err
    assert corpus(*arguments, "--overwrite").code == 0
    shard = next(target.rglob("*.mds"))
    shard.write_bytes(shard.read_bytes()[:-1])
    code, _, err = corpus("verify", target)
    assert (code, err.count("\n")) == (1, 1)
    assert shard.name in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "npz"), "--format npz: is no format"),
        (("--format", "mds"), "give --sequence-length"),
        (("--format", "hf", "--split", "dev"), "--split dev: "),
        (("--format", "hf", "--source", "网"), "--source 网: "),
        (("--format", "hf", "--option", "file_tokens"), "has no value; write KEY=VALUE"),
        (("--format", "hf", "--option", "a=1"), "hf has no such option"),
        (("--format", "hf", "--mixture", "nowhere.json"), "nowhere.json"),
    ],
)
def test_mistakes_are_one_line(
    corpus: Corpus, finished: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = corpus("export", finished, tmp_path / "out", *arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert message in err
    assert not (tmp_path / "out").exists()
