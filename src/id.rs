//! Identifiers and other random words. Randomness is a parameter, like time.
//!
//! An id is a `UUIDv7` in text: it sorts by creation, needs no sequence, and is the same on `SQLite` and `PostgreSQL`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::domain::calendar::Millis;

/// A source of random bytes, and of the numbers by which ids of one millisecond sort in the order they were made.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);

    /// The number of the next id; it begins again after the last one.
    fn next_number(&self) -> u16;
}

/// The operating system's randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's randomness")]
    #[expect(clippy::expect_used, reason = "a machine without randomness cannot make unguessable codes: stop")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }

    fn next_number(&self) -> u16 {
        /// Numbers the ids of this process.
        static MADE: AtomicU16 = AtomicU16::new(0);
        MADE.fetch_add(1, Ordering::Relaxed)
    }
}

/// Repeatable bytes from a seed, for tests and the demo. Not for secrets.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
    /// Its own, and not the process's: what runs beside it must not change the order of its ids.
    made: AtomicU16,
}

impl SeededEntropy {
    /// The stream that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self { seed, drawn: AtomicU64::new(0), made: AtomicU16::new(0) })
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block =
                Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(number.to_be_bytes()).finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }

    fn next_number(&self) -> u16 {
        self.made.fetch_add(1, Ordering::Relaxed)
    }
}

/// A new id, created at `at`. Its twelve bits behind the time count up (RFC 9562, 6.2, method 1), the rest is random.
#[must_use]
pub fn new_id(at: Millis, entropy: &dyn Entropy) -> String {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random);
    random[..2].copy_from_slice(&(entropy.next_number() & 0x0fff).to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at.0).unwrap_or(0), &random).into_uuid().to_string()
}

/// Letters and digits that are not mistaken for one another when read aloud or copied by hand.
const CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A one-time code of `length` characters, 5 bits each: 8 characters are one in a million million.
#[must_use]
pub fn one_time_code(length: usize, entropy: &dyn Entropy) -> String {
    let mut random = vec![0_u8; length];
    entropy.fill(&mut random);
    random.iter().map(|byte| char::from(CODE_ALPHABET[usize::from(byte % 32)])).collect()
}

/// A number in `0..bound`, for jitter. A bound of zero gives zero.
#[must_use]
pub fn below(bound: u64, entropy: &dyn Entropy) -> u64 {
    let mut random = [0_u8; 8];
    entropy.fill(&mut random);
    u64::from_be_bytes(random).checked_rem(bound).unwrap_or(0)
}

/// A word nobody can guess (192 bits), safe in an address. Secret: only its hash may be stored.
#[must_use]
pub fn secret_word(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 24];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 in lower-case hexadecimal: how files, codes and envelopes are named.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let entropy = SeededEntropy::new(1);
        let earlier = new_id(Millis(1_753_700_000_000), entropy.as_ref());
        let later = new_id(Millis(1_753_700_000_001), entropy.as_ref());
        assert!(earlier < later);
        assert_eq!(earlier.len(), 36);
    }

    #[test]
    fn ids_of_one_source_keep_their_order_whatever_others_make_beside_it() {
        let (one, another) = (SeededEntropy::new(1), SeededEntropy::new(2));
        let at = Millis(1_753_700_000_000);
        let made: Vec<String> = (0..100)
            .map(|_| {
                (0..50).for_each(|_| drop(new_id(at, another.as_ref())));
                new_id(at, one.as_ref())
            })
            .collect();
        assert!(made.is_sorted());
    }

    #[test]
    fn the_same_seed_gives_the_same_code_and_another_seed_another() {
        let code = |seed| one_time_code(8, SeededEntropy::new(seed).as_ref());
        assert_eq!(code(7), code(7));
        assert_ne!(code(7), code(8));
    }
}
