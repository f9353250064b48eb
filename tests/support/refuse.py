"""Runs a command under a filter that refuses seccomp, as some containers do: refuse.py ERRNO COMMAND..."""

import ctypes
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
NUMBERS = {"x86_64": (317, 157), "aarch64": (277, 167)}  # seccomp, prctl
LOAD, EQUAL, END = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000


def refuse(error):
    """From now on, for this process and its children."""
    seccomp, prctl = NUMBERS[platform.machine()]
    code = [(LOAD, 0, 0, 0), (EQUAL, 3, 0, seccomp), (EQUAL, 0, 3, prctl),
            (LOAD, 0, 0, 16), (EQUAL, 0, 1, PR_SET_SECCOMP), (END, 0, 0, ERRNO | error),
            (END, 0, 0, ALLOW)]
    packed = b"".join(struct.pack("HBBI", *one) for one in code)
    filters = ctypes.create_string_buffer(packed, len(packed))
    program = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(code), ctypes.addressof(filters)))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert libc.prctl(PR_SET_SECCOMP, MODE_FILTER, program, 0, 0) == 0, ctypes.get_errno()


if __name__ == "__main__":
    refuse(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
