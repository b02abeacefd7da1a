'use strict';
// Whether source text compiles, without running it, and which kind of module it is.

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const nodeModule = require('node:module');

const WRAPPER = ['exports', 'require', 'module', '__filename', '__dirname'];

/** Source text as JavaScript; that of TypeScript without its types, at the same lines where that can be. */
function withoutTypes(text, file) {
  if (!/\.[cm]?ts$/.test(file)) return text;
  try {
    return nodeModule.stripTypeScriptTypes(text, { mode: 'strip' });
  } catch (error) {
    if (error.code !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') throw error;
    return nodeModule.stripTypeScriptTypes(text, { mode: 'transform' }); // enums and the like
  }
}

/** 'commonjs' or 'module', or the problem that keeps it from being either. */
function formatOf(text, file, folder) {
  const declared = declaredFormat(file, folder);
  let first = null;
  if (declared !== 'module') {
    const problem = asCommonJs(text, file);
    if (problem === null) return { format: 'commonjs', problem: null };
    if (declared === 'commonjs') return { format: 'commonjs', problem };
    first = problem;
  }
  const problem = asModule(text, file);
  if (problem === null) return { format: 'module', problem: null };
  const meant = declared === 'module' || /^\s*(import|export)\b/m.test(text);
  return { format: meant ? 'module' : 'commonjs', problem: meant ? problem : first };
}

function declaredFormat(file, folder) {
  if (/\.c[jt]s$/.test(file)) return 'commonjs';
  if (/\.m[jt]s$/.test(file)) return 'module';
  for (let at = path.dirname(path.join(folder, file)); at.startsWith(folder); at = path.dirname(at)) {
    try {
      const said = JSON.parse(fs.readFileSync(path.join(at, 'package.json'), 'utf8'));
      return said.type === 'module' ? 'module' : said.type === 'commonjs' ? 'commonjs' : '';
    } catch (error) {
      if (error.code !== 'ENOENT') return '';
    }
  }
  return '';
}

function asCommonJs(text, file) {
  try {
    vm.compileFunction(text, WRAPPER, { filename: file });
    return null;
  } catch (error) {
    return problemOf(error, file);
  }
}

function asModule(text, file) {
  try {
    new vm.SourceTextModule(text, { identifier: file });
    return null;
  } catch (error) {
    const problem = problemOf(error, file);
    return { ...problem, line: lineInModule(text, file) || problem.line };
  }
}

function problemOf(error, file) {
  return { line: lineOf(error, file) || 1, message: `${error.name}: ${error.message.split('\n')[0]}` };
}

/** The line that V8 puts in front of a syntax error's stack; 0 where it does not. */
function lineOf(error, file) {
  const first = String(error.stack).split('\n', 1)[0];
  return first.startsWith(`${file}:`) ? Number(/^\d+/.exec(first.slice(file.length + 1))?.[0] ?? 0) : 0;
}

/** The line of an error in a module, for which V8 names none: the same text is compiled as a function's. */
function lineInModule(text, file) {
  const blank = (found) => found.replace(/[^\n]+/g, '');
  const body = text
    .replace(/^[ \t]*(import|export)\b[^;'"()]*\bfrom\s*(['"])[^'"\n]*\2[ \t]*;?/gm, blank)
    .replace(/^[ \t]*import\s*(['"])[^'"\n]*\1[ \t]*;?/gm, blank)
    .replace(/^[ \t]*export\s*\{[^}]*\}[ \t]*;?/gm, blank)
    .replace(/^([ \t]*)export\s+default\b/gm, '$1void ')
    .replace(/^([ \t]*)export\b/gm, '$1');
  try {
    new vm.Script(`(async function () { ${body}\n})`, { filename: file });
    return 0;
  } catch (error) {
    return lineOf(error, file);
  }
}

/** The first thing that keeps a file from compiling, as a line and a message; null if it compiles. */
function firstProblem(folder, file) {
  const text = fs.readFileSync(path.join(folder, file), 'utf8').replace(/^#!.*/, '');
  if (file.endsWith('.json')) return null;
  try {
    return formatOf(withoutTypes(text, file), file, folder).problem;
  } catch (error) {
    return typeProblem(error);
  }
}

/** Where the type stripper found a problem: the first line of its stack ends with the number of the line. */
function typeProblem(error) {
  const place = /^.*:(\d+)$/m.exec(String(error.stack).split('\n', 1)[0]);
  return { line: place ? Number(place[1]) : 1, message: `SyntaxError: ${String(error.message).split('\n')[0].trim()}` };
}

module.exports = { firstProblem, formatOf, withoutTypes };
