// ruleid: javascript.jwt-without-signature
jwt.verify(token, key, { algorithms: ["HS256", "none"] });
// ruleid: javascript.jwt-without-signature
jwt.sign(data, "", { algorithm: "none" });
// ok: javascript.jwt-without-signature
jwt.verify(token, key, { algorithms: ["HS256"] });
