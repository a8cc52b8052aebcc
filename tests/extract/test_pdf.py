"""PDF documents become text in the child process, or one reason each."""

import sys

import pyarrow as pa
import pytest
from made_pdf import made_pdf

from corpus_pipeline.errors import ConfigError, EngineError
from corpus_pipeline.extract import child
from corpus_pipeline.extract.documents import ExtractOptions, extract_documents
from corpus_pipeline.extract.parser_process import Parsed, ParserProcess
from corpus_pipeline.extract.step import Extract
from corpus_pipeline.steps import Context, SourceRules

PAGES = [
    ["The river rose in the night, and no-", "body had thought that it would."],
    [],
    ["Page two: caf\xe9."],
]
TEXT = "The river rose in the night, and nobody had thought that it would.\n\nPage two: café."


def extracted(documents: list[bytes], **options: int) -> list[tuple[str | None, str | None]]:
    """(text, reason) of documents."""
    found = extract_documents(
        pa.array(documents, pa.binary()),
        pa.array(["application/pdf"] * len(documents)),
        pa.nulls(len(documents), "string"),
        pa.nulls(len(documents), "string"),
        ExtractOptions(**options),  # type: ignore[arg-type]
    )
    return list(zip(found.texts.to_pylist(), found.reasons.to_pylist(), strict=True))


def test_documents_become_text_or_a_reason() -> None:
    pytest.importorskip("pypdfium2")
    good = made_pdf(PAGES)
    assert extracted(
        [good, good[:300], made_pdf(PAGES, encrypted=True), made_pdf([[]]), b"", good]
    ) == [
        (TEXT, None),
        (None, "extract-failed"),
        (None, "extract-encrypted"),
        (None, "extract-empty"),
        (None, "extract-failed"),
        (TEXT, None),
    ]
    assert extracted([good], max_raw_bytes=100) == [(None, "extract-too-large")]


def test_one_child_reads_pages_and_documents() -> None:
    pytest.importorskip("pypdfium2")
    parser = ParserProcess()
    parser.parse(b"<p>one", timeout=60)
    process = parser._child
    assert parser.parse(b"%PDF-1.4 x", timeout=60, kind=child.PDF) == Parsed(None, "extract-failed")
    assert parser.parse(b"<p>two", timeout=60).page is not None
    # What is said of a document is not said of the process.
    assert parser._child is process
    parser.close()


def test_too_much_text(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pypdfium2")
    monkeypatch.setattr("corpus_pipeline.extract.pdf.MOST_TEXT_BYTES", 20)
    assert child.parse_pdf(made_pdf(PAGES)) == (child.OUT_OF_MEMORY, b"")


def test_without_the_library_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    step = Extract(context=Context(sources={"papers": SourceRules(pdf=True)}))
    assert step.libraries() == ("pypdfium2",)
    with pytest.raises(ConfigError, match=r"^inputs: PDF .* pip install 'corpus-pipeline\[pdf\]'$"):
        step.check()
    Extract(context=Context(sources={"web": SourceRules()})).check()
    assert Extract().libraries() == ()
    assert child.parse_pdf(b"%PDF-1.4") == (child.NO_LIBRARY, b"")


def test_workers_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    class Without:
        """A child whose process lacks it."""

        def ask(self, request: bytes, page: bytes) -> tuple[int, bytes]:
            return child.NO_LIBRARY, b""

        def kill(self) -> None:
            return

    monkeypatch.setattr("corpus_pipeline.extract.parser_process._Child", Without)
    with pytest.raises(EngineError, match="not installed where the workers run"):
        ParserProcess().parse(b"%PDF-1.4", timeout=60, kind=child.PDF)
