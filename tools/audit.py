"""Audits what the project is installed with: pinned hashes, licences, known vulnerabilities.

    python tools/audit.py            # make audit

1. Every requirement of a lock file is one version with sha256 hashes.
2. Every installed distribution has a licence of the allow list, or stands in REVIEWED with a
   reason.
3. No locked version has a known vulnerability, as https://osv.dev tells in one request; an
   exception stands in ACCEPTED with a reason and a last day. Where the service cannot be reached
   this step is skipped and says so; with --strict that is a failure.

One line for each finding; the exit code is 1 if there is one.
"""

import argparse
import datetime
import importlib.metadata
import json
import re
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
SERVICE = "https://api.osv.dev/v1/querybatch"
#: Seconds for the one request.
TIMEOUT = 20.0

#: SPDX names of licences that need no second look: permissive ones, and MPL, whose duties end with
#: its own files.
ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD", "BSD-2-Clause", "BSD-3-Clause",
    "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib",
})  # fmt: skip

#: Other spellings of the same licences, in lower case.
SPELLINGS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD",
    "freebsd": "BSD-2-Clause",
    "gnu library or lesser general public license (lgpl)": "LGPL",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}

#: Distributions whose licence is not on the list, or not in their metadata: licence, reason.
REVIEWED = {
    "camel-kenlm": ("LGPL-2.1-or-later", "its metadata name none; KenLM, linked as a library"),
    "corpus-pipeline": ("Apache-2.0", "this project"),
    "pypdfium2": ("BSD-3-Clause, Apache-2.0", "PDFium (BSD) inside, with FreeType, ICU"),
}

#: Vulnerabilities that do not concern us: identifier -> reason, last day on which that is believed.
ACCEPTED: dict[str, tuple[str, datetime.date]] = {}


class Requirement(NamedTuple):
    """One entry of a lock file."""

    name: str
    version: str
    hashes: int


def normalised(name: str) -> str:
    """Returns the name of a distribution as package indexes compare it.

    >>> normalised("Typing_Extensions.X")
    'typing-extensions-x'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(text: str) -> Iterator[Requirement | str]:
    """Yields the requirements of a lock file; an entry that is not pinned comes as it stands.

    >>> list(requirements("a==1 ; x > 2 --hash=sha256:" + "0" * 64 + "\\nb>=2\\n# note\\n"))
    [Requirement(name='a', version='1', hashes=1), 'b>=2']
    """
    whole = re.sub(r"\\\n", " ", text)
    for line in whole.splitlines():
        entry = re.sub(r"(^|\s)#.*", "", line).strip()
        if not entry:
            continue
        # No word here may begin with a dash but --hash: an option changes where files come from.
        words = entry.split()
        hashes = [word for word in words if re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word)]
        others = [word for word in words if word.startswith("-") and word not in hashes]
        pinned = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([A-Za-z0-9._+!]+)(?=[\s;]|$)", entry)
        if pinned is None or not hashes or others:
            yield " ".join(word for word in words if not word.startswith("--hash"))
        else:
            yield Requirement(normalised(pinned[1]), pinned[2], len(hashes))


def licence_of(metadata: Mapping[str, list[str]]) -> str:
    """Returns the licence that a distribution's metadata name, an SPDX expression if they do.

    >>> licence_of({"Classifier": ["License :: OSI Approved :: MIT License"]})
    'MIT'
    >>> licence_of({"License": ["Apache License, Version 2.0"]}), licence_of({})
    ('Apache-2.0', 'unknown')
    """
    named = metadata.get("License-Expression") or []
    if not named:
        classifiers = [c for c in metadata.get("Classifier") or [] if c.startswith("License ::")]
        named = [" OR ".join(_spelt(c.split("::")[-1]) for c in classifiers)] if classifiers else []
    if not named:
        texts = [text for text in metadata.get("License") or [] if text.strip()]
        named = [_spelt(texts[0].strip().splitlines()[0])] if texts else []
    return named[0] if named else "unknown"


def _spelt(name: str) -> str:
    return SPELLINGS.get(name.strip().lower(), name.strip())


def is_allowed(expression: str) -> bool:
    """Says whether the allow list lets us use something under an SPDX expression.

    >>> [is_allowed(e) for e in ("MIT", "MPL-2.0 AND (Apache-2.0 OR GPL-3.0)", "MIT AND GPL-3.0")]
    [True, True, False]
    """
    flat = re.sub(r"\(([^()]*)\)", lambda m: "MIT" if is_allowed(m[1]) else "refused", expression)
    if flat != expression:
        return is_allowed(flat)
    return any(
        all(part.strip() in ALLOWED for part in choice.split(" AND "))
        for choice in expression.split(" OR ")
    )


def lock_findings(locks: Mapping[str, str]) -> Iterator[str]:
    """Yields a line for each entry of a lock file that is not one version with hashes."""
    for name, text in locks.items():
        found = list(requirements(text))
        if not found:
            yield f"{name}: holds no requirement"
        for entry in found:
            if isinstance(entry, str):
                yield f"{name}: {entry}: is not pinned with == and --hash=sha256; run `make lock`"


def licence_rows(
    distributions: Iterable[importlib.metadata.Distribution],
) -> list[tuple[str, str, str]]:
    """Returns (name, version, licence) of distributions, sorted."""
    rows = set()
    for distribution in distributions:
        fields = distribution.metadata
        known = {key: fields.get_all(key) or []
                 for key in ("License-Expression", "Classifier", "License")}  # fmt: skip
        name = normalised(fields["Name"])
        licence = REVIEWED[name][0] if name in REVIEWED else licence_of(known)
        rows.add((name, distribution.version, licence))
    return sorted(rows)


def licence_findings(rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Yields a line for each distribution whose licence nobody has looked at."""
    for name, version, licence in rows:
        if name not in REVIEWED and not is_allowed(licence):
            yield (
                f"{name} {version}: has the licence {licence!r}, which is not on the list; "
                "read it, then add it to ALLOWED or REVIEWED in tools/audit.py"
            )


