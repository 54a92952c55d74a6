"""Frames between processes: exact types arrive, and nothing hostile gets through."""

import contextlib
import datetime
import decimal
import enum
import fractions
import json
import socket
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anuman.grading.isolation import codec, wire


def through(value):
    """A value as it arrives at the other end of a socket."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(True)
        ours.settimeout(5)
        wire.Channel(ours).send(value)
        return wire.Channel(theirs).receive(deadline=time.monotonic() + 5)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary() | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner, inner)
    | st.dictionaries(st.text() | st.integers(), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


def same(one, other):
    return type(one) is type(other) and repr(one) == repr(other)


@given(plain)
def test_plain_data_arrives_as_it_was(value):
    assert same(through(value), value)


@pytest.mark.parametrize(
    "value",
    [
        np.float64(1.5), np.float32(0.1), np.int8(-3), np.bool_(True), np.complex128(1 + 2j),
        np.str_("text"), np.datetime64("2025-01-01"), np.arange(6).reshape(2, 3),
        np.arange(6).reshape(2, 3).T, np.array(3.0), np.zeros((0, 3)), np.array(["a", "bc"]),
        np.array([True, False]), np.dtype("<i4"), range(1, 9, 2), slice(None, 3), ..., 10**500,
        fractions.Fraction(1, 3), decimal.Decimal("1.10"), {1, 2}, frozenset({3}), bytearray(b"x"),
        [0.5] * 100, list(range(100)), tuple(range(100)), [True] * 100, [10**30] * 100, [[1, [2]]],
        float("inf"), -0.0, "\ud800",
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.20}" if not isinstance(value, int) else "int",
)  # fmt: skip
def test_types_are_exact(value):
    arrived = through(value)
    assert type(arrived) is type(value)
    assert repr(arrived) == repr(value)
    if isinstance(value, np.ndarray):
        assert (arrived.dtype, arrived.shape) == (value.dtype, value.shape)
        assert arrived.flags.writeable


class Liar(float):
    def __eq__(self, other):
        return True

    def __float__(self):
        return 42.0


class Level(enum.IntEnum):
    LOW = 1


class Words(list):
    def __iter__(self):
        return iter(["lie"])


def test_subclasses_arrive_plain_and_read_by_the_base_class():
    assert same(through(Liar(1.5)), 1.5)
    assert same(through(Level.LOW), 1)
    assert same(through(Words(["truth"])), ["truth"])


@pytest.mark.parametrize(
    "value",
    [object(), print, datetime.date(2025, 1, 1), 10**5000, {"a": {1: len}}],
    ids=["object", "function", "date", "huge", "inside"],
)
def test_what_is_no_plain_data_cannot_be_sent(value):
    with pytest.raises(wire.CannotSend):
        through(value)


def test_too_deep_and_too_large_cannot_be_sent():
    deep: list = []
    for _ in range(codec.MOST_DEPTH + 2):
        deep = [deep]
    for value in (deep, "x" * (wire.MOST_HEAD + 1), b"x" * (wire.MOST_BODY + 1)):
        with pytest.raises(wire.CannotSend):
            through(value)


def frame(content, body=b""):
    head = content if isinstance(content, bytes) else json.dumps(content).encode()
    return wire.HEADER.pack(len(head), len(body)) + head + body


HOSTILE = {
    "no json": frame(b"{{{"),
    "an object": frame([[], {"a": 1}]),
    "no envelope": frame([1, 2, 3]),
    "unknown tag": frame([[], ["z", 1]]),
    "pickle tag": frame([[4], ["pickle", 0]], b"junk"),
    "deep": frame(b"[[]," + b'["l",' * 100_000 + b"1" + b"]" * 100_000 + b"]"),
    "object dtype": frame([[8], ["a", "|O", [1], 0]], b"\0" * 8),
    "void dtype": frame([[8], ["a", "|V8", [1], 0]], b"\0" * 8),
    "shape too large": frame([[8], ["a", "<f8", [1 << 40], 0]], b"\0" * 8),
    "negative shape": frame([[8], ["a", "<f8", [-1], 0]], b"\0" * 8),
    "overflowing shape": frame([[0], ["a", "<f8", [1 << 61, 1 << 61, 0], 0]]),
    "no such buffer": frame([[], ["b", 5]]),
    "buffer beyond the end": frame([[100], ["b", 0]], b"x"),
    "left-over bytes": frame([[], 1], b"x"),
    "unhashable key": frame([[], ["d", ["l"], 1]]),
    "odd dict": frame([[], ["d", 1]]),
    "unhashable item": frame([[], ["s", ["l"]]]),
    "long number": frame(b"[[]," + b"9" * 10_000 + b"]"),
    "dtype of text": frame([[], ["y", "f8,(1000000000,)f8"]]),
    "huge text dtype": frame([[], ["y", "<U999999999999"]]),
    "range of text": frame([[], ["r", "a", "b", "c"]]),
    "zero division": frame([[], ["q", 1, 0]]),
    "infinite decimal": frame([[], ["m", "1" * 100_000]]),
    "head too large": wire.HEADER.pack(1 << 31, 0),
    "body too large": wire.HEADER.pack(2, 1 << 31) + b"[]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_frames_are_refused(name):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=send, args=(ours, HOSTILE[name]), daemon=True)
        sender.start()
        with pytest.raises(wire.BadFrame):
            wire.Channel(theirs).receive(deadline=time.monotonic() + 10)
        theirs.close()
        sender.join()


def send(sock, data):
    with contextlib.suppress(OSError):  # the other side may have seen enough
        sock.sendall(data)


def test_half_a_frame_is_waited_for_until_the_deadline():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = wire.Channel(theirs)
        whole = frame([[], ["l", 1, 2]])
        ours.sendall(whole[:5])
        with pytest.raises(wire.TimeIsUp):
            channel.receive(deadline=time.monotonic() + 0.05)
        ours.sendall(whole[5:])
        assert channel.receive(deadline=time.monotonic() + 5) == [1, 2]
        ours.close()
        with pytest.raises(wire.Closed):
            channel.receive()


# ---- frames that take much more than they are -----------------------------------------------------

PRIME = 2**61 - 1  # integers that differ by it have one hash


def colliding(tag, parts):
    return frame(b'[[],["%s",' % tag + b",".join(parts) + b"]]")


GREEDY = {
    "a set of one hash": colliding(b"s", [b"%d" % (PRIME * k) for k in range(1, 100_000)]),
    "a dict of one hash": colliding(b"d", [b"%d,0" % (PRIME * k) for k in range(1, 100_000)]),
    "fractions of one hash": colliding(b"f", [b'["q",%d,1]' % (PRIME * k) for k in range(50_000)]),
    "tuples of one hash": colliding(b"s", [b'["t",%d]' % (PRIME * k) for k in range(50_000)]),
    "a buffer many times": frame([[1 << 20], ["l", *[["b", 0]] * 10_000]], bytes(1 << 20)),
    "an array many times": frame([[8], ["l", *[["a", "<f8", [1], 0]] * 2]], bytes(8)),
    "items without size": frame([[0], ["a", "<U0", [1 << 40], 0]]),
    "few items without size": frame([[0], ["a", "|S0", [3], 0]]),
    "zeros for a number": frame([[], ["n", "|S1", 10**9]]),
    "more than there is": frame([[0], ["a", "<U9", [1 << 50, 0, 1 << 8], 0]]),
}


@pytest.mark.alone
@pytest.mark.parametrize("texts", [False, True])
@pytest.mark.parametrize("name", GREEDY)
def test_greedy_frames_are_refused_at_once(name, texts):
    ours, theirs = socket.socketpair()
    started = time.thread_time()
    with ours, theirs:
        threading.Thread(target=send, args=(ours, GREEDY[name]), daemon=True).start()
        channel = wire.Channel(theirs, texts=texts)
        if texts and name not in ("a dict of one hash", "a buffer many times"):
            value = channel.receive(deadline=time.monotonic() + 60)
            assert value is None or value == [None, None]  # not looked at
        else:
            with pytest.raises(wire.BadFrame):
                channel.receive(deadline=time.monotonic() + 60)
    assert time.thread_time() - started < 5


def test_too_many_values_are_refused():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        data = frame(b"[[]," + b'["l"' + b",[]" * wire.MOST_VALUES + b"]]")
        threading.Thread(target=send, args=(ours, data), daemon=True).start()
        with pytest.raises(wire.BadFrame, match="too many values"):
            channel = wire.Channel(theirs, most_head=64 << 20, texts=True)
            channel.receive(deadline=time.monotonic() + 20)
        theirs.close()


def test_no_memory_for_a_frame_is_a_bad_frame(monkeypatch):
    def none_left(*_arguments):
        raise MemoryError

    monkeypatch.setitem(codec._READERS, "b", none_left)
    with pytest.raises(wire.BadFrame):
        through(b"x")


def test_honest_keys_of_equal_hash_arrive():
    values = [
        {2**k: k for k in range(2000)},
        {2.0**k for k in range(-1000, 1000)},
        set(range(-5000, 5000)),
        frozenset((a, b) for a in range(50) for b in range(50)),
        {fractions.Fraction(a, 7) for a in range(5000)},
        {str(k): None for k in range(5000)},
    ]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for value in values:
            threading.Thread(target=wire.Channel(ours).send, args=(value,), daemon=True).start()
            assert wire.Channel(theirs).receive(deadline=time.monotonic() + 10) == value


def test_texts_and_what_holds_them_are_read_alone_where_nothing_else_is_needed():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender, reader = wire.Channel(ours), wire.Channel(theirs, texts=True)
        value = [7, "ok", [{"text": "a", "data": {"image/png": b"png"}, "none": None}], 0.5]
        sender.send(value)
        assert reader.receive() == value
        sender.send([1, (2, 3), {4}, [0.5] * 100, np.zeros(3), 1j])
        assert reader.receive() == [1, *[None] * 5]
        sender.send({1: 2})
        with pytest.raises(wire.BadFrame):
            reader.receive()


# ---- readers that do not read, senders that do not end --------------------------------------------


@pytest.mark.alone
def test_a_reader_that_does_not_read_is_waited_for_until_the_deadline():
    ours, theirs = socket.socketpair()
    looks = []
    with ours, theirs:
        started = time.monotonic()
        channel = wire.Channel(ours)
        with pytest.raises(wire.TimeIsUp):
            channel.send("x" * 3_000_000, deadline=started + 0.6, meanwhile=lambda: looks.append(1))
        assert 0.5 < time.monotonic() - started < 3 and len(looks) >= 2
        assert ours.gettimeout() is None
        theirs.close()
        with pytest.raises(wire.Closed):
            channel.send("x", deadline=time.monotonic() + 5)


def test_a_frame_sent_with_a_deadline_arrives_whole():
    ours, theirs = socket.socketpair()
    value = ["x" * 3_000_000, b"y" * 3_000_000, np.arange(300_000.0), [0.5] * 1000]
    with ours, theirs:
        arrived = []
        reader = threading.Thread(
            target=lambda: (time.sleep(0.4), arrived.append(wire.Channel(theirs).receive()))
        )
        reader.start()
        wire.Channel(ours).send(value, deadline=time.monotonic() + 20)
        reader.join()
    assert arrived[0][:2] == value[:2] and arrived[0][3] == value[3]
    assert (arrived[0][2] == value[2]).all()


@pytest.mark.alone
def test_data_without_an_end_do_not_move_the_deadline():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        data = wire.HEADER.pack(100, 1 << 30) + bytes(1 << 20)
        stop = threading.Event()

        def flood():
            while not stop.is_set():
                send(ours, data)

        threading.Thread(target=flood, daemon=True).start()
        started = time.monotonic()
        with pytest.raises(wire.TimeIsUp):
            wire.Channel(theirs, most_body=1 << 30).receive(deadline=started + 0.05)
        assert time.monotonic() - started < 1
        stop.set()
        theirs.close()
