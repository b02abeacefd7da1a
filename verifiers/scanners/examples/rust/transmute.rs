fn bits(value: f32) -> u32 {
    // ruleid: rust.transmute
    unsafe { std::mem::transmute::<f32, u32>(value) }
}

fn lifetime(text: &str) -> &'static str {
    // ruleid: rust.transmute
    unsafe { std::mem::transmute(text) }
}

fn safe(value: f32) -> u32 {
    // ok: rust.transmute
    value.to_bits()
}
