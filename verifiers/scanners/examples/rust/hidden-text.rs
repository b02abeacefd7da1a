// ruleid: rust.hidden-text
const LEVEL: &str = "user‮ ⁦// admin⁩ ⁦";
// ok: rust.hidden-text
const OTHER: &str = "user";
