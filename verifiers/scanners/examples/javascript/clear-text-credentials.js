// ruleid: javascript.clear-text-credentials
axios.post("http://example.org/login", { user, password });
// ruleid: javascript.clear-text-credentials
fetch("http://example.org/data", { headers: { Authorization: token } });
// ok: javascript.clear-text-credentials
axios.post("https://example.org/login", { user, password });
// ok: javascript.clear-text-credentials
axios.post("http://localhost:3000/login", { user, password });
