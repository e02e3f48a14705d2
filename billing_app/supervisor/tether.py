"""Run as a script: tie this process to its parent, then become the command given. Linux; elsewhere it only becomes it.

However the supervisor ends, even killed, its children are asked to end too. Between `fork` and `exec` this could not be
done safely, because the supervisor has threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def become(parent: int, command: list[str]) -> None:
    """Never returns: this process is the command from here on."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)  # it ended before we were tied to it
    os.execv(command[0], command)  # noqa: S606 - the supervisor's own command line


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
