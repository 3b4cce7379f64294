"""The example page's functions in a real Chromium, against torch.

onnxruntime-web is no package of Python's: the test finds it where RESTORE_OLD_PHOTO_ORT_WEB names its folder ``dist``.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from restoration.onnx_export.networks import EXPORTABLE
from restoration.onnx_export.pictures import aged
from restoration.onnx_export.writing import write

DIST = os.environ.get("RESTORE_OLD_PHOTO_ORT_WEB")
PAGE = Path(__file__).parents[2] / "examples" / "browser"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
#: Height and width, and a larger one to be timed.
SIZES = {"odd": (131, 173), "least": (64, 65), "512": (512, 512)}
_SECONDS = 240

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
    pytest.mark.skipif(not DIST, reason="RESTORE_OLD_PHOTO_ORT_WEB names no onnxruntime-web"),
]


class Site(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and keeps there what is posted."""

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        (Path(self.directory) / self.path.lstrip("/")).write_bytes(content)
        self.send_response(204)
        self.end_headers()
        if self.path == "/end":
            self.server.ended.set()

    def log_message(self, *_):
        """Nobody reads it."""


@pytest.fixture(scope="module")
def site(references, tmp_path_factory):
    """The page with all that its README puts beside it, and pictures; what Chromium made of them lies there, too."""
    folder = tmp_path_factory.mktemp("site")
    for path in PAGE.glob("*.*"):
        shutil.copy(path, folder)
    shutil.copy(Path(__file__).parent / "browser" / "check.html", folder)
    (folder / "onnxruntime-web").mkdir()
    for name in ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"):
        shutil.copy(Path(DIST) / name, folder / "onnxruntime-web")
    (folder / "networks").mkdir()
    for network in EXPORTABLE:
        if network.name in ("restorer", "scratch_detector"):
            write(folder / "networks", network, "int8", references)
    cases = []
    for name, size in SIZES.items():
        picture, mask = aged(data.astronaut(), *size, 3)
        np.ascontiguousarray(picture.transpose(2, 0, 1)).tofile(folder / f"{name}.photo")
        mask.astype(np.float32).tofile(folder / f"{name}.mask")
        cases.append({"name": name, "height": size[0], "width": size[1]})
    (folder / "cases.json").write_text(json.dumps(cases))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=str(folder)))
    server.ended = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    profile = tmp_path_factory.mktemp("profile")
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
    command += ["--no-first-run", "--disable-background-networking", "--remote-debugging-port=0"]
    browser = subprocess.Popen(
        [*command, f"http://127.0.0.1:{server.server_port}/check.html"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert server.ended.wait(_SECONDS), "Chromium did not come to an end"
        yield folder
    finally:
        browser.terminate()
        browser.wait(20)
        server.shutdown()


@pytest.mark.parametrize("name", SIZES)
def test_a_browser_gives_what_torch_gives(name, site, references):
    assert (site / "end").read_text() == "ok"
    height, width = SIZES[name]
    photo = np.fromfile(site / f"{name}.photo", np.float32).reshape(3, height, width).transpose(1, 2, 0)
    mask = np.fromfile(site / f"{name}.mask", np.float32).reshape(height, width) > 0
    restorer, detector = references.models.restorer, references.models.detector
    restored = restorer.spared(photo, restorer.restore(photo, mask, True, lambda _: None), mask)
    found = np.fromfile(site / f"{name}.spared", np.float32).reshape(3, height, width).transpose(1, 2, 0)
    assert np.abs(found - restored).max() < 1e-3
    probability = detector.probability(photo, "native", lambda _: None)
    found = np.fromfile(site / f"{name}.probability", np.float32).reshape(height, width)
    assert np.abs(found - probability).max() < 1e-3
