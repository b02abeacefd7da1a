"""Candidates that cheat: not one of them may pass.

Each runs against tests that an honest ``add(a, b)`` passes, and none of them adds.
"""

from __future__ import annotations

import textwrap

import pytest

from verifiers.domain import Status
from verifiers.execution.running import TestLimits

PYTEST = "from solution import add\ndef test_one(): assert add(2, 3) == 5\ndef test_two(): assert add(10, 4) == 14\n"
SCRIPT = "from solution import add\nassert add(2, 3) == 5\nassert add(10, 4) == 14\n"
WRONG = "\ndef add(a, b): return None\n"

EVERYWHERE: dict[str, str] = {
    "wrong": "",
    "exit 0 at import by SystemExit": "raise SystemExit(0)",
    "exit 0 at import by sys.exit": "import sys; sys.exit(0)",
    "exit 0 at import by os._exit": "import os; os._exit(0)",
    "exit 0 at import by quit": "import builtins, site; site.setquit() if not hasattr(builtins, 'quit') else None; quit()",
    "exit 0 at import by exec of true": "import os; os.execv('/bin/true', ['true'])",
    "exit 0 in the call by SystemExit": "def add(a, b): raise SystemExit(0)",
    "exit 0 in the call by os._exit": "import os\ndef add(a, b): os._exit(0)",
    "exit by signal": "import os, signal\ndef add(a, b): os.kill(os.getpid(), signal.SIGTERM)",
    "exit by a killed parent": "import os, signal\ndef add(a, b):\n  os.kill(os.getppid(), signal.SIGKILL); os.kill(1, signal.SIGKILL); os.kill(-1, signal.SIGKILL)",
    "exit by a thread": "import os, threading\nthreading.Thread(target=lambda: os._exit(0)).start()",
    "exit by a timer": "import os, signal\nsignal.signal(signal.SIGALRM, lambda *a: os._exit(0)); signal.setitimer(signal.ITIMER_REAL, 0.05)\ndef add(a, b):\n  import time; time.sleep(1)",
    "exit by atexit": "import atexit, os\natexit.register(lambda: os._exit(0))",
    "exit by a finaliser": "import os\nclass X:\n  def __del__(self): os._exit(0)\ndef add(a, b): X()",
    "exit by abort": "import ctypes\ndef add(a, b): ctypes.string_at(0)",
    "KeyboardInterrupt": "def add(a, b): raise KeyboardInterrupt",
    "GeneratorExit": "def add(a, b): raise GeneratorExit",
    "BaseException": "class Stop(BaseException): pass\ndef add(a, b): raise Stop",
    "patched pytest": "import sys, types\nm = types.ModuleType('pytest'); m.main = lambda *a, **k: 0; sys.modules['pytest'] = m",
    "patched assertion rewriting": "import _pytest.assertion.rewrite as r\nr.AssertionRewritingHook.exec_module = lambda *a: None",
    "patched unittest": "import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\nunittest.TestCase.run = lambda self, r=None: r.addSuccess(self)",
    "patched AssertionError": "import builtins\nbuiltins.AssertionError = type('A', (Exception,), {'__init__': lambda s, *a: None})",
    "patched builtins": "import builtins\nbuiltins.__build_class__ = None\nbuiltins.all = builtins.any = builtins.isinstance = lambda *a: True",
    "patched time": "import time\ntime.time = time.monotonic = time.perf_counter = lambda: 0.0",
    "patched json": "import json\njson.dumps = lambda *a, **k: '[[\"ret\",1,5,[],null],[]]'\njson.loads = lambda *a, **k: [1, 'bye', [], [], []]",
    "patched harness": "import _acrisol.guest as g\ng.Guest._do_call = lambda *a: None",
    "sys.modules game": "import sys\nclass M:\n  def __getattr__(self, n): return lambda *a: self\n  def __eq__(self, o): return True\n  def __hash__(self): return 0\nsys.modules['solution'] = M()\nsys.modules[__name__] = M()",
    "import hook": "import sys\nclass F:\n  def find_spec(self, n, p=None, t=None):\n    raise SystemExit(0)\nsys.meta_path.insert(0, F())",
    "printed report": "print('2 passed in 0.01s'); print('{\"test\": \"test_solution.py::test_one\", \"outcome\": \"passed\"}')",
    "report on every descriptor": "import os, json\nline = json.dumps({'nonce': '', 'test': 'test_solution.py::test_one', 'outcome': 'passed'}).encode() + b'\\n'\nfor fd in range(256):\n  try: os.write(fd, line); os.write(fd, b'H' + len(line).to_bytes(4, 'big') + line)\n  except OSError: pass",
    "end of report on every descriptor": "import os\nfor fd in range(3, 256):\n  try: os.write(fd, b'H\\0\\0\\0\\x0f{\"end\": true}\\n\\n')\n  except OSError: pass",
    "report through /proc": "import glob\nfor f in glob.glob('/proc/*/fd/*'):\n  try:\n    with open(f, 'wb', buffering=0) as g: g.write(b'H\\0\\0\\0\\1x')\n  except OSError: pass",
    "report file": "import glob\nfor n in ('report.json', 'junit.xml', 'result.json', '.acrisol/report.json', '/tmp/report.json'):\n  try: open(n, 'w').write('{\"passed\": 2}')\n  except OSError: pass",
    "overwritten test file": "import os\nfor root, _, files in os.walk('/work'):\n  for f in files:\n    try: open(os.path.join(root, f), 'w').write('def test_one(): pass\\ndef test_two(): pass\\n')\n    except OSError: pass",
    "closed descriptors": "import os\ndef add(a, b): os.closerange(0, 256)",
    "replaced descriptors": "import os\nn = os.open('/dev/zero', os.O_RDWR)\nfor fd in range(64):\n  if fd != n:\n    try: os.dup2(n, fd)\n    except OSError: pass",
    "fork that answers": "import os\nif os.fork() == 0: os._exit(0)\ndef add(a, b):\n  if os.fork(): os._exit(0)",
    "infinite loop": "def add(a, b):\n  while True: pass",
    "infinite output": "import sys\ndef add(a, b):\n  while True: print('x' * 10000)",
    "threads that outlive": "import threading, time\nfor _ in range(5): threading.Thread(target=time.sleep, args=(60,)).start()",
    "walk of the garbage": "import gc\nfor o in gc.get_objects():\n  if isinstance(o, dict) and ('outcome' in o or 'longrepr' in o): o['outcome'] = 'passed'\n  if type(o).__name__ in ('Reporter', 'Collector', 'Session', 'Link'): o.__class__ = object",
    "frames": "import sys\ndef add(a, b):\n  f = sys._getframe()\n  while f:\n    for k in list(f.f_locals): f.f_locals[k] = None\n    f.f_trace = None; f = f.f_back",
    "expected value from frames": "import sys\ndef add(a, b):\n  f = sys._getframe()\n  while f:\n    for v in f.f_locals.values():\n      if type(v) is int and v in (5, 14): return v\n    f = f.f_back",
    "swapped code": "import _acrisol.guest as g, _acrisol.codec as c\ng.Guest._answer.__code__ = (lambda self, kind, sequence, value, shared: None).__code__",
    "trace hook": "import sys, threading\nsys.settrace(lambda *a: None); threading.settrace(lambda *a: None); sys.setprofile(lambda *a: None)",
    "ctypes writes": "import ctypes\ndef add(a, b):\n  ctypes.c_int.from_address(id(a) + 24).value = 5; return a",
    "changed small integers": "import ctypes\nfor n in range(5, 15): ctypes.c_int.from_address(id(n) + 24).value = 5\ndef add(a, b): return 7",
    "skip raised": "def add(a, b):\n  import pytest; pytest.skip('no')",
    "skip at import": "import pytest\npytest.skip('no', allow_module_level=True)",
    "xfail raised": "def add(a, b):\n  import pytest; pytest.xfail('no')",
    "SkipTest raised": "import unittest\ndef add(a, b): raise unittest.SkipTest('no')",
    "SkipTest with another name": "import unittest\nclass V(unittest.SkipTest, ValueError): pass\ndef add(a, b): raise V('no')",
    "pytest exit raised": "def add(a, b):\n  import pytest; pytest.exit('done', 0)",
    "bdb quit": "import bdb\ndef add(a, b): raise bdb.BdbQuit",
    "fake fork of the link": "import os, threading\ndef add(a, b):\n  for fd in range(3, 20):\n    try: os.write(fd, b'\\0\\0\\0\\x1c[[\"ret\",1,5,[],null],[]]    ')\n    except OSError: pass",
    "malformed replies": "import os\ndef add(a, b):\n  for fd in range(3, 20):\n    try: os.write(fd, b'\\xff' * 100)\n    except OSError: pass",
    "endless frame": "import os\ndef add(a, b):\n  for fd in range(3, 20):\n    try: os.write(fd, b'\\0\\xff\\0\\0' + b'[' * 100000)\n    except OSError: pass",
    "reads the tests": "import glob, re\ndef add(a, b):\n  for f in glob.glob('/work/**/*', recursive=True) + glob.glob('/proc/*/cwd/*.py') + glob.glob('/proc/*/root/work/*'):\n    try:\n      m = re.search(rf'add\\({a}, {b}\\) == (\\d+)', open(f).read())\n      if m and 'solution' not in f: return int(m.group(1))\n    except OSError: pass",
}  # fmt: skip

