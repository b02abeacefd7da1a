const serialize = require("node-serialize");

function read(text) {
  // ruleid: javascript.unsafe-deserialisation
  const a = serialize.unserialize(text);
  // ruleid: javascript.unsafe-deserialisation
  const b = require("node-serialize").unserialize(text);
  // ruleid: javascript.unsafe-deserialisation
  const c = yaml.load(text, { schema: yaml.DEFAULT_FULL_SCHEMA });
  // ok: javascript.unsafe-deserialisation
  const d = yaml.load(text);
  // ok: javascript.unsafe-deserialisation
  return JSON.parse(text);
}
