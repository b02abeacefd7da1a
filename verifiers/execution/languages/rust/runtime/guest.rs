//! The candidate's side of a call.

use std::any::Any;
use std::panic::{catch_unwind, resume_unwind, set_hook, AssertUnwindSafe};
use std::process::exit;
use std::thread;

use crate::generic::{self, Schemas};
use crate::judge::payload_text;
use crate::link::{self, Turn};
use crate::wire::{Reader, Refused, Taken, Wire, Writer};

const STACK: usize = 64 << 20;

pub type Answered = Taken<()>;

/// One function of the dispatcher.
pub type Served = fn(&mut Reader, &mut Writer) -> Answered;

/// Take the link and say that the candidate is built; before any of its code is loaded.
pub fn open_guest() {
    let ready = link::open().and_then(|()| link::send(link::HELLO, &[]));
    ready.expect("the link's descriptors");
}

/// Say that the candidate is built but not its dispatcher, and wait for the judge to take note.
pub fn say_unfit() {
    let told = link::open().and_then(|()| link::send(link::UNFIT, &[]));
    told.expect("the link's descriptors");
    let _ = link::receive();
}

/// The guest's whole program: answer calls until the judge has no more.
pub fn serve(calls: &'static [Served]) {
    let run = thread::Builder::new().stack_size(STACK).spawn(move || {
        set_hook(Box::new(|_| {}));
        loop {
            match link::receive() {
                Ok((link::CALL, body)) => answer(calls, &body),
                _ => exit(0),
            }
        }
    });
    let _ = run.map(|thread| thread.join());
}

fn answer(calls: &'static [Served], body: &[u8]) {
    let mut out = Writer::default();
    let mut around = None;
    let done = catch_unwind(AssertUnwindSafe(|| {
        let (number, schemas, mut reader) = opened(body)?;
        CALLS.with(|known| known.set(calls));
        around = Some(generic::serve_with(schemas));
        calls.get(number as usize).ok_or_else(|| Refused("no such function".into()))?(&mut reader, &mut out)
    }));
    around.map(generic::serve_with);
    let sent = match done {
        Ok(Ok(())) if out.bytes.len() > link::MAX_FRAME => {
            link::send(link::REFUSED, format!("a value larger than 16 MB {}", crate::UNCARRIED).as_bytes())
        }
        Ok(Ok(())) => link::send(link::RETURN, &out.bytes),
        Ok(Err(refused)) => link::send(link::REFUSED, refused.0.as_bytes()),
        Err(payload) => link::send(link::PANIC, words(&*payload).as_bytes()),
    };
    if sent.is_err() {
        exit(0);
    }
}

fn words(payload: &(dyn Any + Send)) -> String {
    payload_text(payload).chars().take(1 << 16).collect()
}

fn opened(body: &[u8]) -> Taken<(u32, Schemas, Reader<'_>)> {
    let mut reader = Reader::new(body);
    let count = reader.byte()?;
    let number = u32::get(&mut reader)?;
    let mut schemas = Schemas::new();
    for _ in 0..count {
        let length = reader.count()?;
        schemas.push(reader.raw(length)?.to_vec());
    }
    Ok((number, schemas, reader))
}

thread_local! {
    static CALLS: std::cell::Cell<&'static [Served]> = std::cell::Cell::new(&[]);
}

/// A function of the tests' that was lent.
#[derive(Clone, Copy)]
pub struct Callback(u32);

impl Callback {
    pub fn take(from: &mut Reader) -> Taken<Self> {
        u32::get(from).map(Callback)
    }

    /// Call it, with a tuple of arguments.
    pub fn call<A: Wire, R: Wire>(&self, arguments: A) -> R {
        let _turn = Turn::take();
        let mut out = Writer::default();
        self.0.put_ref(&mut out);
        arguments.put(&mut out);
        if link::send(link::CALLBACK, &out.bytes).is_err() {
            exit(0);
        }
        loop {
            match link::receive() {
                Ok((link::CALL, body)) => answer(CALLS.with(|known| known.get()), &body),
                Ok((link::CALLBACK_RETURN, body)) => {
                    return R::get(&mut Reader::new(&body)).unwrap_or_else(|refused| panic!("{}", refused.0));
                }
                Ok((link::CALLBACK_PANIC, _)) => resume_unwind(Box::new("a function of the tests panicked")),
                _ => exit(0),
            }
        }
    }
}

/// Objects that stay here: the judge holds their addresses, and never makes one up.
pub mod object {
    use crate::wire::{Reader, Taken, Wire, Writer};

    pub fn put<T>(value: T, out: &mut Writer) {
        (Box::into_raw(Box::new(value)) as u64).put_ref(out);
    }

    pub fn put_ref<T>(value: &T, out: &mut Writer) {
        (value as *const T as u64).put_ref(out);
    }

    pub fn get<T>(from: &mut Reader) -> Taken<T> {
        Ok(*unsafe { Box::from_raw(u64::get(from)? as *mut T) })
    }

    pub fn get_ref<'b, T>(from: &mut Reader) -> Taken<&'b T> {
        Ok(unsafe { &*(u64::get(from)? as *const T) })
    }

    pub fn get_mut<'b, T>(from: &mut Reader) -> Taken<&'b mut T> {
        Ok(unsafe { &mut *(u64::get(from)? as *mut T) })
    }
}
