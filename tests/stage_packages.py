"""Packages that bring a stage, as pip would leave them in a folder; and a Python that has one installed."""

from __future__ import annotations

import re
import site
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: A stage that makes everything darker: what it did can be calculated.
DARKER = """
from restoration.stages.further import FurtherStage

def darker(picture, progress):
    progress(0.5)
    return picture * picture.dtype.type(0.5)

STAGE = FurtherStage(name="darker", title="Darker", sentence="Halves all tones.", make=darker)
"""


def write_package(folder: Path, module: str, source: str, point: str = "", value: str = "") -> None:
    """Leave a package in a folder that is, or will be, on the path.

    Args:
        folder: of packages.
        module: its one module, which also names the package.
        source: of the module.
        point: name of the entry point; the module's if it is empty.
        value: what the entry point names; ``module:STAGE`` if it is empty.
    """
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir(exist_ok=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    entry = f"[restore_old_photo.stages]\n{point or module} = {value or f'{module}:STAGE'}\n"
    (about / "entry_points.txt").write_text(entry, encoding="utf-8")


def listing() -> str:
    """The stage that docs/adding-a-stage.md shows in full."""
    page = (ROOT / "docs" / "adding-a-stage.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    return source


def python_with(folder: Path, **modules: str) -> Path:
    """A Python that has this project, all that it needs, and these packages with a stage: module to source."""
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
    # What is installed beside us, and the project itself however it was installed.
    lines = [f"import site; site.addsitedir({one!r})" for one in site.getsitepackages()]
    (packages / "beside.pth").write_text("\n".join([*lines, str(ROOT)]) + "\n", encoding="utf-8")
    for module, source in modules.items():
        write_package(packages, module, source)
    return python
