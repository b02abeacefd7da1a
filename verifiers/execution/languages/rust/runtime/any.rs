//! `dyn Any`: a value of one of the plain types, told by its number.

use std::any::Any;
use std::collections::HashMap;

use crate::wire::{Reader, Refused, Taken, Wire, Writer, UNCARRIED};

/// A value whose type the other side learns with it.
pub struct AnyWire(pub Box<dyn Any>);

macro_rules! kinds {
    ($($number:literal $type:ty;)*) => {
        /// Write what a reference points to.
        pub fn put_any(value: &dyn Any, out: &mut Writer) {
            $(if let Some(value) = value.downcast_ref::<$type>() {
                out.raw(&[$number]);
                return value.put_ref(out);
            })*
            panic!("a value of an unusual type behind dyn Any {}", UNCARRIED);
        }

        fn get_any(from: &mut Reader) -> Taken<Box<dyn Any>> {
            match from.byte()? {
                $($number => Ok(Box::new(<$type as Wire>::get(from)?)),)*
                other => Err(Refused(format!("{} is no type behind dyn Any", other))),
            }
        }
    };
}
kinds! {
    0 i8; 1 i16; 2 i32; 3 i64; 4 i128; 5 isize; 6 u8; 7 u16; 8 u32; 9 u64; 10 u128; 11 usize;
    12 f32; 13 f64; 14 bool; 15 char; 16 String; 17 &'static str; 18 ();
    19 Vec<i32>; 20 Vec<i64>; 21 Vec<f64>; 22 Vec<String>; 23 Vec<&'static str>; 24 Vec<u8>; 25 Vec<char>;
    26 Option<i32>; 27 Option<String>; 28 (i32, i32); 29 HashMap<i32, i32>; 30 HashMap<String, i32>;
    37 Vec<Box<dyn Any>>; 31 Vec<Vec<i32>>; 32 Vec<f32>; 33 Vec<bool>; 34 Vec<usize>; 35 Vec<u32>; 36 Vec<u64>;
}

impl Wire for AnyWire {
    fn put_ref(&self, out: &mut Writer) {
        put_any(&*self.0, out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        get_any(from).map(AnyWire)
    }
}

impl Wire for Box<dyn Any> {
    fn put_ref(&self, out: &mut Writer) {
        put_any(&**self, out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        get_any(from)
    }
}

impl<'a> Wire for &'a dyn Any {
    fn put_ref(&self, out: &mut Writer) {
        put_any(*self, out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Box::leak(get_any(from)?))
    }
}
