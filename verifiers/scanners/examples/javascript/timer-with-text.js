function later(name) {
  // ruleid: javascript.timer-with-text
  setTimeout("greet('" + name + "')", 100);
  // ruleid: javascript.timer-with-text
  setInterval(`tick(${name})`, 1000);
  // ok: javascript.timer-with-text
  setTimeout(() => greet(name), 100);
  // ok: javascript.timer-with-text
  setTimeout(greet, 100, "a" + name);
}
