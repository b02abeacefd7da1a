"""Callers who change what is there already and are answered with what it holds: they need to read it, too."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.exceptions import HTTPException

from api.auth import Submitter
from worker.access import Caller, Scope


def _editor(caller: Submitter) -> Caller:
    if not caller.may(Scope.READ):
        raise HTTPException(
            403,
            "This key may not do that: the answer shows what is stored, and the key lacks the scope 'read'. "
            "Use one that has both; 'acrisol keys create NAME --scope read --scope submit' makes one.",
        )
    return caller


Editor = Annotated[Caller, Depends(_editor)]
