"""The extract stage's work on one batch: whatever was read becomes normalised text, or a reason.

raw, text/html   ─ decode ─ guard ─ parse ─ main text ─┐  (parsed in another process if large)
raw, PDF         ─ parse in another process ───────────┤
raw, text/plain  ─ decode ─────────────────────────────┼─ notebooks ─ normalise ─► text
text             ──────────────────────────────────────┘
"""

import contextlib
import dataclasses
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from resiliparse.parse.html.exception import HTMLParserException

from corpus_pipeline.extract import child
from corpus_pipeline.extract.charset import DAMAGED_PLACE, decode_bytes
from corpus_pipeline.extract.html import page_text
from corpus_pipeline.extract.media_types import FRAGMENT, HTML_TYPES, PDF_TYPE
from corpus_pipeline.extract.normalise import normalise_texts
from corpus_pipeline.extract.notebooks import Form, notebook_texts
from corpus_pipeline.extract.parser_process import ParserProcess
from corpus_pipeline.extract.steps import survey
from corpus_pipeline.extract.tree import normal_html
from corpus_pipeline.thresholds import exact_threshold

#: Pages with more bytes of UTF-8 or more steps are parsed in another process. The worst of the
#: others take the parser a quarter of a second and 100 MB.
_HERE_BYTES = 256 << 10
_HERE_STEPS = 250_000

_MAX_TIMEOUT = 86_400


@dataclasses.dataclass(frozen=True)
class ExtractOptions:
    """How raw documents become text.

    Args:
        main_content: keep a page's main text only; False keeps navigation and all the rest.
        comments: count readers' comments as main text.
        max_raw_bytes: a larger raw document is not opened. Such pages are data, not prose.
        max_bad_share: of its characters, damaged places (up to six U+FFFD together) and stray
            controls; with more a text is damaged.
        max_parser_steps: a page estimated to need more is not parsed; see `steps.survey`.
            20 million take about a second. The worst of 332 real pages needed 0.23 million.
        timeout: seconds that one page may take its parser.
        max_blanks: longest run of blanks and tabs within a line that stays; None leaves all.
        notebooks: form in which Jupyter notebooks are written; None leaves their JSON.
        notebook_outputs: characters of the output of a notebook's cell that are kept.
    """

    main_content: bool = True
    comments: bool = False
    max_raw_bytes: int = 10 << 20
    max_bad_share: float = 0.01
    max_parser_steps: int = 20_000_000
    timeout: float = 60.0
    max_blanks: int | None = None
    notebooks: Form | None = None
    notebook_outputs: int = 0

    def __post_init__(self) -> None:
        for name in ("max_raw_bytes", "max_parser_steps"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"{name} must be at least 1, got {getattr(self, name)}; "
                    "leave it out for the default"
                )
        if self.max_blanks is not None and self.max_blanks < 1:
            raise ValueError(
                f"max_blanks must be at least 1, got {self.max_blanks}; leave it out for no limit"
            )
        if not 0 < self.timeout <= _MAX_TIMEOUT:
            raise ValueError(
                f"timeout must be more than 0 and at most {_MAX_TIMEOUT} seconds, "
                f"got {self.timeout}; leave it out for the default"
            )
        if not 0 <= self.max_bad_share <= 1:
            raise ValueError(
                f"max_bad_share must be from 0 to 1, got {self.max_bad_share}; 0.01 is one per cent"
            )
        exact_threshold(self.max_bad_share, "max_bad_share")


class Extracted(NamedTuple):
    """The texts of N documents, and why some have none."""

    texts: pa.Array
    """string[N], normalised; null where there was nothing to extract or where it failed."""
    reasons: pa.Array
    """string[N], one of `EXTRACT_REASONS`; null where nothing failed."""
    leniencies: pa.Array
    """list<string>[N], names in `LENIENCIES` of what was forgiven here; null for nothing."""


