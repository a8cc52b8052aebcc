"""Trains an n-gram language model for `filters.perplexity` with KenLM's own tools.

    documents ─┬─► training lines ─► lmplz ─► ARPA ─► build_binary ─► NAME.klm ─┐
               └─► held-out documents ──────────────────────────────────────────┴─► NAME.json

Which side a document falls on depends on its id alone, so it does not change when documents are
added. KenLM's tools run as separate programs; the Python package does not contain them.
"""

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import InputError, ResourceError
from corpus_pipeline.filters.perplexity.models import ModelCard, open_scorer
from corpus_pipeline.filters.perplexity.normaliser import PROFILES, normalise_for_lm
from corpus_pipeline.filters.perplexity.scoring import score_texts

STRUCTURES: tuple[str, ...] = ("probing", "trie")

#: Percentiles of held-out perplexity in a model's card.
PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)

#: Written to the card with its perplexity, so that a loader with other tokens is found out. It has
#: case, width, digits, quotation marks, two lines and two kinds of script, and nobody's data.
CHECK_TEXT = "The 3 cats’ “names”, in 2024: A–B.\nＬｉｎｅ 二：第１０条 规定了……"

#: Characters of text that are normalised together.
_BATCH_CHARS = 4_000_000


@dataclasses.dataclass(frozen=True)
class LmTraining:
    """How a model is trained. The defaults suit 5 to 50 million tokens and a model of a few MB."""

    language: str
    """Language code, as language identification writes it."""
    normaliser: str = "words-v1"
    """A key of lm_normaliser.PROFILES; "characters-v1" for Chinese, Japanese, Thai …"""
    training: str = ""
    """The text it is trained on, in words; for the card."""
    order: int = 3
    """Longest n-gram, in tokens: 3 for words, 4 for characters."""
    prune: tuple[int, ...] = (0, 3, 5)
    """For n-grams of 1, 2, … tokens: those seen so often or less are left out. The last value holds
    for the longer ones. A model pruned until it fits a processor's cache is twice as fast and tells
    garbage from text as well as a full one (docs/models.md)."""
    min_count: int = 5
    """Tokens seen less often are unknown."""
    structure: str = "probing"
    """"probing" is twice as fast, "trie" three to four times smaller."""
    quantisation_bits: int = 8
    """Of probabilities and back-offs in a trie."""
    held_out_percent: int = 5
    """Documents that are kept out of training, by hash of their id, for the card's percentiles."""
    max_perplexity: float | None = None
    """Cut-off for the card; None takes `cutoff_factor` times the 99th held-out percentile."""
    cutoff_factor: float = 20.0
    """Generous on purpose: web text scores several times worse than text like the training text."""
    memory: str = "1G"
    """What lmplz and build_binary may use for sorting, as KenLM writes it: 500M, 4G, 20%."""

    def __post_init__(self) -> None:
        if not self.language or not self.language.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"language must be a code such as 'en', got {self.language!r}")
        if self.normaliser not in PROFILES:
            raise ValueError(
                f"normaliser must be one of {', '.join(PROFILES)}, got {self.normaliser!r}"
            )
        if not 2 <= self.order <= 6:
            raise ValueError(
                f"order must be from 2 to 6, the longest KenLM loads, got {self.order}"
            )
        prune = self.prune
        if not 1 <= len(prune) <= self.order or prune[0] != 0 or list(prune) != sorted(prune):
            raise ValueError(
                f"prune must start with 0, never decrease and have at most {self.order} values "
                f"(the order), got {prune}"
            )
        if self.min_count < 1:
            raise ValueError(
                f"min_count must be at least 1 (keeps every token), got {self.min_count}"
            )
        if self.structure not in STRUCTURES:
            raise ValueError(f"structure must be one of {STRUCTURES}, got {self.structure!r}")
        if not 2 <= self.quantisation_bits <= 25:
            raise ValueError(
                "quantisation_bits must be from 2 to 25 (KenLM's limits), "
                f"got {self.quantisation_bits}"
            )
        if not 1 <= self.held_out_percent <= 50:
            raise ValueError(f"held_out_percent must be from 1 to 50, got {self.held_out_percent}")

    @property
    def name(self) -> str:
        """The stem of the model's files.

        >>> LmTraining("zh", normaliser="characters-v1").name
        'zh.characters'
        """
        return f"{self.language}.{self.normaliser.partition('-')[0]}"


