//! What judge and guest share: values as bytes, the link, and the two sides' main loops.
//!
//! Built once, as one dynamic library that also holds the standard library and the few crates that candidates
//! and tests may use, so that linking a program against it takes no time.

pub use md5 as _;
pub use rand as _;
pub use regex as _;

mod any;
mod arithmetic;
mod collections;
mod compare;
mod errors;
mod generic;
mod guest;
mod items;
mod judge;
mod link;
pub mod report;
mod show;
mod small;
mod standin;
mod wire;

pub use any::AnyWire;
pub use compare::{believed, Chance, Compared};
pub use generic::Generic;
pub use guest::{object, open_guest, say_unfit, serve, Answered, Callback, Served};
pub use items::{more_items, Items};
pub use judge::{main, Case, Group, Outcome};
pub use link::{moved, MAX_FRAME};
pub use show::{debug, display, hash_of, uncarried};
pub use standin::{Answer, Call, Handle};
pub use wire::{Reader, Refused, Taken, Wire, Writer, UNCARRIED};
