"""Presets: complete sets of networks behind one small interface.

``compact`` is bundled and ours; ``official`` runs the published checkpoints from a folder that the user names.
"""

from restoration.presets.interface import Detector, FaceEnhancer, GlobalRestorer, Models
from restoration.presets.loading import load_models

__all__ = ["Detector", "FaceEnhancer", "GlobalRestorer", "Models", "load_models"]
