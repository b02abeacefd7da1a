'use strict';
// How a test is called and what is said of its failure.

/** A test's or a suite's name as it stands in ids, in which brackets mark one case of several. */
function cleanName(name) {
  return String(name).replace(/\s+/g, ' ').replaceAll('[', '(').replaceAll(']', ')').trim().slice(0, 200);
}

/** Line of the nearest frame that lies in a file; 0 if there is none. */
function lineIn(file, error) {
  for (const line of String(error?.stack ?? '').split('\n')) {
    const at = line.lastIndexOf(`${file}:`);
    if (at >= 0) return Number(/^\d+/.exec(line.slice(at + file.length + 1))?.[0] ?? 0);
  }
  return 0;
}

/** What a failure says: its message, and the candidate's line that it came from. */
function messageOf(error, folder, tests) {
  if (error === null || (typeof error !== 'object' && typeof error !== 'function')) return `thrown: ${String(error)}`;
  let said = 'an error that cannot be read';
  let stack = '';
  try {
    const name = `${error.name ?? 'Error'}`;
    said = `${error.message}`.startsWith(name) ? `${error.message}` : `${name}: ${error.message}`;
    stack = `${error.stack ?? ''}`;
  } catch {
    return said;
  }
  for (const [, file, line] of stack.matchAll(new RegExp(`${folder}/([^():]+):(\\d+):\\d+`, 'g'))) {
    if (!tests.has(file) && !file.startsWith('.acrisol')) return `${said}\n(at ${file}:${line})`;
  }
  return said;
}

module.exports = { cleanName, lineIn, messageOf };
