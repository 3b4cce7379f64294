"""What a job gives: layers, sentences, and nothing computed twice."""

import os
import time
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from peer import NOTHING, Peer, small

from server.protocol import Picture, decode, encode, hash_of, message

EXAMPLE = Path(__file__).parents[2] / "examples" / "astronaut_aged.jpg"


@pytest.fixture(scope="module")
def photo():
    """An old photograph of 320×240 pixels, RGB."""
    picture = cv2.resize(cv2.imread(str(EXAMPLE))[..., ::-1], (320, 240), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture)


class Result:
    """All that came about one job."""

    def __init__(self, peer: Peer, job: str) -> None:
        self.layers, self.notes, self.ran, self.needed = {}, [], set(), []
        self.bytes: dict[int, bytearray] = {}
        while True:
            frames = peer.socket.recv_multipart()
            header = decode(frames[0])
            kind = header["type"]
            if header.get("job") != job:
                continue
            if kind == "layer":
                self.layers[header["layer"]] = header
                self.bytes[header["layer"]] = bytearray()
            elif kind == "pixels":
                assert header["offset"] == len(self.bytes[header["layer"]])
                self.bytes[header["layer"]] += frames[1]
            elif kind == "need":
                self.needed = header["inputs"]
                peer.send_inputs(job, self.needed)
            elif kind == "note":
                self.notes.append(header["sentence"])
            elif kind == "progress" and header["fraction"] < 1 and header["stage"] != "models":
                self.ran.add(header["stage"])
            elif kind in ("done", "error", "cancelled"):
                self.last = header
                return

    def by_role(self):
        return {layer["role"]: layer for layer in self.layers.values()}

    def pixels(self, role):
        layer = self.by_role()[role]
        raw = np.frombuffer(self.bytes[layer["layer"]], np.uint8)
        return raw.reshape(layer["height"], layer["width"], -1)


class Asker(Peer):
    """Sends whole jobs."""

    count = 0

    def job(
        self,
        raw: bytes,
        picture: Picture,
        settings=None,
        mask: bytes | None = None,
        area: bytes | None = None,
        hints: bytes | None = None,
        **more,
    ) -> Result:
        self.count += 1
        self.inputs = {"photo": raw}
        inputs = {"photo": {**picture.fields(), "hash": hash_of(raw)}}
        for name, cover, layout in (("mask", mask, "GRAY"), ("area", area, "GRAY"), ("hints", hints, "RGBA")):
            if cover is not None:
                self.inputs[name] = cover
                shape = Picture(layout, 8, picture.width, picture.height)
                inputs[name] = {**shape.fields(), "hash": hash_of(cover)}
        job = f"job {self.count}"
        self.ask("submit", job=job, inputs=inputs, settings=settings or {}, **more)
        return Result(self, job)

    def send_inputs(self, job: str, names: list[str]) -> None:
        for name in names:
            self.upload(job, self.inputs[name], name)


@pytest.fixture
def asker(server):
    with Asker(server.connection) as peer:
        peer.socket.rcvtimeo = 90_000
        yield peer


RGB = Picture("RGB", 8, 320, 240)


def test_an_old_photo_comes_back_as_layers_in_their_order(asker, photo):
    result = asker.job(photo.tobytes(), RGB)
    assert result.last["type"] == "done"
    roles = result.by_role()
    assert set(roles) == {"scratch_mask", "restored", "scratch_repair"}
    assert [result.layers[number]["role"] for number in result.last["order"]] == [
        "restored",
        "scratch_repair",
        "scratch_mask",
    ]
    restored = roles["restored"]
    assert (restored["layout"], restored["depth"], restored["width"], restored["height"]) == ("RGB", 8, 320, 240)
    assert (restored["x"], restored["y"], restored["opacity"], restored["visible"]) == (0, 0, 1.0, True)
    assert not roles["scratch_mask"]["visible"]
    assert roles["scratch_mask"]["layout"] == "RGBA"
    # It is the restored photo and not an empty one: close to the source, and not the source.
    difference = np.abs(result.pixels("restored").astype(int) - photo).mean()
    assert 2 < difference < 60


def test_the_layers_are_those_that_the_library_makes(asker, photo):
    from restoration.photo import Photo
    from restoration.pipeline import restore
    from restoration.settings import Settings

    result = asker.job(photo.tobytes(), RGB)
    for layer in restore(Photo(photo), Settings()):
        came = result.pixels(layer.role)
        assert np.array_equal(came[..., :3], layer.pixels)
        assert (result.by_role()[layer.role]["x"], result.by_role()[layer.role]["y"]) == (layer.x, layer.y)
        if layer.alpha is not None:
            assert np.array_equal(came[..., 3], layer.alpha)