def is_held_out(id_: str, percent: int) -> bool:
    """Says whether the document with this id is kept out of training.

    >>> sum(is_held_out(str(i), 5) for i in range(10_000))
    484
    """
    return int.from_bytes(hashlib.blake2b(id_.encode(), digest_size=8).digest()) % 100 < percent


def train_language_model(
    documents: Iterable[tuple[str, str]],
    output: Path,
    settings: LmTraining,
    tools: Path | None = None,
    temp_folder: Path | None = None,
) -> ModelCard:
    """Trains a model and writes `<name>.klm` and `<name>.json` to a folder; returns the card.

    The files appear under their names only when they are whole, the card last. The same documents
    in the same order and the same settings give the same bytes.

    Args:
        documents: (id, text) pairs, read once. Give parts of one work (the chapters of a book) the
            same id: they are then held out together, and the percentiles stay honest.
        output: folder, made if it does not exist.
        settings: what to train.
        tools: folder with lmplz and build_binary; None searches PATH.
        temp_folder: where the training lines and KenLM's sorting go, several times the size of
            the text; None takes the system's.

    Raises:
        InputError: there is no text to train on, or none to hold out.
        ResourceError: a tool is missing or fails.
    """
    lmplz, build_binary = (_find_tool(name, tools) for name in ("lmplz", "build_binary"))
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="train-lm-", dir=temp_folder) as folder:
        work = Path(folder)
        tokens = _write_sides(documents, settings, work)
        arpa, binary = work / "model.arpa", work / "model.klm"
        _run([lmplz, *_lmplz_arguments(settings, work)])
        _run([build_binary, *_build_arguments(settings, work), str(arpa), str(binary)])
        card = _describe(settings, binary, tokens, work / "held-out.arrow")
        _publish(binary, output / f"{settings.name}.klm")
        written = json.dumps(dataclasses.asdict(card), ensure_ascii=False, indent=2) + "\n"
        (work / "card.json").write_text(written, encoding="utf-8")
        _publish(work / "card.json", output / f"{settings.name}.json")
    return card


def _find_tool(name: str, tools: Path | None) -> str:
    found = shutil.which(name, path=None if tools is None else str(tools))
    if found is None:
        raise ResourceError(
            f"{name} is not {'on PATH' if tools is None else f'in {tools}'}: KenLM's tools are not "
            "part of its Python wheel; build them from the source package: apt install g++ cmake "
            "zlib1g-dev libbz2-dev liblzma-dev libboost-program-options-dev libboost-system-dev "
            "libboost-thread-dev libboost-test-dev; pip download --no-binary kenlm --no-deps "
            "kenlm==0.3.0; tar xf kenlm-0.3.0.tar.gz; cmake -S kenlm-0.3.0 -B kenlm; cmake --build "
            "kenlm --target lmplz build_binary; then put kenlm/bin on PATH or name the folder"
        )
    return found


def _batches(documents: Iterable[tuple[str, str]], percent: int) -> Iterator[tuple[bool, pa.Array]]:
    """Yields (held out?, texts) in batches of bounded size."""
    waiting: dict[bool, list[str]] = {False: [], True: []}
    chars = {False: 0, True: 0}
    for id_, text in documents:
        side = is_held_out(id_, percent)
        waiting[side].append(text)
        chars[side] += len(text)
        if chars[side] >= _BATCH_CHARS:
            yield side, pa.array(waiting[side], pa.string())
            waiting[side], chars[side] = [], 0
    for side, texts in waiting.items():
        if texts:
            yield side, pa.array(texts, pa.string())


