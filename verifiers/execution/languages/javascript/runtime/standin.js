'use strict';
// Stand-ins: what the tests hold in place of the candidate's functions, classes and objects. Whatever is done to
// one is asked of the candidate's process; what `instanceof`, `===` and `typeof` say is the judge's own.

const { UNCARRIED } = require('./peer.js');

const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const OWN_OF_FUNCTIONS = new Set(['call', 'apply', 'bind', 'name', 'length', 'arguments', 'caller']);

/** What all stand-ins do, whatever they stand for. */
function commonTraps(link, number) {
  return {
    set: (target, key, value, receiver) => link.set(link.numberOf(receiver) ?? number, key, value),
    has: (target, key) => key in target || link.has(number, key),
    deleteProperty: (target, key) => link.delete(number, key),
    setPrototypeOf: () => {
      throw new Error(`another prototype ${UNCARRIED}`);
    },
    defineProperty(target, key, own) {
      if (own.get || own.set) throw new Error(`an accessor that the tests define ${UNCARRIED}`);
      return link.define(number, key, own);
    },
    ownKeys(target) {
      const fixed = Reflect.ownKeys(target).filter((key) => !Reflect.getOwnPropertyDescriptor(target, key).configurable);
      return [...new Set([...fixed, ...link.keys(number)])];
    },
    getOwnPropertyDescriptor(target, key) {
      const fixed = Reflect.getOwnPropertyDescriptor(target, key);
      if (fixed !== undefined && !fixed.configurable) {
        if (fixed.writable) target[key] = link.get(number, key);
        return Reflect.getOwnPropertyDescriptor(target, key);
      }
      const own = link.own(number, key);
      if (own.length === 0) return undefined;
      const [enumerable, writable, value] = own;
      if (own.length === 3) return { value, writable, enumerable, configurable: true };
      return { get: () => link.get(number, key), set: undefined, enumerable, configurable: true };
    },
    isExtensible(target) {
      if (Object.isExtensible(target)) closeLike(link, number, target);
      return Object.isExtensible(target);
    },
    preventExtensions(target) {
      link.close(number, false);
      closeLike(link, number, target);
      return !Object.isExtensible(target);
    },
  };
}

/** Close the target as far as the object that it stands for is closed: a proxy may not claim what is not so. */
function closeLike(link, number, target) {
  const level = link.closed(number);
  if (level === 0) return;
  const open = level === 1;
  for (const key of link.keys(number)) {
    const [enumerable, writable, value] = link.own(number, key);
    if (writable === undefined) continue;
    const held = Reflect.getOwnPropertyDescriptor(target, key);
    if (held && !held.configurable) target[key] = value;
    else Object.defineProperty(target, key, { value, enumerable, writable: open && writable, configurable: open });
  }
  if (open) Object.preventExtensions(target);
  else Object.freeze(target);
}

/** The stand-in for an object. */
function objectStandIn(link, number, name, prototype, isArray) {
  const target = isArray ? [] : Object.create(prototype);
  if (isArray) Object.setPrototypeOf(target, prototype);
  return new Proxy(target, {
    ...commonTraps(link, number),
    get(_, key, receiver) {
      if (!Object.isExtensible(target) && Object.hasOwn(target, key)) {
        const own = Reflect.getOwnPropertyDescriptor(target, key);
        if (!own.configurable && !own.writable) return own.value;
      }
      if (key === INSPECT) return undefined;
      const self = link.numberOf(receiver) ?? number;
      if (key === Symbol.toPrimitive) return (hint) => link.primitive(self, hint, name);
      return link.get(number, key, self);
    },
    getPrototypeOf: () => prototype,
  });
}

/** The stand-in for a function or a class. */
function functionStandIn(link, number, name, length, isConstructor) {
  const target = isConstructor ? function () {} : () => {};
  Object.defineProperty(target, 'name', { value: name, configurable: true });
  Object.defineProperty(target, 'length', { value: length, configurable: true });
  const proxy = new Proxy(target, {
    ...commonTraps(link, number),
    get(_, key) {
      if (key === 'prototype') {
        const prototype = link.get(number, key);
        if (isConstructor) target.prototype = prototype;
        link.trust(prototype); // instanceof asks for it
        return prototype;
      }
      if (key === 'toString') return () => link.source(number);
      if (key === INSPECT || key === Symbol.hasInstance || key === Symbol.toPrimitive) return Reflect.get(target, key);
      if (OWN_OF_FUNCTIONS.has(key)) return Reflect.get(target, key);
      return link.get(number, key);
    },
    apply: (_, self, given) => link.call(number, self, given),
    construct(_, given, newTarget) {
      if (newTarget !== proxy) {
        throw new Error(`a class of the tests' that derives from one of the candidate's ${UNCARRIED}`);
      }
      return link.construct(number, given);
    },
    getOwnPropertyDescriptor(_, key) {
      const own = Reflect.getOwnPropertyDescriptor(target, key);
      if (key === 'prototype' && own) {
        target.prototype = link.get(number, key);
        return Reflect.getOwnPropertyDescriptor(target, key);
      }
      return own ?? commonTraps(link, number).getOwnPropertyDescriptor(target, key);
    },
  });
  return proxy;
}

module.exports = { functionStandIn, objectStandIn };
