"""Files that workers load, and names for those of the package that mean the same on every machine.

A plan that named them by their place on the driver's disk would find nothing on a worker, and would
differ from the plan of the same run on another machine.
"""

from pathlib import Path

_MARK = "shipped:"
_PACKAGE = Path(__file__).parent


def package_file(name: str) -> str:
    """Names a file or folder of the package.

    >>> package_file("models/tokenizer.json")
    'shipped:models/tokenizer.json'
    """
    return _MARK + name


def located(path: str) -> str:
    """Returns where a named file of the package lies here; any other path as it is.

    >>> located("my/tokenizer.json")
    'my/tokenizer.json'
    >>> Path(located("shipped:models/tokenizer.json")).is_file()
    True
    """
    return str(_PACKAGE / path.removeprefix(_MARK)) if path.startswith(_MARK) else path


def shown(path: str) -> str:
    """Names a resource for people.

    >>> shown("shipped:filters/profiles"), shown("my/profile.yaml")
    ('filters/profiles of the package', 'my/profile.yaml')
    """
    return f"{path.removeprefix(_MARK)} of the package" if path.startswith(_MARK) else path
