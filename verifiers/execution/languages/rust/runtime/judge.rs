//! Running the tests, in a process that holds nothing of the candidate.

use std::any::Any;
use std::cell::RefCell;
use std::env;
use std::fmt::Debug;
use std::fs;
use std::panic::{catch_unwind, set_hook, AssertUnwindSafe, PanicInfo};
use std::process::exit;
use std::thread;
use std::time::Duration;

use crate::link::{self, moved};
use crate::report::{self, Report};
use crate::wire::UNCARRIED;

const STACK: usize = 64 << 20;
/// The exit code of tests that do not fit the candidate.
const NOT_BUILT: i32 = 97;

/// A test, as the test source declares it.
pub struct Case {
    pub id: &'static str,
    pub path: &'static str,
    pub line: u32,
    /// Runs it; what it answers is why it failed.
    pub run: fn() -> Option<String>,
    /// What it must panic with; empty for any panic.
    pub panics: Option<&'static str>,
    pub ignored: bool,
}

/// The tests of a module and of those inside it.
pub struct Group {
    pub cases: &'static [Case],
    pub inner: &'static [&'static Group],
}

/// What a test function may return.
pub trait Outcome {
    fn failure(self) -> Option<String>;
}

impl Outcome for () {
    fn failure(self) -> Option<String> {
        None
    }
}

impl<T: Outcome, E: Debug> Outcome for Result<T, E> {
    fn failure(self) -> Option<String> {
        match self {
            Ok(value) => value.failure(),
            Err(error) => Some(format!("the test returned Err: {:?}", error)),
        }
    }
}

/// A panic's words and place.
#[derive(Clone, Default)]
struct Words {
    message: String,
    path: String,
    line: u32,
}

thread_local! {
    static LAST: RefCell<Words> = RefCell::new(Words::default());
}

/// The judge's whole program.
pub fn main(groups: &'static [&'static Group]) {
    let run = thread::Builder::new().stack_size(STACK).spawn(move || judge(groups));
    let _ = run.map(|thread| thread.join());
}

fn judge(groups: &'static [&'static Group]) -> ! {
    let output = moved(2).expect("the report's descriptor");
    link::open().expect("the link's descriptors");
    let said = |name: &str| env::var(name).unwrap_or_default();
    report::open(Report { nonce: said("ACRISOL_NONCE"), version: said("ACRISOL_VERSION"), output });
    watch(said("ACRISOL_START").parse().unwrap_or(0.0) + said("ACRISOL_WALL").parse().unwrap_or(30.0));
    for name in ["ACRISOL_NONCE", "ACRISOL_START", "ACRISOL_WALL", "ACRISOL_VERSION"] {
        env::remove_var(name);
    }
    set_hook(Box::new(|info| {
        let words = words(info);
        LAST.with(|last| *last.borrow_mut() = words);
    }));
    match link::receive() {
        Ok((link::HELLO, _)) => {}
        Ok((link::UNFIT, _)) => exit(NOT_BUILT),
        _ => report::end(Some("was gone before the first test")),
    }
    judge_all(groups);
    report::end(None)
}

fn judge_all(groups: &[&Group]) {
    for group in groups {
        group.cases.iter().for_each(judge_one);
        judge_all(group.inner);
    }
}

fn judge_one(case: &Case) {
    if case.ignored {
        return report::test(case.id, "skipped", "it is marked #[ignore]", case.path, case.line);
    }
    LAST.with(|last| *last.borrow_mut() = Words::default());
    let ran = catch_unwind(AssertUnwindSafe(case.run));
    let panicked = ran.is_err();
    let mut words = LAST.with(|last| last.borrow().clone());
    let failure = match (ran, case.panics) {
        (Ok(Some(failure)), _) => Some(failure),
        (Ok(None), None) => None,
        (Ok(None), Some(_)) => Some("the test did not panic, which it should".into()),
        (Err(_), None) => Some(words.message.clone()),
        (Err(_), Some(_)) if words.message.contains(UNCARRIED) => Some(words.message.clone()),
        (Err(_), Some(expected)) if words.message.contains(expected) => None,
        (Err(_), Some(expected)) => {
            Some(format!("it panicked with {:?}, which does not hold {:?}", words.message, expected))
        }
    };
    if !panicked || words.path != case.path {
        (words.path, words.line) = (case.path.into(), case.line);
    }
    match failure {
        None => report::test(case.id, "passed", "", "", 0),
        Some(message) => report::test(case.id, "failed", &message, &words.path, words.line),
    }
}

/// End the report in time, whatever the tests and the candidate do.
fn watch(until: f64) {
    thread::spawn(move || loop {
        let left = until - uptime();
        if left <= 0.0 {
            report::end(Some("did not answer in time"));
        }
        thread::sleep(Duration::from_secs_f64(left.min(0.5)));
    });
}

fn uptime() -> f64 {
    let text = fs::read_to_string("/proc/uptime").unwrap_or_default();
    text.split(' ').next().and_then(|seconds| seconds.parse().ok()).unwrap_or(f64::INFINITY)
}

fn words(info: &PanicInfo<'_>) -> Words {
    let (path, line) = info.location().map_or((String::new(), 0), |at| (at.file().into(), at.line()));
    Words { message: payload_text(info.payload()), path, line }
}

/// A panic's message.
pub fn payload_text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return text.to_string();
    }
    payload.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic without words".into())
}
