"""``restore-old-photo detect``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from restoration.cli.options import (
    DeviceOption,
    ForceOption,
    InputSizeOption,
    ModelsOption,
    PresetOption,
    ThresholdOption,
    make_settings,
)
from restoration.cli.outputs import check_named_output, check_originals, writable_folder
from restoration.cli.progress_bars import ProgressBars
from restoration.cli.reporting import UsageError
from restoration.errors import WeightsError

_SUFFIXES = (".png", ".tif", ".tiff")  # a mask is written without loss or not at all


def detect(
    photo_file: Annotated[str, typer.Argument(metavar="INPUT", help="The photo.")],
    out: Annotated[str, typer.Option("--output", "-o", metavar="MASK", help="The mask: a PNG or TIFF file.")],
    threshold: ThresholdOption = None,
    input_size: InputSizeOption = None,
    probability: Annotated[
        bool, typer.Option("--probability", help="Write probabilities, 0 to 65535 in 16 bits, instead of yes and no.")
    ] = False,
    preset: PresetOption = "compact",
    models: ModelsOption = None,
    device: DeviceOption = "auto",
    force: ForceOption = False,
) -> None:
    """Find scratches and write them as a mask.

    The mask has the photo's size as it is seen; 255 is damaged, 0 is sound. It can be painted on and given to
    "restore --mask".
    """
    settings = make_settings(threshold=threshold, input_size=input_size, preset=preset, models=models, device=device)
    if probability and threshold is not None:
        raise UsageError("Probabilities have no threshold.", "Leave out --threshold or --probability.")
    source, target = Path(photo_file), Path(out)
    if target.suffix.lower() not in _SUFFIXES and not target.is_dir():
        raise UsageError(f"A mask cannot be written as {target}.", f"End its name in {', '.join(_SUFFIXES)}.")
    check_originals([target], [source])
    check_named_output(target, overwrite=force)
    with writable_folder(target.parent, make=False):
        import numpy as np

        from restoration.photo_mask import write_mask
        from restoration.photo_reading import read_photo

        with ProgressBars() as bars:
            photo = read_photo(source)
            bars("models", 0.0)
            from restoration.device import choose_compute
            from restoration.presets import load_models
            from restoration.progress import share_of
            from restoration.stages.pixels import to_picture
            from restoration.stages.scratch_mask import damage_probability, threshold_of

            loaded = load_models(settings.preset, choose_compute(settings.device), settings.models)
            bars("models", 1.0)
            if loaded.detector is None:
                raise WeightsError("The weights of the scratch detector are missing.", "Install the program again.")
            scratches = settings.scratches
            found = damage_probability(to_picture(photo), loaded.detector, scratches, share_of(bars, "detection"))
            if probability:
                mask = np.rint(found * 65535).astype(np.uint16)
            else:
                mask = np.where(found >= threshold_of(loaded.detector, scratches), np.uint8(255), np.uint8(0))
            write_mask(target, mask, overwrite=force)
            for note in (*photo.notes, *(() if probability or mask.any() else ("No scratch was found.",))):
                bars.note(note)
    typer.echo(target)
