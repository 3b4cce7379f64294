"""Imports point one way: the science knows no server, no editor and no command line."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCIENCE = sorted(path for path in (ROOT / "restoration").rglob("*.py") if "cli" not in path.parts)


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", SCIENCE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_science_imports_neither_server_nor_editor_nor_command_line(path):
    roots = {name.split(".")[0] for name in imported(path)}
    assert roots.isdisjoint({"server", "zmq", "msgpack", "krita", "gi", "typer"})
    assert not any(name.startswith("restoration.cli") for name in imported(path))


@pytest.mark.parametrize(
    "path",
    [path for path in SCIENCE if not {"training", "evaluation"} & set(path.parts)],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_inference_needs_no_training(path):
    forbidden = ("restoration.training", "restoration.evaluation", "skimage", "sklearn")
    assert not any(name.startswith(forbidden) for name in imported(path))


@pytest.mark.parametrize(
    "path",
    sorted(path for path in (ROOT / "server").rglob("*.py") if "worker" not in path.parts),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_of_the_server_the_worker_alone_knows_the_science(path):
    roots = {name.split(".")[0] for name in imported(path)}
    assert roots.isdisjoint({"restoration", "torch", "numpy", "cv2", "dlib", "pickle", "shelve", "marshal"})


@pytest.mark.parametrize(
    "path", sorted((ROOT / "restoration").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_nothing_is_ever_unpickled(path):
    assert imported(path).isdisjoint({"pickle", "cPickle", "dill", "shelve", "marshal", "joblib"})
