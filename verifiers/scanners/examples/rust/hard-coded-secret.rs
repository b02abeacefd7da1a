// ruleid: rust.hard-coded-secret
const API_KEY: &str = "q8ZJ3kP0vB7x";

fn connect() {
    // ruleid: rust.hard-coded-secret
    let password = "hunter2hunter2";
    // ok: rust.hard-coded-secret
    let secret = std::env::var("SECRET");
}
