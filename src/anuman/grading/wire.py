"""Frames of plain data over a socket: a header (sizes of head and body), a JSON head, raw buffers."""

import json
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

from .codec import BadFrame, CannotSend, Other, Reader, decode, encode, no_other

HEADER = struct.Struct("<II")  # bytes of the head, bytes of the buffers together
MOST_HEAD = 4 << 20  # a parsed head takes about ten times this memory
MOST_BODY = 32 << 20


class Closed(ConnectionError):
    """The other process is gone."""


class TimeIsUp(TimeoutError):
    """The deadline passed before the frame was complete."""


class Channel:
    """Frames over a stream socket. One request at a time, one answer to each."""

    def __init__(self, sock: socket.socket, most_head: int = MOST_HEAD, most_body: int = MOST_BODY):
        self.socket = sock
        self._most_head, self._most_body = most_head, most_body
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
    ) -> None:
        """Send one value. Raises CannotSend (and sends nothing) for what cannot travel.

        most: bytes of head and body that the reader takes, where they differ from our own.
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
            if sum(sizes) < 1 << 16:
                self.socket.sendall(b"".join([start, *buffers]))
            else:
                self.socket.sendall(start)
                for buffer in buffers:
                    self.socket.sendall(buffer)
        except OSError as error:
            raise Closed(str(error)) from error

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
        try:
            content = json.loads(frame[HEADER.size : HEADER.size + head_size])
        except (ValueError, RecursionError) as error:
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
            return decode(node, buffers, other)
        except RecursionError as error:
            raise BadFrame("nested too deeply") from error

    def _fill(self, size: int, deadline: float | None) -> None:
        while len(self._arrived) < size:
            missing = max(size - len(self._arrived), 1 << 16)
            try:
                if deadline is None:
                    data, descriptors = self._chunk(missing)
                else:
                    self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
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
