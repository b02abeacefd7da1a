'use strict';
// Making and filling containers on the side that receives them.

const { TYPED } = require('./kinds.js');

const { create, defineProperty, getPrototypeOf, keys } = Object;
const { Buffer } = globalThis;

// Classes of the language's that both sides have: each is itself on either side.
const CLASSES = { __proto__: null };
const CLASS_NAMES = new Map();
for (const name of ['Object', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Date', 'RegExp', 'Map', 'Set',
  'WeakMap', 'WeakSet', 'Promise', 'Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError',
  'URIError', 'AggregateError', 'ArrayBuffer', 'Buffer', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array',
  'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'URL']) {
  CLASSES[name] = globalThis[name];
  CLASS_NAMES.set(globalThis[name], name);
}

function put(target, name, value) {
  defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

function fillObject(value, parts) {
  for (let i = 0; i < parts.length; i += 2) if (typeof parts[i] !== 'string') throw new TypeError('no name');
  for (const name of keys(value)) delete value[name]; // the order of properties is part of a value
  for (let i = 0; i + 1 < parts.length; i += 2) put(value, parts[i], parts[i + 1]);
}

function fillBytes(value, base64) {
  const data = Buffer.from(base64, 'base64');
  const view = value instanceof ArrayBuffer ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (data.length !== view.length) throw new TypeError('bytes of another length');
  view.set(data);
}

function emptyOf(kind, bare, tree) {
  switch (kind) {
    case 'A': return [];
    case 'O': return bare ? create(null) : {};
    case 'M': return new Map();
    case 'S': return new Set();
    case 'D': return new Date(NaN);
    default: {
      const type = kind[0] === 'T' ? TYPED[kind.slice(1)] : undefined;
      if (type === undefined) throw new TypeError('no container');
      const length = Buffer.from(tree[4][0], 'base64').length;
      return type === Buffer ? Buffer.alloc(length) : new type(length / (type.BYTES_PER_ELEMENT ?? 1));
    }
  }
}

function unboxed(value) {
  const prototype = getPrototypeOf(value);
  for (const type of [Number, String, Boolean]) {
    if (prototype === type.prototype && type.prototype.valueOf !== undefined) {
      try {
        return type.prototype.valueOf.call(value);
      } catch {
        return undefined; // an object that only has the prototype
      }
    }
  }
  return undefined;
}

module.exports = { CLASSES, CLASS_NAMES, emptyOf, fillBytes, fillObject, put, unboxed };
