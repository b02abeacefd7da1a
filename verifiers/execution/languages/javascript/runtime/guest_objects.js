'use strict';
// What the candidate's side lends to the tests by number, and what it holds of theirs.

const { types } = require('node:util');

const { errorParts, fillError, isError, newError } = require('./errors.js');
const { CodecError } = require('./codec.js');

const { getPrototypeOf, getOwnPropertyDescriptor, defineProperty } = Object;
const { isPromise, isProxy } = types;
const { apply, construct } = Reflect;
const then = Promise.prototype.then;

const BUILTIN = new Map();
for (const name of ['Object', 'Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Date', 'RegExp', 'Promise', 'Function',
  'Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'Number', 'String']) {
  BUILTIN.set(globalThis[name].prototype, name);
}
BUILTIN.set(getPrototypeOf(function* () {}.prototype), 'Generator');
BUILTIN.set(getPrototypeOf(async function* () {}.prototype), 'AsyncGenerator');

class GuestObjects {
  constructor() {
    this.values = new Map();
    this.numbers = new Map();
    this.described = new Set();
    this.borrowed = new WeakMap(); // what stands for something of the tests -> its number there
    this.lent = new Map(); // number there -> what stands for it here
    this.waiting = new Map(); // promises of the tests
    this.settled = []; // promises of ours that the tests wait for: [number, whether fulfilled, value]
    this.wake = () => {};
    this.next = 0;
    this.peer = null;
  }

  /** The value behind a number that the tests were given. */
  at(number) {
    if (!this.values.has(number)) throw new CodecError('no such object');
    return this.values.get(number);
  }

  // ---------------------------------------------------------------- from here to the tests

  out(value, codec) {
    const theirs = this.borrowed.get(value);
    if (theirs !== undefined) return ['j', theirs];
    const number = this.claim(value);
    if (this.described.has(number)) return ['g', number];
    this.described.add(number);
    codec.undo.push(() => this.described.delete(number));
    return ['g', number, ...this.describe(value, number, codec)];
  }

  /** The number of a value that goes by number from now on. */
  claim(value) {
    let number = this.numbers.get(value);
    if (number === undefined) {
      number = ++this.next;
      this.numbers.set(value, number);
      this.values.set(number, value);
    }
    return number;
  }

  claimed(value) {
    return this.numbers.has(value) || this.borrowed.has(value);
  }

  describe(value, number, codec) {
    if (typeof value === 'symbol') return ['s', value.description ?? ''];
    if (typeof value === 'function') return ['f', textOf(value, 'name'), lengthOf(value), isConstructor(value)];
    if (isPromise(value)) {
      this.watch(value, number);
      return ['p'];
    }
    const prototype = isProxy(value) ? Object.prototype : getPrototypeOf(value);
    if (!isProxy(value) && isError(value)) {
      return ['e', this.prototype(prototype, codec), ...errorParts(value, codec.encode)];
    }
    return ['o', classOf(prototype), this.prototype(prototype, codec), Array.isArray(value)];
  }

  prototype(prototype, codec) {
    if (prototype === null) return 'null';
    return BUILTIN.get(prototype) ?? this.out(prototype, codec);
  }

  watch(promise, number) {
    const settle = (fulfilled) => (value) => {
      this.settled.push([number, fulfilled, value]);
      this.wake();
    };
    apply(then, promise, [settle(true), settle(false)]);
  }

  // ---------------------------------------------------------------- from the tests to here

  into(tree, codec) {
    const [tag, number, kind, ...rest] = tree;
    if (tag === 'g') return this.at(number);
    if (tag !== 'j') throw new CodecError('no value');
    const known = this.lent.get(number);
    if (known !== undefined) return known;
    const made = this.borrow(number, kind, rest, codec);
    this.lent.set(number, made);
    this.borrowed.set(made, number);
    return made;
  }

  borrow(number, kind, rest, codec) {
    if (kind === 's') return Symbol(rest[0]);
    if (kind === 'f') return this.function(number, rest[0], rest[1]);
    if (kind === 'e') return fillError(newError(rest[0], ''), rest.slice(1), codec.decode);
    if (kind === 'p') {
      return new Promise((resolve, reject) => { this.waiting.set(number, { resolve, reject }); });
    }
    return this.object(number, rest[0], rest[1]);
  }

  function(number, name, length) {
    const { peer } = this;
    const made = function (...values) {
      const self = this === globalThis || new.target ? undefined : this;
      const [tree] = peer.request(new.target ? 'new' : 'call', (encode) => [
        number, encode(self), ...values.map(encode),
      ]);
      return peer.codec.decode(tree);
    };
    defineProperty(made, 'name', { value: name, configurable: true });
    defineProperty(made, 'length', { value: length, configurable: true });
    return made;
  }

  object(number, name, isArray) {
    const { peer } = this;
    const ask = (operation, key, ...values) => {
      const [tree] = peer.request(operation, (encode) => [number, encode(key), ...values.map(encode)]);
      return peer.codec.decode(tree);
    };
    const target = isArray ? [] : {};
    if (!isArray) defineProperty(target, Symbol.toStringTag, { value: name, configurable: true });
    return new Proxy(target, {
      get(_, key) {
        const answer = ask('get', key);
        return answer.length === 0 ? Reflect.get(target, key) : answer[0];
      },
      set: (_, key, value) => ask('set', key, value),
      has: (_, key) => ask('has', key) || Reflect.has(target, key),
      deleteProperty: () => false,
      ownKeys: () => [...new Set([...ask('keys', ''), ...Reflect.ownKeys(target)])],
      getOwnPropertyDescriptor(_, key) {
        const fixed = Reflect.getOwnPropertyDescriptor(target, key);
        if (fixed !== undefined) return fixed;
        const answer = ask('has', key) ? ask('get', key) : [];
        return answer.length === 0 ? undefined
          : { value: answer[0], writable: true, enumerable: true, configurable: true };
      },
    });
  }

  /** Settle the promises of the tests that they say are settled. */
  settle(entries, codec) {
    for (const [number, fulfilled, tree] of entries) {
      const found = this.waiting.get(number);
      this.waiting.delete(number);
      const value = codec.decode(tree);
      if (fulfilled) found?.resolve(value);
      else found?.reject(value);
    }
  }
}

function textOf(value, name) {
  const own = getOwnPropertyDescriptor(value, name);
  return own !== undefined && typeof own.value === 'string' ? own.value : '';
}

function lengthOf(value) {
  const own = getOwnPropertyDescriptor(value, 'length');
  return own !== undefined && Number.isSafeInteger(own.value) && own.value >= 0 ? own.value : 0;
}

function isConstructor(value) {
  if (isProxy(value)) return true;
  try {
    construct(Object, [], value);
    return true;
  } catch {
    return false;
  }
}

function classOf(prototype) {
  for (let found = prototype; found !== null && !isProxy(found); found = getPrototypeOf(found)) {
    const own = getOwnPropertyDescriptor(found, 'constructor');
    if (own !== undefined && typeof own.value === 'function') return textOf(own.value, 'name');
  }
  return '';
}

module.exports = { GuestObjects };
