//! The form of a sealed file: a line that names it, then XChaCha20-Poly1305 in the STREAM construction (Hoang,
//! Reyhanitabar, Rogaway, Vizár 2015: a counter and a last-chunk mark in the nonce), 64 KiB of content a chunk, each
//! with the file's id as associated data. Chunks cannot be changed, swapped, dropped or cut off unnoticed, nor one file
//! be put in the place of another.
//!
//! A key seals one file only, so the rest of the nonce tells nothing and is zero.

use std::fmt;
use std::io::{self, Read, Write};

use aead_stream::{NewStream as _, Nonce, StreamBE32, StreamPrimitive as _};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize as _, Zeroizing};

use crate::ids::random_bytes;

/// What a file begins with; the last byte is the version of the form.
const HEAD: &[u8; 8] = b"steward\x01";
/// Content of a chunk, in bytes.
const CHUNK: usize = 64 * 1024;
/// What sealing adds to a chunk.
const TAG: usize = 16;
/// Random bytes before a wrapped key.
const NONCE: usize = 24;

type Stream = StreamBE32<XChaCha20Poly1305>;

/// How long the file of a content of `size` bytes is.
pub(super) fn length_of(size: u64) -> u64 {
    let (head, chunk, tag) = (HEAD.len() as u64, CHUNK as u64, TAG as u64);
    head + size + tag * size.div_ceil(chunk).max(1)
}

/// A sentence about a file that is not as it was written.
pub(super) fn damaged(how: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the sealed file is damaged: {how}; put it back from a backup"))
}

/// A file's key, sealed under the organization's: what its row keeps.
pub(super) fn wrap(with: &[u8; 32], key: &[u8; 32], id: &[u8]) -> Vec<u8> {
    let nonce = random_bytes::<NONCE>();
    let cipher = XChaCha20Poly1305::new(with.into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: key, aad: id });
    let sealed = sealed.expect("32 bytes are far from the longest message");
    [nonce.as_slice(), &sealed].concat()
}

/// The key that [`wrap`] sealed.
pub(super) fn unwrap(with: &[u8; 32], wrapped: &[u8], id: &[u8]) -> io::Result<Zeroizing<[u8; 32]>> {
    let foreign = || {
        let says = "the key of the sealed file does not open: it belongs to another file, organization or master key";
        io::Error::new(io::ErrorKind::InvalidData, says)
    };
    let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or_else(foreign)?;
    let cipher = XChaCha20Poly1305::new(with.into());
    let opened = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: id }).map_err(|_| foreign())?;
    let opened = Zeroizing::new(opened);
    <[u8; 32]>::try_from(opened.as_slice()).map(Zeroizing::new).map_err(|_| foreign())
}

fn stream(key: &[u8; 32]) -> Stream {
    Stream::new(key.into(), &Nonce::<XChaCha20Poly1305, Stream>::default())
}

/// Seals what is written to it.
pub struct Sealer<W> {
    inner: W,
    stream: Stream,
    id: Vec<u8>,
    position: u32,
    /// Content of the chunk at hand: written when it is full and more comes, because the last one is marked.
    chunk: Vec<u8>,
    size: u64,
    /// A write failed: what follows would leave a gap.
    failed: bool,
}

impl<W> fmt::Debug for Sealer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("size", &self.size).finish_non_exhaustive()
    }
}

impl<W: Write> Sealer<W> {
    pub(super) fn new(mut inner: W, key: &[u8; 32], id: &[u8]) -> io::Result<Sealer<W>> {
        inner.write_all(HEAD)?;
        let chunk = Vec::with_capacity(CHUNK + TAG);
        Ok(Sealer { inner, stream: stream(key), id: id.to_vec(), position: 0, chunk, size: 0, failed: false })
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        if std::mem::replace(&mut self.failed, true) {
            return Err(io::Error::other("the file could not be written whole"));
        }
        let too_long = |_| io::Error::other("the file is too long to be sealed");
        self.stream.encrypt_in_place(self.position, last, &self.id, &mut self.chunk).map_err(too_long)?;
        self.inner.write_all(&self.chunk)?;
        self.chunk.clear();
        self.position = self.position.checked_add(1).ok_or_else(|| io::Error::other("the file is too long"))?;
        self.failed = false;
        Ok(())
    }

    /// Seals the last chunk. Answers what was written to, and the size of the content.
    pub(super) fn finish(mut self) -> io::Result<(W, u64)> {
        self.seal(true)?;
        Ok((self.inner, self.size))
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if self.chunk.len() == CHUNK {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        self.size += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Opens what [`Sealer`] sealed, a chunk at a time: nothing is handed out before it was checked.
pub struct Opener<R> {
    inner: R,
    stream: Stream,
    id: Vec<u8>,
    position: u32,
    /// The chunk at hand, opened, and how much of it was handed out.
    chunk: Vec<u8>,
    taken: usize,
    /// The byte after a full chunk, which says that it was not the last one.
    ahead: Option<u8>,
    ended: bool,
    failed: bool,
}

impl<R> fmt::Debug for Opener<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("position", &self.position).finish_non_exhaustive()
    }
}

impl<R: Read> Opener<R> {
    pub(super) fn new(mut inner: R, key: &[u8; 32], id: &[u8]) -> io::Result<Opener<R>> {
        let mut head = [0; HEAD.len()];
        inner.read_exact(&mut head).map_err(|_| damaged("it ends early"))?;
        if head != *HEAD {
            return Err(damaged("it does not begin as a sealed file does"));
        }
        let chunk = Vec::with_capacity(CHUNK + TAG);
        let id = id.to_vec();
        Ok(Opener {
            inner,
            stream: stream(key),
            id,
            position: 0,
            chunk,
            taken: 0,
            ahead: None,
            ended: false,
            failed: false,
        })
    }

    /// Whatever fails, nothing of the chunk is handed out, now or later.
    fn next(&mut self) -> io::Result<()> {
        let opened = if self.failed { Err(damaged("it failed before")) } else { self.open_next() };
        if opened.is_err() {
            self.failed = true;
            self.chunk.clear();
            self.taken = 0;
        }
        opened
    }

    fn open_next(&mut self) -> io::Result<()> {
        self.chunk.clear();
        self.taken = 0;
        self.chunk.extend(self.ahead.take());
        let wanted = (CHUNK + TAG - self.chunk.len()) as u64;
        self.inner.by_ref().take(wanted).read_to_end(&mut self.chunk)?;
        let mut one = Vec::with_capacity(1);
        let last = self.chunk.len() < CHUNK + TAG || self.inner.by_ref().take(1).read_to_end(&mut one)? == 0;
        if !last {
            self.ahead = Some(one[0]);
        }
        let opened = self.stream.decrypt_in_place(self.position, last, &self.id, &mut self.chunk);
        if opened.is_err() {
            self.chunk.clear();
            return Err(damaged("it was changed, cut short, or put in the place of another"));
        }
        self.ended = last;
        self.position = self.position.checked_add(1).ok_or_else(|| damaged("it is too long"))?;
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.chunk.len() {
            if self.ended {
                return Ok(0);
            }
            self.next()?;
        }
        let taken = into.len().min(self.chunk.len() - self.taken);
        into[..taken].copy_from_slice(&self.chunk[self.taken..self.taken + taken]);
        self.taken += taken;
        Ok(taken)
    }
}

impl<R> Drop for Opener<R> {
    fn drop(&mut self) {
        self.chunk.zeroize();
    }
}
