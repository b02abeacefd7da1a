'use strict';
// expect(value) and its matchers, as jest has them.

const { inspect } = require('node:util');

const { Matcher, equals, isMatcher } = require('./equality.js');
const { mockMatchers } = require('./expect_mocks.js');

const show = (value) => inspect(value, { depth: 4, breakLength: 100, maxArrayLength: 50 }).slice(0, 600);

/** A failed expectation; `matcherResult` tells it from an error of the candidate's. */
class ExpectationError extends Error {
  constructor(message) {
    super(message);
    this.name = 'ExpectationError';
  }
}

function plainType(value, type, name) {
  if (typeof value !== type) throw new ExpectationError(`${name} needs a ${type}, not ${show(value)}`);
}

function compare(name, holds) {
  return (actual, expected) => {
    if (!['number', 'bigint'].includes(typeof actual)) {
      throw new ExpectationError(`${name} needs a number, not ${show(actual)}`);
    }
    return holds(actual, expected);
  };
}

/** The value at a path such as `a.b[0].c`: [whether it is there, value]. */
function atPath(value, path) {
  const parts = Array.isArray(path) ? path : String(path).split(/[.[\]]+/).filter((part) => part !== '');
  let found = value;
  for (const part of parts) {
    if (found === null || found === undefined || !(part in Object(found))) return [false, undefined];
    found = found[part];
  }
  return [true, found];
}

/** Whether what was thrown is what a test expects: a class, an object, a text or a pattern. */
function fitsThrown(thrown, expected) {
  if (expected === undefined) return true;
  const message = thrown?.message ?? thrown;
  if (typeof expected === 'function') return thrown instanceof expected;
  if (typeof expected === 'string') return String(message).includes(expected);
  if (expected instanceof RegExp) return new RegExp(expected).test(String(message));
  if (isMatcher(expected)) return expected.accepts(thrown);
  return String(message) === expected?.message;
}

function hasItem(actual, item, same) {
  if (typeof actual === 'string') return actual.includes(item);
  if (actual === null || actual === undefined) throw new ExpectationError(`a list is needed, not ${show(actual)}`);
  return [...actual].some((one) => same(one, item));
}

// Each is (actual, ...expected) and says whether the expectation holds.
const MATCHERS = {
  toBe: (actual, expected) => Object.is(actual, expected),
  toEqual: (actual, expected) => equals(actual, expected),
  toStrictEqual: (actual, expected) => equals(actual, expected, true),
  toMatchObject: (actual, expected) => equals(actual, expected, false, true),
  toBeTruthy: (actual) => Boolean(actual),
  toBeFalsy: (actual) => !actual,
  toBeNull: (actual) => actual === null,
  toBeUndefined: (actual) => actual === undefined,
  toBeDefined: (actual) => actual !== undefined,
  toBeNaN: (actual) => Number.isNaN(actual),
  toBeGreaterThan: compare('toBeGreaterThan', (actual, expected) => actual > expected),
  toBeGreaterThanOrEqual: compare('toBeGreaterThanOrEqual', (actual, expected) => actual >= expected),
  toBeLessThan: compare('toBeLessThan', (actual, expected) => actual < expected),
  toBeLessThanOrEqual: compare('toBeLessThanOrEqual', (actual, expected) => actual <= expected),
  toBeCloseTo: (actual, expected, digits = 2) => {
    plainType(actual, 'number', 'toBeCloseTo');
    return Object.is(actual, expected) || Math.abs(expected - actual) < 10 ** -digits / 2;
  },
  toBeInstanceOf: (actual, expected) => actual instanceof expected,
  toBeTypeOf: (actual, expected) => typeof actual === expected,
  toContain: (actual, item) => hasItem(actual, item, (one, other) => Object.is(one, other) || one === other),
  toContainEqual: (actual, item) => hasItem(actual, item, (one, other) => equals(one, other)),
  toHaveLength: (actual, expected) => actual?.length === expected,
  toHaveProperty: (actual, path, ...expected) => {
    const [there, value] = atPath(actual, path);
    return there && (expected.length === 0 || equals(value, expected[0]));
  },
  toMatch: (actual, expected) => {
    plainType(actual, 'string', 'toMatch');
    return typeof expected === 'string' ? actual.includes(expected) : new RegExp(expected).test(actual);
  },
  toSatisfy: (actual, accepts) => accepts(actual) === true,
  toBeOneOf: (actual, list) => [...list].some((one) => equals(actual, one)),
  ...mockMatchers(equals),
};

const thrown = (actual, expected, settled) => {
  if (settled) return fitsThrown(actual, expected);
  if (typeof actual !== 'function') throw new ExpectationError(`toThrow needs a function, not ${show(actual)}`);
  try {
    actual();
  } catch (error) {
    return fitsThrown(error, expected);
  }
  return false;
};

const snapshot = () => {
  throw new ExpectationError('snapshots cannot be kept here: say what is expected');
};

