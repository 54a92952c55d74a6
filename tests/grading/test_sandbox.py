"""Where a learner's code runs: what it sees and may do, with isolation and without."""

import dataclasses
import os
import sys

import pytest
from engine import RULES, error, printed, run

from anuman.grading.isolation import namespaces, seccomp

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.usefixtures("zygotes"),
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]


# ---- walls --------------------------------------------------------------------------------------


def inside(code):
    """What a learner's code prints."""
    return printed(run(code)[0])


def test_the_learner_sees_a_read_only_system_and_one_folder(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    code = f"""
import os, pathlib
print(sorted(set(os.listdir('/')) - {{'bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'usr'}}))
print(os.getcwd(), os.listdir('.'), os.getuid(), os.getpid(), sorted(p for p in os.listdir('/proc') if p.isdigit()))
print(os.path.exists({str(secret)!r}), os.path.exists('/etc/shadow'), os.path.exists('/sys'))
for place in ('/usr/x', '/etc/x', '/x', os.__file__ + 'x', '/dev/x', '/proc/sys/kernel/hostname'):
    try:
        open(place, 'w')
        print('WROTE', place)
    except OSError:
        pass
open('mine', 'w').write('x'); open('/tmp/mine', 'w').write('x')
print(sorted(k for k in os.environ if 'TOKEN' in k or 'PASS' in k or 'ANUMAN' in k))
"""
    lines = inside(code).splitlines()
    assert "'tmp'" in lines[0] and "'home'" not in lines[0] and "'sys'" not in lines[0]
    assert lines[1] == "/tmp/submission [] 1000 1 ['1']"
    assert lines[2] == "False False False"
    assert lines[3:] == ["[]"]


def test_each_notebook_has_namespaces_of_its_own():
    kinds = ("user", "mnt", "pid", "net", "ipc", "uts")
    code = f"import os\nprint([os.readlink('/proc/self/ns/' + k) for k in {kinds!r}])"
    first, second = eval(inside(code)), eval(inside(code))
    ours = [os.readlink(f"/proc/self/ns/{kind}") for kind in kinds]
    assert not set(first) & set(ours)
    assert not set(second) & set(ours)


def test_no_rights_and_filtered_calls():
    code = """
import ctypes, os, socket
status = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines())
print([status[k].strip() for k in ('CapEff', 'CapPrm', 'CapInh', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp')])
libc = ctypes.CDLL(None, use_errno=True)
def errno(result): return ctypes.get_errno() if result < 0 else 'DONE'
print(errno(libc.unshare(0x10000000)), errno(libc.mount(b'x', b'/tmp', b'tmpfs', 0, None)),
      errno(libc.ptrace(0, 0, 0, 0)), errno(libc.syscall(435, 0, 0)), errno(libc.setuid(0)))
for family in (socket.AF_INET, socket.AF_INET6, 16, 40):
    try:
        socket.socket(family, socket.SOCK_STREAM); print('SOCKET', family)
    except OSError: pass
socket.socketpair()
"""
    lines = inside(code).splitlines()
    none = "0" * 16
    assert eval(lines[0])[:3] == [none] * 3 and eval(lines[0])[4:] == [none, "1", "2"]
    assert lines[1] in ("1 1 1 38 1", "1 1 1 38 22")  # 22: there is no user 0 in this namespace
    assert len(lines) == 2


def test_limits_of_memory_disk_files_and_processes():
    rules = dataclasses.replace(RULES, memory=512 << 20, disk=8 << 20, processes=20)
    code = """
def tried(what):
    try:
        what(); print('DONE')
    except (MemoryError, OSError, RuntimeError) as error:
        print(type(error).__name__)
import os, threading, time
tried(lambda: bytearray(1 << 30))
def fill():
    with open('big', 'wb') as file:
        for _ in range(20): file.write(bytes(1 << 20))
tried(fill)
os.remove('big')
tried(lambda: [open('/dev/null') for _ in range(2000)])
tried(lambda: [threading.Thread(target=time.sleep, args=(60,), daemon=True).start() for _ in range(200)])
"""
    outputs = run(code, "assert 1", rules=rules)
    assert printed(outputs[0]).split() == ["MemoryError", "OSError", "OSError", "RuntimeError"]
    assert error(outputs[1]) is None


@pytest.mark.parametrize(
    "holding",
    [
        "held = bytearray(b'x') * (150 << 20)",
        "held = mmap.mmap(-1, 150 << 20)\n"
        "        for at in range(0, 150 << 20, 4096): held[at] = 1",
    ],
)
def test_memory_of_all_processes_together_is_limited(holding):
    rules = dataclasses.replace(RULES, memory=300 << 20)
    code = f"""
import mmap, os, time
for _ in range(4):
    if os.fork() == 0:
        {holding}
        time.sleep(60)
time.sleep(30)
"""
    outputs = run(code, "assert 1", rules=rules)
    assert error(outputs[0]).startswith("DeadKernelError")  # not the time limit's error
    assert error(outputs[1]) is None


def test_nothing_that_the_code_started_survives():
    mark = f"anuman-survivor-{os.getpid()}"
    code = f"""
import subprocess, sys
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', {mark!r}], start_new_session=True)
print('started')
"""
    assert inside(code) == "started\n"
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and mark in command_of(pid)]


def command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read()
    except OSError:
        return ""


@pytest.mark.parametrize("machine", seccomp.AUDIT_ARCH)
def test_the_filter_is_whole_instructions(machine):
    code = seccomp.program(machine)
    assert len(code) % 8 == 0 and len(code) // 8 < 4096
    for at in range(0, len(code), 8):
        kind, if_true, if_false, _k = seccomp.struct.unpack_from("=HBBI", code, at)
        assert kind == seccomp.RETURN or at // 8 + 1 + max(if_true, if_false) < len(code) // 8
    assert kind == seccomp.RETURN


def test_a_failed_step_is_named():
    failed = namespaces.SandboxError("unshare user", 28)
    assert "unshare user" in str(failed) and "ENOSPC" in str(failed)


# ---- what learners may not import -----------------------------------------------------------------


def test_modules_that_are_the_task():
    code = """
import anuman.check
from anuman.check import check, examples
print(check('x', 1), '|')
for name in ('anuman.physics', 'anuman.physics.roofline', 'anuman.check.task'):
    try:
        __import__(name); print('IMPORTED', name)
    except ImportError as error:
        print(str(error).splitlines()[0])
import anuman, os
print(os.listdir(anuman.__path__[0] + '/physics'), os.listdir(anuman.__path__[0] + '/check'))
"""
    said = inside(code)
    assert "check() is your teacher's" in said and "None |" in said
    assert said.count("write this yourself: this is the task") == 3
    assert said.endswith("[] []\n")


# ---- without isolation ---------------------------------------------------------------------------


def test_unsafe_runs_still_keep_tests_apart_and_time():
    rules = dataclasses.replace(RULES, cell_s=1, isolate=False)
    source = "import numpy as np\nnp.allclose = lambda *a: True\ndef f(x): return x\ndef slow():\n    while True: pass"
    outputs = run(
        source,
        "import numpy as np\nassert np.allclose(f(1), 2)",
        "slow()",
        "assert f(2) == 2",
        rules=rules,
    )
    assert [error(one) and error(one).split(":")[0] for one in outputs[1:]] == [
        "AssertionError",
        "CellTimeoutError",
        None,
    ]
