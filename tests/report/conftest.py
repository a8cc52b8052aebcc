"""A browser of this machine, without a network, and pages to open in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus_pipeline.report.figures import figures_of
from corpus_pipeline.report.page import page

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

Figures = dict[str, Any]


class Opened:
    """A page in the browser, and what went wrong in it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.wrong.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", self._close)
        page.on("request", lambda request: self.asked.append(request.url))

    def _close(self, dialog: Any) -> None:
        self.wrong.append("a dialog")
        dialog.dismiss()

    def open(self, file: Path) -> Any:
        """Opens a file and waits until it is built."""
        self.page.goto(file.as_uri())
        self.until(lambda: self.page.locator("html[data-ready='1']").count() == 1)
        return self.page

    def draw_all(self) -> None:
        """Draws every chart, those out of view too."""
        self.page.evaluate("document.querySelectorAll('.chart').forEach((c) => waiting.get(c)())")
        self.until(lambda: self.page.locator(".chart:not([data-drawn])").count() == 0)

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits until something holds.

        Playwright's own waits for a condition evaluate text, which the page forbids.
        """
        for _ in range(500):
            if holds():
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("it does not come to hold")


Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def figures(finished: Path) -> Figures:
    """What the page says of the small corpus."""
    return figures_of(finished, samples=2)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests."""
    executable = next(filter(None, map(shutil.which, _NAMES)), None)
    if executable is None:
        pytest.skip("no Chromium on this machine")
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=list(_QUIET))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of some figures; whatever it reports or asks for fails the test."""
    made: list[tuple[Any, Opened]] = []

    def open_page(
        *runs: Figures, language: Any = "en", width: int = 1200, **context: Any
    ) -> Opened:
        file = tmp_path / f"page-{len(made)}.html"
        file.write_bytes(page(runs, language, "Report"))
        own = browser.new_context(offline=True, viewport={"width": width, "height": 900}, **context)
        opened = Opened(own.new_page())
        made.append((own, opened))
        opened.open(file)
        return opened

    yield open_page
    for own, opened in made:
        own.close()
        assert opened.wrong == []
        assert all(url.startswith(("file:", "data:")) for url in opened.asked)
