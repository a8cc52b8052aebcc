"""ParserProcess: the same as here, and one reason for each way in which a child may end."""

import gc
import signal
import warnings

import pyarrow as pa
import pytest

from corpus_pipeline.errors import EngineError
from corpus_pipeline.extract import child, documents, parser_process
from corpus_pipeline.extract.documents import ExtractOptions, extract_documents
from corpus_pipeline.extract.parser_process import Parsed, ParserProcess
from corpus_pipeline.extract.tree import normal_html

PAGES = [
    "",
    "<p>你好",
    "<main><h1>Title</h1><ul><li>one<li>two</ul></main>",
    "<nav>menu</nav><article><p>" + "text \U0001f600 " * 40_000 + "</article>",
    "<p>\0\ufffd\u2028" + "&amp;" * 1000,
]
#: Formatting elements that are opened again in each paragraph: seconds and gigabytes.
REOPENED = ("<p>" + "".join(f"<b id={i}>" for i in range(3000)) + "</p><p>x" * 4000).encode()
NEXT = Parsed(normal_html("<p>next").encode(), None)


def parse(parser: ParserProcess, page: bytes, timeout: float = 60.0) -> Parsed:
    return parser.parse(page, timeout=timeout)


@pytest.fixture
def parser() -> ParserProcess:
    return ParserProcess()


@pytest.mark.parametrize("page", PAGES, ids=len)
def test_parsed_as_here(parser: ParserProcess, page: str) -> None:
    assert parse(parser, page.encode()) == Parsed(normal_html(page).encode(), None)
    parser.close()


def test_many_pages_in_one_child(parser: ParserProcess) -> None:
    assert [parse(parser, page.encode()).page for page in PAGES * 3] == [
        normal_html(page).encode() for page in PAGES * 3
    ]
    parser.close()


def test_too_slow(parser: ParserProcess) -> None:
    assert parse(parser, REOPENED, 0.05) == Parsed(None, "extract-timeout")
    assert parse(parser, b"<p>next") == NEXT
    parser.close()


def test_too_much_memory(parser: ParserProcess) -> None:
    # Once in a child that is not new: it is no witness, and the page is tried again.
    assert parse(parser, b"<p>next") == NEXT
    assert parse(parser, REOPENED) == Parsed(None, "extract-too-complex")
    assert parse(parser, b"<p>next") == NEXT
    parser.close()


class Doomed(parser_process._Child):
    """A child that a signal ends before it can answer."""

    signal: signal.Signals

    def __init__(self) -> None:
        super().__init__()
        self._process.send_signal(self.signal)
        self._process.wait()


@pytest.mark.parametrize(
    ("ended_by", "reason"),
    [
        (signal.SIGSEGV, "extract-failed"),
        (signal.SIGBUS, "extract-failed"),
        (signal.SIGABRT, "extract-too-complex"),
        (signal.SIGALRM, "extract-timeout"),
    ],
)
def test_a_dead_child_is_one_rejected_page(
    ended_by: signal.Signals, reason: str, parser: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Doomed, "signal", ended_by, raising=False)
    with monkeypatch.context() as during:
        during.setattr(parser_process, "_Child", Doomed)
        assert parse(parser, b"<p>x" * 100_000) == Parsed(None, reason)
    assert parse(parser, b"<p>next") == NEXT
    parser.close()


def test_killed_by_others_again_and_again(
    parser: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Doomed, "signal", signal.SIGKILL, raising=False)
    monkeypatch.setattr(parser_process, "_Child", Doomed)
    with pytest.raises(EngineError, match=r"^extract: .* killed 3 times \(SIGKILL\); give .*$"):
        parse(parser, b"<p>x")


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGSEGV])
def test_killed_between_two_pages(parser: ParserProcess, ended_by: signal.Signals) -> None:
    parse(parser, b"<p>one")
    assert parser._child is not None
    parser._child._process.send_signal(ended_by)
    assert parse(parser, b"<p>two" * 100_000).page is not None
    parser.close()


def test_a_child_that_cannot_start(parser: ParserProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as during:
        during.setattr("sys.executable", "/no/such/python")
        with pytest.raises(EngineError, match="cannot be started"):
            parse(parser, b"<p>x")
    monkeypatch.setattr(child, "__name__", "corpus_pipeline.no_such_module")
    with pytest.raises(EngineError, match=r"ended with 1; .* tells why"):
        parse(parser, b"<p>x")


def test_an_interrupt_leaves_no_reply_for_the_next_page(
    parser: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(
        self: parser_process._Child, request: bytes, page: bytes
    ) -> tuple[int | None, bytes]:
        self._requests.write(request + page)
        self._requests.flush()
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(parser_process._Child, "ask", interrupt)
        with pytest.raises(KeyboardInterrupt):
            parse(parser, b"<p>one")
    assert parse(parser, b"<p>next") == NEXT
    parser.close()


def test_a_forgotten_parser_ends_its_child() -> None:
    parser = ParserProcess()
    parse(parser, b"<p>x")
    assert parser._child is not None
    process = parser._child._process
    with warnings.catch_warnings(record=True) as noticed:
        del parser
        gc.collect()
    assert process.returncode == -signal.SIGKILL
    assert noticed == []


def test_large_and_intricate_pages_go_to_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(html: str) -> str:
        raise AssertionError("parsed here")

    monkeypatch.setattr(documents, "normal_html", refuse)
    large = b"<p>" + b"word " * 60_000
    intricate = b"<div>" * 800 + b"x"
    slow = ("<p>" + "".join(f"<b id={i}>" for i in range(900)) + "</p><p>x" * 9000).encode()
    extracted = extract_documents(
        pa.array([large, intricate, slow], pa.binary()),
        pa.array(["text/html"] * 3),
        pa.nulls(3, pa.string()),
        pa.nulls(3, pa.string()),
        ExtractOptions(timeout=0.5),
    )
    assert extracted.reasons.to_pylist() == [None, None, "extract-timeout"]
    assert [text and text[:6] for text in extracted.texts.to_pylist()] == ["word w", "x", None]
