//! The judge's report: JSON lines with the nonce, on what was its stderr.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write;
use std::process::exit;
use std::sync::Mutex;

use crate::link::lock;

const MAX_MESSAGE: usize = 4000;

pub struct Report {
    pub nonce: String,
    pub version: String,
    pub output: File,
}

static REPORT: Mutex<Option<Report>> = Mutex::new(None);

pub fn open(report: Report) {
    *lock(&REPORT) = Some(report);
}

/// One test's outcome.
pub fn test(id: &str, outcome: &str, message: &str, path: &str, line: u32) {
    if let Some(report) = &mut *lock(&REPORT) {
        let message: String = message.chars().take(MAX_MESSAGE).collect();
        let mut text = start(report);
        for (name, value) in [("test", id), ("outcome", outcome), ("message", &message), ("path", path)] {
            let _ = write!(text, ",\"{}\":{}", name, quoted(value));
        }
        let _ = writeln!(text, ",\"line\":{}}}", line);
        let _ = report.output.write_all(text.as_bytes());
    }
}

/// The end of the report and of the process.
pub fn end(gone: Option<&str>) -> ! {
    let mut report = lock(&REPORT); // kept until the process is gone: nothing comes behind the end
    if let Some(report) = &mut *report {
        let mut text = start(report);
        let gone = gone.map_or("null".into(), quoted);
        let _ = writeln!(
            text,
            ",\"end\":true,\"gone\":{},\"versions\":{{\"rustc\":{}}}}}",
            gone,
            quoted(&report.version)
        );
        let _ = report.output.write_all(text.as_bytes());
    }
    exit(0)
}

fn start(report: &Report) -> String {
    format!("{{\"nonce\":{}", quoted(&report.nonce))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            ' '..='~' => quoted.push(letter),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(quoted, "\\u{:04x}", unit);
                }
            }
        }
    }
    quoted.push('"');
    quoted
}