_EQ = "def __eq__(s, o): return True\n  def __ne__(s, o): return False\n  def __hash__(s): return 5"
OBJECTS: dict[str, str] = {
    "equal to all": f"class E:\n  {_EQ}\ndef add(a, b): return E()",
    "entry point is a class": f"class add:\n  def __init__(s, a, b): pass\n  {_EQ}",
    "entry point is a class, equal at random": "import random\nclass add:\n  def __init__(s, a, b): pass\n  def __eq__(s, o): return random.random() < 0.02",
    "entry point is a class, equal to small numbers": "class add:\n  def __init__(s, a, b): pass\n  def __eq__(s, o): return o < 100",
    "int that is equal to all": f"class E(int):\n  {_EQ}\ndef add(a, b): return E(0)",
    "str that is equal to all": f"class E(str):\n  {_EQ}\ndef add(a, b): return E('')",
    "list that is equal to all": f"class E(list):\n  {_EQ}\ndef add(a, b): return E()",
    "tuple that is equal to all": f"class E(tuple):\n  {_EQ}\ndef add(a, b): return E()",
    "float that is equal to all": f"class E(float):\n  {_EQ}\ndef add(a, b): return E(0)",
    "mock.ANY": "from unittest.mock import ANY\ndef add(a, b): return ANY",
    "lying class": f"class E:\n  @property\n  def __class__(s): return int\n  {_EQ}\ndef add(a, b): return E()",
    "metaclass": f"class M(type):\n  def __eq__(s, o): return True\n  def __hash__(s): return 1\n  def __instancecheck__(s, o): return True\nclass add(metaclass=M):\n  def __new__(s, a, b): return s\n  {_EQ}",
    "reflected equality": f"class E(int):\n  {_EQ}\n  def __req__(s, o): return True\ndef add(a, b): return E(1)",
    "lying truth": "class B:\n  def __bool__(s): return True\nclass E:\n  def __eq__(s, o): return B()\ndef add(a, b): return E()",
    "class with a lying truth": "class B:\n  def __bool__(s): return True\nclass add:\n  def __init__(s, a, b): pass\n  def __eq__(s, o): return B()",
    "changes the arguments": "def add(a, b):\n  a = b = 5",
    "enum equal to all": f"import enum\nclass E(enum.Enum):\n  A = 1\n  {_EQ}\ndef add(a, b): return E.A",
    "IntEnum equal to all": f"import enum\nclass E(enum.IntEnum):\n  A = 1\n  {_EQ}\ndef add(a, b): return E.A",
    "dataclass equal to all": f"import dataclasses\n@dataclasses.dataclass(eq=False)\nclass E:\n  {_EQ}\ndef add(a, b): return E()",
    "huge value": "def add(a, b): return 'x' * (40 * 2**20)",
    "deep value": "def add(a, b):\n  x = []\n  for _ in range(100000): x = [x]\n  return x",
    "endless value": "def add(a, b):\n  class L(list):\n    def __iter__(s):\n      while True: yield 1\n  return L()",
}  # fmt: skip

