const libxmljs = require("libxmljs");

function read(text) {
  // ruleid: javascript.xml-external-entities
  const a = libxmljs.parseXml(text, { noent: true });
  // ruleid: javascript.xml-external-entities
  const b = libxmljs.parseXmlString(text, { noblanks: true, noent: true });
  // ok: javascript.xml-external-entities
  return libxmljs.parseXml(text, { noent: false });
}
