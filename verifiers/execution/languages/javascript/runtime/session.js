'use strict';
// Runs the test files of a job one after the other: in the judge against stand-ins, in a shared process as they are.

const path = require('node:path');
const fs = require('node:fs');
const { pathToFileURL } = require('node:url');

const { formatOf, withoutTypes } = require('./compile.js');
const { jestApi } = require('./jest_api.js');
const { nodeTest } = require('./node_api.js');
const { lineIn, messageOf } = require('./failure.js');
const { Runner } = require('./runner.js');

const JEST_MODULES = ['@jest/globals', 'vitest', 'mocha', 'bun:test', 'jest'];

const NEVER = Symbol('never');
const LATE_MS = 1000;

/** A test file that only runs from its top to its end. */
class Script {
  constructor(file) {
    this.file = file;
    this.reached = [];
    this.failures = new Map();
    this.over = false;
  }

  at(line) {
    if (!this.over) this.reached.push(line);
  }

  fail(error) {
    if (this.over) return;
    const line = this.reached.at(-1) ?? 0;
    this.failures.set(line, [...(this.failures.get(line) ?? []), error]);
  }
}

/** What a test script's process.exit() throws, so that the script ends there. */
class Exit extends Error {}

/** Throw away what is written to a stream; the stream is made when somebody looks at it, which costs milliseconds. */
function silence(name) {
  const { get } = Object.getOwnPropertyDescriptor(process, name);
  let made;
  Object.defineProperty(process, name, {
    configurable: true,
    get() {
      if (made === undefined) {
        made = get.call(process);
        made.write = () => true;
      }
      return made;
    },
  });
}

class Session {
  /**
   * @param {object} config what the host says of the tests
   * @param {Reporter} reporter
   * @param {object} other `calls()`: how often the candidate was asked something; `isBusy()`: whether it still works
   *     on something that the tests asked for
   */
  constructor(config, reporter, other) {
    this.config = config;
    this.reporter = reporter;
    this.tests = new Set(config.files);
    this.runner = new Runner(config, reporter, other.calls);
    this.isBusy = other.isBusy;
    this.script = null;
    this.drained = () => {};
    this.finished = () => {};
  }

  /** Modules of test frameworks by the names under which tests import them. */
  apis() {
    const jest = jestApi(this.runner);
    const node = nodeTest(this.runner);
    Object.assign(globalThis, jest);
    const found = { 'node:test': () => node, expect: () => Object.assign(jest.expect, { expect: jest.expect }) };
    for (const name of JEST_MODULES) found[name] = () => jest;
    return found;
  }

  /** Put what tests write to or end with under our own hands. */
  guard() {
    console.assert = (holds, ...said) => {
      if (holds) return;
      this.fail(new Error(said.length > 0 ? `Assertion failed: ${said.map(String).join(' ')}` : this.sourceLine()));
    };
    for (const name of ['stdout', 'stderr']) silence(name);
    process.exit = (code = process.exitCode ?? 0) => {
      if (Number(code) !== 0) this.fail(new Error(`the tests ended themselves with exit code ${code}`));
      if (this.script) this.script.over = true; // what runs on from here would not have run
      throw new Exit('process.exit() was called');
    };
    const stray = (error) => {
      if (!(error instanceof Exit)) this.fail(error);
    };
    process.on('uncaughtException', stray);
    process.on('unhandledRejection', stray);
    process.on('beforeExit', () => {
      if (this.runner.stuck) this.runner.stuck();
      else this.drained();
    });
    // Tests that were written to stand below the candidate's code use what that has imported.
    Object.defineProperty(globalThis, 'assert', {
      configurable: true,
      get: () => require('node:assert'),
      set: (value) => Object.defineProperty(globalThis, 'assert', { value, writable: true, configurable: true }),
    });
    const at = (line) => this.script?.at(line);
    Object.defineProperty(globalThis, '__acrisol_at', { value: at, configurable: true });
  }

  fail(error) {
    if (this.script) this.script.fail(error);
    else if (!this.runner.fail(error)) this.strays.push(error);
  }

