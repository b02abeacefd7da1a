'use strict';
// The judge's end of the link: everything that the tests do to stand-ins, and what the candidate may do to objects
// that it was given.

const { types } = require('node:util');

const belief = require('./belief.js');
const { Codec, CodecError } = require('./codec.js');
const { errorParts, fillError, isError } = require('./errors.js');
const { lookUp, refusal } = require('./lending.js');
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
   * @param {Set<string>} named identifiers that the tests use
   * @param {function(string)} lost called, and does not return, where the candidate's process is gone
   */
  constructor(named, lost) {
    this.named = named;
    this.lost = lost;
    this.codec = new Codec(0, {
      careful: false,
      claimed: (value) => this.lentNumbers.has(value) || this.numbers.has(value),
      out: (value, codec) => this.out(value, codec),
      into: (tree, codec) => this.into(tree, codec),
    });
    this.peer = new Peer(new Wire(3, 4), this.codec, this.handlers(), true);
    this.standIns = new Map(); // number there -> stand-in
    this.numbers = new WeakMap(); // stand-in -> number there
    this.classes = new Map(); // number there -> name of its class
    this.trusted = new Set(); // numbers of modules
    this.lent = new Map(); // number -> what the candidate was given
    this.lentNumbers = new Map();
    this.promises = new Map(); // the candidate's, by number there
    this.settled = []; // promises of the tests
    this.keysOf = new Map(); // number of a function -> names under which it was found
    this.fresh = new Map(); // what was read since the last call: number -> key -> value
    this.polling = false;
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

  isNamed(number) {
    return this.trusted.has(number) || this.named.has(this.classes.get(number) ?? '');
  }

  call(number, self, given) {
    const receiver = self === globalThis ? undefined : self;
    const answer = this.act('call', this.handle(number), receiver, ...given);
    const owner = this.numbers.get(receiver);
    if (answer === true && owner !== undefined && !this.isNamed(owner)) {
      const again = (...other) => this.act('call', this.handle(number), receiver, ...other);
      belief.checkYes(this.keysOf.get(number) ?? [], receiver, again);
    }
    return answer;
  }

  construct(number, given) {
    return this.act('new', this.handle(number), ...given);
  }

  get(number, key, self = number) {
    const named = this.isNamed(self);
    const seen = named ? undefined : this.fresh.get(self);
    if (seen?.has(key)) return seen.get(key);
    const value = this.ask('get', this.handle(number), key, this.handle(self));
    if (!named) this.fresh.set(self, (this.fresh.get(self) ?? new Map()).set(key, value));
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
    if (hint !== 'string' && !this.isNamed(number)) throw new TypeError(belief.notAValue(name));
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
    const remote = typeof value === 'symbol' ? undefined : this.numbers.get(value);
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
    if (kind !== 's') this.numbers.set(made, number);
    return made;
  }

  standIn(number, kind, rest, codec) {
    if (kind === 's') return Symbol(`${rest[0]}`);
    if (kind === 'p') return new Promise((resolve, reject) => this.promises.set(number, { resolve, reject }));
    if (kind === 'f') {
      this.classes.set(number, rest[0]);
      return functionStandIn(this, number, `${rest[0]}`, Number(rest[1]) || 0, rest[2] === true);
    }
    if (kind === 'e') {
      const prototype = this.prototype(rest[0], codec);
      return Object.setPrototypeOf(fillError(new Error(''), rest.slice(1), codec.decode), prototype);
    }
    if (kind !== 'o') throw new CodecError('no value');
    this.classes.set(number, rest[0]);
    return objectStandIn(this, number, `${rest[0]}`, this.prototype(rest[1], codec), rest[2] === true);
  }

  prototype(tree, codec) {
    if (typeof tree === 'string' && tree in PROTOTYPES) return PROTOTYPES[tree];
    const made = codec.decode(tree);
    if (typeof made !== 'object' || made === null) throw new CodecError('no prototype');
    return made;
  }

  // ---------------------------------------------------------------- what the candidate asks for

  handlers() {
    const values = (trees) => trees.map(this.codec.decode);
    const answer = (result) => (encode) => [encode(result)];
    const lent = (number, kind) => {
      const found = this.lent.get(number);
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
      set: object((found, key, value) => Object.hasOwn(found, key) && Reflect.set(found, key, value)),
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
    return busy === true || entries.length > 0 || this.settled.length > 0;
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
