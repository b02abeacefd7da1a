// ESLint's configuration, sent into the sandbox as eslint.config.cjs beside rules.json, the names of the rules.
// A file's suffix is chosen by us: .mjs is a module, .cjs a script, .ts and .tsx TypeScript.
"use strict";

const packages = "/opt/acrisol/eslint/node_modules/";
const plugins = {
  security: require(`${packages}eslint-plugin-security`),
  "no-unsanitized": require(`${packages}eslint-plugin-no-unsanitized`),
};
const rules = Object.fromEntries(require("./rules.json").map((name) => [name, "error"]));
const jsx = { ecmaFeatures: { jsx: true } };

module.exports = [
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" } },
  { files: ["**/*.mjs"], plugins, rules, languageOptions: { sourceType: "module", parserOptions: jsx } },
  { files: ["**/*.cjs"], plugins, rules, languageOptions: { sourceType: "commonjs", parserOptions: jsx } },
  {
    files: ["**/*.ts", "**/*.tsx"],
    plugins,
    rules,
    languageOptions: { parser: require(`${packages}@typescript-eslint/parser`), sourceType: "module" },
  },
];
