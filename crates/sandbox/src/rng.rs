//! Deterministic pseudo-random numbers: a pure function of seed and salt, so that no thread's timing changes a run.

/// One step of `SplitMix64` over `seed` and `salt` (Steele, Lea, Flood 2014).
pub(super) fn mix(seed: u64, salt: u64) -> u64 {
    let mut z = seed.wrapping_add(salt.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A 64-bit FNV-1a hash of some text, to salt [`mix`] with words.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// `len` characters of the alphabet a bot token's secret is written in.
pub(super) fn secret(seed: u64, salt: u64, len: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    (0u64..)
        .take(len)
        .map(|i| char::from(ALPHABET[usize::try_from(mix(mix(seed, salt), i) % 64).unwrap_or(0)]))
        .collect()
}
