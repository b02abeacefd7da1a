// ruleid: javascript.renamed-code-execution
const run = eval;
// ok: javascript.renamed-code-execution
const exec = require("child_process").exec;
// ok: javascript.renamed-code-execution
const kinds = { type: Function, other: [Function, String] };

// ruleid: javascript.renamed-code-execution
function calculate(text, go = eval) {
  // ruleid: javascript.renamed-code-execution
  eval.call(null, text);
  // ruleid: javascript.renamed-code-execution
  eval.apply(null, [text]);
  // ruleid: javascript.renamed-code-execution
  eval.bind(null)(text);
  // ruleid: javascript.renamed-code-execution
  text.map(eval);
  // ruleid: javascript.renamed-code-execution
  Reflect.apply(eval, null, [text]);
  // ruleid: javascript.renamed-code-execution
  Reflect.construct(Function, [text]);
  // ruleid: javascript.renamed-code-execution
  [eval][0](text);
  // ruleid: javascript.renamed-code-execution
  (text ? eval : null)(text);
  // ok: javascript.renamed-code-execution
  text.map(Number);
  // ok: javascript.renamed-code-execution
  const known = text instanceof Function;
  // ok: javascript.renamed-code-execution
  const found = /a/.exec(text);
  // ok: javascript.renamed-code-execution
  const call = Function.prototype.call;
  // ruleid: javascript.renamed-code-execution
  return eval;
}

function best(moves, score) {
  let best = 0;
  for (const move of moves) {
    let eval = score(move);
    // ok: javascript.renamed-code-execution
    best = Math.max(best, eval);
  }
  return best;
}
