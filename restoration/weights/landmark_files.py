"""dlib's models of faces: which there are, where they lie, and how they come there where their package is missing."""

from __future__ import annotations

import bz2
import hashlib
import importlib.util
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from restoration.atomic_file import atomic_file
from restoration.errors import OutputError, RestorationError, WeightsError
from restoration.file_sums import sha256_of
from restoration.weights.downloading import fetch_file
from restoration.weights.fetching import Listener, is_address, used_up
from restoration.weights.manifest import (
    Manifest,
    StoredFile,
    clear_downloads,
    downloads_in,
    read_manifest,
    write_manifest,
)


@dataclass(frozen=True)
class LandmarkFile:
    """One of dlib's models.

    Attributes:
        name: of the file.
        use: what for, with the option that asks for it.
        licence: of the model.
        sha256: of the file.
        bytes: its size.
    """

    name: str
    use: str
    licence: str
    sha256: str
    bytes: int


NOT_COMMERCIAL = "not for commercial use (iBUG 300-W)"
POINTS_5 = LandmarkFile(
    "shape_predictor_5_face_landmarks.dat",
    "faces: eyes and nose",
    "CC0",
    "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    9_150_489,
)
DETECTOR = LandmarkFile(
    "mmod_human_face_detector.dat",
    "faces: --face-detector cnn",
    "CC0",
    "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
    729_940,
)
POINTS_68 = LandmarkFile(
    "shape_predictor_68_face_landmarks.dat",
    "faces: --face-points 68",
    NOT_COMMERCIAL,
    "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f",
    99_693_937,
)
#: What of dlib's models is used.
LANDMARK_FILES = (POINTS_5, DETECTOR, POINTS_68)

#: dlib's own site, and its author's repository of models; both hold the files packed with bzip2.
LANDMARK_ADDRESSES = ("http://dlib.net/files/", "https://github.com/davisking/dlib-models/raw/master/")

_LICENCES = "see each file"

TERMS_5 = (
    "dlib's models of 5 points and of faces are in the public domain (CC0). https://github.com/davisking/dlib-models"
)
TERMS_68 = (
    "dlib's model of 68 points was trained on iBUG 300-W, whose licence excludes commercial use: you may not use it in "
    "a commercial product. https://github.com/davisking/dlib-models"
)


def package_folder() -> Path | None:
    """The folder of the models in the package ``face_recognition_models``; None if it is not installed."""
    # Found, not imported: the package's __init__ needs pkg_resources, which newer setuptools no longer bring.
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "models"


def fetched_folder() -> Path:
    """Where fetched models lie, or would."""
    return user_data_path("restore-old-photo") / "models" / "landmarks"


def landmarks_folder() -> Path | None:
    """Where dlib's models are: in their package, or where they were fetched to; None if there are none."""
    package = package_folder()
    if package is not None:
        return package
    return fetched_folder() if fetched_folder().is_dir() else None


def fault_of_landmarks(file: LandmarkFile) -> str:
    """What is wrong with a model: half a sentence, empty if nothing is."""
    folder = landmarks_folder()
    path = None if folder is None else folder / file.name
    try:
        if path is None or not path.is_file():
            return "missing"
        return "" if sha256_of(path) == file.sha256 else "not the file that was released"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"


def fetch_landmarks(given: list[str], listener: Listener, *, points_68: bool) -> list[str]:
    """Fetch the models that are not there.

    Args:
        given: sources that the user names, folders or addresses; none: the known addresses.
        listener: who is told what happens.
        points_68: the one of 68 points, too.

    Returns:
        The names of the files that came.

    Raises:
        WeightsError: no source has them.
        OutputError: they cannot be written.
    """
    target = fetched_folder()
    wanted = [one for one in LANDMARK_FILES if (one is not POINTS_68 or points_68) and fault_of_landmarks(one)]
    if wanted and package_folder() is not None:  # which comes first, so that another copy would not be found
        raise WeightsError(
            f"The package face_recognition_models is damaged ({wanted[0].name}: {fault_of_landmarks(wanted[0])}).",
            "Run: pip install --force-reinstall face_recognition_models",
        )
    for file in wanted:
        failures: list[str] = []
        for source in given or LANDMARK_ADDRESSES:
            try:
                _fetch_one(target, file, source, listener)
            except OutputError:
                raise
            except RestorationError as error:
                failures.append(error.cause.rstrip("."))
            else:
                break
        else:
            raise WeightsError(
                f"{file.name} cannot be had ({'; '.join(failures)}).",
                "Run: pip install face_recognition_models. Or name a folder or an address with --from.",
            )
    if wanted:
        clear_downloads(target)
    return [file.name for file in wanted]


def _fetch_one(target: Path, file: LandmarkFile, source: str, listener: Listener) -> None:
    packed = downloads_in(target, _LICENCES) / f"{file.name}.bz2"
    if is_address(source):
        url = f"{source.rstrip('/')}/{packed.name}"
        listener.say(f"Fetching {url}")
        fetch_file(url, packed, sha256=None, limit=file.bytes + 1_000_000, told=listener.download(packed.name))
        title = url
    else:
        packed, title = _found(Path(source), file), "a local folder"
    with used_up(packed) if is_address(source) else nullcontext():  # what the user has named is the user's
        _unpack(packed, target / file.name, file)
    manifest = read_manifest(target) or Manifest(_LICENCES)
    stored = StoredFile(file.name, file.bytes, file.sha256, title, file.sha256)
    write_manifest(target, manifest.with_file(stored))


def _found(folder: Path, file: LandmarkFile) -> Path:
    for place in (folder, folder / "models", folder / "Face_Detection"):
        for name in (file.name, f"{file.name}.bz2"):
            if (place / name).is_file():
                return place / name
    raise WeightsError(f"There is no {file.name} in {folder}.", "Name another folder with --from.")


def _unpack(packed: Path, target: Path, file: LandmarkFile) -> None:
    """The model out of its file, whole and with the right sum or not at all."""
    with atomic_file(target, overwrite=True) as made:
        try:
            with bz2.open(packed) if packed.suffix == ".bz2" else packed.open("rb") as source:
                content = source.read(file.bytes + 1)  # no more than it can be, whatever the file unpacks to
        except (OSError, EOFError, ValueError) as error:
            raise WeightsError(f"{packed.name} is damaged.", "Name another source with --from.") from error
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise WeightsError(f"{packed.name} is not the file that was released.", "Name another source with --from.")
        made.write(content)
