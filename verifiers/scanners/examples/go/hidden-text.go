package hidden

// ruleid: go.hidden-text
const level = "user‮ ⁦// admin⁩ ⁦"

// ok: go.hidden-text
const other = "user"
