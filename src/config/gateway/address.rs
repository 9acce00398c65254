//! Addresses of platforms: https, or plain http on this machine.

use reqwest::Url;

use crate::config::error::Problem;

/// A base URL with nothing behind the path.
pub(super) fn api_url(text: &str) -> Result<Url, Problem> {
    let url = Url::parse(text).map_err(|_| Problem::BadUrl)?;
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.has_host();
    match url.scheme() {
        _ if !bare || url.password().is_some() => Err(Problem::BadUrl),
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(Problem::PlainHttp),
        _ => Err(Problem::BadUrl),
    }
}

/// This machine, by address or by its fixed name. Other names are not asked of DNS: the answer could change.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
