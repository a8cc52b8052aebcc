"""Bytes to text: which charset, and how much of the text it could not express.

    byte order mark > UTF-16 and UTF-8 by the bytes > HTTP header > <meta>, <?xml?> > detection

Evidence of the bytes stands before what is declared. Text of another charset is hardly ever valid
UTF-8 by chance, while wrong declarations (a server's default, a page saved again) are common; and a
page of UTF-8 in which a letter is pasted from elsewhere, or whose last letter is cut off, is still
UTF-8. Of the candidates after it the first is taken that expresses the bytes, else the one that
loses least. Labels mean what browsers take them to mean (`labels`), and a page's own label is what
browsers would read (`declaration`).
"""

import codecs
import contextlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from resiliparse.parse.encoding import detect_encoding

from corpus_pipeline.extract.declaration import declared_labels
from corpus_pipeline.extract.labels import codec_of
from corpus_pipeline.extract.utf8 import Utf8Counts, utf8_counts
from corpus_pipeline.thresholds import exact_threshold

#: Each with the codec that leaves the mark out. UTF-32 first: its mark starts with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Charsets whose text may be pure ASCII bytes and yet mean something else.
_ESCAPING = ("iso2022_jp", "iso2022_kr", "hz")

#: So many bytes outside ASCII that form valid UTF-8 are no accident: two neighbouring bytes of GBK
#: text do with probability of about 0.1, four such pairs with 0.0001. A word that comes again is no
#: new evidence; of a long text that need not be asked.
_UTF8_EVIDENCE_BYTES = 8
_LONG_EVIDENCE_BYTES = 1 << 12
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
#: Valid characters for each byte that is not UTF-8. Of sentences in 34 legacy charsets and
#: languages the likest to UTF-8, Thai and EUC-JP, have up to 0.8 a sentence and 0.4 a page.
_VALID_FOR_A_BAD_BYTE = 2
#: A letter of Latin script beside lower-case ASCII ones, or a typographic mark, in UTF-8. In other
#: charsets that would be "Ã©" or "â€™", or a single Chinese character inside a Latin word, which
#: nobody writes: one is evidence enough.
_WESTERN = re.compile(
    rb"[\xc2-\xc5\xe2](?:(?<=[a-z][\xc2-\xc5])[\x80-\xbf](?![\x80-\xff])"
    rb"|(?<![\x80-\xff].)(?<=[\xc2-\xc5])[\x80-\xbf](?=[a-z])"
    rb"|(?<![\x80-\xff].)(?<=\xe2)\x80[\x90-\xbf](?![\x80-\xff]))",
    re.DOTALL,
)
_CONTROLS = re.compile("[\\0-\\x08\\x0e-\\x1a\\x1c-\\x1f]")
#: One damaged place gives up to six U+FFFD, one for each of its bytes.
DAMAGED_PLACE = "\ufffd\ufffd{0,5}"
_DAMAGED_PLACE = re.compile(DAMAGED_PLACE)

