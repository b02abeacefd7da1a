function find(document, xpath, name) {
  // ruleid: javascript.xpath-injection
  xpath.select("//user[name='" + name + "']", document);
  // ruleid: javascript.xpath-injection
  document.evaluate(`//user[name='${name}']`, document);
  // ok: javascript.xpath-injection
  xpath.select("//user[1]", document);
  // ok: javascript.xpath-injection
  page.evaluate(name);
}
