"""Compiles the syscall profile ``seccomp.json`` to the kernel's filter program.

The profile has the format of Docker's ``seccomp=`` option, so that both backends use one file. Docker
compiles it with libseccomp; so does this module, through ctypes: then the two filters cannot differ, argument
comparisons and foreign system-call numbers are handled by the library that runc trusts, and no system-call
tables have to be kept here. The PyPI binding ``pyseccomp`` wraps the same half a dozen functions and would be
one more dependency; Debian's ``python3-seccomp`` only loads into Debian's own interpreter.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Field

from verifiers.errors import SandboxUnavailable

PROFILE = Path(__file__).with_name("seccomp.json")

# From <seccomp.h>, an interface that libseccomp keeps stable.
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_ATTRIBUTE_OPTIMIZE = 8
_BINARY_TREE = 2
_COMPARE = {
    "SCMP_CMP_NE": 1,
    "SCMP_CMP_LT": 2,
    "SCMP_CMP_LE": 3,
    "SCMP_CMP_EQ": 4,
    "SCMP_CMP_GE": 5,
    "SCMP_CMP_GT": 6,
    "SCMP_CMP_MASKED_EQ": 7,
}
_EPERM = 1


class _Argument(BaseModel):
    index: int
    value: int
    valueTwo: int = 0
    op: str


class _Rule(BaseModel):
    names: list[str]
    action: str
    errnoRet: int = _EPERM
    args: list[_Argument] = []


class _Profile(BaseModel):
    defaultAction: str
    syscalls: list[_Rule] = Field(min_length=1)


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def profile_text() -> str:
    """The profile as JSON, as the docker backend hands it to the engine."""
    return PROFILE.read_text()


@cache
def compiled_profile() -> bytes:
    """The profile as a classic BPF program for this machine's native system calls.

    Raises:
        SandboxUnavailable: libseccomp is not installed, or cannot compile the profile.
    """
    return compile_profile(profile_text())


def compile_profile(text: str) -> bytes:
    """Compile a profile in Docker's JSON format; system calls that the library does not know stay denied.

    Raises:
        SandboxUnavailable: see :func:`compiled_profile`.
    """
    profile = _Profile.model_validate_json(text)
    library = _library()
    context = library.seccomp_init(_action(profile.defaultAction, _EPERM))
    if not context:
        raise SandboxUnavailable("libseccomp could not start a filter.")
    try:
        _succeed(library.seccomp_attr_set(context, _ATTRIBUTE_OPTIMIZE, _BINARY_TREE), "optimise")
        for rule in profile.syscalls:
            for name in rule.names:
                _add(library, context, rule, name)
        return _export(library, context)
    finally:
        library.seccomp_release(context)


def _add(library: ctypes.CDLL, context: int, rule: _Rule, name: str) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number < 0:  # not a native call of this machine or newer than the library: the default denies it
        return
    comparisons = (_Comparison * len(rule.args))(
        *(_Comparison(arg.index, _COMPARE[arg.op], arg.value, arg.valueTwo) for arg in rule.args)
    )
    action = _action(rule.action, rule.errnoRet)
    code = library.seccomp_rule_add_array(context, action, number, len(rule.args), comparisons)
    _succeed(code, f"add a rule for {name}")


def _export(library: ctypes.CDLL, context: int) -> bytes:
    descriptor = os.memfd_create("acrisol-seccomp")
    try:
        _succeed(library.seccomp_export_bpf(context, descriptor), "export")
        os.lseek(descriptor, 0, os.SEEK_SET)
        return os.read(descriptor, 2**20)
    finally:
        os.close(descriptor)


def _action(name: str, errno: int) -> int:
    known = {"SCMP_ACT_ALLOW": _ALLOW, "SCMP_ACT_ERRNO": _ERRNO | errno}
    return known[name]


def _succeed(code: int, what: str) -> None:
    if code != 0:
        raise SandboxUnavailable(f"libseccomp could not {what}: error {-code} ({os.strerror(-code)}).")


@cache
def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError as error:
        raise SandboxUnavailable(
            "libseccomp is not installed, so no system-call filter can be built.",
            "Run: apt-get install libseccomp2",
        ) from error
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_release.argtypes = [ctypes.c_void_p]
    library.seccomp_release.restype = None
    library.seccomp_attr_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32]
    library.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    library.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_void_p,
    ]
    return library
