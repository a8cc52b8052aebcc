"""Makes the pictures of docs/report.md from a finished run of examples/demo.yaml.

    python tools/make_screenshots.py demo-out

Needs Chromium. The pictures are no part of any test: what a browser draws depends on its fonts.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import ViewportSize, sync_playwright

from corpus_pipeline.pipelines.progress import Silent
from corpus_pipeline.report.preview import write_preview
from corpus_pipeline.report.writing import write_report

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
#: Width and height of a picture.
_SIZE = ViewportSize(width=1240, height=860)


def main() -> None:
    """Writes both pictures."""
    output = Path(sys.argv[1])
    IMAGES.mkdir(exist_ok=True)
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report, preview = Path(folder) / "report.html", Path(folder) / "preview.html"
        write_report(output, to=report)
        write_preview(ROOT / "examples" / "demo.yaml", preview, 10_000, "en", 1, Silent())
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport=_SIZE)
        page.goto(report.as_uri())
        _take(page, "#funnel", "report.png")
        page.goto(preview.as_uri())
        slider = page.locator(".slider[data-key='quality.gopher_min_words'] input").nth(1)
        page.locator("#thresholds summary", has_text="quality").click()
        slider.fill("80")
        _take(page, "#thresholds", "preview.png")
        browser.close()


def _take(page: Any, part: str, name: str) -> None:
    page.locator(part).evaluate("(part) => part.scrollIntoView()")
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / name)
    print(f"{IMAGES / name}: {(IMAGES / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