def _write_sides(documents: Iterable[tuple[str, str]], settings: LmTraining, work: Path) -> int:
    """Writes training lines, vocabulary and held-out texts; returns the tokens trained on."""
    counts: Counter[bytes] = Counter()
    tokens, held_out = 0, 0
    schema = pa.schema([("text", pa.string())])
    with (
        (work / "lines.txt").open("wb") as lines,
        pa.OSFile(str(work / "held-out.arrow"), "wb") as sink,
        pa.ipc.new_stream(sink, schema) as held_out_stream,
    ):
        for is_held, texts in _batches(documents, settings.held_out_percent):
            if is_held:
                held_out += len(texts)
                held_out_stream.write_batch(pa.RecordBatch.from_arrays([texts], schema=schema))
                continue
            normalised = normalise_for_lm(texts, settings.normaliser)
            tokens += int(normalised.tokens.sum())
            for text in normalised.text.to_pylist():
                if text:
                    encoded = text.encode()
                    lines.write(encoded + b"\n")
                    counts.update(encoded.split())
    if tokens == 0 or held_out == 0:
        raise InputError(
            f"{'nothing to train on' if tokens == 0 else 'no document was held out'}: training "
            f"needs text on both sides of a {settings.held_out_percent} % split by id; "
            "give more documents"
        )
    kept = sorted(token for token, count in counts.items() if count >= settings.min_count)
    if not kept:
        raise InputError(
            f"no token is seen {settings.min_count} times; give more text or a lower min_count"
        )
    (work / "vocabulary.txt").write_bytes(b"\n".join(kept) + b"\n")
    return tokens


def _lmplz_arguments(settings: LmTraining, work: Path) -> list[str]:
    """The vocabulary limits which n-grams are kept, not how probable the unknown token is: garbage
    must stay improbable.
    """
    return [
        *("-o", str(settings.order), "--prune", *map(str, settings.prune)),
        *("-S", settings.memory, "-T", str(work / "sort")),
        *("--limit_vocab_file", str(work / "vocabulary.txt")),
        # Used only where the discounts cannot be estimated: tiny texts, or no rare tokens.
        "--discount_fallback",
        *("--text", str(work / "lines.txt"), "--arpa", str(work / "model.arpa")),
    ]


def _build_arguments(settings: LmTraining, work: Path) -> list[str]:
    # -v: without the vocabulary's strings, which only enumeration needs.
    common = ["-v", "-S", settings.memory, "-T", str(work / "trie")]
    if settings.structure == "probing":
        # 1.3 slots for each n-gram: measured as fast as KenLM's 1.5, and smaller.
        return [*common, "-p", "1.3", "probing"]
    bits = str(settings.quantisation_bits)
    return [*common, "-q", bits, "-b", bits, "-a", "255", "trie"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
        raise ResourceError(
            f"{Path(command[0]).name} ended with status {done.returncode}: {lines[-1].strip()}; "
            "check --memory, the space in the temporary folder and the settings"
        )


def _describe(settings: LmTraining, binary: Path, tokens: int, held_out: Path) -> ModelCard:
    """Scores the held-out documents and writes down what is known about the model."""
    scorer = open_scorer(binary)
    with pa.OSFile(str(held_out)) as source, pa.ipc.open_stream(source) as batches:
        scores = np.concatenate(
            [score_texts(scorer, settings.normaliser, batch["text"]) for batch in batches]
        )
    scores = scores[~np.isnan(scores)]
    if len(scores) == 0:
        raise InputError("no held-out document has a token; give more documents")
    percentiles = _percentiles(scores)
    cutoff = settings.max_perplexity
    if cutoff is None:
        cutoff = round(settings.cutoff_factor * percentiles[str(PERCENTILES[-1])], 3)
    check = score_texts(scorer, settings.normaliser, pa.array([CHECK_TEXT]))[0]
    with binary.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return ModelCard(
        name=settings.name,
        language=settings.language,
        normaliser=settings.normaliser,
        order=settings.order,
        sha256=sha256,
        training=settings.training,
        training_tokens=tokens,
        held_out_documents=len(scores),
        percentiles=percentiles,
        max_perplexity=cutoff,
        min_perplexity=None,
        check_text=CHECK_TEXT,
        check_perplexity=float(check),
    )


def _percentiles(scores: NDArray[np.float64]) -> dict[str, float]:
    values = np.percentile(scores, PERCENTILES, method="inverted_cdf")
    return {str(p): float(value) for p, value in zip(PERCENTILES, values, strict=True)}


def _publish(source: Path, target: Path) -> None:
    """Copies a whole file beside its target, syncs it, and renames it into place."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as copy, source.open("rb") as original:
            shutil.copyfileobj(original, copy)
            copy.flush()
            os.fsync(copy.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
