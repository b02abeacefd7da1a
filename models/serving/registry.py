"""The registry of models and adapters: a JSON file, and the adapters' files beside it.

Every change is made under a lock and becomes visible at once or not at all, so that commands may run at the
same time and be killed at any moment. Adapters are copied in, each content to a folder of its own that is
never written again: what was looked over is what is served, and a server may keep by path what it computed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from models.select import EMBEDDED
from models.serving import files
from models.serving.adapters import CONFIG, WEIGHTS, check_fits, look_over
from models.serving.entries import Contents, Entry, FileDigest, Score
from models.training.hub import is_hub_name
from models.training.weights import checkpoint_of
from verifiers.errors import InvalidInput, ToolFailed

_FILE, _LOCK, _ADAPTERS = "registry.json", "registry.lock", "adapters"
EMBEDDED_LICENSE = "Apache-2.0"  # SmolLM2's
_MAX_BYTES = 64 * 2**20


class Registry:
    """The models and adapters of one installation. Safe to use from several processes.

    Args:
        folder: ``models`` in Acrisol's home; made at the first change.
        now: The time.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder = folder.expanduser().absolute()
        self.now = now

    def read(self) -> Contents:
        """All of it, as of now.

        Raises:
            ToolFailed: the file cannot be read, or is not a registry.
        """
        path = self.folder / _FILE
        try:
            with path.open("rb") as file:
                text = file.read(_MAX_BYTES + 1)
        except FileNotFoundError:
            return Contents()
        except OSError as error:
            raise ToolFailed(f"The registry {path} cannot be read ({error.strerror}).") from error
        try:
            return Contents.model_validate_json(text)
        except ValidationError as error:
            raise ToolFailed(
                f"{path} is not a registry of models, or of another version of Acrisol.",
                f"Move it away to begin anew; the adapters are in {self.folder / _ADAPTERS}.",
            ) from error

    def get(self, name: str) -> Entry:
        """The entry of a name.

        Raises:
            InvalidInput: there is none.
        """
        return found_in(self.read(), name)

    def add_model(self, model: str, name: str, license: str = "") -> Entry:
        """Register a base model: its files stay where they are, and their digests are kept.

        Args:
            model: A checkpoint folder; ``embedded`` or a GGUF file, of which a folder is made; or a name that
                the server fetches, such as ``org/model``.
            name: What it is to be called.
            license: SPDX expression.

        Raises:
            InvalidInput: it is no such folder or name, or the name is taken by another one.
            ModelMissing: there is no such GGUF file.
            ToolMissing: a GGUF file's folder is not made yet, and what makes it is not installed.
        """
        path, source = model, model
        if model == EMBEDDED or model.lower().endswith(".gguf"):
            path = checkpoint_of(model, self.folder)
            license = license or (EMBEDDED_LICENSE if model == EMBEDDED else "")
        digests: tuple[FileDigest, ...] = ()
        if os.path.isdir(os.path.expanduser(path)):
            folder = Path(path).expanduser().resolve()
            path, digests = str(folder), files.model_files(folder)
            source = model if model == EMBEDDED else _whole_path(model)
        elif not is_hub_name(model):
            raise InvalidInput("model", f"There is no folder {model[:200]!r}.", "Give a checkpoint folder.")
        entry = self._entry(name=name, kind="model", path=path, files=digests, license=license, source=source)
        return self._added(entry, license)

    def add_adapter(self, folder: Path, name: str, base: str, license: str = "", source: str = "") -> Entry:
        """Register an adapter: it is looked over and copied in.

        Args:
            folder: As PEFT saves it.
            name: What it is to be called.
            base: The name of its base model here.
            license: SPDX expression; the base model's where it is empty.
            source: Where it came from; ``folder`` if empty.

        Raises:
            InvalidInput: it is refused, there is no such base model, or the name is taken by another one.
        """
        on = self.get(base)
        if on.kind != "model":
            raise InvalidInput("base", f"{base} is an adapter itself.", f"Give its base model: {on.base}.")
        look_over(folder)  # before anything is copied
        with self._scratch() as scratch:
            digests = files.copied(folder.expanduser(), (CONFIG, WEIGHTS), scratch / "new", "adapter")
            adapter = look_over(scratch / "new")  # the copy: the folder may have changed meanwhile
            check_fits(adapter, base, on.path)
            entry = self._entry(
                name=name,
                kind="adapter",
                path="",
                files=digests,
                license=license or on.license,
                base=base,
                rank=adapter.rank,
                source=source or str(folder.expanduser().absolute()),
            )
            target = self.folder / _ADAPTERS / f"{name}-{entry.digest[:16]}"
            target.parent.mkdir(0o700, exist_ok=True)

            def move_in() -> None:
                # One that is there comes from a command that was killed before it was done.
                shutil.rmtree(target, ignore_errors=True)
                (scratch / "new").rename(target)

            return self._added(entry.model_copy(update={"path": str(target)}), license, move_in)

    def score(self, name: str, score: Score) -> Entry:
        """Keep what an entry was measured at.

        Raises:
            InvalidInput: there is no such entry.
        """

        def change(contents: Contents) -> Contents:
            return contents.replaced(found_in(contents, name).scored(score))

        return found_in(self.change(change), name)

    def remove(self, name: str) -> Entry:
        """Take an entry out; an adapter's copy is deleted, a model's files stay where they are.

        Raises:
            InvalidInput: there is none, it is live, or adapters stand on it.
        """
        found: list[Entry] = []

        def change(contents: Contents) -> Contents:
            entry = found_in(contents, name)
            found.append(entry)
            if entry.kind == "adapter" and contents.live(entry.base) == name:
                raise InvalidInput(
                    "name", f"{name} is live.", "Go back first: acrisol model rollback, or use another one."
                )
            above = [other.name for other in contents.adapters_of(name)]
            if above:
                raise InvalidInput(
                    "name", f"adapters stand on {name}: {', '.join(above[:5])}.", "Remove them first."
                )
            kept = tuple(other for other in contents.entries if other.name != name)
            return contents.model_copy(update={"entries": kept})

        self.change(change)
        gone = found[0]
        if gone.kind == "adapter" and Path(gone.path).parent == self.folder / _ADAPTERS:
            with self.exclusive() as contents:  # the same may have been added again meanwhile
                if all(entry.path != gone.path for entry in contents.entries):
                    shutil.rmtree(gone.path, ignore_errors=True)
        return gone

    @contextmanager
    def exclusive(self) -> Iterator[Contents]:
        """All of it, while nobody else changes it. Not to be nested.

        Raises:
            ToolFailed: it cannot be read, or its folder not be written.
        """
        try:
            self.folder.mkdir(0o700, parents=True, exist_ok=True)
            file = (self.folder / _LOCK).open("ab")
        except OSError as error:
            raise self._unwritable(error) from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go of when the file is closed, whatever ends this process
            yield self.read()

    def change(self, change: Callable[[Contents], Contents]) -> Contents:
        """Change it, while nobody else does; an exception out of ``change`` leaves it as it is.

        Raises:
            ToolFailed: it cannot be read or written.
        """
        with self.exclusive() as before:
            contents = change(before)
            path = self.folder / _FILE
            scratch = path.with_name(f"{_FILE}.{secrets.token_hex(4)}")
            try:
                descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(contents.model_dump_json(indent=1).encode() + b"\n")
                    file.flush()
                    os.fsync(descriptor)
                scratch.replace(path)
            except OSError as error:
                scratch.unlink(missing_ok=True)
                raise self._unwritable(error) from error
            return contents

    def _added(self, entry: Entry, license: str, first: Callable[[], None] = lambda: None) -> Entry:
        def change(contents: Contents) -> Contents:
            if entry.base:
                found_in(contents, entry.base)
            old = contents.find(entry.name)
            if old is None:
                first()
                return contents.model_copy(update={"entries": (*contents.entries, entry)})
            if _same(old, entry):
                return contents.replaced(old.model_copy(update={"license": license or old.license}))
            raise InvalidInput(
                "name",
                f"{entry.name} is already the name of another {old.kind}.",
                f"Choose another with --name, or remove that one: acrisol model remove {entry.name}.",
            )

        return found_in(self.change(change), entry.name)

    def _entry(self, **fields: object) -> Entry:
        try:
            return Entry.model_validate({**fields, "added": self.now()})
        except ValidationError as error:
            raise InvalidInput(
                "name",
                f"{str(fields['name'])[:80]!r} cannot be a name.",
                "Use at most 64 letters, digits, '.', '_' and '-', a letter or digit first; not 'live'.",
            ) from error

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """A folder beside the adapters', so that a copy can be renamed into its place."""
        scratch = self.folder / f"new-{secrets.token_hex(8)}"
        try:
            self.folder.mkdir(0o700, parents=True, exist_ok=True)
            scratch.mkdir(0o700)
            yield scratch
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _unwritable(self, error: OSError) -> ToolFailed:
        return ToolFailed(
            f"The registry of models in {self.folder} cannot be written ({error.strerror}).",
            "Set ACRISOL_HOME to a folder that can be written, or free some disk space.",
        )


def found_in(contents: Contents, name: str) -> Entry:
    """The entry of a name.

    Raises:
        InvalidInput: there is none.
    """
    entry = contents.find(name)
    if entry is None:
        raise InvalidInput(
            "name", f"There is no model or adapter called {name[:80]!r}.", "acrisol model list"
        )
    return entry


def added_from(model: Entry, place: str) -> bool:
    """Whether a base model was added from a path, as seen from the working folder, or by that name."""
    return bool({place, _whole_path(place)} & {model.path, model.source})


def _whole_path(path: str) -> str:
    return os.path.realpath(os.path.expanduser(path))


def _same(old: Entry, new: Entry) -> bool:
    """Whether adding ``new`` again says nothing new."""
    facts = ("kind", "base", "files")
    same = all(getattr(old, fact) == getattr(new, fact) for fact in facts)
    return same and (new.kind == "adapter" or old.path == new.path)
