"""What a resource is: the type that its server names, else what the crawl or its bytes say.

As browsers decide (WHATWG MIME Sniffing), but for two things. Text that nothing names is not
taken for plain text, because scripts, style sheets and data are text, too. And the crawl's own
finding (`WARC-Identified-Payload-Type`) goes before the first bytes.
"""

import re
from typing import NamedTuple

#: Types whose bytes go on to extraction.
READABLE = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
#: XML is read if it is XHTML.
_XML = frozenset({"text/xml", "application/xml"})
#: What servers send of files that they do not know.
_UNKNOWN = frozenset(
    {
        "*/*", "unknown/unknown", "application/unknown", "application/x-unknown",
        "content/unknown", "www/unknown", "application/octet-stream", "binary/octet-stream",
        "application/force-download", "application/x-download", "application/download",
        "text/*", "text/htm", "text/xhtml", "text/x-html", "application/html", "html/text",
        "text/xhtml+xml", "application/xhtml", "text/x-server-parsed-html", "text/html5",
    }
)  # fmt: skip

_TOKEN = r"[!#$%&'*+.^_`|~\w-]+"
_TYPE = re.compile(rf"[\s\"']*({_TOKEN}/{_TOKEN})", re.ASCII)
#: After a type that is well formed.
_TYPE_END = re.compile(r"[ \t]*(?:;|\Z)")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:+-]+)""", re.IGNORECASE)

#: Begins of files that are no text, whatever their server calls them.
_BINARY = (
    *(b"%PDF-", b"%!PS-Adobe-", b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0"),
    *(b"\x89PNG\r\n", b"GIF87a", b"GIF89a", b"\xff\xd8\xff", b"\0\0\1\0", b"OggS\0", b"ID3\x03"),
    *(b"ID3\x04", b"wOFF", b"wOF2", b"\0asm", b"\x7fELF"),
)
_OCTETS = "application/octet-stream"
_SNIFFED_BYTES = 1445
#: What may stand before the first element.
_SKIPPED = rb"(?:\xef\xbb\xbf)?(?>\s+|<!--.*?-->|<\?xml[^>]*>)*+"
#: How an HTML page begins (MIME Sniffing, 7.1).
_HTML_START = re.compile(
    _SKIPPED + rb"<(?:!doctype html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b"
    rb"|br|p|meta|link|base|center|main|article|section|header)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
#: A page with a few words before its root, such as a warning of its program; no script says it so.
_HTML_ROOT = re.compile(
    rb"""[^"'{}=;\x01-\x08\x0e-\x1f]*?<(?:!doctype html|html|head|body)[\s>]""",
    re.IGNORECASE | re.DOTALL,
)
_XHTML_START = re.compile(
    _SKIPPED + rb"(?:<!doctype[^>]*>" + _SKIPPED + rb")?<(?:\w+:)?html[\s>]",
    re.IGNORECASE | re.DOTALL,
)


class MediaType(NamedTuple):
    """What a resource is, as far as that is known."""

    mime: str | None
    """Lower-case, without parameters."""
    charset: str | None
    """As Content-Type names it, lower-case."""
    leniencies: list[str]


def media_type(declared: list[str], identified: str | None, body: bytes) -> MediaType:
    """Decides what a resource is.

    Args:
        declared: the values of Content-Type; of several that are types the last counts.
        identified: what the crawl found out.
        body: the resource, or its beginning.

    >>> media_type(["Text/HTML; charset=GB2312"], None, b"")
    MediaType(mime='text/html', charset='gb2312', leniencies=[])
    >>> media_type(["text/html charset=utf-8"], None, b"")
    MediaType(mime='text/html', charset='utf-8', leniencies=['media-type-malformed'])
    >>> media_type(["*/*"], None, b"<!DOCTYPE html><p>")
    MediaType(mime='text/html', charset=None, leniencies=['media-type-sniffed'])
    """
    mime, charset, well_formed = _parsed(declared)
    forgiven = [] if well_formed or mime is None else ["media-type-malformed"]
    found = _parsed([identified])[0] if identified else None
    if body.startswith(_BINARY):
        # A picture that its server calls a page; browsers show nothing useful, either.
        other = next((t for t in (mime, found) if t and t not in READABLE), _OCTETS)
        return MediaType(other, charset, [])
    if mime in _XML and _XHTML_START.match(body[:_SNIFFED_BYTES]):
        return MediaType("application/xhtml+xml", charset, [*forgiven, "media-type-sniffed"])
    if mime in READABLE or (mime is not None and not _says_nothing(mime)):
        return MediaType(mime, charset, forgiven)
    if found in READABLE or (found and found not in _XML and not _says_nothing(found)):
        return MediaType(found, charset, ["media-type-identified"])
    if _is_html(body):
        return MediaType("text/html", charset, ["media-type-sniffed"])
    return MediaType(mime, charset, [])


def _says_nothing(mime: str) -> bool:
    return mime in _UNKNOWN or mime.startswith(("text/html", "application/xhtml"))


def _parsed(declared: list[str]) -> tuple[str | None, str | None, bool]:
    """Returns (type, charset, whether there is one well-formed type).

    The charset of an equal type before it counts, too (WHATWG Fetch, "extract a MIME type").
    """
    mime: str | None = None
    charset: str | None = None
    values = [value for field in declared for value in field.split(",")]
    well_formed = len(values) == 1
    for value in values:
        found = _TYPE.match(value)
        if found is None:
            well_formed = False
            continue
        new = found[1].lower()
        if new == "*/*" and mime is not None:
            continue
        if new != mime:
            charset = None
        mime = new
        quoted = bool(value[: found.start(1)].strip())
        well_formed = well_formed and not quoted and bool(_TYPE_END.match(value, found.end()))
        if named := _CHARSET.search(value, found.end()):
            charset = named[1].lower()
    if charset is None and (named := _CHARSET.search(",".join(declared))):
        charset = named[1].lower()
    return mime, charset, well_formed


def _is_html(body: bytes) -> bool:
    head = body[:_SNIFFED_BYTES]
    if b"\0" in head:  # UTF-16
        head = head.translate(None, b"\0\xff\xfe")
    return bool(_HTML_START.match(head) or _HTML_ROOT.match(head))
