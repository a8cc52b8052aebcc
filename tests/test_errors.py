"""All errors are in one tree, and the tree is drawn as it is."""

import ast
import builtins
import errno
import os
import pwd
import re
from pathlib import Path

import pytest

import corpus_pipeline
from corpus_pipeline.errors import owner_of

PACKAGE = Path(corpus_pipeline.__file__).parent

#: Exceptions outside the trees: why. Private ones end in the module that raises them.
OUTSIDE = {
    "WorkerLost": "a process of the direct engine ended; the engine tries again, or says so",
    "Stopped": "another part of an export has failed; no user sees it",
    "Overdue": "time is over; a handler of errors must not stop it, so it is no `Exception`",
    "_DamagedError": "private: what is wrong in a fastText model; its reader says in which",
    "_RefusedError": "private: passes PyYAML's own handlers, which know `YAMLError`",
    "_UnreadableError": "private: a pattern of a tokenizer is not understood, so it proves nothing",
    "_UnsafeError": "private: why documents cannot be cut; the facts of the tokenizer say it",
    "_UndecodableError": "private: a content coding gives not one byte",
    "SeveralLines": "what a check of pydantic has found; the configuration's lines are made of it",
}


def drawn(docstring: str) -> dict[str, str]:
    """Returns class -> parent, as a tree is drawn."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in docstring.splitlines():
        if found := re.match(r"    ((?:│   )*)(?:[├└]── )(\w+)", line):
            path = path[: len(found[1]) // 4 + 1]
            parents[found[2]] = path[-1]
            path.append(found[2])
        elif re.fullmatch(r"    \w+", line):
            path = [line.strip()]
            parents[path[0]] = "Exception"
    return parents


def defined(modules: list[Path]) -> dict[str, str]:
    """Returns class -> parent for all exceptions of modules."""
    parents = {}
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and node.bases:
                parents[node.name] = ast.unparse(node.bases[0])
    builtin = {name for name, each in vars(builtins).items() if is_exception(each)}

    def raisable(name: str) -> bool:
        return name in builtin or name == "yaml.YAMLError" or raisable_class(name)

    def raisable_class(name: str) -> bool:
        return name in parents and parents[name] != name and raisable(parents[name])

    return {name: parent for name, parent in parents.items() if raisable(parent)}


def is_exception(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, BaseException)


def docstring(module: str) -> str:
    return ast.get_docstring(ast.parse((PACKAGE / module).read_text("utf-8"))) or ""


def test_a_drawing_is_read() -> None:
    tree = "x\n\n    A\n    ├── B  b\n    │   └── C  c\n    └── D  d\n\nEach"
    assert drawn(tree) == {"A": "Exception", "B": "A", "C": "B", "D": "A"}


@pytest.mark.parametrize("room", ["", "spark_runner"])
def test_every_error_is_drawn_where_it_is(room: str) -> None:
    modules = sorted(PACKAGE.joinpath(room).rglob("*.py"))
    modules = [module for module in modules if room or "spark_runner" not in module.parts]
    found = defined(modules)
    outside = {name for name in OUTSIDE if name in found}
    assert outside == ({} if room else OUTSIDE).keys(), "an exception is no longer needed"
    expected = drawn(docstring(f"{room}/errors.py".lstrip("/")))
    assert expected, "there is a drawing"
    assert {name: parent for name, parent in found.items() if name not in OUTSIDE} == expected


def test_private_exceptions_stay_in_their_module() -> None:
    for name in OUTSIDE:
        if name.startswith("_"):
            word = re.compile(rf"\b{name}\b")
            users = [p for p in PACKAGE.rglob("*.py") if word.search(p.read_text("utf-8"))]
            assert len(users) == 1, name


def test_what_may_not_be_opened_says_whose_it_is(tmp_path: Path) -> None:
    """Another user's run, or one made under a narrow umask."""
    made = tmp_path / "out"
    made.mkdir(mode=0o700)
    for hidden in (made, made / "run.json", made / ".work" / "fingerprint.json"):
        error = PermissionError(errno.EACCES, "Permission denied", str(hidden))
        user = pwd.getpwuid(os.getuid()).pw_name
        assert owner_of(error) == (f"; {made} is drwx------ of user {user}: change its rights")
    assert owner_of(PermissionError("nothing is named")) == ""
    assert owner_of(OSError(errno.ENOSPC, "No space left", str(made))) == ""
