function merge(target, source) {
  // ruleid: javascript.prototype-pollution
  for (const key in source) {
    if (typeof source[key] === "object") {
      merge(target[key], source[key]);
    } else {
      target[key] = source[key];
    }
  }
  return target;
}

function safe(target, source) {
  // ok: javascript.prototype-pollution
  for (const key in source) {
    if (key === "__proto__" || key === "constructor") continue;
    if (typeof source[key] === "object") {
      safeMerge(target[key], source[key]);
    }
  }
}
