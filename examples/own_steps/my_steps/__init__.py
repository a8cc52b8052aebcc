"""Steps of one's own, one of each shape; run by `corpus run examples/own_steps/corpus.yaml`."""
