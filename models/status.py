"""Whether a model answers, for a person who asks."""

from __future__ import annotations

from models.chat import ChatModel
from models.embedded import EmbeddedModel
from models.local_checkpoint import LocalCheckpointModel
from models.openai_compatible import OpenAICompatibleModel


def model_status(model: ChatModel, timeout_s: float) -> str:
    """Reach the model, starting its server if it is one of ours.

    Args:
        model: The model.
        timeout_s: Wall-clock seconds to wait for it.

    Returns:
        Its name and where it is.

    Raises:
        ModelUnavailable: it cannot be reached or started.
    """
    if isinstance(model, EmbeddedModel | LocalCheckpointModel):
        model.start(timeout_s)
    elif isinstance(model, OpenAICompatibleModel):
        listed = model.list_models(timeout_s)
        return f"{', '.join(listed) or 'no model is listed'} at {model.endpoint}"
    return f"{model.name} at {model.endpoint}"
