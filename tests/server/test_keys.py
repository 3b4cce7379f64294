"""Keys for a network server are made once, in a file that only the owner reads."""

import json
import os
import stat

import pytest
import zmq

from server.keys import kept_keys


def test_made_once_and_read_ever_after(tmp_path):
    path = tmp_path / "keys.json"
    before = os.umask(0)
    try:
        made = kept_keys(path)
    finally:
        os.umask(before)
    assert kept_keys(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for public, secret in made:
        assert zmq.curve_public(secret) == public
    assert made[0] != made[1]


def test_keys_that_do_not_belong_together_are_refused(tmp_path):
    path = tmp_path / "keys.json"
    kept_keys(path)
    server, client = json.loads(path.read_text())
    path.write_text(json.dumps([[server[0], client[1]], client]))
    with pytest.raises(ValueError, match="belong together"):
        kept_keys(path)
