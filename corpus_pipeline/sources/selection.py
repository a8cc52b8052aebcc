"""Which records of an index of web archives are read."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Selection:
    """Which records of an index are read. What is empty chooses all.

    >>> Selection(mimes=("text/html",)).chooses({"mime": "text/html", "status": "404"})
    True
    """

    base: str = ""
    """What stands before the names of archives in the index: a folder or URL."""
    mimes: tuple[str, ...] = ()
    """Media types as the crawl has found them (`mime-detected`), else as the server named them."""
    statuses: tuple[int, ...] = ()
    url_prefixes: tuple[str, ...] = ()
    """Beginnings of addresses."""
    languages: tuple[str, ...] = ()
    """Main languages of pages, in the codes of the index (Common Crawl: ISO 639-3)."""

    def chooses(self, fields: dict[str, Any]) -> bool:
        """Says whether the record of a line is read.

        >>> german = Selection(languages=("deu",), statuses=(200,))
        >>> [german.chooses({"status": "200", "languages": each}) for each in ("deu,eng", "eng")]
        [True, False]
        """
        mime = fields.get("mime-detected") or fields.get("mime")
        language = str(fields.get("languages") or "").partition(",")[0]
        return (
            (not self.mimes or mime in self.mimes)
            and (not self.statuses or str(fields.get("status")) in map(str, self.statuses))
            and (not self.languages or language in self.languages)
            and (not self.url_prefixes or str(fields.get("url")).startswith(self.url_prefixes))
        )
