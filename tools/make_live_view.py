"""Writes docs/images/live-view.svg: the live view of a real run of examples/demo.yaml.

Run it after a change of the view; the figures in it are those of the machine that it runs on.
"""

import os
import re
import tempfile
from pathlib import Path

import rich.console
from rich._export_format import CONSOLE_SVG_FORMAT

from corpus_pipeline.cli.console import Console
from corpus_pipeline.cli.live_view import draw
from corpus_pipeline.config.config import load_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.machine import memory_of_processes
from corpus_pipeline.pipelines.run import Run

ROOT = Path(__file__).parent.parent
IMAGE = ROOT / "docs" / "images" / "live-view.svg"
#: Columns and lines of the terminal, and the moment that is kept: items of a phase.
_WIDTH, _HEIGHT = 92, 24
_MOMENT = ("finish", 5)


class _Recorder(Console):
    """Keeps the view of one moment."""

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        """Draws the view when so many items of that phase are done."""
        super().advance(phase, items, text_bytes)
        if phase == _MOMENT[0] and self.figures.phases[phase].done == _MOMENT[1]:
            _write(self)


def _write(console: Console) -> None:
    paper = rich.console.Console(
        record=True, width=_WIDTH, height=_HEIGHT, force_terminal=True, color_system="truecolor",
        file=open(os.devnull, "w"),  # noqa: SIM115 (nobody closes it, nothing is in it)
    )  # fmt: skip
    memory = memory_of_processes(os.getpid())
    for line in draw(console.figures, _WIDTH, _HEIGHT, memory=memory):
        paper.print(line)
    # Fonts that would be fetched from elsewhere are left out: a page must not ask for them.
    template = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    svg = paper.export_svg(title="corpus run examples/demo.yaml", code_format=template)
    IMAGE.parent.mkdir(exist_ok=True)
    IMAGE.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8")


def main() -> None:
    """Makes the run in a folder that is removed again."""
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(Path("examples/demo.yaml"), output=f"{folder}/out", workers=2)
        with _Recorder() as console:
            Run(config, run_flow(config), console).execute()
    print(f"{IMAGE.relative_to(ROOT)}: written")


if __name__ == "__main__":
    main()
