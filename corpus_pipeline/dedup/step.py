"""*dedup*: addresses, documents and sentences that occur twice, and items of evaluation sets.

It is the one step that looks at more than a batch: the phases between *prepare* and *finish* are
its own. What it compares by is hashed while the text is at hand; what it removes is applied when
all is known.
"""

from collections.abc import Mapping
from typing import Any, Literal

import pyarrow as pa
from pydantic import Field

from corpus_pipeline.dedup.columns import DEDUP, PARAGRAPHS, SUBSTRINGS
from corpus_pipeline.dedup.exact import Ignored
from corpus_pipeline.dedup.matches import DEDUP_REASONS, DEDUP_SENTENCES
from corpus_pipeline.dedup.sentences import AboveMaxLoss, Keep
from corpus_pipeline.dedup.units import Unit
from corpus_pipeline.steps import Context, Options, Step


class AddressSection(Options):
    """Documents of one address (URL); of each one stays."""

    form: Literal["normalised", "exact"] = Field(
        "normalised",
        description="normalised: case of the host, escapes, usual ports, fragments, names of "
        "sessions and parameters of tracking do not count; exact: every character counts",
    )
    greatest: str | None = Field(
        None,
        description="where priorities are the same the document stays that has the greatest number "
        "or the latest date here: a column or an expression, for example date(metadata.crawled); "
        "default: the order of survival of all matches",
    )


class ExactSection(Options):
    """Exact duplicates of the white-space-normalised text."""

    ignore: tuple[Ignored, ...] = Field(
        (),
        description="what does not count beside layout: case, marks (punctuation and symbols), "
        "digits, spaces",
    )


class DocumentSection(Options):
    """Near duplicates by MinHash LSH, verified by Jaccard similarity."""

    bands: int = Field(14, gt=0, description="bands of MinHash; more of them find more pairs")
    rows: int = Field(8, gt=0, description="hashes in a band; fewer of them find more pairs")
    word_ngram: int = Field(5, gt=0, description="words compared together")
    char_ngram: int = Field(8, gt=0, description="the same in characters, for unspaced scripts")
    threshold: float = Field(0.7, gt=0, le=1, description="least Jaccard similarity of near copies")
    prefer: Literal["longest", "shortest", "none"] = Field(
        "longest", description="which of near copies stays, where priorities are the same"
    )
    cluster: Literal["kept", "components"] = Field(
        "kept",
        description="kept: a document goes if one that stays is similar; components: of all that "
        "chains of similar pairs connect one stays",
    )


class ContaminationSection(Options):
    """Documents that hold items of evaluation sets."""

    evaluations: tuple[str, ...] = Field(
        (), description="files of evaluation items: JSONL or Parquet, compressed or not"
    )
    text_fields: tuple[str, ...] = Field(
        ("prompt", "question", "text", "input", "answer", "choices", "options"),
        description="keys whose texts make up an item; texts in lists and mappings are joined",
    )
    answer_fields: tuple[str, ...] = Field(
        ("answer", "choices", "options"),
        description="those of them that count only beside another one of the same item",
    )
    id_field: str = Field("id", description="key of an item's id, which the ledger names")
    action: Literal["drop", "cut"] = Field(
        "drop",
        description="drop the document, or cut the sentences out of it that hold the item",
    )
    ngram: int = Field(8, gt=0, description="words compared together")
    char_ngram: int = Field(12, gt=0, description="the same in characters, for unspaced scripts")
    min_coverage: float = Field(
        0.3,
        ge=1e-6,
        le=1,
        description="share of what an item weighs that a contaminated document holds",
    )
    max_documents: int = Field(
        20,
        ge=1,
        description="documents that may hold the same words of an item; in more of them these "
        "words count as a quotation, unless nearly all of the item is there",
    )


class SentenceSection(Options):
    """Sentences, or lines or paragraphs, that occur in other documents too."""

    unit: Unit = Field(
        "sentence", description="what is compared and removed: sentence, line, or paragraph"
    )
    span: int = Field(3, gt=0, description="consecutive units compared together")
    min_words: int = Field(12, gt=0, description="shorter spans are left alone")
    max_loss: float = Field(
        0.5,
        gt=0,
        le=1,
        description="share of its characters that a document may lose; one that would lose more "
        "loses none",
    )
    above_max_loss: AboveMaxLoss = Field(
        "keep", description="what becomes of such a document: keep it whole, or drop it"
    )
    keep: Keep = Field("one", description="copies that stay of what is repeated: one or none")
    min_documents: int = Field(
        1,
        ge=1,
        description="what stands in fewer documents stays; 1: repeats within one document go, too",
    )


class SubstringSection(Options):
    """Strings of bytes that stand at several places; of each one copy stays."""

    min_bytes: int = Field(
        500, ge=32, description="length, in bytes of UTF-8, from which on strings are compared"
    )
    keep: Keep = Field("one", description="copies that stay: one or none")
    max_loss: float = Field(
        1.0,
        gt=0,
        le=1,
        description="share of its characters that a document may lose; one that would lose more "
        "loses none",
    )
    min_words: int = Field(
        12, gt=0, description="a document of which fewer words would be left is dropped"
    )


