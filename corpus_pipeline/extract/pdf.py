"""The text of a PDF document, by PDFium; only `child.py` calls it, in a process that may die of it.

PDFium gives the characters of a page in the order in which the document draws them, with line ends
and blanks where it sees them; a word that a hyphen parts at the end of a line has U+FFFE there,
which *normalise* removes. There is no recognition of characters: a page that is a picture has no
text.
"""

from typing import Final, Literal, NamedTuple

#: An empty line is between two pages.
BETWEEN_PAGES: Final = "\n\n"
#: Bytes of text; a document that has more is data.
MOST_TEXT_BYTES: Final = 64 << 20
#: What PDFium calls a document that needs a password.
_PASSWORD: Final = 4


class PdfText(NamedTuple):
    """What is found in a document; one of the two is None."""

    text: str | None
    problem: Literal["encrypted", "broken", "too-long"] | None


def pdf_text(data: bytes) -> PdfText:
    """Returns the text of all pages; of one that cannot be read, nothing.

    Args:
        data: the document.

    Returns:
        The text; or `encrypted`, for a document that opens with a password only, `broken`, if it
        or all of its pages cannot be read, `too-long`, for more than `MOST_TEXT_BYTES`.

    Raises:
        ImportError: pypdfium2 is not installed.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == _PASSWORD
        return PdfText(None, "encrypted" if is_locked else "broken")
    texts: list[str] = []
    size = read = 0
    try:
        for number in range(len(document)):
            try:
                page = document[number]
                found = page.get_textpage()
                text = found.get_text_range()
                found.close()
                page.close()
            except (pypdfium2.PdfiumError, UnicodeDecodeError):
                continue
            read += 1
            # Half of a surrogate pair stands where a font says so.
            text = text.encode("utf-8", "replace").decode()
            size += len(text)
            if size > MOST_TEXT_BYTES:
                return PdfText(None, "too-long")
            if text.strip():
                texts.append(text)
    finally:
        document.close()
    return PdfText(BETWEEN_PAGES.join(texts), None) if read else PdfText(None, "broken")
