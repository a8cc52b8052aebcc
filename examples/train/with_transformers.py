"""Trains a small Llama with the Trainer of Transformers: `... with_transformers.py TOKENS OUT`.

The Trainer makes the batches, and gives every rank its part of each; sequences come shuffled.
"""

import sys
from typing import Any

import torch
from torch.nn import functional
from torch.utils.data import SequentialSampler
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments, set_seed

from corpus_pipeline.loader import SequenceOptions, open_tokens, torch_sequences


def collated(sequences: list[dict[str, Any]]) -> dict[str, Any]:
    """Makes a batch, with the names that the model and the Trainer know."""
    batch = {name: torch.stack([each[name] for each in sequences]) for name in sequences[0]}
    return {
        "input_ids": batch["tokens"],
        "position_ids": batch["positions"],
        "labels": batch["targets"].masked_fill(~batch["loss_mask"], -100),
    }


def loss_of(outputs: Any, labels: Any, num_items_in_batch: Any = None) -> Any:
    """The model's own loss shifts its labels by one; our targets are shifted already."""
    logits = outputs.logits.flatten(0, 1).float()
    if num_items_in_batch is None:
        return functional.cross_entropy(logits, labels.flatten())
    total = functional.cross_entropy(logits, labels.flatten(), reduction="sum")
    return total / num_items_in_batch


class InOrder(Trainer):  # type: ignore[misc, unused-ignore]
    """Takes sequences in their order: they are shuffled already."""

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return SequentialSampler(self.train_dataset)


def main(tokens: str, out: str, *options: str) -> None:
    """Trains; `options` are those of TrainingArguments that are whole numbers, `max_steps=20`."""
    set_seed(1)  # of the model's first weights; the Trainer sets its own later
    data = open_tokens(tokens)
    # All epochs are in the data, so the Trainer makes one of its own.
    sequences = torch_sequences(data, SequenceOptions(128, 8, seed=1, epochs=1))
    config = LlamaConfig(
        vocab_size=data.index.vocab_size,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=128,
    )
    given: dict[str, Any] = {name: int(value) for name, value in (o.split("=") for o in options)}
    arguments = TrainingArguments(
        output_dir=out,
        per_device_train_batch_size=8,
        num_train_epochs=1,
        learning_rate=1e-2,
        logging_steps=1,
        remove_unused_columns=False,
        report_to=[],
        **given,
    )
    trainer = InOrder(
        model=LlamaForCausalLM(config),
        args=arguments,
        train_dataset=sequences,
        data_collator=collated,
        compute_loss_func=loss_of,
    )
    trainer.train()


if __name__ == "__main__":
    main(*sys.argv[1:])
