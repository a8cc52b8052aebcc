"""What a page itself says of its charset: the first `<meta>` that a browser would obey.

As the HTML standard reads it ("prescan a byte stream to determine its encoding"): comments are
passed over, attributes are read with their quotes, and only `<meta charset>` and `<meta
http-equiv=content-type content>` count. Two things are as in the standard's parser, which corrects
what the prescan has found once it meets a real element: the contents of `<script>`, `<title>` and
their like are no markup, and the search does not end after 1,024 bytes.
"""

import re
from collections.abc import Iterator

#: Pages with much script and style before their `<meta>` are common, most of all in East Asia; a
#: standard browser reads on to it, too.
_SEARCHED_BYTES = 1 << 16
#: Where nearly all pages declare it; looked at first.
_FIRST_BYTES = 1 << 11

_COMMENT_END = re.compile(rb"--!?>")
_NAME = re.compile(rb"<(/?)([a-z][^ \t\n\f\r/>]*)")
_TAG_CLOSE = re.compile(rb">")
#: To the end of a tag; a quoted value may hold the sign.
_TAG_END = re.compile(
    rb"""(?:[^>=]|=[ \t\n\f\r]*(?:"[^"]*"|'[^']*'|[^"'> \t\n\f\r][^> \t\n\f\r]*)?)*+>"""
)
_ATTRIBUTE = re.compile(
    rb"""[ \t\n\f\r/]*(=?[^ \t\n\f\r/>=]+)"""
    rb"""(?:[ \t\n\f\r]*=[ \t\n\f\r]*(?:"([^"]*)"|'([^']*)'|([^ \t\n\f\r>"'][^ \t\n\f\r>]*)?))?"""
)
_CONTENT_CHARSET = re.compile(rb"""charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"'][^\s;]*))""")
_XML_ENCODING = re.compile(
    rb"""\s{0,64}<\?xml[^>]{0,256}?\sencoding\s*=\s*(?:"([^">]{0,64})"|'([^'>]{0,64})')"""
)
#: Elements whose content is no markup up to their end tag.
_RAW_ENDS = {
    name: re.compile(rb"</" + name + rb"[ \t\n\f\r/>]")
    for name in (
        *(b"script", b"style", b"title", b"textarea", b"xmp", b"iframe", b"noembed", b"noframes"),
    )
}


def declared_labels(page: bytes) -> Iterator[str]:
    """Yields the charset labels that a page declares, lower-case, in the order in which they count.

    The same may come again. A label may be unknown or, like UTF-16 in bytes that can be read as
    ASCII, untrue: the first that can be used counts.

    >>> list(declared_labels(b'<!-- <meta charset=big5> --><META content="a; charset=GB2312" '
    ...                      b'http-equiv=Content-Type>'))
    ['gb2312']
    >>> list(declared_labels(b'<meta name=k content="charset=gbk"><p>no charset=here</p>'))
    []
    """
    yield from _meta_labels(page[:_FIRST_BYTES].lower())
    if len(page) > _FIRST_BYTES:
        yield from _meta_labels(page[:_SEARCHED_BYTES].lower())
    if xml := _XML_ENCODING.match(page):
        yield _text(xml[1] or xml[2] or b"")


def _meta_labels(head: bytes) -> Iterator[str]:
    # Nothing behind the last mention need be looked at.
    last = head.rfind(b"charset")
    at = 0
    while -1 < (at := head.find(b"<", at)) < last:
        if head.startswith(b"<!--", at):
            end = _COMMENT_END.search(head, at + 2)
        elif name := _NAME.match(head, at):
            end = _TAG_END.match(head, name.end())
            if end and name[2] == b"meta" and not name[1]:
                label = _meta_charset(head[name.end() : end.end()])
                if label is not None:
                    yield label
            if end and not name[1] and (raw_end := _RAW_ENDS.get(name[2])):
                end = raw_end.search(head, end.end())
        elif head.startswith((b"<!", b"</", b"<?"), at):
            end = _TAG_CLOSE.search(head, at)
        else:
            at += 1
            continue
        if end is None:
            break
        at = end.end()


def _meta_charset(tag: bytes) -> str | None:
    """Returns the label of a `<meta>` if it is a declaration, given what follows its name."""
    attributes: dict[bytes, bytes] = {}
    at = 0
    while found := _ATTRIBUTE.match(tag, at):
        name, *values = found.groups()
        attributes.setdefault(name, next((value for value in values if value is not None), b""))
        at = found.end()
    if b"charset" in attributes:
        return _text(attributes[b"charset"])
    if attributes.get(b"http-equiv", b"").strip() != b"content-type":
        return None
    content = _CONTENT_CHARSET.search(attributes.get(b"content", b""))
    return None if content is None else _text(content[1] or content[2] or content[3] or b"")


def _text(label: bytes) -> str:
    return label.strip().decode("ascii", "replace").lower()
