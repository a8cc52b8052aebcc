"""One form of every address, so that the same page has the same one.

Small letters in scheme and host, hosts in ASCII (`例子.中国` is `xn--fsqu00a.xn--fiqs8s`), no dot
behind the host, no default port, no name and password, no fragment, at least `/` for a path;
escapes as RFC 3986 has them (`%7e` is `~`, `%e4` is `%E4`, what is not ASCII is escaped); neither
parameters that only say where a reader came from, nor names of sessions. The order of parameters
stays: it may mean something. http and https stay apart, and `www.` stays.
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.url.tables import Table, build_table, probe, start, step
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import string_column, utf8_buffers

#: Parameters that say where a reader came from: Google, Meta, Microsoft, Yandex, X, TikTok,
#: Mailchimp, HubSpot, Marketo, Vero, Alibaba, WeChat, Adobe. One that ends in _ is a beginning.
_TRACKING = (
    "utm_", "hsa_", "pk_", "mtm_", "piwik_", "gclid", "gclsrc", "dclid", "gbraid", "wbraid",
    "fbclid", "fb_action_ids", "fb_action_types", "fb_source", "msclkid", "yclid", "ysclid",
    "twclid", "ttclid", "li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc",
    "_hsmi", "__hstc", "__hssc", "__hsfp", "hsctatracking", "mkt_tok", "vero_id", "vero_conv",
    "oly_anon_id", "oly_enc_id", "wickedid", "s_cid", "spm", "isappinstalled", "nsukey",
)  # fmt: skip
#: Parameters that name a session; the last ones only where the value looks like one.
_SESSIONS = (
    "phpsessid",
    "jsessionid",
    "aspsessionid",
    "sessionid",
    "session_id",
    "cfid",
    "cftoken",
)
_SESSIONS_OF_32 = ("sid", "s")
_ALWAYS: Final = len(_TRACKING) + len(_SESSIONS)
#: Letters of `aspsessionid`, behind which more letters stand.
_ASP: Final = 12
_SESSION_CHARS: Final = 32

_KEPT: Final = 0
_ESCAPED: Final = 1
_LEFT_OUT: Final = 2
_PERCENT: Final = 3
_BACKSLASH: Final = 4
#: Of the actions, from here on those of bytes that are escaped.
_UNRESERVED: Final = 256

#: What a row is.
_NONE: Final = 0
_DONE: Final = 1
_FOREIGN: Final = 2

#: Digits, then the scheme of an address without one.
_HEX = b"0123456789ABCDEFhttp"
_JSESSIONID = b";jsessionid="


class Urls(NamedTuple):
    """The normalised addresses of N rows, as bytes."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int32]
    """int32[N + 1]; a row without an address that has a host is empty."""
    hosts: NDArray[np.int64]
    """int64[N, 2], where the host begins and ends in `data`."""
    valid: NDArray[np.bool_]

    @property
    def column(self) -> pa.Array:
        """string[N], null where there is none."""
        return string_column(self.data, self.offsets, ~self.valid)


@cache
def _tables() -> tuple[NDArray[np.uint8], Table, NDArray[np.uint8], NDArray[np.uint8]]:
    """What is done with each byte, the parameters to leave out, digits, what begins a session."""
    actions = np.zeros(512, np.uint8)
    actions[:0x21] = _ESCAPED
    actions[0x7F:_UNRESERVED] = _ESCAPED
    # Escapes stay, save of what needs none.
    actions[[_UNRESERVED + byte for byte in range(256) if not chr(byte).isalnum()]] = _ESCAPED
    actions[_UNRESERVED + 0x80 :] = _ESCAPED
    actions[[_UNRESERVED + byte for byte in b"-._~"]] = _KEPT
    actions[list(b'"<>^`{|}')] = _ESCAPED
    actions[list(b"\t\n\r")] = _LEFT_OUT
    actions[ord("%")] = _PERCENT
    actions[ord("\\")] = _BACKSLASH
    names = build_table(pa.array([*_TRACKING, *_SESSIONS, *_SESSIONS_OF_32]))
    return actions, names, np.frombuffer(_HEX, np.uint8), np.frombuffer(_JSESSIONID, np.uint8)


