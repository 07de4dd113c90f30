//! Headers between a client, the router and a unit.

use std::net::IpAddr;

use http::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Of one connection and not of the message (RFC 9110, 7.6.1), with those of old programs.
const OF_ONE_CONNECTION: [HeaderName; 7] = [
    CONNECTION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const HTTP: HeaderValue = HeaderValue::from_static("http");
const HTTPS: HeaderValue = HeaderValue::from_static("https");
const UNKNOWN: HeaderValue = HeaderValue::from_static("unknown");

/// Who is at the other end of a connection, and how it came.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) is_tls: bool,
    address: HeaderValue,
    port: HeaderValue,
    /// Held by what goes on after the connection became something else.
    pub(crate) counted: TaskTrackerToken,
}

impl Caller {
    /// `port` is the router's own.
    pub(crate) fn new(client: IpAddr, port: u16, is_tls: bool, counted: TaskTrackerToken) -> Self {
        Self {
            is_tls,
            counted,
            address: HeaderValue::try_from(client.to_string()).unwrap_or(UNKNOWN),
            port: HeaderValue::from(port),
        }
    }
}

/// What the other side wants this connection to become, when it says so.
pub(crate) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let wants = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let is_said = wants
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case("upgrade"));
    headers.get(UPGRADE).filter(|_| is_said).cloned()
}

/// Takes away what belongs to one connection, also what `Connection` names.
pub(crate) fn strip(headers: &mut HeaderMap) {
    let said = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let named: Vec<HeaderName> = said
        .flat_map(|value| value.split(','))
        .filter_map(|word| word.trim().parse().ok())
        .collect();
    for name in OF_ONE_CONNECTION.iter().chain(&named) {
        headers.remove(name);
    }
}

/// Says who asks, and for which host. What the client said of itself in these headers counts for nothing: anybody can write them.
pub(crate) fn forward(headers: &mut HeaderMap, caller: &Caller, host: &HeaderValue, id: impl FnOnce() -> String) {
    headers.remove(FORWARDED);
    headers.insert(FORWARDED_FOR, caller.address.clone());
    headers.insert(REAL_IP, caller.address.clone());
    headers.insert(FORWARDED_PROTO, if caller.is_tls { HTTPS } else { HTTP });
    headers.insert(FORWARDED_HOST, host.clone());
    headers.insert(FORWARDED_PORT, caller.port.clone());
    headers.insert(HOST, host.clone());
    if !headers.contains_key(REQUEST_ID)
        && let Ok(id) = HeaderValue::try_from(id())
    {
        headers.insert(REQUEST_ID, id);
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::task::TaskTracker;

    use super::*;

    fn headers(of: &[(&'static str, &'static str)]) -> HeaderMap {
        of.iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn what_belongs_to_one_connection_stays_on_it() {
        let mut all = headers(&[
            ("connection", "close, x-private"),
            ("x-private", "1"),
            ("keep-alive", "5"),
            ("transfer-encoding", "chunked"),
            ("accept", "text/html"),
        ]);
        strip(&mut all);
        assert_eq!(all, headers(&[("accept", "text/html")]));
    }

    #[test]
    fn a_client_cannot_say_who_it_is() {
        let mut all = headers(&[
            ("x-forwarded-for", "10.0.0.1"),
            ("forwarded", "for=10.0.0.1"),
            ("x-real-ip", "10.0.0.1"),
        ]);
        let caller = Caller::new(IpAddr::from([192, 0, 2, 1]), 443, true, TaskTracker::new().token());
        forward(&mut all, &caller, &HeaderValue::from_static("shop.test"), || {
            "id".to_owned()
        });
        assert_eq!(
            all,
            headers(&[
                ("x-forwarded-for", "192.0.2.1"),
                ("x-real-ip", "192.0.2.1"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "shop.test"),
                ("x-forwarded-port", "443"),
                ("host", "shop.test"),
                ("x-request-id", "id"),
            ])
        );
    }

    #[test]
    fn an_upgrade_is_named_twice() {
        assert!(upgrade(&headers(&[("upgrade", "websocket")])).is_none());
        let asked = upgrade(&headers(&[
            ("upgrade", "websocket"),
            ("connection", "keep-alive, Upgrade"),
        ]));
        assert_eq!(asked.unwrap(), "websocket");
    }
}
