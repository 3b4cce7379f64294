"""What is brought along: fetched, checked before it is unpacked, with its licence."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import sysconfig
import zipfile

import pytest
from trees import tree

from installers.errors import WheelError
from installers.wheels import (
    ALL_TARGETS,
    Target,
    local_targets,
    sentences_about,
    unpack_wheel,
    vendor_msgpack,
    vendor_pyzmq,
)


def zipped(path, *names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"bytes")
    return path


def test_a_wheel_is_unpacked(tmp_path):
    unpack_wheel(zipped(tmp_path / "a.whl", "zmq/__init__.py", "pyzmq.libs/lib.so"), tmp_path / "into")
    assert tree(tmp_path / "into") == {
        "zmq": None,
        "zmq/__init__.py": b"bytes",
        "pyzmq.libs": None,
        "pyzmq.libs/lib.so": b"bytes",
    }


@pytest.mark.parametrize("name", ["../out", "zmq/../../out", "/out", "C:/out", "zmq\\..\\..\\out", ".", "a/b:stream"])
def test_a_name_that_leads_out_is_refused_before_anything_is_written(tmp_path, name):
    wheel = zipped(tmp_path / "a.whl", "zmq/__init__.py", name)
    before = tree(tmp_path)
    with pytest.raises(WheelError):
        unpack_wheel(wheel, tmp_path / "into")
    assert tree(tmp_path) == before


def test_a_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("zmq")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    link.create_system = 3
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr(link, "/etc")
    with pytest.raises(WheelError):
        unpack_wheel(tmp_path / "a.whl", tmp_path / "into")
    assert not (tmp_path / "into").exists()


def test_what_unpacks_to_far_too_much_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(65 << 20))
    with pytest.raises(WheelError, match="64 MiB"):
        unpack_wheel(tmp_path / "a.whl", tmp_path / "into")


@pytest.mark.parametrize("damage", ["no zip", "cut", "changed"])
def test_a_damaged_file_is_refused(tmp_path, damage):
    with zipfile.ZipFile(tmp_path / "a.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zmq/__init__.py", bytes(range(256)) * 64)
    content = bytearray((tmp_path / "a.whl").read_bytes())
    if damage == "no zip":
        content = bytearray(b"<html>")
    elif damage == "cut":
        del content[len(content) // 2 :]
    else:
        content[60:90] = bytes(30)
    (tmp_path / "a.whl").write_bytes(content)
    with pytest.raises(WheelError, match=r"a\.whl"):
        unpack_wheel(tmp_path / "a.whl", tmp_path / "into")


def test_msgpack_comes_without_its_compiled_part_and_with_its_licence(tmp_path):
    vendor_msgpack(tmp_path)
    names = {path.name for path in (tmp_path / "common" / "msgpack").iterdir()}
    assert {"__init__.py", "fallback.py"} < names
    assert names & {"COPYING", "LICENSE"}
    assert not any(name.endswith((".so", ".pyd")) for name in names)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import msgpack, msgpack.fallback;"
        "assert msgpack.__file__.startswith(sys.argv[1]); assert msgpack.Packer is msgpack.fallback.Packer;"
        "assert msgpack.unpackb(msgpack.packb({'a': [1, b'b', None]})) == {'a': [1, b'b', None]}"
    )
    subprocess.run([sys.executable, "-I", "-c", script, str(tmp_path / "common")], check=True, timeout=60)


def test_pyzmq_lies_with_its_libraries_and_licence_in_the_folder_of_its_python(pyzmq):
    folder = pyzmq / Target((3, 11), sysconfig.get_platform()).tag
    assert (folder / "zmq" / "__init__.py").is_file()
    assert list(folder.glob("pyzmq-*.dist-info/licenses/LICENSE*"))
    compiled = [path for path in folder.rglob("_zmq.*") if path.suffix in (".so", ".pyd")]
    assert len(compiled) == 1
    if sys.platform == "linux":
        assert list(folder.glob("pyzmq.libs/libzmq*"))


def test_a_wheel_that_cannot_be_had_is_said_and_is_no_failure(tmp_path, monkeypatch):
    """pip itself, which is told to ask nobody."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    target = Target((3, 11), "linux-x86_64")
    missing = vendor_pyzmq([target], tmp_path)
    assert list(missing) == [target]
    assert "Python 3.11 on linux-x86_64" in missing[target].cause
    said = sentences_about([target], missing)
    assert len(said) == 2
    assert "bridge" in said[1]
    assert tree(tmp_path) == {}


def test_every_editor_s_python_has_a_folder_of_its_own():
    tags = [target.tag for target in ALL_TARGETS]
    assert len(set(tags)) == len(tags)
    assert {"cp310-win-amd64", "cp311-linux-x86_64", "cp312abi3-linux-aarch64", "cp312abi3-macosx-universal2"} < {*tags}


@pytest.mark.parametrize(
    ("system", "theirs"),
    [
        ("linux-x86_64", "linux-x86_64"),
        ("win-amd64", "win-amd64"),
        ("win-arm64", "win-amd64"),  # Krita runs there as a program for amd64
        ("macosx-11.0-arm64", "macosx-universal2"),
    ],
)
def test_for_this_machine_all_pythons_that_its_krita_may_get(system, theirs):
    assert [target.system for target in local_targets(system)] == [theirs] * 3


def test_a_system_without_pyzmq_is_said():
    assert local_targets("linux-armv7l") == ()
    assert "bridge" in sentences_about((), {})[0]
