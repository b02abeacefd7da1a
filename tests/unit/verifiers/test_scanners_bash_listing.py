"""The listing of Bash's commands: what hides one, and what only looks like one."""

from __future__ import annotations

import re
import time

import pytest
import yaml

from verifiers.scanners.bash_listing import listing
from verifiers.scanners.bash_words import WATCHED
from verifiers.scanners.rule_pack import RULES


@pytest.mark.parametrize(
    ("code", "listed"),
    [
        ('x="${none:-$(eval "$1")}"', 'eval "$1"'),
        ('cat <<< "$(eval "$1")"', 'eval "$1"'),
        ('[[ -n $(eval "$1") ]]', 'eval "$1"'),
        ('for ((i=$(eval "$1"); i<3; i++)); do :; done', 'eval "$1"'),
        ('a[$(eval "$1")]=', 'eval "$1"'),
        ('echo "${x/$(eval "$1")/b}"', 'eval "$1"'),
        ("echo ${x#$(eval a $1)}", "eval a $1"),
        ('echo a > "$(eval "$1")"', 'eval "$1"'),
        ('cat <<-EOF\n\t$(eval "$1")\n\tEOF', '\neval "$1"'),
        ('echo `echo \\`eval "$1"\\``', 'eval "$1"'),
        ('coproc eval "$1"', 'eval "$1"'),
        ('coproc NAME { eval "$1"; }', 'eval "$1"'),
        ('time -p eval "$1"', 'eval "$1"'),
        ("e'va'l \"$1\"", 'eval "$1"'),
        ('e"v"\\al "$1"', 'eval "$1"'),
        ("$'\\145v\\x61l' \"$1\"", 'eval "$1"'),
        ('builtin command -p -- eval "$1"', 'eval "$1"'),
        ('e=eval; "$e" "$1"', 'eval "$1"'),
        ('a=(command eval); "${a[@]}" "$1"', 'eval "$1"'),
        ('alias r=eval\nr "$1"', '\neval "$1"'),
        ("eval 'eval \"$1\"'", 'eval "$1"'),
        ('bash <<\'EOF\' -s "$1"\neval "$1"\nEOF', '\neval "$1"'),
        ("bash <<EOF\nls $1\nEOF", '\nbash -c "$value"'),
        ("cat <<EOF | bash\nls $1\nEOF", '\nbash -c "$value"'),
        ('/bin/bash --norc -eo pipefail -c "$1" x', 'bash -c "$1"'),
        ('env -i -u X A=b bash -c "$1"', 'bash -c "$1"'),
        ('sudo -u bob timeout -k 1 5 sh -c "$1"', 'bash -c "$1"'),
        ('su - bob --command "$1"', 'bash -c "$1"'),
        ('echo "$1" | sed s/a/b/ | sudo bash -s x', 'bash -c "$1"'),
        ('for x; do echo "$x"; done | (cd /; bash)', 'bash -c "$x"'),
        ('bash < <(echo "$1")', 'bash -c "$1"'),
        ('bash <<< "$1"', 'bash -c "$1"'),
        ('source <(echo "$1")', 'source <(echo "$1"); bash -c "$1"'),
        ('trap -- "$1" EXIT', 'trap "$1"'),
        ('find . -exec sh -c "$1" ";"', 'bash -c "$1"'),
        ("chmod 7'7'7 x", "chmod 777 x"),
        ('eval "\n$1"', 'eval "$value"'),
        ('{eval,"$1"}', "case"),
        ('ls; {e"v"al,"$1"}\n', "case"),
    ],
)
def test_what_hides_a_command(code: str, listed: str) -> None:
    assert listing(code) == listed


@pytest.mark.parametrize(
    "code",
    [
        'echo \'eval "$1"\' "eval $1" # eval $1',
        "command -v bash eval",
        "eval 'x=1'",
        'bash -c \'ls -- "$1"\' _ "$1"',
        'bash -- "$1" -c "$2"',
        'echo "$1" | bash run.sh',
        'echo \'ls "$1"\' | bash -s -- "$1"',
        "cat <<'EOF'\n$(eval \"$1\")\nEOF",
        "cat <<EOF\nbash -c $1 \\$(eval)\nEOF",
        "trap 'rm -- \"$x\"' EXIT",
        'grep eval "$1"',
        'sudo grep -c eval "$1"',
    ],
)
def test_what_only_looks_like_one(code: str) -> None:
    assert not re.search(r"eval|bash -c|trap|case", listing(code))


def test_every_command_of_the_rules_is_listed() -> None:
    said = (path.read_text(encoding="utf-8") for path in (RULES / "bash").glob("*.yaml"))
    patterns = [found for text in said for found in _patterns(yaml.safe_load(text))]
    assert {part.split()[0] for found in patterns for part in found.split("|")} <= WATCHED | {"echo", "sudo"}


def _patterns(node: object) -> list[str]:
    if isinstance(node, list):
        return [found for item in node for found in _patterns(item)]
    if not isinstance(node, dict):
        return []
    own = [node["pattern"]] if "pattern" in node else []
    return own + [found for item in node.values() for found in _patterns(item)]


def test_what_is_too_large_or_too_deep_is_said_to_be_unread() -> None:
    assert listing("eval $x\n" * 100_000) == "case"
    assert listing("x" + "$(x " * 5_000 + ")" * 5_000) == "case"
    started = time.monotonic()
    for text in ("{ " * 50_000, "$(" * 50_000, "`" * 100_000, "(" * 100_000, "cat <<EOF\n" * 20_000):
        listing(text)
    assert time.monotonic() - started < 60
