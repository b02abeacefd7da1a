//! The standard library's containers as bytes.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::hash::Hash;
use std::rc::Rc;
use std::sync::Arc;

use crate::compare::Chance;
use crate::wire::{put_str, Reader, Refused, Taken, Wire, Writer};

impl<T: Wire> Wire for Vec<T> {
    fn put_ref(&self, out: &mut Writer) {
        out.count(self.len());
        self.iter().for_each(|item| item.put_ref(out));
    }
    fn put(self, out: &mut Writer) {
        out.count(self.len());
        self.into_iter().for_each(|item| item.put(out));
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        let count = from.count()?;
        let mut items = Vec::with_capacity(count.min(1 << 12));
        for _ in 0..count {
            items.push(T::get(from)?);
        }
        Ok(items)
    }
    fn schema(out: &mut Vec<u8>) {
        out.push(b'V');
        T::schema(out);
    }
    fn another(&self, chance: &mut Chance) -> Option<Self> {
        let mut made = self.iter().map(|item| item.another(chance)).collect::<Option<Vec<T>>>()?;
        match chance.number().rem_euclid(3) {
            0 => drop(made.pop()),
            1 if !self.is_empty() => made.push(self[self.len() - 1].another(chance)?),
            _ => {}
        }
        Some(made)
    }
}

/// Containers that are written and read as the list of what they hold.
macro_rules! lists {
    ($($type:ty, $bound:path;)*) => {$(
        impl<T: Wire + $bound> Wire for $type {
            fn put_ref(&self, out: &mut Writer) {
                out.count(self.len());
                self.iter().for_each(|item| item.put_ref(out));
            }
            fn put(self, out: &mut Writer) {
                out.count(self.len());
                self.into_iter().for_each(|item| item.put(out));
            }
            fn get(from: &mut Reader) -> Taken<Self> {
                let items = Vec::<T>::get(from)?;
                let count = items.len();
                let all: Self = items.into_iter().collect();
                if all.len() != count {
                    return Err(Refused("a set holds a value twice".into()));
                }
                Ok(all)
            }
        }
    )*};
}
lists! { VecDeque<T>, Sized; LinkedList<T>, Sized; BinaryHeap<T>, Ord; BTreeSet<T>, Ord; }
lists! { HashSet<T>, HashKey; }

/// What a hash map's keys must be.
pub trait HashKey: Eq + Hash {}
impl<T: Eq + Hash> HashKey for T {}

macro_rules! maps {
    ($($type:ident, $bound:path;)*) => {$(
        impl<K: Wire + $bound, V: Wire> Wire for $type<K, V> {
            fn put_ref(&self, out: &mut Writer) {
                out.count(self.len());
                self.iter().for_each(|(key, value)| {
                    key.put_ref(out);
                    value.put_ref(out);
                });
            }
            fn put(self, out: &mut Writer) {
                out.count(self.len());
                self.into_iter().for_each(|(key, value)| {
                    key.put(out);
                    value.put(out);
                });
            }
            fn get(from: &mut Reader) -> Taken<Self> {
                let mut map = $type::new();
                for _ in 0..from.count()? {
                    if map.insert(K::get(from)?, V::get(from)?).is_some() {
                        return Err(Refused("a map holds a key twice".into()));
                    }
                }
                Ok(map)
            }
        }
    )*};
}
maps! { HashMap, HashKey; BTreeMap, Ord; }