@kernel
def digit(byte):  # type: ignore[no-untyped-def]
    """Returns the value of a hexadecimal digit, -1 for anything else.

    >>> [int(digit(byte)) for byte in b"0fFg"]
    [0, 15, 15, -1]
    """
    if 0x30 <= byte <= 0x39:
        return np.int64(byte) - 0x30
    lower = byte | 0x20
    if 0x61 <= lower <= 0x66:
        return np.int64(lower) - 0x57
    return np.int64(-1)


@kernel
def _lower(byte):  # type: ignore[no-untyped-def]
    return byte + np.uint8(0x20) if 0x41 <= byte <= 0x5A else byte


@kernel
def is_alphanumeric(byte):  # type: ignore[no-untyped-def]
    """Says whether a byte is a letter or digit of ASCII.

    >>> [bool(is_alphanumeric(byte)) for byte in b"aZ9-"]
    [True, True, True, False]
    """
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


@kernel
def _put(data, i, stop, backslash, actions, digits, out, o):  # type: ignore[no-untyped-def]
    """Writes a piece of a path or a query; returns the places behind it."""
    while i < stop:
        byte = data[i]
        action = actions[byte]
        if action == _PERCENT:
            high = digit(data[i + 1]) if i + 2 < stop else np.int64(-1)
            low = digit(data[i + 2]) if i + 2 < stop else np.int64(-1)
            if high < 0 or low < 0:
                action = _KEPT
            else:
                byte = np.uint8(16 * high + low)
                action = actions[_UNRESERVED + byte]
                i += 2
        i += 1
        if action == _KEPT:
            out[o] = byte
            o += 1
        elif action == _BACKSLASH:
            out[o] = backslash
            o += 1
        elif action == _ESCAPED:
            out[o] = 0x25
            out[o + 1] = digits[byte >> 4]
            out[o + 2] = digits[byte & 15]
            o += 3
    return i, o


@kernel
def _is_left_out(data, i, end, slots, names, offsets, out, o):  # type: ignore[no-untyped-def]
    """Says whether a parameter is one of the table; its name is folded behind what is written."""
    h = start()
    size = np.int64(0)
    found = np.int64(-1)
    while i < end and data[i] != 0x3D:
        out[o + size] = _lower(data[i])
        h = step(h, out[o + size])
        size += 1
        i += 1
        if out[o + size - 1] == 0x5F or size == _ASP or i == end or data[i] == 0x3D:
            found = probe(slots, names, offsets, h, out, o, o + size)
            if found >= 0:
                # Only a beginning may be followed by more.
                if i == end or data[i] == 0x3D:
                    break
                if out[o + size - 1] == 0x5F or size == _ASP:
                    return True
                found = np.int64(-1)
    if found < _ALWAYS:
        return found >= 0
    if end - i - 1 != _SESSION_CHARS:
        return False
    good = True
    for k in range(i + 1, end):
        good = good and digit(data[k]) >= 0
    return good


@kernel
def _is_slash(byte):  # type: ignore[no-untyped-def]
    return byte == 0x2F or byte == 0x5C


@kernel
def _ends_authority(byte):  # type: ignore[no-untyped-def]
    return _is_slash(byte) or byte == 0x3F or byte == 0x23


