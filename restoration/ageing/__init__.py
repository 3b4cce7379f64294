"""How photographs decay: seeded, composable, synthetic ageing.

``age(image, seed)`` is the whole of it; the other modules hold one family of defects each. Every function takes
float32 pixels, H×W×3, RGB, 0 to 1, and returns the same; randomness comes only from the generator it is given.
"""

from restoration.ageing.age import AgedPhoto, age
from restoration.ageing.materials import Materials
from restoration.ageing.recipe import DEFAULT, RECIPES, Recipe

__all__ = ["DEFAULT", "RECIPES", "AgedPhoto", "Materials", "Recipe", "age"]
