"""Programs in JavaScript and TypeScript that use much of their languages, and tests of them."""

from __future__ import annotations

MODULE = """
class ValidationError extends Error {
  constructor(message, field) { super(message); this.name = 'ValidationError'; this.field = field; }
}
class Stack {
  #items = [];
  static of(...xs) { const made = new Stack(); xs.forEach((x) => made.push(x)); return made; }
  push(x) { this.#items.push(x); return this; }
  pop() { if (this.#items.length === 0) throw new ValidationError('empty', 'items'); return this.#items.pop(); }
  get size() { return this.#items.length; }
  [Symbol.iterator]() { return this.#items[Symbol.iterator](); }
  toString() { return `Stack(${this.#items})`; }
}
class Money { constructor(c) { this.c = c; } valueOf() { return this.c; } plus(o) { return new Money(this.c + o.c); } toJSON() { return { c: this.c }; } }
class Celsius { #c = 0; get f() { return this.#c * 9 / 5 + 32; } set f(v) { this.#c = (v - 32) * 5 / 9; } set c(v) { if (typeof v !== 'number') throw new TypeError('a number'); this.#c = v; } }
class Point { constructor(x) { this.x = x; Object.freeze(this); } }
class Numbers extends Array { sum() { return this.reduce((a, b) => a + b, 0); } }
class Cache { #m = new Map(); #list = []; set(k, v) { this.#m.set(k, v); } get(k) { return this.#m.get(k); } list() { return this.#list; } count() { return this.#list.length; } }
class Bus extends require('events') { fire(x) { this.emit('x', x); } }
function* upTo(n) { for (let i = 0; i < n; i++) yield i; }
async function* later(n) { for (let i = 0; i < n; i++) { await null; yield i; } }
async function double(x) { await new Promise((done) => setTimeout(done, 10)); if (x < 0) throw new ValidationError('negative', 'x'); return x * 2; }
async function each(xs, f) { const out = []; for (const x of xs) out.push(await f(x)); return out; }
function counter() { let n = 0; return { inc: () => ++n, value: 0, bump() { this.value++; return this; } }; }
function kinds() {
  return { n: NaN, z: -0, u: undefined, nul: null, b: 10n, d: new Date(5), r: /a+/gi, m: new Map([[1, { a: 2 }]]), s: new Set([1, 'x']),
    t: new Uint8Array([1, 2]), f: Float64Array.of(1.5), buf: Buffer.from('hi'), inf: -Infinity, sparse: [1, , 3] };
}
const curry = (f) => function c(...a) { return a.length >= f.length ? f(...a) : (...b) => c(...a, ...b); };
const debounce = (f, ms) => { let t; return (...a) => { clearTimeout(t); t = setTimeout(() => f(...a), ms); }; };
const sorted = (a) => a.sort((x, y) => x - y);
const apply = (f, ...xs) => f(...xs);
const total = (items) => items.reduce((sum, item) => sum + item.price(), 0);
const take = (it, n) => { const out = []; for (const x of it) { if (out.length >= n) break; out.push(x); } return out; };
const mutate = (a) => { 'use strict'; a.push(1); };
module.exports = { ValidationError, Stack, Money, Celsius, Point, Numbers, Cache, Bus, upTo, later, double, each, counter, kinds,
  curry, debounce, sorted, apply, total, take, mutate, hi: () => console.log('hi', { a: 1 }), freeze: Object.freeze };
"""
IMPORT = "const all = require('./solution'); const { ValidationError, Stack, Money, Celsius, Point, Numbers, Cache, Bus, upTo, later, double, each, counter, kinds, curry, debounce, sorted, apply, total, take, mutate, hi, freeze } = all;\n"
NODE = (
    """
const { test, describe, it, beforeEach, before } = require('node:test');
const assert = require('node:assert/strict');
"""
    + IMPORT
    + """
test('classes', () => {
  const s = new Stack(); s.push(1).push(2);
  assert.equal(s.size, 2); assert.equal(s.pop(), 2); assert.ok(s instanceof Stack); assert.deepEqual([...s], [1]);
  assert.equal(`${s}`, 'Stack(1)'); assert.equal(Stack.of(1, 2).size, 2); assert.equal(s.constructor, Stack); assert.equal(Stack.name, 'Stack');
  assert.equal(Object.getPrototypeOf(s), Stack.prototype); assert.ok('push' in s); assert.deepEqual(Object.keys(s), []);
});
test('errors', () => {
  assert.throws(() => new Stack().pop(), ValidationError);
  assert.throws(() => new Stack().pop(), { name: 'ValidationError', message: 'empty', field: 'items' });
  assert.throws(() => new Stack().pop(), (e) => e instanceof ValidationError && e instanceof Error && !(e instanceof TypeError));
  const mine = new RangeError('mine');
  try { apply(() => { throw mine; }); assert.fail(); } catch (e) { assert.equal(e, mine); }
});
test('generators', () => { assert.deepEqual([...upTo(3)], [0, 1, 2]); const g = upTo(1); g.next(); assert.deepEqual(g.next(), { value: undefined, done: true }); });
test('async', async () => {
  assert.equal(await double(2), 4); await assert.rejects(double(-1), ValidationError); assert.ok(double(1) instanceof Promise);
  assert.deepEqual(await Promise.all([double(1), double(2)]), [2, 4]);
  const got = []; for await (const x of later(3)) got.push(x); assert.deepEqual(got, [0, 1, 2]);
  assert.deepEqual(await each([1, 2], async (x) => { await new Promise((done) => setTimeout(done, 5)); return x + 1; }), [2, 3]);
});
test('plain values', () => {
  const k = kinds(); assert.ok(Object.is(k.z, -0));
  assert.deepStrictEqual(k, { n: NaN, z: -0, u: undefined, nul: null, b: 10n, d: new Date(5), r: /a+/gi, m: new Map([[1, { a: 2 }]]), s: new Set([1, 'x']),
    t: new Uint8Array([1, 2]), f: Float64Array.of(1.5), buf: Buffer.from('hi'), inf: -Infinity, sparse: [1, , 3] });
});
test('identity', () => {
  const list = [3, 1, 2]; assert.equal(sorted(list), list); assert.deepEqual(list, [1, 2, 3]);
  const cache = new Cache(); const key = {}; const value = { a: 1 }; cache.set(key, value); assert.equal(cache.get(key), value);
  value.a = 2; assert.equal(cache.get(key).a, 2);
  cache.list().push(5); assert.equal(cache.count(), 1); assert.deepEqual(cache.list(), [5]);
  const c = counter(); c.inc(); assert.equal(c.inc(), 2); c.bump().bump(); assert.equal(c.value, 2);
});
test('frozen', () => {
  'use strict'; const p = new Point(1); assert.ok(Object.isFrozen(p)); assert.throws(() => { p.x = 2; }, TypeError);
  assert.ok(Object.isFrozen(freeze({ a: 1 }))); assert.throws(() => mutate(Object.freeze([])), TypeError);
});
test('objects of the tests', () => {
  class Item { constructor(p) { this.p = p; } price() { return this.p * 2; } }
  function* naturals() { for (let i = 0; ; i++) yield i; }
  assert.equal(total([new Item(1), new Item(2)]), 6); assert.deepEqual(take(naturals(), 3), [0, 1, 2]);
});
describe('hooks', () => { let s; before(() => { s = []; }); beforeEach(() => s.push('x')); it('one', () => assert.equal(s.length, 1)); it('two', () => assert.equal(s.length, 2)); });
test('parent', async (t) => { await t.test('first child', () => {}); await t.test('second child', async () => { assert.equal(await double(3), 6); }); });
for (const n of [1, 2]) test(`case ${n}`, () => { assert.equal(apply((x) => x, n), n); });
test.skip('left out', () => assert.fail());
"""
)
JEST = (
    IMPORT
    + """
describe('values [x]', () => {
  let log = []; beforeAll(() => log.push('all')); beforeEach(() => log.push('each'));
  it('throws', () => { expect(() => new Stack().pop()).toThrow(ValidationError); expect(() => new Stack().pop()).toThrow(/emp/); expect(() => apply(() => 1)).not.toThrow(); });
  it.each([[1, 2], [2, 4]])('double %i', async (a, b) => { await expect(double(a)).resolves.toBe(b); });
  it.each`a|b
    ${1}|${2}`('table $a', async ({ a, b }) => { expect(await double(a)).toEqual(b); });
  it('rejects', async () => { await expect(double(-1)).rejects.toThrow(ValidationError); await expect(double(-1)).rejects.toMatchObject({ field: 'x' }); });
  it('calls done', (done) => { double(2).then((v) => { expect(v).toBe(4); done(); }, done); });
  it('mocks', () => { const f = jest.fn((x) => x + 1); expect(apply(f, 2)).toBe(3); expect(f).toHaveBeenCalledTimes(1); expect(f).toHaveBeenCalledWith(2); });
  it('matches', () => { expect(kinds()).toMatchObject({ b: 10n, s: new Set(['x', 1]) }); expect({ a: 1, b: [1, 2] }).toEqual({ a: expect.any(Number), b: expect.arrayContaining([2]) }); expect(0.1 + 0.2).toBeCloseTo(0.3); });
  it('watches prints', () => { const spy = jest.spyOn(console, 'log').mockImplementation(() => {}); hi(); expect(spy).toHaveBeenCalledWith('hi', { a: 1 }); spy.mockRestore(); });
  it('numbers', () => { const a = new Money(5); expect(a < new Money(7)).toBe(true); expect(+a.plus(a)).toBe(10); expect(JSON.stringify(a)).toBe('{"c":5}'); });
  it('accessors', () => { const t = new Celsius(); t.c = 100; expect(t.f).toBe(212); expect(() => { t.c = 'x'; }).toThrow(TypeError); });
  it('lists of its own', () => { const l = Numbers.from([1, 2, 3]); expect(l.sum()).toBe(6); expect(Array.isArray(l)).toBe(true); expect([...l]).toEqual([1, 2, 3]); });
  it('events', () => { const b = new Bus(); const got = []; b.on('x', (v) => got.push(v)); b.fire({ a: 2 }); expect(got).toEqual([{ a: 2 }]); });
  it('timers', async () => { let n = 0; const g = debounce(() => n++, 20); g(); g(); await new Promise((done) => setTimeout(done, 80)); expect(n).toBe(1); });
  it('currying', () => { expect(curry((a, b, c) => a + b + c)(1)(2, 3)).toBe(6); });
  it('ran its hooks', () => { expect(log[0]).toBe('all'); expect(log.filter((x) => x === 'each').length).toBe(16); });
  it('many calls', () => { for (let i = 0; i < 2000; i++) if (apply((x) => x, i) !== i) throw new Error('wrong'); });
});
"""
)
ESM = """
import test from 'node:test'; import assert from 'node:assert';
import Point, { add, ONE } from './solution.js'; import * as all from './solution.js';
test('adds', () => { assert.equal(add(1, ONE), 2); assert.equal(all.add(1, 2), 3); assert.deepEqual(new Point(1), new Point(1)); assert.notDeepEqual(new Point(1), new Point(2)); });
await test('waits', async () => { assert.equal(await Promise.resolve(1), 1); });
"""
ESM_CODE = "export function add(a, b) { return a + b }\nexport default class Point { constructor(x) { this.x = x } }\nexport const ONE = await Promise.resolve(1);\n"
TS_CODE = """
export enum Color { Red, Green = 5 }
export interface Shape { x: number }
export function f<T extends Shape>(a: T): number { return a.x + Color.Green }
export class Queue<T> { private items: T[] = []; constructor(public name: string) {} add(x: T): this { this.items.push(x); return this; } get length(): number { return this.items.length } }
"""
TS_TESTS = """
import { test } from 'node:test'; import assert from 'node:assert';
import { f, Color, Queue, Shape } from './solution';
test('f', () => { const a: Shape = { x: 1 }; assert.strictEqual(f(a), 6); assert.strictEqual(Color.Green, 5); });
test('queue', () => { const q = new Queue<number>('n'); assert.equal(q.add(1).length, 1); assert.equal(q.name, 'n'); });
"""
PACKAGES = "const unique = require('./unique'); const { expect } = require('chai');\ndescribe('u', () => { it('works', () => { expect(unique([1, 1, 2])).to.deep.equal([1, 2]); }); });"
