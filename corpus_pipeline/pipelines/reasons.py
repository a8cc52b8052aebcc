"""Every reason for which a document can be dropped; imports all stages, which takes seconds."""

from corpus_pipeline.dedup import DEDUP_REASONS
from corpus_pipeline.extract.documents import EXTRACT_REASONS
from corpus_pipeline.filters.keywords.measures import KEYWORD_REASONS
from corpus_pipeline.filters.language.measures import LANGUAGE_REASONS
from corpus_pipeline.filters.perplexity.measures import PERPLEXITY_REASONS
from corpus_pipeline.filters.quality.rules import QUALITY_REASONS
from corpus_pipeline.sources.records import READ_REASONS

#: Reasons by stage, in the order of the flow.
REASONS: dict[str, tuple[str, ...]] = {
    "read": READ_REASONS,
    "extract": EXTRACT_REASONS,
    "language": LANGUAGE_REASONS,
    "quality": QUALITY_REASONS,
    "keywords": KEYWORD_REASONS,
    "perplexity": PERPLEXITY_REASONS,
    "dedup": DEDUP_REASONS,
}
