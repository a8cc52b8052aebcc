"""Writes corpus_pipeline/filters/code/languages.json from GitHub Linguist's list of languages.

    python tools/make_program_languages.py languages.yml popular.yml COMMIT

Both files lie in lib/linguist/ of github-linguist/linguist (MIT, see LICENSES.md beside the table).
Kept is what tells a language by a name: type, aliases, extensions, names of whole files. Another
version of the list labels other files, which changes the data.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).parent.parent / "corpus_pipeline" / "filters" / "code" / "languages.json"


def made(languages: dict[str, Any], popular: list[str], commit: str) -> str:
    """Returns the table: one language a line, so that a newer one can be read as a difference."""
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}: "
        + json.dumps(
            {
                "type": entry["type"],
                **({"popular": True} if name in popular else {}),
                **{
                    key: entry[key]
                    for key in ("aliases", "extensions", "filenames", "interpreters")
                    if entry.get(key)
                },
            },
            ensure_ascii=False,
        )
        for name, entry in sorted(languages.items())
    ]
    head = json.dumps(f"github-linguist/linguist {commit}")
    return f'{{"source": {head},\n"languages": {{\n' + ",\n".join(lines) + "\n}}\n"


if __name__ == "__main__":
    names, popular, commit = sys.argv[1:]
    TABLE.write_text(
        made(
            yaml.safe_load(Path(names).read_text("utf-8")),
            yaml.safe_load(Path(popular).read_text("utf-8")),
            commit,
        ),
        "utf-8",
    )
