"""With which keys this server's webhook secrets are sealed, and sealing those that are not."""

from __future__ import annotations

import logging

from verifiers.errors import ToolFailed
from worker.settings import WorkerSettings
from worker.store.database import Database
from worker.store.webhooks import endpoints
from worker.store.webhooks.sealing import Seal

_LOG = logging.getLogger(__name__)


def open_seal(settings: WorkerSettings) -> Seal:
    """The keys of these settings.

    Raises:
        InvalidInput: a key is too short.
        ToolFailed: the file with them can be neither read nor made.
    """
    named = settings.webhook_key.get_secret_value().split() if settings.webhook_key else []
    if named:
        return Seal(named)
    if not settings.database.startswith("sqlite"):
        # Other machines could not open what this one's own file seals, nor this one after losing its disk.
        return Seal()
    path = settings.home.expanduser() / "webhook-key"
    try:
        return Seal.from_file(path)
    except OSError as error:
        raise ToolFailed(
            f"The key for webhook secrets cannot be used: {error.strerror}: {path}.",
            "Mend its permissions, or set ACRISOL_WEBHOOK_KEY.",
        ) from error


def seal_webhooks(database: Database) -> None:
    """Seal what was stored before there was a key, or with an older one; what cannot be opened is logged.

    Raises:
        StoreUnavailable: not everything was sealed.
    """
    broken = endpoints.seal_all(database)
    if broken:
        _LOG.error(
            "The secrets of %d webhooks were sealed with a key that is not here, so they are told nothing. "
            "Put the key back (webhook-key or ACRISOL_WEBHOOK_KEY), or rotate their secrets.",
            broken,
        )
