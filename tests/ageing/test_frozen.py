"""The benchmark's pictures stay what they were when the README's figures were measured."""

import numpy as np

from restoration.ageing import Materials, Recipe, age
from restoration.ageing.recipe import BENCHMARK


def test_benchmark_pictures_are_those_of_the_first_run(photo):
    # Means of picture and mask, as first drawn; a tenth of a grey level is left for other versions of OpenCV.
    expected = {0: (93.472, 0.01138), 1: (129.954, 0.01497), 2: (121.797, 0.02203), 3: (95.576, 0.01857)}
    for seed, (level, share) in expected.items():
        aged = age(photo, 10**12 + seed, BENCHMARK)
        assert abs(aged.image.mean() - level) < 0.1
        assert abs((aged.mask > 0).mean() - share) < 1e-3


def test_real_defects_are_laid_over_the_photo(photo):
    line = np.zeros((100, 100), np.uint8)
    line[45:55] = 255
    only_film = Recipe(frozen=True, structured_chance=1, film_artefact_chance=1, film_artefact_count=(5, 5))
    assert not age(photo, 2, only_film).mask.any()
    assert age(photo, 2, only_film, Materials(film_artefacts=[line])).mask.any()
