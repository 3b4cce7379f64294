"""The files of networks, with their sums where that takes no more than a moment."""

from __future__ import annotations

from pathlib import Path

from restoration.doctor.finding import Finding
from restoration.file_sums import sha256_of


def models() -> list[Finding]:
    """The bundled weights, dlib's models, the official preset."""
    from restoration.presets.loading import official_folder

    return [bundled(), landmarks(), official(official_folder(None))]


def bundled() -> Finding:
    """The weights that come with the program."""
    import restoration.weights
    from restoration.weights.registry import BUNDLED

    folder = Path(restoration.weights.__file__).parent / "bundled"
    wrong = []
    for one in BUNDLED:
        path = folder / f"{one.name}.safetensors"
        if not path.is_file():
            wrong.append(f"{one.name} is missing")
        elif sha256_of(path) != one.sha256:
            wrong.append(f"{one.name} is not the file that was released")
    if wrong:
        return Finding("Networks", "broken", f"compact: {'; '.join(wrong)}", "Install the program again.")
    return Finding("Networks", "ok", f"compact: {len(BUNDLED)} files, sums as released")


def landmarks() -> Finding:
    """dlib's models."""
    from restoration.weights.landmark_files import LANDMARK_FILES, POINTS_68, fault_of_landmarks

    faults = {one.name: fault_of_landmarks(one) for one in LANDMARK_FILES}
    if faults[POINTS_68.name] == "missing":
        del faults[POINTS_68.name]  # only asked for by name
    wrong = [f"{name}: {fault}" for name, fault in faults.items() if fault]
    if wrong:
        remedy = "Run: restore-old-photo models fetch landmarks"
        return Finding("Networks", "broken", f"dlib: {'; '.join(wrong)}", remedy)
    return Finding("Networks", "ok", f"dlib: {len(faults)} files, sums as released")


def official(folder: Path) -> Finding:
    """The published networks; their sums take too long, their sizes do not."""
    from restoration.errors import WeightsError
    from restoration.weights.manifest import read_manifest
    from restoration.weights.official import CHECKPOINTS, saved_name

    try:
        manifest = read_manifest(folder)
    except WeightsError as error:
        return Finding("Networks", "warning", "official: the list of what was fetched is damaged", error.remedy)
    saved = manifest.files if manifest else {}
    there, wrong = 0, []
    for name, file in CHECKPOINTS.items():
        path, stored = folder / saved_name(name), saved.get(saved_name(name))
        if path.is_file() or (folder / file.path).is_file():
            there += 1
        if stored is not None and (not path.is_file() or path.stat().st_size != stored.bytes):
            wrong.append(stored.name)
    public = f"official: {there} of {len(CHECKPOINTS)} networks"
    if wrong:
        remedy = "Run: restore-old-photo models verify"
        return Finding("Networks", "warning", f"{public}; changed since they were fetched: {', '.join(wrong)}", remedy)
    if there == 0:
        return Finding("Networks", "ok", "official: not fetched, which only --preset official needs")
    if there < len(CHECKPOINTS):
        remedy = "Run: restore-old-photo models fetch official"
        return Finding("Networks", "warning", f"{public} in {folder}", remedy, public)
    return Finding("Networks", "ok", f"{public} in {folder}; sums: restore-old-photo models verify", public=public)
