"""Cut-offs from a sample of one's own data: each drops a small share of what there is.

sample ─► measures ─► by rule and language the value that a share of documents is beyond
       ─► rounded to the side of keeping ─► judged as a run would: alone, and together
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.batches import one_batch
from corpus_pipeline.config.config import load_config
from corpus_pipeline.config.missing_files import refuse_missing_inputs, refuse_missing_resources
from corpus_pipeline.config.run_flow import RunFlow, run_flow
from corpus_pipeline.errors import InputError
from corpus_pipeline.filters.language.measures import LanguageRules, language_failures
from corpus_pipeline.filters.perplexity.measures import PerplexityRules, perplexity_failures
from corpus_pipeline.filters.quality.more_columns import SCALES
from corpus_pipeline.filters.quality.profiles import parse_profile, profile_text
from corpus_pipeline.filters.quality.rule_table import RULES, Rule
from corpus_pipeline.filters.quality.rules import (
    QualityProfile,
    QualityRules,
    quality_failures,
)
from corpus_pipeline.filters.quality.step import Quality
from corpus_pipeline.inspection.written_rules import refuse_written, write_rules
from corpus_pipeline.pipelines.sampling import measured_sample

#: What is kept of a sample, besides the measures of quality.
_COLUMNS = ("source", "lang", "lang_score", "perplexity", "perplexity_model")
#: Decimals of a ratio that is proposed, and of a score.
_DECIMALS = 4
_SCORE_DECIMALS = 2


@dataclasses.dataclass(frozen=True)
class CutOff:
    """One proposed threshold."""

    value: float
    share: float
    """Of the documents that it is for, those that it alone would drop."""
    documents: int
    """That it was made from."""

    def __str__(self) -> str:
        return f"drops {self.share:.2%} of {self.documents:,}"


@dataclasses.dataclass
class Calibration:
    """Proposed thresholds of one set of documents."""

    documents: int
    languages: dict[str, int]
    """Language with cut-offs of its own -> documents."""
    rules: dict[str | None, dict[str, CutOff]]
    """Language (None: all others) -> rule of the quality profile -> threshold."""
    min_score: dict[str, CutOff]
    """Language -> least confidence."""
    max_perplexity: dict[str, CutOff]
    """Language -> limit."""
    together: dict[str | None, float] = dataclasses.field(default_factory=dict)
    """Language with cut-offs of its own -> share of its documents that all of them drop; None: of
    all documents."""

    def profile(self, base: str) -> dict[str, Any]:
        """Returns the rules as a change of a quality profile."""
        values = {
            language: {rule: cut.value for rule, cut in rules.items()}
            for language, rules in self.rules.items()
        }
        return {"base": base, "rules": values.pop(None, {}), "languages": values}

    def comments(self) -> dict[str, str]:
        """Returns what stands beside each threshold in a file."""
        found = {
            (rule if language is None else f"{language}.{rule}"): str(cut)
            for language, rules in self.rules.items()
            for rule, cut in rules.items()
        }
        for key, cuts in (
            ("language.min_score_by_language", self.min_score),
            ("perplexity.max_perplexity", self.max_perplexity),
        ):
            found |= {f"{key}.{language}": str(cut) for language, cut in cuts.items()}
        return found


def calibrate(
    batches: Sequence[pa.RecordBatch],
    profile: QualityProfile | None,
    base: str,
    share: float,
    least: int,
) -> Calibration:
    """Proposes cut-offs, of which each drops at most a share of the documents.

    Args:
        batches: documents with text, with the columns of *language*, *quality* and *perplexity*.
        profile: whose rules that are on get other thresholds; None: no quality rules.
        base: name of that profile.
        share: 0 to 1.
        least: documents of a language that has thresholds of its own; all others share those for
            all languages, if they are so many together.

    Raises:
        InputError: there are too few documents.
    """
    rows = one_batch(pa.Table.from_batches(list(batches)))
    langs = rows["lang"]
    counts = {
        item["values"]: item["counts"] for item in langs.value_counts().to_pylist()
        if item["values"] is not None
    }  # fmt: skip
    own = {name: n for name, n in sorted(counts.items()) if n >= least}
    if rows.num_rows < least:
        raise InputError(
            f"the sample has {rows.num_rows:,} documents with text, fewer than {least:,}; take a "
            "larger one (--sample), or ask for fewer (--min-documents)"
        )
    found = Calibration(rows.num_rows, own, {}, {}, {})
    for language in own:
        some = rows.filter(pc.equal(langs, language))
        found.rules[language] = _rules(some, profile, language, share)
        found.min_score |= _score(some, language, share)
        found.max_perplexity |= _perplexity(some, language, share)
    others = rows.filter(
        pc.invert(pc.is_in(pc.fill_null(langs, ""), pa.array(list(own), pa.string())))
    )
    if others.num_rows >= least:
        found.rules[None] = _rules(others, profile, None, share)
    found.together = _together(rows, found, base, profile is not None)
    return found


def _rules(
    rows: pa.RecordBatch, profile: QualityProfile | None, language: str | None, share: float
) -> dict[str, CutOff]:
    """Proposes thresholds for the rules of a profile that are on in a language."""
    found: dict[str, CutOff] = {}
    if profile is None:
        return found
    known = profile.rules_for(language)
    for rule in RULES:
        if getattr(known, rule.field) is None:
            continue
        compared = profile.compares(rule, language)
        values = _values(rows, *compared)
        if not len(values):
            continue
        value = _threshold(values, rule, share)
        alone: dict[str, Any] = {rule.field: value}
        only = dataclasses.replace(
            profile,
            rules=QualityRules(**alone),
            languages={},
            counted={rule.field: compared},
            counted_in={},
        )
        fails = quality_failures(rows, rows["lang"], only)[rule.reason]
        found[rule.field] = CutOff(value, float(fails.mean()), rows.num_rows)
    return _consistent(found)


def _consistent(found: dict[str, CutOff]) -> dict[str, CutOff]:
    """Leaves out bounds of one measure of which the lower is above the upper: too few documents."""
    crossed: set[str] = set()
    for field, cut in found.items():
        upper = field.replace("_min_", "_max_")
        if "_min_" in field and upper in found and cut.value > found[upper].value:
            crossed |= {field, upper}
    return {field: cut for field, cut in found.items() if field not in crossed}


def _values(rows: pa.RecordBatch, measure: str, per: str | None) -> NDArray[np.float64]:
    """Returns the measure of each document that has one, in units of its thresholds, sorted."""
    count = rows[measure]
    there = count.is_valid()
    values = count.filter(there).to_numpy(zero_copy_only=False) / SCALES.get(measure, 1)
    if per is not None:
        total = rows[per].filter(there).fill_null(0).to_numpy(zero_copy_only=False)
        values, total = values[total > 0], total[total > 0]
        values = values / total
    return np.sort(values)


def _threshold(values: NDArray[np.float64], rule: Rule, share: float) -> float | int:
    """Returns the threshold beyond which at most a share of sorted values lies."""
    beyond = math.floor(share * len(values))
    value = float(values[beyond] if rule.lower else values[len(values) - 1 - beyond])
    if rule.per is None and not rule.unbounded:
        return int(value)
    return _kept(value, _DECIMALS, lower=rule.lower)


def _kept(value: float, decimals: int, lower: bool) -> float:
    """Rounds to the side on which a document of this value stays."""
    unit = float(10**decimals)
    return (math.floor(value * unit) if lower else math.ceil(value * unit)) / unit


def _score(rows: pa.RecordBatch, language: str, share: float) -> dict[str, CutOff]:
    scores = np.sort(rows["lang_score"].drop_null().to_numpy().astype(np.float64))
    if not len(scores):
        return {}
    value = _kept(float(scores[math.floor(share * len(scores))]), _SCORE_DECIMALS, lower=True)
    fails = language_failures(rows, LanguageRules(min_score=value))["language-low-score"]
    return {language: CutOff(value, float(fails.mean()), rows.num_rows)}


def _perplexity(rows: pa.RecordBatch, language: str, share: float) -> dict[str, CutOff]:
    values = np.sort(rows["perplexity"].drop_null().to_numpy())
    if not len(values):
        return {}
    value = _kept(float(values[len(values) - 1 - math.floor(share * len(values))]), 0, lower=False)
    rules = PerplexityRules(max_perplexity={language: value})
    fails = perplexity_failures(rows, rows["lang"], rules)["perplexity-too-high"]
    return {language: CutOff(value, float(fails.mean()), rows.num_rows)}


def _together(
    rows: pa.RecordBatch, found: Calibration, base: str, rules: bool
) -> dict[str | None, float]:
    """Returns the share that all thresholds of the sections and of the profile drop."""
    scores = {language: cut.value for language, cut in found.min_score.items()}
    limits = {language: cut.value for language, cut in found.max_perplexity.items()}
    masks: list[Mapping[str, NDArray[np.bool_]]] = [
        {"low": language_failures(
            rows, LanguageRules(min_score=0, min_score_by_language=scores))["language-low-score"]},
        perplexity_failures(rows, rows["lang"], PerplexityRules(max_perplexity=limits)),
    ]  # fmt: skip
    if rules:
        profile = parse_profile("calibrated", profile_text(found.profile(base)))
        masks.append(quality_failures(rows, rows["lang"], profile))
    fails = np.zeros(rows.num_rows, np.bool_)
    for mask in masks:
        for each in mask.values():
            fails |= each
    shares: dict[str | None, float] = {None: float(fails.mean())}
    for language in found.languages:
        mine = pc.fill_null(pc.equal(rows["lang"], language), False)
        shares[language] = float(fails[mine.to_numpy(zero_copy_only=False)].mean())
    return shares


@dataclasses.dataclass(frozen=True)
class Calibrated:
    """What a sample of a configuration says."""

    whole: Calibration
    sources: dict[str, Calibration]
    """Source -> its own; only of those with documents enough."""
    written: list[Path]


def calibrate_config(
    path: Path,
    output: Path,
    overwrite: bool,
    percent: float,
    documents: int,
    least: int,
    by_source: bool,
) -> Calibrated:
    """Measures a sample of a configuration's inputs and writes cut-offs.

    Args:
        path: of the configuration.
        output: file of the sections; profiles are written beside it.
        overwrite: replace them.
        percent: of the documents that each threshold drops at most.
        documents: sample of each source.
        least: documents of a language, or source, with thresholds of its own.
        by_source: write a profile for each source, too.

    Raises:
        ConfigError: the configuration breaks a rule, or `output` exists.
        InputError: an input is missing, or holds too few documents.
    """
    refuse_written(output, overwrite)
    config = load_config(path, output="-")
    refuse_missing_inputs(config)
    flow = run_flow(config)
    refuse_missing_resources(config, flow)
    quality = next((s for s in flow.passes[0].steps if s.title == "quality"), None)
    wanted = {*_COLUMNS, *(field.name for field in (quality.all_columns() if quality else ()))}
    batches: dict[str, list[pa.RecordBatch]] = {}
    for batch in measured_sample(config, flow, documents):
        some = batch.select([name for name in batch.schema.names if name in wanted])
        batches.setdefault(batch["source"][0].as_py(), []).append(some)
    share = percent / 100
    base = config.options("quality").profile
    profile = None
    if isinstance(quality, Quality):
        base = quality.options.profile
        profile = quality.profiles[base]
    everything = [batch for some in batches.values() for batch in some]
    # Rules by another profile are no figures for this one.
    common = [
        batch for source, some in batches.items() for batch in some
        if flow.read.context.rules(source).quality_profile in (None, base)
    ]  # fmt: skip
    whole = calibrate(common or everything, profile, base, share, least)
    sources = {}
    for source, some in sorted(batches.items()) if by_source else ():
        if isinstance(quality, Quality) and sum(b.num_rows for b in some) >= least:
            name = flow.read.context.rules(source).quality_profile or base
            sources[source] = calibrate(some, quality.profiles[name], name, share, least)
    written = _write(output, path, whole, sources, base, percent, flow, profile is not None)
    return Calibrated(whole, sources, written)


def _write(
    output: Path,
    path: Path,
    whole: Calibration,
    sources: Mapping[str, Calibration],
    base: str,
    percent: float,
    flow: RunFlow,
    rules: bool,
) -> list[Path]:
    head = [
        f"Cut-offs by corpus calibrate from a sample of {path}: {whole.documents:,} documents,",
        f"of which each threshold drops at most {percent:g} %; all together "
        f"{whole.together[None]:.1%}.",
    ]
    sections: dict[str, dict[str, Any]] = {}
    for title, key, cuts in (
        ("language", "min_score_by_language", whole.min_score),
        ("perplexity", "max_perplexity", whole.max_perplexity),
    ):
        if cuts:
            sections[title] = {key: {language: cut.value for language, cut in cuts.items()}}
    profiles = {"": whole.profile(base)} if rules else {}
    comments = {"": whole.comments()}
    for source, found in sources.items():
        name = flow.read.context.rules(source).quality_profile or base
        profiles[source], comments[source] = found.profile(name), found.comments()
    return write_rules(output, head, sections, profiles, comments)
