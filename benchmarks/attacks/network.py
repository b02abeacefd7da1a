"""Attacks that reach for a network or for a socket of the host's."""

from __future__ import annotations

from benchmarks.attacks.attack import Attack

_TO = """
import socket
def talk(family, address, kind=socket.SOCK_STREAM):
    try:
        with socket.socket(family, kind) as channel:
            channel.settimeout(1)
            channel.connect(address)
            if kind == socket.SOCK_DGRAM: channel.send(b"x"); print("GOT out to", address)
            else: os.write(1, b"GOT connected " + channel.recv(200))
    except OSError: pass
"""


def _opens(family: int, kind: int, protocol: int = 0) -> str:
    return f"""
import socket
try: socket.socket({family}, {kind}, {protocol}); print("GOT a socket")
except OSError: pass
"""


NETWORK = (
    Attack("the host's loopback", _TO + "\ntalk(socket.AF_INET, ('127.0.0.1', BAIT['port']))"),
    Attack(
        "the host's loopback by other names",
        _TO
        + """
for name in ("0.0.0.0", "127.1.2.3", "localhost"): talk(socket.AF_INET, (name, BAIT["port"]))
""",
    ),
    Attack(
        "link-local network and metadata services",
        _TO
        + """
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM): talk(socket.AF_INET, ("169.254.169.254", 80), kind)
talk(socket.AF_INET6, ("fe80::1", 80, 0, 1))
""",
        unproven="such a service may not be there",
    ),
    Attack(
        "the network",
        _TO
        + """
for address in ("192.0.2.1", "10.0.0.1", "172.17.0.1"): talk(socket.AF_INET, (address, 9), socket.SOCK_DGRAM)
""",
        unproven="this machine may have none itself",
    ),
    Attack(
        "DNS",
        """
        import socket
        try: print("GOT", socket.getaddrinfo("example.org", 80))
        except OSError: pass
        for server in ("127.0.0.53", "127.0.0.11", "192.0.2.53"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
                channel.settimeout(0.5)
                try:
                    channel.connect((server, 53))
                    channel.send(b"\\0" * 2 + b"\\1\\0\\0\\1" + b"\\0" * 6 + b"\\1a\\0\\0\\1\\0\\1")
                    if channel.recv(512): print("GOT an answer of", server)
                except OSError: pass
        """,
        unproven="this machine may have no name server",
    ),
    Attack("the engine's socket", _TO + "\ntalk(socket.AF_UNIX, BAIT['engine'])"),
    Attack(
        "the engine's socket at its usual places",
        """
        for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"):
            if os.path.exists(path): print("GOT", path)
        for folder, _, names in os.walk("/run"):
            for name in names:
                if name.endswith(".sock"): print("GOT", folder, name)
        """,
        unproven="an engine may not be there",
    ),
    Attack("an abstract socket of the host's", _TO + "\ntalk(socket.AF_UNIX, BAIT['abstract'])"),
    Attack("AF_VSOCK", _opens(40, 1)),
    Attack("AF_NETLINK", _opens(16, 3), is_granted_by_gvisor=True),
    Attack("AF_PACKET", _opens(17, 3)),
    Attack("AF_ALG", _opens(38, 5), unproven="the kernel may have it as a module that is not there"),
    Attack("raw IP", _opens(2, 3, 1)),
    Attack(
        "network devices",
        """
        for line in open("/proc/net/dev").read().splitlines()[2:]:
            name = line.split(":")[0].strip()
            if name != "lo": print("GOT", name)
        """,
        unproven="this machine may have none",
    ),
)
