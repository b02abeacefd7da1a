app.get("/out", (req, res) => {
  // ruleid: javascript.open-redirect
  res.redirect(req.query.next);
  // ruleid: javascript.open-redirect
  res.redirect(302, req.query.next);
  // ok: javascript.open-redirect
  res.redirect("/home");
  // ok: javascript.open-redirect
  res.redirect("/user/" + req.params.id);
  // ok: javascript.open-redirect
  res.redirect(`/user/${req.params.id}`);
});
