"""Eight clients, two hundred jobs, cancels at random moments: every job ends exactly once."""

import random
import threading
import time

from peer import Peer, small

CLIENTS, JOBS = 8, 25
LAST = ("done", "cancelled", "error")


def one_client(connection, seed: int, endings: dict[str, list[str]]) -> None:
    rng = random.Random(seed)
    with Peer(connection) as peer:
        peer.ask("hello", client=f"client {seed}")
        photos = {}
        for number in range(JOBS):
            job = f"{seed}/{number}"
            photos[job] = small()
            endings[job] = []
            peer.submit(job, *photos[job], settings={} if rng.random() < 0.3 else {"quality": {"enabled": False}})
        cancels = sorted((time.monotonic() + rng.random() * 8, job) for job in photos if rng.random() < 0.4)
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < 60:
            while cancels and cancels[0][0] < time.monotonic():
                peer.ask("cancel", job=cancels.pop(0)[1])
            header = peer.hear(seconds=0.02)
            if header is None:
                if all(endings[job] for job in photos) and not cancels:
                    break
                continue
            quiet_since = time.monotonic()
            if header["type"] == "welcome":
                continue
            job = header["job"]
            assert not endings[job], f"{header} after {endings[job]}"
            if header["type"] == "need":
                peer.upload(job, photos[job][0])
            elif header["type"] in LAST:
                endings[job].append(header.get("code", header["type"]))
        # Whatever would come too late, or twice, has had time to come.
        end = time.monotonic() + 1
        while time.monotonic() < end:
            header = peer.hear(seconds=0.1)
            assert header is None, header


def test_every_job_ends_exactly_once(own_server):
    endings: dict[str, list[str]] = {}
    faults = []

    def run(seed: int) -> None:
        try:
            one_client(own_server.connection, seed, endings)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not faults
    assert len(endings) == CLIENTS * JOBS
    assert {len(one) for one in endings.values()} == {1}
    kinds = [one[0] for one in endings.values()]
    assert set(kinds) == {"done", "cancelled"}
    assert kinds.count("cancelled") > 10
    assert kinds.count("done") > 50
    with Peer(own_server.connection) as peer:
        peer.ask("status")
        assert peer.hear("status")["queue"] == []


def test_clients_take_turns(own_server):
    """Ten jobs of one client do not stand before the first of another."""
    with Peer(own_server.connection) as greedy, Peer(own_server.connection) as modest:
        photos = {str(number): small() for number in range(10)}
        for job, photo in photos.items():
            greedy.submit(job, *photo)
        assert greedy.hear("accepted")
        raw, picture = small()
        modest.submit("mine", raw, picture)
        assert modest.hear("accepted")["position"] <= 1
