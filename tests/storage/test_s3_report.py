"""A page about a run on S3, which lies there beside it."""

from pathlib import Path

import corpora
import pytest
from runs import Corpus
from storage.faulty_proxy import FaultyProxy

from corpus_pipeline import storage

pytestmark = pytest.mark.cluster

OUTPUT = "s3://corpus/run"


def test_a_page_lies_beside_a_run_on_s3(
    proxy: FaultyProxy, corpus: Corpus, finished: Path, tmp_path: Path
) -> None:
    for name, content in corpora.tree(finished, ".").items():
        storage.write_bytes(storage.place(f"{OUTPUT}/{name}"), content)
    found = corpus("report", OUTPUT, "--samples", 1)
    assert found.code == 0, found.err
    assert found.out.startswith(f"{OUTPUT}/report.html: ")
    there = storage.read_bytes(storage.place(f"{OUTPUT}/report.html"))
    assert b"s3://corpus/run" in there
    assert corpus("verify", OUTPUT).code == 0
    assert corpus("report", OUTPUT, "--to", tmp_path / "page.html", "--samples", 1).code == 0
    assert (tmp_path / "page.html").read_bytes() == there
