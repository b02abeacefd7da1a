"""What ``acrisol batch`` asks of a server: files and batches, in OpenAI's shapes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2 as httpx
from pydantic import ValidationError

from api.openai.batches import BatchList, BatchObject
from verifiers.errors import AcrisolError, InvalidInput

_TIMEOUT_S = 60.0
_TEXT_CHARS = 500


class BatchClient:
    """A server's files and batches, for as long as the block runs.

    Args:
        server: Its address.
        key: The API key to send.
    """

    def __init__(self, server: str, key: str) -> None:
        self._server = server
        try:
            self._http = httpx.Client(
                base_url=server, headers={"Authorization": f"Bearer {key}"}, timeout=_TIMEOUT_S
            )
        except (httpx.InvalidURL, ValueError, UnicodeEncodeError) as error:
            raise InvalidInput("server", "or the API key cannot be sent.", "Check both.") from error

    def __enter__(self) -> BatchClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def submit(self, tasks: Path, endpoint: str) -> BatchObject:
        """Upload a file and make a batch of it.

        Raises:
            InvalidInput: the file cannot be read.
            AcrisolError: the server refuses it or does not answer.
        """
        try:
            with tasks.open("rb") as file:
                sent = self._json(
                    "POST", "/v1/files", files={"file": (tasks.name, file)}, data={"purpose": "batch"}
                )
        except OSError as error:
            raise InvalidInput("tasks", f"{tasks} cannot be read ({error.strerror}).") from error
        body = {"input_file_id": sent.get("id"), "endpoint": endpoint, "completion_window": "24h"}
        return self._batch("POST", "/v1/batches", json=body)

    def get(self, batch_id: str) -> BatchObject:
        """How far a batch has come."""
        return self._batch("GET", f"/v1/batches/{_segment(batch_id)}")

    def cancel(self, batch_id: str) -> BatchObject:
        """Cancel a batch."""
        return self._batch("POST", f"/v1/batches/{_segment(batch_id)}/cancel")

    def listing(self, limit: int) -> tuple[BatchObject, ...]:
        """The newest batches."""
        found = self._json("GET", "/v1/batches", params={"limit": limit})
        try:
            return BatchList.model_validate(found).data
        except ValidationError as error:
            raise self._strange() from error

    def content(self, file_id: str) -> Iterator[bytes]:
        """A file's content, piece by piece."""
        with (
            self._reached(),
            self._http.stream("GET", f"/v1/files/{_segment(file_id)}/content") as answer,
        ):
            if answer.is_error:
                answer.read()
                raise _refused(answer)
            yield from answer.iter_bytes()

    def _batch(self, method: str, path: str, **options: Any) -> BatchObject:
        try:
            return BatchObject.model_validate(self._json(method, path, **options))
        except ValidationError as error:
            raise self._strange() from error

    def _json(self, method: str, path: str, **options: Any) -> Any:
        with self._reached():
            answer = self._http.request(method, path, **options)
        if answer.is_error:
            raise _refused(answer)
        try:
            found = answer.json()
        except ValueError as error:
            raise self._strange() from error
        if not isinstance(found, dict):
            raise self._strange()
        return found

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            raise AcrisolError(
                f"The server at {self._server} does not answer ({type(error).__name__}).",
                "Check --server and that 'acrisol serve' runs there.",
            ) from error

    def _strange(self) -> AcrisolError:
        return AcrisolError(f"What answers at {self._server} is no Acrisol server.", "Check --server.")


def _refused(answer: httpx.Response) -> AcrisolError:
    try:
        said = str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        said = f"The server answered {answer.status_code}."
    return AcrisolError(said[:_TEXT_CHARS])


def _segment(name: str) -> str:
    if not name or not all(char.isalnum() or char in "-_" for char in name):
        raise InvalidInput("id", f"{name[:64]!r} is no id.", "acrisol batch list shows them.")
    return name
