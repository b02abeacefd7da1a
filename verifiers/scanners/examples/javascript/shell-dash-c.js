const { spawn, execFile } = require("child_process");

function list(folder) {
  // ruleid: javascript.shell-dash-c
  spawn("sh", ["-c", `ls ${folder}`]);
  // ruleid: javascript.shell-dash-c
  execFile("/bin/bash", ["-c", "ls " + folder], done);
  // ok: javascript.shell-dash-c
  spawn("sh", ["-c", "ls | wc -l"]);
  // ok: javascript.shell-dash-c
  spawn("ls", ["-l", folder]);
}
