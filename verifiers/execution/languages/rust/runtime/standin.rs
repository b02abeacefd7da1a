//! The stand-in's side of a call.

use std::any::Any;
use std::cell::RefCell;
use std::io::ErrorKind;
use std::mem::ManuallyDrop;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

use crate::link::{self, Turn};
use crate::report;
use crate::wire::{Reader, Taken, Wire, Writer, UNCARRIED};

/// A function of the tests' that the candidate may call while a call of its own lasts.
type Lent<'c> = Box<dyn FnMut(&mut Reader, &mut Writer) -> Taken<()> + 'c>;

/// An object that stays with the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(pub u64);

impl Wire for Handle {
    fn put_ref(&self, out: &mut Writer) {
        self.0.put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Handle(u64::get(from)?))
    }
}

/// What a call answers.
pub type Answer<T> = Taken<T>;

/// A call that is being put together. What is done with it is compiled here, once: the judge's own crate only holds
/// the few lines that depend on a type.
pub struct Call<'c>(ManuallyDrop<Box<Parts<'c>>>);

impl<'c> Drop for Call<'c> {
    #[inline(never)]
    fn drop(&mut self) {
        unsafe { ManuallyDrop::drop(&mut self.0) }
    }
}

struct Parts<'c> {
    head: Writer,
    schemas: u8,
    arguments: Writer,
    lent: Vec<Lent<'c>>,
}

impl<'c> Call<'c> {
    /// A call of the dispatcher's function of that number.
    #[inline(never)]
    pub fn new(number: u32) -> Self {
        let mut head = Writer::default();
        number.put_ref(&mut head);
        let parts = Parts { head, schemas: 0, arguments: Writer::default(), lent: Vec::new() };
        Call(ManuallyDrop::new(Box::new(parts)))
    }

    /// Say what the next generic parameter stands for.
    pub fn generic<T: Wire>(&mut self) {
        let mut schema = Vec::new();
        T::schema(&mut schema);
        self.0.schemas += 1;
        self.0.head.count(schema.len());
        self.0.head.raw(&schema);
    }

    #[inline(never)]
    fn arguments(&mut self) -> &mut Writer {
        &mut self.0.arguments
    }

    pub fn put<T: Wire>(&mut self, value: T) {
        value.put(self.arguments());
    }

    /// Lend a function; see the dispatcher's `Callback`.
    pub fn lend(&mut self, function: impl FnMut(&mut Reader, &mut Writer) -> Taken<()> + 'c) {
        let parts = &mut *self.0;
        (parts.lent.len() as u32).put_ref(&mut parts.arguments);
        parts.lent.push(Box::new(function));
    }

    /// Give a function for as long as the candidate wants it.
    pub fn keep(&mut self, function: impl FnMut(&mut Reader, &mut Writer) -> Taken<()> + 'static) {
        KEPT.with(|kept| {
            let mut kept = kept.borrow_mut();
            (FIRST_KEPT + kept.len() as u32).put_ref(self.arguments());
            kept.push(Some(Box::new(function)));
        });
    }

    /// Make the call; `read` takes the answer.
    #[track_caller]
    pub fn send<T>(mut self, mut read: impl FnMut(&mut Reader) -> Taken<T>) -> T {
        let mut taken = None;
        self.exchange(&mut |reader| {
            taken = Some(read(reader)?);
            Ok(())
        });
        match taken {
            Some(value) => value,
            None => gone("gave no answer"),
        }
    }

    #[track_caller]
    #[inline(never)]
    fn exchange(&mut self, read: &mut dyn FnMut(&mut Reader) -> Taken<()>) {
        let _turn = Turn::take();
        let parts = &mut *self.0;
        let mut body = vec![parts.schemas];
        body.append(&mut parts.head.bytes);
        body.append(&mut parts.arguments.bytes);
        if body.len() > link::MAX_FRAME {
            panic!("a value larger than 16 MB {}", UNCARRIED);
        }
        if link::send(link::CALL, &body).is_err() {
            gone("was gone when a test called it");
        }
        match parts.answer() {
            Ok(bytes) => {
                let mut reader = Reader::new(&bytes);
                match read(&mut reader).and_then(|()| reader.end()) {
                    Ok(()) => {}
                    Err(refused) if refused.0.contains(UNCARRIED) => panic!("{}", refused.0),
                    Err(refused) => gone(&format!("broke the protocol: {}", refused.0)),
                }
            }
            Err(Ended::Panic(words)) => panic!("{}", words),
            Err(Ended::Own(payload)) => resume_unwind(payload),
        }
    }
}

impl<'c> Parts<'c> {
    /// The answer's bytes; serves what was lent until it comes.
    fn answer(&mut self) -> Result<Vec<u8>, Ended> {
        let mut own = None;
        loop {
            let (kind, body) = match link::receive() {
                Ok(frame) => frame,
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    gone(&format!("broke the protocol: {}", error))
                }
                Err(_) => gone("ended while a test was waiting for its answer"),
            };
            match kind {
                link::RETURN => return Ok(body),
                link::PANIC => {
                    let words = String::from_utf8_lossy(&body).into_owned();
                    return Err(own.map_or(Ended::Panic(words), Ended::Own));
                }
                link::REFUSED => {
                    return Err(Ended::Panic(String::from_utf8_lossy(&body).into_owned()));
                }
                link::CALLBACK => self.serve(&body, &mut own),
                other => gone(&format!("broke the protocol: {} is no kind of message", other)),
            }
        }
    }

    fn serve(&mut self, body: &[u8], own: &mut Option<Box<dyn Any + Send>>) {
        let mut reader = Reader::new(body);
        let mut out = Writer::default();
        let number = u32::get(&mut reader).unwrap_or(u32::MAX);
        let place = number.wrapping_sub(FIRST_KEPT) as usize;
        let kept = KEPT.with(|all| all.borrow_mut().get_mut(place).and_then(Option::take));
        let answered = match (kept, self.lent.get_mut(number as usize)) {
            (Some(mut function), _) => {
                let answered = catch_unwind(AssertUnwindSafe(|| function(&mut reader, &mut out)));
                KEPT.with(|all| all.borrow_mut()[place] = Some(function));
                answered
            }
            (None, Some(function)) => catch_unwind(AssertUnwindSafe(|| function(&mut reader, &mut out))),
            (None, None) => gone("broke the protocol: it called a function that it was not lent"),
        };
        let sent = match answered {
            Ok(Ok(())) => link::send(link::CALLBACK_RETURN, &out.bytes),
            Ok(Err(refused)) => gone(&format!("broke the protocol: {}", refused.0)),
            Err(payload) => {
                *own = Some(payload);
                link::send(link::CALLBACK_PANIC, &[])
            }
        };
        if sent.is_err() {
            gone("was gone when a test answered it");
        }
    }
}

/// Numbers of functions that the candidate may keep; those that are lent count from 0 in each call.
const FIRST_KEPT: u32 = 1 << 31;

thread_local! {
    static KEPT: RefCell<Vec<Option<Lent<'static>>>> = RefCell::new(Vec::new());
}

/// How a call ends without an answer.
enum Ended {
    Panic(String),
    Own(Box<dyn Any + Send>),
}

/// The candidate is not there any more: nothing that a later test says would count.
fn gone(said: &str) -> ! {
    report::end(Some(said))
}
