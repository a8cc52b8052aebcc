"""From the steps of a run to the frozen options of what its phases consist of."""

import dataclasses
from collections.abc import Mapping
from functools import cached_property

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import Pass, RunFlow
from corpus_pipeline.dedup.anchors import RepeatOptions
from corpus_pipeline.dedup.matches import (
    MATCHES,
    AddressMatch,
    ContaminationMatch,
    DocumentMatch,
    ExactMatch,
    Match,
    ParagraphMatch,
    SentenceMatch,
    SubstringMatch,
)
from corpus_pipeline.dedup.minhash import MinHashOptions
from corpus_pipeline.dedup.ngrams import ParagraphOptions
from corpus_pipeline.dedup.sentences import SentenceOptions
from corpus_pipeline.dedup.step import Dedup
from corpus_pipeline.filters.gathering import Gathering
from corpus_pipeline.filters.url.normalise import in_one_form
from corpus_pipeline.filters.where.ordering import parse_ordering
from corpus_pipeline.machine import cores, memory_bytes
from corpus_pipeline.pipelines.phases import DocumentPass, UnitPhase
from corpus_pipeline.planning.evaluations import (
    Evaluations,
    contamination_options,
    read_evaluations,
)
from corpus_pipeline.planning.plan import read_options
from corpus_pipeline.scrub.step import Scrub
from corpus_pipeline.stages.dedup import DedupOptions, RemoveDuplicates
from corpus_pipeline.stages.finishing import FinishedOptions
from corpus_pipeline.stages.hashing import HashOptions
from corpus_pipeline.stages.ledger import LedgerOptions
from corpus_pipeline.stages.mapping import DecideStep
from corpus_pipeline.stages.match_options import HashFolder, MatchOptions
from corpus_pipeline.stages.models import contamination_index
from corpus_pipeline.stages.read import ReadStageOptions
from corpus_pipeline.stages.second_look import SecondLook, SecondLookOptions
from corpus_pipeline.stages.sharding import ShardOptions
from corpus_pipeline.stages.writing import PreparedOptions
from corpus_pipeline.steps import Step, made
from corpus_pipeline.tokens.runs import RunFormat
from corpus_pipeline.tokens.shard import ShardFormat
from corpus_pipeline.transforms import Transform
from corpus_pipeline.workspace.phase_table import (
    FIRST_PASS,
    REMOVING,
    SHARDS,
    matches,
    merge_of,
    merged_by,
    row_of,
)
from corpus_pipeline.workspace.state import Workspace

#: What one worker needs at most (docs/performance.md).
WORKER_MEMORY = 1_500_000_000


