"""The manifests against Kubernetes' own schemas, and what they promise."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[3] / "deploy" / "kubernetes"
VERSION = "1.34"


def manifests() -> list[dict[str, Any]]:
    base = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    files = [FOLDER / name for name in base["resources"]]
    assert sorted(files) == sorted(set(FOLDER.glob("*.yaml")) - {FOLDER / "kustomization.yaml"})
    return [manifest for file in files for manifest in yaml.safe_load_all(file.read_text())]


def pods() -> dict[str, dict[str, Any]]:
    return {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]
        for each in manifests()
        if each["kind"] == "Deployment"
    }


def containers() -> dict[str, dict[str, Any]]:
    return {
        container["name"]: container
        for pod in pods().values()
        for container in (*pod.get("initContainers", ()), *pod["containers"])
    }


@pytest.mark.parametrize(
    "manifest", manifests(), ids=lambda each: f"{each['kind']}-{each['metadata']['name']}"
)
def test_a_manifest_fits_its_schema(manifest: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        validate = pytest.importorskip("kubernetes_validate").validate
    validate(manifest, VERSION, strict=True)


def test_a_wrong_manifest_does_not() -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    (api,) = [each for each in manifests() if each["metadata"]["name"] == "acrisol-api"][:1]
    api["spec"]["replicaz"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(api, VERSION, strict=True)


@pytest.mark.parametrize("name", ["api", "images", "worker"])
def test_what_holds_secrets_is_restricted(name: str) -> None:
    context = containers()[name]["securityContext"]
    assert context == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_every_pod_is_an_ordinary_user_without_a_token() -> None:
    for pod in pods().values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod.keys().isdisjoint({"hostNetwork", "hostPID", "hostIPC"})
        assert all("hostPath" not in volume for volume in pod["volumes"])


def test_the_engine_has_no_secret_and_is_nobody_on_the_node() -> None:
    engine = containers()["engine"]
    assert engine.keys().isdisjoint({"env", "envFrom"})
    assert engine["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["SETUID", "SETGID"]}
    assert not engine["securityContext"].get("privileged")
    assert pods()["acrisol-worker"]["hostUsers"] is False
    assert {mount["name"] for mount in engine["volumeMounts"]}.isdisjoint({"home", "receipt-key"})


def test_the_api_drains_before_it_is_killed() -> None:
    pod = pods()["acrisol-api"]
    environment = {each["name"]: each["value"] for each in containers()["api"]["env"]}
    assert float(environment["ACRISOL_DRAIN_S"]) + 10 < pod["terminationGracePeriodSeconds"]


def test_the_api_has_a_disk_for_uploads() -> None:
    environment = {each["name"]: each["value"] for each in containers()["api"]["env"]}
    mounted = {each["mountPath"]: each["name"] for each in containers()["api"]["volumeMounts"]}
    (spool,) = [
        volume
        for volume in pods()["acrisol-api"]["volumes"]
        if volume["name"] == mounted[environment["TMPDIR"]]
    ]
    assert "medium" not in spool["emptyDir"]


def test_whose_forwarded_headers_are_believed_is_said() -> None:
    (settings,) = [each["data"] for each in manifests() if each["kind"] == "ConfigMap"]
    assert settings["FORWARDED_ALLOW_IPS"] == "127.0.0.1"
