"""Reading real defects."""

import numpy as np
from PIL import Image

from restoration.ageing.materials import Materials


def test_folders_are_read_by_their_names_and_other_files_left_out(tmp_path):
    levels = {"film_artefacts": 10, "film_blotch_masks": 20, "crack_masks": 30, "paper_textures": 40}
    for folder, level in levels.items():
        (tmp_path / folder).mkdir()
        Image.fromarray(np.full((4, 5), level, np.uint8)).save(tmp_path / folder / "a.png")
        (tmp_path / folder / "about.txt").write_text("not a picture")
    materials = Materials.from_folder(tmp_path)
    assert [int(mask[0, 0]) for mask in materials.film_artefacts] == [10, 20]
    assert [int(mask[0, 0]) for mask in materials.cracks] == [30]
    assert [(int(sheet[0, 0]), sheet.shape) for sheet in materials.papers] == [(40, (4, 5))]


def test_an_empty_folder_gives_no_materials(tmp_path):
    assert Materials.from_folder(tmp_path) == Materials(film_artefacts=[], cracks=[], papers=[])
