"""OpenRaster (.ora): the photo and its layers in one file that Krita, GIMP and MyPaint open.

A zip archive as https://www.openraster.org/ has it: ``mimetype``, ``stack.xml``, one PNG a layer, the merged image and
a thumbnail.
"""

from __future__ import annotations

import functools
import itertools
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import imagecodecs
import numpy as np
from PIL import Image

from restoration.atomic_file import atomic_file, check_output
from restoration.errors import OutputError
from restoration.layers import Layer, alpha_within, flatten, group_name
from restoration.photo import Photo, Samples, profile_fits, to_depth
from restoration.photo_png import encode_png

_VERSION = "0.0.5"
_OPERATIONS = {"normal": "svg:src-over", "color": "svg:color"}
_THUMBNAIL_SIDE = 256
#: What XML 1.0 cannot hold: most control characters, and halves of surrogate pairs from undecodable file names.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_openraster(
    path: str | Path, photo: Photo, layers: Sequence[Layer], *, source_name: str, overwrite: bool = False
) -> None:
    """Write the photo, and over it the group of its layers, as an OpenRaster file.

    Where the photo is transparent the layers are made transparent too, as ``flatten`` has it; the scratch mask is not.
    Layers next to each other that name the same group lie in a group of that name.

    Args:
        path: the file, ending in ``.ora``.
        photo: the bottom layer.
        layers: the layers from bottom to top.
        source_name: name of the bottom layer; the group's name is made from it.
        overwrite: whether a file that exists already is replaced.

    Raises:
        OutputError: the suffix is not ``.ora``, the file exists already, or its folder is missing or may not be
            written to.
        ValueError: a visible layer has another type than the photo.
    """
    path = Path(path)
    if path.suffix.lower() != ".ora":
        raise OutputError(f"{path.name} is not the name of an OpenRaster file.", "End its name in .ora.")
    check_output(path, overwrite=overwrite)
    merged = flatten(photo, layers)
    with (
        atomic_file(path, overwrite=overwrite) as file,
        # The PNGs are compressed already.
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
    ):
        _add(archive, "mimetype", b"image/openraster")
        _add(archive, "stack.xml", _stack(photo, layers, source_name))
        _add(archive, _layer_file(0), _png(photo.pixels, photo.alpha, photo))
        for number, layer in enumerate(layers, start=1):
            _add(archive, _layer_file(number), _png(layer.pixels, alpha_within(photo, layer), photo))
        _add(archive, "mergedimage.png", _png(merged.pixels, merged.alpha, photo))
        _add(archive, "Thumbnails/thumbnail.png", _thumbnail(merged))


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    # An entry made like this has a fixed date: the same photo and layers give the same file.
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)


def _layer_file(number: int) -> str:
    return f"data/layer{number}.png"


def _stack(photo: Photo, layers: Sequence[Layer], source_name: str) -> bytes:
    image = ElementTree.Element("image", version=_VERSION, w=str(photo.width), h=str(photo.height))
    if photo.dpi is not None:
        across, down = (max(1, round(value)) for value in photo.dpi)
        image.attrib.update(xres=str(across), yres=str(down))
    root = ElementTree.SubElement(image, "stack")
    # Not isolated: a Colour layer must find the photo below the group, also when the layers between are hidden.
    group = ElementTree.SubElement(root, "stack", name=_in_xml(group_name(source_name)), isolation="auto")
    numbered = reversed(list(enumerate(layers, start=1)))
    for name, inner in itertools.groupby(numbered, key=lambda one: one[1].group):
        parent = group
        if name:
            parent = ElementTree.SubElement(group, "stack", name=_in_xml(name), isolation="auto")
        for number, layer in inner:
            _add_layer(parent, number, layer)
    ElementTree.SubElement(root, "layer", name=_in_xml(source_name), src=_layer_file(0))
    return ElementTree.tostring(image, encoding="UTF-8", xml_declaration=True)


def _add_layer(parent: ElementTree.Element, number: int, layer: Layer) -> None:
    ElementTree.SubElement(
        parent,
        "layer",
        {
            "name": _in_xml(layer.name),
            "src": _layer_file(number),
            "x": str(layer.x),
            "y": str(layer.y),
            "opacity": f"{layer.opacity:.6f}",
            "visibility": "visible" if layer.visible else "hidden",
            "composite-op": _OPERATIONS[layer.blend_mode],
        },
    )


def _in_xml(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _png(pixels: Samples, alpha: Samples | None, photo: Photo) -> bytes:
    """A PNG with the photo's profile, or with that of sRGB where 16 bits and no profile make Krita ask for one."""
    profile = photo.icc_profile
    if pixels.dtype == np.uint16 and not profile_fits(profile, pixels.shape[2]):
        profile = _srgb_profile(pixels.shape[2])
    return encode_png(pixels, alpha, icc_profile=profile, dpi=photo.dpi)


@functools.cache
def _srgb_profile(channels: int) -> bytes:
    if channels == 3:
        return bytes(imagecodecs.cms_profile("srgb"))
    encoded = np.linspace(0, 1, 4096)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return bytes(imagecodecs.cms_profile("gray", transferfunction=np.round(linear * 65535).astype(np.uint16)))


def _thumbnail(merged: Photo) -> bytes:
    samples = to_depth(merged.pixels, np.uint8)
    if merged.alpha is not None:
        samples = np.concatenate([samples, to_depth(merged.alpha, np.uint8)[..., np.newaxis]], axis=2)
    image = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    image.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
    small = np.asarray(image).reshape(image.height, image.width, -1)
    colours, alpha = np.split(small, [merged.pixels.shape[2]], axis=2)
    return encode_png(colours, alpha[..., 0] if alpha.size else None, icc_profile=merged.icc_profile)
