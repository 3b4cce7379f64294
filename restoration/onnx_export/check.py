"""Whether a file gives in onnxruntime what the program gives in torch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import onnxruntime

from restoration.onnx_export.making import Variant
from restoration.onnx_export.references import Case

#: The largest difference of any number, of pictures from 0 to 1; a and b of Lab, 110 wide, are divided by that first.
LARGEST_DIFFERENCE = 1e-3
#: Half precision rounds: its pictures may differ by noise so far below the signal.
LEAST_DECIBEL = 55.0
_WIDTHS = {"ab": 110.0}


@dataclass(frozen=True)
class Agreement:
    """How far a file is from torch.

    Attributes:
        largest: difference of any number.
        decibel: peak signal to noise, of all numbers together; infinite if all are the same.
        cases: pictures that were compared.
    """

    largest: float
    decibel: float
    cases: int

    def suffices(self, variant: Variant) -> bool:
        """Whether the file may be kept."""
        if variant == "half":
            return self.decibel >= LEAST_DECIBEL
        return self.largest <= LARGEST_DIFFERENCE


def session(model: bytes, threads: int = 0) -> onnxruntime.InferenceSession:
    """The model, ready to run on the CPU.

    Args:
        model: the file's bytes.
        threads: to compute with; 0 is as many as there are cores.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # warnings are about how it was optimised
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def agreement(model: bytes, cases: Iterable[Case]) -> Agreement:
    """Compares a file with torch. Numbers of which torch says nothing (NaN) are left out."""
    run = session(model)
    largest, squares, count, number = 0.0, 0.0, 0, 0
    for case in cases:
        number += 1
        for name, expected in case.outputs.items():
            (found,) = run.run([name], case.inputs)
            if found.shape != expected.shape:
                return Agreement(math.inf, -math.inf, number)
            known = ~np.isnan(expected)
            difference = np.abs(found - expected)[known] / _WIDTHS.get(name, 1.0)
            if not np.isfinite(difference).all():
                return Agreement(math.inf, -math.inf, number)
            largest = max(largest, float(difference.max(initial=0)))
            squares += float(np.square(difference, dtype=np.float64).sum())
            count += difference.size
    return Agreement(largest, math.inf if squares == 0 else 10 * math.log10(count / squares), number)
