//! The cookie that carries a session's text.
//!
//! `__Host-slipway` with `Secure`, which a browser takes only over HTTPS and only for this host, or `slipway` on plain
//! HTTP at a loopback address, where there is nobody in between.

use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::settings::Server;
use slipway_kernel::{Error, Result};
use url::{Host, Url};

/// Whether the browser must keep the cookie to HTTPS.
#[must_use]
pub fn is_secure(server: &Server) -> bool {
    let public = server.public_url.as_deref().and_then(|text| Url::parse(text).ok());
    match public {
        Some(url) => url.scheme() == "https" || !is_loopback(&url),
        None => server.tls_certificate.is_some() || !server.listen.ip().is_loopback(),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The cookie's name.
#[must_use]
pub fn name(server: &Server) -> &'static str {
    if is_secure(server) { "__Host-slipway" } else { "slipway" }
}

/// The session's text among the values of the `Cookie` header.
#[must_use]
pub fn find<'a>(server: &Server, header: &'a str) -> Option<&'a str> {
    let wanted = name(server);
    header.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted && !value.is_empty()).then_some(value)
    })
}

/// The value of `Set-Cookie` that gives the browser a session.
///
/// # Errors
///
/// Never: the text is ASCII.
pub fn set(server: &Server, text: &SecretBytes, max_age_seconds: u64) -> Result<String> {
    let text = text.expose_text().map_err(Error::internal)?;
    Ok(written(server, text, max_age_seconds))
}

/// The value of `Set-Cookie` that takes the session from the browser.
#[must_use]
pub fn clear(server: &Server) -> String {
    written(server, "", 0)
}

fn written(server: &Server, value: &str, max_age_seconds: u64) -> String {
    let secure = if is_secure(server) { "; Secure" } else { "" };
    let name = name(server);
    format!("{name}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn server(public_url: Option<&str>, listen: &str) -> Server {
        Server {
            public_url: public_url.map(str::to_owned),
            listen: listen.parse().unwrap(),
            ..Server::default()
        }
    }

    #[rstest]
    #[case(None, "127.0.0.1:8080", false)]
    #[case(None, "0.0.0.0:8080", true)]
    #[case(Some("https://slipway.example.org"), "127.0.0.1:8080", true)]
    #[case(Some("http://slipway.example.org"), "127.0.0.1:8080", true)]
    #[case(Some("http://localhost:8080"), "0.0.0.0:8080", false)]
    #[case(Some("http://[::1]:8080"), "127.0.0.1:8080", false)]
    fn only_plain_http_on_loopback_goes_without_secure(
        #[case] public_url: Option<&str>,
        #[case] listen: &str,
        #[case] secure: bool,
    ) {
        let server = server(public_url, listen);
        assert_eq!(is_secure(&server), secure);
        let cookie = clear(&server);
        assert_eq!(cookie.starts_with("__Host-slipway=;"), secure, "{cookie}");
        assert_eq!(cookie.ends_with("; Secure"), secure, "{cookie}");
        assert!(cookie.contains("HttpOnly; SameSite=Lax") && cookie.contains("Path=/;"));
    }

    #[test]
    fn a_cookie_of_another_name_is_not_taken() {
        let server = server(Some("https://slipway.example.org"), "127.0.0.1:1");
        assert_eq!(find(&server, "a=b; __Host-slipway=slw_s_x; c=d"), Some("slw_s_x"));
        assert_eq!(find(&server, "slipway=slw_s_x; x__Host-slipway=y"), None);
        assert_eq!(find(&server, "__Host-slipway="), None);
    }
}
