"""From the form for a task to the task: the policy's common fields as choices, or all of it as YAML."""

from __future__ import annotations

from api.cli.policy import judges
from api.page.forms import Faulty, Fields, spelt, value
from verifiers.domain import CodingTask, Policy
from verifiers.errors import InvalidInput
from verifiers.policy_file import read_policy, written

UPLOADS = ("tests.files", "files")
_CHOICES = ("block_severity", "incomplete", "allow_shared_judge")
_YAML = "policy_yaml"


def task_of(fields: Fields) -> CodingTask:
    """The task that a form asks for.

    Raises:
        Faulty: it asks for none.
    """
    plain = {name: text for name, text in fields.items() if not name.startswith("policy")}
    return value(CodingTask, plain, policy=policy_of(fields))


def policy_of(fields: Fields) -> Policy:
    """The policy that a form asks for.

    Raises:
        Faulty: it asks for none.
    """
    text = fields.get(_YAML, "").strip()
    if text:
        try:
            return read_policy(text, "policy", judges())
        except InvalidInput as error:
            raise Faulty([InvalidInput(_YAML, f"{error.field}: {error.message}", error.hint)]) from error
    chosen = value(Policy, {name: fields.get(f"policy.{name}", "") for name in _CHOICES[:2]})
    return chosen.model_copy(update={"allow_shared_judge": bool(fields.get("policy.allow_shared_judge"))})


def fields_of(task: CodingTask) -> dict[str, str]:
    """The fields of a form that asks for this task."""
    fields = {name: text for name, text in spelt(task).items() if not name.startswith("policy")}
    return fields | fields_of_policy(task.policy)


def fields_of_policy(policy: Policy) -> dict[str, str]:
    """The fields of a form that asks for this policy."""
    chosen = {name: getattr(policy, name) for name in _CHOICES}
    if Policy(**chosen) != policy:
        return {_YAML: written(policy)}
    return {f"policy.{name}": text for name, text in spelt(Policy(**chosen)).items() if name in _CHOICES}


def blank() -> dict[str, str]:
    """The fields of an empty form."""
    example = CodingTask(instruction="-")
    return {name: text for name, text in fields_of(example).items() if name != "instruction"}
