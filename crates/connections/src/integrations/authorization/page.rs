//! The two small pages of connecting by browser: pure.

/// The page with the form that makes a GitHub App; a browser sends it when its person says so.
pub(super) fn to_forge(action: &str, manifest: &str) -> String {
    page(
        "Make a GitHub App",
        &format!(
            "<p>GitHub makes an app for this organization, with the rights that Slipway needs, and brings you back here.</p>\
             <form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"manifest\" value=\"{}\">\
             <button type=\"submit\">Continue to GitHub</button></form>",
            escaped(action),
            escaped(manifest)
        ),
    )
}

/// The page that says that it is done, with the way on where there is one.
pub(super) fn done(name: &str, install_url: Option<&str>) -> String {
    let onward = match install_url {
        Some(url) => format!(
            "<p>One step is left: install the app for the repositories that it shall see.</p>\
             <p><a href=\"{}\">Install the app</a></p>",
            escaped(url)
        ),
        None => "<p>It can be used now.</p>".to_owned(),
    };
    let text = format!(
        "<p>The integration \u{201c}{}\u{201d} is connected.</p>{onward}<p><a href=\"/\">Back to Slipway</a></p>",
        escaped(name)
    );
    page("Connected", &text)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title} · Slipway</title><link rel=\"stylesheet\" \
         href=\"/pages.css\"></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_others_becomes_markup() {
        let text = "\"><script>alert(1)</script>";
        for page in [to_forge(text, text), done(text, Some(text))] {
            assert!(!page.contains("<script>"), "{page}");
        }
    }
}
