fn read(pointer: *const u8) -> u8 {
    // ruleid: rust.unsafe-block
    unsafe { *pointer }
}

fn read_safely(value: &u8) -> u8 {
    // ok: rust.unsafe-block
    *value
}
