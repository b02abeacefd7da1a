app.use((req, res, next) => {
  // ruleid: javascript.reflected-origin
  res.setHeader("Access-Control-Allow-Origin", req.headers.origin);
  // ok: javascript.reflected-origin
  res.setHeader("Access-Control-Allow-Origin", "https://example.org");
});
// ruleid: javascript.reflected-origin
app.use(cors({ origin: true, credentials: true }));
// ok: javascript.reflected-origin
app.use(cors({ origin: "https://example.org", credentials: true }));