OTHER: dict[str, tuple[str, str]] = {
    "tolerance, lying difference": (
        "class E:\n  def __sub__(s, o): return 0.0\n  __rsub__ = __sub__\n  def __abs__(s): return 0.0\n  def __lt__(s, o): return True\ndef f(x): return E()",
        "from solution import f\ndef test_a(): assert abs(f(2) - 4.0) < 1e-6",
    ),
    "tolerance, a class as the function": (
        "class f:\n  def __init__(s, x): pass\n  def __sub__(s, o): return 0.0\n  __rsub__ = __sub__",
        "from solution import f\ndef test_a(): assert abs(f(2) - 4.0) < 1e-6",
    ),
    "tolerance, a small random difference": (
        "import random\nclass f:\n  def __init__(s, x): pass\n  def __sub__(s, o): return random.random() * 1e-9",
        "from solution import f\ndef test_a(): assert abs(f(2) - 4.0) < 1e-6",
    ),
    "approx": ("class E:\n  def __rsub__(s, o): return 0.0\n  __sub__ = __rsub__\n  def __eq__(s, o): return True\ndef f(x): return E()", "import pytest\nfrom solution import f\ndef test_a(): assert f(2) == pytest.approx(4.0)"),
    "contains all": ("class E:\n  def __contains__(s, o): return True\ndef f(x): return E()", "from solution import f\ndef test_a(): assert 7 in f(2)"),
    "less than all": ("class E:\n  def __lt__(s, o): return True\n  __gt__ = __le__ = __ge__ = __lt__\ndef f(x): return E()", "from solution import f\ndef test_a(): assert f(2) < 4"),
    "a class that is less than all": ("class f:\n  def __init__(s, x): pass\n  def __lt__(s, o): return True\n  __gt__ = __le__ = __ge__ = __lt__", "from solution import f\ndef test_a(): assert f(2) < 4"),
    "equal inside a list": ("class E:\n  def __eq__(s, o): return True\ndef f(x): return [E(), E()]", "from solution import f\ndef test_a(): assert f(2) == [1, 2]"),
    "equal inside a dict": ("class E:\n  def __eq__(s, o): return True\n  def __hash__(s): return hash('k')\ndef f(x): return {E(): E()}", "from solution import f\ndef test_a(): assert f(2) == {'k': 1}"),
    "equal in a set": ("class E:\n  def __eq__(s, o): return True\n  def __hash__(s): return hash(1)\ndef f(x): return {E()}", "from solution import f\ndef test_a(): assert f(2) == {1}"),
    "assertEqual": ("class E:\n  def __eq__(s, o): return True\ndef f(x): return E()", "import unittest, solution\nclass T(unittest.TestCase):\n  def test_a(self): self.assertEqual(solution.f(2), 4)"),
    "globals of a callback": ("def f(cb):\n  return cb.__globals__['SECRET']", "from solution import f\nSECRET = 4\ndef test_a(): assert f(lambda: 1) == 4"),
    "closure of a callback": ("def f(cb):\n  return cb.__closure__[0].cell_contents", "from solution import f\ndef test_a():\n  secret = 4\n  assert f(lambda: secret and 1) == 4"),
    "forged request for globals": ("import _acrisol.guest as g, gc\ndef f(cb):\n  G = [o for o in gc.get_objects() if type(o) is g.Guest][0]\n  return G._ask(0, 'get', ['__globals__'], (), {})['SECRET']", "from solution import f\nSECRET = 4\ndef test_a(): assert f(lambda: 1) == 4"),
    "forged request for a frame": ("import _acrisol.guest as g, gc\ndef f(it):\n  G = [o for o in gc.get_objects() if type(o) is g.Guest][0]\n  return G._ask(0, 'get', ['gi_frame'], (), {}).f_locals['secret']", "from solution import f\ndef gen():\n  secret = 4\n  yield 1\ndef test_a(): assert f(gen()) == 4"),
    "forged operation": ("import _acrisol.guest as g, gc\ndef f(cb):\n  G = [o for o in gc.get_objects() if type(o) is g.Guest][0]\n  return G._ask(0, '__class__', [], (), {})", "from solution import f\ndef test_a(): assert f(lambda: 1) is not None"),
    "mock is reset": ("def f(m):\n  m.assert_called_once_with = lambda *a: None\n  m.reset_mock()", "from unittest.mock import Mock\nfrom solution import f\ndef test_a():\n  m = Mock(); f(m); m.assert_called_once_with(3)"),
    "own abs under the tests": ("def abs(x): return 0\ndef f(x): return 0.0", "assert abs(f(2) - 4.0) < 1e-6"),
    "own math under the tests": ("class math:\n  isclose = staticmethod(lambda *a: True)\ndef f(x): return 0.0", "assert math.isclose(f(2), 4.0)"),
    "star import replaces an import": ("class math:\n  isclose = staticmethod(lambda *a: True)\nisinstance = all = len = lambda *a: True\ndef f(x): return 0.0", "import math\nfrom solution import *\ndef test_a(): assert math.isclose(f(2), 4.0) and all([f(2) == 4.0])"),
    "skip through a callback": ("kept = []\ndef f(cb):\n  try: cb()\n  except BaseException as e: kept.append(e)\n  return 4\ndef g(): raise kept[0]", "import pytest\nfrom solution import f, g\ndef test_a(): assert f(lambda: pytest.skip('x')) == 4\ndef test_b(): assert g() == 4"),
    "expects an exception": ("def f(x): import os; os._exit(0)", "import pytest\nfrom solution import f\ndef test_a():\n  with pytest.raises(BaseException): f(1)"),
    "expects an Exception": ("def f(x): import os; os.closerange(0, 99)", "import pytest\nfrom solution import f\ndef test_a():\n  with pytest.raises(Exception): f(1)"),
    "missing attribute and a skip": ("", "import pytest, solution\ndef test_a():\n  if not hasattr(solution, 'f'): pytest.skip('no f')\n  assert solution.f() == 1"),
    "importorskip": ("raise ImportError('x')", "import pytest\nsolution = pytest.importorskip('solution', exc_type=ImportError)\ndef test_a(): assert solution.f() == 1"),
}  # fmt: skip

