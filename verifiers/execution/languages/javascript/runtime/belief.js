'use strict';
// Objects of the candidate's that speak for themselves are not simply believed.
//
// An object can say yes to whatever it is asked, or turn into another number each time it is read. So only a class
// that the tests use by name may stand for a value, and an object of any other class that says yes is asked about
// things to which it must say no.

const ASKED = new Set(['includes', 'has', 'contains', 'startsWith', 'endsWith', 'equals', 'isEqual', 'deepEqual',
  'matches', 'match', 'test']);

/** Why an object is not taken for a value. */
function notAValue(name) {
  return `an object of the candidate's ${name ? `class ${JSON.stringify(name)}` : 'own'} was used as a plain value; `
    + 'the tests do not use that class, so it is not asked which value it is';
}

/**
 * What a method of an object says that may say yes to everything. Other values of the item's own type are asked about
 * around it, in an order that the object cannot foresee: one that says yes to the first that it is asked about, or to
 * all of them, has not looked.
 * @param {Iterable<string>} keys names of the method
 * @param {object} owner whose method it is
 * @param {Array<*>} given what the tests ask about
 * @param {function(...*)} ask asks the method
 */
function answered(keys, owner, given, ask) {
  const asking = [...keys].find((key) => ASKED.has(key));
  const near = asking !== undefined && given.length === 1 ? others(given[0]) : [];
  const place = near.length === 0 ? 0 : crypto().randomInt(near.length + 1);
  let yes = 0;
  for (const other of near.slice(0, place)) yes += quiet(ask, other);
  const answer = ask(...given);
  if (answer !== true) return answer;
  for (const other of near.slice(place)) yes += quiet(ask, other);
  if (near.length !== 0 && yes === near.length) {
    throw new Error(`an object of the candidate's says yes to every ${typeof given[0]} (${asking})`);
  }
  checkYes(keys, owner, ask);
  return answer;
}

/** Values of the type and the sign of a number or a text, near and far, in any order; of anything else none. */
function others(item) {
  const { randomInt, randomBytes } = crypto();
  const found = [];
  if (typeof item === 'string') {
    const letters = () => randomBytes(16).toString('hex').replace(/\d/g, (digit) => 'ghijklmnop'[digit]);
    const at = randomInt(item.length + 1);
    found.push(letters().slice(0, Math.max(1, Math.min(item.length, 16))), item + letters().slice(0, 2),
      letters().slice(0, 2) + item, item.slice(0, at) + letters()[0] + item.slice(at + 1));
  } else if (typeof item === 'number' && Number.isFinite(item)) {
    const sign = item < 0 ? -1 : 1;
    const size = Math.abs(item);
    found.push(...[size + 1, Math.abs(size - 1), size + randomInt(2, 40), size + randomInt(2 ** 31)].map((n) => sign * n));
  } else if (typeof item === 'bigint') {
    const sign = item < 0n ? -1n : 1n;
    found.push(...[1, randomInt(2, 40), randomInt(2 ** 31)].map((n) => item + sign * BigInt(n)));
  }
  const different = found.filter((value) => value !== item);
  for (let left = different.length - 1; left > 0; left--) {
    const other = randomInt(left + 1);
    [different[left], different[other]] = [different[other], different[left]];
  }
  return different;
}

function crypto() {
  return require('node:crypto'); // costs milliseconds, and hardly any suite comes here
}

/** Refuse a yes that an object gives to everything. */
function checkYes(keys, owner, again) {
  for (const key of keys) {
    if (ASKED.has(key)) {
      const { randomBytes } = crypto();
      const text = randomBytes(9).toString('hex');
      const strange = [text, randomBytes(4).readUInt32BE() + 0.5, [text.slice(6)]];
      if (strange.every((value) => quiet(again, value))) {
        throw new Error(`an object of the candidate's says yes to everything (${key})`);
      }
    } else if (key === 'every' && owner.length !== 0 && owner.size !== 0 && quiet(again, () => false)) {
      throw new Error("an object of the candidate's says yes to everything (every)");
    }
  }
}

function quiet(again, value) {
  try {
    return again(value) === true;
  } catch {
    return false;
  }
}

module.exports = { answered, notAValue };
