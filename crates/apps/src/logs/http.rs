//! What units wrote, and write, over HTTP.

use axum::body::Body;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::Stream;
use slipway_api::app_logs::{AppLogLine, AppLogLines};
use slipway_api::ids::AppId;
use slipway_api::{Document, ErrorDocument, Resource};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::pattern;
use super::reading::{self, Question};
use crate::apps::{App, service as apps};
use crate::permissions::APP_LOG_READ;
use crate::running::lines::{self, Wanted};

/// Lines where nobody says how many.
const LINES: usize = 100;
/// At most.
const MOST_LINES: usize = 10_000;

const FILTERS: &[&str] = &[
    "cursor", "cursors", "follow", "from", "last", "lines", "order", "process", "search", "to", "unit",
];

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_app_logs))
        .routes(routes!(list_app_log_lines))
}

/// Read what the units of an app write, and wrote, units that are gone among them: one line each, with the time and the unit before it.
/// With `follow=true` what comes next is sent as it comes, also of units that are started meanwhile.
#[utoipa::path(get, path = "/api/v2/apps/{app}/logs", operation_id = "get_app_logs", tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("process" = Option<String>, Query, description = "Only of this process."),
        ("unit" = Option<String>, Query, description = "Only of this unit."),
        ("search" = Option<String>, Query, description = "Only lines with this text, whatever its capitals; or with what an expression behind `regex:` matches."),
        ("from" = Option<String>, Query, description = "Not before this moment (RFC 3339)."),
        ("to" = Option<String>, Query, description = "Not after this moment (RFC 3339)."),
        ("lines" = Option<usize>, Query, description = "How many that are there, the newest of them; 100 by default, 10,000 at most."),
        ("follow" = Option<bool>, Query, description = "Whether to go on with what comes."),
        ("cursors" = Option<bool>, Query, description = "Whether each line begins with its cursor."),
        ("cursor" = Option<String>, Query, description = "Go on behind the line with this cursor."),
    ),
    responses((status = 200, content_type = "text/plain"), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument),
        (status = 503, body = ErrorDocument)),
    security(("token" = ["app.log.read"])))]
async fn get_app_logs(ctx: Ctx, params: Params, uri: Uri) -> Result<Response> {
    let app = apps::load(&ctx, params.get("app")?, APP_LOG_READ).await?;
    let (query, question) = asked(&uri)?;
    let has_cursors = query.parsed_filter::<bool>("cursors")?.unwrap_or(false);
    let follows = query.parsed_filter::<bool>("follow")?.unwrap_or(false);
    let body = match follows {
        true if reading::is_kept_here(&ctx, app.id) || has_cursors => {
            Body::from_stream(follow(ctx, app, question, has_cursors))
        }
        // Another process keeps the log, some seconds behind: what comes is asked of the cluster itself.
        true => Body::from_stream(lines::follow(&ctx, &app, live(question))),
        false => Body::from(last(&ctx, &app, question, has_cursors).await?),
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response())
}

/// Search what the units of an app wrote, page by page: `next-cursor` goes on, also where nothing was found in some seconds.
#[utoipa::path(get, path = "/api/v2/apps/{app}/log-lines", operation_id = "list_app_log_lines", tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("process" = Option<String>, Query, description = "Only of this process."),
        ("unit" = Option<String>, Query, description = "Only of this unit."),
        ("search" = Option<String>, Query, description = "Only lines with this text, whatever its capitals; or with what an expression behind `regex:` matches."),
        ("from" = Option<String>, Query, description = "Not before this moment (RFC 3339)."),
        ("to" = Option<String>, Query, description = "Not after this moment (RFC 3339)."),
        ("last" = Option<usize>, Query, description = "How many lines; 100 by default, 10,000 at most."),
        ("order" = Option<String>, Query, description = "`newest` first, as it is by default, or `oldest`."),
        ("cursor" = Option<String>, Query, description = "Go on from here, in the same order."),
    ),
    responses((status = 200, body = Document<Resource<AppLogLines>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["app.log.read"])))]
async fn list_app_log_lines(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let app = apps::load(&ctx, params.get("app")?, APP_LOG_READ).await?;
    let (query, question) = asked(&uri)?;
    let is_descending = match query.filter("order") {
        None | Some("newest") => true,
        Some("oldest") => false,
        Some(_) => return Err(Error::malformed_parameter("order", "Say `newest` or `oldest`.")),
    };
    let question = Question {
        is_descending,
        ..question
    };
    let lines = reading::read(&ctx, app.id, &question).await?;
    Ok(ok(Resource::new(app.id.to_string(), lines)))
}

