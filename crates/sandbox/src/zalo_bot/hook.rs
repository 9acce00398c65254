//! setWebhook, deleteWebhook, getWebhookInfo and what is left of testWebhook.

use std::net::IpAddr;

use reqwest::Url;
use serde_json::{Value, json};

use super::{
    config::Probe,
    error::{Answered, Refusal},
    server::Shared,
    webhook,
    world::World,
};
use crate::params::Params;

/// How often testWebhook may be called, in milliseconds; one source speaks of "too often" and gives no figure.
const TEST_PAUSE_MS: i64 = 60_000;
/// Bounds of the secret in bytes.
const SECRET: std::ops::RangeInclusive<usize> = 8..=256;

/// Where events are posted.
#[derive(Debug, Clone, Default)]
pub(super) struct Hook {
    /// Empty once it was deleted.
    pub url: String,
    pub secret: String,
    pub updated_at: i64,
    /// Monotonic time of the last testWebhook.
    tested_ms: Option<i64>,
}

impl Hook {
    pub(super) fn is_set(&self) -> bool {
        !self.url.is_empty()
    }

    fn view(&self) -> Value {
        json!({ "url": self.url, "updated_at": self.updated_at })
    }
}

/// setWebhook. The address is kept even if the probe fails.
pub(super) async fn set(shared: &Shared, params: &Params) -> Answered {
    let url = params.text("url").ok_or_else(|| Refusal::bad("url is missing"))?;
    check_url(url)?;
    let secret = params.text("secret_token").filter(|s| SECRET.contains(&s.len()));
    let secret = secret.ok_or_else(|| Refusal::bad("secret_token must have 8 to 256 characters"))?;
    let (hook, probe) = {
        let mut world = shared.world();
        let updated_at = world.wall();
        let hook = Hook { url: url.to_owned(), secret: secret.to_owned(), updated_at, tested_ms: None };
        world.hook = Some(hook.clone());
        world.wake.notify_waiters();
        (hook, world.config.quirks.probe)
    };
    if probe != Probe::None {
        let _ = webhook::probe(shared, &hook, probe).await;
    }
    Ok(Some(hook.view()))
}

/// HTTPS to a public host; beside it, which only a stand-in does, plain HTTP to this machine.
fn check_url(url: &str) -> Result<(), Refusal> {
    let wrong = || Refusal::bad("url must be a public HTTPS address");
    let url = Url::parse(url).map_err(|_| wrong())?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let address = host.parse::<IpAddr>().ok();
    let here = host == "localhost" || address.is_some_and(|a| a.is_loopback());
    let inside = here || address.is_some_and(is_private) || !(host.contains('.') || address.is_some());
    let fits = if url.scheme() == "http" { here } else { url.scheme() == "https" && !inside };
    if fits { Ok(()) } else { Err(wrong()) }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified(),
    }
}

/// deleteWebhook.
pub(super) fn delete(world: &mut World) -> Answered {
    let set = world.has_hook();
    if let Some(code) = world.config.quirks.delete_unset_code.filter(|_| !set) {
        return Err(Refusal::new(code, "no webhook is set"));
    }
    let hook = Hook { updated_at: world.wall(), ..Hook::default() };
    let view = hook.view();
    world.hook = Some(hook);
    world.wake.notify_waiters();
    Ok(Some(view))
}

/// getWebhookInfo; a bot that never had a webhook is answered 404.
pub(super) fn info(world: &World) -> Answered {
    world.hook.as_ref().map(|hook| Some(hook.view())).ok_or_else(Refusal::not_found)
}

/// testWebhook, where it still exists; 426 when it is called too often.
pub(super) async fn test(shared: &Shared) -> Answered {
    let hook = {
        let mut world = shared.world();
        if !world.config.quirks.test_webhook {
            return Err(Refusal::not_found());
        }
        let now = world.monotonic();
        let hook = world.hook.as_mut().filter(|hook| hook.is_set()).ok_or_else(Refusal::not_found)?;
        if hook.tested_ms.replace(now).is_some_and(|at| now - at < TEST_PAUSE_MS) {
            return Err(Refusal::new(426, "testWebhook was called too often"));
        }
        hook.clone()
    };
    let outcome = if webhook::probe(shared, &hook, Probe::Test).await { "SUCCESS" } else { "FAILED" };
    Ok(Some(json!({ "status": outcome })))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::public("https://loa.xa-mau.example/hook/z", true)]
    #[case::this_machine_plain("http://127.0.0.1:8080/hook", true)]
    #[case::this_machine_by_name("http://localhost:8080/hook", true)]
    #[case::public_plain("http://loa.xa-mau.example/hook", false)]
    #[case::private("https://192.168.1.9/hook", false)]
    #[case::localhost("https://localhost/hook", false)]
    #[case::bare_name("https://loa/hook", false)]
    #[case::no_address("loa", false)]
    fn a_webhook_is_public_https_or_on_this_machine(#[case] url: &str, #[case] taken: bool) {
        assert_eq!(check_url(url).is_ok(), taken);
    }
}
