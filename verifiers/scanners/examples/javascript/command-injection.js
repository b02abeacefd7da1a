const { exec, execSync, execFile } = require("child_process");
const child_process = require("child_process");

function ping(host) {
  // ruleid: javascript.command-injection
  exec("ping -c 1 " + host, (error, out) => console.log(out));
  // ruleid: javascript.command-injection
  execSync(`ls ${host}`);
  const command = `tar xf ${host}`;
  // ruleid: javascript.command-injection
  child_process.exec(command);
  // ok: javascript.command-injection
  execFile("ping", ["-c", "1", host]);
  // ok: javascript.command-injection
  execSync("git status");
  // ok: javascript.command-injection
  exec(`git status`);
  const found = /a/.exec(host);
  // ok: javascript.command-injection
  return found;
}
