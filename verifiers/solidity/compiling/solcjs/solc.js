// A `solc` command over the packaged compilers, for every tool that expects the native one.
//
//   node solc.js MODULES VERSION --version
//   node solc.js MODULES VERSION --standard-json [--base-path DIR] [--allow-paths A,B] < input.json
//   node solc.js MODULES VERSION --standard-json --ahead < input.json
//   node solc.js MODULES VERSION --combined-json abi,bin,... [--optimize] [--allow-paths A,B] FILE...
//
// MODULES is the folder that holds the npm packages `solc-X.Y.Z`. Files are read only below the folders that
// --base-path and --allow-paths name (and the files on the command line): by default an import finds nothing
// but what the standard input carries. Exit 70 means that the compiler itself broke.
//
// With --ahead the compiler is loaded, and has compiled a text of our own, before the input is read; the input
// ends with its first line. For a process that is started before anybody asks for it, and answers once.
"use strict";

const fs = require("fs");
const path = require("path");
const { combine, outputSelection } = require("./combined.js");
const { warmUp } = require("./warm.js");

const BROKE = 70;

function parseArguments(words) {
  const options = { files: [], allowed: [], base: process.cwd(), settings: {} };
  for (let i = 0; i < words.length; i++) {
    const [name, inline] = words[i].startsWith("--") ? words[i].split(/=(.*)/s) : [words[i]];
    const value = () => (inline !== undefined ? inline : words[++i]);
    if (name === "--version") options.mode = "version";
    else if (name === "--ahead") options.ahead = true;
    else if (name === "--standard-json") options.mode = "standard";
    else if (name === "--combined-json") {
      options.mode = "combined";
      options.parts = value().split(",");
    } else if (name === "--optimize") options.settings.optimizer = { enabled: true, runs: 200 };
    else if (name === "--optimize-runs") options.settings.optimizer = { enabled: true, runs: Number(value()) };
    else if (name === "--evm-version") options.settings.evmVersion = value();
    else if (name === "--via-ir") options.settings.viaIR = true;
    else if (name === "--base-path") options.allowed.push((options.base = path.resolve(value())));
    else if (name === "--include-path") options.allowed.push(path.resolve(value()));
    else if (name === "--allow-paths") {
      for (const folder of value().split(",")) if (folder) options.allowed.push(path.resolve(folder));
    } else if (words[i].startsWith("--")) return fail(`unknown option ${name}`);
    else if (words[i].includes("=")) (options.settings.remappings ||= []).push(words[i]);
    else options.files.push(words[i]);
  }
  return options;
}

function fail(message, code = 1) {
  process.stderr.write(`solc: ${message}\n`);
  process.exit(code);
}

// The content of a file below an allowed folder, symbolic links resolved; undefined for any other.
function readAllowed(name, options) {
  for (const folder of [options.base, ...options.allowed]) {
    let real;
    try {
      real = fs.realpathSync(path.resolve(folder, name));
    } catch {
      continue;
    }
    const inside = options.allowed.some((allowed) => {
      const relative = path.relative(allowed, real);
      return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
    });
    if (inside && fs.statSync(real).isFile()) return fs.readFileSync(real, "utf8");
  }
  return undefined;
}

function resolver(options) {
  return (name) => {
    const contents = readAllowed(name, options);
    if (contents !== undefined) return { contents };
    return { error: "not a file of the project; only the project's own files can be imported" };
  };
}

function loadCompiler(modules, version) {
  // The newest package's wrapper speaks to the compilers of every age.
  const newest = fs
    .readdirSync(modules)
    .filter((name) => /^solc-\d+\.\d+\.\d+$/.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .pop();
  const soljson = require(path.join(modules, `solc-${version}`, "soljson.js"));
  const { compileBindings, coreBindings } = require(path.join(modules, newest, "bindings")).default(soljson);
  if (compileBindings.compileStandard)
    return { compile: compileBindings.compileStandard, version: coreBindings.version };
  return require(path.join(modules, newest, "wrapper.js"))(soljson); // translates; takes as long as node to load
}

// Sources given as file names are read here, because the compilers' own reading is switched off.
function withContents(input, options) {
  for (const source of Object.values(input.sources || {})) {
    if (source.content !== undefined || !Array.isArray(source.urls)) continue;
    const found = source.urls.map((url) => readAllowed(url, options)).find((text) => text !== undefined);
    if (found === undefined) continue;
    source.content = found;
    delete source.urls;
  }
  return input;
}

function compile(compiler, input, options) {
  return compiler.compile(JSON.stringify(input), { import: resolver(options) });
}

// The first line of stdin. Calls `before` unless it has begun to come: who is asked already does not get ready.
async function firstLine(before) {
  const { stdin } = process; // from here on, reading descriptor 0 does not wait
  const parts = [];
  const isEnd = (chunk) => parts.push(chunk) && (chunk.length === 0 || chunk.includes("\n"));
  let ended = false;
  try {
    const chunk = Buffer.allocUnsafe(1 << 16);
    ended = isEnd(chunk.subarray(0, fs.readSync(0, chunk)));
  } catch (error) {
    if (error.code !== "EAGAIN") throw error;
    before();
  }
  if (!ended) for await (const chunk of stdin) if (isEnd(chunk)) break;
  return Buffer.concat(parts).toString("utf8").split("\n", 1)[0];
}

function runAhead(compiler, options) {
  return firstLine(() => warmUp((input) => compile(compiler, input, options))).then((text) =>
    answerTo(text, compiler, options),
  );
}

function runStandard(compiler, options) {
  return answerTo(fs.readFileSync(options.files[0] || 0, "utf8"), compiler, options);
}

function answerTo(text, compiler, options) {
  let input;
  try {
    input = JSON.parse(text);
  } catch (error) {
    fail(`the standard input is not JSON: ${error.message}`);
  }
  return compile(compiler, withContents(input, options), options);
}

function runCombined(compiler, options) {
  const sources = {};
  for (const file of options.files) {
    try {
      sources[file] = { content: fs.readFileSync(file, "utf8") };
    } catch (error) {
      fail(`${file}: ${error.message}`);
    }
  }
  const settings = { ...options.settings, outputSelection: outputSelection(options.parts) };
  const output = JSON.parse(compile(compiler, { language: "Solidity", sources, settings }, options));
  const problems = output.errors || [];
  for (const problem of problems) process.stderr.write((problem.formattedMessage || problem.message) + "\n");
  if (problems.some((problem) => problem.severity === "error")) process.exit(1);
  return JSON.stringify(combine(output, options.parts, compiler.version()));
}

function broke(error) {
  fail(`the compiler broke: ${String(error && error.message).split("\n")[0].slice(0, 300)}`, BROKE);
}

function main([modules, version, ...words]) {
  const options = parseArguments(words);
  if (!options.mode) fail("say --version, --standard-json or --combined-json");
  // Emscripten rethrows whatever is thrown anywhere; what it reports is said by us, in one line.
  process.removeAllListeners("uncaughtException");
  process.removeAllListeners("unhandledRejection");
  let answer;
  try {
    const compiler = loadCompiler(path.resolve(modules), version);
    if (options.mode === "version") {
      const long = compiler.version();
      answer = `solc, the solidity compiler commandline interface\nVersion: ${long.replace("Emscripten.clang", "emscripten")}`;
    } else if (options.ahead) {
      return void runAhead(compiler, options).then((text) => process.stdout.write(text + "\n"), broke);
    } else answer = (options.mode === "standard" ? runStandard : runCombined)(compiler, options);
  } catch (error) {
    broke(error);
  }
  process.stdout.write(answer + "\n");
}

main(process.argv.slice(2));
