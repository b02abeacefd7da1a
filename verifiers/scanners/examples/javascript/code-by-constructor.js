// ruleid: javascript.code-by-constructor
const Later = (async () => {}).constructor;
// ruleid: javascript.code-by-constructor
const Generator = Object.getPrototypeOf(function* () {}).constructor;

function calculate(text, other) {
  // ruleid: javascript.code-by-constructor
  (() => {}).constructor(text)();
  // ruleid: javascript.code-by-constructor
  new (function () {}.constructor)(text)();
  // ok: javascript.code-by-constructor
  return other.constructor === text.constructor;
}
