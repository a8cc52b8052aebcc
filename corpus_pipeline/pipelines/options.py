"""From the configuration to the frozen options of every stage."""

import dataclasses
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.dedup import CONTAMINATION_PHASE, DUPLICATE_REASONS
from corpus_pipeline.dedup.contamination import ContaminationOptions
from corpus_pipeline.dedup.minhash import MinHashOptions
from corpus_pipeline.dedup.sentences import SentenceOptions
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.extract.documents import ExtractOptions
from corpus_pipeline.filters.keywords.measures import KeywordRules, find_word_lists
from corpus_pipeline.filters.language.cutoffs import shipped_cut_offs
from corpus_pipeline.filters.language.measures import LanguageRules, check_names
from corpus_pipeline.filters.perplexity.measures import PerplexityRules, perplexity_rules
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.machine import cores, memory_bytes
from corpus_pipeline.pipelines.config import STAGES, Config, Contamination, Tokenize
from corpus_pipeline.pipelines.evaluations import Evaluations, read_evaluations
from corpus_pipeline.pipelines.plan import read_options
from corpus_pipeline.pipelines.resources import Resources, card_path
from corpus_pipeline.pipelines.workspace import Workspace
from corpus_pipeline.scrub.detectors import refuse_unknown
from corpus_pipeline.scrub.replace import ScrubOptions
from corpus_pipeline.stages.dedup import DedupOptions
from corpus_pipeline.stages.hashing import HashOptions
from corpus_pipeline.stages.keywords import KeywordOptions
from corpus_pipeline.stages.language import LanguageOptions
from corpus_pipeline.stages.match_options import MERGES, HashFolder, MatchOptions
from corpus_pipeline.stages.models import (
    language_identifier,
    language_model_card,
    tokenizer_facts,
)
from corpus_pipeline.stages.near_copies import ShingleOptions
from corpus_pipeline.stages.perplexity import PerplexityOptions
from corpus_pipeline.stages.quality import QualityOptions
from corpus_pipeline.stages.read import ReadStageOptions
from corpus_pipeline.stages.scrub import ScrubStageOptions
from corpus_pipeline.stages.tokenize import TokenizeOptions
from corpus_pipeline.stages.writing import FinishedOptions, PreparedOptions
from corpus_pipeline.text.languages import Figures, parse_language
from corpus_pipeline.tokens.encode import EncodeOptions
from corpus_pipeline.tokens.shard import ShardFormat

#: What one worker needs at most (docs/performance.md).
WORKER_MEMORY = 1_500_000_000


