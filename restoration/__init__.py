"""Restore Old Photo: a photo goes in, named layers come out."""
