"""No code comes out of data: nothing that is read from a disk or a network is unpickled or run."""

import ast
import io
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpus_pipeline
from corpus_pipeline.batches import from_ipc
from corpus_pipeline.config.config import load_config
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality.profiles import parse_profile
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.reading import ReadOptions, read_piece
from corpus_pipeline.tokens.index import TokenIndex
from corpus_pipeline.tokens.shard import open_shard

PACKAGE = Path(corpus_pipeline.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

#: Modules that turn bytes into objects of any class, or unpack files to names of their choice.
#: zipfile is none, as long as nobody calls what unpacks.
_MODULES = {
    "_pickle", "cPickle", "cloudpickle", "code", "copyreg", "dill", "joblib", "marshal", "pickle",
    "pickletools", "shelve", "tarfile", "torch.serialization", "xmlrpc",
}  # fmt: skip
#: Calls that run a text, open a shell, or guess the name of a temporary file.
_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "tempfile.mktemp",
    "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "torch.load",
    "pandas.read_pickle", "pd.read_pickle", "shutil.unpack_archive", "np.fromregex",
}  # fmt: skip
#: Calls whose argument `shell` is the name of a shell.
_NAMES_A_SHELL = {"get_completion_script"}
#: Methods of archives that write files under names of the archive's choice.
_UNPACKING = {"extract", "extractall"}
#: Runs the code that a configuration names, which is what it is for (docs/security.md).
_OWN_CODE = "extensions/code.py"
#: Engines send code and options to their own workers; what they send comes from the driver alone.
_SENDING_ROOM = "engines"


def dangers(source: str) -> Iterator[str]:
    """Yields what a module imports or calls that could make code of data."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (name for name in names if name in _MODULES or name.split(".")[0] in _MODULES)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if isinstance(node.func, ast.Attribute) and node.func.attr in _UNPACKING:
                yield called
            arguments = {k.arg: ast.unparse(k.value) for k in node.keywords}
            if called in _CALLS:
                yield called
            if arguments.get("allow_pickle", "False") != "False":
                yield f"{called}(allow_pickle)"
            if arguments.get("shell", "False") != "False" and called not in _NAMES_A_SHELL:
                yield f"{called}(shell)"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import pickle", ["pickle"]),
        ("def f():\n    from multiprocessing import reduction\n    import dill", ["dill"]),
        ("from pickle import loads", ["pickle", "pickle.loads"]),
        ("eval(text)", ["eval"]),
        ("model.eval()", []),
        ("re.compile(text)", []),
        ("yaml.safe_load(text)", []),
        ("yaml.load(text, Loader)", ["yaml.load"]),
        ("np.load(file)", []),
        ("np.load(file, allow_pickle=False)", []),
        ("np.load(file, allow_pickle=True)", ["np.load(allow_pickle)"]),
        ("subprocess.run(command, shell=True)", ["subprocess.run(shell)"]),
        ("tempfile.mktemp()", ["tempfile.mktemp"]),
        ("import zipfile\nzipfile.ZipFile(f).open(name)", []),
        ("zipfile.ZipFile(f).extractall(folder)", ["zipfile.ZipFile(f).extractall"]),
        ("archive.extract(info)", ["archive.extract"]),
    ],
)
def test_the_check_can_fail(source: str, expected: list[str]) -> None:
    assert list(dangers(source)) == expected


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_makes_code_of_data(module: Path) -> None:
    found = list(dangers(module.read_text("utf-8")))
    if module.relative_to(PACKAGE).as_posix() == _OWN_CODE:
        found = [name for name in found if name not in ("exec", "compile")]
    if module.relative_to(PACKAGE).parts[0] == _SENDING_ROOM:
        found = [name for name in found if name.split(".")[0] not in ("pickle", "cloudpickle")]
    assert found == []


class _Trap:
    """Raises when it is unpickled."""

    def __reduce__(self) -> tuple[type[BaseException], tuple[str]]:
        return _Sprung, ("unpickled",)


class _Sprung(BaseException):
    def __init__(self, *arguments: object) -> None:
        raise AssertionError("something was unpickled")


TRAP = pickle.dumps(_Trap())


def test_the_trap_can_spring() -> None:
    with pytest.raises(AssertionError, match="unpickled"):
        pickle.loads(TRAP)


def _trapped_table(extension: bytes) -> pa.Table:
    metadata = {b"ARROW:extension:name": extension, b"ARROW:extension:metadata": TRAP}
    schema = pa.schema(
        [pa.field("text", pa.string()), pa.field("trap", pa.string(), metadata=metadata)],
        metadata={b"pandas": TRAP, b"ARROW:schema": TRAP},
    )
    return pa.table({"text": ["some text"], "trap": ["a value"]}, schema=schema)


EXTENSIONS = [
    b"arrow.py_extension_type", b"awkward", b"pandas.period", b"pandas.interval",
    b"ray.data.arrow_pickled_object", b"arrow.uuid", b"arrow.opaque", b"arrow.json", b"unheard.of",
]  # fmt: skip


@pytest.mark.parametrize("extension", EXTENSIONS, ids=bytes.decode)
def test_extension_types_of_parquet_are_not_unpickled(extension: bytes) -> None:
    """The tokenizer's engine registers extension types of its own; they must not spoil a read."""
    import awkward  # noqa: F401

    file = io.BytesIO()
    pq.write_table(_trapped_table(extension), file)
    piece = Piece("a.parquet", "parquet", None, 0, None)
    [batch] = read_piece(file, piece, ReadOptions(), lambda name, times: None)
    assert batch.num_rows == 1
    assert batch["text"].to_pylist() == ["some text"] or (
        batch["drop_reason"].to_pylist() == ["read-broken-file"]
    )


