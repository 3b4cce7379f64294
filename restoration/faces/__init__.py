"""Faces without a network: finding them, aligning them to the template, putting them back as one patch a face.

The steps are those of "Bringing Old Photos Back to Life" (Wan et al., CVPR 2020; TPAMI 2022), progressive generator for
face refinement. What lies between :func:`~restoration.faces.geometry.warp_face` and
:func:`~restoration.faces.layer.face_layer` is the face network, which this package does not know.

A face of a picture ``image``, ``size`` being 256 or 512::

    for box in find_faces(image):
        affine = align_face(image, box, size)
        crop = warp_face(image, affine, size)
        patch = face_layer(image, network(crop), affine)
"""

from restoration.faces.boxes import FaceBox
from restoration.faces.detection import Found, find_faces, merge_found, search_faces
from restoration.faces.geometry import colour_match, similarity, soft_mask, template, warp_back, warp_face
from restoration.faces.landmarks import align_face
from restoration.faces.layer import FacePatch, face_layer, paste_back

__all__ = [
    "FaceBox",
    "FacePatch",
    "Found",
    "align_face",
    "colour_match",
    "face_layer",
    "find_faces",
    "merge_found",
    "paste_back",
    "search_faces",
    "similarity",
    "soft_mask",
    "template",
    "warp_back",
    "warp_face",
]
