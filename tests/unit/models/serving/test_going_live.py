"""What becomes live, in the registry and on a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ModelUnavailable
from models.serving.entries import BASE, LIVE
from models.serving.going_live import Done, name_to_ask, restore, rollback, use
from models.serving.registry import Registry
from models.serving.server_api import ServerApi
from models.serving.state import look
from tests.unit.models.serving.conftest import FakeServer
from tests.unit.models.serving.made import write_adapter, write_model
from verifiers.errors import InvalidInput


def live(registry: Registry) -> str:
    return registry.read().live("base")


def test_without_a_server_it_is_noted(registry: Registry) -> None:
    assert use(registry, "a", None) == Done("base", "a", BASE, served=False)
    assert use(registry, "b", None) == Done("base", "b", "a", served=False)
    assert rollback(registry, None, None) == Done("base", "a", "b", served=False)
    assert use(registry, "base", None) == Done("base", BASE, "a", served=False)
    assert rollback(registry, "base", None).adapter == "a"
    assert rollback(registry, "base", None).adapter == BASE
    with pytest.raises(InvalidInput, match="nothing to go back to"):
        rollback(registry, "base", None)
    with pytest.raises(InvalidInput, match="nothing to go back to"):
        rollback(Registry(registry.folder.parent / "empty"), None, None)


def test_a_server_gets_it_by_its_name_and_as_the_live_one(registry: Registry, server: FakeServer) -> None:
    folder = Path(registry.get("a").path).name
    assert use(registry, "a", server.reached, "why not").served
    assert server.loads() == [("a", folder), (LIVE, folder)]
    assert all(body["load_inplace"] for path, body in server.asked() if "load" in path)
    assert server.api.names() == ("base", "a", LIVE)
    assert registry.read().history[-1].reason == "why not"
    rollback(registry, None, server.reached)
    assert server.loads()[-1][0] == LIVE  # by an adapter that changes nothing
    assert server.loads()[-1][1] not in (folder, "")
    assert LIVE in server.api.names()


def test_for_a_model_without_files_the_live_name_goes(registry: Registry, server: FakeServer) -> None:
    registry.add_model("org/other", "other")
    elsewhere = server.reached._replace(server=server.reached.server.model_copy(update={"base": "other"}))
    server.api.load(LIVE, "/x")
    use(registry, "other", elsewhere)
    assert LIVE not in server.api.names()


def test_a_server_of_another_model_is_left_alone(registry: Registry, server: FakeServer) -> None:
    other = server.reached.server.model_copy(update={"base": "other"})
    assert not use(registry, "a", server.reached._replace(server=other)).served
    assert server.asked() == []


def test_what_the_server_refuses_does_not_become_live(
    registry: Registry, server: FakeServer, tmp_path: Path
) -> None:
    registry.add_adapter(write_adapter(tmp_path / "r", fill=7), "refused", "base")
    use(registry, "a", server.reached)
    with pytest.raises(InvalidInput, match="refuses refused: no room for it"):
        use(registry, "refused", server.reached)
    assert live(registry) == "a"
    assert server.loads()[-2][0] == LIVE


def test_one_that_computes_nonsense_is_taken_out_again(
    registry: Registry, server: FakeServer, tmp_path: Path
) -> None:
    registry.add_adapter(write_adapter(tmp_path / "n", fill=255), "broken", "base")
    use(registry, "a", server.reached)
    with pytest.raises(ModelUnavailable, match="not JSON compliant"):
        use(registry, "broken", server.reached)
    assert live(registry) == "a"
    assert server.api.names() == ("base", "a", LIVE)


def test_a_tampered_adapter_is_not_loaded(registry: Registry, server: FakeServer) -> None:
    (Path(registry.get("a").path) / "adapter_config.json").write_text("{}")
    for reached in (server.reached, None):
        with pytest.raises(InvalidInput, match="cannot be trusted"):
            use(registry, "a", reached)
    assert (server.asked(), live(registry)) == ([], BASE)


def test_a_rank_that_the_server_has_no_room_for(
    registry: Registry, server: FakeServer, tmp_path: Path
) -> None:
    registry.add_adapter(write_adapter(tmp_path / "big", rank=20), "big", "base")
    with pytest.raises(InvalidInput, match=r"has rank 20.*takes 16") as error:
        use(registry, "big", server.reached)
    assert "--max-rank 32" in error.value.hint


def test_a_server_that_is_down_changes_nothing(registry: Registry, server: FakeServer) -> None:
    server.close()
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        use(registry, "a", server.reached)
    assert live(registry) == BASE


def test_a_wrong_key_is_said_and_not_shown(registry: Registry, server: FakeServer) -> None:
    wrong = server.reached._replace(api=ServerApi(server.url, "wrong-key"))
    with pytest.raises(ModelUnavailable, match="refuses the API key") as error:
        use(registry, "a", wrong)
    assert "wrong-key" not in str(error.value)


def test_a_server_that_comes_up_gets_what_is_live(registry: Registry, server: FakeServer) -> None:
    use(registry, "a", None)
    use(registry, "b", None)
    assert restore(registry, "base", server.reached, ["a"]) == "b"
    assert server.api.names() == ("base", LIVE, "b", "a")
    assert server.loads()[-2] == (LIVE, Path(registry.get("b").path).name)


@pytest.mark.parametrize("removed", [True, False])
def test_what_is_live_comes_back_although_one_beside_it_does_not(
    registry: Registry, server: FakeServer, removed: bool
) -> None:
    use(registry, "b", None)
    if removed:
        registry.remove("a")
        restore(registry, "base", server.reached, ["a"])
    else:
        (Path(registry.get("a").path) / "adapter_config.json").write_text("{}")
        with pytest.raises(InvalidInput, match="cannot be trusted"):
            restore(registry, "base", server.reached, ["a"])
    assert server.loads()[-1] == (LIVE, Path(registry.get("b").path).name)


def test_another_adapter_of_a_removed_ones_name_is_not_gone_back_to(
    registry: Registry, tmp_path: Path
) -> None:
    use(registry, "a", None)
    use(registry, "b", None)
    registry.remove("a")
    registry.add_adapter(write_adapter(tmp_path / "other", fill=5), "a", "base")
    assert rollback(registry, "base", None).adapter == BASE


def test_without_an_adapter_a_model_without_files_is_in_step_by_its_own_name(
    registry: Registry, server: FakeServer, tmp_path: Path
) -> None:
    (tmp_path / "server" / "metrics").write_text("vllm:num_requests_running 0\n")
    fetched = Registry(tmp_path / "other" / "models")
    entry = fetched.add_model("org/other", "base")
    assert look(fetched, server.reached, 0.01).in_step
    assert name_to_ask(entry, BASE) == "base"
    assert name_to_ask(entry, "x") == LIVE
    assert not look(registry, server.reached, 0.01).in_step  # nothing was loaded by the live name
    assert name_to_ask(registry.get("base"), BASE) == LIVE


def test_the_live_name_answers_though_the_live_adapter_is_broken(
    registry: Registry, server: FakeServer
) -> None:
    use(registry, "a", None)
    (Path(registry.get("a").path) / "adapter_config.json").write_text("{}")
    with pytest.raises(InvalidInput, match="cannot be trusted"):
        restore(registry, "base", server.reached)
    assert server.api.names() == ("base", LIVE)


def test_an_adapter_of_another_model_is_not_loaded_beside(
    registry: Registry, server: FakeServer, tmp_path: Path
) -> None:
    registry.add_model(str(write_model(tmp_path / "other", width=4)), "other")
    registry.add_adapter(write_adapter(tmp_path / "o", width=4), "o", "other")
    with pytest.raises(InvalidInput, match="is an adapter of other"):
        restore(registry, "base", server.reached, ["o"])


def test_what_is_no_vllm_is_said(registry: Registry, server: FakeServer) -> None:
    with pytest.raises(ModelUnavailable):
        look(registry, server.reached, 0.01)  # the fake has no metrics
    server.close()
    state = look(registry, server.reached, 0.01)
    assert (state.healthy, state.serves) == (False, ())


def test_whether_it_computes_numbers_is_read_off_its_answer_and_not_its_name(
    registry: Registry, server: FakeServer, tmp_path: Path
) -> None:
    registry.add_adapter(write_adapter(tmp_path / "i", fill=3), "Infinity-Instruct", "base")
    assert use(registry, "Infinity-Instruct", server.reached).served
    registry.add_adapter(write_adapter(tmp_path / "s", fill=4), "silent", "base")
    with pytest.raises(ModelUnavailable, match="computes no numbers"):
        use(registry, "silent", server.reached)
    assert live(registry) == "Infinity-Instruct"
