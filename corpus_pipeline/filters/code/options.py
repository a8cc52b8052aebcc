"""The options of *code*."""

from pydantic import Field, field_validator

from corpus_pipeline.steps import Options

#: What an item that is no column begins with.
FIELD = "metadata."
#: Columns that may hold a path or a name.
COLUMNS = ("file", "url")


def _checked(items: tuple[str, ...]) -> tuple[str, ...]:
    for item in items:
        if item not in COLUMNS and (not item.startswith(FIELD) or item == FIELD):
            raise ValueError(f"{item!r} is none of {', '.join(COLUMNS)} and no {FIELD}NAME")
    return items


class CodeOptions(Options):
    """Labels of source files: language, licences; lists of repositories that go.

    >>> CodeOptions().path_from[-1]
    'file'
    """

    language_from: tuple[str, ...] = Field(
        ("metadata.language", "metadata.lang"),
        description="where a name of the language may stand: metadata.NAME; the first counts that "
        "Linguist knows",
    )
    path_from: tuple[str, ...] = Field(
        ("metadata.path", "metadata.max_stars_repo_path", "metadata.filename", "file"),
        description="where the path of the file may stand: metadata.NAME, url or file; the first "
        "that is there counts",
    )
    licences: bool = Field(True, description="looks for the licences that a text names")
    permissive: tuple[str, ...] | None = Field(
        None, description="SPDX identifiers that count as permissive, instead of the package's"
    )
    opt_out: tuple[str, ...] = Field(
        (), description="files of repositories and owners that go, one a line: owner, owner/name"
    )
    repository_from: tuple[str, ...] = Field(
        ("metadata.repo_name", "metadata.max_stars_repo_name", "metadata.repo", "url"),
        description="where names and addresses of the repository may stand: metadata.NAME, url or "
        "file; opt_out looks at all of them",
    )

    _repository_from = field_validator("repository_from")(_checked)
    _language_from = field_validator("language_from")(_checked)
    _path_from = field_validator("path_from")(_checked)
