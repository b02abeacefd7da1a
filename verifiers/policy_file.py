"""A policy as a YAML file: read with every fault named, and written."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Hashable, Mapping
from datetime import date
from typing import Any

import yaml
from pydantic import ValidationError

from verifiers.domain import Language, Policy
from verifiers.errors import InvalidInput
from verifiers.policy import misnamed

_MAX_BYTES = 1_000_000
_MAX_DEPTH = 20
_HEAD = "# What a candidate must be to be accepted. Check with: acrisol policy check FILE\n"


class _Loader(yaml.SafeLoader):
    """Plain values only: a key that comes twice and an alias are faults, and dates stay text."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise self._refused("aliases are not allowed here")
        self.depth = getattr(self, "depth", 0) + 1
        if self.depth > _MAX_DEPTH:
            raise self._refused("it is nested too deeply")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refused(self, why: str) -> yaml.MarkedYAMLError:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        return yaml.constructor.ConstructorError(None, None, why, mark)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"'{key.value}' is there twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


# YAML 1.1 would make dates of dates: the policy reads them itself, and says what is wrong with one.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_policy(text: str, name: str, known: Mapping[str, Collection[Language]]) -> Policy:
    """The policy in a YAML text.

    Args:
        text: The file's content.
        name: What the file is called, for errors.
        known: All verifiers by name, with the languages that they judge.

    Raises:
        InvalidInput: it is none; of several faults the first.
    """
    faults = faults_of(text, name, known)
    if faults:
        raise faults[0]
    return Policy.model_validate(_loaded(text, name))


def faults_of(
    text: str, name: str, known: Mapping[str, Collection[Language]], today: date | None = None
) -> tuple[InvalidInput, ...]:
    """All that is wrong with a policy's text; with ``today`` also suppressions that have expired.

    The other arguments are those of :func:`read_policy`.
    """
    try:
        policy = Policy.model_validate(_loaded(text, name))
    except InvalidInput as error:
        return (error,)
    except ValidationError as error:
        return tuple(_fault(item, name) for item in error.errors(include_url=False))
    faults = [_unknown(field, wrong, name, known) for field, wrong in misnamed(policy, known)]
    faults += _elsewhere(policy, name, known)
    if today is not None:
        faults += [
            InvalidInput(
                f"{name}: suppressions.{place}",
                f"expired on {item.expires} and does not count any more.",
                "Remove it, or look at the finding again and set a later date.",
            )
            for place, item in enumerate(policy.suppressions)
            if item.has_expired(today)
        ]
    return tuple(faults)


def written(policy: Policy) -> str:
    """A policy as YAML that :func:`read_policy` reads."""
    return _HEAD + yaml.safe_dump(policy.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _loaded(text: str, name: str) -> dict[str, Any]:
    if len(text.encode("utf-8", "replace")) > _MAX_BYTES:
        raise InvalidInput(name, "is larger than 1 MB.", "Give a policy file.")
    try:
        value = yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise InvalidInput(
            name, f"{where}{error.problem or 'is no YAML'}.", "Correct that line of the file."
        ) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidInput(name, f"is no YAML: {error}.", "Give a policy file.") from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput(
            name, "must hold fields such as 'block_severity: medium'.", "Run: acrisol policy show"
        )
    return value


def _fault(item: Any, name: str) -> InvalidInput:
    field = ".".join(str(part) for part in item["loc"]) or "the policy"
    kind, said = item["type"], str(item["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        fields = [str(part) for part in Policy.model_fields]
        close = difflib.get_close_matches(str(item["loc"][-1]), fields, 1)
        hint = f"Did you mean '{close[0]}'?" if close else f"Use some of: {', '.join(fields)}."
        return InvalidInput(f"{name}: {field}", "is not a field of a policy.", hint)
    if kind == "missing":
        return InvalidInput(f"{name}: {field}", "is missing.", "Add it.")
    return InvalidInput(f"{name}: {field}", f"{said}.", "See docs/policy.md, or run: acrisol policy show")


def _unknown(field: str, wrong: str, name: str, known: Collection[str]) -> InvalidInput:
    close = difflib.get_close_matches(wrong, list(known), 1)
    hint = f"Did you mean '{close[0]}'?" if close else f"Use one of: {', '.join(known)}."
    return InvalidInput(f"{name}: {field}", f"there is no verifier named '{wrong}'.", hint)


def _elsewhere(policy: Policy, name: str, known: Mapping[str, Collection[Language]]) -> list[InvalidInput]:
    """Verifiers that are required or waived for a language that they do not judge: a slip, and never met."""
    return [
        InvalidInput(
            f"{name}: languages.{language}.{field}.{place}",
            f"'{verifier}' does not judge {language.value}.",
            f"It judges {', '.join(sorted(each.value for each in known[verifier])) or 'nothing here'}.",
        )
        for language, rules in policy.languages.items()
        for field, names in (("require", rules.require), ("waive", rules.waive))
        for place, verifier in enumerate(names)
        if verifier in known and language not in known[verifier]
    ]
