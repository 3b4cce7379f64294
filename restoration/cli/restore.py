"""``restore-old-photo restore``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated, get_args

import typer

from restoration.archive.engines import Engine, LocalEngine
from restoration.cli.archive import EngineName, check_engine, restore_archive
from restoration.cli.options import (
    DEFAULT_STAGES,
    CandidatesOption,
    ColourOption,
    ColourStrengthOption,
    DeviceOption,
    FaceDetectorOption,
    FacePointsOption,
    ForceOption,
    HintsOption,
    InpaintFromOption,
    InpaintOption,
    InpaintStrengthOption,
    InputSizeOption,
    MaskModeOption,
    MemoryOption,
    ModelsOption,
    PresetOption,
    SaturationOption,
    SeedOption,
    TextureOption,
    ThresholdOption,
    WorkingSizeOption,
    make_settings,
)
from restoration.cli.outputs import plan_outputs, writable_folder
from restoration.cli.reporting import EXIT_FAILED, UsageError, report
from restoration.settings import Settings


def restore(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT", help="Photos, or folders of photos.")],
    out: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="OUT", help="The result: a picture, an .ora file with layers, or a folder."
        ),
    ],
    mask: Annotated[
        str | None,
        typer.Option("--mask", metavar="FILE", help="A picture of the photo's size: white is damaged, black is sound."),
    ] = None,
    mask_mode: MaskModeOption = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="X,Y,W,H", help="The part of the photo to work in, in pixels.")
    ] = None,
    preset: PresetOption = "compact",
    models: ModelsOption = None,
    device: DeviceOption = "auto",
    stages: Annotated[
        str,
        typer.Option(
            "--stages", metavar="STAGE,...|none", help="What to do; the command stages lists all.", show_default=True
        ),
    ] = DEFAULT_STAGES,
    strength: Annotated[
        str | None,
        typer.Option(
            "--strength",
            metavar="N|STAGE=N,...",
            help="How strongly, 0 to 1, for all stages or for some.",
            show_default="1",
        ),
    ] = None,
    threshold: ThresholdOption = None,
    input_size: InputSizeOption = None,
    always: Annotated[
        bool,
        typer.Option("--always", help="Restore tone, grain and sharpness of photos that seem to need nothing, too."),
    ] = False,
    working_size: WorkingSizeOption = None,
    memory: MemoryOption = None,
    face_detector: FaceDetectorOption = "hog",
    face_points: FacePointsOption = "5",
    inpaint: InpaintOption = None,
    inpaint_strength: InpaintStrengthOption = None,
    inpaint_from: InpaintFromOption = None,
    texture: TextureOption = True,
    candidates: CandidatesOption = 1,
    seed: SeedOption = 0,
    colour: ColourOption = None,
    colour_strength: ColourStrengthOption = None,
    saturation: SaturationOption = 1.0,
    hints: HintsOption = None,
    layers: Annotated[
        bool, typer.Option("--layers", help="Write OpenRaster files with layers, which Krita and GIMP open.")
    ] = False,
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="KIND",
            help="Kind of the files in a folder: png, tif, jpg and so on.",
            show_default="png",
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Of a folder, the folders in it, too; OUT becomes its like.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            min=1,
            help="So many photos of a folder at a time. By default as many as do well here: one for every four cores.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar=f"[{'|'.join(get_args(EngineName))}]",
            help="Who restores: this machine; the server, which keeps networks loaded; or, for a folder, a cluster.",
        ),
    ] = "local",
    server: Annotated[
        bool, typer.Option("--server", help="The same as --engine server, which is started if need be.")
    ] = False,
    ray_address: Annotated[
        str | None,
        typer.Option(
            "--ray-address",
            metavar="HOST:PORT",
            help="The cluster for --engine ray. By default RAY_ADDRESS, or else one on this machine.",
            show_default=False,
        ),
    ] = None,
    index: Annotated[
        bool, typer.Option("--index/--no-index", help="Of a folder, make pages that show before and after.")
    ] = True,
    force: ForceOption = False,
) -> None:
    """Restore photos.

    The results are pictures or, with --layers, files in which every step is a layer. The names of the files that
    were written go to stdout, all else to stderr. A folder is done with a record, restore-old-photo.csv: the same
    command goes on where it was stopped, and does nothing twice. Exit status: 0 all well, 1 something failed and the
    rest was done, 2 wrong usage, 130 cancelled.
    """
    settings = make_settings(
        stages=stages,
        strength=strength,
        threshold=threshold,
        mask_mode=mask_mode,
        input_size=input_size,
        always=always,
        face_detector=face_detector,
        face_points=face_points,
        inpaint=inpaint,
        inpaint_strength=inpaint_strength,
        inpaint_from=inpaint_from,
        texture=texture,
        candidates=candidates,
        seed=seed,
        colour=True if colour is None and hints is not None else colour,
        colour_strength=colour_strength,
        saturation=saturation,
        region=region,
        working_size=working_size,
        memory=memory,
        preset=preset,
        models=models,
        device=device,
    )
    if mask is None and mask_mode in ("user", "unite"):
        raise UsageError(f"The mask mode {mask_mode} needs a mask.", "Name it with --mask.")
    who = check_engine(engine, server)
    if len(inputs) == 1 and inputs[0] and Path(inputs[0]).is_dir() and mask is None and hints is None:
        failed = restore_archive(
            Path(inputs[0]),
            out,
            settings,
            recursive=recursive,
            layers=layers,
            file_format=file_format,
            overwrite=force,
            index=index,
            jobs=jobs,
            engine=who,
            ray_address=ray_address,
        )
    elif recursive or jobs is not None or who == "ray":
        option = "--recursive" if recursive else "--jobs" if jobs is not None else "--engine ray"
        raise UsageError(f"{option} is for one folder.", "Name that folder alone, without a mask or hints.")
    else:
        failed = _restore_photos(
            inputs, out, settings, who, layers=layers, file_format=file_format, force=force, mask=mask, hints=hints
        )
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _restore_photos(
    inputs: list[str],
    out: str,
    settings: Settings,
    engine: EngineName,
    *,
    layers: bool,
    file_format: str | None,
    force: bool,
    mask: str | None,
    hints: str | None,
) -> int:
    """Restore photos one after the other; returns how many failed."""
    plan = plan_outputs(inputs, out, layers=layers, file_format=file_format, overwrite=force, mask=mask, hints=hints)
    for source, failure in plan.failures:
        report(failure, str(source) if plan.many else "")
    failed = len(plan.failures)
    if plan.jobs:
        from restoration.cli.batch import Batch

        with (
            writable_folder(plan.folder, make=plan.makes_folder),
            contextlib.closing(_engine(settings, engine)) as restorer,
        ):
            beside = (None if name is None else Path(name) for name in (mask, hints))
            batch = Batch(restorer, *beside, overwrite=force, many=plan.many)
            failed += sum(not batch.restore(job) for job in plan.jobs)
    return failed


def _engine(settings: Settings, name: EngineName) -> Engine:
    if name == "server":
        from restoration.cli.server_engine import ServerEngine

        return ServerEngine(settings)
    return LocalEngine(settings)