class ParagraphSection(Options):
    """Paragraphs most of whose n-grams stand in earlier ones, and documents full of these."""

    unit: Unit = Field(
        "line",
        description="what goes: line (others call it a paragraph), paragraph or sentence",
    )
    ngram: int = Field(
        13,
        ge=4,
        description="words of an n-gram; a character of an unspaced script is a word",
    )
    min_ngram: int = Field(
        13,
        ge=1,
        description="words from which on a paragraph that is shorter than an n-gram is compared as "
        "a whole; shorter ones stay",
    )
    threshold: float = Field(
        0.8,
        gt=0,
        le=1,
        description="a paragraph goes if more than this share of its n-grams was seen before",
    )
    document_threshold: float = Field(
        0.8,
        gt=0,
        le=1,
        description="a document goes if more than this share of the n-grams of all of its "
        "paragraphs was seen before; 1: none does",
    )


class DedupSection(Options):
    """Removal of what occurs twice."""

    address: AddressSection = AddressSection(enabled=False)
    exact: ExactSection = ExactSection()
    document: DocumentSection = DocumentSection()
    contamination: ContaminationSection = ContaminationSection()
    sentence: SentenceSection = SentenceSection()
    substring: SubstringSection = SubstringSection(enabled=False)
    paragraph: ParagraphSection = ParagraphSection(enabled=False)


#: Columns that are filled in runs that have the match.
_OPTIONAL = {"substring": SUBSTRINGS, "paragraph": PARAGRAPHS}


class Dedup(Step):
    """Marks removed documents, cuts removed sentences out, and names the surviving copy."""

    name = "dedup"
    Options = DedupSection
    options: DedupSection
    columns = DEDUP
    optional_columns = pa.schema([field for columns in _OPTIONAL.values() for field in columns])
    reasons = DEDUP_REASONS
    sentences = DEDUP_SENTENCES
    summed = (
        "contamination_sentences", "contamination_chars", "removed_sentences", "removed_chars",
        "repeated_chars",
    )  # fmt: skip
    counts = (
        "removed_", "repeated_", "substring_", "paragraph_", "uncompared_", "contamination_",
    )  # fmt: skip
    default = True
    compares = True

    def __init__(
        self, options: Any = None, context: Context | None = None, label: str | None = None
    ) -> None:
        super().__init__(options, context, label)
        # They depend on the options, so they are this step's own.
        more = [field for kind, each in _OPTIONAL.items() if self.on(kind) for field in each]
        columns = pa.schema([*self.columns, *more])
        vars(self).update(columns=columns, summed=(*self.summed, *(each.name for each in more)))

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says of which document it is a copy, and how similar, or what it holds."""
        options = self.options
        if reason == "duplicate-url":
            return f"the same address as {row['duplicate_of']}"
        if reason == "exact-duplicate":
            return f"the same text as {row['duplicate_of']}"
        if reason == "document-duplicate":
            threshold = f" >= {options.document.threshold}" if known else ""
            similar = "" if row["jaccard"] is None else f"jaccard {row['jaccard']:.3f}{threshold}, "
            return f"{similar}to {row['partner']}"
        if reason == "contaminated":
            least = f" >= {options.contamination.min_coverage}" if known else ""
            score = row["contamination_score"]
            figures = "" if score is None else f"contamination_score {score:.3f}{least}, "
            matched, total = row["contamination_matched"], row["contamination_total"]
            return f"{figures}{matched} of {total} words of the item {row['contaminated_by']}"
        if reason == "sentence-too-much-lost":
            most = f" > {options.sentence.max_loss} of its characters" if known else ""
            return f"repeated_chars {row['repeated_chars']}{most}"
        if reason == "substring-nothing-left":
            return f"substring_chars {row['substring_chars']}: fewer words than min_words are left"
        if reason == "paragraph-too-much-seen":
            most = f" > {options.paragraph.document_threshold} of them" if known else ""
            return f"{row['paragraph_seen']} of {row['paragraph_ngrams']} n-grams seen before{most}"
        if reason == "paragraph-nothing-left":
            return f"removed_paragraphs {row['removed_paragraphs']}: all of them were seen before"
        return f"removed_sentences {row['removed_sentences']}: all of them stand elsewhere"

    @property
    def ordering(self) -> str | None:
        """The expression that says which document of an address stays, if there is one."""
        return self.options.address.greatest if self.on("address") else None

    def on(self, kind: str) -> bool:
        """Says whether a kind of dedup is on, by its name in `matches.KINDS`."""
        on: bool = self.options.enabled and getattr(self.options, kind).enabled
        return on and (kind != "contamination" or bool(self.options.contamination.evaluations))
