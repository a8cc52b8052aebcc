"""`corpus init FILES`: a configuration for files, told from their first records."""

import gzip
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import corpora
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from runs import Corpus

from corpus_pipeline.config.config import load_config
from corpus_pipeline.config.input import Input
from corpus_pipeline.errors import InputError
from corpus_pipeline.readiness.check import check_run
from corpus_pipeline.readiness.draft import draft_of
from corpus_pipeline.readiness.fields import tell_fields
from corpus_pipeline.recipes.catalogue import parse_recipe

CHINESE = "今天天气很好，我们一起去公园散步，看见许多人在湖边钓鱼。"
ENGLISH = "The weather was fine today and we all went for a walk in the park near the lake. "


def lines(*records: Mapping[str, Any]) -> bytes:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records).encode()


def parquet(path: Path, **columns: list[Any]) -> None:
    pq.write_table(pa.table(columns), path)


@pytest.fixture
def drafted(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[tuple[Input, ...], str]]:
    """Runs `corpus init` in a folder; returns the inputs and the whole text."""
    monkeypatch.chdir(tmp_path)

    def drafted(*arguments: str) -> tuple[tuple[Input, ...], str]:
        path = tmp_path / "corpus.yaml"
        path.unlink(missing_ok=True)
        code, _, err = corpus("init", path, *arguments)
        assert (code, err) == (0, "")
        text = path.read_text("utf-8")
        long = [line for line in text.splitlines() if len(line) > 80 and " " in line[4:]]
        assert "--recipe" in arguments or not long
        return load_config(path).inputs, text

    return drafted


def only(inputs: tuple[Input, ...]) -> dict[str, Any]:
    """Returns what the only input says."""
    (one,) = inputs
    return one.model_dump(exclude_unset=True)


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("新闻.jsonl", bytes),
        ("新闻.jsonl.gz", gzip.compress),
        ("新闻.jsonl.zst", lambda data: zstandard.ZstdCompressor().compress(data)),
        ("新闻.json", lambda data: b"[" + b",".join(data.splitlines()) + b"]"),
    ],
)
def test_json(
    drafted: Callable[..., Any], tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    records = [
        {"标题": f"第{i}篇", "正文": f"{i}{CHINESE * 5}", "doc_id": f"d{i}", "n": i,
         "link": f"https://example.org/{i}", "published": "2024-05-06"}
        for i in range(9)
    ]  # fmt: skip
    (tmp_path / name).write_bytes(pack(lines(*records)))
    inputs, text = drafted(name)
    assert only(inputs) == {
        "path": name, "source": "新闻", "text_field": "正文", "id_field": "doc_id",
        "url_field": "link",
    }  # fmt: skip
    assert "languages of 9 records: zh 9" in text
    assert "metadata.published" in text
    assert "#   keep: [zh]" in text
    assert not check_run(tmp_path / "corpus.yaml").count("mistake")


def test_usual_names_are_not_written(drafted: Callable[..., Any], tmp_path: Path) -> None:
    records = [{"id": f"{i}", "text": f"{i} {ENGLISH}", "url": f"http://h/{i}"} for i in range(4)]
    (tmp_path / "a.jsonl").write_bytes(lines(*records))
    inputs, text = drafted("a.jsonl")
    assert only(inputs) == {"path": "a.jsonl", "source": "a"}
    assert f"text: text, {len(ENGLISH) + 2} characters (mean of 4 records)" in text


def test_two_columns_that_could_be_the_text(drafted: Callable[..., Any], tmp_path: Path) -> None:
    parquet(
        tmp_path / "a.parquet",
        summary=[ENGLISH * 3, ENGLISH * 3],
        article=[ENGLISH * 5, ENGLISH * 4],
        title=["One", "Two"],
        bytes=[b"x" * 1000, b"y" * 1000],
    )
    inputs, text = drafted("a.parquet")
    assert only(inputs)["text_field"] == "article"
    assert f"summary could be the text as well ({3 * len(ENGLISH)} characters)" in text
    assert "title could be" not in text
    assert "ids are made of" in " ".join(text.replace("#", "").split())


@pytest.mark.parametrize(
    ("content", "markup"),
    [
        ("<!DOCTYPE html><html><body><p>x</p></body></html>", "html"),
        ("<p>One</p><p>Two</p> and <b>three</b>", "fragment"),
        ("a < b and b > c", None),
    ],
)
def test_html_in_records(
    drafted: Callable[..., Any], tmp_path: Path, content: str, markup: str | None
) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({"body": content}, {"body": content + " "}))
    inputs, _ = drafted("a.jsonl")
    assert only(inputs).get("markup") == markup


