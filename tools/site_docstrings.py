"""What mkdocstrings needs to show our docstrings: examples with prompts become blocks of Python."""

import re

import griffe

_EXAMPLE = re.compile(r"^( *)>>> .*\n(?:\1.*\S.*\n?)*", re.MULTILINE)


def fenced(docstring: str) -> str:
    r"""Returns a docstring whose examples are fenced.

    >>> fenced("Adds.\n\n>>> 1 + 1\n2\n\nReturns: a sum.")
    'Adds.\n\n```python\n>>> 1 + 1\n2\n```\n\nReturns: a sum.'
    """
    return _EXAMPLE.sub(lambda m: f"{m[1]}```python\n{m[0].rstrip()}\n{m[1]}```\n", docstring)


class FencedExamples(griffe.Extension):
    """Fences the examples of every docstring that is shown."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)
