"""What lies free between blocks that are in use goes back to the system."""

import platform
import sys

import numpy as np
import psutil
import pytest

from restoration.freed_memory import give_back_freed


@pytest.mark.skipif(sys.platform != "linux" or platform.libc_ver()[0] != "glibc", reason="another C library")
def test_gaps_between_blocks_in_use_are_given_back_and_the_blocks_stay():
    process = psutil.Process()
    blocks = [np.full(100_000, i % 251, np.uint8) for i in range(2000)]  # 200 MB, too small each to be mapped alone
    kept = {i: blocks[i] for i in range(0, 2000, 10)}
    del blocks
    before = process.memory_info().rss
    give_back_freed()
    assert before - process.memory_info().rss > 100_000_000
    assert all((block == i % 251).all() for i, block in kept.items())


def test_it_may_be_called_when_there_is_nothing_to_give_back():
    give_back_freed()
    give_back_freed()
