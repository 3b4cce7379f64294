"""Restores the example photo: the whole library in one screen.

Usage: python examples/demo.py OUT_FOLDER
"""

import sys
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from restoration.layers import flatten
from restoration.openraster import write_openraster
from restoration.photo_reading import read_photo
from restoration.photo_writing import write_photo
from restoration.pipeline import restore, stacked
from restoration.settings import Settings

EXAMPLE = Path(__file__).with_name("astronaut_aged.jpg")


def main(out: Path) -> None:
    """Writes the restored photo, its layers, and a picture of before and after."""
    console = Console()
    out.mkdir(parents=True, exist_ok=True)
    photo = read_photo(EXAMPLE)

    columns = (TextColumn("{task.description:<10}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        tasks = {}

        def progress(stage: str, fraction: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=1.0)
            bars.update(tasks[stage], completed=fraction)

        layers = stacked(list(restore(photo, Settings(), progress=progress, tell=lambda _, text: console.print(text))))

    restored = flatten(photo, layers)
    write_photo(out / "restored.png", restored, overwrite=True)
    write_openraster(out / "layers.ora", photo, layers, source_name=EXAMPLE.stem, overwrite=True)
    both = Image.new("RGB", (2 * photo.width, photo.height))
    both.paste(Image.fromarray(photo.pixels), (0, 0))
    both.paste(Image.fromarray(restored.pixels), (photo.width, 0))
    both.save(out / "before_after.png")

    for layer in reversed(layers):
        console.print(f"  layer  {layer.name}", highlight=False)
    for name in ("restored.png", "layers.ora", "before_after.png"):
        console.print(f"  wrote  {out / name}", highlight=False)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/demo"))
