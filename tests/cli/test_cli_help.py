"""``--help`` lists every command once, those for photos apart from those for training."""

from restoration.cli.app import COMMANDS


def test_each_command_stands_under_one_heading(run):
    said = run("--help").stdout
    listed = [line.split()[0] for line in said.splitlines() if line.startswith("  ") and line.strip()[:1].islower()]
    assert sorted(listed) == sorted([*COMMANDS, "models"])


def test_what_is_for_photos_comes_first_and_training_last(run):
    said = run("--help").stdout
    headings = ["Commands:", "Editors and their server:", "This installation:", "Training and measuring:"]
    assert [line for line in said.splitlines() if line in headings] == headings
    assert said.index("\n  restore ") < said.index("Editors and their server:")
    assert said.index("Training and measuring:") < said.index("\n  train ")
