//! Iterators that the candidate returns. They stay there; items come over as they are asked for, a few more each time.

use std::collections::VecDeque;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::vec::IntoIter;

use crate::judge::payload_text;
use crate::standin::{Call, Handle};
use crate::wire::{Reader, Taken, Wire, Writer, UNCARRIED};

const MOST_AT_ONCE: u32 = 1024;
const MOST_FROM_BEHIND: usize = 100_000;

/// A candidate's iterator, for the tests.
pub struct Items<T> {
    ready: VecDeque<T>,
    /// The iterator, as long as it may have more.
    source: Option<Handle>,
    /// What it panicked with, behind the items that are ready.
    panicked: Option<String>,
    hint: (usize, Option<usize>),
    next: u32,
    ask: fn(Handle, u32) -> Call<'static>,
}

impl<T: Wire> Items<T> {
    /// Read what stands for one; `ask` makes the call for more.
    pub fn read(from: &mut Reader, ask: fn(Handle, u32) -> Call<'static>) -> Taken<Self> {
        let source = Some(Handle::get(from)?);
        let mut items = Items { ready: VecDeque::new(), source, panicked: None, hint: (0, None), next: 1, ask };
        items.receive(from)?;
        Ok(items)
    }

    fn receive(&mut self, from: &mut Reader) -> Taken<()> {
        self.ready.extend(Vec::<T>::get(from)?);
        self.panicked = Option::get(from)?;
        self.hint = (usize::get(from)?, Option::get(from)?);
        if !bool::get(from)? {
            self.source = None;
        }
        Ok(())
    }

    #[track_caller]
    fn more(&mut self) {
        if let Some(source) = self.source {
            let call = (self.ask)(source, self.next);
            self.next = (self.next * 2).min(MOST_AT_ONCE);
            call.send(|r| self.receive(r));
        }
    }
}

impl<T: Wire> Iterator for Items<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        if self.ready.is_empty() {
            self.more();
        }
        let next = self.ready.pop_front();
        if let (None, Some(words)) = (&next, self.panicked.take()) {
            panic!("{}", words);
        }
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let more = |count: usize| count.saturating_add(self.ready.len());
        (more(self.hint.0), self.hint.1.map(more))
    }
}

impl<T: Wire> DoubleEndedIterator for Items<T> {
    #[track_caller]
    fn next_back(&mut self) -> Option<T> {
        while self.source.is_some() && self.panicked.is_none() {
            self.more();
            assert!(self.ready.len() < MOST_FROM_BEHIND, "an iterator without an end {}", UNCARRIED);
        }
        self.ready.pop_back()
    }
}

impl<T: Wire> ExactSizeIterator for Items<T> {}

type Source<'a, T> = Box<dyn Iterator<Item = T> + 'a>;

impl Writer {
    /// Keep an iterator of the candidate's, and write how many items it says to have.
    pub fn items<'a, T: Wire + 'a>(&mut self, items: impl Iterator<Item = T> + 'a) {
        let mut source: Source<'a, T> = Box::new(items);
        let mut first = Writer::default();
        some_of(&mut source, 0, &mut first);
        (Box::into_raw(Box::new(source)) as u64).put_ref(self);
        self.bytes.append(&mut first.bytes);
    }
}

/// Answer a call for more items of an iterator.
pub fn more_items<T: Wire>(r: &mut Reader, w: &mut Writer) -> Taken<()> {
    let source = u64::get(r)? as *mut Source<'static, T>;
    let count = u32::get(r)?;
    r.end()?;
    some_of(unsafe { &mut *source }, count, w);
    Ok(())
}

/// Items that come before a panic are the candidate's answer too, so the panic waits behind them.
fn some_of<T: Wire>(source: &mut Source<'_, T>, count: u32, w: &mut Writer) {
    let (mut items, mut panicked, mut goes_on) = (Vec::new(), None, true);
    while goes_on && items.len() < count as usize {
        match catch_unwind(AssertUnwindSafe(|| source.next())) {
            Ok(Some(item)) => items.push(item),
            Ok(None) => goes_on = false,
            Err(payload) if items.is_empty() => resume_unwind(payload),
            Err(payload) => (panicked, goes_on) = (Some(payload_text(&*payload)), false),
        }
    }
    let (low, high) = if goes_on { source.size_hint() } else { (0, Some(0)) };
    items.put(w);
    panicked.put(w);
    low.put(w);
    high.put(w);
    goes_on.put(w);
}

impl<T: Wire> Wire for IntoIter<T> {
    fn put_ref(&self, out: &mut Writer) {
        self.as_slice().put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Vec::get(from)?.into_iter())
    }
}
