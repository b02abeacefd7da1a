//! Values as bytes. Both sides know the types; the reading side believes no length, tag or character.

use std::ops::Add;

use crate::compare::Chance;

/// In the message of a test that failed on a value that cannot go across.
pub const UNCARRIED: &str = "cannot be carried between the tests and the candidate";

/// Boxes in boxes; a longer chain would end the stack.
const MAX_DEPTH: usize = 10_000;
/// Elements without bytes of their own, such as `()`.
const MAX_EMPTY: usize = 1 << 20;

/// Why bytes are no value.
#[derive(Debug)]
pub struct Refused(pub String);

pub type Taken<T> = Result<T, Refused>;

/// Bytes that are being written, and how a generic parameter is carried.
#[derive(Default)]
pub struct Writer {
    pub bytes: Vec<u8>,
    pub depth: usize,
}

impl Writer {
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub fn count(&mut self, count: usize) {
        self.raw(&(count as u64).to_le_bytes());
    }

    pub fn put<T: Wire>(&mut self, value: T) {
        value.put(self);
    }

    /// One box deeper.
    pub fn deeper(&mut self, write: impl FnOnce(&mut Writer)) {
        self.depth += 1;
        assert!(self.depth <= MAX_DEPTH, "a value nested {} levels deep {}", MAX_DEPTH, UNCARRIED);
        write(self);
        self.depth -= 1;
    }
}

/// Bytes that are being read.
pub struct Reader<'a> {
    bytes: &'a [u8],
    depth: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, depth: 0 }
    }

    pub fn get<T: Wire>(&mut self) -> Taken<T> {
        T::get(self)
    }

    pub fn get_ref<'b, T: Wire + 'b>(&mut self) -> Taken<&'b T> {
        T::get_ref(self)
    }

    /// Read a list into a slice of the same length.
    pub fn refill<T: Wire>(&mut self, slice: &mut [T]) -> Taken<()> {
        let items = Vec::<T>::get(self)?;
        if items.len() != slice.len() {
            return Err(Refused("a slice came back with another length".into()));
        }
        slice.iter_mut().zip(items).for_each(|(slot, item)| *slot = item);
        Ok(())
    }

    pub fn raw(&mut self, count: usize) -> Taken<&'a [u8]> {
        if count > self.bytes.len() {
            return Err(Refused("a message is too short".into()));
        }
        let (taken, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Taken<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.raw(N)?);
        Ok(array)
    }

    pub fn byte(&mut self) -> Taken<u8> {
        Ok(self.array::<1>()?[0])
    }

    /// A number of elements: never more than could be there.
    pub fn count(&mut self) -> Taken<usize> {
        let count = u64::from_le_bytes(self.array()?) as usize;
        if count > self.bytes.len().max(MAX_EMPTY) {
            return Err(Refused("a message claims more elements than it holds".into()));
        }
        Ok(count)
    }

    /// One box deeper.
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Taken<T>) -> Taken<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Refused(format!("a value nested {} levels deep {}", MAX_DEPTH, UNCARRIED)));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// That nothing is left.
    pub fn end(&self) -> Taken<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        Err(Refused("a message is too long".into()))
    }
}

/// A type whose values can go across.
pub trait Wire: Sized {
    /// Write a value that stays where it is.
    fn put_ref(&self, out: &mut Writer);

    /// Write a value that goes over to the other side.
    fn put(self, out: &mut Writer) {
        self.put_ref(out);
    }

    /// Read a value.
    fn get(from: &mut Reader) -> Taken<Self>;

    /// Read a value of which a reference is wanted; it lives as long as the program.
    fn get_ref<'b>(from: &mut Reader) -> Taken<&'b Self>
    where
        Self: 'b,
    {
        Ok(Box::leak(Box::new(Self::get(from)?)))
    }

    /// A value like this one, or any other of the type; None where none can be made.
    fn another(&self, chance: &mut Chance) -> Option<Self> {
        let _ = chance;
        None
    }

    /// Describe the type, for a side that does not know it; see `generic.rs`.
    fn schema(out: &mut Vec<u8>) {
        out.push(b'?');
    }
}

