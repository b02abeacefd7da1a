"""What the candidate's side says about its classes, checked before anything is built of it."""

from __future__ import annotations

import builtins
from typing import Any

from .codec import CodecError
from .kinds import BUILTIN_TYPES


class ClassDescription:
    """What the candidate's side says about one of its classes, checked for types.

    Raises:
        CodecError: it is malformed.
    """

    def __init__(self, tree: Any) -> None:
        if type(tree) is not list or len(tree) != 9:
            raise CodecError("a malformed class")
        texts, self.bases, lists = tree[:4], tree[4], tree[5:9]
        if not all(type(text) is str for text in texts) or type(self.bases) is not list:
            raise CodecError("a malformed class")
        for names in lists:
            if type(names) is not list or not all(type(name) is str for name in names):
                raise CodecError("a malformed class")
        self.name, self.qualname, self.module, self.doc = texts
        self.carried, self.meta, self.fields, self.abstract_bases = (frozenset(names) for names in lists)
        self.ordered_fields: list[str] = lists[2]


def builtin_class(name: Any) -> type:
    """The builtin value type or exception of that name.

    Raises:
        CodecError: there is none that may cross.
    """
    found = BUILTIN_TYPES.get(name) or getattr(builtins, str(name), None)
    if not isinstance(found, type):
        raise CodecError("an unknown builtin class")
    return found
