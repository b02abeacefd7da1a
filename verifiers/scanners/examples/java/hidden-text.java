class Hidden {
    // ruleid: java.hidden-text
    String level = "user‮ ⁦// admin⁩ ⁦";
    // ok: java.hidden-text
    String other = "user";
}
