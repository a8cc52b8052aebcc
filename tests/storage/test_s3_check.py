"""`corpus check` and `corpus init` of files on an object store."""

from pathlib import Path

import fsspec
import yaml
from storage.conftest import BUCKET
from storage.faulty_proxy import FaultyProxy

from corpus_pipeline.config.config import load_config
from corpus_pipeline.readiness.check import check_run
from corpus_pipeline.readiness.draft import draft_of, written


def test_inputs_and_output(proxy: FaultyProxy, tmp_path: Path) -> None:
    with fsspec.open(f"s3://{BUCKET}/in/新闻.jsonl", "wb") as file:
        file.write('{"body": "今天天气很好，我们去公园散步。"}\n'.encode() * 3)
    drafted = tmp_path / "drafted.yaml"
    drafted.write_text(written(draft_of([f"s3://{BUCKET}/in"]), "drafted.yaml"), "utf-8")
    (source,) = load_config(drafted).inputs
    assert (source.path, source.text_field) == (f"s3://{BUCKET}/in", "body")

    path = tmp_path / "c.yaml"
    content = {
        "inputs": [{"path": f"s3://{BUCKET}/in/*", "source": "a", "text_field": "body"}],
        "output": f"s3://{BUCKET}/out",
    }
    path.write_text(yaml.safe_dump(content))
    found = check_run(path)
    assert not found.count("mistake"), found.listed
    assert "disk" not in {each.topic for each in found.listed}, "nobody knows of a bucket"
    with fsspec.open(f"s3://{BUCKET}/out/mine.txt", "wb") as file:
        file.write(b"x")
    content["inputs"] = [{"path": f"s3://{BUCKET}/inn/*", "source": "a"}]
    path.write_text(yaml.safe_dump(content))
    lines = [each.line for each in check_run(path).listed if each.state == "mistake"]
    assert f"no input file matches 's3://{BUCKET}/inn/*'" in lines[0]
    content["inputs"] = [{"path": f"s3://{BUCKET}/in/*", "source": "a", "text_field": "body"}]
    path.write_text(yaml.safe_dump(content))
    (line,) = (each.line for each in check_run(path).listed if each.state == "mistake")
    assert "is not empty and holds no run" in line
