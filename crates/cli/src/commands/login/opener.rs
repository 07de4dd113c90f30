//! Opening a page in the user's browser.

use std::process::{Command, Stdio};

use url::Url;

use crate::environment::Environment;

/// Whether a browser would open in front of the user: there is a display, and nobody sits at the other end of SSH.
pub(in crate::commands) fn has_browser(environment: &Environment) -> bool {
    if environment.variable("BROWSER").is_some() {
        return true;
    }
    let is_remote = ["SSH_CONNECTION", "SSH_TTY"]
        .iter()
        .any(|name| environment.variable(name).is_some());
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| environment.variable(name).is_some());
    !is_remote && (has_display || cfg!(target_os = "macos"))
}

/// Opens the page; whether a program was found that does. What it prints is nobody's business.
///
/// Unlike engines, the browser gets the user's whole environment: it is the user's own, and needs it.
pub(in crate::commands) fn open(environment: &Environment, url: &Url) -> bool {
    let named = environment.variable("BROWSER").and_then(|list| list.split(':').next());
    let usual = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started = Command::new(named.unwrap_or(usual))
        .arg(url.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    started.is_ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], cfg!(target_os = "macos"))]
    #[case(&["DISPLAY"], true)]
    #[case(&["WAYLAND_DISPLAY"], true)]
    #[case(&["DISPLAY", "SSH_CONNECTION"], false)]
    #[case(&["DISPLAY", "SSH_TTY"], false)]
    #[case(&["BROWSER", "SSH_TTY"], true)]
    fn a_browser_is_opened_only_where_the_user_sees_it(#[case] variables: &[&str], #[case] expected: bool) {
        let environment = Environment {
            variables: variables
                .iter()
                .map(|name| ((*name).to_owned(), "x".to_owned()))
                .collect(),
            ..Environment::default()
        };
        assert_eq!(has_browser(&environment), expected);
    }
}
