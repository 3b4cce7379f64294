"""OpenRaster files, read with nothing of ours: zipfile, ElementTree, Pillow and OpenCV."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from restoration import openraster
from restoration.errors import OutputError
from restoration.layers import Layer, flatten, scratch_mask_layer
from restoration.openraster import write_openraster
from restoration.photo import Photo

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def noise(height: int, width: int, channels: int = 3, dtype: type = np.uint8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max + 1, (height, width, channels)).astype(dtype)


def decoded(data: bytes) -> np.ndarray:
    """The samples of a PNG, colour before alpha, H×W×C."""
    samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    samples = samples[..., np.newaxis] if samples.ndim == 2 else samples
    return samples[..., {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[samples.shape[2]]]


def write(path: Path, photo: Photo, layers: list[Layer], **options: Any) -> zipfile.ZipFile:
    write_openraster(path, photo, layers, source_name="scan.png", **options)
    return zipfile.ZipFile(path)


def stack_of(archive: zipfile.ZipFile) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read("stack.xml"))


def some_layers(dtype: type) -> list[Layer]:
    """Bottom to top: full size, a part with soft edges at an offset, colour, the hidden mask."""
    return [
        Layer("Restored", "restored", noise(6, 8, 3, dtype, 1), opacity=0.75),
        Layer("Face 1", "face", noise(3, 2, 3, dtype, 2), noise(3, 2, 1, dtype, 3)[..., 0], x=-1, y=4),
        Layer("Colour", "colour", noise(6, 8, 3, dtype, 4), blend_mode="color", opacity=0.5),
        scratch_mask_layer(noise(6, 8, 1, np.uint8, 5)[..., 0], dtype),
    ]


def test_the_archive_begins_with_its_type(tmp_path: Path) -> None:
    write(tmp_path / "a.ora", Photo(noise(6, 8)), some_layers(np.uint8))
    data = (tmp_path / "a.ora").read_bytes()
    # A local header of zip: 30 bytes, the name, and then, stored, the content; nothing between.
    assert data[:4] == b"PK\3\4"
    assert data[30:54] == b"mimetypeimage/openraster"
    archive = zipfile.ZipFile(tmp_path / "a.ora")
    assert archive.infolist()[0].filename == "mimetype"
    assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    assert archive.testzip() is None
    assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}  # unpacked, all may read them
    assert set(archive.namelist()) == {
        "mimetype",
        "stack.xml",
        "mergedimage.png",
        "Thumbnails/thumbnail.png",
        *(f"data/layer{number}.png" for number in range(5)),
    }


def test_the_stack(tmp_path: Path) -> None:
    photo = Photo(noise(6, 8), dpi=(299.9994, 600.0))
    image = stack_of(write(tmp_path / "a.ora", photo, some_layers(np.uint8)))
    assert image.tag == "image"
    assert image.attrib == {"version": "0.0.5", "w": "8", "h": "6", "xres": "300", "yres": "600"}
    (root,) = image
    assert root.attrib == {}
    group, source = root  # the uppermost comes first
    assert (group.tag, group.attrib) == ("stack", {"name": "Restored – scan.png", "isolation": "auto"})
    assert (source.tag, source.attrib) == ("layer", {"name": "scan.png", "src": "data/layer0.png"})
    kept = ("name", "x", "y", "visibility", "composite-op")
    assert [tuple(layer.get(key) for key in kept) for layer in group] == [
        ("Scratch mask", "0", "0", "hidden", "svg:src-over"),
        ("Colour", "0", "0", "visible", "svg:color"),
        ("Face 1", "-1", "4", "visible", "svg:src-over"),
        ("Restored", "0", "0", "visible", "svg:src-over"),
    ]
    assert [float(layer.get("opacity", "")) for layer in group] == [1.0, 0.5, 1.0, 0.75]


def test_layers_of_one_group_lie_in_a_group_of_that_name(tmp_path: Path) -> None:
    first, second = (
        Layer(f"Candidate {number}", "inpainted", noise(3, 2, seed=number), visible=number == 1, group="Candidates")
        for number in (1, 2)
    )
    layers = [Layer("Restored", "restored", noise(6, 8)), second, first, Layer("Colour", "colour", noise(6, 8))]
    archive = write(tmp_path / "a.ora", Photo(noise(6, 8)), layers)
    group = stack_of(archive)[0][0]
    assert [(one.tag, one.get("name")) for one in group] == [
        ("layer", "Colour"),
        ("stack", "Candidates"),
        ("layer", "Restored"),
    ]
    assert group[1].attrib == {"name": "Candidates", "isolation": "auto"}
    assert [(one.get("name"), one.get("visibility")) for one in group[1]] == [
        ("Candidate 1", "visible"),
        ("Candidate 2", "hidden"),
    ]
    for element, layer in zip(group[1], (first, second), strict=True):
        np.testing.assert_array_equal(decoded(archive.read(element.attrib["src"])), layer.pixels)


def test_no_resolution_is_made_up(tmp_path: Path) -> None:
    assert set(stack_of(write(tmp_path / "a.ora", Photo(noise(6, 8)), [])).attrib) == {"version", "w", "h"}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_layer_is_stored_exactly(tmp_path: Path, dtype: type) -> None:
    photo, layers = Photo(noise(6, 8, 3, dtype)), some_layers(dtype)
    archive = write(tmp_path / "a.ora", photo, layers)
    root = stack_of(archive)[0]
    np.testing.assert_array_equal(decoded(archive.read(root[1].attrib["src"])), photo.pixels)
    for element, layer in zip(root[0], reversed(layers), strict=True):
        samples = decoded(archive.read(element.attrib["src"]))
        assert samples.dtype == dtype
        np.testing.assert_array_equal(samples[..., :3], layer.pixels)
        if layer.alpha is None:
            assert samples.shape[2] == 3
        else:
            np.testing.assert_array_equal(samples[..., 3], layer.alpha)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_merged_image_is_what_a_reader_composites(tmp_path: Path, dtype: type) -> None:
    """Put together from the archive alone, by the rules of OpenRaster, for layers of normal mode."""
    photo = Photo(noise(6, 8, 3, dtype))
    archive = write(tmp_path / "a.ora", photo, [layer for layer in some_layers(dtype) if layer.role != "colour"])
    group, source = stack_of(archive)[0]
    full = np.iinfo(dtype).max
    canvas = decoded(archive.read(source.attrib["src"])).astype(float)
    for layer in reversed(list(group)):
        if layer.get("visibility") == "hidden":
            continue
        samples = decoded(archive.read(layer.attrib["src"]))
        for row, line in enumerate(samples, start=int(layer.attrib["y"])):
            for column, sample in enumerate(line, start=int(layer.attrib["x"])):
                if 0 <= row < 6 and 0 <= column < 8:
                    weight = float(layer.attrib["opacity"]) * (sample[3] / full if len(sample) == 4 else 1)
                    canvas[row, column] += (sample[:3] - canvas[row, column]) * weight
    np.testing.assert_array_equal(decoded(archive.read("mergedimage.png")), np.floor(canvas + 0.5))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_grey_photo(tmp_path: Path, dtype: type) -> None:
    photo = Photo(noise(6, 8, 1, dtype))
    layers = [
        Layer("Restored", "restored", noise(6, 8, 1, dtype, 1), opacity=0.5),
        scratch_mask_layer(noise(6, 8, 1, np.uint8, 2)[..., 0], dtype),
    ]
    archive = write(tmp_path / "a.ora", photo, layers)
    np.testing.assert_array_equal(decoded(archive.read("data/layer0.png")), photo.pixels)
    np.testing.assert_array_equal(decoded(archive.read("data/layer1.png")), layers[0].pixels)
    assert decoded(archive.read("data/layer2.png")).shape == (6, 8, 4)
    np.testing.assert_array_equal(decoded(archive.read("mergedimage.png")), flatten(photo, layers).pixels)


def test_layers_stay_within_a_transparent_photo(tmp_path: Path) -> None:
    alpha = np.zeros((6, 8), np.uint8)
    alpha[:, :4] = 255
    photo, layers = Photo(noise(6, 8), alpha), some_layers(np.uint8)
    archive = write(tmp_path / "a.ora", photo, layers)
    np.testing.assert_array_equal(decoded(archive.read("data/layer0.png"))[..., 3], alpha)
    np.testing.assert_array_equal(decoded(archive.read("data/layer1.png"))[..., 3], alpha)
    np.testing.assert_array_equal(decoded(archive.read("data/layer4.png"))[..., 3], layers[3].alpha)
    np.testing.assert_array_equal(decoded(archive.read("mergedimage.png"))[..., 3], alpha)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1, 1), (1, 1)),
        ((100, 200), (200, 100)),
        ((3, 1000), (256, 1)),
        ((1000, 3), (1, 256)),
        ((512, 400), (200, 256)),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_thumbnail_is_at_most_256_pixels_of_8_bits(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int], dtype: type
) -> None:
    photo = Photo(np.full((*size, 3), np.iinfo(dtype).max // 5, dtype))
    archive = write(tmp_path / "a.ora", photo, [])
    data = archive.read("Thumbnails/thumbnail.png")
    image = Image.open(io.BytesIO(data))
    assert image.size == expected  # width and height
    assert data[24] == 8
    assert (np.asarray(image) == 51).all()
    np.testing.assert_array_equal(decoded(archive.read("mergedimage.png")), photo.pixels)


@pytest.mark.parametrize(("channels", "transparent"), [(1, False), (1, True), (3, True)])
def test_the_thumbnail_shows_the_merged_image(tmp_path: Path, channels: int, transparent: bool) -> None:
    photo = Photo(noise(6, 8, channels), noise(6, 8, 1, seed=1)[..., 0] if transparent else None)
    archive = write(tmp_path / "a.ora", photo, [Layer("Restored", "restored", noise(6, 8, channels, seed=2))])
    thumbnail = Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png")))
    merged = Image.open(io.BytesIO(archive.read("mergedimage.png")))
    assert thumbnail.mode == merged.mode
    np.testing.assert_array_equal(np.asarray(thumbnail), np.asarray(merged))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_profile_is_in_every_picture(tmp_path: Path, dtype: type) -> None:
    archive = write(tmp_path / "a.ora", Photo(noise(6, 8, 3, dtype), icc_profile=SRGB), some_layers(dtype))
    pictures = [name for name in archive.namelist() if name.endswith(".png")]
    assert len(pictures) == 7
    for name in pictures:
        assert Image.open(io.BytesIO(archive.read(name))).info["icc_profile"] == SRGB


@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_without_a_profile_are_said_to_be_srgb(tmp_path: Path, channels: int) -> None:
    """Krita would otherwise stop and ask for a profile, once a layer."""
    archive = write(tmp_path / "a.ora", Photo(noise(6, 8, channels, np.uint16)), [])
    data = Image.open(io.BytesIO(archive.read("data/layer0.png"))).info["icc_profile"]
    profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[np.newaxis, :, np.newaxis], channels, axis=2)
    converted = ImageCms.profileToProfile(
        Image.fromarray(ramp.squeeze(2) if channels == 1 else ramp),
        profile,
        ImageCms.createProfile("sRGB"),
        outputMode="RGB",
    )
    assert converted is not None
    assert np.abs(np.asarray(converted).astype(int) - np.arange(256)[:, np.newaxis]).max() <= 1


def test_8_bits_without_a_profile_get_none(tmp_path: Path) -> None:
    archive = write(tmp_path / "a.ora", Photo(noise(6, 8)), [])
    assert "icc_profile" not in Image.open(io.BytesIO(archive.read("data/layer0.png"))).info


@pytest.mark.parametrize("name", ['Oma & "Opa" <1931>.png', "Großmutter, 祖母.tif", "tab\tand\nline", "emoji 📷"])
def test_names_survive(tmp_path: Path, name: str) -> None:
    layers = [Layer(name, "restored", noise(6, 8))]
    write_openraster(tmp_path / "a.ora", Photo(noise(6, 8)), layers, source_name=name)
    group, source = stack_of(zipfile.ZipFile(tmp_path / "a.ora"))[0]
    assert (source.get("name"), group[0].get("name")) == (name, name)
    assert group.get("name") == f"Restored – {name}"


@pytest.mark.parametrize("name", ["bell\a", "zero\0", "half \udcff", "not \uffff"])
def test_what_xml_cannot_hold_is_replaced(tmp_path: Path, name: str) -> None:
    write_openraster(tmp_path / "a.ora", Photo(noise(6, 8)), [], source_name=name)
    read = stack_of(zipfile.ZipFile(tmp_path / "a.ora"))[0][1].get("name")
    assert read == name[:-1] + "\N{REPLACEMENT CHARACTER}"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.ora", "b.ora"):
        write(tmp_path / name, Photo(noise(6, 8)), some_layers(np.uint8))
    assert (tmp_path / "a.ora").read_bytes() == (tmp_path / "b.ora").read_bytes()


@pytest.mark.parametrize("name", ["a.zip", "a.png", "a"])
def test_another_suffix_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=r"End its name in \.ora"):
        write_openraster(tmp_path / name, Photo(noise(6, 8)), [], source_name="scan")
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_replaced_only_when_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.ora"
    path.write_bytes(b"before")
    with pytest.raises(OutputError, match="exists already"):
        write(path, Photo(noise(6, 8)), [])
    assert path.read_bytes() == b"before"
    assert write(path, Photo(noise(6, 8)), [], overwrite=True).testzip() is None


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(openraster, "_thumbnail", fail)
    with pytest.raises(MemoryError):
        write(tmp_path / "a.ora", Photo(noise(6, 8)), some_layers(np.uint8))
    assert not list(tmp_path.iterdir())
