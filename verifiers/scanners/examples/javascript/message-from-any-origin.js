// ruleid: javascript.message-from-any-origin
window.addEventListener("message", (event) => {
  run(event.data);
});
// ok: javascript.message-from-any-origin
window.addEventListener("message", (event) => {
  if (event.origin !== "https://example.org") return;
  run(event.data);
});