_DETECTION_BYTES = 1 << 16
#: Where the NULs of UTF-16 are looked for, and in how many of the pairs of bytes they must be. Text
#: in any script has more in its spaces and line ends, HTML many more.
_UTF16_BYTES = 1 << 12
_NUL_SHARE = 0.05
#: UTF-16 without any NUL is East Asian; then characters that print as ASCII do not stand together
#: like this, as they do in mark-up and in Latin text.
_ASCII_RUN = re.compile(rb"[\t\n\r\x20-\x7e]{16}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def _like_browsers(error: UnicodeError) -> tuple[str, int]:
    """Decodes what browsers know and Python's codecs do not; else U+FFFD.

    In EUC-JP the vendors' characters (`①`, `㈱`), which cp932 has in the same order; in GBK the
    euro sign that Windows puts at 0x80.
    """
    assert isinstance(error, UnicodeDecodeError)
    found = error.object[error.start : error.start + 2]
    if error.encoding == "gb18030":
        return ("€" if found.startswith(b"\x80") else "\ufffd"), error.end
    if len(found) == 2 and min(found) >= 0xA1:
        row, cell = found[0] - 0xA1, found[1] - 0xA1
        lead = row // 2 + (0x81 if row < 62 else 0xC1)
        trail = cell + (0x9F if row % 2 else 0x40 + (cell >= 63))
        with contextlib.suppress(UnicodeDecodeError, ValueError):
            return bytes((lead, trail)).decode("cp932"), error.start + 2
    return "\ufffd", error.end


_LIKE_BROWSERS = "corpus-pipeline-like-browsers"
codecs.register_error(_LIKE_BROWSERS, _like_browsers)


class Decoded(NamedTuple):
    """A text and what is known about how it came from bytes."""

    text: str
    charset: str
    """Name of the Python codec that was used."""
    bad: int
    """How many places are no text: up to six U+FFFD together, and each control character."""
    leniencies: tuple[str, ...] = ()
    """Names in `LENIENCIES` of what was forgiven, in their order."""


def decode_bytes(
    data: bytes, transport: str | None = None, *, markup: bool = False, max_bad_share: float = 0.01
) -> Decoded:
    """Decodes a document; bytes that its charset cannot express become U+FFFD. Never raises.

    Args:
        transport: the charset that HTTP named, None when it named none.
        markup: whether the bytes may declare a charset themselves (HTML, XHTML).
        max_bad_share: of the characters; a candidate with more of them bad is passed over as long
            as another one loses less.

    >>> decode_bytes("你好".encode("gb2312"), "gb2312")
    Decoded(text='你好', charset='gb18030', bad=0, leniencies=())
    >>> decode_bytes("正體中文".encode() + b"\\xe9.", "iso-8859-1")[:3]
    ('正體中文\ufffd.', 'utf-8', 1)
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            data = data[len(mark) :]
            decoded = _decode(data, codec, utf8_counts(data))
            return decoded._replace(leniencies=_bad_bytes(decoded))
    declared, forgiven = _declared(data, transport, markup)
    decoded = _best(data, declared, max_bad_share)
    if not data.isascii():
        if not declared and not forgiven:
            forgiven.append("charset-guessed")
        elif declared and decoded.charset != declared[0]:
            forgiven.append("charset-overruled")
    return decoded._replace(leniencies=(*forgiven, *_bad_bytes(decoded)))


def _bad_bytes(decoded: Decoded) -> tuple[str, ...]:
    return ("charset-bad-bytes",) if decoded.bad else ()


def _declared(data: bytes, transport: str | None, markup: bool) -> tuple[list[str], list[str]]:
    """Returns the codecs that are declared and can be true, by precedence, and what was forgiven.

    A transport that says ISO-8859-1 often says what its server says of every page; the page's own
    declaration goes before that.
    """
    found: list[str] = []
    forgiven: list[str] = []
    own = declared_labels(data) if markup else iter(())
    for labels in (iter([transport] if transport else []), own):
        for label in labels:
            codec = codec_of(label)
            if codec is not None and codec.startswith("utf-16"):
                # WHATWG HTML's rule holds for the codec and not for the label: `unicode` is one.
                codec = _utf16(data, codec)
                name = "charset-not-utf-16"
            else:
                name = "charset-unknown"
            if codec is not None:
                found.append(codec)
                break
            if name not in forgiven:
                forgiven.append(name)
    if len(found) == 2 and found[0] == "cp1252" != found[1]:
        found.reverse()
        forgiven.append("charset-page-first")
    return found, forgiven


def _best(data: bytes, declared: list[str], max_bad_share: float) -> Decoded:
    counts = utf8_counts(data)
    if counts.controls and (codec := _utf16(data)):
        return _decode(data, codec, counts)
    if data.isascii():
        if not (declared and declared[0] in _ESCAPING) and b"\x1b$" not in data:
            return _decode(data, "utf-8", counts)
    elif _is_utf8(data, declared, counts):
        return _decode(data, "utf-8", counts)
    best: Decoded | None = None
    for codec in _with_detected(declared, data):
        decoded = _decode(data, codec, counts)
        if decoded.bad <= exact_threshold(max_bad_share) * len(decoded.text):
            return decoded
        if best is None or decoded.bad < best.bad:
            best = decoded
    assert best is not None, "detection always yields a candidate"
    return best


def _with_detected(declared: list[str], data: bytes) -> Iterator[str]:
    """Yields the declared codecs; detection runs only when they do not do."""
    yield from declared
    yield codec_of(detect_encoding(data, max_len=_DETECTION_BYTES)) or "utf-8"


def _is_utf8(data: bytes, declared: list[str], counts: Utf8Counts) -> bool:
    """Whether the bytes are UTF-8 on their own evidence, against the declaration if need be.

    Valid characters of several bytes speak for it, bytes that belong to none against it.
    """
    valid, valid_bytes, bad, _ = counts
    if not declared and not bad:
        return True
    if declared and declared[0] == "utf-8":
        return valid >= bad
    if 2 * valid < _VALID_FOR_A_BAD_BYTE * bad:
        return False
    if valid_bytes < _LONG_EVIDENCE_BYTES:
        valid_bytes = sum(map(len, set(_SEQUENCE.findall(data))))
    western = 0
    if bad or valid_bytes < _UTF8_EVIDENCE_BYTES:
        western = len(_WESTERN.findall(data))
    enough = western > 0 or valid_bytes >= _UTF8_EVIDENCE_BYTES
    return enough and valid + western >= _VALID_FOR_A_BAD_BYTE * bad


def _utf16(data: bytes, declared: str | None = None) -> str | None:
    """Names the codec if the bytes are UTF-16 without a mark; None if they are not.

    A NUL in every other place is the sign, from spaces, line ends and mark-up. Without that it must
    be declared, the bytes must not look like ASCII and must be UTF-16.
    """
    head = data[: min(len(data), _UTF16_BYTES) // 2 * 2]
    if not declared and b"\0" not in head:
        return None
    pairs = len(head) // 2
    first, second = head[0::2].count(0), head[1::2].count(0)
    few = max(1, pairs * _NUL_SHARE)
    if second > few and second > 8 * first:
        return "utf-16-le"
    if first > few and first > 8 * second:
        return "utf-16-be"
    if declared is None or _ASCII_RUN.search(head):
        return None
    as_utf8 = head.decode("utf-8", "replace")
    if len(as_utf8) < 3 * len(head) // 4 and 8 * as_utf8.count("\ufffd") < len(as_utf8):
        return None
    decoded = head.decode(declared, "replace")
    wrong = "\ufffd" in decoded[:-1] or _PRIVATE.search(decoded)
    return None if wrong or _CONTROLS.search(decoded) else declared


def _decode(data: bytes, codec: str, counts: Utf8Counts) -> Decoded:
    text = data.decode(codec, _LIKE_BROWSERS if codec in ("euc_jp", "gb18030") else "replace")
    controls = counts.controls
    if controls and codec.startswith(("utf-16", "utf-32")):
        controls = len(_CONTROLS.findall(text))
    damages = len(_DAMAGED_PLACE.findall(text)) if "\ufffd" in text else 0
    return Decoded(text, codec, controls + damages)
