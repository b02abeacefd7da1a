const vm = require("vm");

function calculate(text) {
  // ruleid: javascript.code-injection
  const value = eval(text);
  // ruleid: javascript.code-injection
  const f = new Function("x", "return " + text);
  // ruleid: javascript.code-injection
  vm.runInNewContext(text, {});
  // ruleid: javascript.code-injection
  (0, eval)(text);
  // ok: javascript.code-injection
  const g = new Function("return this");
  // ok: javascript.code-injection
  return JSON.parse(text);
}