macro_rules! numbers {
    ($($type:ty, $code:literal, $plus:ident;)*) => {$(
        impl Wire for $type {
            fn put_ref(&self, out: &mut Writer) {
                out.raw(&self.to_le_bytes());
            }
            fn get(from: &mut Reader) -> Taken<Self> {
                Ok(<$type>::from_le_bytes(from.array()?))
            }
            fn schema(out: &mut Vec<u8>) {
                out.push($code);
            }
            fn another(&self, chance: &mut Chance) -> Option<Self> {
                let step = chance.step();
                let keeps_sign = step > 0 || *self >= (-step) as $type;
                let moved = self.$plus(if keeps_sign { step } else { -step } as $type);
                Some(if moved == *self { chance.number() as $type } else { moved })
            }
        }
    )*};
}
numbers! {
    i8, b'a', wrapping_add; i16, b'b', wrapping_add; i32, b'c', wrapping_add; i64, b'd', wrapping_add;
    i128, b'e', wrapping_add; isize, b'f', wrapping_add; u8, b'g', wrapping_add; u16, b'h', wrapping_add;
    u32, b'i', wrapping_add; u64, b'j', wrapping_add; u128, b'k', wrapping_add; usize, b'l', wrapping_add;
    f32, b'm', add; f64, b'n', add;
}

impl Wire for bool {
    fn put_ref(&self, out: &mut Writer) {
        out.raw(&[*self as u8]);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Refused(format!("{} is no bool", other))),
        }
    }
    fn another(&self, chance: &mut Chance) -> Option<Self> {
        Some(chance.number() % 2 == 0)
    }
    fn schema(out: &mut Vec<u8>) {
        out.push(b'o');
    }
}

impl Wire for char {
    fn put_ref(&self, out: &mut Writer) {
        (*self as u32).put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        let code = u32::get(from)?;
        char::from_u32(code).ok_or_else(|| Refused(format!("{} is no character", code)))
    }
    fn another(&self, chance: &mut Chance) -> Option<Self> {
        Some(chance.letter())
    }
    fn schema(out: &mut Vec<u8>) {
        out.push(b'p');
    }
}

impl Wire for () {
    fn put_ref(&self, _: &mut Writer) {}
    fn get(_: &mut Reader) -> Taken<Self> {
        Ok(())
    }
    fn schema(out: &mut Vec<u8>) {
        out.push(b'q');
    }
}

pub fn put_str(text: &str, out: &mut Writer) {
    out.count(text.len());
    out.raw(text.as_bytes());
}

impl Wire for String {
    fn put_ref(&self, out: &mut Writer) {
        put_str(self, out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        let count = from.count()?;
        let bytes = from.raw(count)?.to_vec();
        String::from_utf8(bytes).map_err(|_| Refused("a text is not UTF-8".into()))
    }
    fn another(&self, chance: &mut Chance) -> Option<Self> {
        let mut letters: Vec<char> = self.chars().collect();
        if letters.is_empty() {
            return Some(chance.letter().to_string());
        }
        let at = chance.number().rem_euclid(letters.len() as i64) as usize;
        let letter = letters[chance.number().rem_euclid(letters.len() as i64) as usize];
        match chance.number().rem_euclid(3) {
            0 => drop(letters.remove(at)),
            1 if letters[at] != letter => letters[at] = letter,
            _ => letters.insert(at, letter),
        }
        Some(letters.into_iter().collect())
    }
    fn schema(out: &mut Vec<u8>) {
        out.push(b'r');
    }
}

impl<'a> Wire for &'a str {
    fn put_ref(&self, out: &mut Writer) {
        put_str(self, out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Box::leak(String::get(from)?.into_boxed_str()))
    }
    fn schema(out: &mut Vec<u8>) {
        out.push(b'r');
    }
}

impl<'a, T: Wire> Wire for &'a T {
    fn put_ref(&self, out: &mut Writer) {
        (**self).put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        T::get_ref(from)
    }
    fn schema(out: &mut Vec<u8>) {
        T::schema(out);
    }
}

impl<'a, T: Wire> Wire for &'a [T] {
    fn put_ref(&self, out: &mut Writer) {
        out.count(self.len());
        self.iter().for_each(|item| item.put_ref(out));
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Box::leak(Vec::<T>::get(from)?.into_boxed_slice()))
    }
    fn schema(out: &mut Vec<u8>) {
        Vec::<T>::schema(out);
    }
}
