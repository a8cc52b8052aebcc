"""Is there a Java that Spark can run on?"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from corpus_pipeline.spark_runner.errors import SparkRunnerError

#: The oldest Java that Spark 4 runs on; Spark 3.5 runs on it too.
_OLDEST = 17


def check_java() -> None:
    """Checks that Java is there and new enough.

    Raises:
        SparkRunnerError: says what is missing.
    """
    remedy = f"install Java {_OLDEST} or later, or set JAVA_HOME"
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if program is None:
        raise SparkRunnerError(f"Spark needs Java, and there is no `java` on PATH; {remedy}")
    try:
        told = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SparkRunnerError(
            f"{program}: does not run ({type(error).__name__}); {remedy}"
        ) from error
    version = java_version(told.stderr + told.stdout)
    if version is None or version < _OLDEST:
        found = "tells no version" if version is None else f"is Java {version}"
        raise SparkRunnerError(f"{program}: {found}; {remedy}")


def java_version(told: str) -> int | None:
    """Reads the major version from what `java -version` says.

    >>> java_version('openjdk version "17.0.15" 2025-04-15')
    17
    >>> java_version('java version "1.8.0_202"')
    8
    >>> java_version("Unable to locate a Java Runtime.")
    """
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(found[1]) if found else None
