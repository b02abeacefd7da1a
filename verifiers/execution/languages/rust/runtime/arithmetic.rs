//! Operators of generic values.

use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

use crate::generic::{Generic, Plain};
use crate::wire::UNCARRIED;

macro_rules! operators {
    ($($operator:ident $name:ident $assign:ident $assigned:ident $sign:tt;)*) => {$(
        impl<const N: usize> $operator for Generic<N> {
            type Output = Self;
            fn $name(self, other: Self) -> Self {
                Generic::new(match (self.0, other.0) {
                    (Plain::I8(a), Plain::I8(b)) => Plain::I8(a $sign b),
                    (Plain::I16(a), Plain::I16(b)) => Plain::I16(a $sign b),
                    (Plain::I32(a), Plain::I32(b)) => Plain::I32(a $sign b),
                    (Plain::I64(a), Plain::I64(b)) => Plain::I64(a $sign b),
                    (Plain::I128(a), Plain::I128(b)) => Plain::I128(a $sign b),
                    (Plain::Isize(a), Plain::Isize(b)) => Plain::Isize(a $sign b),
                    (Plain::U8(a), Plain::U8(b)) => Plain::U8(a $sign b),
                    (Plain::U16(a), Plain::U16(b)) => Plain::U16(a $sign b),
                    (Plain::U32(a), Plain::U32(b)) => Plain::U32(a $sign b),
                    (Plain::U64(a), Plain::U64(b)) => Plain::U64(a $sign b),
                    (Plain::U128(a), Plain::U128(b)) => Plain::U128(a $sign b),
                    (Plain::Usize(a), Plain::Usize(b)) => Plain::Usize(a $sign b),
                    (Plain::F32(a), Plain::F32(b)) => Plain::F32(a $sign b),
                    (Plain::F64(a), Plain::F64(b)) => Plain::F64(a $sign b),
                    _ => panic!("an operator of this type {}", UNCARRIED),
                })
            }
        }
        impl<'a, const N: usize> $operator<&'a Generic<N>> for Generic<N> {
            type Output = Self;
            fn $name(self, other: &'a Self) -> Self {
                self $sign *other
            }
        }
        impl<'a, const N: usize> $operator<Generic<N>> for &'a Generic<N> {
            type Output = Generic<N>;
            fn $name(self, other: Generic<N>) -> Generic<N> {
                *self $sign other
            }
        }
        impl<'a, 'b, const N: usize> $operator<&'b Generic<N>> for &'a Generic<N> {
            type Output = Generic<N>;
            fn $name(self, other: &'b Generic<N>) -> Generic<N> {
                *self $sign *other
            }
        }
        impl<const N: usize> $assign for Generic<N> {
            fn $assigned(&mut self, other: Self) {
                *self = *self $sign other;
            }
        }
    )*};
}
operators! {
    Add add AddAssign add_assign +;
    Sub sub SubAssign sub_assign -;
    Mul mul MulAssign mul_assign *;
    Div div DivAssign div_assign /;
    Rem rem RemAssign rem_assign %;
}

impl<const N: usize> Neg for Generic<N> {
    type Output = Self;
    fn neg(self) -> Self {
        Generic::new(match self.0 {
            Plain::I8(a) => Plain::I8(-a),
            Plain::I16(a) => Plain::I16(-a),
            Plain::I32(a) => Plain::I32(-a),
            Plain::I64(a) => Plain::I64(-a),
            Plain::I128(a) => Plain::I128(-a),
            Plain::Isize(a) => Plain::Isize(-a),
            Plain::F32(a) => Plain::F32(-a),
            Plain::F64(a) => Plain::F64(-a),
            _ => panic!("an operator of this type {}", UNCARRIED),
        })
    }
}

impl<const N: usize> Sum for Generic<N> {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(0u8.into(), |sum, item| sum + item)
    }
}

impl<'a, const N: usize> Sum<&'a Generic<N>> for Generic<N> {
    fn sum<I: Iterator<Item = &'a Self>>(all: I) -> Self {
        all.copied().sum()
    }
}

impl<const N: usize> Product for Generic<N> {
    fn product<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(1u8.into(), |product, item| product * item)
    }
}

macro_rules! into_numbers {
    ($($type:ty)*) => {$(
        impl<const N: usize> From<Generic<N>> for $type {
            fn from(value: Generic<N>) -> $type {
                format!("{}", value).parse().unwrap_or_else(|_| panic!("a number of this type {}", UNCARRIED))
            }
        }
    )*};
}
into_numbers! { f64 i64 i128 u64 }
