'use strict';
// Runs tests and reports each of them; the ways in which tests are written are the business of other files.

const path = require('node:path');

const { cleanName, lineIn, messageOf } = require('./failure.js');

const SEPARATOR = ' > ';
const TIMEOUT_FACTOR = 5; // a busy machine is no reason to fail

class Runner {
  /**
   * @param {object} config `folder`, `expected`: [path, names from the outermost suite to the test] for each test
   * @param {Reporter} reporter
   * @param {function(): number} calls how often the candidate was asked something so far
   */
  constructor(config, reporter, calls) {
    this.folder = config.folder;
    this.reporter = reporter;
    this.calls = calls;
    this.known = new Set();
    this.tests = new Set(config.files);
    for (const [file, parts] of config.expected) {
      for (let i = 1; i <= parts.length; i++) this.known.add(`${file}::${parts.slice(0, i).join(SEPARATOR)}`);
    }
    this.current = null; // the test that runs
    this.suite = null; // the suite that is being described
    this.file = '';
    this.stuck = null;
  }

  // ---------------------------------------------------------------- description

  node(parent, name, line) {
    const prefix = parent.id === '' ? `${this.file}::` : `${parent.id}${SEPARATOR}`;
    const clean = cleanName(name);
    const byLine = `${prefix}line ${line}`;
    const dynamic = !this.known.has(prefix + clean) && this.known.has(byLine);
    return {
      name: String(name), parent, id: dynamic ? byLine : prefix + clean, line,
      label: dynamic ? [...parent.label, clean] : parent.label,
      hooks: { before: [], after: [], beforeEach: [], afterEach: [] }, children: [], queue: null, ready: null,
      skip: false, only: false, failures: [], file: this.file, started: false,
    };
  }