FILES: dict[str, dict[str, str]] = {
    "conftest.py": {"conftest.py": "import pytest\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n  o = yield\n  o.get_result().outcome = 'passed'"},
    "sitecustomize.py": {"sitecustomize.py": "import os; os._exit(0)", "usercustomize.py": "import os; os._exit(0)"},
    "pytest.py": {"pytest.py": "def main(*a, **k): return 0\nimport os; os._exit(0)", "_pytest/__init__.py": ""},
    "the test file": {"test_solution.py": "def test_one(): pass\ndef test_two(): pass"},
    "pytest.ini": {"pytest.ini": "[pytest]\naddopts = --collect-only", "setup.cfg": "[tool:pytest]\naddopts = -k nothing"},
    "standard modules": {name: "import os; os._exit(0)" for name in ("json.py", "ast.py", "select.py", "builtins.py", "asyncio.py", "inspect.py")},
    "the harness": {".acrisol/_acrisol/judge.py": "def main(root): pass", "_acrisol.py": "", ".acrisol/judge.json": "{}"},
    "a package of the module's name": {"solution/__init__.py": "def add(a, b): return None"},
}  # fmt: skip


@pytest.mark.parametrize("style", ["pytest", "script"])
@pytest.mark.parametrize("cheat", EVERYWHERE)
def test_cheating_with_the_process_does_not_pass(judge, cheat, style):
    code = EVERYWHERE[cheat]
    source = code if "def add" in code else code + WRONG
    tests = PYTEST if style == "pytest" else SCRIPT
    verdict = judge(source, tests, limits=TestLimits(cpu_s=2, wall_s=12))
    assert verdict.status is Status.FAILED, verdict.summary
    assert verdict.evidence["judging"] == "apart"
    assert verdict.findings


