fn hash(data: &[u8]) {
    // ruleid: rust.weak-hash
    let a = md5::compute(data);
    // ruleid: rust.weak-hash
    let b = Sha1::digest(data);
    // ok: rust.weak-hash
    let c = Sha256::digest(data);
}
