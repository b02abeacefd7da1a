'use strict';
// The parent of a shared process: checks that the candidate compiles, starts the process, passes its report on.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { firstProblem } = require('./compile.js');
const { Reporter } = require('./report.js');

const NOT_BUILT = 97;
const nonce = fs.readFileSync(0, 'utf8').trim(); // by stdin: a child can read its parent's environment
const folder = path.dirname(__dirname);
const config = JSON.parse(fs.readFileSync(path.join(__dirname, 'judge.json'), 'utf8'));

for (const file of config.compile) {
  const problem = firstProblem(folder, file);
  if (problem !== null) {
    fs.writeSync(2, `${file}:${problem.line}: error: ${problem.message}\n`);
    process.exit(NOT_BUILT);
  }
}
fs.writeSync(2, 'acrisol: built\n');

const reporter = new Reporter(2, nonce);
const child = spawn(process.execPath, [...process.execArgv, path.join(__dirname, 'together.js')], {
  cwd: folder, env: process.env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
});
let ended = false;
let rest = '';

function passOn(line) {
  let entry;
  try {
    entry = JSON.parse(line);
  } catch {
    entry = null;
  }
  if (entry === null || typeof entry !== 'object' || ended) {
    ended = false;
    child.kill('SIGKILL');
  } else if (entry.end === true) ended = true;
  else reporter.result(String(entry.test), String(entry.outcome), String(entry.message), Number(entry.line) || 0, String(entry.path));
}

child.stdio[3].setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  lines.forEach(passOn);
});
child.on('close', (code, signal) => {
  if (ended && code === 0) {
    reporter.end(null);
    process.exit(0);
  }
  process.exit(signal ? 128 + os.constants.signals[signal] : code || 1);
});
