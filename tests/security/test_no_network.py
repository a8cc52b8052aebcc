"""A run of local files uses no network: neither the driver nor a worker, wanted or not.

An audit hook, which no library can take away, stands in every Python process and refuses. Where the
system lets us, the run also has no network interface at all, so that native code is seen to do
without one.
"""

import os
import subprocess
import sys
from pathlib import Path

import corpora
import pytest
import yaml

#: Put into a `sitecustomize.py`: every Python process that is started imports it first.
GUARD = """
import os
import sys

def _refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if arguments[0].family.name == "AF_UNIX":
            return
    elif event not in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        return
    with open(os.environ["NETWORK_ATTEMPTS"], "a") as log:
        log.write(f"{event} {arguments[-1] if event == 'socket.connect' else arguments}\\n")
    raise PermissionError("no network here")

sys.addaudithook(_refuse)
"""

#: Asks for the network in a process and in its fork, the way workers are made.
OFFENCE = """
import os, socket
child = os.fork()
try:
    socket.create_connection(("127.0.0.1", 9), timeout=1)
except PermissionError:
    pass
if child:
    os.waitpid(child, 0)
"""


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Guards every Python process that this test starts; returns the file of attempts."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(tmp_path / "guard"), *([before] if before else [])])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("NETWORK_ATTEMPTS", str(tmp_path / "attempts"))
    return tmp_path / "attempts"


def _without_interfaces() -> list[str]:
    """The command that takes the network away, if there is one and it may be used."""
    command = ["unshare", "--map-root-user", "--net"]
    try:
        done = subprocess.run([*command, "true"], capture_output=True, check=False, timeout=10)
    except OSError:
        return []
    return command if done.returncode == 0 else []


def test_the_guard_can_fail(guarded: Path) -> None:
    subprocess.run([sys.executable, "-c", OFFENCE], check=True, timeout=60)
    attempts = guarded.read_text().splitlines()
    assert len(attempts) == 2
    assert {line.split()[0] for line in attempts} == {"socket.getaddrinfo"}


def test_a_whole_run_uses_no_network(guarded: Path, inputs: Path, tmp_path: Path) -> None:
    """All stages on, real workers; caches of other libraries are empty."""
    content = corpora.settings(inputs, tmp_path / "out", workers=2)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content))
    caches = {"XDG_CACHE_HOME": f"{tmp_path}/cache", "HF_HOME": f"{tmp_path}/hf",
              "TLDEXTRACT_CACHE": f"{tmp_path}/tld"}  # fmt: skip
    # Compiled kernels are ours and take half a minute to make again.
    from corpus_pipeline.kernels import CACHE_DIR

    command = ["corpus_pipeline.cli.main", "run", str(tmp_path / "config.yaml")]
    done = subprocess.run(
        [*_without_interfaces(), sys.executable, "-m", *command],
        env={**os.environ, **caches, "NUMBA_CACHE_DIR": CACHE_DIR},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not guarded.exists(), guarded.read_text()
    counted = {"pii_email", "tokens", "dropped-contaminated", "dropped-perplexity-too-high"}
    assert counted <= set(yaml.safe_load((tmp_path / "out" / "run.json").read_text())["counts"])
