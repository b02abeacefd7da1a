'use strict';
// What of the tests' the candidate may be given, and what it may see of that.

const { EventEmitter } = require('node:events');
const nodeModule = require('node:module');
const { types } = require('node:util');

const { CodecError } = require('./codec.js');
const { CLASSES } = require('./containers.js');

// Modules whose functions reach nothing that the candidate does not have itself.
const HARMLESS = new Set(['assert', 'assert/strict', 'buffer', 'crypto', 'events', 'path', 'punycode', 'querystring',
  'string_decoder', 'timers', 'timers/promises', 'url', 'util']);
const HIDDEN_KEYS = new Set(['constructor', 'prototype', 'caller', 'callee', 'arguments', '__proto__',
  '__defineGetter__', '__defineSetter__', '__lookupGetter__', '__lookupSetter__']);
const OPEN_SYMBOLS = new Set([Symbol.iterator, Symbol.asyncIterator, Symbol.toStringTag, Symbol.toPrimitive]);
const WALLS = new Set([Object.prototype, Function.prototype, null]);
const OPEN_BUILTINS = new Set([EventEmitter.prototype, Map.prototype, Set.prototype, WeakMap.prototype, Array.prototype,
  WeakSet.prototype, Date.prototype, RegExp.prototype, Promise.prototype, URL.prototype, URLSearchParams.prototype,
  AbortController.prototype, AbortSignal.prototype, EventTarget.prototype, Event.prototype, Error.prototype]);
for (const made of [function* () {}.prototype, async function* () {}.prototype, [].values(), new Map().keys(),
  new Set().keys(), ''.matchAll(/x/g)]) {
  for (let at = made; !WALLS.has(at); at = Object.getPrototypeOf(at)) OPEN_BUILTINS.add(at);
}

const { getBuiltinModule } = process;
process.getBuiltinModule = (name) => {
  noteModule(name);
  return getBuiltinModule(name);
};

const CLOSED = new WeakSet([globalThis, process, eval, Function, Reflect, Proxy, require, module,
  (async () => {}).constructor, function* () {}.constructor, async function* () {}.constructor]);
const isNative = (value) => /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(value));
// The language's and node's own objects: seen by the candidate, but never changed.
const OWN = new WeakSet([Math, JSON, Reflect, Atomics, Intl, WebAssembly, console, globalThis, process, process.env,
  Function.prototype, Symbol.prototype, ...OPEN_BUILTINS, ...Object.values(CLASSES).map((type) => type.prototype)]);
const used = new Set(); // names of node's modules that the tests have asked for
let collected = -1;

/** Note that the tests have one of node's modules; asking node which are loaded would cost more than loading them. */
function noteModule(name) {
  if (nodeModule.isBuiltin(name)) used.add(name.replace(/^node:/, ''));
}

/** Functions and objects of the modules that reach files, processes, this process's own insides. */
function collect() {
  if (used.size === collected) return;
  collected = used.size;
  const seen = (value) => {
    if (value !== null && (typeof value === 'object' || typeof value === 'function')) CLOSED.add(value);
  };
  for (const name of Object.getOwnPropertyNames(process)) {
    const own = Object.getOwnPropertyDescriptor(process, name);
    if (typeof own.value === 'function' || typeof own.value === 'object') seen(own.value);
  }
  for (const name of used) {
    const made = getBuiltinModule(name);
    if (made !== undefined) OWN.add(made);
    if (HARMLESS.has(name)) continue;
    seen(made);
    for (const key of Object.keys(made ?? {})) {
      const own = Object.getOwnPropertyDescriptor(made, key);
      if (typeof own?.value === 'function' && own.value !== EventEmitter) seen(own.value);
    }
  }
}

/** Whether an object is the language's or node's own, so that the candidate may not change it. */
function isOwn(value) {
  collect();
  return OWN.has(value);
}

/** Why a value of the tests may not be given to the candidate; empty if it may. */
function refusal(value) {
  if (typeof value === 'symbol') return '';
  collect();
  const loads = typeof value === 'function' && Object.hasOwn(value, 'resolve') && Object.hasOwn(value, 'cache');
  if (loads || value instanceof nodeModule || CLOSED.has(value)) {
    return "one of node's own tools is not given to the candidate";
  }
  return types.isExternal(value) ? 'an object of native code' : '';
}

/** What the candidate sees under a name of an object that it was given: nothing, or one value. */
function lookUp(found, key) {
  if (typeof key === 'symbol' ? !OPEN_SYMBOLS.has(key) : typeof key !== 'string' || HIDDEN_KEYS.has(key)) return [];
  for (let at = found; !WALLS.has(at); at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, key)) {
      if (at !== found && isBuiltin(at) && !OPEN_BUILTINS.has(at)) return [];
      return [Reflect.get(found, key)];
    }
  }
  return [];
}

function isBuiltin(prototype) {
  const made = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof made === 'function' && isNative(made);
}

/**
 * What the candidate may ask of the tests' process, by operation; see Peer.
 * @param {Link} link
 */
function handlersOf(link) {
  const values = (trees) => trees.map(link.codec.decode);
  const answer = (result) => (encode) => [encode(result)];
  const lent = (number, kind) => {
    const found = link.lent.get(number);
    if (typeof found !== kind) throw new CodecError('no such object');
    return found;
  };
  const object = (act) => (number, ...trees) => {
    const found = lent(number, 'object');
    const given = values(trees);
    return () => answer(act(found, ...given));
  };
  return {
    call: (number, self, ...trees) => {
      const target = lent(number, 'function');
      const [receiver, ...given] = values([self, ...trees]);
      return () => answer(Reflect.apply(target, receiver, given));
    },
    new: (number, self, ...trees) => {
      const target = lent(number, 'function');
      const given = values(trees);
      return () => answer(Reflect.construct(target, given));
    },
    get: object((found, key) => lookUp(found, key)),
    has: object((found, key) => lookUp(found, key).length > 0),
    set: object((found, key, value) => !isOwn(found) && Object.hasOwn(found, key) && Reflect.set(found, key, value)),
    keys: object((found) => Object.keys(found)),
    print: (name, ...trees) => {
      const given = values(trees);
      return () => {
        if (name === 'stdout' || name === 'stderr') process[name].write(`${given[0]}`);
        else if (['log', 'info', 'warn', 'error', 'debug'].includes(name)) console[name](...given);
      };
    },
  };
}

module.exports = { handlersOf, isOwn, noteModule, refusal };
