"""What can go wrong with the server itself::

AcrisolError
`-- CannotListen     the address is taken, forbidden or not this machine's
"""

from __future__ import annotations

from verifiers.errors import AcrisolError


class CannotListen(AcrisolError):
    """The server cannot listen where it was told to."""
