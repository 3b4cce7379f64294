"""What faces sum up to, with numbers that a reader can add."""

import json

import numpy as np
import pytest

from restoration.evaluation.face_figures import FaceFigures
from restoration.evaluation.face_sheets import ROWS, face_page, face_pages, page_names
from restoration.evaluation.face_summary import WORST, faces_document, summaries, summary_of
from restoration.evaluation.faces import (
    AGED,
    COMPARED,
    DRAWN,
    GLOBAL,
    NOT_FOUND,
    SPARED,
    WITH_FACES,
    FaceOutcome,
    JudgedFace,
)


def judged(
    name: str, aged: float, restored: float, drawn: float, *, psnr=(20, 21, 22), fate=DRAWN, tone="light"
) -> JudgedFace:
    """A face with these distances, all of one grey; tone-fitted PSNR is 1 dB above the plain one."""
    figures = [FaceFigures(p, p + 1, 0.5, d) for p, d in zip(psnr, (aged, restored, drawn), strict=True)]
    crops = {
        which: np.full((256, 256, 3), level, np.uint8) for which, level in zip(COMPARED, (60, 90, 120), strict=True)
    }
    groups = {"skin tone": tone, "recipe": "worn"}
    by_picture = dict(zip(COMPARED, figures, strict=True))
    return JudgedFace(name, 128.0, 41, None, fate, groups, by_picture, np.full((256, 256, 3), 200, np.uint8), crops)


NEARER = judged("nearer", 0.4, 0.3, 0.2)
BETWEEN = judged("between", 0.4, 0.2, 0.3, tone="dark", psnr=(20, 24, 21))
FARTHER = judged("farther", 0.2, 0.3, 0.5)
NOT_FOUND = judged("not found", 0.6, 0.4, 0.4, fate=NOT_FOUND, tone="dark", psnr=(20, 21, 21))
OUTCOME = FaceOutcome("compact", "cpu", "face.safetensors", 0, [NEARER, BETWEEN, FARTHER, NOT_FOUND], ["blurred"])


def test_nearer_is_nearer_than_both():
    assert [face.estranged for face in OUTCOME.judged] == pytest.approx([-0.1, 0.1, 0.3, 0])
    assert summary_of(OUTCOME.judged).nearer == 0.25
    assert [face.name for face in OUTCOME.worst_first] == ["farther", "between", "not found", "nearer"]


def test_a_summary_has_means_ratios_and_gains():
    summary = summary_of(OUTCOME.judged)
    assert (summary.faces, summary.drawn, summary.spared, summary.not_found) == (4, 3, 0, 1)
    assert summary.mean[AGED].distance == pytest.approx(1.6 / 4)
    assert summary.distance_ratio == pytest.approx(1.4 / 1.6)
    assert summary.distance_ratio_global == pytest.approx(1.4 / 1.2)
    assert summary.gain.mean == pytest.approx((1 - 3 + 1 + 0) / 4)
    assert summary.gain.half_width == pytest.approx(1.96 * np.std([1, -3, 1, 0], ddof=1) / 2)
    assert summary.gain_over_aged.mean == pytest.approx((2 + 1 + 2 + 1) / 4)
    assert summary.gain_tone_fitted == summary.gain


def test_faces_that_never_were_away_have_no_ratio():
    still = summary_of([judged("still", 0, 0, 0, fate=SPARED)])
    assert (still.drawn, still.spared, still.not_found) == (0, 1, 0)
    assert still.distance_ratio is None
    assert (still.nearer, still.gain.half_width) == (0, 0)


def test_groups_are_summed_up_apart():
    found = summaries(OUTCOME)
    assert {kind: {name: s.faces for name, s in groups.items()} for kind, groups in found.items()} == {
        "all": {"all": 4},
        "skin tone": {"light": 2, "dark": 2},
        "recipe": {"worn": 4},
    }
    assert found["skin tone"]["dark"].distance_ratio == pytest.approx(0.7 / 1.0)
    assert found["skin tone"]["dark"].drawn == 1


def test_the_document_is_plain_data_with_the_worst_first():
    document = json.loads(json.dumps(faces_document(OUTCOME), allow_nan=False))
    assert document["worst"] == ["farther", "between", "not found", "nearer"]
    assert document["not_found"] == ["not found"]
    assert document["no_face_in_clean"] == ["blurred"]
    assert [face["name"] for face in document["faces"]] == document["worst"]
    assert document["faces"][0]["figures"][WITH_FACES]["distance"] == 0.5
    assert document["summary"]["all"]["all"]["mean"][GLOBAL]["psnr"] == pytest.approx((21 + 24 + 21 + 21) / 4)
    assert document["summary"]["skin tone"]["light"]["gain"]["mean"] == 1


def test_at_most_ten_are_the_worst():
    outcome = FaceOutcome("compact", "cpu", None, 0, [judged(str(i), 0.5, 0.5, i / 100) for i in range(12)])
    assert faces_document(outcome)["worst"] == [str(i) for i in range(11, 11 - WORST, -1)]


def test_a_page_shows_four_crops_a_face_and_text_below_each():
    page = face_page([NEARER, NOT_FOUND])
    assert page.shape == (2 * 286 + 8, 4 * 264 + 8, 3)
    for column, level in enumerate((200, 60, 90, 120)):
        left = 8 + 264 * column
        assert (page[8 : 8 + 256, left : left + 256] == level).all()
        assert page[8 + 256 : 8 + 256 + 22, left : left + 256].max() > 200  # written in white on dark
    # "not found" is written where it was not: the line is longer than the other.
    right = slice(8 + 264 * 3, None)
    assert (page[550 + 8 : 572, right] > 200).sum() > 1.3 * (page[264:286, right] > 200).sum()


def test_pages_hold_ten_faces_each():
    assert page_names(ROWS) == ["faces.png"]
    assert page_names(ROWS + 1) == ["faces.png", "faces-2.png"]
    pages = face_pages([NEARER] * (ROWS + 1))
    assert len(pages) == 2
    assert all(page.startswith(b"\x89PNG") for page in pages)
