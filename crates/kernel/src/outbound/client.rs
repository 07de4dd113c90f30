//! The client: resolve, check, connect to what was checked, follow redirects under the same rules, bound size and time.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode};
use url::{Host, Url};

use super::policy::Policy;
use crate::errors::Error;
use crate::settings;
use crate::text;

/// Redirects followed at most.
const MOST_REDIRECTS: u32 = 5;
/// Time for one request with all its redirects, unless it says otherwise.
const TIME: Duration = Duration::from_secs(15);
/// Size of an answer, unless the request says otherwise.
const BYTES: usize = 1 << 20;

/// Makes requests; one per process, cheap to share.
pub struct Outbound {
    policy: Policy,
    extra_certificates: Option<std::path::PathBuf>,
    client: OnceLock<Result<reqwest::Client, String>>,
}

/// A request to the outside.
pub struct Request {
    method: Method,
    url: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Vec<u8>>,
    certificates: Option<Vec<u8>>,
    identity: Option<zeroize::Zeroizing<Vec<u8>>>,
    time: Duration,
    bytes: usize,
}

/// What came back, read whole.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes, at most as many as the request allowed.
    pub body: Vec<u8>,
}

/// Why nothing came back. Texts name hosts and never headers, bodies or queries, which may hold secrets.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The address is not one that a server may ask.
    #[error(
        "{0} is not an address of a web server: it must begin with https:// or http:// and hold no user or password"
    )]
    Address(String),
    /// The host leads into a network that is closed to the server.
    #[error(
        "{0} is in a network that this server may not reach; if it should, its operator adds the network to \
         outbound.allowed_networks"
    )]
    Closed(String),
    /// The name leads nowhere.
    #[error("the name {0} cannot be resolved: {1}")]
    Unknown(String, String),
    /// A redirect led where a request may not follow.
    #[error("{0} redirects to {1}, which is not followed: {2}")]
    Redirect(String, String, &'static str),
    /// The answer is larger than allowed.
    #[error("{0} answers with more than {1} bytes")]
    TooLarge(String, usize),
    /// No answer in time.
    #[error("{0} does not answer within {1} seconds")]
    TooSlow(String, u64),
    /// The connection could not be made or broke.
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
    /// The certificates that the operator named cannot be used.
    #[error("requests to the outside cannot be made: {0}")]
    Setup(String),
}

impl From<OutboundError> for Error {
    fn from(error: OutboundError) -> Self {
        Self::unavailable(text::sentence(&error.to_string()))
    }
}

impl Request {
    /// A request for what is at `url`.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// A request that sends `body` to `url`.
    #[must_use]
    pub fn post(url: Url, content_type: &'static str, body: Vec<u8>) -> Self {
        Self::new(Method::POST, url).body(content_type, body)
    }

