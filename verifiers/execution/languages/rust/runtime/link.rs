//! The link: one byte pipe in each direction, on which frames go.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::unix::io::{AsRawFd, FromRawFd};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::{current, ThreadId};

pub const MAX_FRAME: usize = 16 << 20;

pub const HELLO: u8 = 1;
pub const UNFIT: u8 = 9;
pub const CALL: u8 = 2;
pub const RETURN: u8 = 3;
pub const PANIC: u8 = 4;
pub const REFUSED: u8 = 5;
pub const CALLBACK: u8 = 6;
pub const CALLBACK_RETURN: u8 = 7;
pub const CALLBACK_PANIC: u8 = 8;

extern "C" {
    fn dup(descriptor: i32) -> i32;
    fn dup2(descriptor: i32, onto: i32) -> i32;
}

/// A descriptor's file under another number; `/dev/null` takes its place.
pub fn moved(descriptor: i32) -> Result<File> {
    let null = OpenOptions::new().read(true).write(true).open("/dev/null")?;
    let copy = unsafe { dup(descriptor) };
    if copy < 0 || unsafe { dup2(null.as_raw_fd(), descriptor) } < 0 {
        return Err(Error::last_os_error());
    }
    Ok(unsafe { File::from_raw_fd(copy) })
}

/// Both directions.
pub struct Link {
    input: File,
    output: File,
}

static LINK: Mutex<Option<Link>> = Mutex::new(None);

/// Take the process's stdin and stdout for the link.
pub fn open() -> Result<()> {
    let link = Link { input: moved(0)?, output: moved(1)? };
    *lock(&LINK) = Some(link);
    Ok(())
}

pub fn send(kind: u8, body: &[u8]) -> Result<()> {
    if body.len() > MAX_FRAME {
        return Err(Error::new(ErrorKind::InvalidInput, "a message is larger than 16 MB"));
    }
    let mut frame = Vec::with_capacity(body.len() + 5);
    frame.extend_from_slice(&(body.len() as u32).to_le_bytes());
    frame.push(kind);
    frame.extend_from_slice(body);
    let mut link = lock(&LINK);
    link.as_mut().ok_or(ErrorKind::NotConnected)?.output.write_all(&frame)
}

pub fn receive() -> Result<(u8, Vec<u8>)> {
    let mut link = lock(&LINK);
    let input = &mut link.as_mut().ok_or(ErrorKind::NotConnected)?.input;
    let mut head = [0; 5];
    input.read_exact(&mut head)?;
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
    if length > MAX_FRAME {
        return Err(Error::new(ErrorKind::InvalidData, "a message is larger than 16 MB"));
    }
    let mut body = Vec::new();
    input.take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok((head[4], body))
}

/// A panic while a lock is held says nothing about what it guards here.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

static TURN: Mutex<Option<(ThreadId, usize)>> = Mutex::new(None);
static FREE: Condvar = Condvar::new();

/// One thread at a time talks; it may do so again from within a callback.
pub struct Turn;

impl Turn {
    pub fn take() -> Turn {
        let me = current().id();
        let mut turn = lock(&TURN);
        loop {
            match &mut *turn {
                None => {
                    *turn = Some((me, 1));
                    return Turn;
                }
                Some((owner, depth)) if *owner == me => {
                    *depth += 1;
                    return Turn;
                }
                Some(_) => turn = FREE.wait(turn).unwrap_or_else(|poisoned| poisoned.into_inner()),
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turn = lock(&TURN);
        if let Some((_, depth)) = &mut *turn {
            *depth -= 1;
            if *depth == 0 {
                *turn = None;
                FREE.notify_one();
            }
        }
    }
}
