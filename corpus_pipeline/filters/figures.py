"""How a measure and the threshold that it breaks are written for people.

One document at a time, from its stored measures. Deciding is done column by column in the steps;
nothing here decides.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

_DECIMALS = 9


def writing(row: Mapping[str, Any], text: str | None) -> str | None:
    """Returns a document's language, or the script of its text where that is unknown."""
    named: str | None = row["lang"]
    if named is not None or text is None:
        return named
    from corpus_pipeline.text.scripts import labels_or_scripts  # Kernels take a second to load.

    lang, column = pa.array([None], pa.string()), pa.array([text], pa.string())
    found: str | None = labels_or_scripts(lang, column)[0].as_py()
    return found


def compared(value: float, sign: str, threshold: float | None) -> str:
    """Writes a value beside the threshold that it breaks, with decimals enough to tell them apart.

    A threshold that the value keeps is not the one that it was judged by, and is left out.

    >>> compared(19 / 42, ">", 0.3), compared(0.30004, ">", 0.3), compared(12, "<", 50)
    ('0.452 > 0.3', '0.30004 > 0.3', '12 < 50')
    >>> compared(0.2, ">", 0.3)
    '0.2'
    """
    broken = threshold is not None and (value < threshold if sign == "<" else value > threshold)
    decimals = 3
    while broken and decimals < _DECIMALS and round(value, decimals) == threshold:
        decimals += 1
    shown = f"{value:,}" if isinstance(value, int) else f"{round(value, decimals):,}"
    return f"{shown} {sign} {threshold:,}" if broken else shown
