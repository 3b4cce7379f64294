"""Data sets, losses and loops. Nothing in here is imported at inference."""
