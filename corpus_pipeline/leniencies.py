"""What is forgiven to pages from the web, as browsers forgive it, and counted.

A page that needed one of these is read like any other. Its names stand in the column `leniencies`
and so in the ledger; `run.json` counts the pages of each name as `lenient-NAME`.
"""

import pyarrow as pa
import pyarrow.compute as pc

#: Name -> what was forgiven, in the order in which a page comes by it.
LENIENCIES: dict[str, str] = {
    # sources: the HTTP message
    "http-interim": "other answers stood before the page's own: interim, a proxy's, a redirect's",
    "http-header": "the header of the message is malformed, or there is none",
    "http-chunks": "chunks are framed in another way than HTTP says, or nothing names the framing",
    "http-not-chunked": "the header says chunked, the body is not",
    "http-cut": "the body ends early or is damaged within; what comes before is kept",
    "http-coding": "the content coding is another one than named, not named, or without its frame",
    "http-not-coded": "the header names a content coding, the body has none",
    # sources: the media type
    "media-type-malformed": "the media type was taken out of a malformed Content-Type",
    "media-type-identified": "Content-Type says nothing; the crawl has identified the type",
    "media-type-sniffed": "nothing names the media type; the first bytes are those of HTML",
    # extract: the character set
    "charset-unknown": "a charset is named that browsers do not know",
    "charset-not-utf-16": "UTF-16 is named, the bytes are not UTF-16",
    "charset-page-first": "HTTP names ISO-8859-1, often a default; the page names another charset",
    "charset-overruled": "a charset is named that is not the one of the bytes",
    "charset-guessed": "no charset is named; the bytes say which",
    "charset-bad-bytes": "some bytes do not belong to the charset; they became U+FFFD",
}  # fmt: skip


def with_more(leniencies: pa.Array, more: pa.Array) -> pa.Array:
    """Joins the names that two stages have found.

    Args:
        leniencies: list<string>[N], null for none.
        more: list<string>[N], null for none.

    >>> two = pa.array([None, ["http-cut"]], pa.list_(pa.string()))
    >>> with_more(two, pa.array([["charset-unknown"]] * 2)).to_pylist()
    [['charset-unknown'], ['http-cut', 'charset-unknown']]
    """
    if more.null_count == len(more):
        return leniencies
    if leniencies.null_count < len(leniencies):
        both = zip(leniencies.to_pylist(), more.to_pylist(), strict=True)
        more = pa.array([(a or []) + (b or []) or None for a, b in both], more.type)
    return more


def leniency_counts(leniencies: pa.Array) -> dict[str, int]:
    """Counts the documents of each name, as `lenient-NAME`.

    >>> leniency_counts(pa.array([None, ["http-cut", "charset-unknown"], ["http-cut"]]))
    {'lenient-http-cut': 2, 'lenient-charset-unknown': 1}
    """
    if leniencies.null_count == len(leniencies):
        return {}
    found = pc.value_counts(leniencies.flatten()).to_pylist()
    return {f"lenient-{item['values']}": item["counts"] for item in found}
