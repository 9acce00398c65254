//! A file in pieces: each is read when the one before has been handed over, in a transaction of its own, so that a slow reader holds
//! one piece and nothing of the database.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::Bytes;
use http_body::{Frame, SizeHint};
use tokio::sync::Semaphore;

use crate::store::{Store, StoreError};

/// Bytes of a piece: an embedded database reads the whole file for each.
const PIECE: u64 = 1 << 20;
/// The same while many read, so that all of them together hold no more than 64 MB.
const SMALL_PIECE: u64 = 1 << 17;
/// So many are many.
const MANY: usize = 32;

/// Everybody who reads a file.
#[derive(Clone)]
pub(in crate::web) struct Streams {
    open: Arc<AtomicUsize>,
    /// Places to read a piece; the lookups of others do not wait behind them.
    readers: Arc<Semaphore>,
}

impl Streams {
    /// Nobody yet; so many will read at once.
    pub(in crate::web) fn with_readers(readers: usize) -> Self {
        Self { open: Arc::default(), readers: Arc::new(Semaphore::new(readers)) }
    }
}

type Reading = Pin<Box<dyn Future<Output = Result<Bytes, StoreError>> + Send>>;

/// A part of a file as the body of an answer.
pub(super) struct Pieces {
    pages: Store,
    sha256: String,
    next: u64,
    end: u64,
    reading: Option<Reading>,
    streams: Streams,
}

impl Pieces {
    /// The bytes of a file from one up to, and without, another.
    pub(super) fn new(pages: Store, sha256: String, (from, to): (u64, u64), streams: &Streams) -> Self {
        streams.open.fetch_add(1, Ordering::Relaxed);
        Self { pages, sha256, next: from, end: to, reading: None, streams: streams.clone() }
    }

    fn read(&self) -> Reading {
        let most = if self.streams.open.load(Ordering::Relaxed) > MANY { SMALL_PIECE } else { PIECE };
        let (from, length) = (self.next, most.min(self.end - self.next));
        let (pages, sha256) = (self.pages.clone(), self.sha256.clone());
        let readers = self.streams.readers.clone();
        Box::pin(async move {
            // It is never closed.
            let _place = readers.acquire().await;
            let mut tx = pages.read().await?;
            let piece = tx.file_piece(&sha256, from, length).await?;
            tx.commit().await?;
            Ok(piece.into())
        })
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        self.streams.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        if self.next >= self.end {
            return Poll::Ready(None);
        }
        let mut reading = self.reading.take().unwrap_or_else(|| self.read());
        let Poll::Ready(read) = reading.as_mut().poll(context) else {
            self.reading = Some(reading);
            return Poll::Pending;
        };
        let piece = match read {
            Ok(piece) => piece,
            Err(error) => {
                tracing::error!(%error, "file.broke_off");
                self.next = self.end;
                return Poll::Ready(Some(Err(error)));
            }
        };
        self.next += u64::try_from(piece.len()).unwrap_or(0);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.next >= self.end
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end - self.next)
    }
}
