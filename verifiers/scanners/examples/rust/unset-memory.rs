fn make() -> [u8; 16] {
    // ruleid: rust.unset-memory
    unsafe { std::mem::uninitialized() }
}

fn grow(n: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(n);
    // ruleid: rust.unset-memory
    unsafe { out.set_len(n) };
    out
}

fn make_safely() -> [u8; 16] {
    // ok: rust.unset-memory
    [0; 16]
}
