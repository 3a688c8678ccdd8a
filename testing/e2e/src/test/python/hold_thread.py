"""Stops one thread of a process, by its name, until the process ends: hold_thread.py PID NAME.

SIGSTOP stops whole processes; a tracer's attach stops a single thread. Prints "held TID", then waits. Exit code 3: tracing
is not permitted here (ptrace_scope, seccomp); the reason is printed.
"""

import ctypes
import os
import pathlib
import sys

PTRACE_ATTACH = 16
WALL = 0x40000000  # __WALL of wait(2): also children that are threads

pid, name = int(sys.argv[1]), sys.argv[2]
tasks = pathlib.Path(f"/proc/{pid}/task")
found = [int(task.name) for task in tasks.iterdir() if (task / "comm").read_text().strip() == name]
if not found:
    sys.exit(f"no thread of process {pid} is named {name}")
tid = min(found)  # threads that a native library starts from it inherit the name; it is the oldest

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
if libc.ptrace(PTRACE_ATTACH, tid, None, None) != 0:
    print("not permitted:", os.strerror(ctypes.get_errno()), flush=True)
    sys.exit(3)
_, status = os.waitpid(tid, WALL)
if not os.WIFSTOPPED(status):
    sys.exit(f"thread {tid} ended instead of stopping")
print("held", tid, flush=True)

# A killed thread stays a zombie, and its process with it, until its tracer has seen the end.
while not (os.WIFEXITED(status) or os.WIFSIGNALED(status)):
    _, status = os.waitpid(tid, WALL)
