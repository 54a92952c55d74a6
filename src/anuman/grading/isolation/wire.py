"""Frames of plain data over a socket: a header (sizes of head and body), a JSON head, raw buffers."""

import json
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any

from .codec import BadFrame, CannotSend, Other, Reader, decode, decode_texts, encode, no_other

HEADER = struct.Struct("<II")  # bytes of the head, bytes of the buffers together
MOST_HEAD = 16 << 20  # a parsed head takes about ten times this memory
MOST_BODY = 64 << 20
MOST_VALUES = 2 << 20  # that a worker reads in one frame: each may take 150 bytes of memory
LOOK_S = 0.25  # how long a sender waits before it has a look at other things


class Closed(ConnectionError):
    """The other process is gone."""


class TimeIsUp(TimeoutError):
    """The deadline passed before the frame was complete."""


class Channel:
    """Frames over a stream socket. One request at a time, one answer to each.

    texts: read with codec.decode_texts.
    """

    def __init__(
        self,
        sock: socket.socket,
        most_head: int = MOST_HEAD,
        most_body: int = MOST_BODY,
        texts: bool = False,
    ):
        self.socket = sock
        self._most_head, self._most_body, self._texts = most_head, most_body, texts
        self._arrived = bytearray()
        self.descriptors: list[int] = []

    def close(self) -> None:
        """Close the socket; the other side reads Closed."""
        self.socket.close()

    def send(
        self,
        message: Any,
        other: Other = no_other,
        descriptors: Sequence[int] = (),
        most: tuple[int, int] | None = None,
        deadline: float | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        """Send one value. Raises CannotSend (and sends nothing) for what cannot travel.

        most: bytes of head and body that the reader takes, where they differ from our own.
        deadline: on time.monotonic(), for readers that may stop reading. After TimeIsUp a part of
        the frame is on its way, and the channel is of no more use. meanwhile is called while
        nothing is read.
        """
        buffers: list = []
        node = encode(message, buffers, other)
        sizes = [len(b) * getattr(b, "itemsize", 1) for b in buffers]
        head = json.dumps([sizes, node], separators=(",", ":")).encode()
        most_head, most_body = most or (self._most_head, self._most_body)
        if len(head) > most_head or sum(sizes) > most_body:
            megabytes = (len(head) + sum(sizes)) / 1e6
            raise CannotSend(f"{megabytes:.0f} MB of data are too large to travel")
        start = HEADER.pack(len(head), sum(sizes)) + head
        try:
            if descriptors:
                # In one piece: two processes send on this socket while a learner's one starts.
                sent = socket.send_fds(self.socket, [start], descriptors)
                start = start[sent:]
            if deadline is not None:
                for part in (start, *buffers):
                    self._send_part(memoryview(part).cast("B"), deadline, meanwhile)
            elif sum(sizes) < 1 << 16:
                self.socket.sendall(b"".join([start, *buffers]))
            else:
                self.socket.sendall(start)
                for buffer in buffers:
                    self.socket.sendall(buffer)
        except TimeoutError as error:
            raise TimeIsUp("it is not read in time") from error
        except OSError as error:
            raise Closed(str(error)) from error

    def _send_part(self, rest: memoryview, deadline: float, meanwhile: Callable) -> None:
        try:
            while rest:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self.socket.settimeout(min(left, LOOK_S))
                try:
                    rest = rest[self.socket.send(rest) :]
                except TimeoutError:
                    meanwhile()
        finally:
            self.socket.settimeout(None)

    def receive(self, other: Reader | None = None, deadline: float | None = None) -> Any:
        """Wait for one value; deadline on time.monotonic(). Descriptors sent along are kept."""
        self._fill(HEADER.size, deadline)
        head_size, body_size = HEADER.unpack_from(self._arrived)
        if head_size > self._most_head or body_size > self._most_body:
            raise BadFrame("a frame that is too large")
        end = HEADER.size + head_size + body_size
        self._fill(end, deadline)
        frame, self._arrived = self._arrived[:end], self._arrived[end:]
        return self._read(frame, head_size, other)

    def _read(self, frame: bytearray, head_size: int, other) -> Any:
        head = frame[HEADER.size : HEADER.size + head_size]
        if self._texts and head.count(b",") > MOST_VALUES:  # those in texts count, too
            raise BadFrame("too many values")
        try:
            content = json.loads(head)
        except (ValueError, RecursionError, MemoryError) as error:
            raise BadFrame("the head is no JSON") from error
        if type(content) is not list or len(content) != 2 or type(content[0]) is not list:
            raise BadFrame("the head has another shape")
        sizes, node = content
        buffers, at = [], HEADER.size + head_size
        for size in sizes:
            if type(size) is not int or size < 0 or at + size > len(frame):
                raise BadFrame("buffers that do not fit")
            buffers.append(frame[at : at + size])
            at += size
        if at != len(frame):
            raise BadFrame("bytes that belong to no buffer")
        try:
            return decode_texts(node, buffers) if self._texts else decode(node, buffers, other)
        except RecursionError as error:
            raise BadFrame("nested too deeply") from error

    def _fill(self, size: int, deadline: float | None) -> None:
        while len(self._arrived) < size:
            missing = max(size - len(self._arrived), 1 << 16)
            try:
                if deadline is None:
                    data, descriptors = self._chunk(missing)
                else:
                    left = deadline - time.monotonic()
                    if left <= 0:  # also where data come without an end
                        raise TimeoutError
                    self.socket.settimeout(left)
                    try:
                        data, descriptors = self._chunk(missing)
                    finally:
                        self.socket.settimeout(None)
            except TimeoutError as error:
                raise TimeIsUp("no complete answer in time") from error
            except OSError as error:
                raise Closed(str(error)) from error
            self.descriptors += descriptors
            if not data:
                raise Closed("the other process has ended")
            self._arrived += data

    def _chunk(self, size: int) -> tuple[bytes, list[int]]:
        return self.socket.recv(min(size, 1 << 20)), []


class DescriptorChannel(Channel):
    """A channel on which the other side, trusted, also sends open files."""

    def _chunk(self, size: int) -> tuple[bytes, list[int]]:
        data, descriptors, _flags, _address = socket.recv_fds(self.socket, min(size, 1 << 20), 4)
        return data, list(descriptors)
