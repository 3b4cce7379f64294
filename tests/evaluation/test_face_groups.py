"""Ages from names, tones from colours."""

import numpy as np
import pytest
from skimage.color import lab2rgb

from restoration.evaluation.face_groups import age_group, age_of, ages_in, skin_angle, skin_tone, typology_angle


@pytest.mark.parametrize(
    ("source", "original", "age"),
    [
        ("aaf", "faces/aaf/All-Age-Faces_Dataset_original_images_01234A56.jpg", 56),
        ("aaf", "faces/aaf/All-Age-Faces_Dataset_original_images_07436A02.jpg", 2),
        ("utk", "faces/utk/data_10_1_1_20170109203520178.jpg.chip.jpg", 10),
        ("utk", "110_1_0_20170109203520178.jpg", 110),
        ("scut", "faces/scut/SCUT-FBP5500_v2_Images_AF118.jpg", None),
        ("webmorph", "faces/webmorph/inst_canada_108m.jpg", None),
        ("aaf", "faces/01234A56/portrait.jpg", None),  # a folder is not the file
        ("utk", "data_10_3_1_20170109203520178.jpg", None),  # no such gender: another kind of name
    ],
)
def test_a_name_tells_the_age_where_its_source_does(source, original, age):
    assert age_of(source, original) == age


@pytest.mark.parametrize(
    ("age", "group"),
    [(0, "0-17"), (17, "0-17"), (18, "18-59"), (59, "18-59"), (60, "60+"), (110, "60+"), (None, "unknown")],
)
def test_ages_are_in_the_group_that_they_name(age, group):
    assert age_group(age) == group


def test_ages_are_those_of_faces_that_the_list_tells(tmp_path):
    manifest = tmp_path / "MANIFEST.csv"
    manifest.write_text(
        "set,split,name,source,orig,w,h\n"
        "faces,test,aaf_0001.jpg,aaf,faces/aaf/images_00229A05.jpg,300,340\n"
        "faces,test,scut_0001.webp,scut,faces/scut/AF118.jpg,261,349\n"
        "photos,test,aaf_0002.jpg,aaf,photos/images_00229A06.jpg,300,340\n"
    )
    assert ages_in(manifest) == {"aaf_0001.jpg": 5}
    assert ages_in(tmp_path / "none.csv") == {}


@pytest.mark.parametrize(
    ("lightness", "b", "angle", "tone"),
    [
        (70, 20, 45, "light"),
        (50 + 10 * 3**0.5, 30, 30, "medium"),
        (50, 15, 0, "dark"),
        (30, 20, -45, "dark"),
        (50 + 20 * np.tan(np.radians(41.1)), 20, 41.1, "light"),
        (50 + 20 * np.tan(np.radians(40.9)), 20, 40.9, "medium"),
        (50 + 20 * np.tan(np.radians(9.9)), 20, 9.9, "dark"),
    ],
)
def test_the_typology_angle_of_a_known_colour(lightness, b, angle, tone):
    assert typology_angle(lightness, b) == pytest.approx(angle)
    assert skin_tone(typology_angle(lightness, b)) == tone


def in_lab(lightness: float, a: float, b: float) -> np.ndarray:
    return np.rint(lab2rgb(np.full((256, 256, 3), (lightness, a, b), float)) * 255).astype(np.uint8)


def test_the_tone_is_that_of_the_cheeks():
    face = in_lab(70, 12, 20)
    assert skin_angle(face) == pytest.approx(45, abs=1)
    face[:100] = face[220:] = face[:, 110:150] = 0  # hair, beard and nose in the dark
    assert skin_angle(face) == pytest.approx(45, abs=1)


def test_a_grey_face_has_no_tone():
    assert skin_angle(in_lab(70, 0, 0)) is None
    assert skin_tone(None) == "unknown"
