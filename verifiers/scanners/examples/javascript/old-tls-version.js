// ruleid: javascript.old-tls-version
const a = tls.connect({ host, minVersion: "TLSv1" });
// ruleid: javascript.old-tls-version
const b = https.createServer({ secureProtocol: "SSLv3_method" });
// ok: javascript.old-tls-version
const c = tls.connect({ host, minVersion: "TLSv1.2" });
