'use strict';
// The candidate's process: checks that its files compile, then runs what the tests ask for, one thing at a time.

const fs = require('node:fs');
const path = require('node:path');
const { types, format } = require('node:util');

const { firstProblem } = require('./compile.js');
const { Codec } = require('./codec.js');
const { GuestObjects } = require('./guest_objects.js');
const { kindOf } = require('./kinds.js');
const { installCandidate } = require('./loader.js');
const { Peer } = require('./peer.js');
const { LinkClosed, Wire } = require('./wire.js');

const NOT_BUILT = 97;
const BUILT = 'acrisol: built\n';
const FOLDER = path.dirname(__dirname);
const exit = process.reallyExit.bind(process);
const { apply, construct, ownKeys } = Reflect;
const { setImmediate, setTimeout, clearTimeout } = globalThis;
const sourceOf = Function.prototype.toString;

const config = JSON.parse(fs.readFileSync(path.join(__dirname, 'guest.json'), 'utf8'));
const objects = new GuestObjects();
const codec = new Codec(1, {
  careful: true,
  claimed: (value) => objects.claimed(value),
  out: (value, writer) => objects.out(value, writer),
  into: (tree, reader) => objects.into(tree, reader),
});
const scopes = installCandidate(FOLDER, config.names);

/** Check every file of the candidate's; ends the process where one does not compile. */
function build() {
  for (const file of config.check) {
    const problem = firstProblem(FOLDER, file);
    if (problem !== null) {
      fs.writeSync(2, `${file}:${problem.line}: error: ${problem.message}\n`);
      exit(NOT_BUILT);
    }
  }
  fs.writeSync(2, BUILT);
}

const loading = new Map(); // modules that wait for something while they load

/** What a module exports; null while it waits at its top level. */
function load(file) {
  const full = path.join(FOLDER, file);
  const begun = loading.get(file);
  if (begun !== undefined) {
    if (begun.error !== null) throw begun.error.value;
    return begun.exported;
  }
  try {
    return require(full);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
  }
  const state = { exported: null, error: null };
  loading.set(file, state);
  import(`file://${full}`).then((all) => { state.exported = all; }, (value) => { state.error = { value }; });
  return null;
}

function exportsTrees(exported, encode) {
  if (!types.isModuleNamespaceObject(exported)) return ['cjs', encode(exported)];
  const known = codec.ids.get(exported);
  if (known !== undefined && codec.held.has(known)) return ['esm', ['i', known]];
  return ['esm', codec.share(exported, 'O')];
}

/** The value of a primitive that an object turns into, as the language's own operators would ask for it. */
function primitive(value, hint) {
  const exotic = value[Symbol.toPrimitive];
  if (exotic !== undefined && exotic !== null) return apply(exotic, value, [hint]);
  for (const name of hint === 'string' ? ['toString', 'valueOf'] : ['valueOf', 'toString']) {
    const method = value[name];
    if (typeof method !== 'function') continue;
    const found = apply(method, value, []);
    if (found === null || (typeof found !== 'object' && typeof found !== 'function')) return found;
  }
  throw new TypeError('Cannot convert object to primitive value');
}

function descriptor(value, key) {
  const own = Reflect.getOwnPropertyDescriptor(value, key);
  if (own === undefined) return [];
  return 'value' in own ? [own.enumerable, own.writable, own.value] : [own.enumerable];
}

/** How far an object is closed: 0 not at all, 1 no new properties, 2 frozen. */
function closed(value) {
  return Object.isFrozen(value) ? 2 : Object.isExtensible(value) ? 0 : 1;
}

// What the language's own prototypes hold before the candidate is loaded.
const PROTOTYPES = ['Array', 'String', 'Number', 'Boolean', 'Function', 'Map', 'Set', 'Date', 'RegExp', 'Promise'];
const namesOf = (name) => Object.getOwnPropertyNames(globalThis[name].prototype);
const originally = new Map(PROTOTYPES.map((name) => [name, new Set(namesOf(name))]));

/** Methods that the candidate has added to the language's own prototypes. */
function additions() {
  const found = [];
  for (const [name, before] of originally) {
    for (const key of namesOf(name)) {
      if (before.has(key)) continue;
      const { value } = Object.getOwnPropertyDescriptor(globalThis[name].prototype, key);
      if (typeof value === 'function') found.push([name, key, value]);
    }
  }
  return found;
}

