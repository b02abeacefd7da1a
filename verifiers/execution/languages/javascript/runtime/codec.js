'use strict';
// Values as trees of arrays and scalars, and back. Reading one runs nothing that the other side brought.
//
// A container (array, plain object, map, set, date, bytes) gets a number when it first crosses. From then on both
// sides hold it, and every message begins with what changed in such containers since the last one. So a container
// is one object to tests and candidate, although each process has its own.

const { builtinClass, errorParts, fillError, isError, newError } = require('./errors.js');
const { CLASSES, CLASS_NAMES, emptyOf, fillBytes, fillObject, put, unboxed } = require('./containers.js');
const { HOLE, LONG, contentsOf, isUnchanged, kindOf } = require('./kinds.js');

const { getPrototypeOf, is, isExtensible, keys } = Object;
const MAX_DEPTH = 1000;
const MAX_HELD = 2000; // entries of containers that stay shared between calls
const CLOSING = [null, Object.preventExtensions, Object.seal, Object.freeze];
const NUMBERS = { __proto__: null, NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };
const WELL_KNOWN = { __proto__: null };
for (const name of ['iterator', 'asyncIterator', 'toStringTag', 'toPrimitive', 'hasInstance', 'species',
  'isConcatSpreadable', 'match', 'matchAll', 'replace', 'search', 'split', 'unscopables', 'dispose',
  'asyncDispose']) if (typeof Symbol[name] === 'symbol') WELL_KNOWN[name] = Symbol[name];

/** A value that cannot be written, or a tree that is no value. */
class CodecError extends Error {}

class Codec {
  /**
   * @param {number} first 0 for the judge, 1 for the guest: numbers are even on one side and odd on the other
   * @param {object} sides `out(value, codec)` gives the tree of what is not plain, `into(tree, codec)` its value;
   *     `claimed(value)`: whether it already goes by a number; `careful`: objects with methods that speak for them
   *     are not plain
   */
  constructor(first, sides) {
    this.sides = sides;
    this.next = first;
    this.ids = new WeakMap();
    this.held = new Map();
    this.size = 0; // of what is held, when it was last looked at
    this.undo = [];
    this.depth = 0;
    this.encode = this.encode.bind(this);
    this.decode = this.decode.bind(this);
  }

  number() {
    this.next += 2;
    return this.next;
  }

  /** Build and send one message; if that fails, nothing counts as sent. */
  transaction(build) {
    this.undo = [];
    this.depth = 0;
    try {
      return build();
    } catch (error) {
      for (let i = this.undo.length - 1; i >= 0; i--) this.undo[i]();
      throw error;
    }
  }

