//! The templates, compiled when the first page is asked for.

use std::sync::OnceLock;

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;
use slipway_kernel::{Error, Result};

/// The pages' look; the content security policy allows no other.
pub(super) const STYLE: &str = include_str!("../../templates/pages.css");

const SOURCES: [(&str, &str); 23] = [
    ("layout.html", include_str!("../../templates/layout.html")),
    ("narrow.html", include_str!("../../templates/narrow.html")),
    ("mark.html", include_str!("../../templates/mark.html")),
    ("wide.html", include_str!("../../templates/wide.html")),
    ("form.html", include_str!("../../templates/form.html")),
    ("failure.html", include_str!("../../templates/failure.html")),
    ("sign-in.html", include_str!("../../templates/sign-in.html")),
    ("second-factor.html", include_str!("../../templates/second-factor.html")),
    ("set-up.html", include_str!("../../templates/set-up.html")),
    ("invitation.html", include_str!("../../templates/invitation.html")),
    (
        "password-reset.html",
        include_str!("../../templates/password-reset.html"),
    ),
    ("verification.html", include_str!("../../templates/verification.html")),
    ("account.html", include_str!("../../templates/account.html")),
    ("password.html", include_str!("../../templates/password.html")),
    ("factor.html", include_str!("../../templates/factor.html")),
    ("sessions.html", include_str!("../../templates/sessions.html")),
    ("tokens.html", include_str!("../../templates/tokens.html")),
    ("identities.html", include_str!("../../templates/identities.html")),
    ("onward.html", include_str!("../../templates/onward.html")),
    ("authorize.html", include_str!("../../templates/authorize.html")),
    ("device.html", include_str!("../../templates/device.html")),
    (
        "device-confirm.html",
        include_str!("../../templates/device-confirm.html"),
    ),
    ("device-done.html", include_str!("../../templates/device-done.html")),
];

/// The page made of a template and what it shows.
///
/// # Errors
///
/// A defect: a template is broken. A test renders all of them.
pub(super) fn render(name: &str, shows: impl Serialize) -> Result<String> {
    let template = environment().get_template(name).map_err(Error::internal)?;
    template
        .render(Serde(&shows))
        .map_err(|error| Error::internal(format!("{name}: {error:#}")))
}

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::new();
        // A form that was not refused has no errors, and nobody who is not signed in has a name.
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Chainable);
        for (name, source) in SOURCES {
            // A template that does not parse is missing, and the test below says which.
            if let Err(error) = environment.add_template(name, source) {
                tracing::error!(name, %error, "a template is broken");
            }
        }
        environment
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_template_is_there_and_escapes_what_it_shows() {
        let hostile = "<script>alert('x')</script>\"><img src=x>";
        for (name, _) in SOURCES.iter().filter(|(name, _)| *name != "form.html") {
            let shows = json!({
                "csrf": hostile, "problem": hostile, "notice": hostile, "title": hostile, "detail": hostile,
                "username": hostile, "email": hostile, "organization": hostile, "inviter": hostile, "role": hostile,
                "return_to": hostile, "token": hostile, "secret": hostile, "me": hostile, "version": hostile,
                "errors": {"username": hostile, "password": hostile, "email": hostile}, "is_fresh": true,
                "codes": [hostile], "providers": [{"id": hostile, "name": hostile}],
                "sessions": [{"id": hostile, "browser": hostile, "address": hostile, "seen": hostile}],
                "tokens": [{"id": hostile, "description": hostile, "used": hostile, "expires": hostile}],
            });
            let page = render(name, shows).unwrap_or_else(|error| panic!("{error}"));
            assert!(!page.contains("<script"), "{name}: {page}");
            assert!(!page.contains("<img src=x"), "{name}: {page}");
            assert!(
                !page.contains("style="),
                "{name} has an inline style, which the policy forbids"
            );
        }
    }
}