def ask(service: str, wanted: list[Requirement], timeout: float) -> dict[Requirement, list[str]]:
    """Asks a service in OSV's format for the vulnerabilities of some versions.

    Raises:
        OSError, ValueError: it cannot be reached, or its answer is another.
    """
    queries = [
        {"package": {"name": each.name, "ecosystem": "PyPI"}, "version": each.version}
        for each in wanted
    ]
    request = urllib.request.Request(
        service, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        results = json.load(answer)["results"]
    if len(results) != len(wanted):
        raise ValueError(f"{len(results)} answers to {len(wanted)} questions")
    found = ([each["id"] for each in result.get("vulns", [])] for result in results)
    return dict(zip(wanted, found, strict=True))


def vulnerability_findings(
    found: Mapping[Requirement, Iterable[str]],
    accepted: Mapping[str, tuple[str, datetime.date]],
    today: datetime.date,
) -> Iterator[str]:
    """Yields a line for each vulnerability that is not accepted, or not any more."""
    for each, identifiers in found.items():
        for identifier in identifiers:
            reason, until = accepted.get(identifier, ("", datetime.date.min))
            if not reason:
                yield f"{each.name} {each.version}: {identifier}, see https://osv.dev/{identifier}"
            elif today > until:
                yield (
                    f"{each.name} {each.version}: {identifier} was accepted until {until} "
                    f"({reason}); look again"
                )


def audit(
    locks: Mapping[str, str], service: str, timeout: float, strict: bool
) -> tuple[list[str], list[str]]:
    """Audits lock files and this environment.

    Returns:
        Lines to print, and findings.
    """
    rows = licence_rows(importlib.metadata.distributions())
    lines = [f"{name:36} {version:16} {licence}" for name, version, licence in rows]
    lines += [f"reviewed: {name}: {licence}: {reason}"
              for name, (licence, reason) in sorted(REVIEWED.items())]  # fmt: skip
    findings = [*lock_findings(locks), *licence_findings(rows)]
    pinned = {entry for text in locks.values() for entry in requirements(text)}
    wanted = sorted(entry for entry in pinned if isinstance(entry, Requirement))
    wanted = list({(each.name, each.version): each for each in wanted}.values())
    lines.append(f"{len(locks)} lock files: {len(wanted)} versions; {len(rows)} installed")
    try:
        found = ask(service, wanted, timeout)
    except (OSError, ValueError, KeyError, TypeError) as error:
        skipped = f"known vulnerabilities: not looked for, {service} gave no answer ({error})"
        (findings if strict else lines).append(skipped)
        return lines, findings
    lines.append(f"known vulnerabilities: {len(found)} versions looked up at {service}")
    return lines, [*findings, *vulnerability_findings(found, ACCEPTED, datetime.date.today())]


def main(arguments: list[str] | None = None) -> int:
    """Prints the audit; returns 1 if there is a finding."""
    parser = argparse.ArgumentParser(description="Audit pins, licences and known vulnerabilities.")
    parser.add_argument("--strict", action="store_true", help="fail if the service is silent")
    parser.add_argument("--service", default=SERVICE, help="a service in OSV's format")
    parser.add_argument("--timeout", type=float, default=TIMEOUT, help="seconds for its answer")
    parser.add_argument("locks", nargs="*", type=Path, help="default: locks/requirements*.lock")
    options = parser.parse_args(arguments)
    paths = options.locks or sorted((ROOT / "locks").glob("requirements*.lock"))
    locks = {path.name: path.read_text("utf-8") for path in paths}
    lines, findings = audit(locks, options.service, options.timeout, options.strict)
    print("\n".join(lines))
    for finding in findings:
        print(f"audit: {finding}", file=sys.stderr)
    print(f"audit: {len(findings) or 'no'} finding{'s' * (len(findings) != 1)}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