@kernel
def _parse(data, i, stop):  # type: ignore[no-untyped-def]
    """Finds (what it is, end of the scheme, host, its end, end of the port) of one address."""
    first = i
    while i < stop and (is_alphanumeric(data[i]) or 0x2B <= data[i] <= 0x2E):
        i += 1
    scheme_end = first
    guessed = False
    if (
        first < i < stop - 2
        and data[i] == 0x3A
        and _is_slash(data[i + 1])
        and _is_slash(data[i + 2])
    ):
        scheme_end = i
        i += 3
    elif first + 1 < stop and _is_slash(data[first]) and _is_slash(data[first + 1]):
        i = first + 2
    else:
        i = first
        guessed = True
    # A name and a password end with the last @; without a scheme that is an address of mail.
    begin = i
    while i < stop and not _ends_authority(data[i]):
        i += 1
        if data[i - 1] == 0x40:
            begin = i
    good = not (guessed and begin > first)
    rest = i
    end = begin
    bracket = begin < rest and data[begin] == 0x5B
    while end < rest and data[end] != (0x5D if bracket else 0x3A):
        end += 1
    if bracket:
        end = min(end + 1, rest)
    good = good and (end == rest or data[end] == 0x3A)
    for k in range(end + 1, rest):
        good = good and 0x30 <= data[k] <= 0x39
    while end > begin and data[end - 1] == 0x2E:
        end -= 1
    foreign = False
    dotted = not guessed
    for k in range(begin, end):
        good = good and data[k] > 0x20
        foreign = foreign or data[k] >= 0x7F or data[k] == 0x25
        dotted = dotted or data[k] == 0x2E
    kind = _NONE
    if good and dotted and end > begin:
        kind = _FOREIGN if foreign else _DONE
    return kind, scheme_end, begin, end, rest


@kernel
def _write_port(data, i, stop, usual, out, o):  # type: ignore[no-untyped-def]
    """Writes `:` and the digits that end at `stop`, unless there are none or they are usual."""
    while i < stop and not 0x31 <= data[i] <= 0x39:
        i += 1
    number = np.int64(0)
    for k in range(i, min(stop, i + 6)):
        number = 10 * number + np.int64(data[k]) - 0x30
    if number == 0 or number == usual:
        return o
    out[o] = 0x3A
    o += 1
    for k in range(i, stop):
        out[o] = data[k]
        o += 1
    return o


@kernel
def _write_rest(data, i, stop, actions, slots, names, offsets, digits, session, out, o):  # type: ignore[no-untyped-def]
    """Writes path and query."""
    if i == stop or not _is_slash(data[i]):
        out[o] = 0x2F
        o += 1
    query = False
    mark = np.uint8(0x3F)
    while i < stop and data[i] != 0x23:
        byte = data[i]
        if byte == (0x26 if query else 0x3F):
            query = True
            i += 1
            continue
        if query:
            end = i
            while end < stop and data[end] != 0x23 and data[end] != 0x26:
                end += 1
            if _is_left_out(data, i, end, slots, names, offsets, out, o):
                i = end
                continue
            out[o] = mark
            o += 1
            mark = np.uint8(0x26)
        else:
            # Up to the next ; which may begin the name of a session.
            end = i + 1
            while end < stop and data[end] not in (0x3B, 0x23, 0x3F):
                end += 1
            if byte == 0x3B and _begins_with(data, i, end, session):
                while i < end and not _is_slash(data[i]):
                    i += 1
                continue
        i, o = _put(data, i, end, 0x5C if query else 0x2F, actions, digits, out, o)
    return o


@kernel
def _begins_with(data, i, stop, word):  # type: ignore[no-untyped-def]
    if stop - i < len(word):
        return False
    equal = True
    for k in range(len(word)):
        equal = equal and _lower(data[i + k]) == word[k]
    return equal


@kernel
def _normalise(  # type: ignore[no-untyped-def]
    data, columns, actions, slots, names, name_offsets, digits, session, out, offsets, hosts, status
):
    o = np.int64(0)
    for row in range(len(columns) - 1):
        offsets[row] = o
        hosts[row, 0] = o
        hosts[row, 1] = o
        i, stop = np.int64(columns[row]), np.int64(columns[row + 1])
        while i < stop and data[i] <= 0x20:
            i += 1
        while stop > i and data[stop - 1] <= 0x20:
            stop -= 1
        kind, scheme_end, begin, end, rest = _parse(data, i, stop)
        status[row] = kind
        if kind == _FOREIGN:
            hosts[row, 0] = begin
            hosts[row, 1] = end
        if kind != _DONE:
            continue
        first = o
        for k in range(i, scheme_end):
            out[o] = _lower(data[k])
            o += 1
        if o == first:
            for k in range(4):
                out[o] = digits[16 + k]
                o += 1
        # http and ws have port 80, https and wss 443.
        usual = 443 if out[o - 1] == 0x73 else 80
        if o - first > 5:
            usual = -1
        out[o] = 0x3A
        out[o + 1] = 0x2F
        out[o + 2] = 0x2F
        o += 3
        hosts[row, 0] = o
        for k in range(begin, end):
            out[o] = _lower(data[k])
            o += 1
        hosts[row, 1] = o
        o = _write_port(data, end, rest, usual, out, o)
        o = _write_rest(
            data, rest, stop, actions, slots, names, name_offsets, digits, session, out, o
        )
    offsets[len(columns) - 1] = o


