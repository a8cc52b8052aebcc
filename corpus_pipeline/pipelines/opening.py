"""Models of the user's own are opened in a process of their own, before anything else opens them.

fastText and KenLM trust their files: one that is damaged ends the process that loads it (SIGFPE,
SIGSEGV), which looks as if a worker had run out of memory. So each file is opened and used once by
a process that may die, and what it was is told. A file that was good is remembered by its SHA-256;
the package's own are never opened here.
"""

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

from corpus_pipeline.errors import CorpusError, ResourceError
from corpus_pipeline.remembered import remembered

LANGUAGE, PERPLEXITY, TOKENIZER = "language model", "perplexity model", "tokenizer"
_MODULE = "corpus_pipeline.pipelines.opening"
#: Seconds of processor time that any model may take, and more for a larger one: GlotLID (1.7 GB)
#: takes ten. A look-up in a table that has no empty place never ends.
_MAX_SECONDS = 30
_BYTES_PER_SECOND = 20_000_000
#: Wall time for each of them, on a machine that is busy.
_PATIENCE = 20
#: How the process ends that has told in one line what is wrong.
_TOLD = 3


def open_first(kind: str, path: str, sha256: str) -> None:
    """Opens a model in another process, unless a file with these bytes was good before.

    Args:
        kind: `LANGUAGE`, `PERPLEXITY` or `TOKENIZER`.
        sha256: of the file, 64 hex digits.

    Raises:
        ResourceError: it cannot be opened, or whoever opens it dies of it.
    """
    remembered("opened", [kind, sha256], lambda: _open_in_a_process(kind, path))


def _open_in_a_process(kind: str, path: str) -> bool:
    seconds = _MAX_SECONDS + Path(path).stat().st_size // _BYTES_PER_SECOND
    command = [sys.executable, "-m", _MODULE, kind, path, str(seconds)]
    slow = f"{path}: the {kind} is not open after {seconds} s; fetch or train it again"
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=seconds * _PATIENCE,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ResourceError(slow) from error
    if hasattr(signal, "SIGXCPU") and done.returncode == -signal.SIGXCPU:
        raise ResourceError(slow)
    told = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode == _TOLD and told:
        raise ResourceError(told)
    if done.returncode:
        raise ResourceError(
            f"{path}: a process that opens this {kind} ends with {_ending(done.returncode)}: the "
            "file is damaged or no such model; fetch or train it again"
        )
    return True


def _ending(returncode: int) -> str:
    """Names what ended a process.

    >>> _ending(-11), _ending(1)
    ('SIGSEGV', 'exit status 1')
    """
    with contextlib.suppress(ValueError):
        if returncode < 0:
            return signal.Signals(-returncode).name
    return f"exit status {returncode}"


def open_here(kind: str, path: str) -> None:
    """Opens a model and uses it once.

    Raises:
        CorpusError: it is not what it should be.
    """
    import pyarrow as pa

    texts = pa.array(["It was a fine day in the old town.", "今天天气很好。", "", "a" * 1000, "\0"])
    if kind == LANGUAGE:
        from corpus_pipeline.filters.fasttext_file import check_fasttext_file
        from corpus_pipeline.filters.language.measures import (
            load_language_identifier,
            measure_language,
        )

        check_fasttext_file(Path(path))
        measure_language(texts, load_language_identifier(path))
    elif kind == PERPLEXITY:
        from corpus_pipeline.filters.perplexity.measures import load_language_model, score_texts

        model = load_language_model(path)
        score_texts(model.scorer, model.card.normaliser, texts)
    else:
        from corpus_pipeline.tokens.encode import EncodeOptions, load_tokenizer

        load_tokenizer(path, options=EncodeOptions(eos_token=None)).encode(texts)


def _main(kind: str, path: str, seconds: int) -> int:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    try:
        open_here(kind, path)
    except CorpusError as error:
        print(error)
        return _TOLD
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
