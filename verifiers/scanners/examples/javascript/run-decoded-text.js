// ruleid: javascript.run-decoded-text
eval(atob("YWxlcnQoMSk="));
// ruleid: javascript.run-decoded-text
eval(Buffer.from("YQ==", "base64").toString());
// ok: javascript.run-decoded-text
const text = atob("YWxlcnQoMSk=");