def workers(config: Config) -> int:
    """Returns how many workers run: as many as asked for, or cores, that fit the memory."""
    # Where the system does not tell there is enough for four.
    memory = config.memory or memory_bytes() * 3 // 4 or 4 * WORKER_MEMORY
    return max(1, min(config.workers or cores(), memory // WORKER_MEMORY))


def encode_options(section: Tokenize) -> EncodeOptions:
    """Returns how a run's documents become tokens."""
    return EncodeOptions(section.eos_token, section.control_tokens, section.engine)


@dataclasses.dataclass(frozen=True)
class StageOptions:
    """Makes the options of each stage; None where the stage is off.

    Raises:
        ConfigError: a stage refuses its section (the stage's own rule and remedy are in the text).
    """

    config: Config
    resources: Resources
    workspace: Workspace
    partitions: int

    def read(self) -> ReadStageOptions:
        """Options of *read*."""
        return ReadStageOptions(
            units=str(self.workspace.units_file),
            sources={each.source: read_options(self.config, each) for each in self.config.inputs},
            priorities={each.source: each.priority for each in self.config.inputs},
            languages=self._named_languages(),
            text_only=self._works_on_text_alone(),
        )

    def _works_on_text_alone(self) -> bool:
        """Says whether stages need text and none makes any of pages."""
        on = [stage for stage in STAGES if getattr(self.config, stage).enabled]
        return bool(on) and "extract" not in on

    def extract(self) -> ExtractOptions | None:
        """Options of *extract*."""
        section = self.config.extract
        if not section.enabled:
            return None
        return ExtractOptions(max_raw_bytes=section.max_html_bytes, timeout=section.timeout)

    def language(self) -> LanguageOptions | None:
        """Options of *language*."""
        section = self.config.language
        if not section.enabled:
            return None
        # The hash of the plan, not the configured one, which may be missing.
        sha256 = None if section.model is None else self.resources.loaded[section.model]
        merge = {name: members or () for name, members in section.merge.items()}
        # Cut-offs were learnt for the labels of lid.176 as they are.
        learnt = shipped_cut_offs() if section.model is None else {}
        rules = _made(
            "language",
            LanguageRules,
            keep=section.keep,
            min_score=section.min_score,
            min_score_by_language=section.min_score_by_language,
            cut_offs=learnt,
        )
        identifier = _made(
            "language", language_identifier, path=section.model, sha256=sha256,
            merge=tuple(merge.items()),
        )  # fmt: skip
        named = self._named_languages()
        _made("language", check_names, rules=rules, labels=(*identifier.languages, *named.values()))
        return LanguageOptions(
            section.model, sha256, section.sample_chars, merge, rules, frozenset(named),
            self._skip("language"),
        )  # fmt: skip

    def quality(self) -> QualityOptions | None:
        """Options of *quality*."""
        section = self.config.quality
        if not section.enabled:
            return None
        named = self.config.rules_by_source()
        profiles = {
            source: load_profile(each.quality_profile)
            for source, each in named.items()
            if each.quality_profile is not None
        }
        return QualityOptions(profiles, load_profile(section.profile), self._skip("quality"))

    def keywords(self) -> KeywordOptions | None:
        """Options of *keywords*."""
        section = self.config.keywords
        if not section.enabled:
            return None
        find_word_lists(section.lists)  # Refuses names of files that are no language.
        given = section.model_dump(exclude={"enabled", "lists"})
        rules = _made("keywords", KeywordRules, **given)
        # Shipped lists go with the package, whose sources the plan names.
        sha256 = None if section.lists is None else self.resources.loaded[section.lists]
        return KeywordOptions(section.lists, sha256, rules, self._skip("keywords"))

    def perplexity(self) -> PerplexityOptions | None:
        """Options of *perplexity*. Limits come from the models' cards unless they are given."""
        section = self.config.perplexity
        if not section.enabled:
            return None
        models = self.resources.perplexity_models
        hashes = {language: self.resources.loaded[path] for language, path in models.items()}
        loaded = self.resources.loaded
        cards = perplexity_rules(
            {
                language: language_model_card(path, loaded[path], loaded[card_path(path)])
                for language, path in models.items()
            }
        )
        for language in section.max_perplexity:
            if Figures(models).find(language, members=False) is None:
                raise ConfigError(
                    f"perplexity.max_perplexity: {language!r} has no model; there are models for "
                    f"{', '.join(models)}"
                )
        rules = _made(
            "perplexity",
            PerplexityRules,
            max_perplexity={**cards.max_perplexity, **section.max_perplexity},
            min_perplexity=cards.min_perplexity,
            models=cards.models,
        )
        return PerplexityOptions(
            {language: (path, hashes[language]) for language, path in models.items()},
            rules,
            section.max_chars,
            self._skip("perplexity"),
        )

    def hashing(self) -> HashOptions:
        """Options of the hashes that *dedup* compares."""
        document = self.config.dedup.document
        return HashOptions(
            exact=self._on("exact"),
            document=self._minhash(),
            prefer=document.prefer,
            sentence=self._sentence(),
            contamination=self._contamination_path(),
            skip_document=self._skip("document"),
            skip_sentence=self._skip("sentence"),
        )

    def prepared(self) -> PreparedOptions:
        """Options of writing prepared units."""
        return PreparedOptions(self.workspace, self.partitions)

    def matches(self) -> list[str]:
        """The phases between *prepare* and *finish*, in order."""
        phases = []
        if self._contamination_path() is not None:
            phases += ["contamination", "merge-contamination"]
        if self._on("exact"):
            phases += ["exact", "merge-exact"]
        if self._on("document"):
            phases += ["document", "merge-document", "shingles", "verify", "resolve"]
            phases += ["merge-resolve"]
        if self._on("sentence"):
            phases += ["sentence", "merge-sentence"]
        return phases

    def match(self, phase: str) -> MatchOptions:
        """Options of one match phase, or merge."""
        before = self.matches()[: self.matches().index(phase)]
        exclude = tuple(
            f"{name}/removals"
            for name in before
            if name in REMOVING and not (name == CONTAMINATION_PHASE and self._cuts())
        )
        units = self.workspace.units
        partitions = self.partitions
        inputs: tuple[HashFolder, ...] = (HashFolder(f"prepare/hashes/{phase}", units),)
        if phase == "verify":
            buckets = HashFolder("document/buckets", self.partitions)
            inputs, exclude = (buckets, HashFolder("shingles/sets", units)), ()
        elif phase in MERGES:
            inputs, exclude = (HashFolder(MERGES[phase], self.partitions),), ()
            partitions = self.workspace.groups
        return MatchOptions(
            workspace=self.workspace,
            phase=phase,
            inputs=inputs,
            partitions=(),
            total_partitions=partitions,
            exclude=exclude,
            document=self._minhash(),
            contamination=self._contamination_path(),
            max_documents=self.config.dedup.contamination.max_documents,
        )

    @property
    def components(self) -> bool:
        """Tells whether one document of each connected cluster of near copies stays."""
        return self.config.dedup.document.cluster == "components"

    def shingles(self) -> ShingleOptions:
        """Options of the shingle sets of candidates."""
        document = self._minhash()
        assert document is not None
        return ShingleOptions(self.workspace, document, self.partitions)

    def dedup(self) -> DedupOptions | None:
        """Options of applying removals."""
        phases = tuple(name for name in self.matches() if name in REMOVING)
        if not phases:
            return None
        return DedupOptions(self.workspace, phases, self._sentence(), self._cuts())

    def scrub(self) -> ScrubStageOptions | None:
        """Options of *scrub*."""
        section = self.config.scrub
        if not section.enabled:
            return None
        replacement = _made(
            "scrub",
            ScrubOptions,
            replacement=section.placeholder,
            keep_private_ips=section.keep_private_ips,
        )
        refuse_unknown(section.entities, section.regions)
        return ScrubStageOptions(section.entities, section.regions, replacement)

    def tokenize(self) -> TokenizeOptions | None:
        """Options of *tokenize*."""
        section = self.config.tokenize
        if not section.enabled:
            return None
        path = self.resources.tokenizer
        digest, encoding = self.resources.loaded[path], encode_options(section)
        return TokenizeOptions(path, digest, encoding, tokenizer_facts(path, digest, encoding))

    def finished(self) -> FinishedOptions:
        """Options of writing finished units."""
        options = self.tokenize()
        if options is None:
            return FinishedOptions(self.workspace, None)
        facts = options.facts
        shards = ShardFormat(options.tokenizer_sha256, facts.eos_id, str(facts.dtype))
        return FinishedOptions(self.workspace, shards)

    def evaluations(self) -> Evaluations | None:
        """Reads the evaluation sets; None without decontamination.

        Raises:
            InputError: an evaluation file cannot be read, or holds no item that can be found.
        """
        if self._contamination_path() is None:
            return None
        section = self.config.dedup.contamination
        return read_evaluations(section, contamination_options(section))

    def write_contamination_index(self, evaluations: Evaluations | None) -> None:
        """Puts the index where the stages read it."""
        path = self._contamination_path()
        if path is not None and evaluations is not None:
            storage.write_bytes(storage.place(path), evaluations.index)

    def _on(self, kind: str) -> bool:
        return self.config.dedup.enabled and getattr(self.config.dedup, kind).enabled

    def _minhash(self) -> MinHashOptions | None:
        section = self.config.dedup.document
        if not self._on("document"):
            return None
        given = section.model_dump(exclude={"enabled", "prefer", "cluster"})
        options: MinHashOptions = _made(
            "dedup.document", MinHashOptions, seed=self.config.seed, **given
        )
        return options

    def _sentence(self) -> SentenceOptions | None:
        section = self.config.dedup.sentence
        if not self._on("sentence"):
            return None
        options: SentenceOptions = _made(
            "dedup.sentence", SentenceOptions, **section.model_dump(exclude={"enabled"})
        )
        return options

    def _contamination_path(self) -> str | None:
        if not (self._on("contamination") and self.config.dedup.contamination.evaluations):
            return None
        return str(self.workspace.work / "contamination.arrow")

    def _named_languages(self) -> dict[str, str]:
        """Source -> its language, where the configuration says one, as it is stored."""
        rules = self.config.rules_by_source().items()
        return {name: str(parse_language(each.language)) for name, each in rules if each.language}

    def _cuts(self) -> bool:
        return self.config.dedup.contamination.action == "cut"

    def _skip(self, stage: str) -> frozenset[str]:
        rules = self.config.rules_by_source()
        return frozenset(name for name, each in rules.items() if stage in each.skip)


def contamination_options(section: Contamination) -> ContaminationOptions:
    """Options of the index of evaluation items."""
    options: ContaminationOptions = _made(
        "dedup.contamination",
        ContaminationOptions,
        ngram=section.ngram,
        char_ngram=section.char_ngram,
        min_coverage=section.min_coverage,
        min_item_words=min(ContaminationOptions.min_item_words, section.ngram),
        min_item_chars=min(ContaminationOptions.min_item_chars, section.char_ngram),
    )
    return options


#: Phases that remove documents or sentences.
REMOVING = (*DUPLICATE_REASONS, "merge-sentence")


def _made(section: str, kind: Any, **fields: Any) -> Any:
    """Builds a stage's options; what the stage refuses becomes a configuration error."""
    try:
        return kind(**fields)
    except ValueError as error:
        raise ConfigError(f"{section}: {error}") from error
