"""JavaScript that tries to pass without solving anything: none of it may be accepted."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Status

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
# Ways in, written once and given to each of the three suites.
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
        const ids = ['adds', 'splits', 'makes', 'all > adds', 'all > splits', 'all > waits', ...[2, 3, 4, 5, 6, 7].map((n) => 'line ' + n)];
        const lines = ids.map((id) => JSON.stringify({ nonce, test: 'test_solution.js::' + id, outcome: 'passed' }));
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
        for (const place of ['test_solution.js', '/work/test_solution.js', '.acrisol/judge.json', '/proc/1/cwd/test_solution.js', '../work/test_solution.js'])
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
SUITES = {"node": NODE_TESTS, "jest": JEST_TESTS, "script": SCRIPT_TESTS}


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("cheat", CHEATS)
def test_no_cheat_is_accepted(judge: Judge, cheat: str, suite: str) -> None:
    verdict = judge(Language.JAVASCRIPT, CHEATS[cheat], SUITES[suite])
    assert verdict.status in (Status.FAILED, Status.INCOMPLETE), verdict.summary
    assert verdict.evidence["judging"] == "apart"


HONEST = """
const add = (a, b) => a + b;
const words = (text) => text.split(' ');
const root = Math.sqrt;
class Value { constructor(x) { this.x = x; } equals(other) { return other.x === this.x; } }
module.exports = { add, words, make: (x) => new Value(x), later: async (x) => x + 1 };
"""


@pytest.mark.parametrize("suite", SUITES)
def test_the_suites_accept_an_honest_solution(judge: Judge, suite: str) -> None:
    verdict = judge(Language.JAVASCRIPT, HONEST, SUITES[suite])
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)


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


def test_instanceof_is_the_judges_own(judge: Judge) -> None:
    code = "exports.Shape = class Shape { static [Symbol.hasInstance]() { return true; } }; exports.make = () => ({});"
    tests = """
        const { Shape, make } = require('./solution');
        test('kind', () => { expect(make() instanceof Shape).toBe(true); });"""
    verdict = judge(Language.JAVASCRIPT, code, tests)
    assert verdict.status is Status.FAILED


def test_a_forged_report_of_a_shared_process_needs_the_end_of_the_parent(judge: Judge) -> None:
    from verifiers.domain import Policy

    code = "module.exports = class Base {}; process.reallyExit(0);"
    tests = """
        const Base = require('./solution');
        class Own extends Base {}
        test('kind', () => { expect(new Own().name()).toBe('x'); });"""
    verdict = judge(Language.JAVASCRIPT, code, tests, policy=Policy(allow_shared_judge=True))
    assert verdict.status is Status.FAILED
    assert verdict.evidence["judging"] == "shared"
