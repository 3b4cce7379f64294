"""The stages, one file each, in the order of ``restoration.pipeline``.

A stage takes arrays and settings and returns arrays or layers; it knows no other stage.
"""
