"""Clients take turns, and bytes come in order or not at all."""

import pytest

from server.jobs import Job, JobQueue
from server.protocol import CHUNK_BYTES, Input, Picture, ProtocolError, Submit


def make(number: int, client: bytes, device: str = "auto", width: int = 1) -> Job:
    photo = Input(Picture("GRAY", 8, width, 1024), "0" * 64)
    return Job(number, client, Submit(f"job {number}", {"photo": photo}, device=device), b"")


def order(queue: JobQueue) -> list[int]:
    taken = []
    while (job := queue.take(lambda _: True)) is not None:
        taken.append(job.number)
    return taken


def filled(*jobs: Job) -> JobQueue:
    queue = JobQueue()
    for job in jobs:
        queue.add(job)
    return queue


def test_clients_take_turns_and_each_keeps_its_order():
    # a has four jobs before b and c come with theirs.
    jobs = [make(n, b"a") for n in (1, 2, 3, 4)] + [make(5, b"b"), make(6, b"c"), make(7, b"b")]
    assert order(filled(*jobs)) == [1, 5, 6, 2, 7, 3, 4]


def test_iterating_tells_the_order_in_which_jobs_will_be_taken():
    jobs = [make(n, b"a") for n in (1, 2, 3)] + [make(4, b"b"), make(5, b"b")]
    queue = filled(*jobs)
    told = [job.number for job in queue]
    assert queue.position(jobs[3]) == 1
    assert len(queue) == 5
    assert told == order(queue)
    assert len(queue) == 0


def test_a_device_takes_only_what_fits_and_the_others_keep_their_places():
    queue = filled(make(1, b"a", "cuda"), make(2, b"a", "cpu"), make(3, b"b", "cpu"))
    assert queue.take(lambda job: job.submit.device == "cpu").number == 2
    assert queue.take(lambda job: job.submit.device == "mps") is None
    assert order(queue) == [3, 1]


def test_a_removed_job_is_never_taken():
    gone = make(2, b"a")
    queue = filled(make(1, b"a"), gone, make(3, b"b"))
    queue.remove(gone)
    assert order(queue) == [1, 3]


def test_chunks_come_in_order_and_whole():
    job = make(1, b"a", width=CHUNK_BYTES // 1024 * 2 + 1)  # two chunks and 1024 bytes
    job.expect(["photo"])
    assert job.waits_since is not None
    for offset, length in ((0, CHUNK_BYTES), (CHUNK_BYTES, CHUNK_BYTES), (2 * CHUNK_BYTES, 1024)):
        job.take_chunk("photo", offset, length)
    assert job.waits_since is None


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, CHUNK_BYTES - 1), (0, CHUNK_BYTES + 1), (0, 0), (CHUNK_BYTES, CHUNK_BYTES), (1, CHUNK_BYTES)],
)
def test_a_chunk_out_of_order_or_of_another_length_is_refused(offset, length):
    job = make(1, b"a", width=CHUNK_BYTES // 1024 * 2)
    job.expect(["photo"])
    with pytest.raises(ProtocolError) as refused:
        job.take_chunk("photo", offset, length)
    assert refused.value.code == "frame-size"


def test_a_job_is_ready_when_all_its_bytes_have_come():
    job = make(1, b"a")
    assert not job.ready
    job.expect([])
    assert job.ready
    job.expect(["photo"])
    assert not job.ready
    assert job.take_chunk("photo", 0, 1024)
    assert job.ready


def test_after_its_worker_died_what_was_on_its_way_is_dropped_and_the_bytes_come_anew():
    job = make(1, b"a", width=CHUNK_BYTES // 1024 * 2)
    job.expect(["photo"])
    job.take_chunk("photo", 0, CHUNK_BYTES)
    job.unstage()
    assert (job.slot, job.ready, job.waits_since) == (None, False, None)
    assert not job.take_chunk("photo", CHUNK_BYTES, CHUNK_BYTES)
    job.expect(["photo"])
    assert job.take_chunk("photo", 0, CHUNK_BYTES)
    assert job.take_chunk("photo", CHUNK_BYTES, CHUNK_BYTES)
    assert job.ready


def test_each_client_has_one_head():
    queue = filled(make(1, b"a", "cuda"), make(2, b"a", "cpu"), make(3, b"b", "cpu"), make(4, b"b", "cpu"))
    assert [job.number for job in queue.heads(lambda _: True)] == [1, 3]
    assert [job.number for job in queue.heads(lambda job: job.submit.device == "cpu")] == [2, 3]


def test_bytes_that_nobody_asked_for_are_refused():
    job = make(1, b"a")
    with pytest.raises(ProtocolError) as refused:
        job.take_chunk("photo", 0, 1024)
    assert refused.value.code == "unknown-job"
    job.expect(["photo"])
    job.take_chunk("photo", 0, 1024)
    with pytest.raises(ProtocolError):
        job.take_chunk("photo", 0, 1024)  # a second time