def normalise_urls(urls: pa.Array) -> Urls:
    """Writes every address in one form.

    Args:
        urls: string[N].

    >>> urls = ["HTTP://WWW.Example.COM.:80", "//例子.中国/文?utm_source=x&id=1#top", "a.com/%7eb",
    ...         "urn:isbn:1", None]
    >>> normalise_urls(pa.array(urls)).column.to_pylist()
    ['http://www.example.com/', 'http://xn--fsqu00a.xn--fiqs8s/%E6%96%87?id=1', \
'http://a.com/~b', None, None]
    """
    found, status = _once(urls)
    foreign = np.flatnonzero(status == _FOREIGN)
    if len(foreign):
        data, offsets = utf8_buffers(urls)
        rewritten = urls.to_pylist()
        known: dict[bytes, bytes | None] = {}
        for row in foreign.tolist():
            begin, end = found.hosts[row].tolist()
            first, last = int(offsets[row]), int(offsets[row + 1])
            written = bytes(data[begin:end])
            if written not in known:
                known[written] = ascii_host(written)
            host = known[written]
            before, after = bytes(data[first:begin]), bytes(data[end:last])
            rewritten[row] = None if host is None else (before + host + after).decode()
        found, status = _once(pa.array(rewritten, pa.string()))
    return found._replace(valid=status == _DONE)


def in_one_form(urls: pa.Array) -> pa.Array:
    """Returns string[N], the addresses as `normalise_urls` writes them; null where there is none.

    >>> in_one_form(pa.array(["HTTP://a.com:80", "no address", None])).to_pylist()
    ['http://a.com/', None, None]
    """
    return normalise_urls(urls).column


def _once(urls: pa.Array) -> tuple[Urls, NDArray[np.uint8]]:
    actions, names, digits, session = _tables()
    data, columns = utf8_buffers(urls)
    # An escape takes three bytes; a scheme, a slash and a name of a parameter may be added.
    room = 3 * int(columns[-1] - columns[0]) + 16 * len(urls)
    out = np.empty(room, np.uint8)
    offsets = np.empty(len(urls) + 1, np.int32)
    hosts = np.empty((len(urls), 2), np.int64)
    status = np.empty(len(urls), np.uint8)
    _normalise(
        data, columns, actions, names.slots, names.data, names.offsets, digits, session,
        out, offsets, hosts, status,
    )  # fmt: skip
    written = out[: offsets[-1]].copy()
    written.flags.writeable = False  # As all buffers of Arrow are: kernels are compiled for one.
    return Urls(written, offsets, hosts, status == _DONE), status


def ascii_host(host: bytes) -> bytes | None:
    """Writes a host in ASCII, as IDNA has it; None where it cannot be one.

    >>> ascii_host("Bücher.例子。中国".encode()), ascii_host(b"%65xample.com"), ascii_host(b"%ff")
    (b'xn--bcher-kva.xn--fsqu00a.xn--fiqs8s', b'example.com', None)
    """
    import idna

    if len(host) > _MAX_HOST:
        return None
    parts = host.split(b"%")
    try:
        plain = parts[0] + b"".join(bytes([int(p[:2], 16)]) + p[2:] for p in parts[1:])
        return idna.encode(plain.decode(), uts46=True).strip(b".") or None
    except (ValueError, UnicodeError):  # idna.IDNAError is one.
        return None


#: Bytes; a name in the DNS has 253, and each of them may be escaped.
_MAX_HOST = 3 * 253
