//! Comparisons that a candidate wrote by hand: the tests trust them, but not one that always says the same.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::wire::{Wire, Writer};

/// How many other values each side of a comparison is replaced by.
const OTHERS: usize = 12;
/// Comparisons after which only one of so many, at random, is looked at: each costs many calls.
const ALL_OF_THE_FIRST: usize = 100;
const THEN_ONE_IN: usize = 16;
static COMPARISONS: AtomicUsize = AtomicUsize::new(0);

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

    /// One of the numbers below a limit.
    fn below(&mut self, limit: usize) -> usize {
        self.number().rem_euclid(limit as i64) as usize
    }

    /// A small step, up or down, so that a value near another is not told from it by its size.
    pub fn step(&mut self) -> i64 {
        let size = self.number().rem_euclid(12) + 1;
        if self.number() % 2 == 0 {
            size
        } else {
            -size
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

/// Values that are neither of two, made from the first: a chain of small changes in which it has any place, so that
/// it is not known as the middle of them.
fn others<T: Wire>(made_from: &T, other: &T, chance: &mut Chance) -> Vec<T> {
    let taken = [bytes_of(made_from), bytes_of(other)];
    let before = chance.below(OTHERS + 1);
    let mut made: Vec<T> = Vec::new();
    for steps in [before, OTHERS - before] {
        for step in 0..steps {
            let last = if step == 0 { made_from } else { made.last().unwrap_or(made_from) };
            match last.another(chance) {
                Some(next) => made.push(next),
                None => break,
            }
        }
    }
    made.retain(|another| !taken.contains(&bytes_of(another)));
    made
}

/// The candidate's answer, believed if it says no to several other values on either side.
///
/// They are asked about in an order that the candidate cannot foresee, the one that is meant somewhere among them:
/// whoever says yes to the first that it sees, or to whatever is compared with a value of its own, gives itself away.
#[track_caller]
pub fn believed<T: Wire + Compared>(value: &T, other: &T) -> bool {
    let mut chance = Chance::new();
    if COMPARISONS.fetch_add(1, Ordering::Relaxed) >= ALL_OF_THE_FIRST && chance.below(THEN_ONE_IN) != 0 {
        return value.compared(other);
    }
    let (lefts, rights) = (others(value, other, &mut chance), others(other, value, &mut chance));
    let mut asked: Vec<(&T, &T, usize)> = vec![(value, other, 2)];
    asked.extend(lefts.iter().map(|left| (left, other, 0)));
    asked.extend(rights.iter().map(|right| (value, right, 1)));
    for at in (1..asked.len()).rev() {
        asked.swap(at, chance.below(at + 1));
    }
    let mut yes = [0, 0];
    for (left, right, side) in asked {
        if side == 2 {
            if !value.compared(other) {
                return false;
            }
        } else if catch_unwind(AssertUnwindSafe(|| left.compared(right))).unwrap_or(false) {
            yes[side] += 1;
        }
    }
    let too_often = |yes: usize, count: usize| count > 0 && yes * 8 > count * 7;
    assert!(
        !too_often(yes[0], lefts.len()) && !too_often(yes[1], rights.len()),
        "the candidate's == says yes to everything"
    );
    true
}
