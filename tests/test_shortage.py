"""Memory that runs out: smaller tiles, then a sentence."""

import cv2
import numpy as np
import pytest
import torch

from restoration.device import choose_compute
from restoration.errors import MemoryShortError
from restoration.shortage import TileSize, is_shortage, named_shortage

CPU = choose_compute("cpu")
ON_CPU = RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: Error code 12")


def fits_below(largest: int, error: BaseException, tried: list[int]):
    def run(core: int) -> str:
        tried.append(core)
        if core > largest:
            raise error
        return f"tiles of {core}"

    return run


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory."), MemoryError(), ON_CPU])
def test_tiles_are_halved_until_they_fit_and_stay_so(error):
    size, tried = TileSize(1024), []
    assert size.fit(CPU, fits_below(256, error, tried)) == "tiles of 256"
    assert tried == [1024, 512, 256]
    assert size.fit(CPU, fits_below(256, error, tried)) == "tiles of 256"
    assert tried == [1024, 512, 256, 256]


def test_when_the_smallest_do_not_fit_the_user_is_told_what_to_do():
    tried = []
    with pytest.raises(MemoryShortError, match=r"not enough memory.*region.*CPU") as caught:
        TileSize(1000).fit(CPU, fits_below(0, MemoryError("array"), tried))
    assert tried == [1000, 500, 250, 128]
    assert caught.value.code == "memory"
    assert isinstance(caught.value.__cause__, MemoryError)


def test_other_errors_pass_at_once():
    tried = []
    with pytest.raises(RuntimeError, match="shapes"):
        TileSize(1024).fit(CPU, fits_below(0, RuntimeError("shapes do not match"), tried))
    assert tried == [1024]
    with pytest.raises(RuntimeError, match="shapes"), named_shortage():
        raise RuntimeError("shapes do not match")


def test_the_real_allocators_are_understood():
    too_much = 2**60
    for allocate in (
        lambda: torch.empty(too_much, dtype=torch.uint8),
        lambda: np.empty(too_much, np.uint8),
    ):
        with pytest.raises(MemoryShortError), named_shortage():
            allocate()


def test_an_error_of_opencv_counts_only_if_it_is_about_memory():
    with pytest.raises(cv2.error) as caught:
        cv2.resize(np.zeros((0, 0), np.uint8), (5, 5))
    assert not is_shortage(caught.value)


def test_what_the_failed_attempt_held_is_gone_before_the_next():
    class Large:
        alive = 0

        def __init__(self):
            Large.alive += 1

        def __del__(self):
            Large.alive -= 1

    seen = []

    def run(core: int) -> int:
        seen.append(Large.alive)
        held = Large()
        if core > 256:
            raise MemoryError(str(held))
        return core

    assert TileSize(1024).fit(CPU, run) == 256
    assert seen == [0, 0, 0]
