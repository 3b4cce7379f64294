"""One training run: networks, optimiser, averaged weights, clock, checkpoint. The losses live elsewhere."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from torch import Tensor, nn

from restoration.device import Compute, choose_compute, place

#: Averages over about this many last steps are kept beside the weights and used at inference.
EMA_DECAY = 0.998
CHECKPOINT_EVERY_S = 120
REPORT_EVERY_STEPS = 50


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn.

    Attributes:
        hours: time budget; the learning rate falls to zero over it, so a run must be planned, not just stopped.
        learning_rate: the highest rate of AdamW.
        batch: crops a step.
        crop: side of a crop in pixels.
        seed: of the crops and of the first weights.
        warmup_steps: steps over which the rate rises.
    """

    hours: float
    learning_rate: float
    batch: int
    crop: int
    seed: int = 0
    warmup_steps: int = 100


Losses = Mapping[str, Tensor]


class Run:
    """Trains until the time is up; resumes from its checkpoint.

    Args:
        name: of the run; the checkpoint is ``<folder>/<name>.pt``, the log ``<folder>/<name>.jsonl``.
        networks: trained together, by name.
        plan: time, rate, batch.
        folder: for checkpoint and log.
        device: auto, cpu, cuda or mps.
    """

    def __init__(
        self, name: str, networks: Mapping[str, nn.Module], plan: Plan, folder: Path, device: str = "auto"
    ) -> None:
        self.name, self.plan, self.folder = name, plan, folder
        self.compute: Compute = choose_compute(device)
        self.networks = place(nn.ModuleDict(dict(networks)), self.compute)
        self.averaged = copy.deepcopy(self.networks).requires_grad_(False)
        parameters = [p for p in self.networks.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(parameters, lr=plan.learning_rate, betas=(0.9, 0.99), weight_decay=1e-4)
        self.step = 0
        self.elapsed_s = 0.0
        self.checkpoint = folder / f"{name}.pt"
        folder.mkdir(parents=True, exist_ok=True)
        if self.checkpoint.exists():
            self._resume()

    @property
    def progress(self) -> float:
        """Share of the time budget used, 0 to 1."""
        return min(1.0, self.elapsed_s / (self.plan.hours * 3600))

    def rng(self) -> np.random.Generator:
        """The randomness of this step; a resumed run draws what the first would have drawn."""
        return np.random.default_rng([self.plan.seed, self.step])

    def fit(self, losses_of_step: Callable[[np.random.Generator], Losses]) -> None:
        """Steps until the time is up. ``losses_of_step`` returns named losses; ``total`` is minimised."""
        console = Console(stderr=True)
        sums: dict[str, float] = {}
        last_saved = time.monotonic()
        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        while self.progress < 1:
            started = time.monotonic()
            rate = self.plan.learning_rate * 0.5 * (1 + math.cos(math.pi * self.progress))
            for group in self.optimizer.param_groups:
                group["lr"] = rate * min(1.0, (self.step + 1) / self.plan.warmup_steps)
            with self.compute.autocast():
                losses = losses_of_step(self.rng())
            self.optimizer.zero_grad(set_to_none=True)
            losses["total"].backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            self.optimizer.step()
            self.step += 1
            self._average()
            for key, value in losses.items():
                sums[key] = sums.get(key, 0.0) + float(value.detach())
            self.elapsed_s += time.monotonic() - started
            if self.step % REPORT_EVERY_STEPS == 0:
                means = {key: round(value / REPORT_EVERY_STEPS, 5) for key, value in sums.items()}
                sums = {}
                self._log({"step": self.step, "minutes": round(self.elapsed_s / 60, 2), **means})
                console.print(f"{self.name} {self.step} {100 * self.progress:.1f}% {means}", highlight=False)
            if time.monotonic() - last_saved > CHECKPOINT_EVERY_S:
                self.save()
                last_saved = time.monotonic()
        self.save()

    def _average(self) -> None:
        decay = min(EMA_DECAY, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, value in zip(self.averaged.parameters(), self.networks.parameters(), strict=True):
                mean.lerp_(value, 1 - decay)
            for stored, current in zip(self.averaged.buffers(), self.networks.buffers(), strict=True):
                stored.copy_(current)

    def _log(self, record: dict[str, Any]) -> None:
        with (self.folder / f"{self.name}.jsonl").open("a") as stream:
            stream.write(json.dumps(record) + "\n")

    def save(self) -> None:
        """Writes the checkpoint beside the old one and then in its place."""
        partial = self.checkpoint.with_suffix(".part")
        state = {
            "plan": asdict(self.plan),
            "networks": self.networks.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "elapsed_s": self.elapsed_s,
        }
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.compute.device)
        self.networks.load_state_dict(state["networks"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.elapsed_s = state["step"], state["elapsed_s"]


def averaged_state(checkpoint: Path, network: str) -> dict[str, Tensor]:
    """The averaged weights of one network in a run's checkpoint, on the CPU."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")["averaged"]
    prefix = f"{network}."
    return {key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)}