def test_text_beside_its_page(drafted: Callable[..., Any], tmp_path: Path) -> None:
    page = f"<html><body>{'<p>x</p>' * 500}</body></html>"
    (tmp_path / "a.jsonl").write_bytes(lines({"page": page, "plain": ENGLISH}))
    assert only(drafted("a.jsonl")[0])["text_field"] == "plain"


def test_other_formats(drafted: Callable[..., Any], tmp_path: Path) -> None:
    corpora.write_warc(tmp_path / "crawl.warc.gz")
    corpora.write_wet(tmp_path / "crawl.wet")
    (tmp_path / "故事.txt").write_text(CHINESE * 10, "utf-8")
    (tmp_path / "tool.py").write_text("def f(x):\n    return x\n" * 10)
    inputs, text = drafted("crawl.warc.gz", "crawl.wet", "故事.txt", "tool.py")
    assert [each.source for each in inputs] == ["crawl", "crawl-2", "故事", "tool"]
    assert inputs[3].quality_profile == "code"
    assert "(warc, gz)" in text
    assert "(wet)" in text


def test_a_mixed_folder(drafted: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.jsonl").write_bytes(lines({"text": ENGLISH}))
    (folder / "deep" / "b.jsonl").write_bytes(lines({"text": CHINESE}))
    (folder / "empty.jsonl").touch()
    parquet(folder / "c.parquet", content=[CHINESE])
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "table.csv").write_text("a,b\n1,2\n")
    inputs, text = drafted("data")
    assert {each.source: each.path for each in inputs} == {
        "data-jsonl": "data/**/*.jsonl", "data-parquet": "data/**/*.parquet",
    }  # fmt: skip
    assert inputs[1].text_field == "content"
    flat = " ".join(text.replace("#", "").split())
    assert "passed over: data/photo.png: is an image" in flat
    assert "passed over: data/table.csv: neither its name nor its first bytes" in flat
    assert "1 of them empty" in flat
    assert not check_run(tmp_path / "corpus.yaml").count("mistake")


def test_a_folder_of_one_kind_is_named_by_itself(
    drafted: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "wiki").mkdir()
    for name in ("a", "b"):
        (tmp_path / "wiki" / f"{name}.jsonl").write_bytes(lines({"text": name + ENGLISH}))
    assert only(drafted("wiki")[0]) == {"path": "wiki", "source": "wiki"}
    assert only(drafted("wiki/*.jsonl")[0]) == {"path": "wiki/*.jsonl", "source": "wiki"}


def test_an_earlier_run(drafted: Callable[..., Any], finished: Path) -> None:
    inputs, text = drafted(str(finished))
    assert only(inputs) == {"path": str(finished), "source": "out", "format": "dataset"}
    assert "5 files (dataset)" in text


def test_files_that_differ_in_digits(drafted: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "c4").mkdir()
    names = [f"c4/part-{i:05}.jsonl" for i in range(12)]
    for name in names:
        (tmp_path / name).write_bytes(lines({"text": name + ENGLISH}))
    assert only(drafted(*names)[0]) == {"path": "c4/part-*.jsonl", "source": "c4"}
    # A pattern would name one that was not meant.
    assert [each.path for each in drafted(*names[:3])[0]] == names[:3]


def test_names_and_fields_that_are_hostile(drafted: Callable[..., Any], tmp_path: Path) -> None:
    name = 'a: "b" #\x1b[2J.jsonl'
    (tmp_path / name).write_bytes(lines({"t: [x]\n#\x1b": ENGLISH}, {"t: [x]\n#\x1b": "甲"}))
    inputs, text = drafted(name)
    assert (inputs[0].path, inputs[0].text_field) == (name, "t: [x]\n#\x1b")
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "nothing can be read: {0}: is empty"),
        (b"\0\1\2\3", "nothing can be read: {0}: neither its name nor its first bytes"),
        (None, "no input file matches '{0}'"),
    ],
)
def test_nothing_to_read(corpus: Corpus, tmp_path: Path, content: bytes | None, line: str) -> None:
    file = tmp_path / "data.bin"
    if content is not None:
        file.write_bytes(content)
    code, _, err = corpus("init", tmp_path / "c.yaml", file)
    assert code == 1
    assert line.format(file) in err
    assert not (tmp_path / "c.yaml").exists()


