"""Languages of source files: names, endings, first lines; tables that agree with each other."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from corpus_pipeline.filters.code.languages import (
    TYPES,
    ending_of,
    find_languages,
    known_language,
    language_type,
    load_languages,
    name_languages,
)
from corpus_pipeline.filters.code.syntax import load_groups, load_syntax, numbers_of, parse_token


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.py", "Python"),
        ("A.PY", "Python"),
        ("src\\deep\\Main.java", "Java"),
        ("Makefile", "Makefile"),
        ("docker/Dockerfile", "Dockerfile"),
        ("x.tar.gz", None),
        ("x.rs.zst", "Rust"),
        ("目录/文件.go", "Go"),
        ("CMakeLists.txt", "CMake"),
        (".gitignore", "Ignore List"),
        ("notes", None),
        ("a.", None),
        (".", None),
        ("", None),
        ("a.ipynb", "Jupyter Notebook"),
        ("index.d.ts", "TypeScript"),
    ],
)
def test_paths(path: str, language: str | None) -> None:
    assert ending_of(path)[0] == language
    assert find_languages(pa.array([path]), pa.array(["x"])).to_pylist() == [language]


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("a.h", "int main(void);", "C"),
        ("a.h", "#include <vector>\nint f();", "C++"),
        ("a.h", "/* 头 */\n@interface Foo : Bar\n@end", "Objective-C"),
        ("a.m", "function y = f(x)\n  y = x';\nend", "MATLAB"),
        ("a.m", "#import <Foo.h>\n", "Objective-C"),
        ("a.pl", "use strict;\n", "Perl"),
        ("a.pl", "parent(tom, bob).\n:- initialization(main).", "Prolog"),
        ("a.ts", "const x: number = 1", "TypeScript"),
        ("a.ts", '<?xml version="1.0"?>\n<TS version="2.1">', "XML"),
        ("a.sql", "CREATE TABLE t (id int)", "SQL"),
        ("a.sql", "DECLARE @x int\nGO", "TSQL"),
        ("a.h", "x" * 10_000 + "\nclass A\n{", "C"),
        ("bin/run", "#!/usr/bin/env python3\n", "Python"),
        ("bin/run", "#!/bin/sh -e\n", "Shell"),
        ("bin/run", "#!/opt/strange\n", None),
        ("bin/run", "#! ", None),
        ("a.py", "#!/bin/sh\n", "Python"),
    ],
)
def test_texts_decide_where_names_do_not(path: str, text: str, language: str | None) -> None:
    assert find_languages(pa.array([path]), pa.array([text])).to_pylist() == [language]


def test_rows_keep_their_places() -> None:
    paths = ["b.h", None, "a.py", "c.h", "run", "b.h", None]
    texts = ["namespace a {}", "#!/bin/sh", "x", None, "#!/bin/bash\n", "int x;", None]
    found = find_languages(pa.array(paths), pa.array(texts))
    assert found.to_pylist() == ["C++", None, "Python", "C", "Shell", "C", None]
    assert find_languages(pa.array(paths)[5:], pa.array(texts)[5:]).to_pylist() == ["C", None]
    assert len(find_languages(pa.array([], pa.string()), pa.array([], pa.string()))) == 0


def test_names() -> None:
    names = pa.array(["python", "C++", "c-sharp", "JAVASCRIPT", " go ", "Klingon", "", None])
    found = ["Python", "C++", None, "JavaScript", "Go", None, None, None]
    assert name_languages(names).to_pylist() == found
    assert known_language("csharp") == "C#"
    assert [language_type(name) for name in ("C", "JSON", "HTML", "Markdown", None, "x")] == [
        "programming", "data", "markup", "prose", None, None,
    ]  # fmt: skip


def test_the_tables_name_languages_that_there_are() -> None:
    known = load_languages()
    assert {*known.types.values()} == {*TYPES}
    named = [*known.endings.values(), *known.files.values(), *known.programs.values()]
    named += [language for rules in known.rules.values() for language, _ in rules]
    named += [language for _, languages in load_groups().values() for language in languages]
    named += [*load_syntax().prints]
    assert sorted({*named} - known.types.keys()) == []


def test_no_language_has_two_kinds_of_syntax() -> None:
    listed = [language for _, languages in load_groups().values() for language in languages]
    assert sorted(listed) == sorted({*listed})


def test_every_expression_is_one() -> None:
    for rules in load_languages().rules.values():
        for _, pattern in rules:
            pc.match_substring_regex(pa.array(["x"]), pattern)


def test_numbers_of_groups() -> None:
    groups, prints = numbers_of(pa.array(["Go", "Rust", "Go", None, "English"]))
    assert groups[0] == groups[2] != groups[1]
    assert groups[3:].tolist() == [-1, -1]
    assert prints[3:].tolist() == [0, 0]


@pytest.mark.parametrize("written", ["/*", "/* (nested)", "/* */ (nestled)"])
def test_tokens_that_cannot_be_read(written: str) -> None:
    with pytest.raises(ValueError, match=r"no end|not in|is not"):
        parse_token("blocks", written)
