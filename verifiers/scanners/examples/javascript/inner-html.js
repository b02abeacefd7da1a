function show(element, name, purify) {
  // ruleid: javascript.inner-html
  element.innerHTML = "<b>" + name + "</b>";
  // ruleid: javascript.inner-html
  element.innerHTML = `<b>${name}</b>`;
  // ruleid: javascript.inner-html
  element.insertAdjacentHTML("beforeend", `<li>${name}</li>`);
  // ruleid: javascript.inner-html
  document.write("<p>" + location.hash + "</p>");
  // ok: javascript.inner-html
  element.textContent = name;
  // ok: javascript.inner-html
  element.innerHTML = "<b>fixed</b>";
  // ok: javascript.inner-html
  element.innerHTML = DOMPurify.sanitize(`<b>${name}</b>`);
  // ok: javascript.inner-html
  element.innerHTML = `<b>${list.length}</b>`;
}
