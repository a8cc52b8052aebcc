"""Why *extract* drops a document."""

#: Why a document has no text, in the order in which it is found out, and what is said of it.
EXTRACT_SENTENCES = {
    "extract-unknown-type": "its media type[ {mime}] is neither HTML nor text nor PDF",
    "extract-too-large": "the page has more than extract.max_html_bytes[ ({explained})]",
    "extract-bad-charset": "more than 1 % of its characters cannot be decoded or are control "
    "characters",
    "extract-encrypted": "the PDF opens with a password only",
    "extract-too-complex": "the parser would take too much time or memory for the page",
    "extract-timeout": "the parser took too long for the page[: it {explained}]",
    "extract-failed": "the parser gave up, or the PDF is broken",
    "extract-broken-notebook": "it begins as a Jupyter notebook and cannot be read as one",
    "extract-empty": "no text is left of it",
}
EXTRACT_REASONS: tuple[str, ...] = tuple(EXTRACT_SENTENCES)
