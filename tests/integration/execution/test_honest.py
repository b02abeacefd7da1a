"""Good code passes when it is judged apart, whatever style it is written and tested in."""

from __future__ import annotations

import pytest

from verifiers.domain import Status

HONEST: dict[str, tuple[str, str]] = {
    "plain function, bare asserts": ("def add(a, b): return a + b", "assert add(1, 2) == 3\nassert add('a', 'b') == 'ab'"),
    "import from solution": ("def add(a, b): return a + b", "from solution import add\ndef test_a(): assert add(1, 2) == 3"),
    "star import": ("def add(a, b): return a + b", "from solution import *\ndef test_a(): assert add(1, 2) == 3"),
    "unknown module name": ("def add(a, b): return a + b", "from calc.core import add\ndef test_a(): assert add(1, 2) == 3"),
    "pytest without import": ("def add(a, b): return a + b", "def test_a(): assert add(1, 2) == 3"),
    "unittest": (
        "def add(a, b): return a + b",
        "import unittest, solution\nclass AddTest(unittest.TestCase):\n"
        "  def test_a(self): self.assertEqual(solution.add(1, 2), 3)\n"
        "  def test_e(self):\n    with self.assertRaises(TypeError): solution.add(1, 'x')\n"
        "if __name__ == '__main__': unittest.main()",
    ),
    "check(candidate)": ("def add(a, b): return a + b", "METADATA = {}\ndef check(candidate):\n  assert candidate(1, 2) == 3"),
    "check called": ("def add(a, b): return a + b", "def check(candidate):\n  assert candidate(1, 2) == 3\ncheck(add)"),
    "own sum": ("def sum(a, b): return a * b", "assert sum(3, 4) == 12\nassert sum(2, 2) == 4"),
    "main guard": ("def f(): return 1", "if __name__ == '__main__':\n    assert f() == 1"),
    "loop of asserts": ("def sq(x): return x * x", "for a, b in [(1, 1), (2, 4)]:\n    assert sq(a) == b"),
    "class": (
        "class Stack:\n  def __init__(self): self.items = []\n  def push(self, x): self.items.append(x)\n"
        "  def pop(self):\n    if not self.items: raise IndexError('empty')\n    return self.items.pop()\n"
        "  def __len__(self): return len(self.items)\n  def __contains__(self, x): return x in self.items\n"
        "  def __iter__(self): return iter(self.items)\n  def __getitem__(self, i): return self.items[i]\n"
        "  def __bool__(self): return bool(self.items)\n  def __repr__(self): return f'Stack({self.items})'",
        "import pytest\nfrom solution import Stack\ndef test_a():\n  s = Stack(); s.push(1); s.push(2)\n"
        "  assert len(s) == 2 and 1 in s and 5 not in s and list(s) == [1, 2] and s[0] == 1 and s[-1:] == [2]\n"
        "  assert repr(s) == 'Stack([1, 2])' and s and isinstance(s, Stack)\n"
        "  assert s.pop() == 2 and s.pop() == 1 and not s\n"
        "  with pytest.raises(IndexError, match='empty'): s.pop()",
    ),
    "inheritance": (
        "from abc import ABC, abstractmethod\nclass Shape(ABC):\n  kinds = 0\n  @abstractmethod\n  def area(self): ...\n"
        "class Square(Shape):\n  def __init__(self, a): self.a = a\n  def area(self): return self.a ** 2\n"
        "  @property\n  def side(self): return self.a\n  @side.setter\n  def side(self, v): self.a = v\n"
        "  @staticmethod\n  def unit(): return Square(1)\n  @classmethod\n  def of(cls, a): return cls(a)",
        "import pytest\nfrom solution import *\ndef test_a():\n  s = Square(3)\n  assert s.area() == 9 and isinstance(s, Shape)\n"
        "  assert issubclass(Square, Shape) and not issubclass(Shape, Square)\n  s.side = 4\n  assert s.side == 4 and s.area() == 16\n"
        "  assert Square.unit().area() == 1 and Square.of(2).a == 2 and type(Square.of(2)) is Square\n"
        "  assert Square.__name__ == 'Square' and Shape.kinds == 0 and hasattr(s, 'a') and not hasattr(s, 'zz')\n"
        "  with pytest.raises(TypeError): Shape()",
    ),
    "dataclass": (
        "from dataclasses import dataclass, field\n@dataclass(order=True)\nclass P:\n  x: int\n  y: int = 0\n  tags: list = field(default_factory=list)",
        "import dataclasses\nfrom solution import P\ndef test_a():\n  assert P(1, 2) == P(1, 2) and P(1) != P(2) and P(1) < P(2)\n"
        "  assert repr(P(1)) == 'P(x=1, y=0, tags=[])'\n  assert dataclasses.asdict(P(1, 2)) == {'x': 1, 'y': 2, 'tags': []}\n"
        "  assert dataclasses.replace(P(1), x=5).x == 5\n  assert sorted([P(3), P(1)]) == [P(1), P(3)]",
    ),
    "frozen dataclass": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass P:\n  x: int",
        "import dataclasses, pytest\nfrom solution import P\ndef test_a():\n  assert len({P(1), P(1), P(2)}) == 2\n"
        "  assert {P(1): 'a'}[P(1)] == 'a'\n  with pytest.raises(dataclasses.FrozenInstanceError): P(1).x = 3",
    ),
    "operators": (
        "class V:\n  def __init__(self, x, y): self.x, self.y = x, y\n  def __add__(self, o): return V(self.x + o.x, self.y + o.y)\n"
        "  def __mul__(self, k): return V(self.x * k, self.y * k)\n  __rmul__ = __mul__\n  def __neg__(self): return V(-self.x, -self.y)\n"
        "  def __eq__(self, o): return isinstance(o, V) and (self.x, self.y) == (o.x, o.y)\n  def __abs__(self): return (self.x ** 2 + self.y ** 2) ** .5\n"
        "  def __iadd__(self, o): self.x += o.x; return self\n  def __matmul__(self, o): return self.x * o.x + self.y * o.y\n  def __hash__(self): return hash((self.x, self.y))",
        "from solution import V\ndef test_a():\n  assert V(1, 2) + V(3, 4) == V(4, 6) and V(1, 2) * 2 == V(2, 4) == 2 * V(1, 2)\n"
        "  assert -V(1, 2) == V(-1, -2) and abs(V(3, 4)) == 5.0 and V(1, 2) @ V(3, 4) == 11\n  v = w = V(1, 1); v += V(1, 1)\n  assert v is w and v.x == 2\n  assert V(1, 2) != (1, 2) and V(0, 0) != V(0, 1)",
    ),
    "equality with plain values": (
        "class Money:\n  def __init__(self, n): self.n = n\n  def __eq__(self, o): return self.n == (o.n if isinstance(o, Money) else o)\n"
        "  def __lt__(self, o): return self.n < (o.n if isinstance(o, Money) else o)\n  def __sub__(self, o): return self.n - o",
        "from solution import Money\ndef test_a():\n  assert Money(5) == 5 and Money(5) != 6 and 5 == Money(5) and Money(5) < 6 and Money(5) - 2 == 3 and not Money(7) < 6",
    ),
    "own exceptions": (
        "class AppError(Exception):\n  pass\nclass NotFound(AppError):\n  def __init__(self, key):\n    super().__init__(f'no {key}'); self.key = key\n"
        "def find(k):\n  raise NotFound(k)\ndef wrap():\n  try: int('x')\n  except ValueError as e: raise AppError('bad') from e",
        "import pytest, solution\ndef test_a():\n  with pytest.raises(solution.NotFound) as e: solution.find('k')\n  assert e.value.key == 'k' and str(e.value) == 'no k'\n"
        "  with pytest.raises(solution.AppError, match='no z'): solution.find('z')\n  try: solution.find(1)\n  except solution.AppError as x: assert isinstance(x, solution.NotFound)\n"
        "  with pytest.raises(solution.AppError) as e: solution.wrap()\n  assert isinstance(e.value.__cause__, ValueError)\n  assert issubclass(solution.NotFound, Exception)",
    ),
    "derived builtin exception": (
        "import json\nclass Bad(ValueError): pass\ndef f(): raise Bad('x', 2)\ndef g(): return json.loads('{')\ndef h(): return {}['a']\ndef i(): return open('/nope')",
        "import pytest, json\nfrom solution import *\ndef test_a():\n  with pytest.raises(ValueError) as e: f()\n  assert e.value.args == ('x', 2)\n"
        "  with pytest.raises(json.JSONDecodeError): g()\n  with pytest.raises(KeyError) as e: h()\n  assert e.value.args == ('a',)\n  with pytest.raises(FileNotFoundError): i()\n  with pytest.raises(ZeroDivisionError): zero()",
    ),
    "sys.exit": ("import sys\ndef main(): sys.exit(2)", "import pytest, solution\ndef test_a():\n  with pytest.raises(SystemExit) as e: solution.main()\n  assert e.value.code == 2"),
    "generators": (
        "import itertools\ndef count(n):\n  for i in range(n): yield i\ndef ever():\n  return itertools.count(1)\ndef squares(xs): return map(lambda x: x * x, xs)",
        "import types\nfrom solution import *\ndef test_a():\n  assert list(count(3)) == [0, 1, 2] and sum(count(4)) == 6\n  g = count(1); assert next(g) == 0 and next(g, None) is None\n"
        "  assert isinstance(count(1), types.GeneratorType)\n  e = ever(); assert [next(e), next(e)] == [1, 2]\n  assert list(squares([1, 2])) == [1, 4] and tuple(zip(count(2), 'ab')) == ((0, 'a'), (1, 'b'))",
    ),
    "generator send": ("def acc():\n  t = 0\n  while True:\n    t += yield t", "from solution import acc\ndef test_a():\n  g = acc(); next(g); assert g.send(3) == 3 and g.send(4) == 7; g.close()"),
    "callbacks": (
        "def apply(f, xs): return [f(x) for x in xs]\ndef compose(*fs):\n  def run(x):\n    for f in fs: x = f(x)\n    return x\n  return run\ndef safe(f):\n  try: return f()\n  except ValueError as e: return f'caught {e}'",
        "import pytest\nfrom solution import *\ndef test_a():\n  seen = []\n  assert apply(lambda x: x + 1, [1, 2]) == [2, 3]\n  apply(seen.append, [1, 2]); assert seen == [1, 2]\n"
        "  assert compose(str, len)(1234) == 4 and compose(lambda x: x * 2, int)(4) == 8\n  def boom(): raise ValueError('v')\n  assert safe(boom) == 'caught v'\n"
        "  err = KeyError('mine')\n  def raiser(): raise err\n  with pytest.raises(KeyError) as e: safe(raiser)\n  assert e.value is err\n  assert apply(apply, []) == []",
    ),
    "callback identity": ("def same(x): return x", "from solution import same\ndef test_a():\n  f = lambda: 1\n  x = [1]\n  t = (1, 2)\n  assert same(f) is f and same(x) is x and same(t) is t and same(same) is same"),
    "recursion through a callback": ("def fix(f, n): return f(fix, n)", "from solution import fix\ndef test_a(): assert fix(lambda g, n: 1 if n == 0 else n * g(lambda h, m: fix_back(m), n - 1), 3) == 6\ndef fix_back(n):\n  return 1 if n == 0 else n * fix_back(n - 1)"),
    "decorators": (
        "import functools\ndef memo(f):\n  cache = {}\n  @functools.wraps(f)\n  def inner(*a):\n    if a not in cache: cache[a] = f(*a)\n    return cache[a]\n  return inner\n@functools.lru_cache\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)",
        "from solution import memo, fib\ndef test_a():\n  calls = []\n  @memo\n  def f(x):\n    calls.append(x); return x * 2\n  assert f(2) == 4 and f(2) == 4 and calls == [2] and f.__name__ == 'f'\n  assert fib(50) == 12586269025 and fib.cache_info().hits > 0",
    ),
    "context managers": (
        "from contextlib import contextmanager\nlog = []\nclass T:\n  def __enter__(self): log.append('in'); return self\n  def __exit__(self, t, v, tb): log.append(t.__name__ if t else None); return t is KeyError\n@contextmanager\ndef c(x):\n  yield x + 1",
        "import solution\nfrom solution import T, c\ndef test_a():\n  with T() as t: assert isinstance(t, T)\n  with T(): raise KeyError('x')\n  assert solution.log == ['in', None, 'in', 'KeyError']\n  with c(1) as v: assert v == 2",
    ),
    "in-place changes": (
        "def sort(x): x.sort()\ndef add(d): d['k'] = [1]\ndef nested(x): x[0].append(9)\ndef s(x): x.add(5)\ndef b(x): x[0] = 7\ndef swap(a, b): a[:], b[:] = b[:], a[:]",
        "from solution import *\ndef test_a():\n  x = [3, 1]; y = x; sort(x); assert y == [1, 3]\n  d = {}; add(d); assert d == {'k': [1]}\n  i = [0]; n = [i, i]; nested(n); assert i == [0, 9] and n[0] is n[1] is i\n"
        "  q = {1}; s(q); assert q == {1, 5}\n  z = bytearray(b'ab'); b(z); assert z[0] == 7\n  p, r = [1], [2]; swap(p, r); assert (p, r) == ([2], [1])",
    ),
    "enum": (
        "from enum import Enum, IntEnum, auto\nclass Color(Enum):\n  RED = 'r'\n  BLUE = 'b'\nclass N(IntEnum):\n  ONE = 1\n  TWO = auto()\ndef pick(c): return Color.RED if c is Color.BLUE else Color.BLUE",
        "from solution import *\ndef test_a():\n  assert Color.RED is Color.RED and Color.RED == Color.RED != Color.BLUE and Color('r') is Color.RED and Color['BLUE'] is Color.BLUE\n"
        "  assert [c.name for c in Color] == ['RED', 'BLUE'] and len(Color) == 2 and Color.RED.value == 'r' and isinstance(Color.RED, Color)\n"
        "  assert pick(Color.BLUE) is Color.RED and {Color.RED: 1}[Color.RED] == 1\n  assert N.ONE == 1 and N.TWO > N.ONE and N.TWO + 1 == 3 and isinstance(N.ONE, int) and sorted(N) == [1, 2] and repr(Color.RED) == \"<Color.RED: 'r'>\"",
    ),
    "namedtuple": (
        "from collections import namedtuple\nfrom typing import NamedTuple\nP = namedtuple('P', 'x y')\nclass Q(NamedTuple):\n  a: int\n  b: str = 'z'\ndef mk(): return P(1, 2)",
        "from solution import *\ndef test_a():\n  p = mk(); assert p == (1, 2) and p.x == 1 and p[1] == 2 and isinstance(p, tuple) and isinstance(p, P) and P(1, 2) == p\n  x, y = p; assert (x, y) == (1, 2) and p._asdict() == {'x': 1, 'y': 2} and p._replace(x=5) == (5, 2)\n  assert Q(1) == (1, 'z') and Q(1).b == 'z' and repr(P(1, 2)) == 'P(x=1, y=2)'",
    ),
    "subclasses of builtins": (
        "class S(str):\n  def shout(self): return self.upper() + '!'\nclass L(list):\n  def push(self, x): self.append(x); return self\nclass D(dict):\n  def __missing__(self, k): return k * 2\nclass I(int): pass",
        "from solution import *\ndef test_a():\n  assert S('a') == 'a' and S('a').shout() == 'A!' and S('a') + 'b' == 'ab' and isinstance(S('x'), str)\n  l = L([1]); l.push(2).push(3); assert l == [1, 2, 3] and len(l) == 3 and l[0] == 1 and list(l) == [1, 2, 3]; l.append(4); assert l == [1, 2, 3, 4]\n"
        "  d = D(a=1); assert d['a'] == 1 and d == {'a': 1} and d['zz'] == 'zzzz'; d['q'] = 2; assert d == {'a': 1, 'q': 2}\n  assert I(5) == 5 and I(5) + 1 == 6",
    ),
    "async": (
        "import asyncio\nasync def add(a, b):\n  await asyncio.sleep(0.01); return a + b\nasync def gen(n):\n  for i in range(n):\n    await asyncio.sleep(0); yield i\nclass C:\n  async def __aenter__(self): return self\n  async def __aexit__(self, *a): return False\n  async def get(self): return 5\nasync def bad(): raise ValueError('x')\nasync def call(f): return await f(2)",
        "import asyncio, pytest, time\nfrom solution import *\ndef test_run(): assert asyncio.run(add(1, 2)) == 3\nasync def test_a():\n  assert await add(1, 2) == 3\n  assert await asyncio.gather(add(1, 1), add(2, 2)) == [2, 4]\n  assert [i async for i in gen(3)] == [0, 1, 2]\n"
        "  async with C() as c: assert await c.get() == 5\n  with pytest.raises(ValueError): await bad()\n  with pytest.raises(asyncio.TimeoutError): await asyncio.wait_for(add_slow(), 0.05)\n  async def cb(x):\n    await asyncio.sleep(0.01); return x + 1\n  assert await call(cb) == 3\nasync def add_slow():\n  await asyncio.sleep(1)\n",
    ),
    "async queue": (
        "import asyncio\nclass Bus:\n  def __init__(self): self.q = asyncio.Queue()\n  async def put(self, x): await self.q.put(x)\n  async def get(self): return await self.q.get()",
        "import asyncio\nfrom solution import Bus\nasync def test_a():\n  b = Bus()\n  t = asyncio.create_task(b.get())\n  await asyncio.sleep(0.02)\n  await b.put(4)\n  assert await t == 4",
    ),
    "output": (
        "import sys\ndef hi(n):\n  print('hello', n); print('e', file=sys.stderr)",
        "from solution import hi\ndef test_a(capsys):\n  hi('bob'); out = capsys.readouterr(); assert out.out == 'hello bob\\n' and out.err == 'e\\n'\nimport io, contextlib\ndef test_b():\n  f = io.StringIO()\n  with contextlib.redirect_stdout(f): hi(1)\n  assert f.getvalue() == 'hello 1\\n'",
    ),
    "warnings": ("import warnings\ndef old(): warnings.warn('gone', DeprecationWarning); return 1", "import pytest\nfrom solution import old\ndef test_a():\n  with pytest.warns(DeprecationWarning, match='gone'): assert old() == 1"),
    "value types": (
        "from decimal import Decimal\nfrom fractions import Fraction\nimport datetime as dt, uuid, pathlib, collections\ndef same(x): return x\ndef kinds(): return [Decimal('1.10'), Fraction(1, 3), dt.date(2024, 1, 2), dt.timedelta(1), collections.Counter('aab'), collections.deque([1]), pathlib.Path('a'), 2 ** 5000, 1j, b'x', float('inf'), collections.defaultdict(list, {1: [2]}), range(3), {}.keys(), frozenset({1})]",
        "from decimal import Decimal\nfrom fractions import Fraction\nimport datetime as dt, collections, pathlib, math\nfrom solution import *\ndef test_a():\n  assert kinds() == [Decimal('1.10'), Fraction(1, 3), dt.date(2024, 1, 2), dt.timedelta(1), collections.Counter('aab'), collections.deque([1]), pathlib.Path('a'), 2 ** 5000, 1j, b'x', math.inf, {1: [2]}, range(3), set(), {1}]\n"
        "  for v in (dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), Ellipsis, slice(1, 2), '\\ud800', -0.0): assert same(v) == v\n  assert math.isnan(same(math.nan)) and type(same(True)) is bool and type(same(1.0)) is float",
    ),
    "deep recursion": ("def f(n): return 0 if n == 0 else 1 + f(n - 1)\ndef g(n): return g(n + 1)", "import pytest\nfrom solution import *\ndef test_a():\n  assert f(900) == 900\n  with pytest.raises(RecursionError): g(0)"),
    "cycles": ("def ring():\n  a = [1]; a.append(a); return a\ndef tie(x): x.append(x)", "from solution import *\ndef test_a():\n  r = ring(); assert r[1] is r\n  x = [1]; tie(x); assert x[1] is x"),
    "fixtures and parametrize": (
        "class Acc:\n  def __init__(self): self.b = 0\n  def dep(self, n):\n    if n <= 0: raise ValueError('positive')\n    self.b += n",
        "import pytest\nfrom solution import Acc\n@pytest.fixture\ndef acc():\n  a = Acc(); yield a; a.b = 0\n@pytest.mark.parametrize('n', [1, 2])\ndef test_d(acc, n):\n  acc.dep(n); assert acc.b == n\n@pytest.mark.parametrize('n', [0, -1])\ndef test_e(acc, n):\n  with pytest.raises(ValueError): acc.dep(n)\nclass TestX:\n  def test_y(self, acc): assert acc.b == 0",
    ),
    "signature": ("def f(a, b=2, *c, d, **e):\n  'Doc.'", "import inspect, solution\ndef test_a():\n  assert list(inspect.signature(solution.f).parameters) == ['a', 'b', 'c', 'd', 'e'] and solution.f.__doc__ == 'Doc.' and solution.f.__name__ == 'f' and callable(solution.f)"),
    "test objects as arguments": (
        "class Bus:\n  def __init__(self): self.subs = []\n  def sub(self, h): self.subs.append(h)\n  def emit(self, x):\n    for h in self.subs: h.handle(x)\ndef total(items): return sum(i.price * i.n for i in items)\ndef write(f): f.write('hi')\ndef use(client): return client.get('/a').status",
        "import io\nfrom dataclasses import dataclass\nfrom unittest.mock import Mock\nfrom solution import *\n@dataclass\nclass Item:\n  price: float\n  n: int\nclass H:\n  def __init__(self): self.got = []\n  def handle(self, x): self.got.append(x)\ndef test_a():\n  b = Bus(); h = H(); b.sub(h); b.emit(3); assert h.got == [3]\n  assert total([Item(2.0, 3), Item(1.0, 1)]) == 7.0\n  f = io.StringIO(); write(f); assert f.getvalue() == 'hi'\n  m = Mock(); m.get.return_value.status = 200; assert use(m) == 200; m.get.assert_called_once_with('/a')",
    ),
    "module state": ("n = 0\ndef inc():\n  global n\n  n += 1\nPI = 3.14", "import solution\ndef test_a():\n  solution.inc(); assert solution.n == 1\n  solution.n = 10; solution.inc(); assert solution.n == 11 and solution.PI == 3.14"),
    "test's own lists and iterators": ("def first(it): return next(iter(it))\ndef total(it): return sum(it)", "from solution import *\ndef test_a():\n  assert first(x for x in (4, 5)) == 4 and total(i for i in range(4)) == 6 and total(iter([1, 2])) == 3 and total(map(int, ['1', '2'])) == 3"),
    "copy and protocols": (
        "class Box:\n  def __init__(self, v): self.v = v\n  def __call__(self, x): return x + self.v\n  def __format__(self, s): return f'<{self.v}{s}>'\n  def __int__(self): return self.v\n  def __float__(self): return 1.5\n  def __index__(self): return self.v\n  def __setitem__(self, k, v): self.v = v\n  def __reversed__(self): return iter([3, 2])",
        "import copy\nfrom collections.abc import Callable\nfrom solution import Box\ndef test_a():\n  b = Box(2); c = copy.deepcopy(b); c.v = 3; assert b.v == 2 and b(1) == 3 and f'{b:x}' == '<2x>' and int(b) == 2 and float(b) == 1.5 and [0, 1, 2][b] == 2\n  b[0] = 9; assert b.v == 9 and list(reversed(b)) == [3, 2] and isinstance(b, Callable)",
    ),
    "generic class": ("from typing import Generic, TypeVar\nT = TypeVar('T')\nclass Stack(Generic[T]):\n  def __init__(self): self.i = []\n  def push(self, x: T): self.i.append(x)", "from solution import Stack\ndef test_a():\n  s = Stack[int](); s.push(1); assert s.i == [1]; Stack().push(2)"),
    "linked list": (
        "class Node:\n  def __init__(self, v, next=None): self.v, self.next = v, next\ndef build(xs):\n  h = None\n  for x in reversed(xs): h = Node(x, h)\n  return h\ndef rev(h):\n  p = None\n  while h: h.next, p, h = p, h, h.next\n  return p",
        "from solution import *\ndef test_a():\n  h = rev(build([1, 2, 3])); out = []\n  while h is not None:\n    out.append(h.v); h = h.next\n  assert out == [3, 2, 1]\n  n = Node(1); n.next = Node(2); assert rev(n).v == 2",
    ),
    "random in candidate": ("import random\ndef roll(): return random.randint(1, 6)", "from solution import roll\ndef test_a(): assert all(1 <= roll() <= 6 for _ in range(20))"),
    "approx": ("def third(): return 1 / 3", "import pytest, math\nfrom solution import third\ndef test_a(): assert third() == pytest.approx(0.333, abs=1e-2) and math.isclose(third(), 1 / 3)"),
    "threads of the candidate": ("import threading\ndef run(f):\n  out = []\n  ts = [threading.Thread(target=lambda i=i: out.append(f(i))) for i in range(3)]\n  [t.start() for t in ts]; [t.join() for t in ts]\n  return sorted(out)", "from solution import run\ndef test_a(): assert run(lambda x: x * 2) == [0, 2, 4]"),
    "skip in the tests": ("def f(): return 1", "import pytest\nfrom solution import f\n@pytest.mark.skip(reason='later')\ndef test_s(): assert False\n@pytest.mark.xfail\ndef test_x(): assert f() == 2\ndef test_a(): assert f() == 1"),
}  # fmt: skip