  /** The text of the line of a test file that is being run, for an assertion without a message. */
  sourceLine() {
    const file = path.join(this.config.folder, this.runner.file);
    const line = lineIn(file, new Error('here'));
    const text = this.lines?.[line - 1]?.replace(/__acrisol_at\(\d+\);/g, '').trim() ?? '';
    return text ? `Assertion failed: ${text}` : 'Assertion failed';
  }

  async run() {
    for (const file of this.config.files) {
      this.strays = [];
      this.runner.file = file;
      const text = fs.readFileSync(path.join(this.config.folder, file), 'utf8');
      this.lines = text.split('\n');
      if (this.config.scripts.includes(file)) await this.runScript(file, text);
      else await this.runTests(file, text);
    }
  }

  /** Every test fails, because the candidate cannot be loaded. */
  failAll(error) {
    for (const [file, parts] of this.config.expected) this.reportAt(file, parts.join(' > '), [error]);
  }

  load(file, text) {
    const full = path.join(this.config.folder, file);
    const { format } = formatOf(withoutTypes(text, file), file, this.config.folder);
    return format === 'commonjs' ? require(full) : import(pathToFileURL(full).href);
  }

  async runTests(file, text) {
    const failure = await this.runner.runFile(file, async () => {
      try {
        await this.load(file, text);
      } catch (error) {
        if (!(error instanceof Exit)) throw error;
      }
    });
    await this.lateFailures();
    for (const [where, parts] of failure ? this.config.expected : []) {
      if (where === file) this.reportAt(file, parts.join(' > '), [failure]);
    }
    if (this.strays.length > 0) this.reportAt(file, '(outside of a test)', this.strays);
  }

  /** Wait a little for what the tests began and did not wait for: it may still fail. */
  async lateFailures() {
    const end = Date.now() + LATE_MS;
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.isBusy() && Date.now() < end);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async runScript(file, text) {
    const script = new Script(file);
    this.script = script;
    let last = null;
    try {
      const drained = new Promise((resolve) => { this.drained = () => resolve(NEVER); });
      if (await Promise.race([this.load(file, text), drained]) === NEVER) {
        throw new Error('the tests wait for something that never happens');
      }
      const entry = this.config.check[file];
      if (entry !== undefined) {
        script.at(0);
        await globalThis.__acrisol_check(globalThis[entry]);
      }
    } catch (error) {
      last = error;
      if (!(error instanceof Exit)) script.fail(error);
    }
    await new Promise((resolve) => { this.drained = resolve; });
    try {
      if (!script.over) process.emit('exit', process.exitCode ?? 0); // where a script may count its failures
    } catch (error) {
      if (!(error instanceof Exit)) script.fail(error);
    }
    if (Number(process.exitCode ?? 0) !== 0) script.fail(new Error(`the tests set the exit code ${process.exitCode}`));
    process.exitCode = undefined;
    this.script = null;
    this.reportScript(script, script.over || last instanceof Exit);
  }

  /** A line counts as passed if it was reached, the script went on to its end, and nothing failed there. */
  reportScript(script, ended) {
    const expected = this.config.expected.filter(([file]) => file === script.file).map(([, parts]) => parts[0]);
    const reached = new Set(script.reached.map((line) => (line === 0 ? 'check' : `line ${line}`)));
    for (const [line, errors] of script.failures) {
      const name = line === 0 ? expected.find((one) => one === 'check') ?? expected[0] : `line ${line}`;
      this.reportAt(script.file, name, errors);
      reached.delete(name);
    }
    for (const name of expected) {
      if (reached.has(name)) this.reporter.result(`${script.file}::${name}`, 'passed', '', 0, script.file);
      else if (ended && script.failures.size === 0) {
        this.reporter.result(`${script.file}::${name}`, 'failed', 'the tests ended themselves before this', 0, script.file);
      }
    }
  }

  reportAt(file, name, errors) {
    const said = errors.slice(0, 5).map((error) => messageOf(error, this.config.folder, this.tests)).join('\n');
    const line = lineIn(path.join(this.config.folder, file), errors[0]) || Number(/^line (\d+)$/.exec(name)?.[1] ?? 0);
    this.reporter.result(`${file}::${name}`, 'failed', said, line, file);
  }
}

module.exports = { Session };
