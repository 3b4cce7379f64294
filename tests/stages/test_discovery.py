"""Further stages are found, those of other packages by their entry points; broken ones are left out and told."""

import sys

import pytest
from stage_packages import DARKER, write_package

from restoration.errors import SettingsError
from restoration.settings import STAGE_NAMES, Settings
from restoration.stages import discovery
from restoration.stages.discovery import discovered, stages_that_run

BY_DEFAULT = DARKER.replace("make=darker", "make=darker, on_by_default=True")
ALL_OFF = {name: {"enabled": False} for name in STAGE_NAMES}


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """A folder of installed packages; what is found is looked for anew, and forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    discovered.cache_clear()
    yield tmp_path
    discovered.cache_clear()
    for module in tmp_path.glob("*.py"):
        sys.modules.pop(module.stem, None)


def names_that_run(**settings):
    return [(stage.name, strength) for stage, strength in stages_that_run(Settings.from_dict(settings))]


def test_the_stage_of_another_package_is_found(packages):
    write_package(packages, "my_darker", DARKER)
    found = discovered()
    assert (found.stages["darker"].title, found.failures) == ("Darker", {})
    assert "descreen" in found.stages


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import no_such_module_anywhere", "No module named"),
        ("raise SystemError('on purpose')", "on purpose"),
        ("STAGE = 5", "is no FurtherStage"),
        ("", "STAGE"),
        (DARKER.replace('"darker"', '"descreen"'), "already"),
        (DARKER.replace('"darker"', '"quality"'), "taken"),
        (DARKER.replace('"darker"', '"none"'), "taken"),
        (DARKER.replace('"darker"', '"Far Darker"'), "small letters"),
        (DARKER.replace("make=darker", "make=3"), "no function"),
        (DARKER.replace("make=darker", "make=darker, blend_mode='dodge'"), "dodge"),
    ],
)
def test_a_broken_one_is_told_in_one_sentence_and_stops_no_other(packages, source, says, caplog):
    write_package(packages, "broken_stage", source)
    write_package(packages, "my_darker", DARKER)
    found = discovered()
    assert {"darker", "descreen"} <= set(found.stages)
    (sentence,) = found.failures.values()
    assert says in sentence
    assert sentence.startswith("The stage 'broken_stage' of the package broken_stage cannot be used: ")
    assert "\n" not in sentence
    assert "Traceback" in caplog.text


def test_all_that_come_with_the_program_have_names_of_their_own():
    modules = list(discovery._bundled())
    assert len({stage.name for stage in modules}) == len(modules) > 0
    assert not any(stage.on_by_default for stage in modules)


def test_a_name_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(SettingsError, match=r"no stage 'lustre'.*quality.*descreen"):
        names_that_run(further={"lustre": {}})
    assert names_that_run(further={"lustre": {"enabled": False}}) == []


def test_a_name_that_is_broken_is_refused_with_the_reason(packages):
    write_package(packages, "lustre", "import no_such_module_anywhere")
    with pytest.raises(SettingsError, match=r"no stage 'lustre'.*No module named"):
        names_that_run(further={"lustre": {}})


def test_who_is_switched_on_runs_at_its_strength():
    assert names_that_run() == []
    assert names_that_run(further={"descreen": {"strength": 0.5}}) == [("descreen", 0.5)]
    assert names_that_run(further={"descreen": {"strength": 0}}) == []
    assert names_that_run(**ALL_OFF, further={"descreen": {}}) == [("descreen", 1.0)]


def test_who_is_on_by_default_joins_where_the_picture_is_restored(packages):
    write_package(packages, "my_darker", BY_DEFAULT)
    assert names_that_run() == [("darker", 1.0)]
    assert names_that_run(further={"darker": {"enabled": False}}) == []
    assert names_that_run(**{**ALL_OFF, "colour": {"enabled": True}}) == [("darker", 1.0)]
    only_finds = {**ALL_OFF, "scratches": {"repair": False}}
    assert names_that_run(**only_finds) == []
    assert names_that_run(**only_finds, further={"darker": {}}) == [("darker", 1.0)]
    assert Settings.from_dict(ALL_OFF).does_nothing
