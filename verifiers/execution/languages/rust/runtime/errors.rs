//! The standard library's errors, and errors of which only the words go across.

use std::error::Error;
use std::fmt;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};

use crate::wire::{put_str, Reader, Refused, Taken, Wire, Writer};

/// An error behind `dyn Error`: what it displays, and how it debugs.
struct Words {
    display: String,
    debug: String,
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display)
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.debug)
    }
}

impl Error for Words {}

macro_rules! dynamic {
    ($($type:ty),*) => {$(
        impl Wire for Box<$type> {
            fn put_ref(&self, out: &mut Writer) {
                put_str(&self.to_string(), out);
                put_str(&format!("{:?}", self), out);
            }
            fn get(from: &mut Reader) -> Taken<Self> {
                Ok(Box::new(Words { display: String::get(from)?, debug: String::get(from)? }))
            }
        }
    )*};
}
dynamic! { dyn Error, dyn Error + Send, dyn Error + Send + Sync }

impl Wire for fmt::Error {
    fn put_ref(&self, _: &mut Writer) {}
    fn get(_: &mut Reader) -> Taken<Self> {
        Ok(fmt::Error)
    }
}

impl Wire for ParseIntError {
    fn put_ref(&self, out: &mut Writer) {
        let kind = match self.kind() {
            IntErrorKind::Empty => 0,
            IntErrorKind::InvalidDigit => 1,
            IntErrorKind::PosOverflow => 2,
            IntErrorKind::NegOverflow => 3,
            _ => 4,
        };
        out.raw(&[kind]);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        let error = match from.byte()? {
            0 => "".parse::<i8>().err(),
            1 => "x".parse::<i8>().err(),
            2 => "999".parse::<i8>().err(),
            3 => "-999".parse::<i8>().err(),
            _ => "0".parse::<std::num::NonZeroI8>().err(),
        };
        error.ok_or_else(|| Refused("an error of no kind".into()))
    }
}

impl Wire for ParseFloatError {
    fn put_ref(&self, out: &mut Writer) {
        out.raw(&[self.to_string().contains("empty") as u8]);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        let text = if bool::get(from)? { "" } else { "x" };
        text.parse::<f64>().err().ok_or_else(|| Refused("an error of no kind".into()))
    }
}
