//! Sealing: what lies in the database can be read only with a key that does not (ChaCha20-Poly1305, RFC 8439).

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::id::Entropy;

/// Length of a key, bytes.
pub const KEY_BYTES: usize = 32;

/// The form of what is sealed, so that it can be changed one day.
const FORM: u8 = 1;

/// Seals and opens with one key.
pub struct Sealer(LessSafeKey);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer([hidden])")
    }
}

impl Sealer {
    /// With this key.
    #[must_use]
    pub fn new(key: &[u8; KEY_BYTES]) -> Option<Self> {
        UnboundKey::new(&CHACHA20_POLY1305, key).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    /// Seals a text. `label` says what it is and whose: it is not secret, and the same is needed to open it, so that a row
    /// cannot be moved to another place. Every sealing draws a nonce of its own; at a few a day a random one never repeats.
    #[must_use]
    pub fn seal(&self, label: &str, text: &[u8], entropy: &dyn Entropy) -> Option<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_LEN];
        entropy.fill(&mut nonce);
        let mut inside = text.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(unique, Aad::from(label.as_bytes()), &mut inside).ok()?;
        Some([&[FORM][..], &nonce, &inside].concat())
    }

    /// Opens what [`Sealer::seal`] made under the same label; none when it was changed or sealed otherwise.
    #[must_use]
    pub fn open(&self, label: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (form, rest) = sealed.split_first()?;
        let (nonce, inside) = rest.split_at_checked(NONCE_LEN).filter(|_| *form == FORM)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut inside = inside.to_vec();
        let text = self.0.open_in_place(nonce, Aad::from(label.as_bytes()), &mut inside).ok()?;
        Some(text.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SeededEntropy;

    fn sealer(key: u8) -> Sealer {
        Sealer::new(&[key; KEY_BYTES]).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_label_only() {
        let sealed = sealer(1).seal("oa:tokens", b"SENTINEL", SeededEntropy::new(1).as_ref()).unwrap();
        assert_eq!(sealer(1).open("oa:tokens", &sealed).as_deref(), Some(&b"SENTINEL"[..]));
        assert_eq!(sealer(2).open("oa:tokens", &sealed), None, "another key");
        assert_eq!(sealer(1).open("other:tokens", &sealed), None, "another account");
        assert!(!sealed.windows(8).any(|window| window == b"SENTINEL"));
    }

    #[test]
    fn nothing_that_was_changed_opens() {
        let sealed = sealer(1).seal("a", b"text", SeededEntropy::new(1).as_ref()).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(sealer(1).open("a", &changed), None, "byte {at}");
        }
        assert_eq!(sealer(1).open("a", &[]), None);
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let entropy = SeededEntropy::new(1);
        let seal = || sealer(1).seal("a", b"text", entropy.as_ref()).unwrap();
        assert_ne!(seal(), seal());
    }
}
