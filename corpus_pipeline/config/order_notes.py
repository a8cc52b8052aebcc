"""Orders of steps that can be run, and are hardly meant."""

from collections.abc import Iterator, Sequence

from corpus_pipeline.steps import Step

#: Names of steps: the one that stands first, the one behind it, and what comes of that.
_ODD = (
    ("quality", "language", "rules of single languages hold for nobody, as none is known yet"),
    ("keywords", "language", "languages are told by their scripts alone, as none is known yet"),
    ("perplexity", "language", "no model of a language is used, as none is known yet"),
    ("dedup", "repair", "copies are compared before they are repaired"),
    ("dedup", "lines", "copies are compared before lines go that they do not share"),
    ("scrub", "dedup", "texts are compared with placeholders in them"),
    ("scrub", "language", "placeholders are read as words"),
    ("scrub", "quality", "placeholders are counted as words"),
    ("scrub", "perplexity", "placeholders are scored as words"),
    ("scrub", "classifier", "placeholders are scored as words"),
    ("classifier", "repair", "texts are scored before they are repaired"),
    ("perplexity", "repair", "texts are scored before they are repaired"),
)


def order_notes(steps: Sequence[Step]) -> Iterator[str]:
    """Yields a line for each two steps whose order is hardly meant.

    Of a step that stands twice the first place counts as what stands before, and the last one as
    what stands behind.

    >>> from corpus_pipeline.flow import known_steps
    >>> steps = [known_steps()[name]() for name in ("scrub", "quality")]
    >>> list(order_notes(steps))
    ['scrub stands before quality: placeholders are counted as words']
    """
    names = [step.name for step in steps]
    for first, second, why in _ODD:
        if first in names and second in names and names.index(first) < names.index(second):
            yield f"{first} stands before {second}: {why}"
