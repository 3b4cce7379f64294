"""Clocks: what does not come, or is not taken, does not wait for ever. With a scripted worker and turned clocks."""

import pytest

from server import dispatcher as module
from server.dispatcher import Dispatcher
from server.forecast import Question
from server.pace import PaceBook
from server.protocol import Input, Picture, Submit, message


class Clients:
    """Takes notes; ``deaf`` clients take no results."""

    def __init__(self):
        self.heard, self.deaf, self.vanished = [], set(), []

    def welcome(self, client):
        pass

    def name(self, client):
        return client.decode()

    def assure(self, client, header):
        self.heard.append((client, header["type"], header.get("code")))

    def send(self, client, header, payload=None):
        if client in self.deaf:
            return False
        self.assure(client, header)
        return True

    def take_vanished(self):
        gone, self.vanished = self.vanished, []
        return gone


class Slot:
    """A worker that is idle, does what it is told, and says nothing by itself."""

    requested, device, facts, must_be_killed, idle_since, failed_starts = "auto", "cpu", {}, False, 0.0, 0

    def __init__(self):
        self.state, self.job, self.blocked, self.blocked_since, self.told = "idle", None, None, 0.0, []

    def serves(self, device):
        return device == "cpu"

    def send(self, header, payload=None):
        self.told.append((header["type"], header["job"]))

    def begin(self, job):
        self.job, self.state, job.running = job, "busy", True
        self.told.append(("job", job.number))

    def rest(self):
        self.job, self.state = None, "idle"

    def forget(self, job):
        self.blocked = None
        self.told.append(("cancel", job.number))

    def died(self):
        return None


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def made(clock):
    clients = Clients()
    slot = Slot()
    return Dispatcher(clients, lambda device: slot, "auto", 0), clients, slot


def submit(name="a"):
    return Submit(name, {"photo": Input(Picture("GRAY", 8, 4, 4), "0" * 64)})


def test_one_job_a_client_is_staged_and_the_first_that_is_ready_runs(made):
    dispatcher, _, slot = made
    for client, name in ((b"1", "a"), (b"1", "b"), (b"2", "c")):
        dispatcher.accept(client, submit(name), b"")
    assert slot.told == [("stage", 1), ("stage", 3)]
    dispatcher.hear(slot, message("known", job=1, inputs=["photo"]), None)
    dispatcher.hear(slot, message("known", job=3, inputs=[]), None)
    # Job 1 waits for its pixels; job 3 does not wait for job 1.
    assert slot.told[2:] == [("job", 3)]


def test_pixels_that_do_not_come_end_their_job(made, clock):
    dispatcher, clients, slot = made
    dispatcher.accept(b"1", submit(), b"")
    dispatcher.hear(slot, message("known", job=1, inputs=["photo"]), None)
    clock[0] += module.UPLOAD_TIMEOUT_S - 1
    dispatcher.look_around()
    assert clients.heard[-1] == (b"1", "need", None)
    clock[0] += 2
    dispatcher.look_around()
    assert clients.heard[-1] == (b"1", "error", "timeout")
    assert slot.told[-1] == ("cancel", 1)


def test_results_that_are_not_taken_end_their_job_and_the_next_one_runs(made, clock):
    dispatcher, clients, slot = made
    dispatcher.accept(b"1", submit(), b"")
    dispatcher.accept(b"2", submit(), b"")
    for number in (1, 2):
        dispatcher.hear(slot, message("known", job=number, inputs=[]), None)
    clients.deaf.add(b"1")
    dispatcher.hear(slot, message("layer", job=1, layer=0), None)
    for _ in range(10):  # offered again and again; the clock counts from the first time
        clock[0] += module.DOWNLOAD_TIMEOUT_S / 10
        assert not dispatcher.unblock(slot)
        dispatcher.look_around()
    assert slot.blocked is not None
    clock[0] += 1
    dispatcher.look_around()
    assert slot.blocked is None
    assert (b"1", "error", "timeout") in clients.heard
    dispatcher.hear(slot, message("ended", job=1), None)
    assert slot.told[-1] == ("job", 2)


