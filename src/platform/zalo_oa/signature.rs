//! Whether a webhook comes from the platform: plain SHA-256 over an id, the raw body, a time and a key.
//!
//! Sources agree on the digest and disagree on the key (the OA's or the app's), the time (in the body or in a header), the
//! id (the app's or the account's) and on a prefix. So every form is tried over the raw bytes until one fits; from then on
//! only that one is believed.

use std::sync::atomic::{AtomicUsize, Ordering};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::config::SignatureForm;
use crate::id::sha256_hex;
use crate::platform::{WebhookRequest, loose, same_secret};

/// The header with the digest.
const SIGNATURE_HEADER: &str = "x-zevent-signature";
/// The header with the time, where it is not in the body.
const TIME_HEADER: &str = "x-zevent-timestamp";
/// How old a signed event may be. The last redelivery comes almost two hours after the first post.
const OLDEST_MS: i64 = 3 * 3_600_000;
/// How far the platform's clock may be ahead.
const AHEAD_MS: i64 = 15 * 60_000;
/// No form is pinned yet.
const UNPINNED: usize = usize::MAX;

/// Checks signatures of one account.
pub(super) struct Signatures {
    gateway: String,
    app_id: String,
    oa_id: String,
    app_secret: SecretString,
    oa_secret: Option<SecretString>,
    /// Index into [`SignatureForm::ALL`].
    pinned: AtomicUsize,
}

impl Signatures {
    pub(super) fn new(
        gateway: String,
        (app_id, oa_id): (String, String),
        (app_secret, oa_secret): (SecretString, Option<SecretString>),
        pin: Option<SignatureForm>,
    ) -> Self {
        let place = |form| SignatureForm::ALL.iter().position(|known| *known == form);
        let pinned = AtomicUsize::new(pin.and_then(place).unwrap_or(UNPINNED));
        Self { gateway, app_id, oa_id, app_secret, oa_secret, pinned }
    }

