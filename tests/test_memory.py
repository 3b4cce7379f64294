"""The forecast holds against real processes, and free memory is what the tightest control group leaves."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import restoration
from restoration.device import choose_compute, free_device_memory
from restoration.errors import MemoryShortError, SettingsError
from restoration.memory import MODELS, SMALLEST_CORE, forecast, free_memory, plan_within
from restoration.tiling import DETECT_CONTEXT, LARGEST_CORE

ROOT = Path(restoration.__file__).parents[1]


def peak(*arguments: object) -> int:
    program = Path(__file__).with_name("peak_of_restoring.py")
    done = subprocess.run(
        [sys.executable, str(program), *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process its peak memory this way")
@pytest.mark.parametrize(
    ("width", "height", "depth", "also"),
    [
        (816, 612, 8, ()),
        (1920, 1440, 8, ("--scratches-only",)),
        (816, 612, 16, ()),
        (3000, 2200, 16, ()),
    ],
)
def test_a_process_that_restores_stays_below_the_forecast_and_not_far_below(width, height, depth, also):
    real, expected = peak("compact", width, height, depth, *also), forecast("compact", width, height, depth)
    assert real <= expected <= 1.6 * real


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process its peak memory this way")
def test_a_process_stays_below_its_budget():
    full = peak("compact", 2000, 1500, 8)
    budget = plan_within(int(full * 0.85), "compact", 2000, 1500).needed_bytes
    assert peak("compact", 2000, 1500, 8, f"--memory={budget / 1e9}") <= budget


@pytest.mark.parametrize("preset", ["compact", "official"])
def test_the_forecast_grows_with_the_picture_and_never_above_its_straight_line(preset):
    model = MODELS[preset]
    sizes = [(16, 16), (600, 800), (1500, 1000), (4000, 3000), (12000, 9000)]
    expected = [forecast(preset, *size) for size in sizes]
    assert expected == sorted(expected)
    for (width, height), bytes_ in zip(sizes, expected, strict=True):
        working = min(width * height, model.working_pixels) * model.bytes_per_working_pixel
        tile = (LARGEST_CORE + 2 * DETECT_CONTEXT) ** 2 * model.bytes_per_tile_pixel
        assert 0 < bytes_ <= model.fixed_bytes + tile + width * height * model.bytes_per_pixel + working
        assert forecast(preset, width, height, 16) > bytes_


def test_an_unknown_preset_or_an_empty_picture_is_refused():
    with pytest.raises(SettingsError, match="compact, official"):
        forecast("large", 10, 10)
    with pytest.raises(ValueError, match="0×10"):
        forecast("compact", 0, 10)


def test_a_plan_takes_smaller_tiles_first_and_then_a_smaller_working_size():
    roomy = plan_within(10**11, "official", 6000, 4000)
    assert (roomy.core, roomy.working_pixels) == (LARGEST_CORE, 2_000_000)
    assert roomy.needed_bytes == forecast("official", 6000, 4000)
    tight = plan_within(3_500_000_000, "official", 6000, 4000)
    assert tight.core == SMALLEST_CORE
    assert tight.working_pixels == 500_000
    compact = plan_within(1_600_000_000, "compact", 3000, 2000)
    assert compact.core == 640
    assert compact.working_pixels == 6_000_000
    assert forecast("compact", 3000, 2000, core=640) <= 1_600_000_000 < forecast("compact", 3000, 2000)


def test_a_budget_that_is_too_small_is_named():
    with pytest.raises(MemoryShortError, match=r"needs [01]\.\d GB of memory at least, and 0\.5 GB may be used"):
        plan_within(500_000_000, "compact", 3000, 2000)


def test_forecasts_need_no_torch():
    script = "import sys, restoration.memory; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode == 0


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def group(folder: Path, limit: object, used: int, cached: int, version: int = 2) -> None:
    names = ("memory.max", "memory.current") if version == 2 else ("memory.limit_in_bytes", "memory.usage_in_bytes")
    write(folder / names[0], f"{limit}\n")
    write(folder / names[1], f"{used}\n")
    prefix = "" if version == 2 else "total_"
    write(folder / "memory.stat", f"anon 5\n{prefix}inactive_file {cached}\n")


def test_the_tightest_group_counts_with_its_cached_files_as_free(tmp_path):
    write(tmp_path / "proc/self/cgroup", "0::/services/restorer\n")
    mounted = tmp_path / "sys/fs/cgroup"
    group(mounted / "services/restorer", "max", 700, 0)
    group(mounted / "services", 1000, 700, 100)
    assert free_memory(tmp_path) == 400
    group(mounted / "services/restorer", 800, 700, 50)
    assert free_memory(tmp_path) == 150


def test_within_a_container_the_mounted_group_counts(tmp_path):
    write(tmp_path / "proc/self/cgroup", "0::/docker/1234\n")
    group(tmp_path / "sys/fs/cgroup", 1000, 700, 0)
    assert free_memory(tmp_path) == 300


def test_version_1_keeps_memory_in_a_tree_of_its_own(tmp_path):
    write(tmp_path / "proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/a\n")
    group(tmp_path / "sys/fs/cgroup/memory/a", 1000, 900, 20, version=1)
    assert free_memory(tmp_path) == 120


def test_a_group_over_its_limit_leaves_nothing(tmp_path):
    write(tmp_path / "proc/self/cgroup", "0::/\n")
    group(tmp_path / "sys/fs/cgroup", 1000, 1200, 0)
    assert free_memory(tmp_path) == 0


@pytest.mark.parametrize("groups", ["", "0::/\n", "1:name=systemd:/x\n"])
def test_without_a_limit_it_is_what_the_machine_has(tmp_path, groups):
    write(tmp_path / "proc/self/cgroup", groups)
    available = psutil.virtual_memory().available
    assert abs(free_memory(tmp_path) - available) < available / 4  # other programs come and go
    assert abs(free_memory(tmp_path / "no such system") - available) < available / 4


def test_on_the_cpu_networks_have_what_the_machine_has():
    assert 0 < free_device_memory(choose_compute("cpu")) <= psutil.virtual_memory().total
