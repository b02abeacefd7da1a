//! Small values of the standard library as bytes.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use crate::wire::{put_str, Reader, Refused, Taken, Wire, Writer};

impl Wire for Ordering {
    fn put_ref(&self, out: &mut Writer) {
        (*self as i8).put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        match i8::get(from)? {
            -1 => Ok(Ordering::Less),
            0 => Ok(Ordering::Equal),
            1 => Ok(Ordering::Greater),
            other => Err(Refused(format!("{} is no ordering", other))),
        }
    }
}

impl<T: Wire> Wire for Reverse<T> {
    fn put_ref(&self, out: &mut Writer) {
        self.0.put_ref(out);
    }
    fn put(self, out: &mut Writer) {
        self.0.put(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Reverse(T::get(from)?))
    }
}

impl<T: Wire> Wire for Range<T> {
    fn put_ref(&self, out: &mut Writer) {
        self.start.put_ref(out);
        self.end.put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(T::get(from)?..T::get(from)?)
    }
}

impl<T: Wire> Wire for RangeInclusive<T> {
    fn put_ref(&self, out: &mut Writer) {
        self.start().put_ref(out);
        self.end().put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(T::get(from)?..=T::get(from)?)
    }
}

impl Wire for Duration {
    fn put_ref(&self, out: &mut Writer) {
        self.as_secs().put_ref(out);
        self.subsec_nanos().put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        let (seconds, nanos) = (u64::get(from)?, u32::get(from)?);
        if nanos >= 1_000_000_000 {
            return Err(Refused("a duration has too many nanoseconds".into()));
        }
        Ok(Duration::new(seconds, nanos))
    }
}

impl<'a> Wire for Cow<'a, str> {
    fn put_ref(&self, out: &mut Writer) {
        put_str(self, out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Cow::Owned(String::get(from)?))
    }
}