/** Matchers that stand for values: expect.any and the like. */
const STANDING = {
  anything: () => new Matcher((value) => value !== null && value !== undefined, 'anything'),
  any: (type) => new Matcher((value) => {
    if (type === Object) return typeof value === 'object';
    const own = [String, Number, Boolean, BigInt, Symbol, Function].includes(type);
    return (own && typeof value === type.name.toLowerCase()) || value instanceof type;
  }, `any ${type?.name}`),
  arrayContaining: (list) => new Matcher(
    (value) => Array.isArray(value) && list.every((item) => value.some((one) => equals(one, item))), `array containing ${show(list)}`),
  objectContaining: (wanted) => new Matcher(
    (value) => typeof value === 'object' && value !== null
      && Reflect.ownKeys(wanted).every((key) => key in value && equals(value[key], wanted[key])), `object containing ${show(wanted)}`),
  stringContaining: (part) => new Matcher(
    (value) => typeof value === 'string' && value.includes(part), `string containing ${part}`),
  stringMatching: (pattern) => new Matcher(
    (value) => typeof value === 'string' && new RegExp(pattern).test(value), `string matching ${pattern}`),
  closeTo: (number, digits = 2) => new Matcher(
    (value) => typeof value === 'number' && Math.abs(value - number) < 10 ** -digits / 2, `close to ${number}`),
};

function makeExpect(state) {
  const own = { ...MATCHERS };
  let counted = 0;
  let wanted = null;
  state.begin = () => {
    counted = 0;
    wanted = null;
  };
  state.missing = () => {
    if (wanted === null) return null;
    const fits = wanted === 'some' ? counted > 0 : counted === wanted;
    return fits ? null : new ExpectationError(`expected ${wanted} assertions, ${counted} were made`);
  };

  const check = (name, actual, negated, expected, settled) => {
    counted++;
    const throws = name === 'toThrow' || name === 'toThrowError';
    const matcher = throws ? (value, ...given) => thrown(value, given[0], settled) : own[name];
    const self = { equals, isNot: negated, utils: { printReceived: show, printExpected: show } };
    const answer = matcher.call(self, actual, ...expected);
    const decide = (result) => {
      const holds = typeof result === 'object' && result !== null ? result.pass : result;
      if (Boolean(holds) !== negated) return;
      const custom = typeof result === 'object' && typeof result?.message === 'function' ? result.message() : '';
      const given = expected.length > 0 ? `(${expected.map(show).join(', ')})` : '()';
      throw new ExpectationError(custom || `expect(${show(actual)})${negated ? '.not' : ''}.${name}${given}`);
    };
    return typeof answer?.then === 'function' ? answer.then(decide) : decide(answer);
  };

  const matchers = (actual, negated, settled) => {
    const made = {};
    for (const name of [...Object.keys(own), 'toThrow', 'toThrowError']) {
      made[name] = (...expected) => check(name, actual, negated, expected, settled);
    }
    for (const name of ['toMatchSnapshot', 'toMatchInlineSnapshot', 'toThrowErrorMatchingSnapshot']) made[name] = snapshot;
    return made;
  };
  const later = (actual, negated, rejects) => {
    const wait = async () => {
      const promise = typeof actual === 'function' ? actual() : actual;
      if (typeof promise?.then !== 'function') throw new ExpectationError(`a promise is needed, not ${show(promise)}`);
      let value;
      try {
        value = await promise;
      } catch (error) {
        if (rejects) return error;
        throw new ExpectationError(`the promise was rejected: ${show(error?.message ?? error)}`);
      }
      if (rejects) throw new ExpectationError(`the promise was not rejected: it gave ${show(value)}`);
      return value;
    };
    const made = {};
    for (const name of Object.keys(matchers(null))) {
      made[name] = async (...expected) => matchers(await wait(), negated, true)[name](...expected);
    }
    return made;
  };

  const expect = (actual) => ({
    ...matchers(actual, false, false),
    not: { ...matchers(actual, true, false), resolves: later(actual, true, false), rejects: later(actual, true, true) },
    resolves: { ...later(actual, false, false), not: later(actual, true, false) },
    rejects: { ...later(actual, false, true), not: later(actual, true, true) },
  });
  const negate = (make) => (...given) => {
    const inner = make(...given);
    return new Matcher((value) => !inner.accepts(value), `not ${inner.text}`);
  };
  const not = Object.fromEntries(Object.entries(STANDING).map(([name, make]) => [name, negate(make)]));
  return Object.assign(expect, STANDING, {
    not,
    extend: (more) => {
      Object.assign(own, more);
      for (const [name, accepts] of Object.entries(more)) {
        expect[name] = (...given) => new Matcher((value) => accepts.call({ equals }, value, ...given).pass, name);
      }
    },
    assertions: (count) => { wanted = count; },
    hasAssertions: () => { wanted = 'some'; },
    fail: (message) => { throw new ExpectationError(message ?? 'expect.fail() was called'); },
    unreachable: (message) => { throw new ExpectationError(message ?? 'this should not be reached'); },
  });
}

module.exports = { ExpectationError, makeExpect };
