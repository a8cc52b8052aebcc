"""A small GPT in torch: no document sees another one, and each counts its places from 0."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):  # type: ignore[misc, unused-ignore]
    """Attention and a multi-layer perceptron, each added to its input."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.before_attention, self.before_perceptron = nn.RMSNorm(width), nn.RMSNorm(width)
        self.attention = nn.Linear(width, 3 * width, bias=False)
        self.projection = nn.Linear(width, width, bias=False)
        self.perceptron = nn.Sequential(
            nn.Linear(width, 4 * width, bias=False),
            nn.GELU(),
            nn.Linear(4 * width, width, bias=False),
        )

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor], allowed: Tensor) -> Tensor:
        """Takes [b, L, width]; `allowed` [b, 1, L, L] says who may look at whom."""
        b, length, width = x.shape
        parts = self.attention(self.before_attention(x)).view(b, length, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(
            rotated(query, turns), rotated(key, turns), value, allowed
        )
        x = x + self.projection(found.transpose(1, 2).reshape(b, length, width))
        added = self.perceptron(self.before_perceptron(x))
        return x + functional.dropout(added, self.dropout, self.training)


class GPT(nn.Module):  # type: ignore[misc, unused-ignore]
    """Tokens to logits of the next ones."""

    def __init__(
        self,
        vocabulary: int,
        width: int = 128,
        layers: int = 4,
        heads: int = 4,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(layers))
        self.head = nn.Sequential(nn.RMSNorm(width), nn.Linear(width, vocabulary, bias=False))
        steps = torch.arange(0, width // heads, 2) / (width // heads)
        self.register_buffer("frequencies", 10_000.0**-steps, persistent=False)

    def forward(self, tokens: Tensor, segments: Tensor, positions: Tensor) -> Tensor:
        """Takes three arrays of a batch, [b, L]; returns [b, L, vocabulary]."""
        angles = positions[:, None, :, None] * self.frequencies
        turns = angles.cos(), angles.sin()
        same = segments[:, None, :, None] == segments[:, None, None, :]
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, turns, same.tril())
        logits: Tensor = self.head(x)
        return logits


def rotated(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Turns pairs of numbers by angles that grow with the position (RoFormer, Su et al. 2021)."""
    cos, sin = turns
    even, odd = x[..., ::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)


def loss_of(model: nn.Module, batch: dict[str, Any]) -> Tensor:
    """Returns the mean loss of the targets that count."""
    logits = model(batch["tokens"], batch["segments"], batch["positions"])
    losses = functional.cross_entropy(
        logits.flatten(0, 1), batch["targets"].flatten(), reduction="none"
    )
    mask = batch["loss_mask"].flatten()
    return (losses * mask).sum() / mask.sum()
