//! A browser: keeps cookies, sends the forms of the pages that it was shown, follows redirects when told to.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

use crate::support::TestApp;

/// The password of everybody in these stories.
pub const PASSWORD: &str = "correct horse battery staple";

/// A browser.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    /// The value of the session's cookie.
    pub cookie: Option<String>,
    /// What the last page has in its forms.
    csrf: String,
    pub site: &'static str,
}

/// A page that was shown.
#[derive(Debug)]
pub struct Shown {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Shown {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, self.text);
        self
    }

    /// Where it sends the browser.
    #[track_caller]
    pub fn goes_to(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text);
        self.headers["location"].to_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.text.contains(text), "not \"{text}\" in:\n{}", self.text);
        self
    }

    /// The text between `before` and `after`.
    #[track_caller]
    pub fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self.text.split_once(before).unwrap_or_else(|| panic!("{}", self.text));
        rest.split_once(after).unwrap().0.to_owned()
    }
}

impl Browser {
    pub fn new(app: &TestApp) -> Self {
        Self {
            router: app.router.clone(),
            cookie: None,
            csrf: String::new(),
            site: "same-origin",
        }
    }

    /// Somebody with an account, who has signed in.
    pub async fn signed_in(app: &TestApp, name: &str) -> Self {
        account(app, name).await;
        let mut browser = Self::new(app);
        assert_eq!(browser.sign_in(name, PASSWORD).await.goes_to(), "/app");
        browser
    }

    pub async fn get(&mut self, path: &str) -> Shown {
        let shown = self.send("GET", path, &[], String::new()).await;
        if let Some((_, rest)) = shown.text.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split_once('"').unwrap().0.to_owned();
        }
        shown
    }

    /// Sends a form with what the last page has in it.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let mut form = Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf);
        form.extend_pairs(fields);
        let kind = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", self.site),
            ("origin", "null"),
        ];
        let shown = self.send("POST", path, &kind, form.finish()).await;
        if let Some((_, rest)) = shown.text.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split_once('"').unwrap().0.to_owned();
        }
        shown
    }

    /// Opens the page and sends its form.
    pub async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        self.get(path).await.expect(200);
        self.post(path, fields).await
    }

    pub async fn sign_in(&mut self, name: &str, password: &str) -> Shown {
        self.fill("/sign-in", &[("username", name), ("password", password)])
            .await
    }

    /// What the session's pages repeat.
    pub async fn csrf(&mut self) -> String {
        self.get("/account").await.expect(200);
        self.csrf.clone()
    }

    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Shown {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("other=1; slipway={cookie}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap());
        let (parts, body) = response.await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            let value = value.to_str().unwrap();
            assert!(value.contains("HttpOnly; SameSite=Lax"), "{value}");
            let (_, rest) = value.split_once("slipway=").unwrap();
            self.cookie = Some(rest.split(';').next().unwrap().to_owned()).filter(|text| !text.is_empty());
        }
        Shown {
            status: parts.status.as_u16(),
            headers: parts.headers,
            // As a browser reads it where it counts here: addresses.
            text: String::from_utf8_lossy(&bytes).replace("&#x2f;", "/"),
        }
    }
}

/// Makes an account with the password, by the link that an administrator makes; returns its id.
pub async fn account(app: &TestApp, name: &str) -> String {
    let admin = app.site_admin("root").await;
    let (id, _) = app.user(&admin, name).await;
    let path = format!("/api/v2/admin/users/{id}/actions/reset-password");
    let link = admin.post(&path, serde_json::json!({})).await.expect(201);
    let link = local(link.attribute("url").as_str().unwrap());
    let fields = [("password", PASSWORD), ("password_confirmation", PASSWORD)];
    let set = Browser::new(app).fill(&link, &fields).await;
    assert_eq!(set.goes_to(), "/sign-in?notice=password-set");
    id
}

/// The path of a link to this server.
#[track_caller]
pub fn local(url: &str) -> String {
    let path = url.strip_prefix("http://127.0.0.1:8080");
    path.unwrap_or_else(|| panic!("{url} is elsewhere")).to_owned()
}
