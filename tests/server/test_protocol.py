"""Messages and limits: what passes, what is refused, and that a refusal costs nothing."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import textwrap
import tracemalloc

import msgpack
import pytest

from server.protocol import (
    CHUNK_BYTES,
    INPUTS,
    MAX_HEADER_BYTES,
    MAX_ICC_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    Input,
    Picture,
    ProtocolError,
    Submit,
    chunk_digest,
    chunk_length,
    chunks,
    decode,
    encode,
    hash_of,
    hash_of_digests,
    limits,
    message,
    read_count,
    read_map,
    read_picture,
    read_submit,
    read_text,
    request_of,
)

HASH = "0123456789abcdef" * 4
PHOTO = {"layout": "RGB", "depth": 8, "width": 3, "height": 2, "hash": HASH}


def refusal(call, *arguments, **more):
    with pytest.raises(ProtocolError) as caught:
        call(*arguments, **more)
    assert caught.value.cause.endswith(".")
    assert "\n" not in str(caught.value)
    return caught.value.code


def packed(**fields):
    return msgpack.packb({"v": 1, "type": "x", **fields})


# Headers


def test_a_header_comes_back_as_it_was_sent():
    header = message("submit", number=-3, text="ä", raw=b"\0\xff", none=None, list=[1, [2.5]], map={"a": {"b": True}})
    assert header["v"] == 1
    assert decode(encode(header)) == header
    assert decode(memoryview(encode(header))) == header


def test_unknown_fields_are_no_fault():
    assert decode(packed(future=[{"a": 1}]))["future"] == [{"a": 1}]


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        packed()[:-1],
        packed() + b"\0",
        b"\x81\xa1",
        msgpack.packb([1]),
        msgpack.packb("hello"),
        msgpack.packb(7),
        msgpack.packb({1: 2, "v": 1, "type": "x"}),
        packed(deep={"a": {3: 4}}),
        packed(bytes_key={b"k": 1}),
        b"\x83\xa1v\x01\xa4type\xa1x\xa1a\xa2\xff\xfe",
        packed(time=msgpack.Timestamp(1)),
        packed(other=msgpack.ExtType(5, b"abc")),
        packed(text="x" * ((1 << 16) + 1)),
        packed(list=[0] * 4097),
        packed(map={str(key): 0 for key in range(257)}),
        packed(raw=b"x" * (MAX_ICC_BYTES + 1)),
        msgpack.packb({"v": 1}),
        packed(type=""),
        packed(type="x" * 65),
        packed(type="a\nb"),
        packed(type=5),
        packed(type=None),
    ],
    ids=lambda frame: repr(bytes(frame[:20])),
)
def test_what_is_no_header_is_refused(frame):
    assert refusal(decode, frame) == "bad-message"


def test_the_largest_parts_pass():
    header = message("x" * 64, text="x" * (1 << 16), raw=b"x" * MAX_ICC_BYTES, list=[0] * 4096)
    assert decode(encode(header)) == header


def test_a_header_above_its_limit_is_refused_before_it_is_read():
    assert refusal(decode, b"\xc1" * (MAX_HEADER_BYTES + 1)) == "too-large"
    assert refusal(decode, b"\xc1" * MAX_HEADER_BYTES) == "bad-message"


@pytest.mark.parametrize("version", [0, 2, -1, None, "1", True, 1 << 60, [1]], ids=repr)
def test_another_version_is_refused(version):
    assert refusal(decode, packed(v=version)) == "version"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")], ids=repr)
@pytest.mark.parametrize(
    "wrap", [lambda n: n, lambda n: [1, n], lambda n: {"a": [{"b": n}]}], ids=["bare", "list", "map"]
)
def test_numbers_that_are_none_are_refused_wherever_they_stand(number, wrap):
    assert refusal(decode, packed(settings=wrap(number))) == "settings"


def test_nesting_has_an_end():
    def nested(levels):
        value = 0
        for _ in range(levels):
            value = [value]
        return value

    assert decode(packed(a=nested(7)))["a"] == nested(7)
    assert refusal(decode, packed(a=nested(8))) == "bad-message"
    for one in (b"\x91", b"\x81\xa1k"):
        assert refusal(decode, b"\x83\xa1v\x01\xa4type\xa1x\xa1a" + one * 100_000 + b"\0") == "bad-message"


HOSTILE = {
    "array": b"\xdd" + struct.pack(">I", 0xFFFFFFFF),
    "map": b"\xdf" + struct.pack(">I", 0xFFFFFFFF),
    "text": b"\xdb" + struct.pack(">I", 0xFFFFFFFF),
    "bytes": b"\xc6" + struct.pack(">I", 0xFFFFFFFF),
    "extension": b"\xc9" + struct.pack(">I", 0xFFFFFFFF) + b"\x05",
    "below the limit, nested": (b"\xdc" + struct.pack(">H", 4096)) * 500,
    "below the limit, in a row": b"\x93" + (b"\xdc" + struct.pack(">H", 4096) + b"\0" * 4096) * 3,
}
NEAR = 48 << 20


@pytest.mark.parametrize("frame", HOSTILE.values(), ids=HOSTILE.keys())
def test_lengths_that_are_only_announced_get_no_memory(frame):
    tracemalloc.start()
    try:
        assert (
            refusal(decode, b"\x83\xa1v\x01\xa4type\xa1x\xa1a" + frame[: -1 if frame[0] == 0x93 else None])
            == "bad-message"
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < NEAR


def test_the_slow_msgpack_of_editors_refuses_the_same():
    """Where no compiled msgpack loads, its Python fallback reads the messages."""
    script = f"""
        import msgpack, tracemalloc
        assert msgpack.Unpacker.__module__ == "msgpack.fallback"
        from server.protocol import ProtocolError, decode, encode, message
        header = message("submit", raw=b"ab", text="t", list=[1, [2.5, None]], map={{"a": True}})
        assert decode(encode(header)) == header
        for frame in {list(HOSTILE.values())!r}:
            tracemalloc.start()
            try:
                decode(b"\\x83\\xa1v\\x01\\xa4type\\xa1x\\xa1a" + frame[:-1])
            except ProtocolError as error:
                assert error.code == "bad-message", error
            else:
                raise AssertionError(frame[:9])
            assert tracemalloc.get_traced_memory()[1] < {NEAR}
            tracemalloc.stop()
    """
    environ = {**os.environ, "MSGPACK_PUREPYTHON": "1"}
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], env=environ, check=True, timeout=60)


def test_an_error_is_a_message_that_says_the_same():
    error = ProtocolError("memory", "It does not fit.", "Make it smaller.", needed_bytes=7)
    assert str(error) == "It does not fit. Make it smaller."
    header = decode(encode(error.header("a")))
    assert header == message(
        "error", job="a", code="memory", cause="It does not fit.", remedy="Make it smaller.", needed_bytes=7
    )
    assert ProtocolError("code", "Cause.").header()["job"] is None


# Fields


@pytest.mark.parametrize("request_", [0, -5, 1 << 40, "", "x" * 64])
def test_a_request_that_can_be_repeated_is(request_):
    assert request_of({"request": request_}) == request_


@pytest.mark.parametrize("request_", [None, True, 1.0, "x" * 65, [1], b"x"])
def test_any_other_request_is_not(request_):
    assert request_of({"request": request_}) is None


@pytest.mark.parametrize("count", [0, 1, (1 << 53) - 1])
def test_counts_pass(count):
    assert read_count({"n": count}, "n") == count


@pytest.mark.parametrize("count", [-1, 1 << 53, 1.0, "1", True, None, [1]])
def test_what_is_no_count_is_refused(count):
    assert refusal(read_count, {"n": count}, "n") == "bad-message"
    assert refusal(read_count, {}, "n") == "bad-message"


@pytest.mark.parametrize("text", ["", "x" * 65, "a\0", "a\x1b[2J", 5, None, b"x", "\u202e"])
def test_what_is_no_name_is_refused(text):
    assert refusal(read_text, {"t": text}, "t", "default") == "bad-message"


def test_names_pass_and_a_missing_one_takes_the_default():
    assert read_text({"t": "ä" * 64}, "t") == "ä" * 64
    assert read_text({}, "t", "default") == "default"
    assert refusal(read_text, {}, "t") == "bad-message"


def test_a_missing_map_is_empty_and_no_other_kind_will_do():
    assert read_map({}, "m") == read_map({"m": None}, "m") == {}
    assert read_map({"m": {"a": 1}}, "m") == {"a": 1}
    for value in ([], "x", 0, False):
        assert refusal(read_map, {"m": value}, "m") == "bad-message"


def test_a_value_from_outside_is_shown_short_and_on_one_line():
    with pytest.raises(ProtocolError) as caught:
        read_count({"n": "line\n" * 1000}, "n")
    assert len(str(caught.value)) < 200


# Pictures


@pytest.mark.parametrize(
    ("layout", "depth", "length"),
    [
        ("GRAY", 8, 6),
        ("GRAYA", 8, 12),
        ("RGB", 8, 18),
        ("RGBA", 8, 24),
        ("BGRA", 8, 24),
        ("GRAY", 16, 12),
        ("RGB", 16, 36),
    ],
)
def test_the_bytes_of_a_picture_follow_from_its_description(layout, depth, length):
    picture = Picture(layout, depth, 3, 2)
    assert picture.bytes == length
    assert read_picture(picture.fields()) == picture


@pytest.mark.parametrize(
    "change",
    [
        *({"layout": value} for value in ("CMYK", "rgb", "", None, 3, "BGR", ["RGB"], {})),
        *({"depth": value} for value in (0, 1, 7, 24, 32, -8, 8.5, "8", None, True)),
        *(
            {side: value}
            for side in ("width", "height")
            for value in (0, -1, MAX_SIDE + 1, 1.0, "3", None, True, 1 << 70)
        ),
    ],
    ids=repr,
)
def test_what_is_no_picture_is_refused(change):
    assert refusal(read_picture, {**PHOTO, **change}) == "picture"


def test_the_limit_of_pixels_is_exact():
    assert Picture("RGBA", 16, MAX_SIDE, MAX_PIXELS // MAX_SIDE).bytes == MAX_PIXELS * 8
    assert refusal(Picture, "GRAY", 8, MAX_SIDE, MAX_PIXELS // MAX_SIDE + 1) == "picture"


# Submit


def submit(**changes):
    fields = {"job": "a", "inputs": {"photo": PHOTO}, **changes}
    return read_submit(decode(encode(message("submit", **fields))))


def test_a_job_with_everything_comes_back_as_it_was_sent():
    picture = Picture("BGRA", 16, 30, 20)
    job = Submit(
        "name",
        {
            "photo": Input(picture, HASH),
            "mask": Input(Picture("GRAY", 8, 30, 20), "f" * 64),
            "area": Input(Picture("GRAY", 8, 30, 20), "e" * 64),
            "hints": Input(Picture("BGRA", 8, 30, 20), "d" * 64),
        },
        {"scratches": {"strength": 0.5}, "device": "cpu", "preset": "official"},
        b"profile",
        device="cpu",
        preset="official",
        within_alpha=True,
        flattened=True,
    )
    assert read_submit(decode(encode(job.header()))) == job


def test_a_job_needs_a_photo_and_a_name_and_no_more():
    job = submit()
    assert job == Submit("a", {"photo": Input(Picture("RGB", 8, 3, 2), HASH)})
    assert (job.device, job.preset, job.icc, job.within_alpha, job.flattened) == ("auto", "compact", None, False, False)
    assert submit(settings=None, icc=None, reply=None, inputs={"photo": PHOTO, "mask": None, "other": 5}) == job
    assert submit(icc=b"").icc is None


def test_hints_have_four_channels_in_either_order():
    for layout in ("RGBA", "BGRA"):
        job = submit(inputs={"photo": PHOTO, "hints": {**MASK, "layout": layout}})
        assert job.inputs["hints"] == Input(Picture(layout, 8, 3, 2), HASH)


MASK = {"layout": "GRAY", "depth": 8, "width": 3, "height": 2, "hash": HASH}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"job": ""}, "bad-message"),
        ({"job": None}, "bad-message"),
        ({"job": "x" * 65}, "bad-message"),
        ({"inputs": {}}, "bad-message"),
        ({"inputs": None}, "bad-message"),
        ({"inputs": [PHOTO]}, "bad-message"),
        ({"inputs": {"mask": MASK}}, "bad-message"),
        ({"inputs": {"photo": "x"}}, "bad-message"),
        ({"inputs": {"photo": {**PHOTO, "hash": HASH[:-1]}}}, "bad-message"),
        ({"inputs": {"photo": {**PHOTO, "hash": HASH.upper()}}}, "bad-message"),
        ({"inputs": {"photo": {**PHOTO, "hash": HASH[:-1] + "\n"}}}, "bad-message"),
        ({"inputs": {"photo": {**PHOTO, "hash": None}}}, "bad-message"),
        ({"inputs": {"photo": {**PHOTO, "width": 0}}}, "picture"),
        ({"inputs": {"photo": PHOTO, "mask": {**MASK, "layout": "RGB"}}}, "mask"),
        ({"inputs": {"photo": PHOTO, "mask": {**MASK, "depth": 16}}}, "mask"),
        ({"inputs": {"photo": PHOTO, "mask": {**MASK, "width": 4}}}, "mask"),
        ({"inputs": {"photo": PHOTO, "mask": {**MASK, "height": 3}}}, "mask"),
        ({"inputs": {"photo": PHOTO, "area": {**MASK, "layout": "GRAYA"}}}, "area"),
        ({"inputs": {"photo": PHOTO, "area": {**MASK, "depth": 16}}}, "area"),
        ({"inputs": {"photo": PHOTO, "area": {**MASK, "width": 4}}}, "area"),
        ({"inputs": {"photo": PHOTO, "mask": MASK, "area": {**MASK, "height": 1}}}, "area"),
        ({"inputs": {"photo": PHOTO, "area": {**MASK, "hash": None}}}, "bad-message"),
        ({"inputs": {"photo": PHOTO, "area": HASH}}, "bad-message"),
        ({"inputs": {"photo": PHOTO, "hints": MASK}}, "hints"),
        ({"inputs": {"photo": PHOTO, "hints": {**MASK, "layout": "RGB"}}}, "hints"),
        ({"inputs": {"photo": PHOTO, "hints": {**MASK, "layout": "RGBA", "depth": 16}}}, "hints"),
        ({"inputs": {"photo": PHOTO, "hints": {**MASK, "layout": "BGRA", "width": 4}}}, "hints"),
        ({"inputs": {"photo": PHOTO, "hints": {**MASK, "layout": "BGRA", "height": 1}}}, "hints"),
        ({"inputs": {"photo": PHOTO, "hints": {**MASK, "layout": "RGBA", "width": MAX_SIDE + 1}}}, "picture"),
        ({"settings": []}, "bad-message"),
        ({"settings": {"device": "tpu"}}, "settings"),
        ({"settings": {"device": ["cpu"]}}, "settings"),
        ({"settings": {"preset": 5}}, "settings"),
        ({"settings": {"quality": {"strength": float("nan")}}}, "settings"),
        ({"icc": "text"}, "picture"),
        ({"reply": {"within_alpha": 1}}, "bad-message"),
        ({"reply": {"flattened": "yes"}}, "bad-message"),
        ({"reply": True}, "bad-message"),
    ],
    ids=repr,
)
def test_a_job_that_is_not_as_it_must_be_is_refused(changes, code):
    assert refusal(submit, **changes) == code


def test_a_profile_above_its_limit_is_refused():
    header = {"job": "a", "inputs": {"photo": PHOTO}, "icc": b"x" * (MAX_ICC_BYTES + 1)}
    assert refusal(read_submit, header) == "picture"


# Chunks and hashes


def test_chunks_are_views_of_a_mebibyte_and_a_rest():
    buffer = bytearray(2 * CHUNK_BYTES + 5)
    parts = list(chunks(buffer))
    assert [(offset, len(part)) for offset, part in parts] == [
        (0, CHUNK_BYTES),
        (CHUNK_BYTES, CHUNK_BYTES),
        (2 * CHUNK_BYTES, 5),
    ]
    buffer[0] = 7
    assert parts[0][1][0] == 7
    assert [chunk_length(len(buffer), offset) for offset, _ in parts] == [len(part) for _, part in parts]
    assert list(chunks(b"")) == []


@pytest.mark.parametrize("offset", [1, CHUNK_BYTES - 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES])
def test_no_chunk_begins_elsewhere(offset):
    assert chunk_length(2 * CHUNK_BYTES, offset) == 0


def test_the_hash_of_one_chunk_is_that_of_coreutils():
    """``printf abc | b2sum -l 256 | cut -c1-64 | xxd -r -p | b2sum -l 256``"""
    assert chunk_digest(b"abc").hex() == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
    assert hash_of(b"abc") == "f6674caaed0b83eae0ae556b6c7d45a12463413a4822152989a0c78c9428f4f3"


def test_the_hash_of_two_chunks_is_that_of_coreutils():
    """A mebibyte of zeros, then ``abc``: b2sum of each, the 64 bytes of both digests through b2sum again."""
    buffer = bytes(CHUNK_BYTES) + b"abc"
    assert hash_of(buffer) == "dd56611f6a1a14edd60a65d2142a7794369440f270624d2564144e5835ea6679"


@pytest.mark.parametrize("length", [1, CHUNK_BYTES, CHUNK_BYTES + 1, 7 * CHUNK_BYTES + 9])
def test_the_hash_is_a_tree_of_chunks_however_many_cores_work_on_it(length):
    buffer = os.urandom(length)
    digests = [
        hashlib.blake2b(buffer[offset : offset + CHUNK_BYTES], digest_size=32).digest()
        for offset in range(0, length, CHUNK_BYTES)
    ]
    expected = hashlib.blake2b(b"".join(digests), digest_size=32).hexdigest()
    assert hash_of(buffer) == hash_of(memoryview(buffer)) == hash_of_digests(digests) == expected
    assert hash_of(bytes([buffer[0] ^ 1]) + buffer[1:]) != expected


def test_the_limits_that_are_told_are_those_of_the_document():
    assert limits()["chunk_bytes"] == 1_048_576
    assert limits()["header_bytes"] == 4 * 1024 * 1024
    assert (limits()["side"], limits()["pixels"]) == (100_000, 200_000_000)
    assert INPUTS == {"photo": True, "mask": False, "area": False, "hints": False}