fn asked(uri: &Uri) -> Result<(ListQuery, Question)> {
    let known = Known {
        filters: FILTERS,
        ..Known::default()
    };
    let query = ListQuery::parse(uri, known)?;
    let limit = match query.parsed_filter::<usize>("last")? {
        Some(last) => last,
        None => query.parsed_filter::<usize>("lines")?.unwrap_or(LINES),
    };
    let question = Question {
        from: query.parsed_filter("from")?,
        to: query.parsed_filter("to")?,
        process: query.filter("process").map(str::to_owned),
        unit: query.filter("unit").map(str::to_owned),
        pattern: query
            .filter("search")
            .filter(|text| !text.is_empty())
            .map(pattern)
            .transpose()?,
        cursor: query.filter("cursor").map(str::parse).transpose()?,
        is_descending: false,
        limit: limit.min(MOST_LINES),
    };
    Ok((query, question))
}

/// The same as the cluster itself is asked.
fn live(question: Question) -> Wanted {
    Wanted {
        process: question.process,
        unit: question.unit,
        last: question.limit,
    }
}

/// The last lines that are there; or, behind a cursor, the next ones.
async fn last(ctx: &Ctx, app: &App, question: Question, has_cursors: bool) -> Result<Bytes> {
    if question.cursor.is_some() {
        let next = reading::read(ctx, app.id, &question).await?;
        return Ok(text(&next, has_cursors));
    }
    let mut newest = Question {
        is_descending: true,
        ..question.clone()
    };
    let mut all = AppLogLines::default();
    loop {
        let mut found = reading::read(ctx, app.id, &newest).await?;
        all.lines.append(&mut found.lines);
        match found.next_cursor {
            // Some seconds were not enough for all of it.
            Some(cursor) if all.lines.len() < question.limit => {
                newest.cursor = Some(cursor.parse()?);
                newest.limit = question.limit - all.lines.len();
            }
            _ => break,
        }
    }
    let is_plain = question.pattern.is_none() && question.from.is_none() && question.to.is_none() && !has_cursors;
    if all.lines.is_empty() && is_plain && !reading::is_kept_here(ctx, app.id) {
        // Nobody keeps it yet, or another process does, some seconds behind.
        return lines::last(ctx, app, &live(question)).await;
    }
    all.lines.reverse();
    Ok(text(&all, has_cursors))
}

/// The last lines, and all that follow.
fn follow(
    ctx: Ctx,
    app: App,
    question: Question,
    has_cursors: bool,
) -> impl Stream<Item = std::result::Result<Bytes, std::io::Error>> {
    let begun = (ctx, app, question, false);
    futures::stream::try_unfold(begun, move |(ctx, app, mut question, is_begun)| async move {
        let failed = |error: Error| std::io::Error::other(error.detail().to_owned());
        if !is_begun && question.cursor.is_none() {
            question.cursor = Some(reading::end(&ctx, app.id).await.map_err(failed)?);
            let before = Question {
                cursor: None,
                to: question.to,
                ..question.clone()
            };
            let shown = first(&ctx, &app, before, &mut question).await.map_err(failed)?;
            return Ok(Some((text(&shown, has_cursors), (ctx, app, question, true))));
        }
        loop {
            let next = reading::next(&ctx, app.id, &question).await.map_err(failed)?;
            let cursor = next.next_cursor.as_ref().or(next.lines.last().map(|line| &line.cursor));
            if let Some(cursor) = cursor {
                question.cursor = Some(cursor.parse().map_err(failed)?);
            }
            if !next.lines.is_empty() {
                return Ok(Some((text(&next, has_cursors), (ctx, app, question, true))));
            }
            // Who may not read it any more, or whose app is gone, is told no more.
            if ctx.wakes.is_ending() || apps::load(&ctx, app.id, APP_LOG_READ).await.is_err() {
                return Ok(None);
            }
        }
    })
}

/// What is shown before what comes: up to where following begins.
async fn first(ctx: &Ctx, app: &App, before: Question, follow: &mut Question) -> Result<AppLogLines> {
    let border = follow.cursor.as_ref().map(|cursor| cursor.number).unwrap_or_default();
    let newest = Question {
        is_descending: true,
        ..before
    };
    let mut lines = reading::read(ctx, app.id, &newest).await?.lines;
    lines.reverse();
    // What came in between is the first of what follows.
    let number = |line: &AppLogLine| {
        line.cursor
            .split('_')
            .next()
            .and_then(|number| number.parse::<i64>().ok())
    };
    lines.retain(|line| number(line).is_some_and(|number| number <= border));
    Ok(AppLogLines {
        lines,
        next_cursor: None,
    })
}

fn text(lines: &AppLogLines, has_cursors: bool) -> Bytes {
    let mut text = String::new();
    for line in &lines.lines {
        if has_cursors {
            text.push_str(&line.cursor);
            text.push(' ');
        }
        text.push_str(&line.at);
        text.push(' ');
        text.push_str(&line.unit);
        text.push(' ');
        text.push_str(&line.text);
        text.push('\n');
    }
    Bytes::from(text)
}
