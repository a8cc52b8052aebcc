"""Papers in LaTeX: a file, an archive of the files of one paper, or an archive of such papers.

arXiv ships a paper as `ID.gz`, which holds a `.tex` file or a tar archive of the paper's files, and
papers in tar archives of thousands. A member that is compressed is therefore a paper of its own,
and all `.tex` members of one archive are one paper.
"""

import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from corpus_pipeline.extract.charset import decode_bytes
from corpus_pipeline.extract.latex import read_paper
from corpus_pipeline.sources.archives import Entry, entries
from corpus_pipeline.sources.containers import COMPRESSIONS, compression_of
from corpus_pipeline.sources.files import binary
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count, ReadOptions, RecordsBuilder, excerpt

_SUFFIXES = (".tex", ".ltx", ".latex")
#: Bytes of all LaTeX files of a paper, in documents of the longest size; what is more is left out.
_PAPER_FACTOR = 4
#: Bytes of a packed paper, of which pictures are the most.
_PACKED_BYTES = 128 << 20
_NEW_ID = re.compile(r"\d{4}\.\d{4,5}(?:v\d+)?")
_OLD_ID = re.compile(r"([a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?(\d{7})(v\d+)?")
_ADDRESS = "https://arxiv.org/abs/"


def read_latex(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    r"""Reads papers: the body of each as LaTeX, without comments, preamble and bibliography.

    Args:
        stream: the file, seekable.
        piece: of format `latex`, the whole file.
        options: bounds.
        count: told of `skipped-other-file` for files of a paper that are no LaTeX, and of what
            `archives.entries` passes over.

    Yields:
        Batches of schema `RECORDS`, one row for each paper, and for each damage.

    >>> import io
    >>> piece = Piece("papers/2101.00001.tex", "latex", None, 0, None)
    >>> paper = rb"\documentclass{a}\title{T}\begin{document}\section{S} Text. % no\n\end{document}"
    >>> [batch] = read_latex(io.BytesIO(paper), piece, ReadOptions(), print)
    >>> batch.select(["id", "text", "metadata"]).to_pylist()[0]["text"]
    '\\section{S} Text.'
    """
    rows = RecordsBuilder(options.batch_bytes)
    for record, columns in _papers(stream, piece, options, count, inside=False):
        yield from rows.add(record, **columns)
    yield from rows.finish()


def _papers(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count, inside: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields (place, columns) of the papers in a file."""
    files: dict[str, bytes] = {}
    left = _PAPER_FACTOR * options.max_document_bytes
    first = 0
    limit = options.max_document_bytes if inside else _PACKED_BYTES
    for entry in entries(stream, piece, limit, count):
        if entry.problem is not None:
            # Pictures are large, and nobody reads them.
            if entry.problem == "read-too-large" and _is_other(entry):
                count("skipped-other-file", 1)
            else:
                yield (
                    entry.record,
                    {
                        **_named(entry.path if entry.path and not inside else piece.path),
                        "metadata": excerpt(entry.content, path=entry.path or None),
                        "drop_reason": entry.problem,
                    },
                )
        elif entry.in_archive and not inside and compression_of(entry.content[:64]) is not None:
            compression = compression_of(entry.content[:64])
            packed = Piece(entry.path, "latex", compression, 0, None)
            for _, columns in _papers(
                io.BytesIO(entry.content), packed, options, count, inside=True
            ):
                yield entry.record, columns
        elif not entry.in_archive:
            what = binary(entry.content)
            if what is not None:
                shown = excerpt(b"", container=what)
                yield 0, {**_named(piece.path), "metadata": shown, "drop_reason": "read-binary"}
            else:
                yield 0, _paper(piece.path, {entry.path: entry.content}, options)
        elif entry.path.lower().endswith(_SUFFIXES) and len(entry.content) <= left:
            left -= len(entry.content)
            first = first if files else entry.record
            files[entry.path] = entry.content
        else:
            count("skipped-other-file", 1)
    if files:
        yield first, _paper(piece.path, files, options)


def _is_other(entry: Entry) -> bool:
    return entry.in_archive and not entry.path.lower().endswith((*_SUFFIXES, *COMPRESSIONS))


def _paper(path: str, files: dict[str, bytes], options: ReadOptions) -> dict[str, Any]:
    """Returns the columns of a paper."""
    texts = {name: decode_bytes(content).text for name, content in files.items()}
    paper = read_paper(texts, _PAPER_FACTOR * options.max_document_bytes)
    known = {"files": len(files)} | ({"title": paper.title} if paper.title else {})
    if len(files) > 1:
        known["main"] = paper.main
    text = paper.text.encode()
    columns = {**_named(path), "metadata": orjson.dumps(known, option=orjson.OPT_SORT_KEYS)}
    if not text:
        # Withdrawn papers are a comment.
        return {**columns, "drop_reason": "read-null-text"}
    if len(text) > options.max_document_bytes:
        return {**columns, "drop_reason": "read-too-large"}
    return {**columns, "text": text}


def _named(path: str) -> dict[str, str]:
    """Returns id and address of a paper, if its file is called as arXiv calls it.

    >>> _named("src/0704.0001.gz")["id"], _named("hep-th9901001.tar.gz")["url"], _named("a.tex")
    ('0704.0001', 'https://arxiv.org/abs/hep-th/9901001', {})
    """
    name = PurePosixPath(path).name
    for suffix in (*COMPRESSIONS, ".tgz", ".tar", *_SUFFIXES):
        name = name.removesuffix(suffix)
    if _NEW_ID.fullmatch(name):
        id_ = name
    elif (old := _OLD_ID.fullmatch(name)) is not None:
        id_ = f"{old[1]}/{old[2]}{old[3] or ''}"
    else:
        return {}
    return {"id": id_, "url": _ADDRESS + id_}