    /// A request of another kind, without a body.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: None,
            certificates: None,
            identity: None,
            time: TIME,
            bytes: BYTES,
        }
    }

    /// With a body.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        let header = (reqwest::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.headers.push(header);
        self.body = Some(body);
        self
    }

    /// With a header. It goes to the origin of the request only, never along with a redirect to another.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// To a server whose certificate one of these (PEM) may vouch for, beside the usual ones.
    #[must_use]
    pub fn trusting(mut self, certificates: Vec<u8>) -> Self {
        self.certificates = Some(certificates);
        self
    }

    /// Showing a certificate with its key (PEM, one after the other), to the origin of the request only.
    #[must_use]
    pub fn showing(mut self, identity: zeroize::Zeroizing<Vec<u8>>) -> Self {
        self.identity = Some(identity);
        self
    }

    /// With another time limit.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// With another size limit for the answer, in bytes.
    #[must_use]
    pub fn at_most(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

impl Outbound {
    /// With the operator's settings. Certificates are read when the first request is made.
    #[must_use]
    pub fn new(settings: &settings::Outbound) -> Self {
        Self {
            policy: Policy::new(settings.allowed_networks.clone()),
            extra_certificates: settings.extra_certificates.clone(),
            client: OnceLock::new(),
        }
    }

    /// Sends a request and reads its answer, whatever its status.
    ///
    /// # Errors
    ///
    /// When the address may not be asked, does not answer in time, or answers with too much.
    pub async fn send(&self, request: Request) -> Result<Answer, OutboundError> {
        let (host, time) = (origin(&request.url), request.time);
        tokio::time::timeout(time, self.follow(request))
            .await
            .unwrap_or_else(|_| Err(OutboundError::TooSlow(host, time.as_secs())))
    }

    /// The addresses of a host that may be asked, for programs that connect by themselves and must be told where to.
    ///
    /// # Errors
    ///
    /// `Unknown` when the name leads nowhere, `Closed` when it leads into closed networks only.
    pub async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, OutboundError> {
        let found = tokio::net::lookup_host((host, port))
            .await
            .map_err(|error| OutboundError::Unknown(host.to_owned(), error.to_string()))?;
        let permitted: Vec<SocketAddr> = found.filter(|address| self.policy.permits(address.ip())).collect();
        match permitted.is_empty() {
            true => Err(OutboundError::Closed(format!("{host}:{port}"))),
            false => Ok(permitted),
        }
    }

    async fn follow(&self, mut request: Request) -> Result<Answer, OutboundError> {
        for _ in 0..=MOST_REDIRECTS {
            let response = self.ask(&request).await?;
            let location = response
                .headers()
                .get(LOCATION)
                .filter(|_| is_redirect(response.status()));
            let Some(location) = location else {
                return read(response, &request).await;
            };
            let location = location.to_str().unwrap_or_default();
            request = redirected(request, response.status(), location)?;
        }
        let origin = origin(&request.url);
        Err(OutboundError::Redirect(
            origin.clone(),
            origin,
            "there were too many redirects before it",
        ))
    }

    async fn ask(&self, request: &Request) -> Result<reqwest::Response, OutboundError> {
        self.check(&request.url)?;
        let own = match (&request.certificates, &request.identity) {
            (None, None) => None,
            (certificates, identity) => {
                let identity = identity.as_ref().map(|identity| identity.as_slice());
                let built = self.build(certificates.as_deref(), identity);
                Some(built.map_err(OutboundError::Setup)?)
            }
        };
        let client = match &own {
            Some(own) => own,
            None => self.client()?,
        };
        let mut sending = client.request(request.method.clone(), request.url.clone());
        for (name, value) in &request.headers {
            sending = sending.header(name, value);
        }
        if let Some(body) = &request.body {
            sending = sending.body(body.clone());
        }
        let refused = |error: reqwest::Error| unreachable(&request.url, &error);
        sending.send().await.map_err(refused)
    }

    /// Refuses what is no web address, and literal addresses of closed networks; names are checked when they resolve.
    fn check(&self, url: &Url) -> Result<(), OutboundError> {
        let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(OutboundError::Address(origin(url))),
        };
        match literal {
            _ if !is_web => Err(OutboundError::Address(origin(url))),
            Some(address) if !self.policy.permits(address) => Err(OutboundError::Closed(origin(url))),
            _ => Ok(()),
        }
    }

    fn client(&self) -> Result<&reqwest::Client, OutboundError> {
        let made = self.client.get_or_init(|| self.build(None, None));
        made.as_ref().map_err(|why| OutboundError::Setup(why.clone()))
    }

    fn build(&self, certificates: Option<&[u8]>, identity: Option<&[u8]>) -> Result<reqwest::Client, String> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("slipway/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve names out of our sight.
            .no_proxy()
            .dns_resolver(Checked(Arc::new(self.policy.clone())));
        if let Some(path) = &self.extra_certificates {
            let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let found = reqwest::Certificate::from_pem_bundle(&text)
                .map_err(|error| format!("{} holds no certificates: {error}", path.display()))?;
            builder = builder.tls_certs_merge(found);
        }
        if let Some(certificates) = certificates {
            let found = reqwest::Certificate::from_pem_bundle(certificates)
                .map_err(|error| format!("the certificates that came with the request cannot be read: {error}"))?;
            builder = builder.tls_certs_merge(found);
        }
        if let Some(identity) = identity {
            let found = reqwest::Identity::from_pem(identity)
                // The reason could quote the key.
                .map_err(|_| "the client certificate and its key cannot be read".to_owned())?;
            builder = builder.identity(found);
        }
        builder.build().map_err(|error| error.to_string())
    }
}

