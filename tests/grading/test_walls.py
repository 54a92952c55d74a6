"""What the processes of a grading see and may do: nothing of the course, nothing that others can watch."""

import dataclasses
import errno
import os
import struct
import sys
from pathlib import Path

import pytest
from engine import RULES, answer, cell_of_test, error, graded, printed, run, submitted

from anuman.grading import worker
from anuman.grading.course import settings
from anuman.grading.course.errors import BadCourse
from anuman.grading.course.folder import Course
from anuman.grading.isolation import root, seccomp, system_calls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")


@pytest.fixture(scope="module", autouse=True)
def zygotes():
    yield
    worker.close()


# ---- system calls ----------------------------------------------------------------------------------


def verdict(machine, number, *arguments):
    """What the filter says of a call: its instructions, run here."""
    code = seccomp.program(machine)
    steps = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    six = [*arguments, *[0] * 6][:6]
    data = struct.pack("=iIQ6Q", number, seccomp.AUDIT_ARCH[machine], 0, *six)
    at = loaded = 0
    while True:
        kind, if_true, if_false, constant = steps[at]
        at += 1
        if kind == seccomp.RETURN:
            return constant
        if kind == seccomp.LOAD:
            (loaded,) = struct.unpack_from("=I", data, constant)
            continue
        holds = {
            seccomp.EQUAL: loaded == constant,
            seccomp.AT_LEAST: loaded >= constant,
            seccomp.ABOVE: loaded > constant,
            seccomp.ANY_BIT: bool(loaded & constant),
        }[kind]
        at += if_true if holds else if_false


@pytest.mark.parametrize("machine", seccomp.AUDIT_ARCH)
def test_only_listed_system_calls_pass(machine):
    column = list(seccomp.AUDIT_ARCH).index(machine)
    of_arguments = ("CLONE", "SOCKET", "SETSOCKOPT", "FLOCK", "FCNTL", "MADVISE", "PREADV2")
    looked_at = {getattr(seccomp, name)[machine] for name in of_arguments} | {seccomp.CLONE3}
    listed = set(system_calls.allowed(column))
    assert looked_at - {seccomp.CLONE3} <= listed
    for number in set(range(1000)) - looked_at:
        unknown = errno.ENOSYS if number > system_calls.NEWEST else errno.EPERM
        wanted = seccomp.ALLOW if number in listed else seccomp.fails(unknown)
        assert verdict(machine, number) == wanted, number
    sigchld, new_user = 17, 0x10000000
    assert verdict(machine, seccomp.CLONE[machine], sigchld) == seccomp.ALLOW
    assert verdict(machine, seccomp.CLONE[machine], sigchld | new_user) == seccomp.fails(
        errno.EPERM
    )
    assert verdict(machine, seccomp.SOCKET[machine], 1) == seccomp.ALLOW
    assert verdict(machine, seccomp.SOCKET[machine], 2) == seccomp.fails(errno.EACCES)
    assert verdict(machine, seccomp.SETSOCKOPT[machine], 3, 1, 7) == seccomp.fails(errno.EPERM)
    assert verdict(machine, seccomp.SETSOCKOPT[machine], 3, 1, 20) == seccomp.ALLOW
    assert verdict(machine, seccomp.SETSOCKOPT[machine], 3, 6, 7) == seccomp.ALLOW
    page_out, no_wait = 21, 8
    assert verdict(machine, seccomp.MADVISE[machine], 0, 9, 4) == seccomp.ALLOW
    assert verdict(machine, seccomp.MADVISE[machine], 0, 9, page_out) == seccomp.fails(errno.EINVAL)
    assert verdict(machine, seccomp.PREADV2[machine]) == seccomp.ALLOW
    assert verdict(machine, seccomp.PREADV2[machine], 3, 0, 1, 0, 0, no_wait) == seccomp.fails(
        errno.EOPNOTSUPP
    )


# ---- messages between learners ----------------------------------------------------------------------

WATCHING = """
import ctypes, fcntl, os, struct
held = open(os.__file__)
fcntl.flock(held, fcntl.LOCK_EX)
null = open("/dev/null", "r+")
fcntl.lockf(null, fcntl.LOCK_EX | fcntl.LOCK_NB)
ours, theirs = os.pipe()
if os.fork() == 0:
    try:
        fcntl.flock(open(os.__file__), fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.lockf(open("/dev/null", "r+"), fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(theirs, b"nothing is locked")
    finally:
        os._exit(0)
os.close(theirs)
print(os.read(ours, 100))
question = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
for ask in (
    lambda: fcntl.fcntl(held, fcntl.F_GETLK, question),
    lambda: fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    lambda: fcntl.fcntl(os.open("/usr", os.O_RDONLY), fcntl.F_NOTIFY, 1),
    lambda: fcntl.fcntl(held, 1036, struct.pack("Q", 3)),  # F_SET_RW_HINT, which the file keeps
    lambda: os.utime("/dev/null"),
    lambda: os.utime(os.__file__),
    lambda: os.chmod("/dev/null", 0o666),
    lambda: os.link(os.__file__, "mine.py"),
    lambda: os.preadv(held.fileno(), [bytearray(9)], 0, os.RWF_NOWAIT),
):
    try:
        print("LEARNT", ask())
    except OSError as error:
        print(error.errno)
null.write("still takes what is written")
null.flush()
print(ctypes.CDLL(None).inotify_init(), ctypes.CDLL(None).sysinfo(bytes(200)), [n for n in ("loadavg", "stat", "meminfo", "locks") if os.path.exists(f"/proc/{n}")])
print(divmod(os.fstat(0).st_rdev, 256))
"""