def test_krita_s_16_bit_layout_comes_back_in_kind_and_transparent_where_the_photo_is(asker, photo):
    bgra = np.dstack([photo[..., ::-1], np.full(photo.shape[:2], 255, np.uint8)]).astype(np.uint16) * 257
    bgra[:50, :, 3] = 0
    result = asker.job(bgra.tobytes(), Picture("BGRA", 16, 320, 240), reply={"within_alpha": True})
    layer = result.by_role()["restored"]
    assert (layer["layout"], layer["depth"]) == ("BGRA", 16)
    came = np.frombuffer(result.bytes[layer["layer"]], "<u2").reshape(240, 320, 4)
    assert (came[:50, :, 3] == 0).all()
    assert (came[50:, :, 3] == 65535).all()
    # Blue first, as it was sent: with the channels swapped the correlation would be far lower.
    sent, back = bgra[60:, :, 0].astype(float).ravel(), came[60:, :, 0].astype(float).ravel()
    assert np.corrcoef(sent, back)[0, 1] > 0.9


def test_a_changed_strength_needs_no_network_and_no_pixels(asker, photo):
    raw = bytearray(photo.tobytes())
    raw[0] ^= 1
    first = asker.job(bytes(raw), RGB)
    assert first.needed == ["photo"]
    assert first.ran == {"detection", "quality", "faces"}
    weaker = asker.job(bytes(raw), RGB, {"quality": {"strength": 0.25}, "scratches": {"strength": 0.5}})
    assert weaker.needed == []
    assert weaker.ran == set()
    assert weaker.by_role()["restored"]["opacity"] == 0.25
    assert weaker.by_role()["scratch_repair"]["opacity"] == 0.5
    assert np.array_equal(weaker.pixels("restored"), first.pixels("restored"))


def test_an_edited_mask_runs_the_repair_and_not_the_detection_and_sends_the_mask_alone(asker, photo):
    raw = bytearray(photo.tobytes())
    raw[0] ^= 2
    asker.job(bytes(raw), RGB)
    mask = np.zeros((240, 320), np.uint8)
    mask[100:110, 50:200] = 255
    edited = asker.job(bytes(raw), RGB, {"scratches": {"mask_mode": "unite"}}, mask=mask.tobytes())
    assert edited.needed == ["mask"]
    assert "detection" not in edited.ran
    assert edited.ran
    shown = edited.pixels("scratch_mask")[..., 3] > 127
    assert shown[100:110, 50:200].all()


def stroke(x):
    painted = np.zeros((240, 320, 4), np.uint8)
    painted[100:140, x : x + 40] = (30, 40, 220, 255)
    return painted.tobytes()


def test_a_new_stroke_runs_the_colouring_alone_and_sends_the_hints_alone(asker, photo):
    raw = bytearray(photo.tobytes())
    raw[1] ^= 1
    coloured = {"colour": {"enabled": True}}
    first = asker.job(bytes(raw), RGB, coloured)
    assert first.ran == {"detection", "quality", "faces", "colour"}
    assert first.by_role()["colour"]["blend_mode"] == "color"
    second = asker.job(bytes(raw), RGB, coloured, hints=stroke(50))
    assert second.needed == ["hints"]
    assert second.ran == {"colour"}
    assert second.last["seconds"] < first.last["seconds"] / 3
    there = second.pixels("colour")[110:130, 60:80].astype(int)
    assert (there[..., 2] - there[..., 0]).mean() > 40
    third = asker.job(bytes(raw), RGB, coloured, hints=stroke(200))
    assert (third.needed, third.ran) == (["hints"], {"colour"})
    assert not np.array_equal(third.pixels("colour"), second.pixels("colour"))
    again = asker.job(bytes(raw), RGB, {"colour": {"enabled": True, "strength": 0.5}}, hints=stroke(50))
    assert (again.needed, again.ran) == ([], set())
    assert again.by_role()["colour"]["opacity"] == 0.5
    assert np.array_equal(again.pixels("colour"), second.pixels("colour"))


