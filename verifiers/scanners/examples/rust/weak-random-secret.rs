fn make_token() -> u64 {
    // ruleid: rust.weak-random-secret
    let mut generator = StdRng::seed_from_u64(42);
    generator.next_u64()
}

fn make_dice() -> u64 {
    // ok: rust.weak-random-secret
    let mut generator = StdRng::seed_from_u64(42);
    generator.next_u64()
}
