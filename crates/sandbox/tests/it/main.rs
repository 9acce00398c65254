//! The stand-ins as foreign clients see them: plain HTTP, no code shared with the gateways.

#[cfg(test)]
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

// Under `cfg(test)`, so that clippy takes helper functions for what they are: parts of tests.
#[cfg(test)]
mod acts;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod telegram;
#[cfg(test)]
mod zalo_bot;
#[cfg(test)]
mod zalo_oa;

/// The SHA-256 of bytes as 64 hex digits, as a receiver of webhooks works it out.
#[cfg(test)]
fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Clocks that stand still until a test moves these instants.
#[cfg(test)]
fn clocks(monotonic: &Arc<AtomicI64>, wall: &Arc<AtomicI64>) -> loa_sandbox::Clocks {
    let (monotonic, wall) = (monotonic.clone(), wall.clone());
    loa_sandbox::Clocks {
        monotonic_ms: Arc::new(move || monotonic.load(Ordering::SeqCst)),
        wall_ms: Arc::new(move || wall.load(Ordering::SeqCst)),
    }
}
