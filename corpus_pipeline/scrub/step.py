"""*scrub*: personal data replaced by typed placeholders."""

from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.scrub.columns import PII_MEASURES
from corpus_pipeline.steps import Batch, Options, Step, made

if TYPE_CHECKING:
    from corpus_pipeline.scrub.detectors import Detectors
    from corpus_pipeline.scrub.replace import ScrubOptions


class ScrubSection(Options):
    """Personal data, replaced by typed placeholders."""

    entities: tuple[str, ...] = Field(
        ("EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "CN_ID"),
        description="kinds of personal data that are replaced",
    )
    regions: tuple[str, ...] = Field(
        ("US", "GB", "CN", "DE", "FR", "IN"),
        description="regions whose national phone numbers are recognised",
    )
    placeholder: str = Field("<{entity}>", description="replacement; {entity} is the type")
    keep_private_ips: bool = Field(True, description="leaves 10.0.0.1 and the like as they are")


class Scrub(Step):
    """Replaces personal data in the texts that stay and fills the PII counts."""

    name = "scrub"
    Options = ScrubSection
    options: ScrubSection
    columns = PII_MEASURES
    summed = tuple(PII_MEASURES.names)
    counts = ("pii_",)
    finishes = True
    default = True
    imports = ("corpus_pipeline.scrub.detectors", "corpus_pipeline.scrub.replace")

    def check(self) -> None:
        """Refuses entities and regions for which there are no rules, and odd placeholders."""
        from corpus_pipeline.scrub.detectors import refuse_unknown

        _ = self._replacement()
        refuse_unknown(self.options.entities, self.options.regions)

    def _replacement(self) -> "ScrubOptions":
        from corpus_pipeline.scrub.replace import ScrubOptions

        replacement: ScrubOptions = made(
            "scrub",
            ScrubOptions,
            replacement=self.options.placeholder,
            keep_private_ips=self.options.keep_private_ips,
        )
        return replacement

    def open(self) -> None:
        """Builds the recognizers."""
        self._detectors = _detectors(self.options.entities, self.options.regions)
        self._how = self._replacement()

    def apply(self, batch: Batch) -> Batch:
        """Scrubs one batch."""
        from corpus_pipeline.scrub.replace import scrub_texts

        living = alive(batch)
        texts = pc.if_else(living, batch["text"], pa.scalar(None, pa.string()))
        scrubbed = scrub_texts(texts, self._detectors, self._how)
        batch = with_columns(batch, {"text": pc.if_else(living, scrubbed.texts, batch["text"])})
        return self.filled(batch, scrubbed.counts)


@cache
def _detectors(entities: tuple[str, ...], regions: tuple[str, ...]) -> "Detectors":
    """Returns the recognizers for these entities, built once per process."""
    from corpus_pipeline.scrub.detectors import load_detectors

    return load_detectors(entities, regions)
