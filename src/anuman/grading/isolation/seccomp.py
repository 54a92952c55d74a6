"""A filter of system calls, packed by hand: what no exercise needs and what opens kernel doors.

Everything is allowed except what is listed: Python, NumPy and the libraries of other courses use
far too many calls for a list of the allowed ones to be right everywhere. The namespaces are the
wall; the filter keeps the kernel's less tested parts out of reach.
"""

import ctypes
import errno
import functools
import struct

from . import namespaces

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000  # a second way to number the calls of x86-64

# name: number on x86-64, number on aarch64 (None: the call does not exist there)
DENIED = {
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    # other processes' memory
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    # the kernel itself
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "syslog": (103, 116),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "personality": (135, 92),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "lookup_dcookie": (212, 18),
    "vhangup": (153, 58),
    # memory that no limit counts
    "shmget": (29, 194),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "semget": (64, 190),
    "mlockall": (151, 230),
}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
SOCKET = {"x86_64": 41, "aarch64": 198}
AF_UNIX = 1
NEW_NAMESPACE = 0x7E020000 | 0x80  # CLONE_NEW* of every kind, CLONE_NEWTIME with them

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000
NUMBER_AT, ARCH_AT, FIRST_ARGUMENT_AT = 0, 4, 16  # in struct seccomp_data
PR_SET_SECCOMP, MODE_FILTER = 22, 2


def fails(number: int) -> int:
    """The filter's verdict "this call fails with that errno"."""
    return 0x00050000 | number


@functools.cache
def program(machine: str) -> bytes:
    """The filter as the kernel's instructions (struct sock_filter: code, jumps, constant)."""
    column = list(AUDIT_ARCH).index(machine)
    denied = sorted({row[column] for row in DENIED.values()} - {None})

    def step(code: int, constant: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, if_true, if_false, constant)

    def verdict(value: int) -> bytes:
        return step(RETURN, value)

    def on(number: int, *body: bytes) -> bytes:
        """Run the body for this call only; the number stays loaded for those after it."""
        return step(EQUAL, number, 0, len(body)) + b"".join(body)

    first = step(LOAD, FIRST_ARGUMENT_AT)
    out = [step(LOAD, ARCH_AT), step(EQUAL, AUDIT_ARCH[machine], 1, 0), verdict(KILL)]
    out += [step(LOAD, NUMBER_AT)]
    if machine == "x86_64":
        out += [step(AT_LEAST, X32_BIT, 0, 1), verdict(fails(errno.ENOSYS))]
    # clone3 keeps its flags in memory, which a filter cannot read: libc falls back to clone.
    out += [on(CLONE3, verdict(fails(errno.ENOSYS)))]
    refuse = verdict(fails(errno.EPERM))
    namespace = (first, step(ANY_BIT, NEW_NAMESPACE, 0, 1), refuse, verdict(ALLOW))
    out += [on(CLONE[machine], *namespace)]
    # Sockets of other families reach past the network namespace (vsock) or into odd kernel code.
    family = (first, step(EQUAL, AF_UNIX, 1, 0), verdict(fails(errno.EACCES)), verdict(ALLOW))
    out += [on(SOCKET[machine], *family)]
    out += [on(number, refuse) for number in denied]
    return b"".join([*out, verdict(ALLOW)])


def load() -> None:
    """Put the filter on this process and all that it starts. Needs no_new_privs."""
    code = program(namespaces.machine())

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]

    packed = Program(len(code) // 8, code)
    namespaces.prctl("seccomp", PR_SET_SECCOMP, MODE_FILTER, ctypes.addressof(packed))