impl<T: Wire, const N: usize> Wire for [T; N] {
    fn put_ref(&self, out: &mut Writer) {
        self.iter().for_each(|item| item.put_ref(out));
    }
    fn put(self, out: &mut Writer) {
        self.into_iter().for_each(|item| item.put(out));
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        let mut items = Vec::with_capacity(N.min(1 << 12));
        for _ in 0..N {
            items.push(T::get(from)?);
        }
        items.try_into().map_err(|_| Refused("an array has another length".into()))
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put_ref(&self, out: &mut Writer) {
        out.raw(&[self.is_some() as u8]);
        self.iter().for_each(|item| item.put_ref(out));
    }
    fn put(self, out: &mut Writer) {
        out.raw(&[self.is_some() as u8]);
        self.into_iter().for_each(|item| item.put(out));
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(if bool::get(from)? { Some(T::get(from)?) } else { None })
    }
    fn schema(out: &mut Vec<u8>) {
        out.push(b'O');
        T::schema(out);
    }
    fn another(&self, chance: &mut Chance) -> Option<Self> {
        Some(self.as_ref().and_then(|item| item.another(chance)))
    }
}

impl<T: Wire, E: Wire> Wire for Result<T, E> {
    fn put_ref(&self, out: &mut Writer) {
        out.raw(&[self.is_ok() as u8]);
        match self {
            Ok(value) => value.put_ref(out),
            Err(error) => error.put_ref(out),
        }
    }
    fn put(self, out: &mut Writer) {
        out.raw(&[self.is_ok() as u8]);
        match self {
            Ok(value) => value.put(out),
            Err(error) => error.put(out),
        }
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(if bool::get(from)? { Ok(T::get(from)?) } else { Err(E::get(from)?) })
    }
}

macro_rules! boxes {
    ($($type:ident)*) => {$(
        impl<T: Wire> Wire for $type<T> {
            fn put_ref(&self, out: &mut Writer) {
                out.deeper(|out| (**self).put_ref(out));
            }
            fn get(from: &mut Reader) -> Taken<Self> {
                from.deeper(|from| Ok($type::new(T::get(from)?)))
            }
        }
        impl<T: Wire> Wire for $type<[T]> {
            fn put_ref(&self, out: &mut Writer) {
                (&**self).put_ref(out);
            }
            fn get(from: &mut Reader) -> Taken<Self> {
                Ok(Vec::<T>::get(from)?.into())
            }
        }
        impl Wire for $type<str> {
            fn put_ref(&self, out: &mut Writer) {
                put_str(self, out);
            }
            fn get(from: &mut Reader) -> Taken<Self> {
                Ok(String::get(from)?.into())
            }
        }
    )*};
}
boxes! { Rc Arc }

impl<T: Wire> Wire for Box<T> {
    fn put_ref(&self, out: &mut Writer) {
        out.deeper(|out| (**self).put_ref(out));
    }
    fn put(self, out: &mut Writer) {
        out.deeper(|out| (*self).put(out));
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        from.deeper(|from| Ok(Box::new(T::get(from)?)))
    }
    fn schema(out: &mut Vec<u8>) {
        out.push(b'?');
    }
}

impl<T: Wire> Wire for Box<[T]> {
    fn put_ref(&self, out: &mut Writer) {
        (&**self).put_ref(out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(Vec::<T>::get(from)?.into())
    }
}

impl Wire for Box<str> {
    fn put_ref(&self, out: &mut Writer) {
        put_str(self, out);
    }
    fn get(from: &mut Reader) -> Taken<Self> {
        Ok(String::get(from)?.into())
    }
}

macro_rules! tuples {
    ($($name:ident $at:tt),*; $code:literal) => {
        impl<$($name: Wire),*> Wire for ($($name,)*) {
            fn put_ref(&self, out: &mut Writer) {
                $(self.$at.put_ref(out);)*
            }
            fn put(self, out: &mut Writer) {
                $(self.$at.put(out);)*
            }
            fn get(from: &mut Reader) -> Taken<Self> {
                Ok(($($name::get(from)?,)*))
            }
            fn schema(out: &mut Vec<u8>) {
                out.extend([b'T', $code]);
                $($name::schema(out);)*
            }
            fn another(&self, chance: &mut Chance) -> Option<Self> {
                Some(($(self.$at.another(chance)?,)*))
            }
        }
    };
}
tuples! { A 0; 1 }
tuples! { A 0, B 1; 2 }
tuples! { A 0, B 1, C 2; 3 }
tuples! { A 0, B 1, C 2, D 3; 4 }
tuples! { A 0, B 1, C 2, D 3, E 4; 5 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5; 6 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6; 7 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7; 8 }
