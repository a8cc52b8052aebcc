"""Mixtures: how many tokens of which documents a training run sees, without copying a token."""
