"""A process that has read in all that children need, and forks one whenever it is told.

Its standard input is the socket that it is told by: an order is the child's limits, and with it
comes the child's own line. It answers with the child's number, never opens a file of anybody, and
ends with its input.
"""

from __future__ import annotations

import gc
import os
import signal
import socket

from requests_app.imaging import child


def main() -> None:
    """Fork until nobody is there to tell."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    gc.freeze()  # what is there by now is shared by all, and stays
    with socket.socket(fileno=0) as door:
        while True:
            order, lines, _, _ = socket.recv_fds(door, 64, 1)
            if not order:
                return
            pid = os.fork()
            if pid == 0:
                _become(order, lines[0])
            os.close(lines[0])
            door.send(str(pid).encode())


def _become(order: bytes, line: int) -> None:
    """Be a child: hear and speak on its line only, and know nothing of the door."""
    os.dup2(line, 0)
    os.dup2(line, 1)
    os.close(line)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    memory, seconds = map(int, order.split())
    child.main(memory, seconds)
    os._exit(0)


if __name__ == "__main__":
    main()