  encode(value) {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (is(value, -0)) return ['n', '-0'];
        return value - value === 0 ? value : ['n', `${value}`];
      case 'undefined':
        return ['u'];
      case 'bigint':
        return ['b', `${value}`];
      case 'symbol':
        return this.symbol(value);
      case 'function':
        return CLASS_NAMES.has(value) ? ['B', CLASS_NAMES.get(value)] : this.sides.out(value, this);
      default:
        return value === null ? null : this.object(value);
    }
  }

  symbol(value) {
    for (const name in WELL_KNOWN) if (WELL_KNOWN[name] === value) return ['y', name];
    const key = Symbol.keyFor(value);
    return key === undefined ? this.sides.out(value, this) : ['Y', key];
  }

  object(value) {
    const known = this.ids.get(value);
    if (known !== undefined && this.held.has(known)) return ['i', known];
    if (this.sides.claimed(value)) return this.sides.out(value, this);
    if (++this.depth > MAX_DEPTH) throw new CodecError(`a value is nested more than ${MAX_DEPTH} levels deep`);
    try {
      const kind = kindOf(value, this.sides.careful);
      if (kind !== '') return this.share(value, kind);
      if (value instanceof RegExp && getPrototypeOf(value) === RegExp.prototype) {
        return ['R', value.source, value.flags, value.lastIndex];
      }
      const boxed = unboxed(value);
      if (boxed !== undefined) return ['P', this.encode(boxed)];
      if (this.sides.careful && isError(value)) {
        const name = builtinClass(value);
        if (name === 'DOMException') return ['X', value.message, value.name];
        if (name !== '') return ['E', name, ...errorParts(value, this.encode)];
      }
      return this.sides.out(value, this);
    } finally {
      this.depth--;
    }
  }

  share(value, kind) {
    const id = this.number();
    this.hold(id, value, kind, contentsOf(value, kind));
    this.undo[this.undo.length] = () => this.held.delete(id);
    return [kind, id, getPrototypeOf(value) === null, ...this.body(this.held.get(id))];
  }

  hold(id, value, kind, seen) {
    this.ids.set(value, id);
    this.held.set(id, { id, value, kind, seen });
  }

  body(entry) {
    const { items, length, closed } = entry.seen;
    const trees = [];
    const plain = length < items.length ? length : items.length;
    for (let i = 0; i < plain; i++) trees[i] = items[i] === HOLE ? ['h'] : this.encode(items[i]);
    if (entry.kind !== 'A') return [closed, trees];
    const extras = [];
    for (let i = plain; i < items.length; i++) extras[extras.length] = [items[i][0], this.encode(items[i][1])];
    return [closed, trees, extras];
  }

  /** What changed since the last message, in the containers that both sides hold. */
  changes() {
    const found = [];
    this.size = 0;
    this.held.forEach((entry) => {
      this.size += entry.seen.items.length + 1;
      if (isUnchanged(entry.value, entry.kind, entry.seen)) return;
      const before = entry.seen;
      entry.seen = contentsOf(entry.value, entry.kind);
      this.undo[this.undo.length] = () => { entry.seen = before; };
      found[found.length] = [entry.id, ...this.body(entry)];
    });
    return found;
  }

  applyChanges(trees) {
    for (let i = 0; i < trees.length; i++) {
      const entry = this.held.get(trees[i][0]);
      if (entry === undefined) throw new CodecError('a change of nothing');
      this.fill(entry, trees[i].slice(1));
    }
  }

  /** The numbers of containers that are not to be shared any longer: the oldest, where they are too many. */
  forgettable() {
    let { size } = this;
    const gone = [];
    if (size <= MAX_HELD) return gone;
    this.held.forEach((entry) => {
      if (size <= MAX_HELD) return;
      const { items } = entry.seen;
      for (let i = 0; i < items.length; i++) if (typeof items[i] === 'function') return;
      size -= items.length + 1;
      gone[gone.length] = entry.id;
    });
    this.forget(gone);
    return gone;
  }

  forget(ids) {
    for (let i = 0; i < ids.length; i++) this.held.delete(ids[i]);
  }

  decode(tree) {
    if (tree === null || typeof tree !== 'object') return tree;
    if (!Array.isArray(tree) || typeof tree[0] !== 'string') throw new CodecError('no value');
    if (++this.depth > MAX_DEPTH + 50) throw new CodecError('nested too deeply');
    try {
      return this.read(tree);
    } finally {
      this.depth--;
    }
  }

  read(tree) {
    switch (tree[0]) {
      case 'u': return undefined;
      case 'n':
        if (!(tree[1] in NUMBERS)) throw new CodecError('no number');
        return NUMBERS[tree[1]];
      case 'b': return BigInt(text(tree[1]));
      case 'y':
        if (!(tree[1] in WELL_KNOWN)) throw new CodecError('no symbol');
        return WELL_KNOWN[tree[1]];
      case 'B':
        if (!(tree[1] in CLASSES)) throw new CodecError('no class');
        return CLASSES[tree[1]];
      case 'Y': return Symbol.for(text(tree[1]));
      case 'i': {
        const entry = this.held.get(tree[1]);
        if (entry === undefined) throw new CodecError('a reference to nothing');
        return entry.value;
      }
      case 'R': {
        const made = new RegExp(text(tree[1]), text(tree[2]));
        made.lastIndex = Number(tree[3]);
        return made;
      }
      case 'P': return Object(this.decode(tree[1]));
      case 'X': return new DOMException(text(tree[1]), text(tree[2]));
      case 'E': return fillError(newError(text(tree[1]), text(tree[2])), tree.slice(2), this.decode);
      default:
        return 'AOMSDT'.includes(tree[0][0]) ? this.container(tree) : this.sides.into(tree, this);
    }
  }

  container(tree) {
    const [kind, id, bare] = tree;
    if (!Number.isSafeInteger(id) || this.held.has(id)) throw new CodecError('a container without a number');
    const value = emptyOf(kind, bare === true, tree);
    const entry = { id, value, kind, seen: null };
    this.ids.set(value, id);
    this.held.set(id, entry);
    this.fill(entry, tree.slice(3));
    return value;
  }

  /** Let a container hold what a body says. */
  fill(entry, [closed, trees, extras]) {
    const { value, kind } = entry;
    const letter = kind[0];
    if (!isExtensible(value)) this.assign(value, letter, trees);
    else if (letter === 'T') fillBytes(value, text(trees[0]));
    else if (letter === 'D') Date.prototype.setTime.call(value, Number(this.decode(trees[0])));
    else if (letter === 'A') this.fillArray(value, trees, extras);
    else {
      const parts = trees.map(this.decode);
      if (letter === 'M') {
        Map.prototype.clear.call(value);
        for (let i = 0; i + 1 < parts.length; i += 2) Map.prototype.set.call(value, parts[i], parts[i + 1]);
      } else if (letter === 'S') {
        Set.prototype.clear.call(value);
        for (let i = 0; i < parts.length; i++) Set.prototype.add.call(value, parts[i]);
      } else fillObject(value, parts);
    }
    if (closed > 0) CLOSING[closed](value);
    entry.seen = contentsOf(value, kind);
  }

  /** New values for the properties of a container to which none can be added. */
  assign(value, letter, trees) {
    const parts = trees.map(this.decode);
    if (letter === 'A') parts.forEach((part, i) => Reflect.set(value, i, part));
    else if (letter === 'O') {
      for (let i = 0; i + 1 < parts.length; i += 2) Reflect.set(value, text(parts[i]), parts[i + 1]);
    }
  }

  fillArray(value, trees, extras) {
    value.length = 0;
    for (let i = 0; i < trees.length; i++) {
      if (Array.isArray(trees[i]) && trees[i][0] === 'h') value.length = i + 1;
      else value[i] = this.decode(trees[i]);
    }
    if (trees.length <= LONG) for (const name of keys(value)) if (!(Number(name) < trees.length)) delete value[name];
    for (const extra of extras) put(value, text(extra[0]), this.decode(extra[1]));
  }
}

function text(tree) {
  if (typeof tree !== 'string') throw new CodecError('no text');
  return tree;
}

module.exports = { Codec, CodecError };
