'use strict';
// Where modules come from: the candidate's for the guest; for the judge, stand-ins in place of the candidate's.

const fs = require('node:fs');
const path = require('node:path');
const nodeModule = require('node:module');
const { fileURLToPath, pathToFileURL } = require('node:url');

const { formatOf, withoutTypes } = require('./compile.js');

const PACKAGES = '/opt/acrisol/javascript/'; // what npm installed for tests and candidates
const SUFFIXES = ['', '.js', '.cjs', '.mjs', '.ts', '.cts', '.mts', '.json'];
const SCOPE = Symbol.for('acrisol.scope');
const VIRTUAL = Symbol.for('acrisol.modules');
const fromPackages = nodeModule.createRequire(PACKAGES);

/** Paths that an import may mean, in the order in which they are tried. */
function candidatesOf(target) {
  const found = SUFFIXES.map((suffix) => target + suffix);
  if (/\.[cm]?js$/.test(target)) found.push(target.replace(/js$/, 'ts')); // TypeScript's way of naming imports
  for (const suffix of SUFFIXES.slice(1)) found.push(`${target}/index${suffix}`);
  return found;
}

function isFile(name) {
  return fs.statSync(name, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isRelative(specifier) {
  return /^\.{1,2}(\/|$)/.test(specifier) || specifier.startsWith('/') || specifier.startsWith('file:');
}

function absolute(specifier, parent) {
  if (specifier.startsWith('file:')) return fileURLToPath(specifier);
  return path.resolve(path.dirname(parent), specifier);
}

function parentOf(context) {
  return context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : '';
}

/** The default resolution, then a file of the folder with another suffix, then the installed packages. */
function resolveIn(folder, specifier, context, next) {
  const parent = parentOf(context);
  if (isRelative(specifier) && parent.startsWith(`${folder}/`)) {
    const found = candidatesOf(absolute(specifier, parent)).find(isFile);
    if (found !== undefined) return { url: pathToFileURL(found).href, shortCircuit: true };
  }
  try {
    return next(specifier, context);
  } catch (error) {
    if (isRelative(specifier) || nodeModule.isBuiltin(specifier)) throw error;
    try {
      return next(specifier, { ...context, parentURL: pathToFileURL(`${PACKAGES}index.js`).href });
    } catch {
      try {
        return { url: pathToFileURL(fromPackages.resolve(specifier)).href, shortCircuit: true };
      } catch {
        throw error;
      }
    }
  }
}

function isSource(name) {
  return /\.[cm]?[jt]s$/.test(name);
}

/** A source file of the folder as JavaScript, with a tail; its module's kind is told from its text. */
function loadFrom(folder, name, tail) {
  const file = path.relative(folder, name);
  const text = withoutTypes(fs.readFileSync(name, 'utf8').replace(/^#!.*/, ''), file);
  return { format: formatOf(text, file, folder).format, source: text + tail, shortCircuit: true };
}

/**
 * Let the candidate's modules be loaded.
 * @param {string} folder where its files lie
 * @param {object} names path to the top-level names that the tests use without importing them
 * @returns {Map<string, object>} path to the module's names, each a function that gives its value
 */
function installCandidate(folder, names) {
  const scopes = new Map();
  Object.defineProperty(globalThis, SCOPE, { value: (file, scope) => scopes.set(file, scope) });
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => resolveIn(folder, specifier, context, next),
    load(url, context, next) {
      const name = url.startsWith('file:') ? fileURLToPath(url) : '';
      if (!name.startsWith(`${folder}/`) || !isSource(name) || name.includes('/node_modules/')) return next(url, context);
      const file = path.relative(folder, name);
      const wanted = Object.hasOwn(names, file) ? names[file] : [];
      const tail = wanted.length === 0 ? '' : `\n;globalThis[Symbol.for('acrisol.scope')](${JSON.stringify(file)}, {${
        wanted.map((one) => `${one}: () => ${one}`).join(', ')}});`;
      return loadFrom(folder, name, tail);
    },
  });
  return scopes;
}

/**
 * Let the tests be loaded.
 * @param {object} config `folder`, `candidate` (paths of the candidate's modules), `main` (the one that `solution`
 *     and names that exist nowhere else mean)
 * @param {object} apis modules of test frameworks, by name
 * @param {?function(string): {kind: string, exported: *}} standIn gives what stands for a candidate's module; null
 *     where the module itself is meant
 * @param {function(string)} noteModule told of each module that is asked for
 */
function installTests(config, apis, standIn, noteModule = () => {}) {
  const { folder } = config;
  const modules = new Map();
  Object.defineProperty(globalThis, VIRTUAL, { value: modules });

  const virtual = (key, context) => {
    const suffix = context.conditions?.includes('import') ? 'mjs' : 'cjs';
    const url = `${pathToFileURL(__dirname).href}/virtual/${Buffer.from(key).toString('base64url')}.${suffix}`;
    return { url, format: suffix === 'mjs' ? 'module' : 'commonjs', shortCircuit: true };
  };
  nodeModule.registerHooks({
    resolve(specifier, context, next) {
      if (Object.hasOwn(apis, specifier)) return virtual(`api:${specifier}`, context);
      noteModule(specifier);
      const parent = parentOf(context);
      if (parent.startsWith(`${folder}/`)) {
        const file = candidateFile(config, specifier, parent, standIn !== null);
        if (file !== '' && standIn === null) {
          return { url: pathToFileURL(path.join(folder, file)).href, shortCircuit: true };
        }
        if (file !== '') return virtual(`candidate:${file}`, context);
      }
      return resolveIn(folder, specifier, context, next);
    },
    load(url, context, next) {
      const name = url.startsWith('file:') ? fileURLToPath(url) : '';
      const hidden = `${__dirname}/virtual/`;
      if (name.startsWith(hidden)) {
        return virtualModule(name.slice(hidden.length), modules, standIn, { apis, imported: config.imported });
      }
      if (!name.startsWith(`${folder}/`) || name.startsWith(`${__dirname}/`) || !isSource(name)) return next(url, context);
      return standIn === null ? next(url, context) : loadFrom(folder, name, '');
    },
  });
}

/** The candidate's file that an import of the tests' means; empty where it means something else. */
function candidateFile({ folder, candidate, main }, specifier, parent, apart) {
  if (!isRelative(specifier)) return /^solution(\.[cm]?[jt]s)?$/.test(specifier) ? main : '';
  const tried = candidatesOf(absolute(specifier, parent));
  if (apart && tried.some(isFile)) return ''; // the tests' own file
  const found = tried.map((name) => path.relative(folder, name)).find((name) => candidate.includes(name));
  if (found !== undefined) return found;
  if (tried.some(isFile)) return '';
  const named = /(^|\/)solution(\.[cm]?[jt]s)?$/.test(specifier);
  return named || candidate.filter(isSource).length === 1 ? main : '';
}

function virtualModule(name, modules, standIn, { apis, imported }) {
  const key = Buffer.from(name.slice(0, -4), 'base64url').toString();
  if (!modules.has(key)) {
    const [kind, ...rest] = key.split(':');
    const wanted = rest.join(':');
    modules.set(key, kind === 'api' ? { kind: 'cjs', exported: apis[wanted]() } : standIn(wanted));
  }
  const { kind, exported } = modules.get(key);
  const here = `globalThis[Symbol.for('acrisol.modules')].get(${JSON.stringify(key)}).exported`;
  if (name.endsWith('.cjs')) return { format: 'commonjs', source: `module.exports = ${here};`, shortCircuit: true };
  const isObject = (typeof exported === 'object' && exported !== null) || typeof exported === 'function';
  const names = isObject ? Object.keys(exported).filter((one) => one !== 'default') : [];
  const lines = names.map((one, i) => `const n${i} = all[${JSON.stringify(one)}]; export { n${i} as ${JSON.stringify(one)} };`);
  // What the tests import and the candidate does not export is missing where it is used; TypeScript's types are not.
  for (const one of key.startsWith('candidate:') ? imported : []) {
    if (!names.includes(one)) lines.push(`export const ${one} = undefined;`);
  }
  const standard = kind === 'cjs' ? 'all' : 'default' in exported ? 'all.default' : '';
  if (standard) lines.push(`export default ${standard};`);
  return { format: 'module', source: `const all = ${here};\n${lines.join('\n')}`, shortCircuit: true };
}

module.exports = { installCandidate, installTests };
