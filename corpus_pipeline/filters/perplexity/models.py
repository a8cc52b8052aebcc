"""KenLM models: cards, facts, and files that belong together."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.perplexity.normaliser import PROFILES
from corpus_pipeline.filters.perplexity.pieces import PieceModel, load_pieces
from corpus_pipeline.filters.perplexity.published import PUBLISHED
from corpus_pipeline.filters.perplexity.scoring import score_texts

#: What every KenLM binary starts with. An ARPA file does not, and cannot be memory-mapped.
_BINARY_START = b"mmap lm http://kheafield.com/code"

#: Relative tolerance of the check sentence; KenLM adds 32-bit floats.
_TOLERANCE = 1e-3

_SHIPPED = {"en": "en.words.klm", "zh": "zh.characters.klm"}


@dataclasses.dataclass(frozen=True)
class ModelCard:
    """What is known about a language model; stored as `<model>.json` beside `<model>.klm`."""

    name: str
    language: str
    normaliser: str
    """A key of normaliser.PROFILES."""
    order: int
    """Longest n-gram, in tokens."""
    sha256: str
    """Of the binary model, 64 hex digits."""
    training: str
    """The text it was trained on, in words."""
    training_tokens: int
    held_out_documents: int
    percentiles: Mapping[str, float]
    """Percentile ("1", "5", …, "99") -> perplexity of held-out documents."""
    max_perplexity: float | None
    """The cut-off that goes with this model; null when there is none."""
    min_perplexity: float | None
    check_text: str
    check_perplexity: float
    """Perplexity of `check_text`; loading must find it again, or tokens are made another way."""

    @property
    def label(self) -> str:
        """The model's name and the start of its hash, as stored beside every measure."""
        return f"{self.name}@{self.sha256[:8]}"


@dataclasses.dataclass(frozen=True)
class ModelFacts:
    """What is said of a model that has no card: somebody else's, mostly."""

    name: str
    normaliser: str
    """A key of normaliser.PROFILES, or of published.PUBLISHED with a SentencePiece model."""
    sha256: str
    """Of the binary model, 64 hex digits."""
    pieces_sha256: str | None = None
    """Of the SentencePiece model."""

    @property
    def label(self) -> str:
        """Says all on which a perplexity depends, as it is stored beside every measure.

        >>> ModelFacts("ccnet", "ccnet-v1", "0123456789", "abcdef0123").label
        'ccnet@01234567+abcdef01/ccnet-v1'
        """
        pieces = "" if self.pieces_sha256 is None else f"+{self.pieces_sha256[:8]}"
        return f"{self.name}@{self.sha256[:8]}{pieces}/{self.normaliser}"


@dataclasses.dataclass(frozen=True)
class LanguageModel:
    """A KenLM model, memory-mapped, and what is known of it. Pickles as a path."""

    card: ModelCard | ModelFacts
    scorer: Any
    """kenlm.Model."""
    pieces: PieceModel | None = None
    """What makes pieces of texts, for published models."""


def shipped_models() -> dict[str, Path]:
    """Returns language code -> path of the models that come with the package.

    >>> sorted(shipped_models())
    ['en', 'zh']
    """
    folder = Path(__file__).parents[2] / "models"
    return {language: folder / name for language, name in _SHIPPED.items()}


def load_language_model(path: str | Path, sha256: str | None = None) -> LanguageModel:
    """Memory-maps a KenLM binary, reads its card, and checks that the two belong together.

    Checked: the hash of the file, the order, that the normaliser profile is known, and that a check
    sentence gets the perplexity that the card says.

    Args:
        path: `<name>.klm`; the card is `<name>.json` in the same folder.
        sha256: 64 hex digits that the binary must have; None takes the card's word.

    Raises:
        ResourceError: a file is missing, is not what it should be, or the two do not match.

    >>> model = load_language_model(shipped_models()["en"])
    >>> model.card.normaliser, model.card.order
    ('words-v1', 3)
    """
    path = Path(path)
    card = read_model_card(path.with_suffix(".json"))
    if card.normaliser not in PROFILES:
        raise ResourceError(
            f"{path.with_suffix('.json')}: unknown normaliser {card.normaliser!r}; this version "
            f"knows {', '.join(PROFILES)}; retrain the model or update corpus-pipeline"
        )
    digest = _file_sha256(path)
    for source, expected in (("the configuration", sha256), ("its card", card.sha256)):
        if expected is not None and digest != expected.lower():
            raise ResourceError(
                f"{path}: sha256 is {digest} but {source} says {expected}; "
                "fetch the named model or correct the hash"
            )
    scorer = open_scorer(path)
    if scorer.order != card.order:
        raise ResourceError(
            f"{path}: order is {scorer.order} but its card says {card.order}; "
            "pair it with its own card"
        )
    found = score_texts(scorer, card.normaliser, pa.array([card.check_text]))[0]
    if not math.isclose(found, card.check_perplexity, rel_tol=_TOLERANCE):
        raise ResourceError(
            f"{path}: the check sentence has perplexity {found} but the card says "
            f"{card.check_perplexity}: the normaliser {card.normaliser!r} or the model differs "
            "from the one at training; retrain the model or pair it with its own card"
        )
    return LanguageModel(card, scorer)


