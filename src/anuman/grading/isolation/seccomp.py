"""A filter of system calls, packed by hand: those of `system_calls` and no others.

The namespaces are the wall; the filter keeps the kernel's less tested parts out of reach, and closes
what would join two learners over files that both see, such as the libraries: locks on them, hints
kept with them, what of them is in memory. Locks "succeed" and do nothing: all that could be locked in
earnest is a submission's own.
"""

import ctypes
import errno
import functools
import struct
from collections.abc import Iterator

from . import namespaces, system_calls

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000  # a second way to number the calls of x86-64

CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
SOCKET = {"x86_64": 41, "aarch64": 198}
AF_UNIX = 1
NEW_NAMESPACE = 0x7E020000 | 0x80  # CLONE_NEW* of every kind, CLONE_NEWTIME with them

FLOCK, FCNTL = {"x86_64": 73, "aarch64": 32}, {"x86_64": 72, "aarch64": 25}
SETTING_LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
# F_DUPFD to F_SETFL, F_SETOWN to F_GETSIG, F_DUPFD_CLOEXEC, F_GETPIPE_SZ, seals. Not: to ask for locks,
# leases, watches, hints that a file keeps (F_SET_RW_HINT), larger pipes.
OF_OWN_DESCRIPTORS = (0, 1, 2, 3, 4, 8, 9, 10, 11, 1030, 1032, 1033, 1034)
MADVISE, PUSHES_OUT = {"x86_64": 28, "aarch64": 233}, (20, 21)  # MADV_COLD, MADV_PAGEOUT
PREADV2 = {"x86_64": 327, "aarch64": 286}  # its flags ask whether a file is in memory
SETSOCKOPT, SOL_SOCKET = {"x86_64": 54, "aarch64": 208}, 1
BUFFER_SIZES = (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF and their FORCE: memory that no limit counts

LOAD, EQUAL, AT_LEAST, ABOVE, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x25, 0x45, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000
NUMBER_AT, ARCH_AT, FIRST_ARGUMENT_AT = 0, 4, 16  # in struct seccomp_data; each argument 8 bytes
PR_SET_SECCOMP, MODE_FILTER = 22, 2


def fails(number: int) -> int:
    """The filter's verdict "this call fails with that errno"."""
    return 0x00050000 | number


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """The ascending numbers as ranges, (first, last)."""
    first = None
    for number, after in zip(numbers, [*numbers[1:], None], strict=True):
        first = number if first is None else first
        if after != number + 1:
            yield first, number
            first = None


@functools.cache
def program(machine: str) -> bytes:
    """The filter as the kernel's instructions (struct sock_filter: code, jumps, constant)."""

    def step(code: int, constant: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, if_true, if_false, constant)

    def verdict(value: int) -> bytes:
        return step(RETURN, value)

    def on(value: int, *body: bytes) -> bytes:
        """Run the body if this is what is loaded; it stays loaded for what comes after."""
        return step(EQUAL, value, 0, sum(map(len, body)) // 8) + b"".join(body)

    def argument(number: int) -> bytes:
        return step(LOAD, FIRST_ARGUMENT_AT + 8 * number)

    refuse, allow = verdict(fails(errno.EPERM)), verdict(ALLOW)
    out = [step(LOAD, ARCH_AT), step(EQUAL, AUDIT_ARCH[machine], 1, 0), verdict(KILL)]
    out += [step(LOAD, NUMBER_AT)]
    if machine == "x86_64":
        out += [step(AT_LEAST, X32_BIT, 0, 1), verdict(fails(errno.ENOSYS))]
    # clone3 keeps its flags in memory, which a filter cannot read: libc falls back to clone.
    out += [on(CLONE3, verdict(fails(errno.ENOSYS)))]
    out += [on(CLONE[machine], argument(0), step(ANY_BIT, NEW_NAMESPACE, 0, 1), refuse, allow)]
    # Sockets of other families reach past the network namespace (vsock) or into odd kernel code.
    family = (argument(0), step(EQUAL, AF_UNIX, 1, 0), verdict(fails(errno.EACCES)), allow)
    out += [on(SOCKET[machine], *family)]
    sizes = [on(option, refuse) for option in BUFFER_SIZES]
    level = (argument(1), step(EQUAL, SOL_SOCKET, 1, 0), allow, argument(2), *sizes, allow)
    out += [on(SETSOCKOPT[machine], *level)]
    done = verdict(fails(0))  # returns 0 and does nothing
    locks = [on(command, done) for command in SETTING_LOCKS]
    plain = [on(command, allow) for command in OF_OWN_DESCRIPTORS]
    invalid = verdict(fails(errno.EINVAL))
    out += [on(FLOCK[machine], done), on(FCNTL[machine], argument(1), *locks, *plain, invalid)]
    advice = [on(value, invalid) for value in PUSHES_OUT]
    out += [on(MADVISE[machine], argument(2), *advice, allow)]
    no_flags = (argument(5), step(EQUAL, 0, 1, 0), verdict(fails(errno.EOPNOTSUPP)), allow)
    out += [on(PREADV2[machine], *no_flags)]
    column = list(AUDIT_ARCH).index(machine)
    for first, last in _ranges(system_calls.allowed(column)):
        out += [step(AT_LEAST, first, 0, 2), step(ABOVE, last, 1, 0), allow]
    unknown = [step(ABOVE, system_calls.NEWEST, 0, 1), verdict(fails(errno.ENOSYS))]
    return b"".join([*out, *unknown, refuse])


def load() -> None:
    """Put the filter on this process and all that it starts. Needs no_new_privs."""
    code = program(namespaces.machine())

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]

    packed = Program(len(code) // 8, code)
    namespaces.prctl("seccomp", PR_SET_SECCOMP, MODE_FILTER, ctypes.addressof(packed))