  /** The line of the test file that calls what calls this. */
  callLine() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 30;
    const line = lineIn(path.join(this.folder, this.file), new Error('here'));
    Error.stackTraceLimit = limit;
    return line;
  }

  describe(name, options, body, line = this.callLine()) {
    const suite = this.node(this.suite, name, line);
    suite.isSuite = true;
    suite.skip = Boolean(options.skip || options.todo);
    suite.only = Boolean(options.only);
    this.suite.children.push(suite);
    const outer = this.suite;
    this.suite = suite;
    try {
      const promise = body?.call(suite.context = { name }, suite.context);
      if (typeof promise?.then === 'function') suite.ready = Promise.resolve(promise).catch((error) => suite.failures.push(error));
    } catch (error) {
      suite.failures.push(error);
    } finally {
      this.suite = outer;
    }
    this.start();
    return new Promise((resolve) => { suite.done = resolve; });
  }

  test(name, options, body, line = this.callLine(), parent = this.suite) {
    const test = this.node(parent, name, line);
    Object.assign(test, { body, options, isSuite: false, only: Boolean(options.only) });
    test.skip = Boolean(options.skip || options.todo || !body);
    parent.children.push(test);
    const done = new Promise((resolve) => { test.done = resolve; });
    if (parent.running) parent.queue = (parent.queue ?? Promise.resolve()).then(() => this.runTest(test));
    else this.start();
    return done;
  }

  hook(kind, body, parent = this.suite) {
    parent.hooks[kind].push(body);
  }

  // ---------------------------------------------------------------- running

  /** Run one file: what it describes is run while it loads and after it has loaded. */
  async runFile(file, load) {
    this.file = file;
    this.root = this.suite = this.node({ id: '', label: [] }, '', 0);
    this.root.id = '';
    this.root.isSuite = true;
    this.loaded = false;
    this.turn = Promise.resolve();
    this.scheduled = false;
    try {
      await load();
    } catch (error) {
      this.loadFailure = error;
      return error;
    } finally {
      this.loaded = true;
    }
    await this.runChildren(this.root);
    await this.runHooks(this.root, 'after', this.root);
    return null;
  }

  /** Begin with what is described so far, where the file waits for it at its top level. */
  start() {
    if (this.loaded || this.scheduled || this.suite !== this.root) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (!this.loaded) this.runChildren(this.root);
    });
  }

  async runChildren(suite) {
    const before = this.turn;
    let release;
    if (suite === this.root) {
      this.turn = new Promise((resolve) => { release = resolve; });
      await before;
    }
    const only = suite.children.some(hasOnly);
    for (let i = 0; i < suite.children.length; i++) {
      const child = suite.children[i];
      if (child.started) continue;
      if (only && !hasOnly(child) && !suite.only) child.skip = true;
      if (suite.skip) child.skip = true;
      await (child.isSuite ? this.runSuite(child) : this.runTest(child));
    }
    release?.();
  }

  async runSuite(suite) {
    suite.started = true;
    if (suite.only && !suite.children.some(hasOnly)) for (const child of suite.children) child.only = true;
    await suite.ready;
    if (suite.failures.length > 0) this.failAll(suite, suite.failures[0]);
    else if (suite.skip) await this.runChildren(suite);
    else {
      await this.runChildren(suite);
      await this.runHooks(suite, 'after', suite);
    }
    suite.done(undefined);
  }

  async runHooks(suite, kind, node, argument) {
    for (const hook of suite.hooks[kind]) {
      const failure = await this.attempt(hook, node, [argument ?? {}], 0);
      if (failure === null) continue;
      if (kind === 'after') this.report({ ...suite, id: suite.id || `${this.file}::(after)` }, 'failed', [failure]);
      else node.failures.push(failure);
    }
  }

  /** Run the hooks that come once before a suite's first test, outermost first. */
  async runBefore(test) {
    const chain = [];
    for (let at = test.parent; at?.hooks; at = at.parent) chain.unshift(at);
    for (const suite of chain) {
      if (!suite.isSuite || suite.begun) continue;
      suite.begun = true;
      suite.beforeFailures = [];
      for (const hook of suite.hooks.before) {
        const failure = await this.attempt(hook, test, [{}], 0);
        if (failure !== null) suite.beforeFailures.push(failure);
      }
    }
    for (const suite of chain) test.failures.push(...(suite.beforeFailures ?? []));
    return chain;
  }

  async runTest(test) {
    test.started = true;
    if (test.skip) {
      this.report(test, 'skipped', []);
      test.done(undefined);
      return;
    }
    const outer = this.current;
    const calls = this.calls();
    this.current = test;
    test.context = test.options.context?.(test);
    const chain = await this.runBefore(test);
    if (test.failures.length === 0) {
      for (const suite of chain) await this.runHooks(suite, 'beforeEach', test, test.context);
      if (test.failures.length === 0) await this.runBody(test);
      for (const suite of chain.reverse()) await this.runHooks(suite, 'afterEach', test, test.context);
    }
    this.current = outer;
    this.report(test, this.outcome(test, calls), test.failures);
    test.done(undefined);
  }

  async runBody(test) {
    test.running = true;
    const failure = await this.attempt(test.body, test, test.options.arguments?.(test) ?? [], test.options.timeout);
    if (failure !== null) test.failures.push(failure);
    await test.queue;
    test.running = false;
    for (const hook of test.hooks.after) {
      const late = await this.attempt(hook, test, [test.context], 0);
      if (late !== null) test.failures.push(late);
    }
    const missed = test.options.finish?.(test);
    if (missed) test.failures.push(missed);
  }

  outcome(test, calls) {
    if (test.options.failing) return test.failures.length > 0 ? 'xfailed' : 'failed';
    if (test.failures.length > 0) return 'failed';
    if (test.skippedItself) return this.calls() > calls ? 'skipped-by-candidate' : 'skipped';
    return 'passed';
  }

  /** Call a function of the tests and wait for it; what it threw, or null. */
  async attempt(body, node, given, timeout) {
    let timer;
    try {
      const gaveUp = new Promise((resolve, reject) => {
        this.stuck = () => reject(new Error('the test waits for something that never happens'));
        if (timeout > 0 && timeout < 2 ** 31 / TIMEOUT_FACTOR) {
          timer = setTimeout(() => reject(new Error(`the test did not end within ${timeout} ms`)), timeout * TIMEOUT_FACTOR);
        }
      });
      gaveUp.catch(() => {});
      const callback = node.options?.wantsCallback?.(body);
      const result = callback
        ? new Promise((resolve, reject) => {
          const done = (error) => (error ? reject(error) : resolve());
          done.fail = (error) => reject(error ?? new Error('done.fail() was called'));
          Promise.resolve(body.call(node.context, ...given.slice(0, callback - 1), done)).catch(reject);
        })
        : body.call(node.context, ...given);
      if (typeof result?.then === 'function') await Promise.race([result, gaveUp]);
      return null;
    } catch (error) {
      return error ?? new Error(`thrown: ${String(error)}`);
    } finally {
      clearTimeout(timer);
      this.stuck = null;
    }
  }

  // ---------------------------------------------------------------- reporting

  /** A failure that was not thrown into the test: a failed console.assert, an error that nobody waits for. */
  fail(error) {
    if (this.current === null) return false;
    this.current.failures.push(error);
    return true;
  }

  failAll(suite, error) {
    for (const child of suite.children) {
      child.started = true;
      if (child.isSuite) this.failAll(child, error);
      else this.report(child, 'failed', [error]);
    }
    if (suite.children.length === 0) this.report(suite, 'failed', [error]);
  }

  report(node, outcome, failures) {
    const label = node.label.length > 0 ? `[${node.label.join(SEPARATOR)}]` : '';
    const error = failures[0];
    const said = failures.slice(0, 5).map((one) => messageOf(one, this.folder, this.tests));
    const line = error === undefined ? 0 : lineIn(path.join(this.folder, node.file), error) || node.line;
    this.reporter.result(node.id + label, outcome, said.join('\n'), line, node.file);
  }
}

function hasOnly(node) {
  return node.only || (node.isSuite && node.children.some(hasOnly));
}

module.exports = { Runner };
