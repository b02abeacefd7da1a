'use strict';
// Which values are plain, and what a container holds. Kept clear of methods that a candidate may have replaced.

const { types } = require('node:util');

const { getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor, keys } = Object;
const { isExtensible, isFrozen, isSealed } = Object;
const { isProxy, isDate, isMap, isSet, isTypedArray, isAnyArrayBuffer } = types;
const { apply } = Reflect;
const isArray = Array.isArray;
const mapEach = Map.prototype.forEach;
const setEach = Set.prototype.forEach;
const getTime = Date.prototype.getTime;
const { Buffer } = globalThis;
const bytesOf = Buffer.from;
const objectPrototype = Object.prototype;

const TYPED = {};
const PROTOTYPES = new Map([
  [Array.prototype, 'A'],
  [Map.prototype, 'M'],
  [Set.prototype, 'S'],
  [Date.prototype, 'D'],
]);
for (const name of ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array',
  'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'Buffer', 'ArrayBuffer']) {
  TYPED[name] = globalThis[name];
  PROTOTYPES.set(globalThis[name].prototype, `T${name}`);
}
const lookup = Map.prototype.get;

// Methods by which an object speaks for itself: one that brings its own is never taken for plain data.
const SPEAKING = { __proto__: null };
for (const name of ['valueOf', 'toString', 'toJSON', 'then', 'asymmetricMatch', 'equals', 'isEqual', 'deepEqual',
  'includes', 'has', 'contains', 'every', 'startsWith', 'endsWith', 'matches', 'match', 'test']) SPEAKING[name] = true;

/**
 * 'A' array, 'O' object, 'M' map, 'S' set, 'D' date, 'T...' bytes; '' for what is not plain.
 * @param {boolean} careful whether objects with methods that pass for values count as not plain
 */
function kindOf(value, careful) {
  if (isProxy(value)) return '';
  const prototype = getPrototypeOf(value);
  let kind = 'O';
  if (prototype !== objectPrototype && prototype !== null) {
    kind = apply(lookup, PROTOTYPES, [prototype]);
    if (kind === undefined) return '';
  }
  const letter = kind[0];
  if (letter === 'O') return isPlainObject(value, careful) ? 'O' : '';
  if (letter === 'A') return isArray(value) && isPlainArray(value) ? 'A' : '';
  if (letter === 'T') return isTypedArray(value) || isAnyArrayBuffer(value) ? kind : '';
  const fits = letter === 'M' ? isMap(value) : letter === 'S' ? isSet(value) : isDate(value);
  return fits && getOwnPropertyNames(value).length === 0 ? kind : '';
}

function isPlainObject(value, careful) {
  if (types.isNativeError(value) || types.isPromise(value) || types.isGeneratorObject(value)) return false;
  if (types.isBoxedPrimitive(value) || types.isRegExp(value) || types.isArgumentsObject(value)) return false;
  if (isMap(value) || isSet(value) || isDate(value) || isArray(value)) return false;
  if (getOwnPropertySymbols(value).length > 0) return false;
  const names = getOwnPropertyNames(value);
  for (let i = 0; i < names.length; i++) {
    const own = getOwnPropertyDescriptor(value, names[i]);
    if (own.get !== undefined || own.set !== undefined || !own.enumerable) return false;
    if (careful && typeof own.value === 'function' && SPEAKING[names[i]] === true) return false;
  }
  return true;
}

function isPlainArray(value) {
  if (value.length > LONG) return true;
  if (getOwnPropertySymbols(value).length > 0) return false;
  const names = getOwnPropertyNames(value);
  return hasNoAccessor(value, names);
}

function hasNoAccessor(value, names) {
  for (let i = 0; i < names.length; i++) {
    if (names[i] === 'length') continue;
    const own = getOwnPropertyDescriptor(value, names[i]);
    if (own.get !== undefined || own.set !== undefined) return false;
  }
  return true;
}

// Arrays longer than this are not searched for anything beside their items: naming each would take longer than the rest.
const LONG = 1000;
const HOLE = Symbol('hole');

/** How far a container is closed: 0 not at all, 1 to new properties, 2 sealed, 3 frozen. */
function closedOf(value) {
  return isExtensible(value) ? 0 : isFrozen(value) ? 3 : isSealed(value) ? 2 : 1;
}

/** What a container holds, as a flat array that can be compared with an earlier one. */
function contentsOf(value, kind) {
  const out = [];
  const closed = kind[0] === 'A' || kind[0] === 'O' ? closedOf(value) : 0;
  const letter = kind[0];
  if (letter === 'A') {
    const { length } = value;
    for (let i = 0; i < length; i++) out[i] = i in value ? value[i] : HOLE;
    const own = length > LONG ? [] : keys(value);
    let extra = own.length;
    while (extra > 0 && !isIndex(own[extra - 1], length)) extra--;
    for (let i = extra; i < own.length; i++) out[out.length] = [own[i], value[own[i]]];
    return { items: out, length, closed };
  }
  if (letter === 'O') {
    const own = keys(value);
    for (let i = 0; i < own.length; i++) {
      out[2 * i] = own[i];
      out[2 * i + 1] = value[own[i]];
    }
  } else if (letter === 'M') {
    apply(mapEach, value, [(item, key) => {
      out[out.length] = key;
      out[out.length] = item;
    }]);
  } else if (letter === 'S') {
    apply(setEach, value, [(item) => { out[out.length] = item; }]);
  } else if (letter === 'D') {
    out[0] = apply(getTime, value, []);
  } else {
    out[0] = isAnyArrayBuffer(value)
      ? bytesOf(value).toString('base64')
      : bytesOf(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  return { items: out, length: out.length, closed };
}

function isIndex(name, length) {
  const number = Number(name);
  return number >= 0 && number < length && `${number}` === name;
}

/** Whether two values are the same, as Object.is says it. */
function same(a, b) {
  return a === b ? a !== 0 || 1 / a === 1 / b : a !== a && b !== b;
}

/** Whether a container holds what it held: asked of every shared container at every call, so nothing is built. */
function isUnchanged(value, kind, seen) {
  const letter = kind[0];
  const { items, length } = seen;
  if (letter === 'D') return same(apply(getTime, value, []), items[0]);
  if ((letter === 'A' && items.length === length) || letter === 'O') {
    if (isExtensible(value) !== (seen.closed === 0)) return false;
    if (seen.closed > 0 && closedOf(value) !== seen.closed) return false;
  }
  if (letter === 'A' && items.length === length) {
    if (value.length !== length) return false;
    for (let i = 0; i < length; i++) if (items[i] === HOLE ? i in value : !same(value[i], items[i])) return false;
    return true;
  }
  if (letter === 'O') {
    const own = keys(value);
    if (2 * own.length !== items.length) return false;
    for (let i = 0; i < own.length; i++) {
      if (own[i] !== items[2 * i] || !same(value[own[i]], items[2 * i + 1])) return false;
    }
    return true;
  }
  return sameContents(contentsOf(value, kind), seen);
}

/** Whether two contents are the same, one level deep. */
function sameContents(one, other) {
  if (one.closed !== other.closed || one.length !== other.length) return false;
  if (one.items.length !== other.items.length) return false;
  for (let i = 0; i < one.items.length; i++) {
    const a = one.items[i];
    const b = other.items[i];
    if (i < one.length ? !same(a, b) : a[0] !== b[0] || !same(a[1], b[1])) return false;
  }
  return true;
}

module.exports = { HOLE, LONG, SPEAKING, TYPED, contentsOf, kindOf, isUnchanged };
