"""A run learns, stops in time, and goes on where it was."""

import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from restoration.errors import TrainingError, WeightsError
from restoration.training.config import TrainingConfig
from restoration.training.run import HOPELESS_STEPS, Run, averaged_state

PLAN = TrainingConfig(hours=2 / 3600, learning_rate=0.05, batch=8, crop=0, warmup_steps=1)


def losses(run):
    def of_step(rng):
        x = torch.from_numpy(rng.standard_normal((run.config.batch, 4)).astype("float32"))
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


def rivals(run):
    """A maker that is judged by a critic, with noise in between: all that a resumed run must draw anew."""

    def of_step(rng):
        x = torch.from_numpy(rng.standard_normal((run.config.batch, 4)).astype("float32"))
        made = run.networks["maker"](x + torch.randn_like(x))
        judge = run.critics["judge"]
        critic = (judge(x) - 1).square().mean() + judge(made.detach()).square().mean()
        return {"total": (judge(made) - 1).square().mean(), "critic": critic}

    return of_step


def new_rivals(folder, seed):
    torch.manual_seed(seed)
    config = replace(PLAN, hours=1, batch=8)
    return Run("pair", {"maker": nn.Linear(4, 4)}, config, folder, "cpu", {"judge": nn.Linear(4, 1)})


def test_a_resumed_run_has_the_same_next_losses(tmp_path):
    run = new_rivals(tmp_path, seed=0)
    for _ in range(5):
        run._take_step(rivals(run))
    run.save()
    expected = [run._take_step(rivals(run)) for _ in range(3)]
    resumed = new_rivals(tmp_path, seed=99)  # other first weights: they must come from the checkpoint
    assert resumed.step == 5
    assert [resumed._take_step(rivals(resumed)) for _ in range(3)] == expected


def test_the_critics_learn_from_their_own_loss_alone(tmp_path):
    run = new_rivals(tmp_path, seed=0)
    before = [p.clone() for p in run.critics.parameters()]

    def without_critic(rng):
        return {"total": rivals(run)(rng)["total"]}

    run._take_step(without_critic)
    assert all(torch.equal(a, b) for a, b in zip(before, run.critics.parameters(), strict=True))
    run._take_step(rivals(run))
    assert not any(torch.equal(a, b) for a, b in zip(before, run.critics.parameters(), strict=True))


def test_the_rate_rises_and_then_falls_as_planned(tmp_path):
    linear = Run("l", {"line": nn.Linear(4, 1)}, replace(PLAN, hours=1, decay="linear"), tmp_path, "cpu")
    for minutes, share in ((0, 1), (30, 1), (45, 0.5), (60, 0)):
        linear.elapsed_s = 60.0 * minutes
        assert linear.learning_rate == pytest.approx(share * PLAN.learning_rate)
    cosine = Run("c", {"line": nn.Linear(4, 1)}, replace(PLAN, hours=1, warmup_steps=10), tmp_path, "cpu")
    assert cosine.learning_rate == pytest.approx(0.1 * PLAN.learning_rate)
    cosine.step, cosine.elapsed_s = 100, 1800
    assert cosine.learning_rate == pytest.approx(0.5 * PLAN.learning_rate)


def test_a_budget_of_steps_ends_after_them_and_lets_the_rate_fall_over_them(tmp_path):
    run = Run("l", {"line": nn.Linear(4, 1)}, replace(PLAN, hours=1, decay="linear", steps=20), tmp_path, "cpu")
    run.step, run.elapsed_s = 15, 9000  # two and a half hours on a busy machine
    assert run.learning_rate == pytest.approx(0.5 * PLAN.learning_rate)
    run.fit(lambda rng: {"total": run.networks["line"](torch.ones(1, 4)).square().sum()})
    assert run.step == 20


def test_a_step_whose_gradients_are_no_numbers_is_not_taken(tmp_path):
    run = new_run(tmp_path)
    run._take_step(losses(run))
    before = {key: value.clone() for key, value in run.networks.state_dict().items()}
    steep = lambda rng: {"total": run.networks["line"](torch.zeros(1, 4)).square().sum().mul(0).sqrt()}  # noqa: E731
    assert run._take_step(steep)["total"] == 0  # the root of zero: a number without a slope
    assert all(torch.equal(value, before[key]) for key, value in run.networks.state_dict().items())
    run._take_step(losses(run))
    assert not torch.equal(run.networks["line"].weight, before["line.weight"])


def test_a_run_that_cannot_learn_any_more_says_so_and_keeps_its_checkpoint(tmp_path):
    run = new_run(tmp_path)
    run._take_step(losses(run))
    run.save()
    with pytest.raises(TrainingError, match=r"lower rate than 0\.05"):
        run.fit(lambda rng: {"total": run.networks["line"](torch.full((1, 4), torch.inf)).sum()})
    again = new_run(tmp_path)
    assert again.step == 1
    assert run.step < 1 + HOPELESS_STEPS
    assert all(torch.isfinite(value).all() for value in again.networks.state_dict().values())


def test_the_checkpoint_holds_its_config(tmp_path):
    run = new_run(tmp_path)
    run.save()
    stored = torch.load(run.checkpoint, weights_only=True)["config"]
    assert stored["learning_rate"] == PLAN.learning_rate
    assert stored["weights"]["latent"] == 0


def test_a_checkpoint_of_other_networks_is_refused(tmp_path):
    new_run(tmp_path).save()
    with pytest.raises(WeightsError, match="another training"):
        Run("line", {"line": nn.Linear(5, 1)}, PLAN, tmp_path, device="cpu")


def test_averaged_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(WeightsError, match="Train vae-a first"):
        averaged_state(tmp_path / "vae_a.pt", "vae_a")
    run = new_run(tmp_path)
    run.save()
    with pytest.raises(WeightsError, match="holds no tone"):
        averaged_state(run.checkpoint, "tone")
