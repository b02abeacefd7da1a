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
 * Refuse a yes that an object gives to everything.
 * @param {Iterable<string>} keys names of the method that said yes
 * @param {object} owner whose method it is
 * @param {function(...*)} again asks the method about other things
 */
function checkYes(keys, owner, again) {
  const { randomBytes } = require('node:crypto'); // costs milliseconds, and hardly any suite comes here
  for (const key of keys) {
    if (ASKED.has(key)) {
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

module.exports = { checkYes, notAValue };
