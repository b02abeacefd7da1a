//! The program that both sides run as: it loads what was built and becomes it.
//!
//! `host judge FILE`, `host guest FILE`, `host unfit` where the dispatcher does not compile, or `host shared PROGRAM CASES` for tests and candidate in one process.

use std::env::args;
use std::ffi::{c_void, CStr, CString};
use std::os::raw::{c_char, c_int};
use std::process::exit;

mod parent;

#[link(name = "dl")]
extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

const RTLD_NOW: c_int = 2;

fn main() {
    let arguments: Vec<String> = args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["judge", path] => load(path),
        ["guest", path] => {
            acrisol::open_guest();
            load(path)
        }
        ["unfit"] => acrisol::say_unfit(),
        ["shared", program, cases] => parent::run(program, cases),
        _ => fail("use: host judge FILE | host guest FILE | host unfit | host shared PROGRAM CASES"),
    }
}

/// Load a library and call its `acrisol_main`.
fn load(path: &str) {
    let path = CString::new(path).unwrap_or_default();
    unsafe {
        let library = dlopen(path.as_ptr(), RTLD_NOW);
        if library.is_null() {
            fail(&CStr::from_ptr(dlerror()).to_string_lossy());
        }
        let found = dlsym(library, b"acrisol_main\0".as_ptr().cast());
        if found.is_null() {
            fail("the library has no acrisol_main");
        }
        std::mem::transmute::<*mut c_void, extern "C" fn()>(found)();
    }
}

fn fail(said: &str) -> ! {
    eprintln!("{}", said);
    exit(2)
}
