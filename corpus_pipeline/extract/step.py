"""*extract*: raw pages into normalised text."""

from collections.abc import Mapping
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpus_pipeline.batches import add_failures, with_columns
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.extract.reasons import EXTRACT_REASONS, EXTRACT_SENTENCES
from corpus_pipeline.leniencies import with_more
from corpus_pipeline.option_types import Size, show_size
from corpus_pipeline.schema import CONTENT
from corpus_pipeline.steps import Batch, Options, Step


class ExtractSection(Options):
    """HTML and notebooks to text, character sets, Unicode normalisation."""

    max_html_bytes: Size = Field(
        10 * 2**20, le=256 * 2**20, description="larger pages are rejected; at most 256MiB"
    )
    timeout: float = Field(
        60.0, gt=0, le=86400, description="seconds that the parser may take for one page"
    )
    max_blanks: int | None = Field(
        None, ge=1, description="longest run of blanks and tabs within a line; the rest of it goes"
    )

    notebooks: Literal["script", "markdown", "starcoder"] | None = Field(
        None,
        description="form in which Jupyter notebooks become text; without it their JSON stays",
    )
    notebook_outputs: int = Field(
        0, ge=0, description="characters of the output of a notebook's cell that are kept"
    )


class Extract(Step):
    """Fills `text`, clears `raw`, and fails documents in which no text is found."""

    name = "extract"
    Options = ExtractSection
    options: ExtractSection
    reasons = EXTRACT_REASONS
    sentences = EXTRACT_SENTENCES
    counts = ("lenient-charset-",)
    default = True
    imports = ("corpus_pipeline.extract.documents", "corpus_pipeline.extract.parser_process")
    makes_text = True
    needs_text = False

    def check(self) -> None:
        """Refuses PDF documents where the library for them is not installed."""
        if any(rules.pdf for rules in self.context.sources.values()):
            try:
                import pypdfium2  # noqa: F401
            except ImportError:
                raise ConfigError(
                    "inputs: PDF documents are read by pypdfium2, which is not installed; "
                    "pip install 'corpus-pipeline[pdf]'"
                ) from None

    def libraries(self) -> tuple[str, ...]:
        """Names the one for PDF, where a source has some."""
        has_pdf = any(rules.pdf for rules in self.context.sources.values())
        return ("pypdfium2",) if has_pdf else ()

    def open(self) -> None:
        """Prepares the process for large pages; it starts with the first of them."""
        from corpus_pipeline.extract.documents import ExtractOptions
        from corpus_pipeline.extract.parser_process import ParserProcess

        section = self.options
        self._how = ExtractOptions(
            max_raw_bytes=section.max_html_bytes,
            timeout=section.timeout,
            max_blanks=section.max_blanks,
            notebooks=section.notebooks,
            notebook_outputs=section.notebook_outputs,
        )
        self._parser = ParserProcess()

    def close(self) -> None:
        """Ends that process."""
        self._parser.close()

    def apply(self, batch: Batch) -> Batch:
        """Extracts one batch."""
        from corpus_pipeline.extract.documents import extract_documents

        extracted = extract_documents(
            batch["raw"], batch["mime"], batch["charset"], batch["text"], self._how, self._parser
        )
        failures = {
            reason: pc.fill_null(pc.equal(extracted.reasons, reason), False).to_numpy(False)
            for reason in EXTRACT_REASONS
        }
        batch = add_failures(batch, failures)
        raw = pa.nulls(batch.num_rows, CONTENT.field("raw").type)
        leniencies = with_more(batch["leniencies"], extracted.leniencies)
        return with_columns(batch, {"raw": raw, "text": extracted.texts, "leniencies": leniencies})

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says which limit a page broke."""
        if not known:
            return ""
        if reason == "extract-too-large":
            return f"longer than {show_size(self.options.max_html_bytes)}"
        if reason == "extract-timeout":
            return f"took the parser over {self.options.timeout:g} s"
        return ""
