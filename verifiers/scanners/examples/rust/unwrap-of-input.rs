fn read(text: &str) -> i32 {
    // ruleid: rust.unwrap-of-input
    let a = text.parse::<i32>().unwrap();
    // ruleid: rust.unwrap-of-input
    let b: i32 = text.parse().unwrap();
    // ok: rust.unwrap-of-input
    text.parse().unwrap_or(0)
}
