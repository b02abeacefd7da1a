'use strict';
// The tests' process: loads the test files, with stand-ins where they import the candidate, and reports.

const fs = require('node:fs');
const path = require('node:path');

const { SPEAKING } = require('./kinds.js');
const { noteModule } = require('./lending.js');
const { Link } = require('./link.js');
const { installTests } = require('./loader.js');
const { Reporter } = require('./report.js');
const { Session } = require('./session.js');

const REPORT = 5;
const exit = process.reallyExit.bind(process);

const nonce = process.env.ACRISOL_NONCE;
delete process.env.ACRISOL_NONCE;
const folder = path.dirname(__dirname);
const config = { ...JSON.parse(fs.readFileSync(path.join(__dirname, 'judge.json'), 'utf8')), folder };
const reporter = new Reporter(REPORT, nonce);

function lost(why) {
  reporter.end(why);
  exit(0);
}

const link = new Link(lost);
const modules = new Map();

/** A module of the candidate's, by path. */
function standIn(file) {
  if (!modules.has(file)) {
    let [kind, tree, added] = link.request('load', () => [file]);
    while (kind === 'wait') {
      link.slice(20);
      [kind, tree, added] = link.request('load', () => [file]);
    }
    const exported = link.peer.reading(() => link.codec.decode(tree));
    const number = link.numberOf(exported);
    if (number !== undefined) link.trusted.add(number);
    link.peer.reading(() => added.forEach((part) => extend(...part.map(link.codec.decode))));
    modules.set(file, { kind, exported });
    link.poll();
  }
  return modules.get(file);
}

const EXTENDED = new Set(['Array', 'String', 'Number', 'Boolean', 'Function', 'Map', 'Set', 'Date', 'RegExp', 'Promise']);

/** A method that the candidate adds to a prototype of the language's, where the tests name it and there is none. */
function extend(type, name, method) {
  if (!EXTENDED.has(type) || link.numberOf(method) === undefined) throw new Error('no method');
  const { prototype } = globalThis[type];
  if (!config.named.includes(name) || name in prototype || name in SPEAKING) return;
  Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
}

/** Names that the tests use and that nobody else defines, from the candidate's main module. */
function fillScope() {
  if (config.scope.length === 0) return;
  const [names, trees] = link.request('scope', () => [config.main, config.scope]);
  link.peer.reading(() => names.forEach((name, i) => {
    if (!config.scope.includes(name)) throw new Error('a name that nobody asked for');
    Object.defineProperty(globalThis, name, { value: link.codec.decode(trees[i]), configurable: true, writable: true });
  }));
  link.poll();
}

async function main() {
  const session = new Session(config, reporter, {
    calls: () => link.peer.calls,
    isBusy: () => link.busy || link.promises.size > 0,
  });
  const apis = session.apis();
  session.guard();
  installTests(config, apis, standIn, noteModule);
  let broken = null;
  try {
    fillScope();
  } catch (error) {
    broken = error ?? new Error(`thrown: ${String(error)}`);
  }
  if (broken === null) await session.run();
  else session.failAll(broken);
  link.request('ping', () => []);
  reporter.end(null);
  exit(0);
}

main().catch((error) => {
  fs.writeSync(2, `${error?.stack ?? error}\n`);
  exit(70);
});
