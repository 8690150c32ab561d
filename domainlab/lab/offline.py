"""A kernel without network: what runs in it cannot depend on one by accident.

`block_network` makes Python refuse, at once and for good, every connection and every name look-up that would
leave the machine: an audit hook (PEP 578) cannot be taken out again. The kernel called "offline"
(kernels/offline/kernel.json) starts this file, which blocks first and then becomes an ordinary IPython
kernel; the course runner and the tests use it. Not seen: compiled code that opens sockets by itself
(HF_HUB_OFFLINE=1, which the kernel also sets, keeps the hub's client quiet), and processes that a notebook
starts.
"""

import ipaddress
import socket
import sys
from pathlib import Path

from ipykernel.kernelapp import launch_new_instance

from domainlab.errors import DomainlabError

KERNEL_NAME = "offline"
JUPYTER_FOLDER = Path(__file__).parent  # JUPYTER_PATH=this makes the kernel known to every Jupyter program
REACHING_OUT = ("socket.connect", "socket.sendto", "socket.sendmsg")
LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname")


class NetworkBlockedError(DomainlabError, ConnectionError):
    """Code tried to leave the machine; to a library it looks like any connection that failed."""


def block_network() -> None:
    """Refuse every connection that is not to this machine, from now until the process ends."""
    sys.addaudithook(refuse_remote)


def refuse_remote(event: str, args: tuple) -> None:
    """The audit hook: look at every connection, datagram and name look-up before it happens.

    Raises:
        NetworkBlockedError: it would leave this machine.
    """
    if event in REACHING_OUT and args[0].family in (socket.AF_INET, socket.AF_INET6) and args[1] is not None:
        if not is_loopback(as_text(args[1][0])):
            raise NetworkBlockedError(f"the network is blocked here; something tried to reach {args[1]}")
    elif event in LOOKING_UP and not is_known_here(as_text(args[0])):
        raise NetworkBlockedError(f"the network is blocked here; something looked up {as_text(args[0])!r}")


def as_text(host: str | bytes | bytearray | None) -> str:
    """The host as the socket module accepts it, as text; None, which means any, as the empty string."""
    return host if isinstance(host, str) else bytes(host or b"").decode()


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine talking to itself.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("192.0.2.1")
    (True, True, True, False)
    """
    return ipaddress.ip_address(host).is_loopback if is_number(host) else host in ("", "localhost")


def is_known_here(host: str) -> bool:
    """Whether looking up `host` asks no name server: a number, nothing, or this machine's own name."""
    return is_number(host) or host in ("", "localhost", socket.gethostname())


def is_number(host: str) -> bool:
    """Whether `host` is an IP address in digits."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    block_network()
    launch_new_instance()
