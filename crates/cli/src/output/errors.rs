//! How an error looks: its code, what happened, what to do next.

use anyhow::Error;
use slipway_client::{ApiError, ClientError, Problem};

use super::style::{Icon, Style, Tone};
use super::text::clean;
use crate::failure::Failure;

/// The error's text for stderr, of one or more lines, with a line feed at the end.
pub(crate) fn render_error(error: &Error, style: &Style, server: Option<&str>) -> String {
    let mut lines = Vec::new();
    let mut hint = None;
    if let Some(failure) = error.downcast_ref::<Failure>() {
        lines.push(failure.what.clone());
        hint = Some(failure.next.clone());
    } else if let Some(client) = error.downcast_ref::<ClientError>() {
        (lines, hint) = client_error(client, style, server);
        // What was being done, where a command said so.
        let context = error.to_string();
        if context != client.to_string() {
            lines.insert(0, context);
        }
    } else {
        lines.extend(error.chain().map(ToString::to_string));
        lines.dedup();
    }
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let start = if index == 0 {
            style.icon(Icon::Failed)
        } else {
            " ".to_owned()
        };
        text.push_str(&format!("{start} {}\n", clean_keeping_colour(line, style)));
    }
    if let Some(hint) = hint {
        text.push_str(&format!("  {} {}\n", style.icon(Icon::Hint), clean(&hint)));
    }
    text
}

/// Lines that this module painted keep their colours; texts from elsewhere were cleaned before.
fn clean_keeping_colour(line: &str, style: &Style) -> String {
    if style.colour { line.to_owned() } else { clean(line) }
}

fn client_error(error: &ClientError, style: &Style, server: Option<&str>) -> (Vec<String>, Option<String>) {
    match error {
        ClientError::Api(error) => api_error(error, style, server),
        ClientError::Unreachable {
            url,
            why,
            advice,
            attempts,
        } => {
            let tried = if *attempts > 1 {
                format!(", tried {attempts} times")
            } else {
                String::new()
            };
            (
                vec![format!("cannot reach {}: {}{tried}", clean(url), clean(why))],
                Some(advice.clone()),
            )
        }
        ClientError::Moved { location, .. } => {
            let next = format!("If you trust it, use that address: slipway login {location}");
            (vec![clean(&error.to_string())], Some(next))
        }
        ClientError::Unexpected { status: 200..=299, .. } => {
            let next = "Check that the address is a Slipway server's, and that slipway is as new as the server.";
            (vec![clean(&error.to_string())], Some(next.to_owned()))
        }
        _ => (vec![clean(&error.to_string())], None),
    }
}

fn api_error(error: &ApiError, style: &Style, server: Option<&str>) -> (Vec<String>, Option<String>) {
    let mut lines: Vec<String> = error
        .problems
        .iter()
        .map(|problem| problem_line(problem, style))
        .collect();
    if error.status >= 500
        && let Some(id) = &error.request_id
    {
        lines.push(style.paint(&format!("request id: {}", clean(id)), Tone::Quiet));
    }
    let next = match error.status {
        401 => Some(format!("Sign in: slipway login {}", server.unwrap_or("URL"))),
        412 => Some("Look at it again, then repeat the change if it still makes sense.".to_owned()),
        500 => Some("This is a defect of the server; its log has more under the request id.".to_owned()),
        _ => None,
    };
    (lines, next)
}

fn problem_line(problem: &Problem, style: &Style) -> String {
    let code = if problem.code.is_empty() {
        &problem.title
    } else {
        &problem.code
    };
    format!(
        "{}: {}",
        style.paint(&clean(code), Tone::Strong),
        clean(&problem.to_string())
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Map;
    use slipway_api::jsonapi::ErrorSource;

    use super::*;

    fn problem(code: &str, detail: &str, pointer: Option<&str>) -> Problem {
        let source = pointer.map(|pointer| ErrorSource {
            pointer: Some(pointer.to_owned()),
            parameter: None,
        });
        Problem {
            code: code.to_owned(),
            title: "a title".to_owned(),
            detail: detail.to_owned(),
            source,
            meta: Map::new(),
        }
    }

    fn rendered(status: u16, problems: Vec<Problem>) -> String {
        let error = ApiError {
            status,
            problems,
            request_id: Some("req-1".to_owned()),
        };
        let error = Error::new(ClientError::Api(Box::new(error)));
        render_error(&error, &Style::plain(), Some("http://127.0.0.1:8080"))
    }

    #[test]
    fn every_wrong_field_has_its_line() {
        let problems = vec![
            problem("invalid", "must not be empty", Some("/data/attributes/name")),
            problem(
                "invalid",
                "there is no such project",
                Some("/data/relationships/project"),
            ),
        ];
        insta::assert_snapshot!(rendered(422, problems), @r"
        Error: invalid: name: must not be empty
          invalid: project: there is no such project
        ");
    }

    #[test]
    fn who_is_not_signed_in_learns_how() {
        insta::assert_snapshot!(rendered(401, vec![problem("unauthenticated", "The token has expired.", None)]), @r"
        Error: unauthenticated: The token has expired.
          -> Sign in: slipway login http://127.0.0.1:8080
        ");
    }

    #[test]
    fn only_a_defect_shows_the_request_id() {
        insta::assert_snapshot!(rendered(500, vec![problem("internal", "Something broke.", None)]), @r"
        Error: internal: Something broke.
          request id: req-1
          -> This is a defect of the server; its log has more under the request id.
        ");
        assert!(!rendered(409, vec![problem("conflict", "It runs.", None)]).contains("req-1"));
    }

    #[test]
    fn an_unreachable_server_shows_what_was_tried_and_what_to_do() {
        let error = ClientError::Unreachable {
            url: "http://127.0.0.1:8080".to_owned(),
            why: "nothing listens there (connection refused)".to_owned(),
            advice: "Is the server running?".to_owned(),
            attempts: 4,
        };
        insta::assert_snapshot!(render_error(&Error::new(error).context("could not list the runs"), &Style::plain(), None), @r"
        Error: could not list the runs
          cannot reach http://127.0.0.1:8080: nothing listens there (connection refused), tried 4 times
          -> Is the server running?
        ");
    }

    #[test]
    fn an_error_text_cannot_command_the_terminal() {
        let error = rendered(409, vec![problem("conflict", "\u{1b}]0;evil\u{7}", None)]);
        assert!(!error.contains('\u{1b}'), "{error:?}");
    }
}
