//! Comparisons that a candidate wrote by hand: the tests trust them, but not one that always says the same.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::wire::{Wire, Writer};

const OTHERS: usize = 16;

/// Numbers that a candidate cannot foresee.
pub struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |passed| passed.as_nanos() as u64);
        Chance(now | 1)
    }

    /// Mostly a small number, else any.
    pub fn number(&mut self) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let drawn = (self.0 >> 8) as i64;
        if self.0 % 4 == 0 {
            drawn
        } else {
            drawn.rem_euclid(1000)
        }
    }

    pub fn letter(&mut self) -> char {
        char::from(b'a' + self.number().rem_euclid(26) as u8)
    }
}

/// A type whose `==` the candidate wrote.
pub trait Compared {
    fn compared(&self, other: &Self) -> bool;
}

fn bytes_of(value: &impl Wire) -> Vec<u8> {
    let mut out = Writer::default();
    value.put_ref(&mut out);
    out.bytes
}

/// The candidate's answer, believed if it says no to at least one of several other values.
#[track_caller]
pub fn believed<T: Wire + Compared>(value: &T, other: &T) -> bool {
    if !value.compared(other) {
        return false;
    }
    let (own, mut chance, mut asked) = (bytes_of(value), Chance::new(), 0);
    for _ in 0..OTHERS {
        let another = match value.another(&mut chance) {
            Some(another) if bytes_of(&another) != own => another,
            _ => continue,
        };
        asked += 1;
        if !catch_unwind(AssertUnwindSafe(|| value.compared(&another))).unwrap_or(false) {
            return true;
        }
    }
    assert!(asked == 0, "the candidate's == says yes to everything");
    true
}