def test_hints_without_colour_are_said(asker, photo):
    result = asker.job(photo.tobytes(), RGB, {"quality": {"always": True}}, hints=stroke(50))
    assert "colour" not in result.by_role()
    assert "The colour hints were not used, because colour is off." in result.notes


def test_candidates_are_layers_of_a_group_and_another_seed_runs_only_the_inpainting(asker, photo):
    mask = np.zeros((240, 320), np.uint8)
    mask[20:70, 20:70] = 255
    raw = bytearray(photo.tobytes())
    raw[1] ^= 2
    several = {"inpainting": {"candidates": 2}, "faces": {"enabled": False}}
    first = asker.job(bytes(raw), RGB, several, mask=mask.tobytes())
    layers = [first.layers[number] for number in first.last["order"]]
    assert [(layer["name"], layer["group"], layer["visible"]) for layer in layers] == [
        ("Restored", "", True),
        ("Candidate 1", "Candidates", True),
        ("Candidate 2", "Candidates", False),
        ("Scratch mask", "", False),
    ]
    several["inpainting"]["seed"] = 9
    second = asker.job(bytes(raw), RGB, several, mask=mask.tobytes())
    assert (second.needed, second.ran) == ([], {"inpainting"})


def test_a_stage_switched_off_and_on_again_reuses_what_is_there(asker, photo):
    raw = bytearray(photo.tobytes())
    raw[0] ^= 4
    asker.job(bytes(raw), RGB)
    off = asker.job(bytes(raw), RGB, {"scratches": {"enabled": False}})
    assert "scratch_repair" not in off.by_role()
    on = asker.job(bytes(raw), RGB)
    assert on.ran == set()
    assert "scratch_repair" in on.by_role()


def test_a_changed_strength_in_a_selection_needs_no_network_and_no_pixels(asker, photo):
    raw = bytearray(photo.tobytes())
    raw[0] ^= 32
    area = np.zeros((240, 320), np.uint8)
    area[40:200, 60:260] = 200
    first = asker.job(bytes(raw), RGB, area=area.tobytes())
    assert first.needed == ["photo", "area"]
    assert first.ran == {"detection", "quality", "faces"}
    weaker = asker.job(bytes(raw), RGB, {"quality": {"strength": 0.25}}, area=area.tobytes())
    assert weaker.needed == []
    assert weaker.ran == set()
    assert weaker.by_role()["restored"]["opacity"] == 0.25
    assert np.array_equal(weaker.pixels("restored"), first.pixels("restored"))
    assert (first.pixels("restored")[..., 3] <= 200).all()
    # Another selection with the same extent is another factor, and nothing else.
    area[41:150, 61:150] = 0
    other = asker.job(bytes(raw), RGB, area=area.tobytes())
    assert other.needed == ["area"]
    assert other.ran == set()
    assert np.array_equal(other.pixels("restored")[..., 3], np.where(area[40:200, 60:260], 200, 0))
    assert np.array_equal(other.pixels("restored")[..., :3], first.pixels("restored")[..., :3])


def test_a_selection_of_everything_is_as_none(asker, photo):
    plain = asker.job(photo.tobytes(), RGB)
    selected = asker.job(photo.tobytes(), RGB, area=b"\xff" * (320 * 240))
    assert selected.ran == set()
    assert set(selected.by_role()) == set(plain.by_role())
    for role, layer in plain.by_role().items():
        assert selected.by_role()[role]["layout"] == layer["layout"]
        assert np.array_equal(selected.pixels(role), plain.pixels(role))


