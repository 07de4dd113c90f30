//! A browser that leaves the site: follows redirects between this server, in this process, and real ones on loopback;
//! keeps cookies by host, and sends the forms that it was shown.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use url::{Url, form_urlencoded};

/// Where the server of these stories is reached.
pub const HOME: &str = "https://slipway.example";
/// Redirects followed at most.
const MOST_REDIRECTS: usize = 12;

/// A browser.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    http: reqwest::Client,
    /// By host and port, then by name.
    pub cookies: BTreeMap<String, BTreeMap<String, String>>,
    /// Headers that a proxy in front of Dex adds.
    pub proxied: Vec<(&'static str, String)>,
}

/// A page that was shown.
#[derive(Debug, Clone)]
pub struct Shown {
    pub url: Url,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Browser {
    pub fn new(router: &Router) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        Self {
            router: router.clone(),
            http: http.build().unwrap(),
            cookies: BTreeMap::new(),
            proxied: Vec::new(),
        }
    }

    /// The browser behind a proxy that says who its user is.
    pub fn behind_proxy(mut self, id: &str, email: &str, groups: &[&str]) -> Self {
        self.proxied = vec![
            ("x-remote-user-id", id.to_owned()),
            ("x-remote-user", id.to_owned()),
            ("x-remote-user-email", email.to_owned()),
            ("x-remote-group", groups.join(",")),
        ];
        self
    }

    /// Opens an address and goes wherever it leads.
    pub async fn open(&mut self, address: &str) -> Shown {
        let url = Url::parse(HOME).unwrap().join(address).unwrap();
        let shown = self.ask("GET", url, None).await;
        self.follow(shown).await
    }

    /// Opens an address and stays there.
    pub async fn look(&mut self, address: &str) -> Shown {
        let url = Url::parse(HOME).unwrap().join(address).unwrap();
        self.ask("GET", url, None).await
    }

    /// Sends the form of a page with what it has in it and `fields`, and goes wherever that leads.
    pub async fn send(&mut self, shown: &Shown, fields: &[(&str, &str)]) -> Shown {
        let answer = self.send_and_stay(shown, fields).await;
        self.follow(answer).await
    }

    /// The same without following redirects.
    pub async fn send_and_stay(&mut self, shown: &Shown, fields: &[(&str, &str)]) -> Shown {
        let action = shown.attribute("action=\"").unwrap_or_default();
        let url = shown.url.join(&action.replace("&amp;", "&")).unwrap();
        let mut form = form_urlencoded::Serializer::new(String::new());
        let is_given = |name: &str| fields.iter().any(|(given, _)| *given == name);
        let hidden = shown.hidden().into_iter().filter(|(name, _)| !is_given(name));
        form.extend_pairs(hidden).extend_pairs(fields);
        let form = form.finish();
        self.ask("POST", url, Some(form)).await
    }

    async fn follow(&mut self, mut shown: Shown) -> Shown {
        for _ in 0..MOST_REDIRECTS {
            let Some(next) = shown.goes_to() else { return shown };
            shown = self.ask("GET", next, None).await;
        }
        panic!("redirected for ever, at last to {}", shown.url);
    }

