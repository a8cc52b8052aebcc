"""Loader: from a folder of token shards to batches for a trainer.

    index.json + shards ──open_tokens──► streams of tokens ─┐
    mixture.json ──open_mixture──► components, stages ──────┴─SequenceLoader──► Batch ──► trainer

Needs NumPy and pyarrow; torch and jax only for what makes tensors of batches.
"""

from corpus_pipeline.loader.batch import Batch
from corpus_pipeline.loader.dataset import TokenDataset, open_tokens
from corpus_pipeline.loader.denoising import Denoised, Denoisers, SpanCorruption
from corpus_pipeline.loader.jax_adapter import to_jax
from corpus_pipeline.loader.mixture import Mixture, open_mixture
from corpus_pipeline.loader.objectives import FillInTheMiddle, PrefixBatch, PrefixLM
from corpus_pipeline.loader.options import SequenceOptions
from corpus_pipeline.loader.sequence_dataset import SequenceDataset
from corpus_pipeline.loader.sequences import SequenceLoader, Share
from corpus_pipeline.loader.stream import TokenStream
from corpus_pipeline.loader.torch_adapter import to_torch, torch_batches, torch_sequences

__all__ = [
    "Batch",
    "Denoised",
    "Denoisers",
    "FillInTheMiddle",
    "Mixture",
    "PrefixBatch",
    "PrefixLM",
    "SequenceDataset",
    "SequenceLoader",
    "SequenceOptions",
    "Share",
    "SpanCorruption",
    "TokenDataset",
    "TokenStream",
    "open_mixture",
    "open_tokens",
    "to_jax",
    "to_torch",
    "torch_batches",
    "torch_sequences",
]
