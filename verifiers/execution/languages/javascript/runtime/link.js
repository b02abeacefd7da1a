'use strict';
// The judge's end of the link: everything that the tests do to stand-ins, and what the candidate may do to objects
// that it was given.

const { types } = require('node:util');

const belief = require('./belief.js');
const { Codec, CodecError } = require('./codec.js');
const { errorParts, fillError, isError } = require('./errors.js');
const { handlersOf, isOwn, refusal } = require('./lending.js');
const { Peer, UNCARRIED } = require('./peer.js');
const { functionStandIn, objectStandIn } = require('./standin.js');
const { BadMessage, LinkClosed, Wire } = require('./wire.js');

const SLICE_MS = 5; // how long the candidate's event loop may run while the tests' own waits

const PROTOTYPES = { __proto__: null, null: null, AsyncGenerator: Object.getPrototypeOf(async function* () {}.prototype) };
PROTOTYPES.Generator = Object.getPrototypeOf(function* () {}.prototype);
for (const name of ['Object', 'Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Date', 'RegExp', 'Promise', 'Function',
  'Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'Number', 'String']) {
  PROTOTYPES[name] = globalThis[name].prototype;
}

class Link {
  /**
   * @param {function(string)} lost called, and does not return, where the candidate's process is gone
   */
  constructor(lost) {
    this.lost = lost;
    this.codec = new Codec(0, {
      careful: false,
      claimed: (value) => this.lentNumbers.has(value) || this.numbers.has(value) || isOwn(value),
      out: (value, codec) => this.out(value, codec),
      into: (tree, codec) => this.into(tree, codec),
    });
    this.peer = new Peer(new Wire(3, 4), this.codec, handlersOf(this), true);
    this.standIns = new Map(); // number there -> stand-in
    this.numbers = new WeakMap(); // stand-in -> number there
    this.prototypes = new Map(); // number there -> number of its prototype
    this.trusted = new Set(); // numbers of modules, and of prototypes of classes that the tests use themselves
    this.lent = new Map(); // number -> what the candidate was given
    this.lentNumbers = new Map();
    this.promises = new Map(); // the candidate's, by number there
    this.settled = []; // promises of the tests
    this.keysOf = new Map(); // number of a function -> names under which it was found
    this.fresh = new Map(); // what was read since the last call: number -> key -> value
    this.polling = false;
    this.busy = false; // whether the candidate's event loop still has something to do
    this.next = 0;
  }

  // ---------------------------------------------------------------- requests

  request(operation, build) {
    try {
      return this.peer.request(operation, build);
    } catch (error) {
      if (error instanceof LinkClosed || error instanceof BadMessage) this.lost(error.message);
      throw error;
    }
  }

  ask(operation, ...given) {
    const [tree] = this.request(operation, (encode) => given.map(encode));
    return this.peer.reading(() => this.codec.decode(tree));
  }

  /** A request after which anything may be different. */
  act(operation, ...given) {
    this.fresh.clear();
    try {
      return this.ask(operation, ...given);
    } finally {
      this.fresh.clear();
      this.poll();
    }
  }

  handle(number) {
    return this.standIns.get(number);
  }

  numberOf(value) {
    return this.numbers.get(value);
  }

  /** Whether the tests themselves use an object's class, so that its methods are part of what is tested. */
  isTrusted(number) {
    for (let at = number, left = 100; at !== undefined && left > 0; at = this.prototypes.get(at), left--) {
      if (this.trusted.has(at)) return true;
    }
    return false;
  }

  trust(prototype) {
    const number = this.numbers.get(prototype);
    if (number !== undefined) this.trusted.add(number);
  }

  call(number, self, given) {
    const receiver = self === globalThis ? undefined : self;
    if (typeof receiver === 'function' && this.numbers.has(receiver)) this.trust(receiver.prototype); // Class.make()
    const ask = (...values) => this.act('call', this.handle(number), receiver, ...values);
    const owner = this.numbers.get(receiver);
    if (owner === undefined || this.isTrusted(owner)) return ask(...given);
    return belief.answered(this.keysOf.get(number) ?? [], receiver, given, ask);
  }

  construct(number, given) {
    const made = this.act('new', this.handle(number), ...given);
    if (this.numbers.has(made)) this.trust(Object.getPrototypeOf(made));
    return made;
  }

  get(number, key, self = number) {
    const trusted = this.isTrusted(self);
    const seen = trusted ? undefined : this.fresh.get(self);
    if (seen?.has(key)) return seen.get(key);
    const value = this.ask('get', this.handle(number), key, this.handle(self));
    if (!trusted) this.fresh.set(self, (this.fresh.get(self) ?? new Map()).set(key, value));
    const method = typeof value === 'function' ? this.numbers.get(value) : undefined;
    if (method !== undefined) this.keysOf.set(method, (this.keysOf.get(method) ?? new Set()).add(key));
    return value;
  }

  set(number, key, value) {
    return this.act('set', this.handle(number), key, value) === true;
  }

  define(number, key, own) {
    this.fresh.clear();
    const [answer] = this.request('define', (encode) => [
      encode(this.handle(number)), encode(key), own.enumerable !== false, encode(own.value),
    ]);
    return answer === true;
  }

  has(number, key) {
    return this.ask('has', this.handle(number), key) === true;
  }

  delete(number, key) {
    return this.act('delete', this.handle(number), key) === true;
  }

  keys(number) {
    const [trees] = this.request('keys', (encode) => [encode(this.handle(number))]);
    const keys = this.peer.reading(() => trees.map(this.codec.decode));
    return [...new Set(keys.filter((key) => typeof key === 'string' || typeof key === 'symbol'))];
  }

  own(number, key) {
    const found = this.ask('own', this.handle(number), key);
    return Array.isArray(found) ? found : [];
  }

  closed(number) {
    return this.ask('closed', this.handle(number));
  }

  close(number, frozen) {
    this.request('close', (encode) => [encode(this.handle(number)), frozen]);
  }

  source(number) {
    return `${this.ask('source', this.handle(number))}`;
  }

  primitive(number, hint, name) {
    if (hint !== 'string' && !this.isTrusted(number)) throw new TypeError(belief.notAValue(name));
    const seen = this.fresh.get(number)?.get(hint);
    if (seen !== undefined) return seen[0];
    const [tree] = this.request('primitive', (encode) => [encode(this.handle(number)), hint]);
    const value = this.peer.reading(() => this.codec.decode(tree));
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') throw new TypeError(belief.notAValue(name));
    const place = this.fresh.get(number) ?? new Map();
    this.fresh.set(number, place.set(hint, [value]));
    return value;
  }

  // ---------------------------------------------------------------- values of the tests

  out(value, codec) {
    const remote = this.numbers.get(value);
    if (remote !== undefined) return ['g', remote];
    const known = this.lentNumbers.get(value);
    if (known !== undefined) return ['j', known];
    const why = refusal(value);
    if (why) throw new CodecError(why);
    const number = ++this.next;
    this.lent.set(number, value);
    this.lentNumbers.set(value, number);
    codec.undo.push(() => this.lentNumbers.delete(value) && this.lent.delete(number));
    if (typeof value === 'symbol') return ['j', number, 's', value.description ?? ''];
    if (typeof value === 'function') return ['j', number, 'f', `${value.name}`, Number(value.length) || 0];
    if (types.isPromise(value)) {
      const settle = (fulfilled) => (result) => this.settled.push([number, fulfilled, result]) && this.poll();
      Promise.prototype.then.call(value, settle(true), settle(false));
      return ['j', number, 'p'];
    }
    if (isError(value)) return ['j', number, 'e', nearestError(value), ...errorParts(value, codec.encode)];
    return ['j', number, 'o', `${value.constructor?.name ?? ''}`, Array.isArray(value)];
  }

  // ---------------------------------------------------------------- values of the candidate

  into(tree, codec) {
    const [tag, number, kind, ...rest] = tree;
    if (tag === 'j' && this.lent.has(number)) return this.lent.get(number);
    if (tag !== 'g' || !Number.isSafeInteger(number)) throw new CodecError('no value');
    if (this.standIns.has(number)) return this.standIns.get(number);
    const made = this.standIn(number, kind, rest, codec);
    this.standIns.set(number, made);
    this.numbers.set(made, number);
    return made;
  }

  standIn(number, kind, rest, codec) {
    if (kind === 's') return Symbol(`${rest[0]}`);
    if (kind === 'p') return new Promise((resolve, reject) => this.promises.set(number, { resolve, reject }));
    if (kind === 'f') {
      return functionStandIn(this, number, `${rest[0]}`, Number(rest[1]) || 0, rest[2] === true);
    }
    if (kind === 'e') {
      const prototype = this.prototype(number, rest[0], codec);
      return Object.setPrototypeOf(fillError(new Error(''), rest.slice(1), codec.decode), prototype);
    }
    if (kind !== 'o') throw new CodecError('no value');
    return objectStandIn(this, number, `${rest[0]}`, this.prototype(number, rest[1], codec), rest[2] === true);
  }

  prototype(number, tree, codec) {
    if (typeof tree === 'string' && tree in PROTOTYPES) return PROTOTYPES[tree];
    const made = codec.decode(tree);
    const own = this.numbers.get(made);
    if (own === undefined) throw new CodecError('no prototype'); // above all none of the tests' own
    this.prototypes.set(number, own);
    return made;
  }

  // ---------------------------------------------------------------- time

  /** Let the candidate's event loop run beside the tests', until nothing is left to happen there. */
  poll() {
    if (this.polling) return;
    this.polling = true;
    setImmediate(() => {
      this.polling = false;
      if (this.slice(SLICE_MS)) this.poll();
    });
  }

  /** Let the candidate's event loop run for so many milliseconds; whether there is more to come. */
  slice(milliseconds) {
    const settled = this.settled.splice(0);
    this.fresh.clear();
    const [entries, busy] = this.request('run', (encode) => [
      milliseconds, settled.map(([number, fulfilled, value]) => [number, fulfilled, encodeOr(encode, value)]),
    ]);
    this.peer.reading(() => entries.forEach(([number, fulfilled, tree]) => {
      const waiting = this.promises.get(number);
      this.promises.delete(number);
      const value = this.codec.decode(tree);
      if (fulfilled === true) waiting?.resolve(value);
      else waiting?.reject(value);
    }));
    this.busy = busy === true || entries.length > 0 || this.settled.length > 0;
    return this.busy;
  }
}

function encodeOr(encode, value) {
  try {
    return encode(value);
  } catch {
    return encode(new Error(`a value ${UNCARRIED}`));
  }
}

function nearestError(value) {
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    for (const name of ['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError']) {
      if (at === globalThis[name].prototype) return name;
    }
  }
  return 'Error';
}

module.exports = { Link };
