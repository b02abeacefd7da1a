"""Everything that lies in a folder, hidden files and links too, told without opening or following any."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from verifiers.errors import InvalidInput
from verifiers.values import Value


class Entry(Value):
    """What is no folder.

    Attributes:
        name: Its path below the folder, with slashes.
        path: Where it lies.
        is_file: It is a file of its own: no link, pipe, socket or device.
        is_link: It is a link, wherever it leads.
    """

    name: str
    path: Path
    is_file: bool
    is_link: bool

    @property
    def what(self) -> str:
        """What it is, for messages."""
        return "a file" if self.is_file else "a link" if self.is_link else "neither a file nor a folder"


def entries(
    folder: Path, field: str, passed_over: Callable[[Path], bool] = lambda folder: False
) -> Iterator[Entry]:
    """All that is below a folder, in the order of the names.

    Args:
        folder: Where to begin.
        field: What the folder was given as, for errors.
        passed_over: Whether a folder below it is left alone, with all that is in it.

    Raises:
        InvalidInput: a folder cannot be read.
    """

    def refuse(error: OSError) -> NoReturn:
        raise InvalidInput(
            field, f"{error.filename} cannot be read ({error.strerror}).", "Check it."
        ) from error

    for where, folders, files in os.walk(folder, onerror=refuse):
        here = Path(where)
        folders.sort()
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [name for name in folders if name not in links and not passed_over(here / name)]
        for name in sorted((*files, *links)):
            path = here / name
            try:
                mode = path.lstat().st_mode
            except OSError as error:
                refuse(error)
            yield Entry(
                name=path.relative_to(folder).as_posix(),
                path=path,
                is_file=stat.S_ISREG(mode),
                is_link=stat.S_ISLNK(mode),
            )


def listed(names: list[str], most: int = 5) -> str:
    """Names for a person: the first ones, and how many more there are; none can steer a terminal."""
    shown = [name if name.isprintable() else ascii(name) for name in names[:most]]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
