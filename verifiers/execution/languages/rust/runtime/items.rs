//! Iterators that the candidate returns: their first items, all at once.

use std::vec::IntoIter;

use crate::wire::{Reader, Taken, Wire, Writer, UNCARRIED};

const MAX_ITEMS: usize = 10_000;

/// The items of an iterator; asking for more than came across is an error of the carrying, not an end.
#[derive(Clone, Debug)]
pub struct Items<T> {
    items: IntoIter<T>,
    complete: bool,
}

impl<T> Iterator for Items<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        let next = self.items.next();
        assert!(next.is_some() || self.complete, "an iterator of more than {} items {}", MAX_ITEMS, UNCARRIED);
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.items.len(), if self.complete { Some(self.items.len()) } else { None })
    }
}

impl<T> DoubleEndedIterator for Items<T> {
    #[track_caller]
    fn next_back(&mut self) -> Option<T> {
        assert!(self.complete, "an iterator of more than {} items {}", MAX_ITEMS, UNCARRIED);
        self.items.next_back()
    }
}

impl<T> ExactSizeIterator for Items<T> {}

impl<T: Wire> Wire for Items<T> {
    fn put_ref(&self, out: &mut Writer) {
        self.items.as_slice().put_ref(out);
        self.complete.put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Items { items: Vec::get(from)?.into_iter(), complete: bool::get(from)? })
    }
}

impl Writer {
    /// Write the items of an iterator of the candidate's.
    pub fn items<T: Wire>(&mut self, mut items: impl Iterator<Item = T>) {
        let first: Vec<T> = items.by_ref().take(MAX_ITEMS).collect();
        let complete = first.len() < MAX_ITEMS || items.next().is_none();
        first.put(self);
        complete.put_ref(self);
    }
}

impl<T: Wire> Wire for IntoIter<T> {
    fn put_ref(&self, out: &mut Writer) {
        self.as_slice().put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Vec::get(from)?.into_iter())
    }
}
