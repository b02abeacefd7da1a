function check(text) {
  // ruleid: javascript.slow-regex
  const a = /^(a+)+$/.test(text);
  // ruleid: javascript.slow-regex
  const b = /^([a-zA-Z0-9]+)*$/.test(text);
  // ok: javascript.slow-regex
  const c = /^[a-z]+$/.test(text);
  // ok: javascript.slow-regex
  return /^(\d+,)*\d+$/.test(text);
}
