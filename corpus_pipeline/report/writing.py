"""Writes the page about one run, or about two, to where it shall lie."""

from corpus_pipeline import storage
from corpus_pipeline.report.figures import figures_of
from corpus_pipeline.report.page import page
from corpus_pipeline.report.words import Language, words_in
from corpus_pipeline.storage import Place
from corpus_pipeline.workspace.run_file import REPORT_FILE


def write_report(
    output: Place,
    other: Place | None = None,
    to: Place | None = None,
    language: Language = "en",
    samples: int = 5,
) -> tuple[Place, int]:
    """Writes the page; returns where it lies and its bytes.

    Args:
        output: a finished run.
        other: another one, which stands beside it.
        to: file to write; None: report.html of the run, or of the other one.
        language: that the page speaks.
        samples: documents of each reason.

    Raises:
        VerifyError: a folder holds no finished run.
    """
    runs = [figures_of(each, samples) for each in (output, other) if each is not None]
    names = [_last(run["name"]) for run in runs]
    words = words_in(language)
    if len(runs) == 1:
        title = words["title"].format(name=names[0])
    else:
        title = words["title_compare"].format(a=names[0], b=names[1])
    content = page(runs, language, title)
    target = (other or output) / REPORT_FILE if to is None else to
    storage.write_bytes(target, content)
    return target, len(content)


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2] or name