/// Resolves names to addresses that may be asked.
struct Checked(Arc<Policy>);

/// The resolver's refusal, to be found again in the client's error.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("all of its addresses are in closed networks")]
    Closed,
    #[error("{0}")]
    Unknown(std::io::Error),
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.0);
        Box::pin(async move {
            // Names below `localhost` are this machine, whatever a name server says (RFC 6761, 6.3).
            let asked = match name.as_str().trim_end_matches('.').ends_with(".localhost") {
                true => "localhost",
                false => name.as_str(),
            };
            let found = tokio::net::lookup_host((asked, 0)).await.map_err(Refused::Unknown)?;
            let permitted: Vec<SocketAddr> = found.filter(|address| policy.permits(address.ip())).collect();
            if permitted.is_empty() {
                return Err(Refused::Closed.into());
            }
            let addresses: Addrs = Box::new(permitted.into_iter());
            Ok(addresses)
        })
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The request that a redirect asks for. Another origin gets none of our headers and no body.
fn redirected(request: Request, status: StatusCode, location: &str) -> Result<Request, OutboundError> {
    let refuse = |to: String, why| OutboundError::Redirect(origin(&request.url), to, why);
    let target = request
        .url
        .join(location)
        .map_err(|_| refuse(location.to_owned(), "it is no address"))?;
    if request.url.scheme() == "https" && target.scheme() != "https" {
        return Err(refuse(origin(&target), "it is not encrypted"));
    }
    let is_same_origin = request.url.origin() == target.origin();
    // Browsers make a GET of what was sent for 301 and 302, too. A program would take that GET's success for that of what it
    // sent: a forge that moved a repository says 301, and nothing would have been written there.
    let keeps_method = status != StatusCode::SEE_OTHER || request.method == Method::GET;
    if keeps_method && request.body.is_some() && !is_same_origin {
        return Err(refuse(origin(&target), "what was sent is not for another server"));
    }
    let mut next = Request { url: target, ..request };
    if !is_same_origin {
        next.headers.clear();
        next.certificates = None;
        next.identity = None;
    }
    if !keeps_method {
        next.method = Method::GET;
        next.body = None;
        next.headers.retain(|(name, _)| *name != reqwest::header::CONTENT_TYPE);
    }
    Ok(next)
}

async fn read(mut response: reqwest::Response, request: &Request) -> Result<Answer, OutboundError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unreachable(&request.url, &error))?
    {
        if body.len() + chunk.len() > request.bytes {
            return Err(OutboundError::TooLarge(origin(&request.url), request.bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body })
}

/// Scheme, host and port: all of an address that may be shown.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn unreachable(url: &Url, error: &reqwest::Error) -> OutboundError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut last = String::new();
    while let Some(error) = cause {
        match error.downcast_ref::<Refused>() {
            Some(Refused::Closed) => return OutboundError::Closed(origin(url)),
            Some(Refused::Unknown(why)) => {
                return OutboundError::Unknown(url.host_str().unwrap_or_default().to_owned(), why.to_string());
            }
            None => last = error.to_string(),
        }
        cause = error.source();
    }
    OutboundError::Unreachable(origin(url), last)
}
