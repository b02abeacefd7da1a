//! The parent of a process that holds tests and candidate: starts each test and writes the report.

use std::env;
use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use acrisol::report;

extern "C" {
    fn prctl(option: i32, a: u64, b: u64, c: u64, d: u64) -> i32;
}

const PR_SET_DUMPABLE: i32 = 4;
const MAX_OUTPUT: u64 = 1 << 16;

/// Run the tests that a file lists: a line each of id, name in the program, and path, with tabs between.
pub fn run(program: &str, cases: &str) {
    // The child has the same user: it must not read the nonce from /proc.
    unsafe { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) };
    let nonce = env::var("ACRISOL_NONCE").unwrap_or_default();
    let version = env::var("ACRISOL_VERSION").unwrap_or_default();
    let output = acrisol::moved(2).expect("the report's descriptor");
    report::open(report::Report { nonce, version, output });
    let listed = fs::read_to_string(cases).unwrap_or_default();
    for line in listed.lines() {
        if let [id, name, path] = line.split('\t').collect::<Vec<_>>()[..] {
            run_one(program, id, name, path);
        }
    }
    report::end(None);
}

fn run_one(program: &str, id: &str, name: &str, path: &str) {
    let started = Command::new(program)
        .args(["--exact", name, "--test-threads", "1"])
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return report::test(id, "failed", &error.to_string(), path, 0),
    };
    let mut said = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        let _ = pipe.by_ref().take(MAX_OUTPUT).read_to_end(&mut said);
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
    }
    let said = String::from_utf8_lossy(&said).into_owned();
    let code = child.wait().ok().and_then(|status| status.code());
    if code == Some(0) && said.contains("test result: ok. 1 passed; 0 failed; 0 ignored") {
        report::test(id, "passed", "", "", 0);
    } else if code == Some(0) && said.contains("0 passed; 0 failed; 1 ignored") {
        report::test(id, "skipped", "it is marked #[ignore]", path, 0);
    } else if said.contains("test result: FAILED. 0 passed; 1 failed") {
        let (line, message) = panic_of(&said, path);
        report::test(id, "failed", &message, path, line);
    } else {
        let how = code.map_or("a signal".into(), |code| format!("exit code {}", code));
        report::test(id, "failed", &format!("its process ended with {} before the test was done", how), path, 0);
    }
}

/// Where a test panicked and what it said, from the harness's output.
fn panic_of(said: &str, path: &str) -> (u32, String) {
    let block = said.split("\nfailures:\n").nth(1).unwrap_or(said).trim();
    let place = format!("{}:", path);
    let line = block.split(&place).nth(1).and_then(|rest| rest.split(':').next()?.parse().ok());
    (line.unwrap_or(0), block.chars().take(2000).collect())
}