    async fn ask(&mut self, method: &str, url: Url, form: Option<String>) -> Shown {
        let place = format!("{}:{}", url.host_str().unwrap(), url.port_or_known_default().unwrap());
        let jar = self.cookies.entry(place.clone()).or_default();
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = vec![(header::COOKIE.to_string(), cookies.join("; "))];
        if form.is_some() {
            headers.push((
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            ));
            headers.push(("sec-fetch-site".to_owned(), "same-origin".to_owned()));
        }
        let is_home = url.as_str().starts_with(HOME);
        if !is_home {
            headers.extend(
                self.proxied
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone())),
            );
        }
        let (status, headers, text) = if is_home {
            self.ask_home(method, &url, &headers, form).await
        } else {
            self.ask_elsewhere(method, &url, &headers, form).await
        };
        let jar = self.cookies.entry(place).or_default();
        for value in headers.get_all(header::SET_COOKIE) {
            let pair = value.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        Shown {
            url,
            status,
            headers,
            text,
        }
    }

    async fn ask_home(
        &self,
        method: &str,
        url: &Url,
        headers: &[(String, String)],
        form: Option<String>,
    ) -> (u16, HeaderMap, String) {
        let path = &url[url::Position::BeforePath..];
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(form.unwrap_or_default())).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (
            parts.status.as_u16(),
            parts.headers,
            String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    async fn ask_elsewhere(
        &self,
        method: &str,
        url: &Url,
        headers: &[(String, String)],
        form: Option<String>,
    ) -> (u16, HeaderMap, String) {
        let mut request = self.http.request(method.parse().unwrap(), url.clone());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.body(form.unwrap_or_default()).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        (status, headers, answer.text().await.unwrap())
    }

    /// The session's cookie.
    pub fn session(&self) -> Option<&str> {
        let jar = self.cookies.get("slipway.example:443")?;
        jar.get("__Host-slipway").map(String::as_str)
    }

    /// Names of the cookies that sign-ins keep.
    pub fn sign_in_cookies(&self) -> Vec<String> {
        let jar = self.cookies.get("slipway.example:443").into_iter().flatten();
        jar.map(|(name, _)| name.clone())
            .filter(|name| name.starts_with("__Host-slipway-oidc-"))
            .collect()
    }
}

impl Shown {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {:?}\n{}", self.url, self.headers, self.text);
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let plain = self.text.replace("&quot;", "\"").replace("&#x27;", "'");
        assert!(plain.contains(text), "{} does not say \"{text}\":\n{plain}", self.url);
        self
    }

    /// Where it sends the browser by itself.
    pub fn goes_to(&self) -> Option<Url> {
        if let Some(refresh) = self.headers.get(header::REFRESH) {
            let (_, url) = refresh.to_str().unwrap().split_once("url=").unwrap();
            return Some(Url::parse(url).unwrap());
        }
        let location = self.headers.get(header::LOCATION)?;
        (300..400)
            .contains(&self.status)
            .then(|| self.url.join(location.to_str().unwrap()).unwrap())
    }

    /// A parameter of where it sends the browser.
    #[track_caller]
    pub fn sends(&self, name: &str) -> String {
        let url = self.goes_to().unwrap_or_else(|| panic!("{}", self.text));
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
    }

    /// The address of the first link that has `text` in it.
    #[track_caller]
    pub fn link(&self, text: &str) -> String {
        let links = self
            .text
            .split("href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap());
        let link = links.into_iter().find(|link| link.contains(text));
        let link = link.unwrap_or_else(|| panic!("no link with {text} in {}", self.text));
        let plain = link.replace("&amp;", "&").replace("&#43;", "+").replace("&#x2f;", "/");
        self.url.join(&plain).unwrap().to_string()
    }

    fn attribute(&self, before: &str) -> Option<String> {
        let (_, form) = self.text.split_once("<form")?;
        let head = form.split('>').next()?;
        let (_, rest) = head.split_once(before)?;
        Some(rest.split('"').next()?.replace("&#x2f;", "/"))
    }

    /// The hidden fields of its first form.
    fn hidden(&self) -> Vec<(String, String)> {
        let form = self.text.split("<form").nth(1).unwrap_or_default();
        let form = form.split("</form>").next().unwrap_or_default();
        let inputs = form
            .split("<input")
            .skip(1)
            .map(|input| input.split('>').next().unwrap());
        let value = |input: &str, name: &str| {
            let (_, rest) = input.split_once(&format!("{name}=\""))?;
            let text = rest.split('"').next()?;
            Some(text.replace("&#x2f;", "/").replace("&amp;", "&"))
        };
        inputs
            .filter(|input| input.contains("type=\"hidden\""))
            .filter_map(|input| Some((value(input, "name")?, value(input, "value")?)))
            .collect()
    }
}