def test_the_file_to_write_is_named_first(corpus: Corpus, tmp_path: Path) -> None:
    data = tmp_path / "a.jsonl"
    data.write_bytes(lines({"text": ENGLISH}))
    code, _, err = corpus("init", data, data)
    assert code == 1
    assert err == f"corpus: {data}: exists; the first name is that of the file to write\n"


def test_remote_files(drafted: Callable[..., Any]) -> None:
    import fsspec

    with fsspec.open("memory://draft/甲.jsonl", "wb") as file:
        file.write(lines({"body": CHINESE * 3, "id": "1"}))
    assert only(drafted("memory://draft/甲.jsonl")[0]) == {
        "path": "memory://draft/甲.jsonl", "source": "甲", "text_field": "body",
    }  # fmt: skip


def test_a_recipe_for_files(drafted: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({"content": ENGLISH}))
    inputs, text = drafted("a.jsonl", "--recipe", "c4")
    assert only(inputs) == {"path": "a.jsonl", "source": "a", "text_field": "content"}
    assert "WET files" in text
    recipe = parse_recipe("mine", text)
    assert recipe.steps[0].published == "WET files of a snapshot of Common Crawl"
    assert load_config(tmp_path / "corpus.yaml").steps is not None


def test_a_drafted_configuration_runs(
    drafted: Callable[..., Any], corpus: Corpus, tmp_path: Path
) -> None:
    records = [{"key": f"k{i}", "正文": corpora.joined("zh", corpora.story("zh", i))}
               for i in range(5)]  # fmt: skip
    (tmp_path / "新闻.jsonl").write_bytes(lines(*records))
    drafted("新闻.jsonl")
    code, out, _ = corpus("run", "corpus.yaml", "--workers", "1")
    assert code == 0
    assert "of 5 documents" in out


def test_the_schema_is_named_where_it_is(
    drafted: Callable[..., Any], corpus: Corpus, tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({"text": ENGLISH}))
    _, text = drafted("a.jsonl", "--schema")
    assert text.startswith("# yaml-language-server: $schema=corpus.schema.json\n")
    schema = tmp_path / "corpus.schema.json"
    assert json.loads(schema.read_text("utf-8")) == json.loads(corpus("schema").out)
    assert corpus("schema", "--to", tmp_path / "other.json").code == 0
    assert (tmp_path / "other.json").read_bytes() == schema.read_bytes()
    assert "$schema" not in drafted("a.jsonl")[1]


def test_only_some_files_of_many_are_opened(tmp_path: Path) -> None:
    for i in range(40):
        (tmp_path / f"{i}.txt").write_text(ENGLISH)
    os.chmod(tmp_path / "1.txt", 0)
    (one,) = draft_of([str(tmp_path)]).inputs
    assert len(one.group.files) == 40
    assert one.languages.total() == 3


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ([], (None, None, None)),
        ([{"n": 1}], (None, None, None)),
        ([{"a": None, "b": "文" * 30}], ("b", None, None)),
        # Ids that are no one's own, addresses and dates are no texts and no ids.
        ([{"id": 1, "t": "文"}, {"id": 1, "t": "本"}], ("t", None, None)),
        ([{"page_id": 1, "t": "文"}, {"page_id": 2, "t": "本"}], ("t", "page_id", None)),
        ([{"t": "短" * 30, "src": f"https://h/{'x' * 90}"}], ("t", None, "src")),
    ],
)
def test_fields(records: list[dict[str, Any]], found: tuple[str | None, ...]) -> None:
    fields = tell_fields(records)
    assert (fields.text, fields.id, fields.url) == found


def test_a_file_that_is_not_there_is_told_with_the_others(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        draft_of([f"{tmp_path}/a.jsonl", f"{tmp_path}/b.jsonl"])
    assert len(caught.value.parts) == 2
