'use strict';
// The functions that jest, vitest and mocha put into a test file's scope, on our own runner.

const { format } = require('node:util');

const { makeExpect } = require('./expect.js');
const { makeMocks } = require('./mocks.js');

function testOptions(given, more, expectState) {
  const timeout = typeof given === 'number' ? given : given?.timeout;
  return {
    ...more, timeout,
    context: () => ({ timeout: () => {}, slow: () => {}, retries: () => {} }),
    arguments: () => {
      expectState.begin();
      return more.values ?? [];
    },
    wantsCallback: (body) => {
      const own = more.values?.length ?? 0;
      return !more.values && body.length > own ? own + 1 : 0;
    },
    finish: () => expectState.missing(),
  };
}

/** The title of one case of a table: `%s` and the like, `$name`, `%#`. */
function caseTitle(name, values, index) {
  let title = String(name);
  if (values.length === 1 && values[0] !== null && typeof values[0] === 'object') {
    title = title.replace(/\$([A-Za-z_]\w*)/g, (whole, key) => (key in values[0] ? format('%s', values[0][key]) : whole));
  }
  title = title.replaceAll('%#', String(index)).replaceAll('%p', '%s');
  const count = (title.match(/%[sdifjoO]/g) ?? []).length;
  return format(title, ...values.slice(0, count));
}

/** Rows of a table that is given as a list or as a template. */
function rowsOf(table, values) {
  if (!Array.isArray(table) || !table.raw) return [...table].map((row) => (Array.isArray(row) ? row : [row]));
  const names = table[0].split('|').map((name) => name.trim()).filter(Boolean);
  const rows = [];
  for (let i = 0; i < values.length; i += names.length) {
    rows.push([Object.fromEntries(names.map((name, at) => [name, values[i + at]]))]);
  }
  return rows;
}

/**
 * The functions by name.
 * @param {Runner} runner
 */
function jestApi(runner) {
  const expectState = { begin() {}, missing: () => null };
  const expect = makeExpect(expectState);
  const jest = makeMocks();

  const each = (register) => (table, ...values) => {
    const line = runner.callLine();
    return (name, body, extra) => {
      rowsOf(table, values).forEach((row, index) => register(caseTitle(name, row, index), body, extra, row, line));
    };
  };
  const test = (more) => {
    const register = (name, body, extra, row, line = runner.callLine()) => {
      if (body !== null && typeof body === 'object') [body, extra] = [extra, body];
      return void runner.test(name, testOptions(extra, { ...extra, ...more, values: row }, expectState), body, line);
    };
    const made = (name, body, extra) => register(name, body, extra, undefined, runner.callLine());
    made.each = each(register);
    return made;
  };
  const describe = (more) => {
    const register = (name, body, extra, row, line = runner.callLine()) => {
      if (body !== null && typeof body === 'object') [body, extra] = [extra, body];
      return void runner.describe(name, more, row && body ? () => body(...row) : body, line);
    };
    const made = (name, body, extra) => register(name, body, extra, undefined, runner.callLine());
    made.each = each(register);
    return made;
  };
  const variants = (make) => {
    const made = make({});
    for (const [name, more] of [['skip', { skip: true }], ['only', { only: true }], ['todo', { todo: true }],
      ['failing', { failing: true }], ['concurrent', {}], ['sequential', {}]]) made[name] = make(more);
    made.fails = made.failing;
    made.skipIf = (condition) => (condition ? made.skip : made);
    made.runIf = (condition) => (condition ? made : made.skip);
    return made;
  };
  const it = variants(test);
  const suite = variants(describe);
  const hook = (kind) => (body, named) => runner.hook(kind, typeof body === 'function' ? body : named);
  const mocha = { before: hook('before'), after: hook('after') };
  return {
    describe: suite, context: suite, suite, it, test: it, specify: it, expect, jest, vi: jest,
    xit: it.skip, xtest: it.skip, xdescribe: suite.skip, fit: it.only, ftest: it.only, fdescribe: suite.only,
    beforeAll: mocha.before, afterAll: mocha.after, beforeEach: hook('beforeEach'), afterEach: hook('afterEach'),
    before: mocha.before, after: mocha.after, setup: hook('beforeEach'), teardown: hook('afterEach'),
  };
}

module.exports = { jestApi };
