"""Models on the page: what requests may name, and how."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth import Reader
from api.deps import ServicesDep
from api.openai import models as resource
from api.page.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/models")
async def listing(request: Request, given: ServicesDep, caller: Reader) -> Response:
    """The same models as at ``/v1/models``."""
    found = await resource.listing(given, caller)
    return page(request, "models", caller, section="Models", shown=found.data, base=str(request.base_url))