    /// Whether the platform signed this.
    ///
    /// # Errors
    /// Why it is not believed.
    pub(super) fn check(&self, request: &WebhookRequest<'_>, body: &Value) -> Result<(), &'static str> {
        let given = request.header(SIGNATURE_HEADER).ok_or("it is not signed")?;
        let given = given.trim().strip_prefix("mac=").unwrap_or(given.trim()).to_ascii_lowercase();
        let pinned = self.pinned.load(Ordering::Relaxed);
        let forms = SignatureForm::ALL.iter().enumerate().filter(|(at, _)| pinned == UNPINNED || pinned == *at);
        let mut hit = None;
        // All of them, whichever fits: the time taken tells nothing.
        for (at, form) in forms {
            let digest = self.digest(*form, request, body);
            if digest.is_some_and(|digest| same_secret(&digest, &given)) {
                hit = Some(at);
            }
        }
        let hit = hit.ok_or("the signature is not ours")?;
        if self.pinned.swap(hit, Ordering::Relaxed) == UNPINNED {
            tracing::info!(gateway = self.gateway, form = SignatureForm::ALL[hit].word(), "webhook.signature_form");
        }
        self.check_age(SignatureForm::ALL[hit], request, body)
    }

    fn digest(&self, form: SignatureForm, request: &WebhookRequest<'_>, body: &Value) -> Option<String> {
        let key = if form.app_secret { &self.app_secret } else { self.oa_secret.as_ref()? };
        let id = if form.oa_id { &self.oa_id } else { &self.app_id };
        let time = time(form, request, body)?;
        let parts = [id.as_bytes(), request.body, time.as_bytes(), key.expose_secret().as_bytes()];
        Some(sha256_hex(&parts.concat()))
    }

    fn check_age(&self, form: SignatureForm, request: &WebhookRequest<'_>, body: &Value) -> Result<(), &'static str> {
        let at = time(form, request, body).and_then(|time| loose::instant(&Value::String(time)));
        let age = request.now.since(at.ok_or("its time cannot be read")?);
        if age > OLDEST_MS {
            tracing::warn!(gateway = self.gateway, age_minutes = age / 60_000, "webhook.too_old");
            return Err("it is too old");
        }
        if age < -AHEAD_MS { Err("its time has not come yet") } else { Ok(()) }
    }
}

fn time(form: SignatureForm, request: &WebhookRequest<'_>, body: &Value) -> Option<String> {
    if form.header_time {
        request.header(TIME_HEADER).map(|time| time.trim().to_owned())
    } else {
        loose::id(&body["timestamp"])
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::domain::calendar::Millis;

    const NOW: i64 = 1_789_000_000_000;

    fn signatures(pin: Option<SignatureForm>) -> Signatures {
        let secrets = ("app-key".to_owned().into(), Some("oa-key".to_owned().into()));
        Signatures::new("oa".to_owned(), ("11".to_owned(), "22".to_owned()), secrets, pin)
    }

    /// A post as the platform would make it in this form. The digest is put together here anew, so that a mistake in the
    /// order of its parts shows.
    fn post(form: SignatureForm, prefix: &str, at: i64) -> (Vec<(String, String)>, String) {
        let body = json!({"event_name": "user_send_text", "timestamp": at.to_string(), "message": {"text": "đã nhận"}});
        let body = body.to_string();
        let time = if form.header_time { format!("{}", at / 1_000) } else { at.to_string() };
        let (key, id) = (if form.app_secret { "app-key" } else { "oa-key" }, if form.oa_id { "22" } else { "11" });
        let digest = sha256_hex(format!("{id}{body}{time}{key}").as_bytes());
        let headers = [
            (SIGNATURE_HEADER.to_owned(), format!("{prefix}{digest}")),
            (TIME_HEADER.to_owned(), (at / 1_000).to_string()),
        ];
        (headers.to_vec(), body)
    }

    fn check(signatures: &Signatures, headers: &[(String, String)], body: &str, now: i64) -> Result<(), &'static str> {
        let request = WebhookRequest { headers, body: body.as_bytes(), now: Millis(now) };
        signatures.check(&request, &request.json().unwrap_or_default())
    }

    #[rstest]
    #[case("oa_secret+body+app_id")]
    #[case("app_secret+body+app_id")]
    #[case("oa_secret+header+app_id")]
    #[case("app_secret+header+app_id")]
    #[case("oa_secret+body+oa_id")]
    #[case("app_secret+body+oa_id")]
    #[case("oa_secret+header+oa_id")]
    #[case("app_secret+header+oa_id")]
    fn every_known_form_is_believed_with_and_without_a_prefix(#[case] word: &str, #[values("mac=", "")] prefix: &str) {
        let form = SignatureForm::parse(word).unwrap();
        let (headers, body) = post(form, prefix, NOW);
        assert_eq!(check(&signatures(None), &headers, &body, NOW), Ok(()));
        assert_eq!(check(&signatures(Some(form)), &headers, &body, NOW), Ok(()));
        let changed = body.replace("nhận", "nhan");
        assert_eq!(check(&signatures(None), &headers, &changed, NOW), Err("the signature is not ours"));
    }

    #[test]
    fn the_first_form_that_fits_is_the_only_one_from_then_on() {
        let signatures = signatures(None);
        let [first, other] = [SignatureForm::ALL[0], SignatureForm::ALL[1]].map(|form| post(form, "mac=", NOW));
        assert_eq!(check(&signatures, &first.0, &first.1, NOW), Ok(()));
        assert_eq!(check(&signatures, &other.0, &other.1, NOW), Err("the signature is not ours"));
        assert_eq!(check(&signatures, &first.0, &first.1, NOW), Ok(()));
    }

    #[test]
    fn a_form_that_the_settings_pin_is_the_only_one() {
        let (headers, body) = post(SignatureForm::ALL[1], "mac=", NOW);
        assert!(check(&signatures(Some(SignatureForm::ALL[0])), &headers, &body, NOW).is_err());
    }

    #[rstest]
    #[case::at_once(0, true)]
    #[case::the_last_redelivery(2 * 3_600_000, true)]
    #[case::replayed_later(4 * 3_600_000, false)]
    #[case::a_clock_a_little_ahead(-60_000, true)]
    #[case::from_tomorrow(-86_400_000, false)]
    fn an_event_is_believed_as_long_as_it_may_be_delivered_again(#[case] age: i64, #[case] believed: bool) {
        let (headers, body) = post(SignatureForm::ALL[0], "mac=", NOW);
        assert_eq!(check(&signatures(None), &headers, &body, NOW + age).is_ok(), believed);
    }

    #[test]
    fn what_is_not_signed_is_not_believed() {
        let (_, body) = post(SignatureForm::ALL[0], "mac=", NOW);
        assert_eq!(check(&signatures(None), &[], &body, NOW), Err("it is not signed"));
        let empty = [(SIGNATURE_HEADER.to_owned(), "mac=".to_owned())];
        assert!(check(&signatures(None), &empty, &body, NOW).is_err());
    }
}
