// ruleid: javascript.message-to-any-origin
parent.postMessage({ token }, "*");
// ok: javascript.message-to-any-origin
parent.postMessage({ token }, "https://example.org");
// ok: javascript.message-to-any-origin
worker.postMessage(data);
