"""What the installed Debian packages of this machine consist of, as ``dpkg`` tells it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_QUERY = "${Package}\\t${Status}\\t${Pre-Depends}, ${Depends}\\t${Provides}\\n"
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_LEFT_OUT = (
    "/usr/share/doc",
    "/usr/share/man",
    "/usr/share/locale",
    "/usr/share/lintian",
    "/usr/share/info",
    "/usr/share/bug",
    "/var",
    "/etc/init.d",
    "/etc/cron",
    "/lib/systemd",
    "/usr/lib/systemd",
)
# Packages that others only need to be installed or configured, which an image never is.
_NOT_AT_RUN_TIME = frozenset(
    ("debconf", "debconf-2.0", "dpkg", "install-info", "perl-base", "ucf", "usrmerge")
)
_THERE = ("installed", "triggers-awaited", "triggers-pending")  # what waits for a trigger is all there
_ALTERNATIVES = Path("/etc/alternatives")


def closure(wanted: Iterable[str]) -> list[str]:
    """Packages with all that they depend on, sorted; of alternatives the one that is installed.

    Raises:
        LookupError: one of those that are wanted is not installed.
    """
    depends, provides = _installed()
    found: set[str] = set()
    waiting = [_one_of([name], depends, provides) or name for name in wanted]
    missing = sorted(name for name in waiting if name not in depends)
    if missing:
        raise LookupError(f"not installed: {', '.join(missing)}")
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for choice in depends[name]:
            need = _one_of(choice, depends, provides)
            if need and need not in _NOT_AT_RUN_TIME:
                waiting.append(need)
    return sorted(found)


def files(packages: Iterable[str]) -> Iterator[Path]:
    """Files, folders and links of packages that are there, without manuals and what only an init needs."""
    said = subprocess.run(["dpkg-query", "-L", *packages], capture_output=True, text=True, check=True).stdout
    for line in dict.fromkeys(said.splitlines()):
        path = Path(line)
        if line.startswith("/") and line != "/." and not line.startswith(_LEFT_OUT) and _is_there(path):
            yield path


def alternatives() -> Iterator[Path]:
    """The links by which this machine's alternatives are called, and those that they lead to."""
    for path in sorted(_ALTERNATIVES.iterdir()):
        if path.is_symlink() and path.exists():
            yield path
    for folder in (Path("/usr/bin"), Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib/jvm")):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_symlink() and str(path.readlink()).startswith(f"{_ALTERNATIVES}/") and path.exists():
                yield path


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _installed() -> tuple[dict[str, list[list[str]]], dict[str, list[str]]]:
    """What each installed package depends on, as choices; and who provides a name that is no package's."""
    command = ["dpkg-query", "-W", f"-f={_QUERY}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    depends: dict[str, list[list[str]]] = {}
    provides: dict[str, list[str]] = {}
    for line in said.splitlines():
        name, status, needs, gives = line.split("\t")
        if status.split()[-1] not in _THERE:
            continue
        depends[name] = [_names(choice.split("|")) for choice in needs.split(",") if choice.strip()]
        for given in _names(gives.split(",")):
            provides.setdefault(given, []).append(name)
    return depends, provides


def _names(texts: Iterable[str]) -> list[str]:
    """Package names without versions and architectures."""
    found = (_NAME.match(text.strip()) for text in texts)
    return [match.group() for match in found if match]


def _one_of(
    choice: Iterable[str], depends: dict[str, list[list[str]]], provides: dict[str, list[str]]
) -> str | None:
    for name in choice:
        if name in depends:
            return name
        if name in provides:
            return provides[name][0]
    return None