def test_a_last_word_that_is_not_taken_is_not_lost_and_comes_once(made):
    dispatcher, clients, slot = made
    dispatcher.accept(b"1", submit(), b"")
    dispatcher.hear(slot, message("known", job=1, inputs=[]), None)
    clients.deaf.add(b"1")
    dispatcher.hear(slot, message("done", job=1), None)
    clients.deaf.clear()
    assert dispatcher.unblock(slot)
    dispatcher.cancel(b"1", "a")
    assert [kind for _, kind, _ in clients.heard] == ["accepted", "done"]


def test_a_cancel_that_overtakes_a_last_word_is_the_last_word(made):
    dispatcher, clients, slot = made
    dispatcher.accept(b"1", submit(), b"")
    dispatcher.hear(slot, message("known", job=1, inputs=[]), None)
    clients.deaf.add(b"1")
    dispatcher.hear(slot, message("done", job=1), None)
    dispatcher.cancel(b"1", "a")
    clients.deaf.clear()
    assert dispatcher.unblock(slot)
    assert [kind for _, kind, _ in clients.heard] == ["accepted", "cancelled"]


def test_a_client_that_vanished_leaves_no_job(made):
    dispatcher, clients, slot = made
    dispatcher.accept(b"1", submit("a"), b"")
    dispatcher.accept(b"1", submit("b"), b"")
    clients.vanished = [b"1"]
    dispatcher.look_around()
    assert dispatcher.queue_status() == []
    assert ("cancel", 1) in slot.told


# Forecasts

MODEL = {
    "fixed": 1000, "per_pixel": {"8": 10, "16": 10},
    "per_working_pixel": 0, "working_pixels": 1, "least_working_pixels": 1,
    "per_tile_pixel": 0, "tile_side": 1, "least_tile_side": 1,
}  # fmt: skip


def question(device="auto"):
    return Question(Picture("GRAY", 8, 1000, 1000), {"device": device}, device, "compact")


def forecast(dispatcher, device="auto"):
    told = dispatcher.forecast(question(device))
    return told["device"], told["needed_bytes"], told["free_bytes"], told["seconds"], told["fits"]


@pytest.fixture
def free(monkeypatch):
    monkeypatch.setattr(module, "available_memory", lambda: 77_000_000)
    return 77_000_000


def test_before_any_worker_is_ready_only_the_memory_of_the_machine_is_known(clock, free):
    slot = Slot()
    slot.state, slot.device = "starting", None
    assert forecast(Dispatcher(Clients(), lambda device: slot, "auto", 0)) == (None, None, free, None, None)


def test_what_the_last_server_learnt_is_known_at_once(clock, free):
    paces = PaceBook()
    paces.chose("cuda")
    paces.keep("cuda", {"compact": {"detection": 1.0, "quality": 2.0, "faces": 0.5}})
    slot = Slot()
    slot.state, slot.device = "starting", None
    assert forecast(Dispatcher(Clients(), lambda device: slot, "auto", 0, paces)) == ("cuda", None, free, 3.5, None)


def test_a_worker_that_runs_tells_what_is_free_and_one_that_sleeps_does_not(made, free):
    dispatcher, _, slot = made
    facts = {"device": "cpu", "memory": {"compact": MODEL}, "free_bytes": 5_000_000}
    dispatcher.hear(slot, message("ready", **facts), None)
    pace = {"compact": {"detection": 1.5, "quality": 2.0, "faces": 0.5}}
    dispatcher.hear(slot, message("pace", job=1, pace=pace), None)
    needed = 1_000_000 + 1000 + 10_000_000
    assert forecast(dispatcher) == ("cpu", needed, 5_000_000, 4.0, False)
    slot.state = "asleep"
    assert forecast(dispatcher) == ("cpu", needed, free, 4.0, True)
    assert slot.told == []  # nobody was asked, or woken


def test_a_device_that_was_never_named_takes_the_memory_that_another_told_of(made, free):
    dispatcher, _, slot = made
    facts = {"device": "cpu", "memory": {"compact": MODEL}, "free_bytes": 50_000_000}
    dispatcher.hear(slot, message("ready", **facts), None)
    assert forecast(dispatcher, "cuda") == ("cuda", 11_001_000, 50_000_000, None, True)
    assert len(dispatcher.slots) == 1
