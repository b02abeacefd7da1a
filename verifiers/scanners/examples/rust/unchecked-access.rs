fn first(values: &[u8], index: usize) -> u8 {
    // ruleid: rust.unchecked-access
    let a = unsafe { *values.get_unchecked(index) };
    // ruleid: rust.unchecked-access
    let b = unsafe { std::str::from_utf8_unchecked(values) };
    // ok: rust.unchecked-access
    let c = values.get(index);
    // ok: rust.unchecked-access
    values[index]
}
