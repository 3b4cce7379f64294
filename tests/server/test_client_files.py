"""The files that editors get copies of: Python 3.9 may read them, without numpy, without anything named ``server``."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys

import pytest

from installers.plugin_files import CLIENT_FILES, EDITORS, SERVER, client_files
from installers.wheels import vendor_msgpack

#: ``bridge`` is not copied, but it runs where the others do.
FILES = [*(source for source, _ in client_files() if source.suffix == ".py"), SERVER / "bridge.py"]


def shown(path):
    return str(path.relative_to(SERVER))


def copied(path, level, module):
    """Whether a relative import in a file finds what it asks for among the copies."""
    folder = path.parents[level - 1]
    wanted = module.split(".")[0]
    if folder == SERVER:
        return wanted in (*CLIENT_FILES, EDITORS)
    return folder == SERVER / EDITORS and (folder / f"{wanted}.py").is_file()


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
            # from . import module
            for module in [node.module] if node.module else [alias.name for alias in node.names]:
                yield node.level, module, node in inner


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_a_copy_finds_everything_that_it_imports(path):
    for level, module, in_function in imports(path):
        if level:
            assert copied(path, level, module)
        elif module.split(".")[0] == "zmq":
            assert path == SERVER / "transport.py"
            assert in_function  # where it does not load, the bridge must
        elif module.split(".")[0] == "msgpack":
            assert path == SERVER / "protocol.py"
        else:
            assert module.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_annotations_are_not_evaluated(path):
    """``X | None`` is no type in Python 3.9."""
    text = path.read_text(encoding="utf-8")
    only_a_docstring = len(ast.parse(text).body) == 1
    assert only_a_docstring or "from __future__ import annotations" in text.splitlines()


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_nothing_is_unpickled_and_nothing_evaluated(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert calls.isdisjoint({"eval", "exec", "compile", "__import__"})
    assert {module for _, module, _ in imports(path)}.isdisjoint({"pickle", "marshal", "shelve"})


@pytest.fixture
def copies(tmp_path):
    """The copies under another name, as in a plug-in, with msgpack in pure Python beside them."""
    remote = tmp_path / "restore_old_photo" / "remote"
    for source, relative in client_files():
        (remote / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, remote / relative)
    (remote.parent / "__init__.py").write_text("")
    (remote / "__init__.py").write_text("")
    vendor_msgpack(tmp_path / "vendor")
    return tmp_path


def import_all(python, copies):
    """Import every copy in a Python that has no zmq; the last line that it writes."""
    names = [".".join(relative.with_suffix("").parts) for _, relative in client_files() if relative.suffix == ".py"]
    script = (
        "import sys, importlib, pathlib; sys.modules['zmq'] = None; sys.path.insert(0, sys.argv[1]);"
        "from restore_old_photo.remote.editors.vendored import use_vendored;"
        "reason = use_vendored(pathlib.Path(sys.argv[1]) / 'vendor');"
        "[importlib.import_module('restore_old_photo.remote.' + name) for name in sys.argv[2:]];"
        "from restore_old_photo.remote.transport import zmq_usable;"
        "assert not zmq_usable() and reason;"
        "assert 'server' not in sys.modules and 'numpy' not in sys.modules;"
        "print(sys.version_info[:2])"
    )
    command = [python, "-I", "-c", script, str(copies), *(name for name in names if not name.endswith("__init__"))]
    return subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout.split("\n")[-2]


def test_the_client_needs_no_zmq_to_be_imported(copies):
    """As a copy under another name, in a Python where importing zmq fails."""
    assert import_all(sys.executable, copies) == str(sys.version_info[:2])


def test_python_3_9_imports_the_copies(copies, monkeypatch):
    """That a newer one parses them as 3.9 would is not all: a type that is evaluated fails in 3.9 alone."""
    monkeypatch.setenv("PYENV_VERSION", "3.9")  # pyenv has the name on the path and starts what this says
    python = shutil.which("python3.9")
    if python is None or subprocess.run([python, "-V"], capture_output=True, timeout=60).returncode:
        pytest.skip("there is no Python 3.9 here")
    assert import_all(python, copies) == "(3, 9)"
