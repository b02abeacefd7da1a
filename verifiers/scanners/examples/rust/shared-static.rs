// ruleid: rust.shared-static
static mut COUNT: u32 = 0;
// ok: rust.shared-static
static TOTAL: AtomicU32 = AtomicU32::new(0);
