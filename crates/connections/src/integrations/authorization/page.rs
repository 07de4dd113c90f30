//! The small pages of connecting by browser: pure.

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

/// The page that says that it is done, with the way on; `path` is where the console shows the integration.
pub(super) fn done(name: &str, path: &str, install_url: Option<&str>) -> String {
    let onward = match install_url {
        Some(url) => format!(
            "<p>One step is left: install the app for the repositories that it shall see.</p>\
             <p><a href=\"{}\">Install the app</a></p>",
            escaped(url)
        ),
        None => "<p>It can be used now.</p>".to_owned(),
    };
    let text = format!(
        "<p>The integration {} is connected.</p>{onward}{}",
        quoted(name),
        back(path)
    );
    page("Connected", &text)
}

/// The page that says why it is not done, and where to begin again.
pub(super) fn failed(name: &str, path: &str, why: &str) -> String {
    let text = format!(
        "<p>The integration {} was not connected.</p><p>{}</p>\
         <p>Go to the integration to look at its settings and to begin again. When the forge refuses the application, compare \
         client id, secret and the redirect address there with what the forge has.</p>{}",
        quoted(name),
        escaped(why),
        back(path)
    );
    page("Not connected", &text)
}

fn quoted(name: &str) -> String {
    format!("\u{201c}{}\u{201d}", escaped(name))
}

fn back(path: &str) -> String {
    format!("<p><a href=\"{}\">Go to the integration</a></p>", escaped(path))
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
        for page in [
            to_forge(text, text),
            done(text, text, Some(text)),
            failed(text, text, text),
        ] {
            assert!(!page.contains("<script>"), "{page}");
        }
    }
}
