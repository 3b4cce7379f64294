"""The files that editors get copies of: Python 3.9 may read them, without numpy, without anything named ``server``."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[2] / "server"
#: ``bridge`` is not copied, but it runs where the others do.
COPIED = (
    *("protocol", "connection", "launcher", "stdio", "mailbox", "events", "transport", "finding"),
    *("bridge_transport", "client"),
)
FILES = [SERVER / f"{name}.py" for name in (*COPIED, "bridge")]


def imports(path):
    """Each import: its dots, its module, and whether it stands in a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    inner = {
        one
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for one in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield 0, alias.name, node in inner
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module, node in inner


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_copy_finds_everything_that_it_imports(path):
    for level, module, in_function in imports(path):
        if level:
            assert level == 1
            assert module in COPIED
        elif module.split(".")[0] == "zmq":
            assert path.stem == "transport"
            assert in_function  # where it does not load, the bridge must
        elif module.split(".")[0] == "msgpack":
            assert path.stem == "protocol"
        else:
            assert module.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_annotations_are_not_evaluated(path):
    """``X | None`` is no type in Python 3.9."""
    assert "from __future__ import annotations" in path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_unpickled_and_nothing_evaluated(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert calls.isdisjoint({"eval", "exec", "compile", "__import__"})
    assert {module for _, module, _ in imports(path)}.isdisjoint({"pickle", "marshal", "shelve"})


def test_the_client_needs_no_zmq_to_be_imported(tmp_path):
    """As a copy under another name, in a Python where importing zmq fails."""
    copy = tmp_path / "restore_old_photo" / "remote"
    copy.mkdir(parents=True)
    (copy.parent / "__init__.py").write_text("")
    (copy / "__init__.py").write_text("")
    for name in COPIED:
        shutil.copy(SERVER / f"{name}.py", copy)
    script = (
        "import sys; sys.modules['zmq'] = None; sys.path.insert(0, sys.argv[1]);"
        "import restore_old_photo.remote.client as client; from restore_old_photo.remote.transport import zmq_usable;"
        "assert not zmq_usable(); assert 'server' not in sys.modules; assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-I", "-c", script, str(tmp_path)], check=True, timeout=60)
