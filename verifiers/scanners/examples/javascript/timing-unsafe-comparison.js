function verify(body, signature) {
  const expected = sign(body);
  // ruleid: javascript.timing-unsafe-comparison
  if (signature === expected) {
    return true;
  }
  // ok: javascript.timing-unsafe-comparison
  if (signature === undefined) {
    return false;
  }
  // ok: javascript.timing-unsafe-comparison
  return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}
