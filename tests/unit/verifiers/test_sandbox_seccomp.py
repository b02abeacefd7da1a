"""The system-call profile: what it lists, and that it compiles."""

from __future__ import annotations

import json

import pytest

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox import seccomp

FORBIDDEN = {
    "acct", "add_key", "bpf", "chroot", "clock_adjtime", "clock_settime", "delete_module", "fanotify_init",
    "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "io_uring_enter",
    "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load",
    "keyctl", "memfd_secret", "modify_ldt", "mount", "mount_setattr", "move_mount", "move_pages", "mq_open",
    "name_to_handle_at", "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root",
    "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "reboot", "request_key",
    "setdomainname", "sethostname", "setns", "settimeofday", "swapoff", "swapon", "syslog",
    "umount2", "unshare", "uselib", "userfaultfd", "ustat", "vhangup", "vmsplice",
}  # fmt: skip


def rules() -> list[dict[str, object]]:
    profile = json.loads(seccomp.profile_text())
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    found: list[dict[str, object]] = profile["syscalls"]
    return found


def test_no_rule_allows_what_is_forbidden() -> None:
    allowed = {name for rule in rules() if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}  # type: ignore[attr-defined]
    assert allowed & FORBIDDEN == set()


@pytest.mark.parametrize("name", ["socket", "socketpair", "clone", "personality", "mknod", "mknodat"])
def test_calls_with_dangerous_arguments_are_only_allowed_with_conditions(name: str) -> None:
    allowing = [rule for rule in rules() if name in rule["names"]]  # type: ignore[operator]
    assert allowing
    assert all(rule.get("args") for rule in allowing)


def test_no_foreign_architecture_is_let_in() -> None:
    assert all(not entry["subArchitectures"] for entry in json.loads(seccomp.profile_text())["archMap"])


def test_it_compiles_to_a_kernel_program() -> None:
    program = seccomp.compiled_profile()
    assert len(program) % 8 == 0
    assert 50 < len(program) // 8 < 4096


def test_unknown_calls_are_skipped_and_stay_denied() -> None:
    text = json.dumps(
        {
            "defaultAction": "SCMP_ACT_ERRNO",
            "syscalls": [{"names": ["read", "call_of_the_future"], "action": "SCMP_ACT_ALLOW"}],
        }
    )
    assert seccomp.compile_profile(text)


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    seccomp._library.cache_clear()
    monkeypatch.setattr("ctypes.CDLL", missing)
    with pytest.raises(SandboxUnavailable, match="libseccomp") as caught:
        seccomp.compile_profile(seccomp.profile_text())
    assert "apt-get install libseccomp2" in caught.value.hint
