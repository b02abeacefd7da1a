'use strict';
// When two values are equal for expect(). A matcher is one of ours: nothing that only looks like one is asked.

const MATCHERS = new WeakSet();

/** A value that stands for all that a test of its accepts. */
class Matcher {
  /**
   * @param {function(*): boolean} accepts
   * @param {string} text how it is shown
   */
  constructor(accepts, text) {
    this.accepts = accepts;
    this.text = text;
    MATCHERS.add(this);
  }

  toString() {
    return this.text;
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return this.text;
  }
}

function isMatcher(value) {
  return typeof value === 'object' && value !== null && MATCHERS.has(value);
}

/**
 * Whether two values are equal, part by part.
 * @param {*} one
 * @param {*} other may hold matchers, as may `one`
 * @param {boolean} strict whether undefined properties, holes and classes count
 * @param {boolean} subset whether `one` may have further properties
 */
function equals(one, other, strict = false, subset = false, seen = []) {
  if (isMatcher(other)) return other.accepts(one);
  if (isMatcher(one)) return one.accepts(other);
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const wanted = Object.prototype.toString.call(other);
  const tag = subset && wanted === '[object Object]' ? wanted : Object.prototype.toString.call(one);
  if (tag !== wanted) return false;
  if (strict && Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (seen.some(([a, b]) => a === one && b === other)) return true;
  const deeper = [...seen, [one, other]];
  const same = (a, b) => equals(a, b, strict, subset, deeper);
  switch (tag) {
    case '[object Number]':
    case '[object String]':
    case '[object Boolean]':
      return Object.is(one.valueOf(), other.valueOf());
    case '[object Date]':
      return Object.is(+one, +other);
    case '[object RegExp]':
      return one.source === other.source && one.flags === other.flags;
    case '[object Error]':
      return one.message === other.message && one.name === other.name;
    case '[object Map]':
      return one.size === other.size && sameEntries([...one], [...other], same);
    case '[object Set]':
      return one.size === other.size && sameEntries([...one], [...other], same);
    default:
      return sameProperties(one, other, same, strict, subset);
  }
}

/** Whether each of the entries has an equal one among the others, each used once. */
function sameEntries(ones, others, same) {
  const left = [...others];
  return ones.every((entry) => {
    const at = left.findIndex((other) => (Array.isArray(entry) && Array.isArray(other)
      ? entry.length === other.length && entry.every((part, i) => same(part, other[i])) : same(entry, other)));
    if (at < 0) return false;
    left.splice(at, 1);
    return true;
  });
}

function sameProperties(one, other, same, strict, subset) {
  const isList = Array.isArray(one);
  if (isList !== Array.isArray(other)) return false;
  if ((isList || ArrayBuffer.isView(one)) && one.length !== other.length) return false;
  const keysOf = (value) => Reflect.ownKeys(value).filter((key) => Object.getOwnPropertyDescriptor(value, key)?.enumerable);
  const [mine, theirs] = [keysOf(one), keysOf(other)];
  // An object of the candidate's is asked for its own names first: it must not be told the expected ones.
  const there = new Set(mine);
  for (const key of theirs) {
    const missing = !there.has(key) && !(subset && key in one);
    if (missing && (strict || subset || other[key] !== undefined)) return false;
    if (!missing && !same(one[key], other[key])) return false;
  }
  if (subset && !isList) return true;
  return mine.every((key) => Object.hasOwn(other, key) || (!strict && one[key] === undefined));
}

module.exports = { Matcher, equals, isMatcher };
