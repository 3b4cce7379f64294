"""A run learns, stops in time, and goes on where it was."""

import json
from dataclasses import replace

import torch
from torch import nn

from restoration.training.run import Plan, Run, averaged_state

PLAN = Plan(hours=0.4 / 3600, learning_rate=0.05, batch=8, crop=0, warmup_steps=1)


def losses(run):
    def of_step(rng):
        x = torch.from_numpy(rng.standard_normal((run.plan.batch, 4)).astype("float32"))
        return {"total": ((run.networks["line"](x) - x.sum(dim=1, keepdim=True)) ** 2).mean()}

    return of_step


def new_run(folder, plan=PLAN):
    torch.manual_seed(0)
    return Run("line", {"line": nn.Linear(4, 1)}, plan, folder, device="cpu")


def test_it_learns_within_its_time_and_keeps_averaged_weights(tmp_path):
    run = new_run(tmp_path)
    before = losses(run)(run.rng())["total"].item()
    run.fit(losses(run))
    assert run.progress == 1
    assert losses(run)(run.rng())["total"].item() < before / 10
    averaged = averaged_state(run.checkpoint, "line")["weight"]
    torch.testing.assert_close(averaged, torch.ones(1, 4), atol=0.2, rtol=0)
    records = [json.loads(line) for line in (tmp_path / "line.jsonl").read_text().splitlines()]
    assert records[-1]["total"] < records[0]["total"]


def test_a_resumed_run_has_the_same_next_loss(tmp_path):
    run = new_run(tmp_path)
    run.fit(losses(run))
    longer = replace(PLAN, hours=1)
    torch.manual_seed(99)  # other first weights: they must come from the checkpoint
    resumed = Run("line", {"line": nn.Linear(4, 1)}, longer, tmp_path, device="cpu")
    assert resumed.step == run.step
    assert 0 < resumed.progress < 1
    assert losses(resumed)(resumed.rng())["total"].item() == losses(run)(run.rng())["total"].item()
