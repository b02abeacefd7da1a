unsafe fn twice(pointer: *mut u8) {
    // ruleid: rust.freed-twice
    let a = Box::from_raw(pointer);
    let b = Box::from_raw(pointer);
}

unsafe fn once(pointer: *mut u8) {
    // ok: rust.freed-twice
    let a = Box::from_raw(pointer);
}
