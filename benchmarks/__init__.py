"""Benchmarks: each compares two things in one run, under the settings of the stages, and prints the ratio."""

import pipeline as pipeline  # before PyTorch is loaded: it sets what PyTorch reads from the environment then
