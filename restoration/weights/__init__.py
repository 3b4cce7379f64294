"""Weights: where they come from, and how they become networks."""

from restoration.weights.official import load_official
from restoration.weights.reference import from_reference

__all__ = ["from_reference", "load_official"]
