"""What is released: the files of both distributions, and the loader without the rest."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from scripts import ROOT, load_script

built = load_script("build_packages")
tried = load_script("try_packages")

#: Counts the tokens of a run, and says what it could not have used.
READ = """\
import sys
from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_tokens
import corpus_pipeline
tokens = open_tokens(sys.argv[1])
options = SequenceOptions(32, 2, seed=1, epochs=1, packing=sys.argv[2])
try:
    print(len(list(SequenceLoader(tokens, options))) > 0, corpus_pipeline.__file__)
except ImportError as error:
    print(error)
"""
#: Stands in place of what a trainer's environment need not have.
ABSENT = """\
import sys
for name in "apache_beam numba pydantic orjson tokenizers awkward rich typer".split():
    sys.modules[name] = None
"""


def test_the_loader_needs_little() -> None:
    """A library that comes along here is one that every trainer installs: think twice."""
    files, modules = built.closure(built.LOADER)
    outside = {name for name in modules if name not in sys.stdlib_module_names}
    assert outside == {
        "fsspec",
        "jax",
        "numba",
        "numpy",
        "platformdirs",
        "pyarrow",
        "torch",
        "upath",
    }
    rooms = {path.relative_to(ROOT / built.PACKAGE).parts[0] for path in files}
    assert not rooms & {"cli", "config", "engines", "filters", "pipelines", "sources", "stages"}
    assert len(files) < 60
    project = built.loader_project(built.whole_project()["project"], modules)
    named = [line.partition(">")[0] for line in project["dependencies"]]
    assert named == ["fsspec", "numpy", "platformdirs", "pyarrow", "universal-pathlib"]
    assert [line[:5] for line in project["optional-dependencies"]["packing"]] == ["numba"]


@pytest.mark.parametrize(
    ("packing", "said"),
    [
        ("concatenate", "True {tree}/corpus_pipeline/__init__.py"),
        ("best-fit", "packing is compiled by numba; pip install numba"),
    ],
)
def test_the_loader_alone_reads_a_run(
    finished: Path, tmp_path: Path, packing: str, said: str
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    built.stage_loader(tree)
    (tree / "sitecustomize.py").write_text(ABSENT)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(finished / "tokens"), packing],
        env={**os.environ, "PYTHONPATH": str(tree), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stderr, done.stdout.strip()) == ("", said.format(tree=tree))


def test_a_table_of_toml_is_read_as_it_was_written() -> None:
    import tomllib

    table = {"name": 'a"b', "list": ["x<2", "的"], "inner": {"k": {"a": "corpus.b"}, "empty": []}}
    assert tomllib.loads(built._table(table)) == table


@pytest.mark.parametrize(
    ("held", "findings"),
    [
        (["a.py", "b/c.json", "a-1.dist-info/METADATA"], []),
        (["a.py"], ["x.whl: lacks b/c.json"]),
        (["a.py", "b/c.json", "tests/t.py"], ["x.whl: holds tests/t.py"]),
    ],
)
def test_findings_of_a_wheel(tmp_path: Path, held: list[str], findings: list[str]) -> None:
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as archive:
        for name in held:
            archive.writestr(name, "")
    assert list(tried.wheel_findings(tmp_path / "x.whl", {"a.py", "b/c.json"})) == findings


@pytest.mark.slow
def test_the_same_commit_gives_the_same_bytes(tmp_path: Path) -> None:
    made: list[dict[str, bytes]] = []
    for name in ("first", "second"):
        tree, output = tmp_path / name / "tree", tmp_path / name / "dist"
        tree.mkdir(parents=True)
        output.mkdir()
        built.stage_loader(tree)
        # Neither the time of a file nor the folder it is built in is seen in what is built.
        os.utime(tree / "README.md", (len(made) * 1e6, len(made) * 1e6))
        made.append({path.name: path.read_bytes() for path in built.build(tree, output)})
    assert made[0] == made[1]


@pytest.mark.slow
def test_wheels_hold_the_files_of_the_package_and_nothing_else(tmp_path: Path) -> None:
    whole_sdist, whole, loader_sdist, loader = built.build_all(tmp_path)
    assert list(tried.wheel_findings(whole, tried.whole_files())) == []
    assert list(tried.wheel_findings(loader, tried.loader_files())) == []
    assert whole.stat().st_size < 20e6
    assert loader.stat().st_size < 0.3e6
    assert {whole_sdist.suffix, loader_sdist.suffix} == {".gz"}
