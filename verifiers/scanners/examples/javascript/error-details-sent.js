app.use((error, req, res, next) => {
  // ruleid: javascript.error-details-sent
  res.status(500).send(error.stack);
  // ruleid: javascript.error-details-sent
  res.status(500).json({ message: "bad", stack: error.stack });
  // ok: javascript.error-details-sent
  res.status(500).json({ message: "bad" });
});
