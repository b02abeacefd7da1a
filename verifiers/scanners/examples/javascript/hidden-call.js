// ruleid: javascript.hidden-call
globalThis["eval"](text);
// ruleid: javascript.hidden-call
globalThis["ev" + "al"](text);
// ruleid: javascript.hidden-call
[].constructor.constructor(text)();
// ruleid: javascript.hidden-call
require("child_process")["exec"](text);
// ok: javascript.hidden-call
handlers["start"](text);
// ok: javascript.hidden-call
globalThis.parseInt(text);
