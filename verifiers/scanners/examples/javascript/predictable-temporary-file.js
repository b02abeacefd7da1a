const fs = require("fs");
// ruleid: javascript.predictable-temporary-file
fs.writeFileSync("/tmp/data.json", text);
// ruleid: javascript.predictable-temporary-file
fs.writeFileSync(`/tmp/${name}.json`, text);
// ok: javascript.predictable-temporary-file
fs.writeFileSync("data.json", text);
