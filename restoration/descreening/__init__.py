"""Halftone screens in scans of printed pictures: found in the spectrum, and taken out of it."""
