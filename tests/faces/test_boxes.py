"""Boxes: one a face, in reading order."""

from __future__ import annotations

from restoration.faces.boxes import FaceBox, merge_overlapping, reading_order, same_face


def test_of_overlapping_boxes_the_first_stays() -> None:
    first, other = FaceBox(0, 0, 100, 100, 0.2), FaceBox(300, 0, 400, 100, 0.1)
    inside, shifted, touching = (
        FaceBox(20, 20, 60, 60, 2.0),
        FaceBox(50, 0, 150, 100, 2.0),
        FaceBox(90, 0, 190, 100, 2.0),
    )
    assert merge_overlapping([first, inside, other, shifted, touching]) == [first, other, touching]


def test_reading_order_goes_by_rows() -> None:
    def at(x: int, y: int) -> FaceBox:
        return FaceBox(x, y, x + 100, y + 100, 1.0)

    # Two rows, each a little crooked, the rightmost face the highest.
    expected = [at(0, 40), at(200, 20), at(400, 0), at(100, 230), at(300, 200)]
    assert reading_order(reversed(expected)) == expected
    assert reading_order([]) == []


def test_two_looks_mean_one_face_if_size_and_place_agree() -> None:
    face = FaceBox(100, 100, 200, 200, 1.0)
    assert same_face(face, FaceBox(110, 95, 215, 200, 0.3))
    assert not same_face(face, FaceBox(120, 120, 160, 160, 0.3))  # an eye within it
    assert not same_face(face, FaceBox(190, 100, 290, 200, 0.3))
