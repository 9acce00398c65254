//! What is posted, read with an end: so much, so long, and all of it together in so much memory.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::Body as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Kilobytes that bodies may take together, beyond what each has for itself.
pub(super) const KILOBYTES: usize = 32 * 1024;
/// What each body has for itself, bytes: whoever fills the rest keeps no ordinary update out.
const OWN_BYTES: usize = 64 * 1024;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Longer than anything that is taken here.
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// Others take all the memory there is for this.
    Busy,
    /// It broke off.
    Broken,
}

/// A body and its part of the memory.
pub(super) struct Read<'a> {
    pub(super) bytes: Vec<u8>,
    _held: Option<SemaphorePermit<'a>>,
}

/// Reads a body of at most so many bytes.
pub(super) async fn read(body: Body, most: usize, within: Duration, memory: &Semaphore) -> Result<Read<'_>, Trouble> {
    timeout(within, read_on(body, most, memory)).await.unwrap_or(Err(Trouble::TooSlow))
}

async fn read_on(mut body: Body, most: usize, memory: &Semaphore) -> Result<Read<'_>, Trouble> {
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Trouble::TooLarge);
    }
    let (mut bytes, mut held) = (Vec::new(), None::<SemaphorePermit<'_>>);
    while let Some(part) = next(&mut body).await {
        let part = part.map_err(|_| Trouble::Broken)?;
        if bytes.len() + part.len() > most {
            return Err(Trouble::TooLarge);
        }
        bytes.extend_from_slice(&part);
        let has = held.as_ref().map_or(0, SemaphorePermit::num_permits);
        let wants = bytes.len().saturating_sub(OWN_BYTES).div_ceil(1024).saturating_sub(has);
        if wants > 0 {
            let more = memory.try_acquire_many(u32::try_from(wants).unwrap_or(u32::MAX)).map_err(|_| Trouble::Busy)?;
            match &mut held {
                Some(held) => held.merge(more),
                None => held = Some(more),
            }
        }
    }
    Ok(Read { bytes, _held: held })
}

/// Reads a body away: whoever is still sending when the answer comes sees a broken line, and no answer.
pub(super) async fn drain(mut body: Body, most: u64, within: Duration) {
    let away = async {
        let mut read = 0_u64;
        while let Some(Ok(part)) = next(&mut body).await {
            read += u64::try_from(part.len()).unwrap_or(u64::MAX);
            if read > most {
                return;
            }
        }
    };
    let _ = timeout(within, away).await;
}

async fn next(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
        match frame.map(http_body::Frame::into_data) {
            Ok(Ok(data)) => return Some(Ok(data)),
            // Trailers say nothing here.
            Ok(Err(_)) => {}
            Err(error) => return Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
    }

    #[test]
    fn small_bodies_are_read_when_large_ones_take_all_the_memory() {
        runtime().block_on(async {
            let memory = Semaphore::new(100);
            let read = async |bytes: usize| read(Body::from(vec![b'x'; bytes]), 1_000_000, LONG, &memory).await;
            let large = read(OWN_BYTES + 90_000).await.unwrap();
            assert_eq!(large.bytes.len(), OWN_BYTES + 90_000);
            assert_eq!(read(OWN_BYTES + 20_000).await.err(), Some(Trouble::Busy));
            assert_eq!(read(OWN_BYTES).await.unwrap().bytes.len(), OWN_BYTES);
            drop(large);
            assert!(read(OWN_BYTES + 20_000).await.is_ok(), "its memory was given back");
            assert_eq!(read(1_000_001).await.err(), Some(Trouble::TooLarge));
        });
    }
}