@pytest.mark.parametrize("style", ["pytest", "script", "bare"])
@pytest.mark.parametrize("cheat", OBJECTS)
def test_cheating_with_an_object_does_not_pass(judge, cheat, style):
    tests = {"pytest": PYTEST, "script": SCRIPT, "bare": SCRIPT.replace("from solution import add\n", "")}[style]
    verdict = judge(OBJECTS[cheat], tests, limits=TestLimits(cpu_s=3, wall_s=12))
    assert verdict.status is Status.FAILED, verdict.summary


@pytest.mark.parametrize("cheat", OTHER)
def test_cheating_with_operators_callbacks_and_names_does_not_pass(judge, cheat):
    code, tests = OTHER[cheat]
    verdict = judge(textwrap.dedent(code) or "x = 1", tests, limits=TestLimits(cpu_s=3, wall_s=12))
    assert verdict.status is not Status.PASSED, verdict.summary


@pytest.mark.parametrize("cheat", FILES)
def test_cheating_with_files_does_not_pass(judge, cheat):
    files = {"solution.py": WRONG, **FILES[cheat]}
    verdict = judge(files, PYTEST, limits=TestLimits(cpu_s=3, wall_s=12))
    assert verdict.status is Status.FAILED, verdict.summary


@pytest.mark.parametrize("cheat", FILES)
def test_the_same_files_do_not_fail_an_honest_solution(judge, cheat):
    if cheat in ("a package of the module's name", "standard modules"):
        pytest.skip("they take the place of what the candidate itself imports")
    files = {"solution.py": "def add(a, b): return a + b", **FILES[cheat]}
    assert judge(files, PYTEST).status is Status.PASSED
