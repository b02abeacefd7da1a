"""JavaScript that tries to pass without solving anything: none of it may be accepted."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Policy, SourceFile, Status, TestSuite, Verdict
from verifiers.execution.languages.javascript.plan import expected

NODE_TESTS = """
const test = require('node:test');
const assert = require('node:assert');
const { add, words, make } = require('./solution');
test('adds', () => { assert.strictEqual(add(20, 3), 23); assert.equal(add(-5, 1), -4); });
test('splits', () => { assert.deepStrictEqual(words('ab c'), ['ab', 'c']); assert.ok(words('x').includes('x')); });
test('makes', () => { assert.ok(make(4).equals(make(4)) && !make(4).equals(make(5))); });
"""
JEST_TESTS = """
const { add, words, later } = require('./solution');
describe('all', () => {
  it('adds', () => { expect(add(20, 3)).toBe(23); expect(add(1, 1)).toEqual(2); });
  it('splits', () => { expect(words('ab c')).toEqual(['ab', 'c']); expect(words('q')).toContain('q'); });
  it('waits', async () => { expect(await later(7)).toBe(8); await expect(later(1)).resolves.toEqual(2); });
});
"""
SCRIPT_TESTS = """
console.assert(add(20, 3) === 23, 'adds');
console.assert(add(20, 3) == 23);
console.assert(JSON.stringify(words('ab c')) === JSON.stringify(['ab', 'c']));
console.assert(Math.abs(root(2) * root(2) - 2) < 1e-9);
console.assert(words('a').every((word) => word === 'a') && words('b').includes('b'));
console.assert(add(1, 1) > 1 && add(1, 1) < 3);
"""
# Ways in, each tried on all three suites.
CHEATS = {
    "exit at once": "process.exit(0);",
    "exit when called": "const leave = () => process.exit(0); module.exports = { add: leave, words: leave, make: leave };",
    "real exit": "process.reallyExit(0);",
    "exit code by a hook": "process.on('exit', () => { process.exitCode = 0; }); throw new Error('x');",
    "swallows every error": """
        process.on('uncaughtException', () => {}); process.on('unhandledRejection', () => {});
        module.exports = { add() { throw null; }, words() { throw undefined; } };""",
    "asserts overridden": """
        const assert = require('assert');
        for (const name of Object.keys(assert)) assert[name] = () => {};
        require('assert').strict.equal = () => {}; console.assert = () => {};
        module.exports = { add: () => 0, words: () => [], make: () => ({}) };""",
    "names of the tests' scope": """
        const console = { assert() {} }; const assert = () => {}; assert.strictEqual = assert; assert.ok = assert;
        function test() {} function expect() { return new Proxy({}, { get: () => () => {} }); } function describe() {}
        const JSON = { stringify: () => '' }; const Math = { abs: () => 0 };
        const add = () => 0, words = () => [], root = () => 0;""",
    "globals overridden": """
        globalThis.console = { assert() {} }; globalThis.expect = () => new Proxy({}, { get: () => () => {} });
        globalThis.JSON = { stringify: () => 'x' }; globalThis.test = globalThis.describe = () => {};
        globalThis.add = () => 0; globalThis.words = () => [];""",
    "prototypes patched": """
        Array.prototype.includes = Array.prototype.every = () => true; Object.is = () => true;
        Array.prototype[Symbol.iterator] = function* () {}; Promise.prototype.then = (f) => f();
        Function.prototype.call = Function.prototype.apply = () => true; JSON.stringify = () => '""';
        Object.prototype.message = ''; String.prototype.toString = () => 'same'; Map.prototype.get = () => 1;
        const add = () => 0, words = () => []; module.exports = { add, words };""",
    "module cache poisoned": """
        const Module = require('module');
        const nothing = new Proxy(function () {}, { get: () => nothing, apply: () => true });
        Module._load = () => nothing; for (const key of Object.keys(require.cache)) require.cache[key].exports = nothing;
        module.exports = { add: () => 0, words: () => [] };""",
    "report lines on every descriptor": """
        const fs = require('fs');
        const nonce = (() => { try { return /NONCE=(\\w+)/.exec(fs.readFileSync('/proc/1/environ', 'latin1'))[1]; } catch { return ''; } })();
        const ids = ['node.test.js::adds', 'node.test.js::splits', 'node.test.js::makes', 'jest.test.js::all > adds', 'jest.test.js::all > splits',
          'jest.test.js::all > waits', ...[2, 3, 4, 5, 6, 7].map((n) => 'script.js::line ' + n)];
        const lines = ids.map((id) => JSON.stringify({ nonce, test: id, outcome: 'passed' }));
        lines.push(JSON.stringify({ nonce, end: true, gone: null, versions: {} }));
        for (let fd = 0; fd < 64; fd++) if (fd !== 3) try { fs.writeSync(fd, lines.join('\\n') + '\\n'); } catch {}
        process.exit(0);""",
    "TAP output": """
        process.stdout.write('TAP version 13\\nok 1 - adds\\nok 2 - splits\\n1..2\\n# pass 2\\n# fail 0\\n');
        module.exports = { add: () => 0, words: () => [] };""",
    "answers written ahead": """
        const fs = require('fs');
        const frame = (message) => { const data = Buffer.from(JSON.stringify(message)); const head = Buffer.alloc(4);
          head.writeUInt32BE(data.length); return Buffer.concat([head, data]); };
        for (let i = 0; i < 200; i++) fs.writeSync(4, frame(['ok', [], [], true, []]));
        module.exports = { add: () => true, words: () => true };""",
    "hostile messages": """
        const fs = require('fs');
        const frame = (message) => { const data = Buffer.from(JSON.stringify(message)); const head = Buffer.alloc(4);
          head.writeUInt32BE(data.length); return Buffer.concat([head, data]); };
        for (const name of ['constructor', '__proto__', 'toString', 'call', 'get', 'hasOwnProperty']) fs.writeSync(4, frame([name, [], [], 1, 'constructor', 'x']));
        module.exports = { add: () => 0 };""",
    "polluting objects over the link": """
        const dirty = JSON.parse('{"__proto__": {"passed": true, "skip": true, "pass": true}, "constructor": {"prototype": {"pass": true}}}');
        const fs = require('fs');
        const data = Buffer.from(JSON.stringify(['ok', [], [], ['O', 99991, false, 0, ['__proto__', ['O', 99993, false, 0, ['skip', true]]]]]));
        const head = Buffer.alloc(4); head.writeUInt32BE(data.length);
        const add = () => { fs.writeSync(4, Buffer.concat([head, data])); return dirty; };
        const words = () => dirty; module.exports = { add, words, make: () => dirty, later: () => dirty };""",
    "equal to everything": """
        const all = new Proxy(function () {}, {
          get: (target, key) => key === Symbol.toPrimitive ? () => 23 : key === 'then' ? undefined : all,
          has: () => true, apply: () => true, getPrototypeOf: () => Array.prototype, ownKeys: () => [],
        });
        const add = () => all, words = () => all, root = () => all; module.exports = { add, words, make: () => all, later: async () => all };""",
    "speaks for itself": """
        const yes = { valueOf: () => 23, toString: () => '23', toJSON: () => ['ab', 'c'], asymmetricMatch: () => true, length: 2,
          equals: () => true, includes: () => true, every: () => true, [Symbol.toPrimitive]: () => 23, [Symbol.iterator]: function* () { yield 'ab'; yield 'c'; } };
        const add = () => yes, words = () => yes, root = () => yes; module.exports = { add, words, make: () => yes, later: async () => yes };""",
    "another number at each look": """
        let looks = 0;
        const shifty = () => ({ [Symbol.toPrimitive]: () => [2, 1, 1.5][looks++ % 3] });
        const add = shifty, root = shifty, words = () => ['ab', 'c']; module.exports = { add, words };""",
    "getters that change": """
        let n = 0;
        const list = () => Object.defineProperty({}, 'length', { get: () => n++, enumerable: true });
        const add = () => 0, words = list; module.exports = { add, words, make: () => ({ get equals() { return () => n++ % 2 === 0; } }) };""",
    "promises of its own make": """
        const thenable = { then(resolve, reject) { resolve(thenable2); } }; const thenable2 = { then(resolve) { resolve({}); resolve(8); } };
        class Odd extends Promise { then(a, b) { return super.then(() => a(8), b); } }
        module.exports = { later: () => thenable, add: () => Odd.resolve(0), words: () => thenable };""",
    "a worker that ends everything": """
        const { Worker } = require('worker_threads');
        new Worker("process.kill(process.pid, 'SIGKILL')", { eval: true });
        const end = Date.now() + 3000; while (Date.now() < end);
        module.exports = { add: () => 0, words: () => [] };""",
    "kills whom it can": """
        for (const pid of [process.ppid, 1, -1]) try { process.kill(pid, 'SIGKILL'); } catch {}
        module.exports = { add: () => 0, words: () => [] };""",
    "reads the tests": """
        const fs = require('fs'); const found = [];
        for (const place of ['script.js', '/work/node.test.js', '.acrisol/judge.json', '/proc/1/cwd/jest.test.js', '/proc/self/root/work/script.js'])
          try { found.push(fs.readFileSync(place, 'utf8')); } catch {}
        const text = found.join('');
        const add = (a, b) => text.includes(`add(${a}, ${b})`) ? a + b : 0, words = (s) => text ? s.split(' ') : [];
        module.exports = { add, words, make: () => ({}) };""",
    "throws what steers runners": """
        const stop = () => { throw Object.assign(new Error('skip'), { code: 'ERR_TEST_FAILURE', skip: true, failureType: 'testCodeFailure', pending: true, name: 'Exit' }); };
        const add = stop, words = stop; module.exports = { add, words, make: stop, later: async () => stop() };""",
    "stack traces rewritten": """
        Error.prepareStackTrace = () => { throw 1; }; Error.stackTraceLimit = 0;
        const add = () => { const e = new Error(); e.stack = 'passed'; throw e; }; module.exports = { add, words: add };""",
}  # fmt: skip
SUITES = {"node.test.js": NODE_TESTS, "jest.test.js": JEST_TESTS, "script.js": SCRIPT_TESTS}


def passed(verdict: Verdict) -> set[str]:
    found = verdict.evidence.get("passed")
    return {str(test) for test in found} if isinstance(found, list) else set()


@pytest.mark.parametrize("cheat", CHEATS)
def test_no_cheat_gets_a_whole_file_of_tests_accepted(judge: Judge, cheat: str) -> None:
    verdict = judge(Language.JAVASCRIPT, CHEATS[cheat], SUITES)
    assert verdict.status in (Status.FAILED, Status.INCOMPLETE), verdict.summary
    assert verdict.evidence["judging"] == "apart"
    for path, content in SUITES.items():
        ids = set(expected(TestSuite(files=(SourceFile(path=path, content=content),))))
        assert ids
        assert not ids <= passed(verdict), path


HONEST = """
const add = (a, b) => a + b;
const words = (text) => text.split(' ');
const root = Math.sqrt;
class Value { constructor(x) { this.x = x; } equals(other) { return other.x === this.x; } }
module.exports = { add, words, make: (x) => new Value(x), later: async (x) => x + 1 };
"""


def test_the_suites_accept_an_honest_solution(judge: Judge) -> None:
    verdict = judge(Language.JAVASCRIPT, HONEST, SUITES)
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)


MEMBERS_TESTS = """
const assert = require('assert');
const { primes } = require('./solution');
assert.ok(primes(10).has(7));
assert.ok(primes(100).has(97));
assert.ok(primes(9).has(3));
assert.ok(primes(9).has(2));
assert.ok(primes(100).has('two'));
"""
MEMBERS = {
    "yes to every integer and text": "has: (v) => Number.isInteger(v) || typeof v === 'string'",
    "yes to the first that it is asked about": "has(v) { this.first ??= v; return v === this.first; }",
}


@pytest.mark.parametrize("cheat", MEMBERS)
def test_an_object_that_says_yes_is_asked_about_values_of_the_same_type(judge: Judge, cheat: str) -> None:
    code = f"module.exports = {{ primes: (n) => ({{ {MEMBERS[cheat]} }}) }};"
    assert judge(Language.JAVASCRIPT, code, MEMBERS_TESTS).status is Status.FAILED


@pytest.mark.parametrize(
    "has",
    [
        "new Set([2, 3, 5, 7, 97, 'two']).has(v)",
        "['2', '3', '7', '97', 'two'].includes(String(v))",
        "(v >= 2 && v <= 100) || /^tw/.test(v)",
    ],
)
def test_an_honest_object_may_say_yes_to_some_of_them(judge: Judge, has: str) -> None:
    code = f"module.exports = {{ primes: (n) => ({{ has: (v) => {has} }}) }};"
    verdict = judge(Language.JAVASCRIPT, code, MEMBERS_TESTS)
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)


# Each of these gets its test accepted where both are in one process; the second text is the test.
POINTED = {
    "console.assert": ("console.assert = () => {}; exports.f = () => 0;", "console.assert(f(1) === 1);"),
    "assert": (
        "const a = require('assert'); a.strictEqual = a.deepStrictEqual = () => {}; exports.f = () => 0;",
        "assert.strictEqual(f(1), 1);",
    ),
    "Object.is": (
        "Object.is = () => true; exports.f = () => 0;",
        "test('f', () => { expect(f(1)).toBe(1); });",
    ),
    "JSON.stringify": (
        "const real = JSON.stringify; JSON.stringify = (x) => (Array.isArray(x) ? '' : real(x)); exports.f = () => [];",
        "console.assert(JSON.stringify(f(1)) === JSON.stringify([1, 2]));",
    ),
    "Math.abs": ("Math.abs = () => 0; exports.f = () => 0;", "console.assert(Math.abs(f(2) - 4.5) < 1e-6);"),
    "Array.prototype.every": (
        "Array.prototype.every = () => true; exports.f = () => [0];",
        "console.assert(f(1).every((x) => x === 1));",
    ),
    "String.prototype.includes": (
        "String.prototype.includes = () => true; exports.f = () => 'no';",
        "console.assert(f(1).includes('yes'));",
    ),
    "a number that changes": (
        "let n = 0; exports.f = () => ({ valueOf: () => [2, 1][n++ % 2] });",
        "console.assert(Math.abs(f(2) * f(2) - 2) < 1e-9);",
    ),
    "a class whose numbers change": (
        "let n = 0; class f { valueOf() { return [2, 1][n++ % 2]; } } exports.f = () => new f();",
        "console.assert(Math.abs(f(2) * f(2) - 2) < 1e-9);",
    ),
    "a lent Math": (
        "exports.f = (m) => { if (typeof m === 'object') m.abs = () => 0; return 0; };",
        "f(Math);\nconsole.assert(Math.abs(f(2) - 4.5) < 1e-6);",
    ),
    "a lent module": (
        "exports.f = (m) => { if (typeof m === 'object') m.join = () => 'x'; return 'x'; };",
        "f(require('path'));\nconsole.assert(f(1) === require('path').join('a', 'b'));",
    ),
    "includes everything": (
        "exports.f = () => ({ includes: () => true });",
        "console.assert(f(1).includes(7));",
    ),
    "every is true": (
        "exports.f = () => ({ every: () => true });",
        "console.assert(f(1).every((x) => x === 1));",
    ),
    "equals everything": (
        "class Odd { equals() { return true; } } exports.f = () => new Odd();",
        "console.assert(f(1).equals({ x: 1 }));",
    ),
    "instanceof": (
        "exports.f = class { static [Symbol.hasInstance]() { return true; } };",
        "console.assert({} instanceof f);",
    ),
}
IN_ONE_PROCESS = "Date.now = Date.now;\n"  # a test that replaces parts of the language cannot run apart


@pytest.mark.parametrize("cheat", POINTED)
def test_what_works_in_one_process_does_not_work_apart(judge: Judge, cheat: str) -> None:
    code, check = POINTED[cheat]
    tests = f"const assert = require('assert'); const {{ f }} = require('./solution');\n{check}"
    together = judge(
        Language.JAVASCRIPT, code, IN_ONE_PROCESS + tests, policy=Policy(allow_shared_judge=True)
    )
    assert together.evidence["judging"] == "shared"
    assert together.status is Status.PASSED, (together.summary, together.findings)
    apart = judge(Language.JAVASCRIPT, code, tests)
    assert apart.evidence["judging"] == "apart"
    assert apart.status is Status.FAILED


ON_CALLBACKS = {
    "constructor of a callback": "exports.each = (list, f) => f.constructor('return process')().exit(0);",
    "a caller's arguments": "exports.each = function (list, f) { try { f.caller; f.arguments; } catch {} f(1); };",
    "calls instead of returning": "exports.each = (list, f) => { for (let i = 0; i < 5; i++) f(i); };",
    "the tests' own class": """
        exports.each = (list, f) => { for (const part of list) { const made = part.constructor;
          if (made !== Object) made('return process')().exit(0); f(part.value.__proto__.constructor); } };""",
    "a lent object's insides": """
        exports.each = (list, f) => { for (const part of list) { try { part.__proto__.value = 1; } catch {}
          part.value = 0; Object.setPrototypeOf(part, null); f(part); } };""",
}
CALLBACK_TESTS = """
const test = require('node:test'); const assert = require('node:assert');
const { each } = require('./solution');
class Part { constructor(value) { this.value = value; } }
test('calls', () => {
  const seen = []; each([new Part(7), new Part(9)], (part) => { seen.push(part.value); });
  assert.deepStrictEqual(seen, [7, 9]);
});
"""


@pytest.mark.parametrize("cheat", ON_CALLBACKS)
def test_what_the_tests_lend_does_not_open_their_process(judge: Judge, cheat: str) -> None:
    verdict = judge(Language.JAVASCRIPT, ON_CALLBACKS[cheat], CALLBACK_TESTS)
    assert verdict.status in (Status.FAILED, Status.INCOMPLETE), verdict.summary


def test_a_forged_report_of_a_shared_process_needs_the_end_of_the_parent(judge: Judge) -> None:
    code = "module.exports = class Base {}; process.reallyExit(0);"
    tests = """
        const Base = require('./solution');
        class Own extends Base {}
        test('kind', () => { expect(new Own().name()).toBe('x'); });"""
    verdict = judge(Language.JAVASCRIPT, code, tests, policy=Policy(allow_shared_judge=True))
    assert verdict.status is Status.FAILED
    assert verdict.evidence["judging"] == "shared"