PROJECTS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "package": (
        {"shop/__init__.py": "from shop.cart import Cart", "shop/cart.py": "from shop.util import cents\nclass Cart:\n  def total(self): return cents(1)", "shop/util.py": "def cents(x): return x * 100"},
        {"tests/test_cart.py": "from shop import Cart\nfrom shop.util import cents\nimport shop.cart\ndef test_a(): assert Cart().total() == 100 and cents(2) == 200 and shop.cart.Cart is Cart"},
    ),
    "conftest and helper of the tests": (
        {"solution.py": "def f(x): return x + 1"},
        {"conftest.py": "import pytest\n@pytest.fixture\ndef one(): return 1", "helper.py": "TWO = 2", "test_a.py": "from helper import TWO\nfrom solution import f\ndef test_a(one): assert f(one) == TWO"},
    ),
    "two test files": (
        {"solution.py": "def f(x): return x + 1"},
        {"test_a.py": "from solution import f\ndef test_a(): assert f(1) == 2", "b.py": "assert f(2) == 3"},
    ),
    "reads its own data": (
        {"solution.py": "def f():\n  with open('data.txt') as g: return g.read()", "data.txt": "hi"},
        {"test_a.py": "from solution import f\ndef test_a(): assert f() == 'hi'"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HONEST)
def test_good_code_passes_apart(judge, case):
    code, tests = HONEST[case]
    if "zero()" in tests:
        code += "\ndef zero(): return 1 / 0"
    verdict = judge(code, tests)
    assert verdict.status is Status.PASSED, (verdict.summary, [f.message for f in verdict.findings])
    assert verdict.evidence["judging"] == "apart"


@pytest.mark.parametrize("case", PROJECTS)
def test_good_projects_pass_apart(judge, case):
    code, tests = PROJECTS[case]
    verdict = judge(code, tests)
    assert verdict.status is Status.PASSED, (verdict.summary, [f.message for f in verdict.findings])
    assert verdict.evidence["judging"] == "apart"
