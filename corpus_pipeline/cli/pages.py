"""Where the documentation says more about an error."""

import sys

#: Where the documentation is: a folder of the sources. The address of a site takes its place here.
DOCUMENTATION = "docs/"
#: The page with a section for each class of error, whose title is the name of the class.
PAGE = "errors.md"


def page_of(error: BaseException) -> str:
    """Returns the page and section of an error; of one made elsewhere that of its base.

    >>> from corpus_pipeline.errors import InputError
    >>> page_of(InputError("x")), page_of(FileNotFoundError(2, "x"))
    ('docs/errors.md#inputerror', 'docs/errors.md#oserror')
    """
    ours = (each for each in type(error).__mro__ if each.__module__.startswith("corpus_pipeline."))
    return f"{DOCUMENTATION}{PAGE}#{next(ours, OSError).__name__.lower()}"


def point_at_page(error: BaseException) -> None:
    """Prints where more is said, to a person; a program gets the errors alone."""
    if sys.stderr.isatty():
        print(f"  more: {page_of(error)}", file=sys.stderr)
