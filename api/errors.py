"""What can go wrong with the server itself::

AcrisolError
|-- CannotListen     the address is taken, forbidden or not this machine's
|-- KeyNotKept       the first API key cannot be written where it would be found
`-- NoKey            a command has no API key to send
"""

from __future__ import annotations

from verifiers.errors import AcrisolError


class CannotListen(AcrisolError):
    """The server cannot listen where it was told to."""


class KeyNotKept(AcrisolError):
    """The first API key cannot be written to its file."""


class NoKey(AcrisolError):
    """A command that talks to a server has no API key."""
