//! Formatting and hashing what the other side holds.

use std::collections::hash_map::DefaultHasher;
use std::fmt::{Alignment, Debug, Display, Formatter, Result};
use std::hash::{Hash, Hasher};

use crate::standin::Call;
use crate::wire::{Reader, Taken, Wire, Writer, UNCARRIED};

/// An object that only the tests know.
pub fn uncarried() -> ! {
    panic!("an object of the tests' {}", UNCARRIED)
}

/// The hash of a candidate's value.
pub fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl<'c> Call<'c> {
    /// Have a value formatted as `f` asks for, and write what comes.
    #[track_caller]
    pub fn show(mut self, f: &mut Formatter<'_>) -> Result {
        self.put(f.alternate());
        self.put(f.width());
        self.put(f.precision());
        self.put(f.align().map(|align| match align {
            Alignment::Left => 0u8,
            Alignment::Center => 1,
            Alignment::Right => 2,
        }));
        let words: String = self.send(|r| r.get());
        f.write_str(&words)
    }
}

macro_rules! shown {
    ($name:ident $bound:ident $($plain:literal $hash:literal $left:literal $middle:literal $right:literal $wide:literal
       $exact:literal $both:literal)*) => {$(
        /// Format a candidate's value.
        pub fn $name(value: &dyn $bound, r: &mut Reader, w: &mut Writer) -> Taken<()> {
            let alternate = bool::get(r)?;
            let (width, precision) = (Option::<usize>::get(r)?, Option::<usize>::get(r)?);
            let align = Option::<u8>::get(r)?;
            r.end()?;
            let words = match (alternate, width, precision, align) {
                (true, ..) => format!($hash, value),
                (_, None, None, _) => format!($plain, value),
                (_, None, Some(precision), _) => format!($exact, value, precision = precision),
                (_, Some(width), Some(precision), _) => {
                    format!($both, value, width = width, precision = precision)
                }
                (_, Some(width), None, Some(0)) => format!($left, value, width = width),
                (_, Some(width), None, Some(1)) => format!($middle, value, width = width),
                (_, Some(width), None, Some(_)) => format!($right, value, width = width),
                (_, Some(width), None, None) => format!($wide, value, width = width),
            };
            words.put(w);
            Ok(())
        }
    )*};
}
shown! { display Display "{}" "{:#}" "{:<width$}" "{:^width$}" "{:>width$}" "{:width$}" "{:.precision$}" "{:width$.precision$}" }
shown! { debug Debug "{:?}" "{:#?}" "{:<width$?}" "{:^width$?}" "{:>width$?}" "{:width$?}" "{:.precision$?}" "{:width$.precision$?}" }
