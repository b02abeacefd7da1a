'use strict';
// Only checks that the candidate's files compile.

const fs = require('node:fs');
const path = require('node:path');

const { firstProblem } = require('./compile.js');

const NOT_BUILT = 97;
const config = JSON.parse(fs.readFileSync(path.join(__dirname, 'guest.json'), 'utf8'));
let failed = false;
for (const file of config.check) {
  const problem = firstProblem(path.dirname(__dirname), file);
  if (problem === null) continue;
  failed = true;
  fs.writeSync(2, `${file}:${problem.line}: error: ${problem.message}\n`);
}
process.exit(failed ? NOT_BUILT : 0);
