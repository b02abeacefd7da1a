"""Accepted code as a zip file that is safe to unpack, on any system."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

from verifiers.domain import SourceFile

_SEPARATORS = re.compile(r"[\\/]+")
_UNFIT = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')  # Windows: drives, streams, wildcards
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip file can hold
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16


def zip_of(files: Sequence[SourceFile], folder: str) -> bytes:
    """The files as a zip file; the same bytes for the same files.

    Names come from a model. Whatever they are, everything lies in one folder, so that unpacking neither
    leaves it nor puts a ``.git`` or an ``.envrc`` where somebody already is; all are plain files.

    Args:
        files: The code.
        folder: Where it lies in the archive; ours.
    """
    made = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files, key=lambda file: file.path):
            name = _name(file.path)
            while name.lower() in taken:  # one file for two names on a system that does not tell them apart
                name += "_"
            taken.add(name.lower())
            entry = zipfile.ZipInfo(f"{folder}/{name}", _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.content.encode("utf-8", "replace"))
    return made.getvalue()


def _name(path: str) -> str:
    parts = [_UNFIT.sub("_", part).rstrip(". ") for part in _SEPARATORS.split(path)]
    return "/".join(f"_{part}" if _DEVICE.fullmatch(part) else part for part in parts if part) or "_"
