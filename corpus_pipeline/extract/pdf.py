"""The text of a PDF document, by PDFium; only `child.py` calls it, in a process that may die of it.

PDFium gives the characters of a page in the order in which the document draws them, with line ends
and blanks where it sees them; a word that a hyphen parts at the end of a line has U+FFFE there,
which *normalise* removes. There is no recognition of characters: a page that is a picture has no
text.
"""

from typing import Final

#: An empty line is between two pages.
BETWEEN_PAGES: Final = "\n\n"
#: Bytes of text; a document that has more is data.
MOST_TEXT_BYTES: Final = 64 << 20
#: What PDFium calls a document that needs a password.
_PASSWORD: Final = 4


class EncryptedError(ValueError):
    """The document opens with a password only."""


class BrokenError(ValueError):
    """The document cannot be read."""


class TooLongError(ValueError):
    """The document has more text than `MOST_TEXT_BYTES`."""


def pdf_text(data: bytes) -> str:
    """Returns the text of all pages; of one that cannot be read, nothing.

    Args:
        data: the document.

    Raises:
        ImportError: pypdfium2 is not installed.
        EncryptedError: it opens with a password only.
        BrokenError: it cannot be read, or none of its pages can.
        TooLongError: it has too much text.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise EncryptedError(str(error)) from error
        raise BrokenError(str(error)) from error
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
                raise TooLongError("too much text")
            if text.strip():
                texts.append(text)
    finally:
        document.close()
    if not read:
        raise BrokenError("no page can be read")
    return BETWEEN_PAGES.join(texts)
