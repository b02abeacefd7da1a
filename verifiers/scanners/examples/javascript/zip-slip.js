const path = require("path");

function unpack(zip, folder) {
  zip.forEach((entry) => {
    // ruleid: javascript.zip-slip
    fs.writeFileSync(path.join(folder, entry.entryName), entry.getData());
  });
}

function unpackSafely(zip, folder) {
  zip.forEach((entry) => {
    // ok: javascript.zip-slip
    const target = path.join(folder, entry.entryName);
    if (!target.startsWith(folder + path.sep)) throw new Error("bad entry");
    fs.writeFileSync(target, entry.getData());
  });
}
