//! `appsecret_proof`: HMAC-SHA256 over the access token, keyed by the secret of the app, in hexadecimal.

use sha2::{Digest as _, Sha256};

use crate::sha256_hex;

/// The block of SHA-256 in bytes (RFC 2104 pads the key to it).
const BLOCK: usize = 64;

/// The proof a client must give for a token.
pub(super) fn of(secret: &str, token: &str) -> String {
    let mut key = [0_u8; BLOCK];
    let hashed = Sha256::digest(secret.as_bytes());
    let short = if secret.len() > BLOCK { hashed.as_slice() } else { secret.as_bytes() };
    for (slot, byte) in key.iter_mut().zip(short) {
        *slot = *byte;
    }
    let pad = |with: u8| key.iter().map(move |byte| byte ^ with);
    let inner: Vec<u8> = pad(0x36).chain(token.bytes()).collect();
    let outer: Vec<u8> = pad(0x5c).chain(Sha256::digest(&inner)).collect();
    sha256_hex(&outer)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_proof_is_the_hmac_of_rfc_4231() {
        let proof = super::of("Jefe", "what do ya want for nothing?");
        assert_eq!(proof, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = "\u{7f}".repeat(131);
        assert_eq!(super::of(&long, "").len(), 64);
    }
}
