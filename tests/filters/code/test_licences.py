"""Licences that a file names: lines, notices, whole texts; types as The Stack v2 has them."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from corpus_pipeline.filters.code.licences import find_licences, load_licences

MIT = """\
Copyright (c) 2024 某人

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files, to deal in the Software
"""
BSD = """\
/*
 * Redistribution and use in source and binary forms, with or without
 * modification, are permitted provided that ...
"""
GPL = """\
# This program is free software: you can redistribute it and/or modify
# it under the terms of the GNU General Public License as published by
# the Free Software Foundation, either version 3 of the License, or
# (at your option) any later version.
"""


@pytest.mark.parametrize(
    ("text", "licences", "kind"),
    [
        ("", [], "no_license"),
        ("x = 1\n", [], "no_license"),
        ("# Copyright 2024 某人. All rights reserved.", [], "no_license"),
        (MIT, ["MIT"], "permissive"),
        ("\n".join(f"// {line}" for line in MIT.splitlines()), ["MIT"], "permissive"),
        ("Licensed under the MIT license.", ["MIT"], "permissive"),
        ("// Licensed under the Apache License, Version 2.0", ["Apache-2.0"], "permissive"),
        (BSD, ["BSD-2-Clause"], "permissive"),
        (BSD + " * Neither the name of the author", ["BSD-3-Clause"], "permissive"),
        (BSD + " * All advertising materials mentioning", ["BSD-4-Clause"], "permissive"),
        ("// governed by a BSD-style license", [], "no_license"),
        (GPL, ["GPL-3.0-or-later"], "non_permissive"),
        (GPL.replace("any later version", "x"), ["GPL-3.0-only"], "non_permissive"),
        (GPL.replace("General", "Affero General"), ["AGPL-3.0-or-later"], "non_permissive"),
        (GPL.replace("General", "Lesser General"), ["LGPL-3.0-or-later"], "non_permissive"),
        ("under the GNU General Public License", ["GPL-1.0-or-later"], "non_permissive"),
        ("GPLv2", ["GPL-2.0-only"], "non_permissive"),
        ("ACME proprietary and confidential", ["LicenseRef-proprietary"], "non_permissive"),
        ("released into the public domain", ["LicenseRef-public-domain"], "permissive"),
        (MIT + GPL, ["GPL-3.0-or-later", "MIT"], "non_permissive"),
        ("/* SPDX-License-Identifier: MIT */", ["MIT"], "permissive"),
        ("# spdx-license-identifier: Apache-2.0 AND MIT", ["Apache-2.0", "MIT"], "permissive"),
        ("// SPDX-License-Identifier: GPL-2.0 OR MIT", ["GPL-2.0", "MIT"], "permissive"),
        ("// SPDX-License-Identifier: (GPL-2.0 AND MIT)", ["GPL-2.0", "MIT"], "non_permissive"),
        (
            "// SPDX-License-Identifier: GPL-2.0-only WITH Classpath-exception-2.0",
            ["GPL-2.0-only"],
            "non_permissive",
        ),
        ("// SPDX-License-Identifier: MIT\n" + GPL, ["MIT"], "permissive"),
        ("// SPDX-License-Identifier: MIT\n// SPDX-License-Identifier: GPL-3.0-only",
         ["GPL-3.0-only", "MIT"], "non_permissive"),
        ("// SPDX-License-Identifier:", [], "no_license"),
        ("x" * 4000 + MIT, [], "no_license"),
    ],
)  # fmt: skip
def test_what_a_file_says(text: str, licences: list[str], kind: str) -> None:
    found = find_licences(pa.array([text]))
    assert found.licences.to_pylist() == [licences]
    assert found.types.to_pylist() == [kind]


def test_rows_keep_their_places_and_nulls_stay() -> None:
    texts = pa.array(["a", None, MIT, "", GPL])
    found = find_licences(texts[1:])
    assert found.licences.to_pylist() == [None, ["MIT"], [], ["GPL-3.0-or-later"]]
    assert found.types.to_pylist() == [None, "permissive", "no_license", "non_permissive"]
    empty = find_licences(pa.array([], pa.string()))
    assert len(empty.licences) == len(empty.types) == 0


def test_a_list_of_ones_own() -> None:
    found = find_licences(pa.array([MIT, GPL]), frozenset({"GPL-3.0-or-later"}))
    assert found.types.to_pylist() == ["non_permissive", "permissive"]


def test_the_table_agrees_with_itself() -> None:
    known = load_licences()
    for pattern in known.patterns.values():
        pc.match_substring_regex(pa.array(["x"]), pattern)
    named = {*known.instead, *(o for others in known.instead.values() for o in others)}
    assert named | known.versioned | known.permissive <= known.patterns.keys()