def load_published_model(
    path: str | Path,
    name: str,
    normaliser: str,
    pieces: str | Path | None = None,
    sha256: str | None = None,
    pieces_sha256: str | None = None,
) -> LanguageModel:
    """Memory-maps a KenLM binary that has no card, and the SentencePiece model in front of it.

    Nothing can be checked of the pair: whoever names them says that they belong together.

    Args:
        path: a KenLM binary, `en.arpa.bin`.
        name: what the model is called in `perplexity_model`.
        normaliser: a key of `PUBLISHED` with `pieces`, of `PROFILES` without.
        pieces: a SentencePiece model, `en.sp.model`.
        sha256: 64 hex digits that the binary must have; None for any.
        pieces_sha256: the same of the SentencePiece model.

    Raises:
        ResourceError: a file is missing, is not what it should be, or another one.
        ValueError: the normaliser is unknown, or asks for pieces or for none.
    """
    check_normaliser(normaliser, pieces is not None)
    path = Path(path)
    digest = _file_sha256(path)
    if sha256 is not None and digest != sha256.lower():
        raise ResourceError(
            f"{path}: sha256 is {digest} but the configuration says {sha256}; "
            "fetch the named model or correct the hash"
        )
    loaded = None if pieces is None else load_pieces(pieces, pieces_sha256)
    facts = ModelFacts(name, normaliser, digest, None if loaded is None else loaded.sha256)
    return LanguageModel(facts, open_scorer(path), loaded)


def check_normaliser(normaliser: str, has_pieces: bool) -> None:
    """Refuses a normaliser that is unknown, or writes what the model behind it cannot read.

    Raises:
        ValueError: one line that says which there are.

    >>> check_normaliser("ccnet-v1", has_pieces=False)
    Traceback (most recent call last):
    ValueError: normaliser 'ccnet-v1' writes text for a SentencePiece model; name one
    """
    if normaliser not in (*PROFILES, *PUBLISHED):
        known = ", ".join((*PROFILES, *PUBLISHED))
        raise ValueError(f"unknown normaliser {normaliser!r}; known are {known}")
    if normaliser in PUBLISHED and not has_pieces:
        raise ValueError(
            f"normaliser {normaliser!r} writes text for a SentencePiece model; name one"
        )
    if normaliser in PROFILES and has_pieces:
        raise ValueError(
            f"normaliser {normaliser!r} writes tokens, and a SentencePiece model reads text; take "
            f"one of {', '.join(PUBLISHED)}"
        )


def read_model_card(path: Path) -> ModelCard:
    """Reads and checks `<name>.json`.

    Raises:
        ResourceError: the file is missing, is not JSON, or has other fields than `ModelCard`.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResourceError(
            f"{path}: cannot read the model's card ({error.strerror}); "
            "keep NAME.json beside NAME.klm"
        ) from error
    except ValueError as error:
        raise ResourceError(f"{path}: the model's card is not JSON ({error})") from error
    names = {field.name for field in dataclasses.fields(ModelCard)}
    if not isinstance(fields, dict) or set(fields) != names:
        different = names ^ set(fields) if isinstance(fields, dict) else names
        raise ResourceError(
            f"{path}: a model's card has other fields, see {', '.join(sorted(different))}; "
            "retrain the model with this version"
        )
    return ModelCard(**fields)


def open_scorer(path: Path) -> Any:
    """Memory-maps a KenLM binary and returns the kenlm.Model.

    Raises:
        ResourceError: the file is missing, is no KenLM binary, or KenLM refuses it.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_BINARY_START))
    except OSError as error:
        raise ResourceError(f"{path}: cannot read the language model ({error.strerror})") from error
    if start != _BINARY_START:
        raise ResourceError(
            f"{path}: not a KenLM binary; convert an ARPA file with KenLM's build_binary"
        )
    import kenlm

    config = kenlm.Config()
    config.load_method = kenlm.LoadMethod.LAZY
    config.show_progress = False
    try:
        return kenlm.Model(str(path), config)
    except OSError as error:
        raise ResourceError(f"{path}: KenLM cannot load the model: {error}") from error


def _file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ResourceError(f"{path}: cannot read the language model ({error.strerror})") from error
