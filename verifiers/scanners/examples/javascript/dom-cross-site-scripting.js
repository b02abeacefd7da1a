const wanted = decodeURIComponent(location.hash.slice(1));
// ruleid: javascript.dom-cross-site-scripting
document.getElementById("out").innerHTML = wanted;
const parameters = new URLSearchParams(window.location.search);
const name = parameters.get("name");
// ruleid: javascript.dom-cross-site-scripting
$("#out").html(name);
// ok: javascript.dom-cross-site-scripting
document.getElementById("out").textContent = wanted;
// ok: javascript.dom-cross-site-scripting
$("#out").html(DOMPurify.sanitize(name));
