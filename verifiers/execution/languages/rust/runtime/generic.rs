//! What stands for a generic parameter in the guest: a value whose type the judge names with each call.
//!
//! The candidate's generic functions are instantiated once, with `Generic<0>`, `Generic<1>` and so on. That a type
//! has the traits which a function asks for is checked in the judge, where the tests are compiled.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::wire::{Reader, Refused, Taken, Wire, Writer, UNCARRIED};

/// The types of a call's generic parameters; see `Wire::schema`.
pub type Schemas = Vec<Vec<u8>>;

/// A value with its type. The call's schema says which variant a message holds.
#[derive(Clone, PartialEq, PartialOrd)]
pub enum Plain {
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    I128(i128),
    Isize(isize),
    U8(u8),
    U16(u16),
    U32(u32),
    U64(u64),
    U128(u128),
    Usize(usize),
    F32(f32),
    F64(f64),
    Bool(bool),
    Char(char),
    Unit(()),
    Text(String),
    List(Vec<Plain>),
    Tuple(Vec<Plain>),
    Maybe(Option<Box<Plain>>),
}

macro_rules! each {
    ($value:expr, $bound:ident => $then:expr, else $text:expr) => {
        match $value {
            Plain::I8($bound) => $then,
            Plain::I16($bound) => $then,
            Plain::I32($bound) => $then,
            Plain::I64($bound) => $then,
            Plain::I128($bound) => $then,
            Plain::Isize($bound) => $then,
            Plain::U8($bound) => $then,
            Plain::U16($bound) => $then,
            Plain::U32($bound) => $then,
            Plain::U64($bound) => $then,
            Plain::U128($bound) => $then,
            Plain::Usize($bound) => $then,
            Plain::F32($bound) => $then,
            Plain::F64($bound) => $then,
            Plain::Bool($bound) => $then,
            Plain::Char($bound) => $then,
            Plain::Text($bound) => $then,
            _ => $text,
        }
    };
}

impl Plain {
    fn put(&self, out: &mut Writer) {
        match self {
            Plain::Unit(()) => {}
            Plain::List(items) => {
                out.count(items.len());
                items.iter().for_each(|item| item.put(out));
            }
            Plain::Tuple(items) => items.iter().for_each(|item| item.put(out)),
            Plain::Maybe(item) => {
                out.raw(&[item.is_some() as u8]);
                item.iter().for_each(|item| item.put(out));
            }
            other => each!(other, value => value.put_ref(out), else ()),
        }
    }

    /// Read a value of the type that a schema begins with; what is left of the schema comes back.
    fn get<'s>(schema: &'s [u8], from: &mut Reader) -> Taken<(Plain, &'s [u8])> {
        let (code, rest) = schema.split_first().ok_or_else(|| Refused("a schema is cut off".into()))?;
        let plain = match code {
            b'a' => Plain::I8(from.get()?),
            b'b' => Plain::I16(from.get()?),
            b'c' => Plain::I32(from.get()?),
            b'd' => Plain::I64(from.get()?),
            b'e' => Plain::I128(from.get()?),
            b'f' => Plain::Isize(from.get()?),
            b'g' => Plain::U8(from.get()?),
            b'h' => Plain::U16(from.get()?),
            b'i' => Plain::U32(from.get()?),
            b'j' => Plain::U64(from.get()?),
            b'k' => Plain::U128(from.get()?),
            b'l' => Plain::Usize(from.get()?),
            b'm' => Plain::F32(from.get()?),
            b'n' => Plain::F64(from.get()?),
            b'o' => Plain::Bool(from.get()?),
            b'p' => Plain::Char(from.get()?),
            b'q' => Plain::Unit(()),
            b'r' => Plain::Text(from.get()?),
            b'V' => {
                let count = from.count()?;
                let mut items = Vec::new();
                for _ in 0..count {
                    items.push(Plain::get(rest, from)?.0);
                }
                return Ok((Plain::List(items), Plain::after(rest)?));
            }
            b'O' => {
                let item = if bool::get(from)? { Some(Box::new(Plain::get(rest, from)?.0)) } else { None };
                return Ok((Plain::Maybe(item), Plain::after(rest)?));
            }
            b'T' => {
                let (count, mut rest) = rest.split_first().ok_or_else(|| Refused("a schema is cut off".into()))?;
                let mut items = Vec::new();
                for _ in 0..*count {
                    let (item, behind) = Plain::get(rest, from)?;
                    items.push(item);
                    rest = behind;
                }
                return Ok((Plain::Tuple(items), rest));
            }
            _ => return Err(Refused(format!("this type for a generic parameter {}", UNCARRIED))),
        };
        Ok((plain, rest))
    }

    /// A schema without the type that it begins with.
    fn after(schema: &[u8]) -> Taken<&[u8]> {
        let (code, rest) = schema.split_first().ok_or_else(|| Refused("a schema is cut off".into()))?;
        match code {
            b'V' | b'O' => Plain::after(rest),
            b'T' => {
                let (count, mut rest) = rest.split_first().ok_or_else(|| Refused("a schema is cut off".into()))?;
                for _ in 0..*count {
                    rest = Plain::after(rest)?;
                }
                Ok(rest)
            }
            _ => Ok(rest),
        }
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Plain::Unit(()) => f.write_str("()"),
            Plain::List(items) => f.debug_list().entries(items).finish(),
            Plain::Tuple(items) => {
                let mut tuple = f.debug_tuple("");
                items.iter().for_each(|item| {
                    tuple.field(item);
                });
                tuple.finish()
            }
            Plain::Maybe(item) => item.fmt(f),
            other => each!(other, value => fmt::Debug::fmt(value, f), else Ok(())),
        }
    }
}

