"""Exceptions of DoFns on their way from Spark's workers, through its text, to the driver."""

import base64
import functools
import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

from corpus_pipeline.spark_runner.errors import StageFailure

_FAILURE = re.compile(r"<beam-failure:([A-Za-z0-9+/=]+)>")


def failure_of(error: Exception) -> StageFailure:
    """Packs an exception; `unpack_failure` is its inverse."""
    kind = type(error)
    simple = all(isinstance(argument, str | int | float) for argument in error.args)
    told = {
        "module": kind.__module__,
        "name": kind.__qualname__,
        "arguments": list(error.args) if simple else [str(error)],
        "message": str(error)[:10_000],
        "trace": "".join(traceback.format_exception(error))[-10_000:],
    }
    packed = base64.b64encode(json.dumps(told).encode()).decode()
    return StageFailure(f"<beam-failure:{packed}>")


Work = TypeVar("Work", bound=Callable[..., Iterator[Any]])


def packed(work: Work) -> Work:
    """Makes a generator raise what it raises as a `StageFailure`."""

    @functools.wraps(work)
    def working(*arguments: Any) -> Iterator[Any]:
        try:
            yield from work(*arguments)
        except StageFailure:
            raise
        except Exception as error:
            raise failure_of(error) from error

    return cast(Work, working)


def unpack_failure(text: str) -> Exception | None:
    """Returns the exception that is packed in a text of Spark's, or None.

    It has the type it had where that is known here and can be made from its message. The traceback
    of the worker is added as a note.

    >>> text = f"Job aborted: {failure_of(KeyError('a'))} at java.lang"
    >>> unpack_failure(text)
    KeyError('a')
    >>> unpack_failure("Job aborted")
    """
    found = _FAILURE.search(text)
    if found is None:
        return None
    told = json.loads(base64.b64decode(found[1]))
    error = _rebuilt(told)
    error.add_note("In the worker:\n" + told["trace"])
    return error


def _rebuilt(told: Mapping[str, Any]) -> Exception:
    try:
        kind = functools.reduce(getattr, told["name"].split("."), sys.modules[told["module"]])
        if isinstance(kind, type) and issubclass(kind, Exception):
            error = kind(*told["arguments"])
            if str(error)[:10_000] == told["message"]:
                return error
    except Exception:  # Whatever a foreign constructor raises, the message stays readable.
        logging.debug("cannot rebuild %s", told["name"])
    return RuntimeError(f"{told['name']}: {told['message']}")
