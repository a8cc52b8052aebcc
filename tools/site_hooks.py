"""What the site needs beyond MkDocs: pages that lie outside docs/, and links that leave it.

The pages of docs/ are read in two places, in a repository and on the site, and their links are
those of a repository. On the site README.md is the first page, CHANGELOG.md and CONTRIBUTING.md are
pages, and a file of the code is named without a link.
"""

import re
from pathlib import Path
from posixpath import dirname, normpath, relpath
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parent.parent

#: Page of the repository -> where it stands on the site.
OUTSIDE = {
    "README.md": "index.md",
    "README.zh.md": "zh/index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
}
#: Those of them that have no page of their own in docs/.
_ADDED = ("CHANGELOG.md", "CONTRIBUTING.md", "README.zh.md")

_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def rewritten(text: str, place: str, page: str) -> str:
    """Returns a page with links that hold on the site.

    Args:
        text: of the page.
        place: where it stands in the repository, for example `docs/own-steps.md`.
        page: where it stands on the site, for example `own-steps.md`.

    >>> rewritten("[a](../README.md#try-it) [b](scale.md) [c](../tools)", "docs/x.md", "x.md")
    '[a](index.md#try-it) [b](scale.md) c'
    """

    def link(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        path, hash_, anchor = target.partition("#")
        if "://" in target or not path:
            return match[0]
        inside = normpath(f"{dirname(place)}/{path}" if dirname(place) else path)
        if inside in OUTSIDE:
            goal = OUTSIDE[inside]
        elif inside.startswith("docs/"):
            goal = inside.removeprefix("docs/")
        else:
            return words
        return f"[{words}]({relpath(goal, dirname(page) or '.')}{hash_}{anchor})"

    parts = _FENCE.split(text)
    parts[::2] = [_LINK.sub(link, part) for part in parts[::2]]
    return "".join(parts)


def on_files(files: Any, config: Any) -> Any:
    """Adds the pages that lie outside docs/."""
    for name in _ADDED:
        content = rewritten((ROOT / name).read_text("utf-8"), name, OUTSIDE[name])
        files.append(File.generated(config, OUTSIDE[name], content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Makes the links of a page of docs/ those of the site."""
    if page.file.src_uri in OUTSIDE.values() and page.file.generated_by:
        return markdown
    return rewritten(markdown, f"docs/{page.file.src_uri}", page.file.src_uri)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Says of a Chinese page that it is one, to browsers and to screen readers."""
    if page.file.src_uri.startswith("zh/"):
        return output.replace('<html lang="en"', '<html lang="zh-Hans"', 1)
    return output
