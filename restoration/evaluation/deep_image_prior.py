"""Deep image prior: a network that is fitted to the one damaged picture, and to nothing else.

Ulyanov, Vedaldi and Lempitsky 2018, "Deep Image Prior": an hourglass turns fixed noise into the picture; the damaged
pixels are left out of the loss (section 3.3), and since grain is learnt last, stopping early denoises (section 3.1).
"""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.tiling import pad_to_multiple

#: Channels of each level, the outermost first: narrow where there are many pixels, as published for inpainting.
WIDTHS = (16, 32, 64, 128)
SKIP_CHANNELS, NOISE_CHANNELS = 4, 16
#: As published for inpainting and denoising: rate of Adam, the noise that is added to the input anew at each step, and
#: the steps after which denoising stops.
RATE, JITTER, STEPS = 0.01, 0.03, 1800
#: Time for one picture by default.
SECONDS = 240.0
#: Weight of the past in the average of the outputs, which is the result.
AVERAGING = 0.98


def _layer(channels_in: int, channels_out: int, stride: int = 1, size: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, size, stride, size // 2, padding_mode="reflect"),
        nn.BatchNorm2d(channels_out),
        nn.LeakyReLU(0.2),
    )


class Hourglass(nn.Module):
    """Noise N×16×H×W to a picture N×3×H×W in [0, 1], with narrow skips; sides are multiples of 16, at least 32."""

    def __init__(self) -> None:
        super().__init__()
        entering = (NOISE_CHANNELS, *WIDTHS[:-1])
        rising = (*WIDTHS[1:], WIDTHS[-1])
        self.down = nn.ModuleList(
            nn.Sequential(_layer(outer, width, stride=2), _layer(width, width))
            for outer, width in zip(entering, WIDTHS, strict=True)
        )
        self.skip = nn.ModuleList(_layer(outer, SKIP_CHANNELS, size=1) for outer in entering)
        self.up = nn.ModuleList(
            nn.Sequential(
                nn.BatchNorm2d(inner + SKIP_CHANNELS),
                _layer(inner + SKIP_CHANNELS, width),
                _layer(width, width, size=1),
            )
            for inner, width in reversed(list(zip(rising, WIDTHS, strict=True)))
        )
        self.leave = nn.Conv2d(WIDTHS[0], 3, 1)

    def forward(self, noise: Tensor) -> Tensor:
        kept, x = [], noise
        for down, skip in zip(self.down, self.skip, strict=True):
            kept.append(skip(x))
            x = down(x)
        for up in self.up:
            skipped = kept.pop()
            x = F.interpolate(x, size=skipped.shape[-2:], mode="nearest")
            x = up(torch.cat([x, skipped], dim=1))
        return torch.sigmoid(self.leave(x))


def deep_image_prior(
    image: np.ndarray,
    mask: np.ndarray,
    seconds: float = SECONDS,
    steps: int = STEPS,
    device: torch.device | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Fits an hourglass to the sound pixels of a picture and returns what it draws.

    Args:
        image: H×W×3 uint8, RGB.
        mask: H×W uint8, 255 = damaged.
        seconds: where this ends before ``steps``, the fit stops there: on a CPU it does, and the result is smoother.
        steps: of Adam.
        device: where to compute; None is the CPU.
        seed: of the noise and of the weights; global random state is left as it was.

    Returns:
        H×W×3 uint8, RGB.
    """
    height, width = mask.shape
    device = device or torch.device("cpu")
    with torch.random.fork_rng(devices=[] if device.type == "cpu" else None):
        torch.manual_seed(seed)
        target, sound = _padded(image / np.float32(255), device), _padded((mask == 0)[..., None], device)
        noise = torch.rand(1, NOISE_CHANNELS, *target.shape[-2:]).to(device) * 0.1
        network = Hourglass().to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimizer = torch.optim.Adam(network.parameters(), RATE)
        average: Tensor | None = None
        end = time.monotonic() + seconds
        for step in range(steps):
            output = network(noise + JITTER * torch.randn_like(noise))
            loss = F.mse_loss(output * sound, target * sound)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            drawn = output.detach()
            # The mean of all outputs at first, so that the first ones do not linger.
            weight = min(AVERAGING, step / (step + 10))
            average = drawn if average is None else weight * average + (1 - weight) * drawn
            if time.monotonic() > end:
                break
    assert average is not None, "at least one step"
    result = average[0, :, :height, :width].permute(1, 2, 0).cpu().numpy()
    return np.rint(result * 255).astype(np.uint8)


def _padded(picture: np.ndarray, device: torch.device) -> Tensor:
    """H×W×C to 1×C×H×W with sides that can be halved once a level."""
    multiple = 2 ** len(WIDTHS)
    padded = np.ascontiguousarray(pad_to_multiple(picture, multiple, 2 * multiple), np.float32)
    return torch.from_numpy(padded).permute(2, 0, 1)[None].to(device)
