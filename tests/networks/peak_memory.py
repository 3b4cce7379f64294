"""Run as a program: restores one picture with the scratch networks and answers this process's peak memory in bytes.

Usage: python peak_memory.py SIDE [WIDTH, of the mapping's innermost level; 512 as published]
"""

from __future__ import annotations

import sys

import torch

from restoration.bench.own_peak import own_peak_bytes
from restoration.networks.partial_nonlocal import ScratchMapping
from restoration.networks.vae import Vae


def main(side: int, width: int) -> int:
    torch.manual_seed(0)
    encoder, decoder = Vae().eval(), Vae().eval()
    mapping = ScratchMapping((64, width // 4, width // 2, width)).eval()
    picture = torch.rand(1, 3, side, side) * 2 - 1
    mask = torch.zeros(1, 1, side, side)
    mask[..., side // 3 : side // 3 + 5] = 1
    with torch.inference_mode():
        restored = decoder.decode(mapping(encoder.encode(picture), mask))
    if not restored.isfinite().all():
        raise ArithmeticError("the restored picture holds no numbers")
    return own_peak_bytes()


if __name__ == "__main__":
    sys.stdout.write(str(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 512)))
