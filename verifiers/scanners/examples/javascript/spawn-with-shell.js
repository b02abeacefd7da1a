const { spawn } = require("child_process");

function convert(name) {
  // ruleid: javascript.spawn-with-shell
  spawn("convert " + name, { shell: true });
  // ruleid: javascript.spawn-with-shell
  spawn("convert", [name, "out.png"], { shell: true });
  // ok: javascript.spawn-with-shell
  spawn("convert", [name, "out.png"]);
  // ok: javascript.spawn-with-shell
  spawn("npm run build", { shell: true });
}
