'use strict';
// Tests and candidate in one process, for tests that need that. What it says goes to its parent, without a nonce.

const fs = require('node:fs');
const path = require('node:path');

const { installCandidate, installTests } = require('./loader.js');
const { Reporter } = require('./report.js');
const { Session } = require('./session.js');

const REPORT = 3;
const exit = process.reallyExit.bind(process);
const folder = path.dirname(__dirname);
const config = { ...JSON.parse(fs.readFileSync(path.join(__dirname, 'judge.json'), 'utf8')), folder };
const reporter = new Reporter(REPORT, '');

async function main() {
  const session = new Session(config, reporter, { calls: () => 0, isBusy: () => false });
  const apis = session.apis();
  session.guard();
  const scopes = installCandidate(folder, { [config.main]: config.names });
  installTests(config, apis, null);
  let broken = null;
  try {
    if (config.scope.length > 0) {
      try {
        require(path.join(folder, config.main));
      } catch (error) {
        if (error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
        await import(path.join(folder, config.main));
      }
      for (const [name, value] of Object.entries(scopes.get(config.main) ?? {})) {
        Object.defineProperty(globalThis, name, { get: value, configurable: true });
      }
    }
  } catch (error) {
    broken = error ?? new Error(`thrown: ${String(error)}`);
  }
  if (broken === null) await session.run();
  else session.failAll(broken);
  reporter.end(null);
  exit(0);
}

main().catch((error) => {
  fs.writeSync(2, `${error?.stack ?? error}\n`);
  exit(70);
});
