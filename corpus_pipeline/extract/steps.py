"""An estimate of what a page costs its parser, made at 1 GB/s before it is parsed.

The parser looks at all ancestors of each node, all earlier attributes of a tag (and of every tag
that says `<html>` or `<body>`), all earlier options of a select, and it opens formatting elements
(`<b>`) again in every block until they are closed. A page of 300 kB can hold it for minutes and
take gigabytes. So this scan follows the page's tags as the HTML standard says (sections 13.2.5 and
13.2.6), as far as it matters for those. Where it simplifies, it counts too much rather than too
little.
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel

#: Elements that hold nothing, or that the parser closes by itself: they do not nest.
_FLAT_ELEMENTS = (
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
    *("source", "track", "wbr", "p", "li", "dd", "dt", "option", "tr", "td", "th"),
    *("thead", "tbody", "tfoot", "colgroup", "html", "head", "body"),
)
#: Elements whose content is no markup up to their end tag.
_RAW_ELEMENTS = ("script", "style", "textarea", "title", "iframe", "xmp", "noembed", "noframes")
#: Elements that are opened again in every block until their own end tag.
_FORMATTING_ELEMENTS = (
    *("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong"),
    *("tt", "u"),
)
#: End tags do not reach over these.
_BARRIER_ELEMENTS = ("applet", "marquee", "object", "table", "template", "svg", "math")
#: HTML elements that end SVG and MathML, inside which every element nests.
_BREAKOUT_ELEMENTS = (
    *("b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em"),
    *("embed", "h1", "h2", "h3", "h4", "h5", "h6", "head", "hr", "i", "img", "li", "listing"),
    *("menu", "meta", "nobr", "ol", "p", "pre", "ruby", "s", "small", "span", "strong"),
    *("strike", "sub", "sup", "table", "tt", "u", "ul", "var"),
)

_FNV_BASIS: Final = 0xCBF29CE484222325
_FNV_PRIME: Final = 0x100000001B3


def hash_name(name: str) -> int:
    """FNV-1a of a lower-case tag name, as `tag_name` computes it."""
    value = _FNV_BASIS
    for byte in name.encode():
        value = (value ^ byte) * _FNV_PRIME % 2**64
    return value


class _Names(NamedTuple):
    """Sorted hashes of the elements above."""

    flat: NDArray[np.uint64]
    raw: NDArray[np.uint64]
    formatting: NDArray[np.uint64]
    barrier: NDArray[np.uint64]
    breakout: NDArray[np.uint64]


@cache
def _names() -> _Names:
    return _Names(
        *(
            np.sort(np.array([hash_name(name) for name in names], np.uint64))
            for names in (
                _FLAT_ELEMENTS,
                _RAW_ELEMENTS,
                _FORMATTING_ELEMENTS,
                _BARRIER_ELEMENTS,
                _BREAKOUT_ELEMENTS,
            )
        )
    )


_LT: Final = 0x3C
_GT: Final = 0x3E
_SLASH: Final = 0x2F
_EQUALS: Final = 0x3D
_DASH: Final = 0x2D
_BANG: Final = 0x21
_QUESTION: Final = 0x3F
_SELECT: Final = np.uint64(hash_name("select"))
_OPTION: Final = np.uint64(hash_name("option"))
_FORM: Final = np.uint64(hash_name("form"))
_HTML: Final = np.uint64(hash_name("html"))
_BODY: Final = np.uint64(hash_name("body"))
_SVG: Final = np.uint64(hash_name("svg"))
_MATH: Final = np.uint64(hash_name("math"))
_SCRIPT: Final = np.uint64(hash_name("script"))
_STYLE: Final = np.uint64(hash_name("style"))
_PLAINTEXT: Final = np.uint64(hash_name("plaintext"))
FNV_BASIS: Final = np.uint64(_FNV_BASIS)
FNV_PRIME: Final = np.uint64(_FNV_PRIME)

#: Where in a tag its reader is.
_BEFORE_NAME: Final = 0
_NAME: Final = 1
_AFTER_NAME: Final = 2
_BEFORE_VALUE: Final = 3
_BARE_VALUE: Final = 4
_QUOTED_VALUE: Final = 5


@kernel
def tag_name(html, i, stop):  # type: ignore[no-untyped-def]
    """Reads the name at `i`; returns (its hash, index after it), `i` itself if there is none."""
    name = FNV_BASIS
    start = i
    while i < stop:
        b = html[i] | 0x20 if 0x41 <= html[i] <= 0x5A else html[i]
        if b <= 0x20 or b in (_SLASH, _GT) or (i == start and not 0x61 <= b <= 0x7A):
            break
        name = (name ^ np.uint64(b)) * FNV_PRIME
        i += 1
    return name, i


@kernel
def find_name(sorted_names, name):  # type: ignore[no-untyped-def]
    """The index of a hash among others, or -1."""
    low = 0
    high = len(sorted_names)
    while low < high:
        middle = (low + high) >> 1
        if sorted_names[middle] < name:
            low = middle + 1
        else:
            high = middle
    return low if low < len(sorted_names) and sorted_names[low] == name else -1


@kernel
def _tag_end(html, i, stop):  # type: ignore[no-untyped-def]
    """Finds the `>` of a tag, quoted values skipped.

    Returns (index after it, attributes, whether the tag closes itself).
    """
    attributes = 0
    quote = 0
    state = _BEFORE_NAME
    slash = False
    while i < stop:
        b = html[i]
        i += 1
        if b == _GT and state != _QUOTED_VALUE:
            break
        slash = b == _SLASH and state < _BEFORE_VALUE
        if state == _QUOTED_VALUE:
            if b == quote:
                state = _BEFORE_NAME
        elif b <= 0x20:
            if state == _NAME:
                state = _AFTER_NAME
            elif state == _BARE_VALUE:
                state = _BEFORE_NAME
        elif state == _BEFORE_VALUE:
            quote = b
            state = _QUOTED_VALUE if b == 0x22 or b == 0x27 else _BARE_VALUE
        elif state != _BARE_VALUE:
            if b == _SLASH:
                state = _BEFORE_NAME
            elif b == _EQUALS and state != _BEFORE_NAME:
                state = _BEFORE_VALUE
            elif state != _NAME:
                attributes += 1
                state = _NAME
    return i, attributes, slash


@kernel
def skip_raw(html, i, stop, name):  # type: ignore[no-untyped-def]
    """Finds the end tag `</name` from `i` on; returns its index, or `stop`."""
    while i < stop:
        if html[i] == _LT and i + 2 < stop and html[i + 1] == _SLASH:
            found, _ = tag_name(html, i + 2, stop)
            if found == name:
                return i
        i += 1
    return stop


@kernel
def skip_comment(html, i, stop):  # type: ignore[no-untyped-def]
    """Finds the index after `-->` or `--!>` from `i` on, or `stop`."""
    while i + 2 < stop:
        if html[i] == _DASH and html[i + 1] == _DASH:
            if html[i + 2] == _GT:
                return i + 3
            if html[i + 2] == _BANG and i + 3 < stop and html[i + 3] == _GT:
                return i + 4
        i += 1
    return stop


@kernel
def _closed_depth(open_names, depth, name, barrier):  # type: ignore[no-untyped-def]
    """How many elements stay open after the end tag of `name`."""
    at = depth - 1
    while at >= 0:
        if open_names[at] == name:
            return at
        if find_name(barrier, open_names[at]) >= 0:
            return depth
        at -= 1
    return depth


@kernel
def _survey(  # type: ignore[no-untyped-def]
    html, limit, flat, raw, formatting, barrier, breakout, open_names, open_formatting, out
):
    """Sums depth at each tag, half the square of its attributes, and earlier options.

    Writes the page without comments, scripts and styles; returns (steps, bytes written).
    """
    stop = len(html)
    # Typed: literals would have what they are handed to compiled twice.
    o = np.int64(0)
    copied = np.int64(0)  # Everything before is written or left out.
    cutting = True
    steps = 0
    depth = np.int64(0)
    reopened = 0
    options = 0
    root_attributes = 0
    foreign = False
    i = np.int64(0)
    while i < stop and steps <= limit:
        if html[i] != _LT:
            i += 1
            continue
        if i + 3 < stop and html[i + 1] == _BANG and html[i + 2] == _DASH and html[i + 3] == _DASH:
            start = i
            if i + 4 < stop and html[i + 4] == _GT:
                i += 5  # `<!-->` is a whole comment,
            elif i + 5 < stop and html[i + 4] == _DASH and html[i + 5] == _GT:
                i += 6  # and so is `<!--->`.
            else:
                i = skip_comment(html, i + 4, stop)
            if cutting and not foreign:
                o = _copy(html, copied, start, out, o)
                copied = i
            continue
        closing = i + 1 < stop and html[i + 1] == _SLASH
        start = i + 2 if closing else i + 1
        name, after = tag_name(html, start, stop)
        if after == start:
            i += 1
            if not foreign and start < stop and (closing or html[start] in (_BANG, _QUESTION)):
                # A comment of another form, or the document type.
                while i < stop and html[i] != _GT:
                    i += 1
            continue
        i, attributes, slash = _tag_end(html, after, stop)
        steps += depth + reopened + attributes * attributes // 2
        if not closing and name in (_HTML, _BODY):
            # Those of a second such tag are compared with those of the first, one by one.
            steps += root_attributes * attributes
            root_attributes += attributes
        if foreign and not closing and find_name(breakout, name) >= 0:
            foreign = False
        if name == _OPTION and not closing:
            steps += options
            options += 1
        elif name == _SELECT:
            options = 0
        elif closing:
            at = find_name(formatting, name)
            if at >= 0:
                if open_formatting[at]:
                    open_formatting[at] -= 1
                    reopened -= 1
            elif not foreign and name == _FORM:
                # Takes the form out from above what is still open in it, which stays open.
                if depth and open_names[depth - 1] == _FORM:
                    depth -= 1
            elif foreign or find_name(flat, name) < 0:
                if name in (_SVG, _MATH):
                    foreign = False
                depth = _closed_depth(open_names, depth, name, barrier)
        elif slash and (foreign or name in (_SVG, _MATH)):
            continue  # In HTML a tag does not close itself, whatever it says.
        elif foreign or find_name(flat, name) < 0:
            at = -1 if foreign else find_name(formatting, name)
            if at >= 0:
                open_formatting[at] += 1
                reopened += 1
                continue
            open_names[depth] = name
            depth += 1
            if name in (_SVG, _MATH):
                foreign = True
            elif not foreign and find_name(raw, name) >= 0:
                content = i
                i = skip_raw(html, i, stop, name)
                if cutting and _is_no_text(html, name, after, content, i, stop):
                    o = _copy(html, copied, content, out, o)
                    copied = i
            elif name == _PLAINTEXT:
                cutting = False
    o = _copy(html, copied, stop, out, o)
    return steps, o


@kernel
def _copy(html, start, stop, out, o):  # type: ignore[no-untyped-def]
    # Not by slices: checking their shapes takes longer to compile than the rest of the scan.
    for i in range(start, stop):
        out[o] = html[i]
        o += 1
    return o


@kernel
def _is_no_text(html, name, tag, content, end, stop):  # type: ignore[no-untyped-def]
    """Whether nobody reads what a script or style holds, and it ends where it seems to.

    A script that says `<!--` may hold its own end tag; one of type `math/tex` is a formula.
    """
    if end >= stop or (name != _SCRIPT and name != _STYLE):
        return False
    if name == _SCRIPT:
        for i in range(tag, content - 4):
            if html[i] | 0x20 == 0x6D and html[i + 1] | 0x20 == 0x61 and html[i + 2] | 0x20 == 0x74:
                return False
        for i in range(content, end - 3):
            if html[i] == _LT and html[i + 1] == _BANG and html[i + 2] == _DASH:
                return False
    return True


class Survey(NamedTuple):
    """What a page will cost its parser."""

    steps: int
    page: bytes
    """The page without comments, scripts and styles, whose text is the same."""


def survey(html: bytes, limit: int = 1 << 62) -> Survey:
    """Estimates the slow steps of the parser: ancestors, attributes and options that it looks at.

    A step takes 30 to 60 ns, and in the worst case 400 bytes. Ordinary pages have up to a few
    hundred thousand. About half of their bytes are scripts, which are left out on the way.

    Args:
        html: UTF-8.
        limit: the estimate ends when it is higher; what is returned is then higher too.

    >>> survey(b"<div><div><p>x</p></div></div>").steps, survey(b"<div>" * 1000).steps
    (8, 499500)
    >>> survey(b"<script>x()</script><p>y<!-- z -->").page
    b'<script></script><p>y'
    """
    data = np.frombuffer(html, np.uint8)
    out = np.empty(len(data), np.uint8)
    names = _names()
    # A tag has three bytes at least.
    open_names = np.empty(len(data) // 3 + 1, np.uint64)
    open_formatting = np.zeros(len(names.formatting), np.int64)
    steps, size = _survey(data, limit, *names, open_names, open_formatting, out)
    return Survey(steps, out[:size].tobytes())
