// ruleid: javascript.any-origin
app.use(cors());
app.use((req, res, next) => {
  // ruleid: javascript.any-origin
  res.setHeader("Access-Control-Allow-Origin", "*");
});
// ok: javascript.any-origin
app.use(cors({ origin: "https://example.org" }));
