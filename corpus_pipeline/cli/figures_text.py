"""The figures of a run in words, the same in the live view, in logs and in `corpus status`."""

from typing import TYPE_CHECKING

from corpus_pipeline.errors import printable

if TYPE_CHECKING:
    from corpus_pipeline.workspace.tally import Tally

#: Reasons that are named at most.
_REASONS = 12


def clock_text(seconds: float) -> str:
    """Writes a time as hours, minutes and seconds.

    >>> [clock_text(seconds) for seconds in (3, 83, 3600, 360000)]
    ['0:00:03', '0:01:23', '1:00:00', '4 d 4:00:00']
    """
    days, rest = divmod(round(seconds), 86400)
    minutes, second = divmod(rest, 60)
    text = f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"
    return f"{days} d {text}" if days else text


def bytes_text(size: float) -> str:
    """Writes bytes with a unit.

    >>> bytes_text(950), bytes_text(20_140_000), bytes_text(1.9e9)
    ('950 B', '20.1 MB', '1.9 GB')
    """
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size:.0f} B"


def rates_text(bytes_per_second: float, documents_per_second: float) -> str:
    """Says how fast a phase is: text and documents; nothing where there is neither.

    >>> rates_text(3.7e6, 512.3), rates_text(0, 1.25), rates_text(0, 0)
    ('3.7 MB/s, 512 documents/s', '1.2 documents/s', '')
    """
    parts = []
    if bytes_per_second:
        parts.append(f"{bytes_per_second / 1e6:.1f} MB/s")
    if documents_per_second:
        digits = 0 if documents_per_second >= 10 else 1
        parts.append(f"{documents_per_second:,.{digits}f} documents/s")
    return ", ".join(parts)


def left_text(left: float | None) -> str:
    """Says how long the run still takes.

    >>> left_text(80), left_text(None)
    ('about 0:01:20 left (estimate)', '')
    """
    return "" if left is None else f"about {clock_text(left)} left (estimate)"


def documents_text(tally: "Tally") -> str:
    """Says how many documents have come and gone so far."""
    share = f" ({100 * tally.dropped / tally.documents:.1f} %)" if tally.documents else ""
    unreadable = f", {tally.unreadable:,} unreadable" if tally.unreadable else ""
    return f"documents {tally.documents:,} read, {tally.dropped:,} dropped{share}{unreadable}"


def reasons_text(tally: "Tally", width: int) -> str:
    """Names the reasons with most documents, as many as fit, and how many are left out."""
    top = tally.top(len(tally.drops))
    for shown in range(min(_REASONS, len(top)), -1, -1):
        named = [f"{printable(reason)} {number:,}" for reason, number in top[:shown]]
        rest = top[shown:]
        if rest:
            named.append(f"{len(rest)} more {sum(number for _, number in rest):,}")
        text = ", ".join(named)
        if len(text) <= width:
            return text
    return ""
