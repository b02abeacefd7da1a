fn header(data: &[u8]) -> u8 {
    // ruleid: rust.narrowing-cast
    let a = data.len() as u8;
    // ok: rust.narrowing-cast
    let b = data.len() as u64;
    a
}
