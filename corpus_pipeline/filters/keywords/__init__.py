"""*keywords*: hits of word lists."""
