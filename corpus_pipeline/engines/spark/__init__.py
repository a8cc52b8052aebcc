"""Beam pipelines on Spark, and a Spark cluster for one machine."""
