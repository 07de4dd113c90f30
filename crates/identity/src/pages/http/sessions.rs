//! `/account/sessions`: the browsers that one is signed in with.

use axum::response::Response;
use serde_json::json;
use slipway_api::Code;
use slipway_kernel::Result;
use slipway_kernel::http::{Page as Rows, Params};

use super::answer::{Page, go, go_to};
use super::request::{Form, Visitor};
use crate::sessions::service;

/// The sessions on the page: more than anybody has.
const SHOWN: Rows = Rows {
    number: 1,
    size: 100,
    after: None,
};

pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    let current = match visitor.signed_in() {
        Ok(current) => current,
        Err(first) => return go(&first),
    };
    let listed = service::list(&visitor.ctx, &SHOWN).await?;
    let rows = listed.rows.into_iter().map(|session| {
        json!({
            "id": session.id,
            "browser": browser(session.user_agent.as_deref().unwrap_or_default()),
            "address": session.remote_address,
            "seen": minute(session.seen_at),
            "created": minute(session.created_at),
            "is_current": session.id == current.id,
        })
    });
    let shows = json!({"page": "sessions", "sessions": rows.collect::<Vec<_>>()});
    Page::new(&visitor, "sessions.html", shows)?.answer(&visitor.ctx)
}

pub(super) async fn end(visitor: Visitor, params: Params, _proof: Form) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    match service::revoke(&visitor.ctx, params.get("session")?).await {
        // Gone already: the page shows it.
        Err(error) if error.code() != Code::NotFound => Err(error),
        _ => Ok(go_to("/account/sessions")),
    }
}

pub(super) async fn end_others(visitor: Visitor, _proof: Form) -> Result<Response> {
    match visitor.signed_in() {
        Ok(current) => {
            service::revoke_others(&visitor.ctx, current.id).await?;
            Ok(go_to("/account/sessions"))
        }
        Err(first) => go(&first),
    }
}

/// A moment to the minute, as people read it.
pub(super) fn minute(moment: slipway_api::Timestamp) -> String {
    moment.to_chrono().format("%-d %b %Y, %H:%M UTC").to_string()
}

/// What a browser calls itself, in two words where it is one of the usual ones.
fn browser(user_agent: &str) -> String {
    let first = |known: &[(&str, &str)]| {
        known
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| (*name).to_owned())
    };
    // Each also claims to be those after it.
    let name = first(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} on {system}"),
        (Some(name), None) => name,
        _ if user_agent.is_empty() => "Unknown browser".to_owned(),
        _ => user_agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_as_people_name_them() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(browser(chrome), "Chrome on Linux");
        assert_eq!(browser("curl/8.5.0"), "curl");
        assert_eq!(browser(""), "Unknown browser");
    }
}