def workers(config: Config) -> int:
    """Returns how many workers run: as many as asked for, or cores, that fit the memory."""
    # Where the system does not tell there is enough for four.
    memory = config.memory or memory_bytes() * 3 // 4 or 4 * WORKER_MEMORY
    return max(1, min(config.workers or cores(), memory // WORKER_MEMORY))


def settle_name(step: Step) -> str:
    """Names the phase in which a step that gathers settles what it has seen of the whole run."""
    return f"settle-{step.title}"


@dataclasses.dataclass(frozen=True)
class StageOptions:
    """Makes the options of each stage; None where the stage is off.

    Raises:
        ConfigError: a stage refuses its section (the stage's own rule and remedy are in the text).
    """

    config: Config
    flow: RunFlow
    workspace: Workspace
    partitions: int
    finer: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Kind of match -> partitions of its phases that may have more of them, once it is known."""

    def partitions_of(self, phase: str) -> int:
        """Returns into how many partitions a phase cuts what it writes, or what it is over."""
        row = row_of(phase)
        return self.finer.get(str(row.kind), self.partitions) if row.finer else self.partitions

    def read(self) -> ReadStageOptions:
        """Options of *read*."""
        return ReadStageOptions(
            units=str(self.workspace.units_file),
            sources={each.source: read_options(self.config, each) for each in self.config.inputs},
            priorities={each.source: each.priority for each in self.config.inputs},
            schema=self.flow.schema,
            readers=self.flow.readers,
            languages={
                name: rules.language
                for name, rules in self.flow.read.context.sources.items()
                if rules.language
            },
            # Without a step that makes texts, pages stay pages unless another step needs text.
            text_only=len(self.flow.steps) > 1 and not self.flow.makes_text,
        )

    def pass_work(self, each: Pass) -> DocumentPass:
        """Returns the phase of one pass."""
        names = [one.name for one in self.flow.passes]
        index = names.index(each.name)
        last = index == len(names) - 1
        source = self.read() if index == 0 else names[index - 1]
        hashing = None if last else self.hashing(each)
        writing = self.finished() if last else self.prepared(each)
        return DocumentPass(
            each.name, self.workspace, source, self._deciding(each), each.steps,
            hashing if index == 0 or isinstance(each.looks, Dedup) else None, writing,
        )  # fmt: skip

    def _deciding(self, each: Pass) -> Transform | None:
        """What applies the findings of the whole run, at the beginning of a pass."""
        if isinstance(each.decided, Gathering):
            return DecideStep(each.decided, self.settled_path(each.decided))
        options = self.dedup() if isinstance(each.decided, Dedup) else None
        return None if options is None else RemoveDuplicates(options)

    def settled_path(self, step: Step) -> storage.Place:
        """Names the file of what a step that gathers has settled."""
        return self.workspace.phase(settle_name(step)) / "settled.arrow"

    def hashing(self, each: Pass) -> HashOptions:
        """Options of the identities of a pass, and of the hashes that *dedup* compares."""
        document = self.flow.dedup.options.document
        if not isinstance(each.looks, Dedup):
            return HashOptions((), document.prefer)
        skip = {match.kind: self._skip(match.kind) for match in self.compared}
        return HashOptions(self.compared, document.prefer, skip)

    def prepared(self, each: Pass) -> PreparedOptions:
        """Options of writing the units of a pass that is not the last."""
        gathering = each.looks if isinstance(each.looks, Gathering) else None
        return PreparedOptions(
            self.workspace, each.name, self.partitions, self.flow.schema, self._redaction(),
            gathering,
        )  # fmt: skip

    def _redaction(self) -> Step | None:
        """Returns the step that changes what is stored of dropped documents."""
        return next((step for step in self.flow.steps if step.redacts), None)

    def matches(self) -> list[str]:
        """The phases between the passes, in order."""
        return matches(self._on)

    def match(self, phase: str) -> MatchOptions:
        """Options of one match phase, or merge."""
        row = row_of(phase)
        before = self.matches()[: self.matches().index(phase)]
        matches = {each.kind: each for each in self.compared}
        # Items that are cut out leave their document in the run.
        contamination = matches.get(ContaminationMatch.kind)
        cut = isinstance(contamination, ContaminationMatch) and contamination.cuts
        cuts = {merge_of(ContaminationMatch.kind)} if cut else set()
        exclude = tuple(
            f"{name}/removals" for name in before if name in REMOVING and name not in cuts
        )
        return MatchOptions(
            workspace=self.workspace,
            phase=phase,
            inputs=tuple(map(self._folder, row.reads)),
            partitions=(),
            total_partitions=(
                self.workspace.groups if row.over == "groups" else self.partitions_of(phase)
            ),
            exclude=exclude if row.heeds_removals else (),
            of=matches.get(row.kind or ""),
        )

    def _folder(self, folder: str) -> HashFolder:
        """Returns a folder of the table of phases; the pass in it is that before *dedup*."""
        phase, _, name = folder.partition("/")
        units = row_of(phase).over == "units"
        files = self.workspace.units if units else self.partitions_of(phase)
        return HashFolder(f"{self._hashed if phase == FIRST_PASS else phase}/{name}", files)

    @property
    def components(self) -> bool:
        """Tells whether one document of each connected cluster of near copies stays."""
        return self.flow.dedup.options.document.cluster == "components"

    def over_units(self, name: str) -> UnitPhase:
        """Returns a phase of a match that looks at the documents of units once more."""
        (match,) = (each for each in self.compared if each.kind == row_of(name).kind)
        options = SecondLookOptions(
            self.workspace, name, self._hashed, match, self.flow.dedup.options.document.prefer,
            self.partitions_of(name),
        )  # fmt: skip
        return UnitPhase(name, SecondLook(options))

    def files_merged(self, name: str) -> int:
        """Returns how many files a merge brings together, at most."""
        return self.partitions_of(merged_by(name).name)

    @property
    def _hashed(self) -> str:
        """Name of the pass behind which dedup stands."""
        return next(each.name for each in self.flow.passes if isinstance(each.looks, Dedup))

    def dedup(self) -> DedupOptions | None:
        """Options of applying removals."""
        phases = tuple(name for name in self.matches() if name in REMOVING)
        if not phases:
            return None
        return DedupOptions(self.workspace, phases, self.compared)

    def finished(self) -> FinishedOptions:
        """Options of writing finished units."""
        flow = self.flow
        return FinishedOptions(
            self.workspace, self._runs(), flow.schema, flow.summed,
            findings=any(step.name == Scrub.name for step in flow.steps),
            redaction=self._redaction(), seed=self.config.seed,
        )  # fmt: skip

    def _runs(self) -> RunFormat | None:
        """What the tokens of units are like; None without tokens."""
        tokenize = self.flow.tokenize
        if tokenize is None:
            return None
        facts = tokenize.facts()
        shards = ShardFormat(tokenize.sha256, facts.eos_id, str(facts.dtype))
        return RunFormat(shards, tokenize.splits().names, tokenize.options.shuffle)

    def shards(self) -> ShardOptions | None:
        """Options of cutting shards; None without tokens."""
        tokenize, runs = self.flow.tokenize, self._runs()
        if tokenize is None or runs is None:
            return None
        return ShardOptions(self.workspace, runs, tokenize.options.shard_tokens)

    def places(self, shards: int) -> MatchOptions:
        """Options of the merge that brings the places of tokens to units."""
        phase = merge_of(SHARDS)
        (folder,) = row_of(phase).reads
        inputs = (HashFolder(folder, shards),)
        return MatchOptions(self.workspace, phase, inputs, (), self.workspace.groups)

    def ledger(self) -> LedgerOptions:
        """Options of the ledger."""
        passes = tuple(each.name for each in self.flow.passes)
        tokens = self.flow.tokenize is not None
        return LedgerOptions(self.workspace, passes, self.flow.ledger, tokens)

    def evaluations(self) -> Evaluations | None:
        """Reads the evaluation sets; None without decontamination.

        Raises:
            InputError: an evaluation file cannot be read, or holds no item that can be found.
        """
        if self._contamination_path() is None:
            return None
        section = self.flow.dedup.options.contamination
        return read_evaluations(section, contamination_options(section))

    def write_contamination_index(self, evaluations: Evaluations | None) -> None:
        """Puts the index where the stages read it."""
        path = self._contamination_path()
        if path is not None and evaluations is not None:
            storage.write_bytes(storage.place(path), evaluations.index)

    def _on(self, kind: str) -> bool:
        return self.flow.dedup.on(kind)

    @cached_property
    def compared(self) -> tuple[Match, ...]:
        """The matches that are on, in their order."""
        return tuple(self._made(match) for match in MATCHES if self._on(match.kind))

    def _made(self, match: type[Match]) -> Match:
        section = getattr(self.flow.dedup.options, match.kind)
        if match is ContaminationMatch:
            path, cuts = self._contamination_path(), section.action == "cut"
            assert path is not None
            return ContaminationMatch(path, contamination_index, section.max_documents, cuts)
        if match is AddressMatch:
            ordering = None if section.greatest is None else parse_ordering(section.greatest)
            form = in_one_form if section.form == "normalised" else None
            return AddressMatch(form, None if ordering is None else ordering.keys)
        if match is ExactMatch:
            return ExactMatch(section.ignore)
        if match is DocumentMatch:
            given = section.model_dump(exclude={"enabled", "prefer", "cluster"})
            seed = self.config.seed
            return DocumentMatch(made("dedup.document", MinHashOptions, seed=seed, **given))
        if match is SentenceMatch:
            given = section.model_dump(exclude={"enabled"})
            return SentenceMatch(made("dedup.sentence", SentenceOptions, **given))
        if match is SubstringMatch:
            given = section.model_dump(exclude={"enabled"})
            return SubstringMatch(made("dedup.substring", RepeatOptions, **given))
        if match is ParagraphMatch:
            given = section.model_dump(exclude={"enabled"})
            return ParagraphMatch(made("dedup.paragraph", ParagraphOptions, **given))
        return match()

    def _contamination_path(self) -> str | None:
        if not self._on("contamination"):
            return None
        return str(self.workspace.work / "contamination.arrow")

    def _skip(self, kind: str) -> frozenset[str]:
        return self.flow.dedup.context.skipping(kind)
