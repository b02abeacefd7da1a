// ruleid: javascript.hidden-text
const level = "user‮ ⁦// admin⁩ ⁦";
// ok: javascript.hidden-text
const other = "user";