@pytest.mark.parametrize("extension", [b"arrow.py_extension_type", b"unheard.of"], ids=bytes.decode)
def test_extension_types_of_ipc_are_not_unpickled(extension: bytes) -> None:
    sink = io.BytesIO()
    table = _trapped_table(extension)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    assert from_ipc(sink.getvalue()).to_pydict() == table.to_pydict()


def test_character_tables_hold_no_objects(tmp_path: Path) -> None:
    np.savez(tmp_path / "trap.npz", classes=np.array([_Trap()], object))
    with np.load(tmp_path / "trap.npz") as tables, pytest.raises(ValueError, match="allow_pickle"):
        tables["classes"]


YAML_TRAPS = [
    "output: !!python/object/apply:os.getcwd []",
    "output: !!python/name:os.system",
    "!!python/object/new:corpus_pipeline.errors.CorpusError [a]",
]


@pytest.mark.parametrize("text", YAML_TRAPS)
def test_yaml_makes_no_objects(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(ConfigError, match="is not YAML: could not determine a constructor"):
        load_config(tmp_path / "config.yaml")
    with pytest.raises(ConfigError, match="could not determine a constructor"):
        parse_profile("trap", text)


def test_pickles_in_place_of_our_files_are_refused(tmp_path: Path) -> None:
    from corpus_pipeline.dedup.contamination import ContaminationIndex
    from corpus_pipeline.errors import CorpusError, ResourceError, VerifyError
    from corpus_pipeline.filters.language.measures import load_language_identifier
    from corpus_pipeline.filters.perplexity.models import open_scorer
    from corpus_pipeline.tokens.encode import tokenizer_from_json

    path = tmp_path / "trap"
    path.write_bytes(TRAP)
    with pytest.raises(VerifyError):
        open_shard(path)
    with pytest.raises(ResourceError):
        ContaminationIndex.from_bytes(TRAP)
    with pytest.raises(ResourceError):
        load_language_identifier(str(path))
    with pytest.raises(ResourceError):
        open_scorer(path)
    with pytest.raises(ResourceError):
        tokenizer_from_json(TRAP)
    with pytest.raises(CorpusError):
        TokenIndex.from_json(TRAP.decode("latin-1"))
