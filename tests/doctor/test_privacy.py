"""What must not be in a bug report is not, and what helps is."""

from __future__ import annotations

from pathlib import Path

import pytest

from restoration.doctor import Finding
from restoration.doctor.log_ends import LoggedError
from restoration.doctor.privacy import log_without_private, without_private
from restoration.doctor.report import report


@pytest.fixture(autouse=True)
def names(monkeypatch):
    for variable, value in {"HOME": "/home/gertrud", "USER": "gertrud", "LOGNAME": "gertrud"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr("socket.gethostname", lambda: "oberhuber-laptop.lan")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("in /home/gertrud/Bilder/Oma.tif", "in ~/…"),
        ("in /home/gertrud, and so on", "in ~, and so on"),
        ("of gertrud and not of gertrudis", "of <user> and not of gertrudis"),
        ("on oberhuber-laptop", "on <host>"),
        ("at 192.168.1.77:5555", "at …:5555"),
        ("at fe80::1ff:fe23:4567:890a", "at …"),
        ("write to g.o@example.org", "write to …"),
        ("Hochzeit-1954.TIFF is damaged", "… is damaged"),
        (r"C:\Users\Gertrud\x", "…"),
        ("/mnt/Familienarchiv", "…"),
        ("version 0.1.0, 3.5 GB free", "version 0.1.0, 3.5 GB free"),
        ("12:30:11 and 1:02:03 h", "12:30:11 and 1:02:03 h"),
        ("at ::1 and 2001:db8:0:0:1:0:0:1", "at … and …"),
        ("of Gertrud", "of <user>"),
    ],
)
def test_sentences(text, left):
    assert without_private(text) == left


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("restoration.cli: Oma Hochzeit 1954.tif", "restoration.cli: …"),
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB.", None),
        ("restoration.errors.PictureError: Enkelkind.jpg is damaged. Scan it again.", None),
        ("KeyError: 'Zwetschgenbaum'", "KeyError: '…'"),
        ('  File "/home/gertrud/venv/lib/python3.11/site-packages/torch/nn/modules/conv.py", line 5, in forward', None),
        ('  File "/opt/Oberhuber/restoration/pipeline.py", line 17, in restore', None),
        ('  File "/home/gertrud/eigenes.py", line 3, in zwetschge', '  File "…", line 3'),
        ("endpoint tcp://10.0.0.5:4711 pid 4242", "endpoint … pid 4242"),
        ("key Xk3w!9vQpLzR7tYb^5mN8cJd2fGh4sAe6uWiOoPp1", "key …"),
    ],
)
def test_lines_of_logs(line, left):
    kept = log_without_private(line)
    if left is not None:
        assert kept == left
    for secret in ("gertrud", "Oberhuber", "Enkelkind", "home", "10.0.0.5"):
        assert secret not in kept


def test_what_helps_is_left():
    oom = log_without_private("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB.")
    assert oom == "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB."
    frame = '  File "/home/gertrud/venv/site-packages/torch/nn/conv.py", line 5, in forward'
    assert log_without_private(frame) == '  File "site-packages/torch/nn/conv.py", line 5, in forward'
    ours = '  File "/opt/x/restoration/pipeline.py", line 17, in restore'
    assert log_without_private(ours) == '  File "restoration/pipeline.py", line 17, in restore'


def test_a_report_takes_the_public_sentences():
    finding = Finding("Disk", "ok", "3 GB free in /srv/Familie Oberhuber/x", public="3 GB free")
    error = LoggedError(Path("/home/gertrud/server.log"), "2026-01-02 03:04:05", ("Oma.jpg", "ValueError: Zwetschge"))
    text = report([finding], [error], secrets=("geheim",))
    assert "ok       Disk: 3 GB free\n" in text
    assert "Oberhuber" not in text
    assert "--- server.log, 2026-01-02 03:04:05\n…\nValueError: …\n" in text
    assert str(Path.home()) not in text
