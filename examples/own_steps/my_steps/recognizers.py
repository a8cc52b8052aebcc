"""A recognizer of personal data, in the form of Presidio's `EntityRecognizer`.

A subclass of `presidio_analyzer.EntityRecognizer` works as well; this one needs no library.
"""

import re
from typing import NamedTuple

_NUMBER = re.compile(r"(?i)\bmember no\. ?(\d{2}-\d{4})\b|会员号[:：]?(\d{2}-\d{4})")


class Result(NamedTuple):
    """Where something was found, and how sure that is."""

    entity_type: str
    start: int
    end: int
    score: float


class MemberNumber:
    """Numbers of members of a library, as `member no. 12-3456`."""

    def get_supported_entities(self) -> list[str]:
        """Names what is found."""
        return ["MEMBER_NUMBER"]

    def analyze(self, text: str, entities: list[str], nlp_artifacts: object) -> list[Result]:
        """Finds the numbers of a text."""
        return [
            Result("MEMBER_NUMBER", *found.span(found.lastindex or 0), 1.0)
            for found in _NUMBER.finditer(text)
        ]
