"""The audit finds what it is for: loose pins, strange licences, known vulnerabilities."""

import datetime
import email.message
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripts import ROOT, load_script

PIN = "--hash=sha256:" + "0" * 64


audit = load_script("audit")


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        (f"a==1.0 {PIN}\n", []),
        (f"a==1.0 \\\n    {PIN} \\\n    {PIN}\n    # via b\n", []),
        (f"a[x,y]==1.0 ; python_version < '3.12' and sys_platform == 'linux' \\\n  {PIN}\n", []),
        (f"# nothing\n\na==1.0+local.1 {PIN}", []),
        ("a==1.0\n", ["a==1.0"]),
        (f"a>=1.0 {PIN}\n", ["a>=1.0"]),
        (f"a==1.* {PIN}\n", ["a==1.*"]),
        (f"a {PIN}\n", ["a"]),
        ("a==1.0 --hash=md5:00\n", ["a==1.0"]),
        ("a==1.0 --hash=sha256:00\n", ["a==1.0"]),
        (f"a @ https://example.org/a.whl {PIN}\n", ["a @ https://example.org/a.whl"]),
        ("--index-url https://example.org\n", ["--index-url https://example.org"]),
        ("-e .\n", ["-e ."]),
        (f"a==1.0 {PIN} --index-url=https://example.org\n", ["a==1.0 --index-url=https://example.org"]),
    ],
)  # fmt: skip
def test_what_is_pinned(text: str, loose: list[str]) -> None:
    assert [entry for entry in audit.requirements(text) if isinstance(entry, str)] == loose
    found = list(audit.lock_findings({"x.lock": text}))
    assert [line.startswith(f"x.lock: {entry}: ") for line, entry in
            zip(found, loose, strict=True)] == [True] * len(loose)  # fmt: skip


def test_an_empty_lock_is_a_finding() -> None:
    assert list(audit.lock_findings({"x.lock": "# nothing\n"})) == ["x.lock: holds no requirement"]


@pytest.mark.parametrize(
    ("fields", "licence", "allowed"),
    [
        ({"License-Expression": "MIT"}, "MIT", True),
        ({"License-Expression": "GPL-3.0-only"}, "GPL-3.0-only", False),
        ({"License-Expression": "MIT AND GPL-3.0-only"}, "MIT AND GPL-3.0-only", False),
        ({"License-Expression": "MIT OR GPL-3.0-only"}, "MIT OR GPL-3.0-only", True),
        ({"License-Expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"},
         "MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ({"License-Expression": "MIT AND (GPL-2.0 OR GPL-3.0)"},
         "MIT AND (GPL-2.0 OR GPL-3.0)", False),
        ({"Classifier": "License :: OSI Approved :: BSD License", "License": "GPL"}, "BSD", True),
        ({"License": "Apache License 2.0"}, "Apache-2.0", True),
        ({"License": "MIT License\n\nCopyright"}, "MIT", True),
        ({"License": "ask me"}, "ask me", False),
        ({}, "unknown", False),
    ],
)  # fmt: skip
def test_what_is_allowed(fields: dict[str, str], licence: str, allowed: bool) -> None:
    class Installed:
        version = "1"
        metadata = email.message.Message()

    Installed.metadata["Name"] = "Some_Thing"
    for key, value in fields.items():
        Installed.metadata[key] = value
    [row] = audit.licence_rows([Installed()])
    assert row == ("some-thing", "1", licence)
    assert (
        list(audit.licence_findings([row])) == []
        if allowed
        else [
            f"some-thing 1: has the licence {licence!r}, which is not on the list; "
            "read it, then add it to ALLOWED or REVIEWED in tools/audit.py"
        ]
    )


def test_every_reviewed_licence_has_a_reason() -> None:
    assert all(licence and reason for licence, reason in audit.REVIEWED.values())
    assert all(reason and until for reason, until in audit.ACCEPTED.values())


TODAY = datetime.date(2026, 6, 15)


@pytest.mark.parametrize(
    ("accepted", "line"),
    [
        ({}, "a 1: PYSEC-1, see https://osv.dev/PYSEC-1"),
        ({"PYSEC-2": ("other", TODAY)}, "a 1: PYSEC-1, see https://osv.dev/PYSEC-1"),
        ({"PYSEC-1": ("not called", TODAY)}, None),
        ({"PYSEC-1": ("not called", TODAY - datetime.timedelta(1))},
         "a 1: PYSEC-1 was accepted until 2026-06-14 (not called); look again"),
    ],
)  # fmt: skip
def test_what_is_accepted(accepted: dict[str, Any], line: str | None) -> None:
    found = {audit.Requirement("a", "1", 1): ["PYSEC-1"], audit.Requirement("b", "1", 1): []}
    lines = list(audit.vulnerability_findings(found, accepted, TODAY))
    assert lines == ([] if line is None else [line])


@pytest.fixture
def service() -> Iterator[tuple[str, dict[str, Any]]]:
    """A service on this machine: its address, and what it answers (`vulns` by name)."""
    told: dict[str, Any] = {}

    class Service(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            results = [told.get(q["package"]["name"], {}) for q in asked["queries"]]
            content = told.get("instead", json.dumps({"results": results}).encode())
            self.send_response(told.get("status", 200))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", told
        server.shutdown()
        thread.join()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "x.lock"
    path.write_text(f"Some.Thing==1.0 {PIN}\nother==2 {PIN}\n")
    return path


def test_vulnerable_versions_fail_the_audit(
    service: tuple[str, dict[str, Any]], lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, told = service
    assert audit.main(["--service", address, str(lock)]) == 0
    assert "2 versions looked up" in capsys.readouterr().out
    told["some-thing"] = {"vulns": [{"id": "GHSA-1"}, {"id": "PYSEC-2"}]}
    assert audit.main(["--service", address, str(lock)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "audit: some-thing 1.0: GHSA-1, see https://osv.dev/GHSA-1",
        "audit: some-thing 1.0: PYSEC-2, see https://osv.dev/PYSEC-2",
    ]


@pytest.mark.parametrize(
    "answer",
    [{"status": 503}, {"instead": b"<html>"}, {"instead": b"{}"}, {"instead": b'{"results": []}'},
     {"instead": b"[]"}],
)  # fmt: skip
@pytest.mark.parametrize("strict", [False, True])
def test_no_answer_is_not_taken_for_a_good_one(
    answer: dict[str, Any], strict: bool, service: tuple[str, dict[str, Any]], lock: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    address, told = service
    told.update(answer)
    arguments = ["--service", address, str(lock), *(["--strict"] if strict else [])]
    assert audit.main(arguments) == strict
    shown = capsys.readouterr()
    assert f"known vulnerabilities: not looked for, {address} gave no answer" in shown[strict]
    assert "looked up" not in shown.out


def test_our_locks_and_licences_pass() -> None:
    """The vulnerabilities are for CI: what is true of them changes without us."""
    locks = {path.name: path.read_text() for path in (ROOT / "locks").glob("requirements*.lock")}
    assert "requirements.lock" in locks
    assert list(audit.lock_findings(locks)) == []
    rows = audit.licence_rows(audit.importlib.metadata.distributions())
    assert len(rows) > 50
    assert list(audit.licence_findings(rows)) == []