impl Hash for Plain {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Plain::F32(value) => value.to_bits().hash(state),
            Plain::F64(value) => value.to_bits().hash(state),
            Plain::Unit(()) => {}
            Plain::List(items) | Plain::Tuple(items) => items.hash(state),
            Plain::Maybe(item) => item.hash(state),
            Plain::I8(value) => value.hash(state),
            Plain::I32(value) => value.hash(state),
            Plain::I64(value) => value.hash(state),
            Plain::Text(value) => value.hash(state),
            other => format!("{:?}", other).hash(state),
        }
    }
}

impl Eq for Plain {}

impl Ord for Plain {
    fn cmp(&self, other: &Self) -> Ordering {
        self.partial_cmp(other).unwrap_or(Ordering::Equal)
    }
}

thread_local! {
    static SCHEMAS: RefCell<Schemas> = RefCell::new(Vec::new());
}

/// The value of the parameter with number `N`. It lives as long as the program, so that it is `Copy`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generic<const N: usize>(pub &'static Plain);

impl<const N: usize> Generic<N> {
    pub fn new(plain: Plain) -> Self {
        Generic(Box::leak(Box::new(plain)))
    }

    /// The value that text stands for, in the type of the call that is being served.
    fn parsed(text: &str) -> Self {
        let code = SCHEMAS.with(|known| known.borrow().get(N).and_then(|schema| schema.first().copied()));
        macro_rules! number {
            ($variant:ident) => {
                Plain::$variant(text.parse().expect("a number in this type"))
            };
        }
        Generic::new(match code {
            Some(b'a') => number!(I8),
            Some(b'b') => number!(I16),
            Some(b'c') => number!(I32),
            Some(b'd') => number!(I64),
            Some(b'e') => number!(I128),
            Some(b'f') => number!(Isize),
            Some(b'g') => number!(U8),
            Some(b'h') => number!(U16),
            Some(b'i') => number!(U32),
            Some(b'j') => number!(U64),
            Some(b'k') => number!(U128),
            Some(b'l') => number!(Usize),
            Some(b'm') => number!(F32),
            Some(b'n') => number!(F64),
            Some(b'o') => Plain::Bool(false),
            Some(b'p') => Plain::Char('\0'),
            Some(b'q') => Plain::Unit(()),
            Some(b'r') => Plain::Text(String::new()),
            Some(b'V') => Plain::List(Vec::new()),
            Some(b'O') => Plain::Maybe(None),
            _ => panic!("the default of this type {}", UNCARRIED),
        })
    }
}

impl<const N: usize> Default for Generic<N> {
    fn default() -> Self {
        Self::parsed("0")
    }
}

macro_rules! from_numbers {
    ($($type:ty)*) => {$(
        impl<const N: usize> From<$type> for Generic<N> {
            fn from(number: $type) -> Self {
                Self::parsed(&number.to_string())
            }
        }
    )*};
}
from_numbers! { i8 i16 i32 u8 u16 u32 f32 }

impl<const N: usize> Wire for Generic<N> {
    fn put_ref(&self, out: &mut Writer) {
        self.0.put(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        let schema = SCHEMAS.with(|known| known.borrow().get(N).cloned());
        let schema = schema.ok_or_else(|| Refused("a generic parameter is not named".into()))?;
        Plain::get(&schema, from).map(|(plain, _)| Generic::new(plain))
    }
}

/// Make the types of a call known, and give back those of the call around it.
pub fn serve_with(schemas: Schemas) -> Schemas {
    SCHEMAS.with(|known| known.replace(schemas))
}

impl<const N: usize> fmt::Debug for Generic<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const N: usize> fmt::Display for Generic<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each!(self.0, value => fmt::Display::fmt(value, f), else f.write_str("?"))
    }
}