def test_files_that_all_learners_see_carry_no_message():
    lines = printed(run(WATCHING, "1")[0]).splitlines()
    invalid, read_only = str(errno.EINVAL), str(errno.EROFS)
    refused = [*[invalid] * 4, *[read_only] * 3, str(errno.EXDEV), str(errno.EOPNOTSUPP)]
    assert lines == ["b'nothing is locked'", *refused, "-1 -1 []", "(1, 3)"]


def test_locks_of_a_database_of_ones_own_are_no_hindrance():
    source = """
import sqlite3
book = sqlite3.connect("mine.db")
book.execute("CREATE TABLE t (x)")
book.execute("INSERT INTO t VALUES (3)")
book.commit()
print(list(sqlite3.connect("mine.db").execute("SELECT x FROM t")))
"""
    assert printed(run(source, "1")[0]) == "[(3,)]\n"


# ---- what is shown ---------------------------------------------------------------------------------


def test_what_is_secret_is_covered_in_every_folder_that_shows_it(tmp_path):
    python, course = tmp_path / "python", tmp_path / "python" / "lib" / "course"
    course.mkdir(parents=True)
    (tmp_path / "alias").symlink_to(python)
    shown = [str(python), str(tmp_path / "alias"), "/usr/share"]
    found = root.covered(shown, [str(course), str(tmp_path), str(tmp_path / "elsewhere")])
    assert found == [str(course), str(tmp_path / "alias" / "lib" / "course")]
    with pytest.raises(root.Visible):
        root.covered(shown, [str(tmp_path / "alias")])
    assert root.covered([], ["/usr/local/share/nbgrader"]) == ["/usr/local/share/nbgrader"]


def secret_folder():
    """A folder in this Python that is not needed, and a file."""
    import numpy

    return Path(numpy.__file__).parent / "doc", Path(sys.prefix) / "pyvenv.cfg"


def test_a_secret_folder_within_python_is_empty_and_python_is_whole():
    numpy_doc, config = secret_folder()
    closed = dataclasses.replace(RULES, hidden=(str(numpy_doc.parent / "tests"), str(config)))
    source = f"""
import os, numpy
print(os.listdir({str(numpy_doc.parent / "tests")!r}), open({str(config)!r}).read())
"""
    (of_answer, of_test) = run(source, source + "print(numpy.sqrt(4))", rules=closed)
    assert printed(of_answer) == "[] \n"
    assert printed(of_test) == "[] \n2.0\n"


def test_a_secret_that_python_itself_needs_is_not_graded_with():
    closed = dataclasses.replace(RULES, hidden=(sys.prefix,))
    outcome = graded([answer(), cell_of_test("1", "t")], submitted(("answer", "x = 1")), closed)
    assert "learners' code needs the folder" in outcome.problem


def test_the_process_of_the_tests_has_walls_of_its_own():
    test = """
import os, socket
for family in (socket.AF_INET, socket.AF_INET6):
    try:
        socket.socket(family)
        print("REACHED")
    except PermissionError:
        pass
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(os.listdir(), status["CapEff"].strip(), status["NoNewPrivs"].strip(), status["Seccomp"].strip())
open("own", "w").write("may be written")
assert os.environ["HOME"] == os.getcwd() and not os.path.exists("/home")
"""
    (_answer, outputs) = run("x = 1", test)
    assert error(outputs) is None
    assert printed(outputs) == f"[] {0:016x} 1 2\n"


@pytest.mark.parametrize(
    "what", ["course", "course/submitted", "exchange", "exchange/inbound", "."]
)
def test_data_that_would_show_what_is_secret_are_refused(tmp_path, what):
    for folder in ("course/submitted", "exchange/inbound", "data"):
        (tmp_path / folder).mkdir(parents=True)
    config = tmp_path / "course" / "nbgrader_config.py"
    config.write_text(
        f"c = get_config()\nc.Exchange.root = {str(tmp_path / 'exchange')!r}\n"
        f"c.GradeSettings.shown = [{str(tmp_path / 'data')!r}, {str(tmp_path / what)!r}]\n"
    )
    with pytest.raises(BadCourse, match="would show learners' code"):
        settings.rules(Course(config.parent).place, (), isolate=True)


def test_secret_are_course_steps_exchange_gradebook_and_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.Exchange.root = '/srv/exchange'\n"
        "c.CourseDirectory.submitted_directory = '/srv/handed-in'\n"
        "c.CourseDirectory.db_url = 'sqlite:////srv/books/gradebook.db'\n"
    )
    hidden = settings.rules(Course(tmp_path).place, (), isolate=True).hidden
    wanted = ("/srv/exchange", "/srv/handed-in", "/srv/books/gradebook.db")
    assert {str(tmp_path), str(tmp_path / "home"), *wanted} <= set(hidden)


def test_folders_of_modules_may_be_named_from_where_the_command_was_started(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.setattr(settings, "STARTED_IN", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["mine", "", "nowhere", sys.prefix]))
    found = settings.rules(Course(tmp_path).place, (), isolate=True).python_path
    assert found == (str(tmp_path / "mine"), sys.prefix)


def test_memory_that_may_wait_in_sockets_counts():
    source = """
import os, socket, time
for _ in range(20):
    if os.fork() == 0:
        kept = [socket.socketpair() for _ in range(100)]  # in each a fifth of a megabyte may wait
        time.sleep(20)
        os._exit(0)
time.sleep(20)
print("KEPT")
"""
    (of_answer, _test) = run(source, "1", rules=dataclasses.replace(RULES, memory=700 << 20))
    assert "KEPT" not in printed(of_answer)
    assert error(of_answer).startswith("DeadKernelError")
