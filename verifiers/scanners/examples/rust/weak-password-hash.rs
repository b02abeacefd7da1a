fn hash(password: &str, text: &str) {
    // ruleid: rust.weak-password-hash
    let a = Sha256::digest(password.as_bytes());
    // ruleid: rust.weak-password-hash
    hasher.update(password.as_bytes());
    // ok: rust.weak-password-hash
    let b = Sha256::digest(text.as_bytes());
}
