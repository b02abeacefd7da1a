"""``/v1/models``: what may be named as ``model``."""

from __future__ import annotations

import logging
from typing import Any, Literal

from fastapi import APIRouter
from starlette.exceptions import HTTPException

from api.auth import Reader
from api.deps import Services, ServicesDep
from api.openai.errors import RESPONSES, ErrorBody
from verifiers.domain import Value
from verifiers.errors import ToolError
from worker.chat_values import MODEL

router = APIRouter(
    prefix="/v1/models",
    tags=["openai"],
    responses={status: RESPONSES[status] for status in (400, 401, 403, 429)},
)

_NAME_S = 2.0
_LOG = logging.getLogger(__name__)
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "There is no such model."}
}


class Model(Value):
    """A model.

    Attributes:
        id: What to name.
        created: Seconds since the epoch; not known, and so 0.
        owned_by: ``acrisol`` for the verified loop, else whoever serves the model.
    """

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "acrisol"


class ModelList(Value):
    """All of them."""

    object: Literal["list"] = "list"
    data: tuple[Model, ...]


@router.get("", summary="List the models")
async def listing(given: ServicesDep, caller: Reader) -> ModelList:
    """The verified loop, and the model behind it, which only `/v1/completions` asks directly."""
    return ModelList(data=await _models(given))


@router.get("/{model_id:path}", summary="Get a model", responses=_NOT_FOUND)
async def get(model_id: str, given: ServicesDep, caller: Reader) -> Model:
    """One of them."""
    for model in await _models(given):
        if model.id == model_id:
            return model
    raise no_such_model(model_id)


def no_such_model(name: str) -> HTTPException:
    """The error for a name that no model has."""
    return HTTPException(404, f"There is no model {name[:200]!r} here: use {MODEL!r}; /v1/models lists all.")


async def _models(given: Services) -> tuple[Model, ...]:
    loop = Model(id=MODEL)
    if given.filler is None:
        return (loop,)
    try:
        name = await (await given.filler.get()).model_name(_NAME_S)
    except ToolError as error:  # the list is right without it, as long as the model cannot be had
        _LOG.warning("the model's name is not known: %s", error)
        return (loop,)
    return (loop, Model(id=name, owned_by="server"))
