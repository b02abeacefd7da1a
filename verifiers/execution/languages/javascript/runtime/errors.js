'use strict';
// Errors of the language's own classes as trees; every other class is the business of the two sides.

const { types } = require('node:util');

const { getPrototypeOf, getOwnPropertyDescriptor, getOwnPropertyNames, defineProperty } = Object;

const CLASSES = { __proto__: null };
for (const kind of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
  CLASSES[kind.name] = kind;
}
const OMITTED = { __proto__: null, message: true, stack: true, cause: true, errors: true };
const MAX_EXTRAS = 40;

let assertionError;

function assertionClass() {
  assertionError ??= require('node:assert').AssertionError;
  return assertionError;
}

/** The name of the builtin class that an error is a direct instance of; '' if there is none. */
function builtinClass(error) {
  const prototype = getPrototypeOf(error);
  if (prototype === AggregateError.prototype) return 'AggregateError';
  if (prototype === DOMException.prototype) return 'DOMException';
  for (const name in CLASSES) if (CLASSES[name].prototype === prototype) return name;
  return error.code === 'ERR_ASSERTION' && prototype === assertionClass().prototype ? 'AssertionError' : '';
}

/** Whether a value is an error and not only a prototype of errors. */
function isError(value) {
  return types.isNativeError(value) || (!types.isProxy(value) && getPrototypeOf(value) === DOMException.prototype);
}

/** The parts of an error, each a tree: message, stack, cause, errors, other own properties. */
function errorParts(error, encode) {
  const own = (name) => getOwnPropertyDescriptor(error, name);
  const cause = own('cause');
  const errors = own('errors');
  const extras = [];
  const names = getOwnPropertyNames(error);
  for (let i = 0; i < names.length && extras.length < 2 * MAX_EXTRAS; i++) {
    const entry = own(names[i]);
    if (OMITTED[names[i]] === true || entry.get !== undefined || entry.set !== undefined) continue;
    extras[extras.length] = names[i];
    extras[extras.length] = encode(entry.value);
  }
  return [
    `${error.message}`,
    types.isNativeError(error) && typeof error.stack === 'string' ? error.stack.slice(0, 4000) : '',
    cause === undefined || cause.get ? 0 : [encode(cause.value)],
    errors === undefined || errors.get ? 0 : [encode(errors.value)],
    extras,
  ];
}

/** Give an error what its parts say. */
function fillError(error, parts, decode) {
  const [message, stack, cause, errors, extras] = parts;
  const hidden = (name, value) => {
    defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false });
  };
  if (typeof message !== 'string' || typeof stack !== 'string') throw new TypeError('a malformed error');
  hidden('message', message);
  if (stack) hidden('stack', stack);
  if (cause) hidden('cause', decode(cause[0]));
  if (errors) hidden('errors', decode(errors[0]));
  for (let i = 0; i + 1 < extras.length; i += 2) {
    if (typeof extras[i] !== 'string' || extras[i] in OMITTED) throw new TypeError('a malformed error');
    const value = decode(extras[i + 1]);
    defineProperty(error, extras[i], { value, writable: true, configurable: true, enumerable: true });
  }
  return error;
}

/** A new error of a builtin class, without its parts. */
function newError(name, message) {
  if (name === 'AggregateError') return new AggregateError([], message);
  if (name === 'AssertionError') return new (assertionClass())({ message });
  const kind = CLASSES[name];
  if (kind === undefined) throw new TypeError('an error of no known class');
  return new kind(message);
}

module.exports = { builtinClass, errorParts, fillError, isError, newError };
