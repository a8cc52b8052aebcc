"""*scrub*: personal data replaced by placeholders, masks or surrogates."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.errors import ConfigError, Mistakes
from corpus_pipeline.nearest import meant
from corpus_pipeline.package_files import located
from corpus_pipeline.scrub.columns import FINDINGS_COLUMN, PII_MEASURES
from corpus_pipeline.scrub.entities import COLUMNS, TABLE
from corpus_pipeline.steps import Batch, Options, Resource, Section, Step, made, source_of
from corpus_pipeline.thresholds import exact_threshold

if TYPE_CHECKING:
    from corpus_pipeline.scrub.actions import Actions
    from corpus_pipeline.scrub.finding import Finders
    from corpus_pipeline.scrub.scrubbing import Scrubbed
    from corpus_pipeline.scrub.spans import FinderOptions

Action = Literal["placeholder", "mask", "surrogate", "keep"]
Field_ = Literal["url", "metadata", "id"]


class ScrubRule(Section):
    """What is done with some of the findings; the first rule that fits decides."""

    entities: tuple[str, ...] | None = Field(None, description="kinds; all if left out")
    languages: tuple[str, ...] | None = Field(
        None, description="languages of documents; all if left out"
    )
    sources: tuple[str, ...] | None = Field(None, description="names of sources; all if left out")
    action: Action = Field("placeholder", description="what is done")
    placeholder: str | None = Field(None, description="as in the section, which it stands before")


class ScrubSection(Options):
    """Personal data: what is looked for, and what is done with it."""

    entities: tuple[str, ...] = Field(
        tuple(entity.name for entity in TABLE if entity.default),
        description="kinds of personal data that are looked for",
    )
    regions: tuple[str, ...] = Field(
        ("US", "GB", "CN", "DE", "FR", "IN"),
        description="regions whose national phone numbers are recognised, besides those of the "
        "document's language",
    )
    persons: Literal["private", "all"] = Field(
        "private",
        description="names of which persons: those in a labelled or contact context, or all",
    )
    keep_private_ips: bool = Field(True, description="leaves 10.0.0.1 and the like as they are")
    action: Action = Field("placeholder", description="what is done with what no rule is for")
    placeholder: str = Field(
        "<{entity}>",
        description="replacement, {entity} is the kind; or a style: presidio, dolma, starcoder, "
        "fineweb",
    )
    rules: tuple[ScrubRule, ...] = Field(
        (), description="other actions for some kinds, languages or sources"
    )
    surrogate_key: str | None = Field(
        None, description="file with a secret of 16 bytes or more, which surrogates follow from"
    )
    fields: tuple[Field_, ...] = Field(
        (), description="what is scrubbed besides the text: url, metadata, id"
    )
    rejected: bool = Field(
        False, description="scrubs the documents that are dropped, too, and keeps no raw bytes"
    )
    max_per_1000_chars: float | None = Field(
        None, gt=0, description="drops documents with more findings in 1,000 characters"
    )
    min_findings: int = Field(
        5, ge=1, description="documents with fewer findings are not dropped for them"
    )


#: Reason -> what is said of a document that is dropped for it.
_SENTENCES = {
    "personal-data": "it has too much personal data: {value:,} findings"
    "[; the rule {rule} allows {options.max_per_1000_chars:,} for each 1,000 characters]"
}


class Scrub(Step):
    """Replaces personal data in the texts that stay and fills the PII counts."""

    name = "scrub"
    Options = ScrubSection
    options: ScrubSection
    columns = PII_MEASURES
    sentences = _SENTENCES
    reasons = tuple(_SENTENCES)
    edits_living = True
    summed = tuple(PII_MEASURES.names)
    counts = ("pii_",)
    finishes = True
    default = True
    imports = ("corpus_pipeline.scrub.finding", "corpus_pipeline.scrub.scrubbing")

    def resources(self) -> Iterable[Resource]:
        """Yields the file of the key."""
        if self.options.surrogate_key is not None:
            yield Resource(self.options.surrogate_key, "scrub.surrogate_key")

    def check(self) -> None:
        """Refuses kinds and regions for which there are no rules, and rules that cannot be kept."""
        from corpus_pipeline.scrub.detectors import refuse_unknown_regions
        from corpus_pipeline.scrub.finding import refuse_unknown
        from corpus_pipeline.scrub.styles import refuse_template

        options = self.options
        found = Mistakes()
        with found.looking():
            refuse_unknown(options.entities)
        with found.looking():
            refuse_unknown_regions(options.regions)
        for template in (options.placeholder, *(rule.placeholder for rule in options.rules)):
            with found.looking():
                if template is not None:
                    made("scrub", refuse_template, template=template)
        for rule in options.rules:
            with found.looking():
                if rule.entities is not None:
                    refuse_unknown(rule.entities)
            for source in rule.sources or ():
                if self.context.sources and source not in self.context.sources:
                    told = ConfigError(
                        f"scrub.rules: no source is called {source!r}; "
                        f"{meant(source, self.context.sources)}"
                    )
                    found.add([told])
        actions = {options.action, *(rule.action for rule in options.rules)}
        if "surrogate" in actions and options.surrogate_key is None:
            told = ConfigError(
                "scrub.surrogate_key: surrogates follow from a secret; make one with "
                "`openssl rand -hex 32 > key.txt`, name the file here and keep it to yourself"
            )
            found.add([told])
        found.refuse()

    def notes(self) -> Iterable[str]:
        """Yields what leaves a run as it came."""
        left = [name for name in ("url", "metadata", "id") if name not in self.options.fields]
        if not self.options.rejected:
            left.append("rejected/")
        if left:
            yield (
                f"scrub: {', '.join(left)} keep personal data as they have it "
                "(scrub.fields, scrub.rejected)"
            )

    def open(self) -> None:
        """Builds the finders and the actions."""
        from corpus_pipeline.scrub.spans import FinderOptions

        options = self.options
        how = FinderOptions(options.regions, options.keep_private_ips, options.persons)
        self._finders = _finders(options.entities, how)
        self._actions = self._made_actions()
        wanted = {entity.column for entity in TABLE if entity.name in options.entities}
        self._unwanted = [name for name in COLUMNS if name not in wanted]

    def _made_actions(self) -> "Actions":
        from corpus_pipeline.scrub.actions import Actions, Rule
        from corpus_pipeline.scrub.surrogates import Surrogates

        options = self.options
        rules = [
            Rule(
                rule.action,
                options.placeholder if rule.placeholder is None else rule.placeholder,
                *(None if names is None else frozenset(names)
                  for names in (rule.entities, rule.languages, rule.sources)),
            )
            for rule in options.rules
        ]  # fmt: skip
        rules.append(Rule(options.action, options.placeholder))
        surrogates = None
        if options.surrogate_key is not None:
            with open(located(options.surrogate_key), "rb") as file:
                key = file.read().strip()
            try:
                surrogates = Surrogates(key, self._is_found)
            except ValueError as error:
                raise ConfigError(
                    f"scrub.surrogate_key: {options.surrogate_key}: {error}"
                ) from error
        return Actions(rules, surrogates)

    def _is_found(self, text: str, entity: str) -> bool:
        from corpus_pipeline.scrub.entities import INDEX
        from corpus_pipeline.text.columns import utf8_buffers

        found = self._finders.find(utf8_buffers(pa.array([text])), [None])
        return INDEX[entity] in found.entities.tolist()

    def apply(self, batch: Batch) -> Batch:
        """Scrubs one batch."""
        from corpus_pipeline.scrub.fields import joined_findings

        living = alive(batch)
        scrubbed = self._field(batch, "text", living)
        others, findings = self._other_fields(batch, living)
        batch = with_columns(batch, {
            **others,
            "text": pc.if_else(living, scrubbed.texts, batch["text"]),
            FINDINGS_COLUMN: joined_findings([scrubbed.findings, *findings]),
        })  # fmt: skip
        counts = dict(zip(scrubbed.counts.schema.names, scrubbed.counts.columns, strict=True))
        counts |= {name: pa.nulls(batch.num_rows, pa.int32()) for name in self._unwanted}
        batch = self.filled(batch, counts)
        if self.options.max_per_1000_chars is None:
            return batch
        found = pc.fill_null(pc.list_value_length(scrubbed.findings), 0).to_numpy()
        chars = pc.fill_null(pc.utf8_length(batch["text"]), 0).to_numpy()
        # Whole numbers on both sides, so that a density at the limit passes everywhere.
        limit = exact_threshold(self.options.max_per_1000_chars, "scrub.max_per_1000_chars")
        dense = (found >= self.options.min_findings) & (
            found.astype(np.int64) * 1000 * limit.denominator
            > limit.numerator * chars.astype(np.int64)
        )
        return self.failed(batch, {"personal-data": dense})

    def redacted(self, batch: Batch) -> Batch:
        """Returns dropped documents as they may be stored."""
        everything = pa.array(np.ones(batch.num_rows, bool))
        columns, _ = self._other_fields(batch, everything)
        columns["text"] = self._field(batch, "text", everything).texts
        if "raw" in batch.schema.names:
            columns["raw"] = pa.nulls(batch.num_rows, batch.schema.field("raw").type)
        return with_columns(batch, columns)

    @property
    def redacts(self) -> bool:
        """Says whether dropped documents are changed before they are stored."""
        return self.options.rejected

    def figures(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool
    ) -> dict[str, Any]:
        """Adds how many findings there are."""
        value = sum(row.get(name) or 0 for name in COLUMNS)
        return {**super().figures(reason, row, text, known), "value": value}

    def _field(self, batch: Batch, name: str, which: pa.Array) -> "Scrubbed":
        """Scrubs a column of texts in some documents; null in the others."""
        from corpus_pipeline.scrub.scrubbing import scrub_texts

        languages = batch["lang"].to_pylist() if "lang" in batch.schema.names else None
        return scrub_texts(
            pc.if_else(which, batch[name], pa.scalar(None, pa.string())),
            self._finders, self._actions, languages=languages, source=_source(batch), field=name,
        )  # fmt: skip

    def _other_fields(
        self, batch: Batch, which: pa.Array
    ) -> tuple[dict[str, pa.Array], list[pa.Array]]:
        """Scrubs the other fields of some documents; returns the columns, and what was found."""
        from corpus_pipeline.scrub.fields import scrub_metadata
        from corpus_pipeline.scrub.scrubbing import scrub_texts

        def scrubbed_values(values: pa.Array) -> "Scrubbed":
            return scrub_texts(
                values, self._finders, self._actions, source=_source(batch), field="metadata"
            )

        columns: dict[str, pa.Array] = {}
        findings: list[pa.Array] = []
        for name in self.options.fields:
            if name not in batch.schema.names:
                continue
            if name == "metadata":
                of_some = pc.if_else(which, batch[name], pa.scalar(None, pa.string()))
                texts, found = scrub_metadata(of_some, scrubbed_values)
            else:
                scrubbed = self._field(batch, name, which)
                texts, found = scrubbed.texts, scrubbed.findings
            columns[name] = pc.if_else(which, texts, batch[name])
            findings.append(found)
        return columns, findings


def _source(batch: Batch) -> str | None:
    """Returns the source of a batch, where it is known."""
    return source_of(batch) if "source" in batch.schema.names and batch.num_rows else None


@cache
def _finders(entities: tuple[str, ...], options: "FinderOptions") -> "Finders":
    """Returns the finders of these kinds, built once per process."""
    from corpus_pipeline.scrub.finding import load_finders

    return load_finders(entities, options)
