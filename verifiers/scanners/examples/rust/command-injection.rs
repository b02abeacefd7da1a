use std::process::Command;

fn ping(host: &str) {
    // ruleid: rust.command-injection
    Command::new("sh").arg("-c").arg(format!("ping {}", host)).output();
    // ruleid: rust.command-injection
    Command::new("/bin/bash").args(["-c", host]).output();
    // ok: rust.command-injection
    Command::new("ping").arg(host).output();
    // ok: rust.command-injection
    Command::new("sh").arg("-c").arg("ls | wc -l").output();
}
