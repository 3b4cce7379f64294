"""One training run: networks, optimisers, averaged weights, clock, checkpoint. The losses live elsewhere."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from restoration.device import Compute, choose_compute, place
from restoration.errors import TrainingError, WeightsError
from restoration.training.config import TrainingConfig
from restoration.training.monitor import Monitor

CHECKPOINT_EVERY_S = 120
#: So many steps on end whose gradients are no numbers, and a run gives up.
HOPELESS_STEPS = 10

Losses = Mapping[str, Tensor]
#: Returns named losses of one step. ``total`` is minimised by the networks, ``critic``, if there, by the critics;
#: the others are only noted.
StepLosses = Callable[[np.random.Generator], Losses]
#: Returns a few pictures to look at, N×3×H×W in [-1, 1]; called with the averaged networks.
Show = Callable[[], Tensor]


def training_compute(device: str) -> Compute:
    """The device, and a format to train in: bfloat16 where it is fast, since float16 needs its losses scaled."""
    compute = choose_compute(device)
    if compute.device.type != "cuda":
        return compute
    return Compute(compute.device, torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32)


class Run:
    """Trains until its budget is used; resumes from its checkpoint.

    Args:
        name: of the run; the checkpoint is ``<folder>/<name>.pt``, the log ``<folder>/<name>.jsonl``.
        networks: trained together, by name.
        config: time, rate, batch.
        folder: for checkpoint and log.
        device: auto, cpu, cuda or mps.
        critics: discriminators, by name; trained at the same steps by their own optimiser, never averaged.

    Raises:
        WeightsError: the folder holds a checkpoint of this name that is of other networks.
    """

    def __init__(
        self,
        name: str,
        networks: Mapping[str, nn.Module],
        config: TrainingConfig,
        folder: Path,
        device: str = "auto",
        critics: Mapping[str, nn.Module] | None = None,
    ) -> None:
        self.name, self.config, self.folder = name, config, folder
        self.compute = training_compute(device)
        self.networks = place(nn.ModuleDict(dict(networks)), self.compute)
        self.critics = place(nn.ModuleDict(dict(critics or {})), self.compute)
        self.averaged = copy.deepcopy(self.networks).requires_grad_(False)
        self.optimizer = self._optimizer(self.networks)
        self.critic_optimizer = self._optimizer(self.critics) if self.critics else None
        self.step = 0
        self.elapsed_s = 0.0
        self.untaken = 0
        self.checkpoint = folder / f"{name}.pt"
        folder.mkdir(parents=True, exist_ok=True)
        if self.checkpoint.exists():
            self._resume()

    def _optimizer(self, networks: nn.Module) -> torch.optim.AdamW:
        parameters = [p for p in networks.parameters() if p.requires_grad]
        config = self.config
        return torch.optim.AdamW(
            parameters, lr=config.learning_rate, betas=config.betas, weight_decay=config.weight_decay
        )

    @property
    def progress(self) -> float:
        """Share of the budget used, 0 to 1."""
        if self.config.steps is not None:
            return min(1.0, self.step / self.config.steps)
        return min(1.0, self.elapsed_s / (self.config.hours * 3600))

    @property
    def learning_rate(self) -> float:
        """The rate of this step."""
        if self.config.decay == "cosine":
            share = 0.5 * (1 + math.cos(math.pi * self.progress))
        else:
            share = min(1.0, 2 * (1 - self.progress))
        return self.config.learning_rate * share * min(1.0, (self.step + 1) / self.config.warmup_steps)

    def rng(self) -> np.random.Generator:
        """The randomness of this step; a resumed run draws what the first would have drawn."""
        return np.random.default_rng([self.config.seed, self.step])

    def fit(self, losses_of_step: StepLosses, show: Show | None = None) -> None:
        """Steps until the budget is used.

        Raises:
            TrainingError: the gradients of several steps on end were no numbers; the checkpoint is as it was before.
        """
        last_saved = time.monotonic()
        with Monitor(self.name, self.folder) as monitor:
            while self.progress < 1:
                started = time.monotonic()
                losses = self._take_step(losses_of_step)
                self.elapsed_s += time.monotonic() - started
                monitor.note(self.step, self.progress, self.elapsed_s, losses)
                if show is not None and monitor.wants_pictures():
                    with torch.no_grad(), self.compute.autocast():
                        monitor.note_pictures(self.step, show())
                if time.monotonic() - last_saved > CHECKPOINT_EVERY_S:
                    self.save()
                    last_saved = time.monotonic()
        self.save()

    def _take_step(self, losses_of_step: StepLosses) -> dict[str, float]:
        for optimizer in (self.optimizer, self.critic_optimizer):
            for group in optimizer.param_groups if optimizer else ():
                group["lr"] = self.learning_rate
        # Latents are noisy: torch's own randomness, too, must be that of the step.
        torch.manual_seed(self.config.seed * 2**32 + self.step)
        with self.compute.autocast():
            losses = losses_of_step(self.rng())
        taken = self._descend(self.optimizer, losses["total"])
        if self.critic_optimizer is not None and "critic" in losses:
            # After the networks' step, whose backward pass has left gradients in the critics, too.
            taken &= self._descend(self.critic_optimizer, losses["critic"])
        self._count(taken)
        self.step += 1
        self._average()
        return {key: float(value.detach()) for key, value in losses.items()}

    def _count(self, taken: bool) -> None:
        self.untaken = 0 if taken else self.untaken + 1
        if self.untaken == HOPELESS_STEPS:
            raise TrainingError(
                f"{self.name} does not learn any more: the gradients of {HOPELESS_STEPS} steps on end were no numbers.",
                f"Run it again with a lower rate than {self.config.learning_rate:g}; its checkpoint is still sound.",
            )

    def _descend(self, optimizer: torch.optim.Optimizer, loss: Tensor) -> bool:
        """One step of an optimiser; False if it was not taken, since one such gradient would end all weights."""
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        if not torch.isfinite(nn.utils.clip_grad_norm_(parameters, self.config.clip)):
            return False
        optimizer.step()
        return True

    def _average(self) -> None:
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, value in zip(self.averaged.parameters(), self.networks.parameters(), strict=True):
                mean.lerp_(value, 1 - decay)
            for stored, current in zip(self.averaged.buffers(), self.networks.buffers(), strict=True):
                stored.copy_(current)

    def save(self) -> None:
        """Writes the checkpoint beside the old one and then in its place."""
        partial = self.checkpoint.with_suffix(".part")
        state: dict[str, Any] = {
            "config": asdict(self.config),
            "networks": self.networks.state_dict(),
            "critics": self.critics.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "critic_optimizer": self.critic_optimizer.state_dict() if self.critic_optimizer else None,
            "step": self.step,
            "elapsed_s": self.elapsed_s,
        }
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.compute.device)
        try:
            self.networks.load_state_dict(state["networks"])
            self.critics.load_state_dict(state["critics"])
            self.averaged.load_state_dict(state["averaged"])
            self.optimizer.load_state_dict(state["optimizer"])
            if self.critic_optimizer is not None:
                self.critic_optimizer.load_state_dict(state["critic_optimizer"])
        except (RuntimeError, KeyError, ValueError) as error:
            raise WeightsError(
                f"{self.checkpoint} is the checkpoint of another training.", "Name another folder with --out."
            ) from error
        self.step, self.elapsed_s = state["step"], state["elapsed_s"]


def averaged_state(checkpoint: Path, network: str) -> dict[str, Tensor]:
    """The averaged weights of one network in a run's checkpoint, on the CPU.

    Raises:
        WeightsError: there is no such checkpoint, or it does not hold that network.
    """
    if not checkpoint.is_file():
        raise WeightsError(f"There is no {checkpoint}.", f"Train {checkpoint.stem.replace('_', '-')} first.")
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")["averaged"]
    prefix = f"{network}."
    found = {key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)}
    if not found:
        raise WeightsError(f"{checkpoint} holds no {network}.", "Train it again.")
    return found