def test_16_bit_layers_keep_a_feathered_edge_in_16_bits(asker, photo):
    bgra = np.dstack([photo[..., ::-1], np.full(photo.shape[:2], 255, np.uint8)]).astype(np.uint16) * 257
    bgra[:, :100, 3] = 30000
    area = np.tile(np.arange(256, dtype=np.uint8), (240, 2))[:, :320].copy()
    more = {"area": area.tobytes(), "reply": {"within_alpha": True}}
    result = asker.job(bgra.tobytes(), Picture("BGRA", 16, 320, 240), {"scratches": {"enabled": False}}, **more)
    layer = result.by_role()["restored"]
    assert (layer["layout"], layer["x"], layer["width"]) == ("BGRA", 1, 319)
    came = np.frombuffer(result.bytes[layer["layer"]], "<u2").reshape(240, 319, 4)
    opaque = area[0, 1:].astype(int) * 257
    assert np.array_equal(came[0, 99:, 3], opaque[99:])
    assert np.array_equal(came[0, :99, 3], (opaque[:99] * 30000 + 32767) // 65535)


def test_damage_outside_the_selection_is_neither_shown_nor_repaired(asker, photo):
    mask = np.zeros((240, 320), np.uint8)
    mask[10:14, 10:300] = 255
    area = np.zeros((240, 320), np.uint8)
    area[100:200, 50:250] = 255
    settings = {"quality": {"enabled": False}}
    result = asker.job(photo.tobytes(), RGB, settings, mask.tobytes(), area.tobytes(), reply={"flattened": True})
    assert set(result.by_role()) == {"scratch_mask", "flattened"}
    assert not result.pixels("scratch_mask")[..., 3].any()
    assert any("No scratch was found" in sentence for sentence in result.notes)
    assert np.array_equal(result.pixels("flattened"), photo)
    # Within the rectangle around the selection, but not in the selection.
    area[0, 319] = 255  # further from it than the feathered edge of a repair reaches
    result = asker.job(photo.tobytes(), RGB, settings, mask.tobytes(), area.tobytes(), reply={"flattened": True})
    assert set(result.by_role()) == {"scratch_mask", "flattened"}
    assert result.last["order"] == [result.by_role()["scratch_mask"]["layer"]]
    assert any("in the selection" in sentence for sentence in result.notes)
    assert np.array_equal(result.pixels("flattened"), photo)


def test_scratches_are_found_alone(asker, photo):
    raw = bytearray(photo.tobytes())
    raw[0] ^= 64
    find = {"scratches": {"repair": False, "strength": 0}, "quality": {"enabled": False}, "faces": {"enabled": False}}
    found = asker.job(bytes(raw), RGB, find)
    assert set(found.by_role()) == {"scratch_mask"}
    assert found.ran == {"detection"}
    repaired = asker.job(bytes(raw), RGB)
    assert "detection" not in repaired.ran
    assert np.array_equal(repaired.pixels("scratch_mask"), found.pixels("scratch_mask"))


def test_with_nothing_to_do_the_flattened_photo_is_what_was_sent(asker, photo):
    result = asker.job(photo.tobytes(), RGB, NOTHING, reply={"flattened": True})
    assert set(result.by_role()) == {"flattened"}
    assert np.array_equal(result.pixels("flattened"), photo)


def test_flattened_is_the_photo_under_its_layers(asker, photo):
    result = asker.job(photo.tobytes(), RGB, {"scratches": {"enabled": False}}, reply={"flattened": True})
    assert np.array_equal(result.pixels("flattened"), result.pixels("restored"))


def test_a_setting_of_another_version_is_left_out_and_said(asker, photo):
    result = asker.job(photo.tobytes(), RGB, {**NOTHING, "sparkle": {"enabled": True}})
    assert result.last["type"] == "done"
    assert any("'sparkle'" in sentence for sentence in result.notes)


def test_missing_weights_end_the_job_with_the_library_s_own_words(asker, photo, tmp_path):
    settings = {"preset": "official", "models": str(tmp_path / "nowhere")}
    result = asker.job(photo.tobytes(), RGB, settings)
    assert (result.last["type"], result.last["code"]) == ("error", "weights")
    assert "nowhere" in result.last["cause"]
    assert result.last["remedy"]


def test_a_device_that_is_not_there_is_said_and_the_others_go_on(asker, photo):
    result = asker.job(photo.tobytes(), RGB, {**NOTHING, "device": "mps"})
    assert (result.last["type"], result.last["code"]) == ("error", "device")
    assert asker.job(photo.tobytes(), RGB, {**NOTHING, "device": "cpu"}).last["type"] == "done"


def test_what_cannot_fit_into_memory_is_refused_with_the_forecast(asker):
    asker.job(*small(), NOTHING)
    picture = Picture("RGBA", 16, 14_000, 14_000)
    inputs = {"photo": {**picture.fields(), "hash": "0" * 64}}
    free = psutil.virtual_memory().total
    asker.ask("submit", job="huge", inputs=inputs, settings={})
    answer = asker.hear("error", "accepted")
    if answer["type"] == "accepted":  # on a machine that has so much
        assert answer["needed_bytes"] < free
        asker.ask("cancel", job="huge")
    else:
        assert answer["code"] == "memory"
        assert answer["needed_bytes"] > answer["free_bytes"] > 0
        assert "GB" in answer["cause"]


def test_the_models_and_their_licences_are_told(asker):
    asker.ask("models")
    presets = {preset["name"]: preset for preset in asker.hear("models", seconds=60)["presets"]}
    assert set(presets) == {"compact", "official"}
    assert presets["compact"]["available"]
    assert all(weight["licence"].startswith("MIT") for weight in presets["compact"]["weights"])


def test_the_device_has_a_name_that_a_user_knows(asker):
    assert asker.job(*small(), NOTHING).last["type"] == "done"
    worker = _worker(asker)
    assert worker["device"] in ("cpu", "cuda", "mps")
    assert worker["name"] is None or (0 < len(worker["name"]) <= 64 and worker["name"].isprintable())
    cpu = Path("/proc/cpuinfo")
    if worker["device"] == "cpu" and cpu.is_file() and "model name" in cpu.read_text():
        assert worker["name"] in cpu.read_text()


def test_progress_counts_up_and_tells_the_time_left_once_it_knows(asker, photo):
    raw = bytearray(photo.tobytes())
    raw[0] ^= 8
    asker.job(bytes(raw), RGB)
    raw[0] ^= 24
    inputs = {"photo": {**RGB.fields(), "hash": hash_of(raw)}}
    asker.ask("submit", job="watched", inputs=inputs, settings={})
    seen = []
    while (header := asker.hear("need", "progress", "done"))["type"] != "done":
        if header["type"] == "need":
            asker.upload("watched", bytes(raw))
        else:
            seen.append((header["stage"], header["fraction"], header["seconds_left"]))
    for stage in ("detection", "quality"):
        fractions = [fraction for one, fraction, _ in seen if one == stage]
        assert fractions == sorted(fractions)
        assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert all(left is None or left >= 0 for _, _, left in seen)
    assert seen[0][2] is not None  # the second photo of this kind


def test_a_worker_sleeps_when_it_has_been_idle_and_wakes_for_the_next_job(make_server):
    server = make_server(RESTORE_OLD_PHOTO_IDLE="1")
    with Asker(server.connection) as peer:
        peer.socket.rcvtimeo = 90_000
        assert peer.job(*small(), NOTHING).last["type"] == "done"
        pid = _worker(peer)["pid"]
        end = time.monotonic() + 10
        while _worker(peer)["state"] != "asleep":
            assert time.monotonic() < end
            time.sleep(0.1)
        assert _worker(peer)["pid"] is None
        assert not psutil.pid_exists(pid)
        assert peer.job(*small(), NOTHING).last["type"] == "done"
        assert _worker(peer)["pid"] not in (None, pid)


def test_where_a_worker_cannot_come_by_a_file_it_comes_by_tcp_with_a_key(make_server, tmp_path):
    """As on Windows. Here the folder's path is too long for a socket."""
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    server = make_server(TMPDIR=str(folder))
    with Asker(server.connection) as peer:
        peer.socket.rcvtimeo = 90_000
        assert peer.job(*small(), NOTHING).last["type"] == "done"
        listening = [
            one for one in psutil.Process(server.connection.pid).net_connections("tcp") if one.status == "LISTEN"
        ]
        assert len(listening) == 3  # clients, and a worker's two
        assert {one.laddr.ip for one in listening} == {"127.0.0.1"}


def _worker(peer):
    peer.ask("status")
    return peer.hear("status")["workers"][0]


def test_a_client_that_reads_nothing_holds_up_nobody(own_server):
    """Its layers wait; the broker takes no more of them than it may, and serves the others."""
    broker = psutil.Process(own_server.connection.pid)
    picture = Picture("RGBA", 16, 6000, 4000)
    raw = os.urandom(picture.bytes)
    with Peer(own_server.connection) as deaf, Asker(own_server.connection) as peer:
        deaf.socket.rcvhwm = 1
        # The bytes have come before: what grows from now on is what waits for the client.
        assert deaf.run("warm", raw, picture)["type"] == "done"
        before = broker.memory_info().rss
        deaf.submit("a", raw, picture, reply={"flattened": True})
        time.sleep(4)  # 192 MB are on their way to somebody who takes nothing
        assert broker.memory_info().rss - before < 96e6
        peer.socket.rcvtimeo = 20_000
        peer.send(message("status"))
        assert peer.hear("status")["queue"][0]["state"] == "running"
        deaf.ask("cancel", job="a")
        assert peer.job(*small(), NOTHING).last["type"] == "done"
        peer.send(encode(message("status")))
        assert peer.hear("status")["queue"] == []
