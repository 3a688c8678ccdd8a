"""Runs a command on a pseudo terminal: standard input is what is typed, standard output what the screen is sent.

The end of standard input hangs the line up. The exit code is the command's, negative for a signal.
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios

pid, line = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
while True:
    ready, _, _ = select.select([0, line], [], [])
    if 0 in ready:
        typed = os.read(0, 4096)
        if not typed:
            os.close(line)
            break
        os.write(line, typed)
    if line in ready:
        try:
            shown = os.read(line, 4096)
        except OSError:  # the command has ended, and its terminal with it
            break
        os.write(1, shown)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
