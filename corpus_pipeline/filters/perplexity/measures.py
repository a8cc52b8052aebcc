"""Perplexity: how badly an n-gram language model predicts a text.

    texts ─► normaliser profile ─► tokens and lines ─► KenLM ─► 10 ** (-log10 p / (tokens + lines))

Every line is scored as a sentence, so the end of a line is an event like a token. A perplexity
means nothing without its model: the *model card* beside each model names the normaliser profile,
the percentiles of perplexity on text that was held out from training, and the cut-offs that go with
the model; and the label of the model is stored beside every measure.
"""

import dataclasses
import hashlib
import itertools
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.filters.perplexity.columns import PERPLEXITY_MEASURES, PERPLEXITY_REASONS
from corpus_pipeline.filters.perplexity.normaliser import PROFILES, normalise_for_lm
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.languages import figures_for

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
    """A key of lm_normaliser.PROFILES."""
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
class LanguageModel:
    """A KenLM model, memory-mapped, and its card. Pickles as a path."""

    card: ModelCard
    scorer: Any
    """kenlm.Model."""


@dataclasses.dataclass(frozen=True)
class PerplexityRules:
    """Cut-offs by language code. A language that is not named has none.

    The values belong to one model each, so `models` says which; measures made by another model are
    refused. Take the cut-offs of the cards with `perplexity_rules`, or calibrate on your own text.
    """

    max_perplexity: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Language -> a document above this is dropped: noise, random letters, another language."""
    min_perplexity: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Language -> a document below this is dropped: a machine's or a form's repetitions."""
    models: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Language -> label of the model that the cut-offs were made for; may be left out."""

    def __post_init__(self) -> None:
        for name in ("max_perplexity", "min_perplexity"):
            for language, value in getattr(self, name).items():
                if not (math.isfinite(value) and value > 0):
                    raise ValueError(
                        f"{name} of {language!r} must be a positive number, got {value}; "
                        f"leave {language!r} out for no cut-off"
                    )
        for language, low in self.min_perplexity.items():
            if low >= self.max_perplexity.get(language, math.inf):
                raise ValueError(
                    f"min_perplexity of {language!r} is {low} but max_perplexity is "
                    f"{self.max_perplexity[language]}: nothing could pass; lower the minimum"
                )


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


def score_texts(
    scorer: Any, profile: str, texts: pa.Array, max_chars: int | None = None
) -> NDArray[np.float64]:
    """Returns float64[N], the perplexity of each text under one model; NaN where there is no token.

    Args:
        scorer: kenlm.Model, or anything with `score(line: bytes) -> float`, the log10 probability
            of a line and its end.
        profile: a key of lm_normaliser.PROFILES.
        texts: string[N].
        max_chars: reads this many characters of each text, and to the end of a token; None reads
            whole texts.
    """
    texts = as_texts(texts)
    text, tokens, lines = normalise_for_lm(texts, profile, max_chars)
    data, offsets = utf8_buffers(text)
    bounds, events, buffer = offsets.tolist(), (tokens + lines).tolist(), data.tobytes()
    score = scorer.score
    result = np.full(len(texts), np.nan)
    for row, (begin, end) in enumerate(itertools.pairwise(bounds)):
        if begin < end:
            # fsum: the sum of the lines is the same on every Python version.
            log10 = math.fsum(map(score, buffer[begin:end].split(b"\n")))
            # Rounded, because the last bits of a power differ between C libraries; bounded, because
            # a model whose <unk> has log10 probability -1000 would overflow.
            result[row] = round(10.0 ** min(-log10 / events[row], 300.0), 3)
    return result


def measure_perplexity(
    texts: pa.Array,
    langs: pa.Array,
    models: Mapping[str, LanguageModel],
    max_chars: int | None = None,
) -> pa.RecordBatch:
    """Measures the perplexity of each text under the model of its language.

    Args:
        texts: string[N]. A null text has null measures.
        langs: string[N], languages or scripts (`und-Hani`); null when unknown. Which of `models`
            serves one, `text.languages` says.
        models: language -> model.
        max_chars: reads only the first so many characters of each text. Perplexity is a mean: at
            20,000 it is within about a tenth of the whole text's. None reads all.

    Returns:
        N rows with the columns of `PERPLEXITY_MEASURES`.

    >>> models = {"en": load_language_model(shipped_models()["en"])}
    >>> texts = pa.array(["It was a fine day in the old town.", "fghj dfgk jkhl", "今天", None])
    >>> batch = measure_perplexity(texts, pa.array(["en", "en", "zh", "en"]), models)
    >>> batch["perplexity_model"].is_valid().to_pylist()
    [True, True, False, False]
    >>> batch["perplexity"][0].as_py() < 1000 < batch["perplexity"][1].as_py()
    True
    """
    texts, langs = as_texts(texts), as_texts(langs)
    perplexity = np.full(len(texts), np.nan)
    label = np.full(len(texts), -1, np.int32)
    labels: list[str] = []
    number = figures_for(tuple(models)).of_column(langs, members=False)
    for n, model in enumerate(models.values()):
        rows = np.flatnonzero(number == n)
        if len(rows) == 0:
            continue
        subset = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
        perplexity[rows] = score_texts(model.scorer, model.card.normaliser, subset, max_chars)
        label[rows] = len(labels)
        labels.append(model.card.label)
    missing = np.isnan(perplexity)
    names = pa.DictionaryArray.from_arrays(
        pa.array(label, mask=missing), pa.array(labels, pa.string())
    ).cast(pa.string())
    return pa.RecordBatch.from_arrays(
        [pa.array(perplexity, mask=missing), names], schema=PERPLEXITY_MEASURES
    )


def perplexity_rules(cards: Mapping[str, ModelCard]) -> PerplexityRules:
    """Returns the cut-offs that the models' cards name.

    >>> card = read_model_card(shipped_models()["zh"].with_suffix(".json"))
    >>> rules = perplexity_rules({"zh": card})
    >>> list(rules.max_perplexity), rules.models["zh"].startswith("zh.characters@")
    (['zh'], True)
    """
    return PerplexityRules(
        {k: card.max_perplexity for k, card in cards.items() if card.max_perplexity is not None},
        {k: card.min_perplexity for k, card in cards.items() if card.min_perplexity is not None},
        {k: card.label for k, card in cards.items()},
    )


def perplexity_failures(
    measures: pa.RecordBatch, langs: pa.Array, rules: PerplexityRules
) -> dict[str, NDArray[np.bool_]]:
    """Decides which documents fail: above the maximum or below the minimum of their language.

    Args:
        measures: N rows with the columns of `PERPLEXITY_MEASURES`. A null perplexity never fails.
        langs: string[N], languages or scripts, as in `measure_perplexity`.
        rules: the cut-offs.

    Returns:
        Reason -> bool[N], in the order of `PERPLEXITY_REASONS`.

    Raises:
        ConfigError: a document was measured by another model than its cut-off was made for.

    >>> measures = pa.RecordBatch.from_pydict(
    ...     {"perplexity": [90.0, 9000.0, None], "perplexity_model": ["m", "m", None]},
    ...     schema=PERPLEXITY_MEASURES,
    ... )
    >>> rules = PerplexityRules(max_perplexity={"en": 8000.0})
    >>> failures = perplexity_failures(measures, pa.array(["en", "en", "en"]), rules)
    >>> failures["perplexity-too-high"].tolist()
    [False, True, False]
    """
    values = measures["perplexity"].to_numpy(zero_copy_only=False)
    high = np.zeros(len(values), np.bool_)
    low = np.zeros(len(values), np.bool_)
    for limits, failed, sign in ((rules.max_perplexity, high, 1), (rules.min_perplexity, low, -1)):
        number = figures_for(tuple(limits)).of_column(langs, members=False)
        for n, (language, limit) in enumerate(limits.items()):
            rows = number == n
            _check_model(measures["perplexity_model"], rows, language, rules)
            # A comparison with NaN, which stands for null here, is false.
            failed |= rows & (sign * values > sign * limit)
    return dict(zip(PERPLEXITY_REASONS, (high, low), strict=True))


def _check_model(
    labels: pa.Array, rows: NDArray[np.bool_], language: str, rules: PerplexityRules
) -> None:
    """Refuses cut-offs of one model for perplexities of another."""
    made_for = figures_for(tuple(rules.models)).find(language, members=False)
    wanted = None if made_for is None else rules.models[made_for]
    if wanted is None:
        return
    for found in pc.unique(labels.filter(pa.array(rows))).to_pylist():
        if found is not None and found != wanted:
            raise ConfigError(
                f"the cut-offs for {language!r} were made for the model {wanted} but the documents "
                f"were measured by {found}: perplexities of two models cannot be compared; "
                "take that model's cut-offs or measure again"
            )
