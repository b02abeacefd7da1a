'use strict';
// The module node:test, on our own runner.

/** The arguments of test(), which may leave any of the first two out. */
function readArguments(given) {
  let [name, options, body] = given;
  if (typeof name === 'function') [name, options, body] = [name.name, {}, name];
  else if (typeof name === 'object' && name !== null) [name, options, body] = [options?.name ?? '<anonymous>', name, options];
  else if (typeof options === 'function') [options, body] = [body && typeof body === 'object' ? body : {}, options];
  return [name ?? body?.name ?? '<anonymous>', options ?? {}, body];
}

/** What a test function is given: `t`. */
class TestContext {
  #runner;
  #node;
  #planned = -1;
  #counted = 0;

  constructor(runner, node) {
    this.#runner = runner;
    this.#node = node;
    this.name = node.name;
    this.fullName = node.id;
    this.signal = new AbortController().signal;
    this.test = Object.assign((...given) => this.#subtest({}, given), {
      skip: (...given) => this.#subtest({ skip: true }, given),
      todo: (...given) => this.#subtest({ todo: true }, given),
      only: (...given) => this.#subtest({}, given),
    });
    this.it = this.test;
    this.assert = new Proxy(() => {}, {
      get: (_, key) => {
        const found = require('node:assert')[key];
        return typeof found !== 'function' ? found : (...given) => {
          this.#counted++;
          return found(...given);
        };
      },
    });
  }

  get mock() {
    return require('node:test').mock;
  }

  #subtest(more, given) {
    this.#counted++;
    const [name, options, body] = readArguments(given);
    const line = this.#runner.callLine();
    return this.#runner.test(name, testOptions(this.#runner, { ...options, ...more }), body, line, this.#node);
  }

  plan(count) {
    this.#planned = count;
  }

  planProblem() {
    if (this.#planned < 0 || this.#planned === this.#counted) return null;
    return new Error(`plan expected ${this.#planned} assertions but received ${this.#counted}`);
  }

  skip() {
    this.#node.skippedItself = true;
  }

  todo() {
    this.#node.skippedItself = true;
  }

  diagnostic() {}

  runOnly() {}

  before(body) {
    return this.#runner.attempt(body, this.#node, [this], 0);
  }

  after(body) {
    this.#node.hooks.after.push(body);
  }

  beforeEach(body) {
    this.#node.hooks.beforeEach.push(body);
  }

  afterEach(body) {
    this.#node.hooks.afterEach.push(body);
  }

  async waitFor(condition, { interval = 50, timeout = 1000 } = {}) {
    for (const end = Date.now() + 5 * timeout; ;) {
      try {
        return await condition();
      } catch (error) {
        if (Date.now() > end) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, interval));
    }
  }
}

function testOptions(runner, options) {
  return {
    skip: options.skip, todo: options.todo, timeout: options.timeout,
    context: (node) => new TestContext(runner, node),
    arguments: (node) => [node.context],
    wantsCallback: (body) => (body.length === 2 ? 2 : 0),
    finish: (node) => node.context.planProblem(),
  };
}

/** The exports of node:test. */
function nodeTest(runner) {
  const register = (more) => (...given) => {
    const [name, options, body] = readArguments(given);
    return runner.test(name, testOptions(runner, { ...options, ...more }), body, runner.callLine());
  };
  const describe = (more) => (...given) => {
    const [name, options, body] = readArguments(given);
    return runner.describe(name, { ...options, ...more, only: false }, body, runner.callLine());
  };
  const variants = (make) => Object.assign(make({}), {
    skip: make({ skip: true }), todo: make({ todo: true }), only: make({}),
  });
  const test = variants(register);
  const suite = variants(describe);
  const hook = (kind) => (body) => runner.hook(kind, body);
  Object.assign(test, {
    test, it: variants(register), describe: suite, suite,
    before: hook('before'), after: hook('after'), beforeEach: hook('beforeEach'), afterEach: hook('afterEach'),
  });
  Object.defineProperty(test, 'assert', { get: () => require('node:assert'), enumerable: true });
  Object.defineProperty(test, 'mock', { get: () => process.getBuiltinModule('node:test').mock, enumerable: true });
  return test;
}

module.exports = { nodeTest, readArguments };