def extract_documents(
    raw: pa.Array,
    mimes: pa.Array,
    charsets: pa.Array,
    texts: pa.Array,
    options: ExtractOptions | None = None,
    parser: ParserProcess | None = None,
) -> Extracted:
    """Turns the raw rows of a batch into text and normalises all rows.

    Args:
        raw: binary[N], documents not yet extracted; null where `texts` has the document.
        mimes: string[N], media type of raw, parameters allowed; null means plain text.
        charsets: string[N], charset named by the transport; null when it named none.
        texts: string[N]; null where `raw` has the document. A row where both are null (an
            unreadable record) stays null and gets no reason here.
        options: None for the defaults.
        parser: takes large pages; None for one that lives as long as this call.

    Raises:
        TypeError: `texts` is not of Arrow type `string`.
        EngineError: the process for large pages cannot be started or is killed from outside.

    >>> raw = pa.array(["<p>你好</p>".encode("gbk"), None, b""], pa.binary())
    >>> extracted = extract_documents(
    ...     raw,
    ...     pa.array(["text/html", None, "text/plain"]),
    ...     pa.array(["gb2312", None, None]),
    ...     pa.array([None, "a\\r\\nb ", None]),
    ... )
    >>> extracted.texts.to_pylist(), extracted.reasons.to_pylist()
    (['你好', 'a\\nb', None], [None, None, 'extract-empty'])
    """
    options = options or ExtractOptions()
    if parser is None:
        with contextlib.closing(ParserProcess()) as parser:
            return extract_documents(raw, mimes, charsets, texts, options, parser)
    reasons = np.full(len(texts), None, object)
    forgiven = np.full(len(texts), None, object)
    is_raw = raw.is_valid()
    rows = np.flatnonzero(is_raw.to_numpy(zero_copy_only=False))
    if len(rows):
        extracted = []
        for row in rows.tolist():
            text, reasons[row], names = _extract(
                raw[row].as_py(), mimes[row].as_py(), charsets[row].as_py(), options, parser
            )
            forgiven[row] = list(names) or None
            extracted.append(text)
        texts = pc.replace_with_mask(texts, is_raw, pa.array(extracted, pa.string()))
    if options.notebooks is not None:
        texts, broken = notebook_texts(texts, options.notebooks, options.notebook_outputs)
        reasons[broken] = "extract-broken-notebook"
    texts = normalise_texts(texts, options.max_blanks)
    if len(rows):
        damaged = pc.and_(is_raw, _damaged(texts, options.max_bad_share))
        reasons[_true(damaged)] = "extract-bad-charset"
    reasons[_true(pc.equal(pc.binary_length(texts), 0))] = "extract-empty"
    failed = pa.array(reasons, pa.string())
    if failed.null_count < len(failed):
        texts = pc.if_else(failed.is_null(), texts, pa.scalar(None, pa.string()))
    return Extracted(texts, failed, pa.array(forgiven, pa.list_(pa.string())))


def _extract(
    data: bytes,
    mime: str | None,
    charset: str | None,
    options: ExtractOptions,
    parser: ParserProcess,
) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Returns (text, reason, leniencies) of one raw document; one of the first two is None."""
    whole = mime == FRAGMENT
    mime = (mime or "text/plain").partition(";")[0].strip().lower()
    if mime == PDF_TYPE:
        return *_parse_pdf(data, options, parser), ()
    markup = mime in HTML_TYPES
    if not markup and not mime.startswith("text/"):
        return None, "extract-unknown-type", ()
    if len(data) > options.max_raw_bytes:
        return None, "extract-too-large", ()
    decoded = decode_bytes(data, charset, markup=markup, max_bad_share=options.max_bad_share)
    if decoded.bad > exact_threshold(options.max_bad_share) * len(decoded.text):
        return None, "extract-bad-charset", decoded.leniencies
    if not markup:
        return decoded.text, None, decoded.leniencies
    if whole:
        options = dataclasses.replace(options, main_content=False)
    return *_parse(decoded.text, options, parser), decoded.leniencies


def _parse_pdf(
    data: bytes, options: ExtractOptions, parser: ParserProcess
) -> tuple[str | None, str | None]:
    """Returns (text, reason) of one PDF document; one of the two is None."""
    if len(data) > options.max_raw_bytes:
        return None, "extract-too-large"
    parsed, reason = parser.parse(data, timeout=options.timeout, kind=child.PDF)
    return (None, reason) if parsed is None else (parsed.decode(), None)


def _parse(
    html: str, options: ExtractOptions, parser: ParserProcess
) -> tuple[str | None, str | None]:
    """Returns (text, reason) of one page; one of the two is None."""
    steps, page = survey(html.encode(), options.max_parser_steps)
    if steps > options.max_parser_steps:
        return None, "extract-too-complex"
    if len(page) > _HERE_BYTES or steps > _HERE_STEPS:
        parsed, reason = parser.parse(page, timeout=options.timeout)
    else:
        parsed, reason = _parse_here(page.decode())
    if parsed is None:
        return None, reason
    how = {"main_content": options.main_content, "comments": options.comments}
    return page_text(parsed, **how), None


def _parse_here(page: str) -> tuple[bytes | None, str | None]:
    """Returns (the page as the parser writes it, reason); one of the two is None."""
    try:
        return normal_html(page).encode(), None
    except HTMLParserException:
        return None, "extract-failed"
    except BaseException as error:
        # A panic in Rust arrives as a class that can neither be imported nor is an Exception. It
        # means that the parser gave up on this page, not that the process is ill.
        if type(error).__name__ != "PanicException":
            raise
        return None, "extract-failed"


def _damaged(texts: pa.Array, max_bad_share: float) -> pa.Array:
    """Whether too much of a text is U+FFFD. A page's markup may have hidden that before."""
    share = exact_threshold(max_bad_share)
    bad = pc.cast(pc.count_substring_regex(texts, DAMAGED_PLACE), pa.int64())
    chars = pc.cast(pc.utf8_length(texts), pa.int64())
    return pc.greater(pc.multiply(bad, share.denominator), pc.multiply(chars, share.numerator))


def _true(mask: pa.Array) -> NDArray[np.bool_]:
    """The mask as bool[N], null as false."""
    filled: NDArray[np.bool_] = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return filled