// A handler reads its trees (what is wrong with them is the tests' side's fault), and gives what is then done;
// that gives how the answer is written.
const values = (trees) => trees.map(codec.decode);
const answer = (result) => (encode) => [encode(result)];
const handlers = {
  load: (file) => () => {
    const exported = load(file);
    if (loading.has(file) && exported === null) return () => ['wait'];
    return (encode) => [...exportsTrees(exported, encode), additions().map((part) => part.map(encode))];
  },
  scope: (file, names) => () => {
    load(file);
    const scope = scopes.get(file) ?? {};
    const found = names.filter((name) => Object.hasOwn(scope, name));
    return (encode) => [found, found.map((name) => encode(scope[name]()))];
  },
  call: (tree, self, ...trees) => {
    const [target, receiver, ...given] = values([tree, self, ...trees]);
    return () => answer(apply(target, receiver, given));
  },
  new: (tree, ...trees) => {
    const [target, ...given] = values([tree, ...trees]);
    return () => answer(construct(target, given));
  },
  get: (tree, keyTree, selfTree) => {
    const [target, key, self] = values([tree, keyTree, selfTree]);
    return () => {
      const found = Reflect.get(target, key, self);
      if (key === 'prototype' && typeof target === 'function' && typeof found === 'object' && found !== null) {
        objects.claim(found); // not a value, whatever it looks like
      }
      return answer(found);
    };
  },
  set: (tree, keyTree, valueTree) => {
    const [target, key, value] = values([tree, keyTree, valueTree]);
    return () => answer(Reflect.set(target, key, value));
  },
  define: (tree, keyTree, enumerable, valueTree) => {
    const [target, key, value] = values([tree, keyTree, valueTree]);
    const own = { value, enumerable, writable: true, configurable: true };
    return () => answer(Reflect.defineProperty(target, key, own));
  },
  has: (tree, keyTree) => {
    const [target, key] = values([tree, keyTree]);
    return () => answer(Reflect.has(target, key));
  },
  delete: (tree, keyTree) => {
    const [target, key] = values([tree, keyTree]);
    return () => answer(Reflect.deleteProperty(target, key));
  },
  keys: (tree) => {
    const target = codec.decode(tree);
    return () => (encode) => [ownKeys(target).map(encode)];
  },
  own: (tree, keyTree) => {
    const [target, key] = values([tree, keyTree]);
    return () => answer(descriptor(target, key));
  },
  closed: (tree) => {
    const target = codec.decode(tree);
    return () => answer(closed(target));
  },
  close: (tree, frozen) => {
    const target = codec.decode(tree);
    return () => answer(frozen ? Object.freeze(target) && true : Reflect.preventExtensions(target));
  },
  source: (tree) => {
    const target = codec.decode(tree);
    return () => answer(apply(sourceOf, target, []));
  },
  primitive: (tree, hint) => {
    const target = codec.decode(tree);
    return () => answer(primitive(target, hint));
  },
  ping: () => () => () => [],
};
const peer = new Peer(new Wire(3, 4), codec, handlers, false);
objects.peer = peer;

/** Send what the candidate prints to the tests' console, where a test may be watching it. */
function carryPrints() {
  const shown = (value) => {
    const plain = value === null || typeof value !== 'object' ? typeof value !== 'function' : kindOf(value, true);
    return plain ? value : format('%o', value);
  };
  const print = (name) => (...given) => {
    if (!serving) return;
    peer.send('print', (encode) => [name, ...given.map((value) => encode(shown(value)))]);
  };
  for (const name of ['log', 'info', 'warn', 'error', 'debug']) console[name] = print(name);
  process.stdout.write = (text) => (print('stdout')(`${text}`), true);
  process.stderr.write = (text) => (print('stderr')(`${text}`), true);
}

let serving = false;

/** Answer until the tests let the candidate's own event loop run. */
function serve() {
  serving = true;
  try {
    for (;;) {
      const message = peer.receive();
      if (message[0] === 'run') {
        objects.settle(message[4], codec);
        return run(message[3]);
      }
      peer.answer(message);
    }
  } catch (error) {
    if (error instanceof LinkClosed) exit(0);
    throw error;
  }
}

/** Let timers and promises run until something that the tests wait for has settled, for so many milliseconds. */
function run(milliseconds) {
  let over = false;
  let timer;
  const stop = () => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    objects.wake = () => {};
    const settled = objects.settled;
    objects.settled = [];
    const busy = isBusy();
    try {
      peer.send('ok', (encode) => [
        settled.map(([number, fulfilled, value]) => [number, fulfilled, encodeOr(encode, value)]), busy,
      ]);
    } catch (error) {
      if (error instanceof LinkClosed) exit(0);
      throw error;
    }
    serve();
  };
  objects.wake = () => setImmediate(stop);
  setImmediate(() => {
    if (objects.settled.length > 0 || !isBusy()) stop();
    else if (!over) timer = setTimeout(stop, milliseconds);
  });
}

function encodeOr(encode, value) {
  try {
    return encode(value);
  } catch {
    return encode(new Error('a value cannot be carried between the tests and the candidate'));
  }
}

/** Whether anything of the candidate's will still happen by itself. */
function isBusy() {
  return process.getActiveResourcesInfo().some((name) => !['PipeWrap', 'TTYWrap', 'TickObject'].includes(name));
}

build();
if (config.prints) carryPrints();
serve();
