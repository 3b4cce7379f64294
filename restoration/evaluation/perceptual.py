"""LPIPS and FID, where the weights of their networks are on this machine already; nothing is ever downloaded."""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from restoration.errors import WeightsError
from restoration.evaluation.perception_networks import AlexNetFeatures, FidInception
from restoration.networks.base import StoredNetwork

#: File names as torchvision and pytorch-fid store them.
ALEXNET_FILE = "alexnet-owt-7be5be79.pth"
INCEPTION_FILE = "pt_inception-2015-12-05-6726825d.pth"

_Network = TypeVar("_Network", bound=StoredNetwork)


def default_folder() -> Path:
    """Where torch keeps downloaded weights, for all programs of this user."""
    return Path(torch.hub.get_dir()) / "checkpoints"


class Perception:
    """LPIPS (AlexNet, version 0.1) and FID, each if its network is there.

    Args:
        folder: where the two files are looked for; None is torch's own folder.

    Attributes:
        missing: "lpips" or "fid" to one sentence: which file was looked for, and where. Empty if both are there.

    Raises:
        WeightsError: a file is there but holds something else.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or default_folder()
        self.missing: dict[str, str] = {}
        self._alexnet = self._read(folder / ALEXNET_FILE, AlexNetFeatures, "lpips", "LPIPS")
        self._inception = self._read(folder / INCEPTION_FILE, FidInception, "fid", "FID")
        self._features: dict[str, list[np.ndarray]] = defaultdict(list)
        heads = files("torchmetrics") / "functional" / "image" / "lpips_models" / "alex.pth"
        with heads.open("rb") as stream:  # the learnt weights of each channel, which torchmetrics ships
            stored = torch.load(stream, weights_only=True, map_location="cpu")
        self._heads = [stored[f"lin{level}.model.1.weight"] for level in range(5)]

    def _read(self, path: Path, kind: type[_Network], figure: str, title: str) -> _Network | None:
        if not path.is_file():
            self.missing[figure] = f"{title} is empty: its network {path.name} is not in {path.parent}."
            return None
        try:
            state = torch.load(path, weights_only=True, map_location="cpu")
        except Exception as error:  # whatever torch's reader says of a file that is no checkpoint
            raise WeightsError(f"{path} cannot be read as weights.", "Fetch it again, or take it away.") from error
        return kind.from_state_dict(state)

    @torch.inference_mode()
    def lpips(self, clean: np.ndarray, picture: np.ndarray) -> float | None:
        """The distance of two H×W×3 uint8 pictures, 0 = the same; None without the network."""
        if self._alexnet is None:
            return None
        total = 0.0
        pair = zip(self._alexnet(_tensor(clean) * 2 - 1), self._alexnet(_tensor(picture) * 2 - 1), strict=True)
        for (a, b), head in zip(pair, self._heads, strict=True):
            difference = (_unit(a) - _unit(b)) ** 2
            total += float((difference * head).sum(dim=1).mean())
        return total

    @torch.inference_mode()
    def add(self, group: str, picture: np.ndarray) -> None:
        """Takes a picture (H×W×3 uint8) into a group whose distribution FID compares."""
        if self._inception is not None:
            self._features[group].append(self._inception(_tensor(picture))[0].double().numpy())

    def fid(self, group: str, truth: str) -> float | None:
        """FID between two groups; None without the network, or with fewer than two pictures in either."""
        if min(len(self._features[group]), len(self._features[truth])) < 2:
            return None
        return frechet_distance(np.stack(self._features[group]), np.stack(self._features[truth]))


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Between the Gaussians that fit two sets of features best (Dowson and Landau 1982); both N×D, N at least 2.

    The trace of the root of the covariances' product is the sum of the singular values of A·Bᵀ, A and B the centred
    features: N×N numbers instead of D×D, and exact where N is smaller than D.
    """
    centred = [(each - each.mean(axis=0)) / np.sqrt(len(each) - 1) for each in (a, b)]
    root = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
    spread = sum(float((each**2).sum()) for each in centred)
    return float(((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum() + spread - 2 * root)


def _tensor(picture: np.ndarray) -> Tensor:
    """H×W×3 uint8 to 1×3×H×W, 0 to 1."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255


def _unit(x: Tensor) -> Tensor:
    return x / (torch.sqrt((x**2).sum(dim=1, keepdim=True)) + 1e-10)
