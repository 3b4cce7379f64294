"""Sound photographs come out as they went in, or nearly so."""

from PIL import Image
from small_data import woman

from restoration.device import choose_compute
from restoration.evaluation.harm import unharmed
from restoration.presets import load_models


def test_a_sound_photograph_is_judged_against_itself(tmp_path):
    path = tmp_path / "woman.png"
    Image.fromarray(woman()).save(path)
    models = load_models("compact", choose_compute("cpu"))
    (kept,) = unharmed([path], models, threshold=2.0)  # nothing is that probable: nothing is repaired
    (marked,) = unharmed([path], models, threshold=0.0)  # everything is
    assert kept.name == "woman"
    assert (kept.marked_share, marked.marked_share) == (0, 1)
    assert marked.ssim < kept.ssim <= 1
    assert set(kept.pictures) == {"original", "ours", "found mask"}
