"""Formats by name, of installed packages, and of the user's own."""

import importlib.metadata
import json
from pathlib import Path

import pytest
from small import SPLITS, documents, flat, write_small

from corpus_pipeline.errors import ConfigError, EngineError, ResumeError, VerifyError
from corpus_pipeline.exports import Request, export
from corpus_pipeline.exports.known import FORMATS, find_exporter

_LINES = '''
import json

from corpus_pipeline.exports import DocumentExporter


class Lines(DocumentExporter):
    """Documents as lines."""

    name = "lines"

    def write(self, part, folder):
        with folder.file(f"{part.name}.jsonl") as sink:
            for documents in part.documents():
                for id_, tokens in documents.each():
                    sink.write(json.dumps([id_, tokens.tolist()]).encode() + b"\\n")


class Lazy(Lines):
    def write(self, part, folder):
        folder.write(part.name, b"")


class Twice(Lines):
    def write(self, part, folder):
        folder.write(f"{part.name}.same", b"")
        folder.write(f"{part.name}.same", b"")


class Shared(Lines):
    path = "same"

    def write(self, part, folder):
        for _ in part.documents():
            pass
        folder.write(self.path, b"")


class OverExport(Shared):
    path = "export.json"


class OverState(Shared):
    path = "./.export/x"


class OverTokenizer(Shared):
    def write(self, part, folder):
        self.path = f"{part.name}.txt" if part.number else "tokenizer.json"
        super().write(part, folder)


class OverEnd(Shared):
    def write(self, part, folder):
        self.path = part.name
        super().write(part, folder)

    def finish(self, parts, folder):
        folder.write("train//web", b"")


class Outside(Lines):
    def write(self, part, folder):
        folder.write("../outside", b"")


class Broken(Lines):
    def write(self, part, folder):
        return {}["a secret of the 文"]


class BrokenEnd(Lines):
    def finish(self, parts, folder):
        return 1 / 0


not_a_class = 1
'''


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_small(tmp_path)
    (tmp_path / "own.py").write_text(_LINES, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_format_has_a_class_of_its_name() -> None:
    for name in FORMATS:
        kind, code = find_exporter(name)
        assert (kind.name, code) == (name, None)
        assert kind.__doc__
        assert all(field.description for field in kind.Options.model_fields.values())


def test_code_of_the_users_own(own: Path) -> None:
    made = export(Request(str(own), "out", "./own.py:Lines", options={"file_tokens": 8}))
    for split in SPLITS:
        paths = sorted((own / "out" / split).glob("web*.jsonl"))
        lines = flat([path.read_text("utf-8").splitlines() for path in paths])
        assert [json.loads(line)[1] for line in lines] == documents(split, "web")
    assert made["request"]["format"] == "lines"
    # Other code is another export.
    (own / "own.py").write_text(_LINES + "\n", "utf-8")
    with pytest.raises(ResumeError, match="of other code"):
        export(Request(str(own), "out", "./own.py:Lines", options={"file_tokens": 8}))


def test_an_exporter_takes_every_document(own: Path) -> None:
    with pytest.raises(VerifyError, match="has not taken all of part 0 of train/"):
        export(Request(str(own), "out", "./own.py:Lazy"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Twice", "same: is written twice"),
        ("Outside", r"\.\./outside: is outside the target"),
        ("Broken", r"exporter lines: part 0 of train/.*: KeyError at own\.py:\d+; mend"),
        ("BrokenEnd", r"exporter lines: its end: ZeroDivisionError at own\.py:\d+; mend"),
    ],
)
def test_what_goes_wrong_in_own_code_is_one_line(
    own: Path, name: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EngineError, match=message) as refused:
        export(Request(str(own), "out", f"./own.py:{name}", splits=["train"]))
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)
    assert not (own / "outside").exists()
    if name == "Broken":
        monkeypatch.setenv("CORPUS_DEBUG", "1")
        with pytest.raises(KeyError):
            export(Request(str(own), "out", "./own.py:Broken", splits=["train"]))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Shared", "same: is a file of part 0 of train/web and of part 0 of train/书/页; let"),
        ("OverExport", "export.json: is a file of the export itself and of part 0 of train/"),
        ("OverState", r"\./\.export/x: is a file of the export itself and of part 0 of train/"),
        ("OverTokenizer", "tokenizer.json: is a file of part 0 of train/"),
        ("OverEnd", "train//web: is a file of part 0 of train/web and of the end of the export"),
    ],
)
def test_no_file_is_of_two_parts(
    own: Path, name: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus_pipeline.exports.run.cores", lambda: 1)
    # Nor of one that was written before.
    for _ in range(2):
        with pytest.raises(EngineError, match=message) as refused:
            export(Request(str(own), "out", f"./own.py:{name}", splits=["train"]))
        assert "\n" not in str(refused.value)
        assert not (own / "out" / "export.json").exists()


def test_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_small(tmp_path)
    monkeypatch.chdir(Path(__file__).parents[2] / "examples" / "own_steps")
    place = "my_steps.exports:TokenLines"
    export(Request(str(tmp_path), str(tmp_path / "out"), place, options={"least": "4"}))
    lines = (tmp_path / "out" / "train" / "web.jsonl").read_text("utf-8").splitlines()
    long = [document for document in documents("train", "web") if len(document) >= 4]
    assert [json.loads(line)["tokens"] for line in lines] == long
    table = (tmp_path / "out" / "documents.tsv").read_text("utf-8").splitlines()
    assert table[:2] == ["train\tweb\t6", "train\t书/页\t3"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("parquet", "is no format; name one of megatron, olmo, hf, nanogpt, mds, litdata, or"),
        ("./own.py:not_a_class", "is no subclass of"),
        ("./own.py:Missing", "there is no 'Missing' in it"),
        ("./nowhere.py:Lines", "cannot be read"),
    ],
)
def test_what_is_no_format(own: Path, name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as refused:
        find_exporter(name)
    assert "\n" not in str(refused.value)


def test_formats_of_installed_packages(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own / "installed_formats.py").write_text(_LINES, "utf-8")
    monkeypatch.syspath_prepend(own)
    points = [
        importlib.metadata.EntryPoint(name, f"installed_formats:{kind}", "corpus_pipeline.exports")
        for name, kind in (("lines", "Lines"), ("one", "not_a_class"), ("none", "Nothing"))
    ]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: points)
    assert find_exporter("lines").kind.__name__ == "Lines"
    with pytest.raises(ConfigError, match="is no subclass of"):
        find_exporter("one")
    with pytest.raises(ConfigError, match="cannot be imported"):
        find_exporter("none")
    with pytest.raises(ConfigError, match="litdata, lines, none, one, or"):
        find_exporter("parquet")
