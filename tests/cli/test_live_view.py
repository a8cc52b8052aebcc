"""The live view: what is drawn in terminals of several sizes; its figures; logs without one."""

import io
import logging
import re
import sys
import time

import pytest
from rich.console import Console as RichConsole

from corpus_pipeline.cli import console as screen
from corpus_pipeline.cli.console import Console, progress_line
from corpus_pipeline.cli.figures import Figures
from corpus_pipeline.cli.live_view import ASCII, UNICODE, Signs, draw

PHASES = {"prepare": 60.0, "exact": 2.0, "merge-exact": 1.0, "finish": 60.0, "ledger": 7.0,
          "check": 10.0}  # fmt: skip


class Clock:
    """A clock that goes on when it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def begun(clock: Clock) -> Figures:
    """A run in the midst of *prepare*."""
    figures = Figures(clock)
    figures.plan(2, PHASES)
    figures.start("prepare", 40, 0)
    clock.now = 30
    figures.counted(
        "prepare",
        {"documents": 12000, "read_bytes": 9 * 10**6, "dropped-language-not-kept": 2000,
         "dropped-read-broken-json": 12, "dropped-gopher-too-few-words": 40},
    )  # fmt: skip
    figures.advance("prepare", 20, 90 * 10**6)
    return figures


def late(clock: Clock) -> Figures:
    """The same run in *finish*."""
    figures = begun(clock)
    figures.advance("prepare", 20, 90 * 10**6)
    figures.finish("prepare", 60.0)
    for name, items in (("exact", 8), ("merge-exact", 1)):
        figures.start(name, items, 0)
        figures.advance(name, items, 0)
        figures.finish(name, 1.0)
    figures.start("finish", 40, 0)
    return figures


def drawn(figures: Figures, width: int, height: int, signs: Signs = UNICODE) -> list[str]:
    return [line.plain.rstrip() for line in draw(figures, width, height, signs, 1_900_000_000)]


def test_a_usual_terminal() -> None:
    assert drawn(begun(Clock()), 80, 24) == [
        "run ━━━━╸─────────────────   21 %  0:00:30 so far  about 0:01:50 left (estimate)",
        "▶ prepare             ━━━━━━╸───── 20 of 40  0:00:30  3.0 MB/s, 400 documents/s",
        "  to come: exact, merge-exact, finish, ledger, check",
        "documents 12,000 read, 2,052 dropped (17.1 %), 12 unreadable",
        "  language-not-kept 2,000, gopher-too-few-words 40, read-broken-json 12",
        "2 workers, 1.9 GB of memory",
    ]


def test_a_narrow_and_low_terminal_without_signs() -> None:
    assert drawn(late(Clock()), 40, 6, ASCII) == [
        "run   45 %  0:00:30  about 0:01:16 left",
        "> finish              0 of 40  0:00:00",
        "documents 12,000 read, 2,052 dropped (17",
        "  language-not-kept 2,000, 2 more 52",
        "2 workers, 1.9 GB of memory",
    ]


@pytest.mark.parametrize("width", [1, 5, 20, 40, 60, 79, 80, 200])
@pytest.mark.parametrize("height", [1, 2, 3, 5, 8, 24, 50])
@pytest.mark.parametrize("make", [begun, late, lambda clock: Figures(clock)])
def test_it_fits_every_terminal(make: object, width: int, height: int) -> None:
    lines = drawn(make(Clock()), width, height)  # type: ignore[operator]
    assert len(lines) <= max(1, height - 1)
    assert all(len(line) <= width for line in lines)


def test_the_phase_under_way_is_always_seen() -> None:
    for height in range(3, 30):
        assert any("finish" in line for line in drawn(late(Clock()), 80, height)), height


def test_reasons_cannot_write_to_the_terminal() -> None:
    figures = begun(Clock())
    figures.counted("prepare", {"documents": 1, "dropped-\x1b[31mred\u202e": 3})
    assert any("\\x1b[31mred\\u202e" in line for line in drawn(figures, 200, 24))


# Figures


def test_what_is_left_goes_by_the_pace_of_this_run() -> None:
    clock = Clock()
    figures = begun(clock)
    # 30 of 140 estimated seconds took 30: about 110 are left.
    assert figures.remaining() == pytest.approx(110, abs=1)
    slow = Figures(clock)
    slow.plan(2, PHASES)
    slow.start("prepare", 40, 0)
    clock.now += 300
    slow.advance("prepare", 20, 1)
    # It takes ten times as long, but for what counts as done at the measured pace.
    assert slow.remaining() == pytest.approx(110 * (300 + 2.8) / (30 + 2.8))


def test_the_rest_goes_by_while_nothing_is_heard_and_no_further_than_to_the_next_items() -> None:
    clock = Clock()
    figures = begun(clock)
    before = figures.remaining()
    assert before is not None
    clock.now += 2
    assert figures.remaining() == pytest.approx(before - 2)
    clock.now += 10_000
    in_hand = 60 * 2 / 40
    assert figures.remaining() == pytest.approx(before - in_hand, abs=0.1)


def test_of_what_was_done_before_nobody_knows_how_long_it_took() -> None:
    clock = Clock()
    figures = Figures(clock)
    figures.plan(1, PHASES)
    figures.counted("prepare", {"documents": 100})
    figures.start("finish", 40, 20)
    left = [each.name for each in figures.phases.values() if each.skipped]
    assert left == ["prepare", "exact", "merge-exact"]
    assert figures.remaining() == pytest.approx(47)
    assert figures.tally.documents == 100
    assert figures.phases["finish"].documents == 0


def test_later_rounds_stand_behind_what_has_begun() -> None:
    figures = late(Clock())
    figures.start("verify-2", 1, 0)
    assert list(figures.phases) == ["prepare", "exact", "merge-exact", "finish", "verify-2",
                                    "ledger", "check"]  # fmt: skip


def test_without_a_check_it_is_no_phase() -> None:
    figures = Figures(check=False)
    figures.plan(1, PHASES)
    assert "check" not in figures.phases


def test_without_a_plan_there_is_one_phase_and_nothing_is_known_of_the_rest() -> None:
    clock = Clock()
    figures = Figures(clock)
    figures.start("export", 4, 1)
    clock.now = 2
    figures.advance("export", 1, 10**6)
    assert figures.remaining() is None
    assert drawn(figures, 80, 24) == [
        "▶ export              ━━━━━━╸───── 2 of 4  0:00:02  0.5 MB/s",
        "1.9 GB of memory",
    ]


# The console


def terminal(console: Console, **more: object) -> io.StringIO:
    """Lets a console draw into a terminal in memory."""
    file = io.StringIO()
    options = {"force_terminal": True, "width": 80, "height": 24, "file": file, **more}
    console._console = RichConsole(**options)  # type: ignore[arg-type]
    return file


def show(console: Console) -> None:
    with console:
        console.figures.plan(1, PHASES)
        console.start("prepare", 2, 0)
        console.say("a remark")
        console.advance("prepare", 2, 10**6)
        console.finish("prepare", 1.5)


def test_a_terminal_without_a_cursor_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    console = Console()
    file = terminal(console)
    show(console)
    assert re.fullmatch(r"a remark\nprepare: done in 1\.5 s [\d.]+ MB/s\n", file.getvalue())


def test_a_terminal_has_no_colours_where_none_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = {}
    for no_color in (False, True):
        console = Console()
        file = terminal(console, no_color=no_color)
        show(console)
        shown[no_color] = file.getvalue()
    assert "\x1b[32m" in shown[False]
    assert not re.search(r"\x1b\[[\d;]*3\dm", shown[True])
    assert all("a remark" in each and "prepare" in each for each in shown.values())


def test_what_is_logged_stands_above_the_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    handler = logging.StreamHandler(sys.stderr)
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    console = Console()
    file = terminal(console)
    with console:
        console.start("prepare", 2, 0)
        logging.getLogger().warning("phase prepare: worker lost")
        assert "phase prepare: worker lost" in file.getvalue()
    assert handler.stream is sys.stderr


def test_a_log_has_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "LOG_SECONDS", 0.01)
    said = ""
    with Console() as console:
        console.figures.plan(1, PHASES)
        console.start("prepare", 40, 0)
        console.advance("prepare", 10, 10**6)
        deadline = time.monotonic() + 60
        while "prepare: 10 of 40; " not in said and time.monotonic() < deadline:
            said += capsys.readouterr().err
    assert "left (estimate)" in said


def test_the_line_of_a_log() -> None:
    clock = Clock()
    assert progress_line(begun(clock)) == (
        "prepare: 20 of 40; 3.0 MB/s, 400 documents/s; about 0:01:50 left (estimate); "
        "2,052 of 12,000 documents dropped: language-not-kept 2,000, gopher-too-few-words 40, "
        "read-broken-json 12"
    )
    assert progress_line(Figures(clock)) == ""
