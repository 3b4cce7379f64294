"""``age``: makes a photograph look old."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from restoration.cli.options import ForceOption
from restoration.errors import PictureError, SettingsError


def age(
    picture: Annotated[Path, typer.Argument(metavar="INPUT", help="A photograph, 8 bits a channel.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The aged photograph.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same decay.", min=0)] = 0,
    recipe: Annotated[
        str, typer.Option(help="Kind of decay: default, worn, benchmark, heavy or structured.")
    ] = "default",
    materials: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder with real defects to mix in: film_artefacts, film_blotch_masks, crack_masks, paper_textures.",
        ),
    ] = None,
    mask_out: Annotated[
        Path | None, typer.Option(help="Also write the exact mask of scratches, dust, stains and holes; 255 = damaged.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Age a photograph synthetically, as for training: toning, fading, grain, blur, scratches, stains, losses."""
    from restoration.ageing import RECIPES, Materials
    from restoration.ageing import age as age_image
    from restoration.atomic_file import check_output
    from restoration.photo import Photo
    from restoration.photo_mask import write_mask
    from restoration.photo_reading import read_photo
    from restoration.photo_writing import check_photo_output, write_photo

    if recipe not in RECIPES:
        raise SettingsError(f"There is no recipe {recipe!r}.", f"Choose one of: {', '.join(RECIPES)}.")
    defects = Materials.from_folder(materials) if materials else Materials()
    if materials and not (defects.film_artefacts or defects.cracks or defects.papers):
        raise PictureError(
            f"{materials} holds no defects.",
            "Name a folder with film_artefacts, film_blotch_masks, crack_masks or paper_textures in it.",
        )
    check_photo_output(out, overwrite=force)
    if mask_out is not None:
        check_output(mask_out, overwrite=force)
    photo = read_photo(picture)
    if photo.depth != 8:
        raise PictureError(f"{picture} has 16 bits a channel.", "Save it with 8; ageing is made for those.")
    samples = photo.pixels.repeat(3 // photo.pixels.shape[2], axis=2)
    aged = age_image(samples, seed, RECIPES[recipe], defects)
    # A grey photo stays grey, unless its paper or its stains have a colour.
    stays_grey = photo.pixels.shape[2] == 1 and bool((aged.image == aged.image[..., :1]).all())
    pixels = aged.image[..., :1] if stays_grey else aged.image
    write_photo(out, Photo(pixels, icc_profile=photo.icc_profile, dpi=photo.dpi), overwrite=force)
    typer.echo(out)
    if mask_out is not None:
        write_mask(mask_out, aged.mask, overwrite=force)
        typer.echo(mask_out)
