"""Papers as arXiv ships them: one file, one archive, archives of archives."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

from corpus_pipeline.sources.pieces import Piece

Read = Callable[..., tuple[list[dict[str, Any]], dict[str, int]]]

MAIN = rb"\documentclass{article}\title{T}\begin{document}\section{S} One. \input{b}\end{document}"
PLAIN = b"\\documentclass{a}\\begin{document}\\section{P} caf\xe9 na\xefve d\xe9j\xe0 vu % x\n"


def tar(files: dict[str, bytes]) -> bytes:
    """An archive of files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


PACKED = gzip.compress(tar({"fig.png": bytes(300), "b.tex": b"Two.", "main.tex": MAIN}))
BUNDLE = tar(
    {
        "0704/0704.0001.gz": PACKED,
        "0704/0704.0002.gz": gzip.compress(PLAIN),
        "0704/0704.0003.pdf": b"%PDF-1.4",
        "0704/hep-th9901001.gz": gzip.compress(b"%auto-ignore\nwithdrawn"),
        "0704/0704.0004.gz": gzip.compress(b"%!PS-Adobe"),
        "0704/0704.0005.gz": PACKED[:-30],
    }
)


def test_a_bundle_of_papers(read: Read) -> None:
    rows, counts = read(BUNDLE, "latex")
    assert counts == {"skipped-other-file": 3}
    assert [(row["id"], row["drop_reason"]) for row in rows] == [
        ("0704.0001", None),
        ("0704.0002", None),
        ("hep-th/9901001", None),
        ("0704.0004", "read-binary"),
        ("0704.0005", "read-truncated"),
        ("0704.0005", None),
    ]
    assert [row["text"] for row in rows[:2]] == [
        "\\section{S} One. Two.", "\\section{P} café naïve déjà vu",
    ]  # fmt: skip
    assert rows[0]["url"] == "https://arxiv.org/abs/0704.0001"
    assert json.loads(rows[0]["metadata"]) == {"files": 2, "main": "main.tex", "title": "T"}


@pytest.mark.parametrize(
    ("path", "data", "compression", "text"),
    [
        ("2101.00001.tex", MAIN, None, "\\section{S} One."),
        ("2101.00001v2.gz", gzip.compress(MAIN), "gz", "\\section{S} One."),
        ("2101.00001.tar.gz", PACKED, "gz", "\\section{S} One. Two."),
        ("a.tex", b"% nothing\n", None, None),
    ],
)
def test_one_paper(
    read: Read, path: str, data: bytes, compression: str | None, text: str | None
) -> None:
    [row], _ = read(data, "", pieces=[Piece(path, "latex", compression, 0, None)])
    assert row["text"] == text
    assert row["drop_reason"] == (None if text else "read-null-text")


def test_papers_that_are_too_large(read: Read) -> None:
    rows, _ = read(gzip.compress(MAIN + b"x"), "latex", "gz", max_document_bytes=10)
    assert [row["drop_reason"] for row in rows] == ["read-too-large"]
