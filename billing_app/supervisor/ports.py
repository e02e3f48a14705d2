"""Ports: whether one can be had, and what to say when not."""

import socket

from billing_app.errors import Conflict, InvalidInput, Unavailable

LOOPBACK = "127.0.0.1"
_TRIED = 50


def is_free(port: int, host: str) -> bool:
    """Whether a server could listen there now."""
    for address in sorted({host, LOOPBACK}):
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def must_be_free(port: int, host: str, *, variable: str, option: str) -> None:
    """Refuse a port that cannot be had.

    Args:
        variable: how `make run` takes another one.
        option: how the command line takes another one.

    Raises:
        InvalidInput: there is no such port.
        Conflict: it is taken, or may not be used; says how to choose another.
    """
    if not 1 <= port <= 65535:
        raise InvalidInput(f"There is no port {port}: choose one from 1 to 65535.")
    if not is_free(port, host):
        other = port + 10 if port + 10 <= 65535 else port - 10
        raise Conflict(
            f"Port {port} cannot be used: another program has it, or this user may not. End that program, or choose "
            f"another port: 'make run {variable}={other}', or 'python -m billing_app run {option} {other}'."
        )


def first_free(first: int) -> int:
    """The first loopback port at or after `first` that is free.

    Raises:
        Unavailable: the next fifty are all taken.
    """
    for port in range(first, min(first + _TRIED, 65536)):
        if is_free(port, LOOPBACK):
            return port
    raise Unavailable(f"None of the {_TRIED} ports from {first} on is free. End some programs, or choose another port.")
