"""Workers that are held by SIGSTOP are killed, others are left alone."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux only")


def test_who_is_stopped_is_killed() -> None:
    """The daemon of this test has one worker that is stopped and one that works on."""
    daemon = """
        import os, signal, subprocess, sys, time
        watch = "import sys; from corpus_pipeline.spark_runner.stopped_workers import watch; "
        watch += "watch(int(sys.argv[1]), longest=0.3)"
        watcher = subprocess.Popen([sys.executable, "-c", watch, str(os.getpid())])
        sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
        held, busy = subprocess.Popen(sleeper), subprocess.Popen(sleeper)
        held.send_signal(signal.SIGSTOP)
        print(held.wait(20), busy.poll(), watcher.poll())
        busy.kill()
        sys.stdout.flush()
        os._exit(0)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(daemon)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == f"{-signal.SIGKILL} None None\n", done.stderr
