// ESLint's configuration, sent into the sandbox as eslint.config.cjs beside settings.json: the names of the
// rules, and whether there is TypeScript, whose parser takes longer to load than all the rest.
// A file's suffix is chosen by us: .mjs is a module, .cjs a script, .ts and .tsx TypeScript.
"use strict";

const load = require("node:module").createRequire("/opt/acrisol/eslint/package.json");
const plugins = {
  security: load("eslint-plugin-security"),
  "no-unsanitized": load("eslint-plugin-no-unsanitized"),
};
const settings = require("./settings.json");
const rules = Object.fromEntries(settings.rules.map((name) => [name, "error"]));
const jsx = { ecmaFeatures: { jsx: true } };

module.exports = [
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" } },
  { files: ["**/*.mjs"], plugins, rules, languageOptions: { sourceType: "module", parserOptions: jsx } },
  { files: ["**/*.cjs"], plugins, rules, languageOptions: { sourceType: "commonjs", parserOptions: jsx } },
];

if (settings.typescript) {
  const parser = load("@typescript-eslint/parser");
  module.exports.push({
    files: ["**/*.ts", "**/*.tsx"],
    plugins,
    rules,
    languageOptions: { parser, sourceType: "module" },
  });
}
