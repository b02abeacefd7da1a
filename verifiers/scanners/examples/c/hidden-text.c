// ruleid: c.hidden-text
const char *level = "user‮ ⁦// admin⁩ ⁦";
// ok: c.hidden-text
const char *other = "user";
