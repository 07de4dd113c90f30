//! `slipway event`: the audit log.

use clap::{Args, Subcommand};
use slipway_api::events::Event;
use slipway_api::{Resource, Timestamp};
use slipway_client::{Client, EventFilter, EventItem};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Output, Table, clean};

#[derive(Debug, Subcommand)]
pub(crate) enum EventCommand {
    List(ListArguments),
}

/// List what happened in the organization, newest first
///
/// With --follow: the newest ones in the order in which they happened, then what happens, until Ctrl-C; as JSON one
/// event per line.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway event list
  slipway event list --object ws-1k9x3c0q8fz2m4ab --limit 200
  slipway event list --action run.confirmed -o json
  slipway event list --actor-name ada --object-kind variable --from 2026-11-01T00:00:00Z
  slipway event list --follow")]
pub(crate) struct ListArguments {
    /// Only about the object with this id
    #[arg(long, value_name = "ID")]
    object: Option<String>,
    /// Only by whoever has this id
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Only of this action; `run` means all below it
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Only by whoever had this name
    #[arg(long, value_name = "NAME")]
    actor_name: Option<String>,
    /// Only about objects of this kind: workspace, run, token …
    #[arg(long, value_name = "KIND")]
    object_kind: Option<String>,
    /// Only about objects that had this name
    #[arg(long, value_name = "NAME")]
    object_name: Option<String>,
    /// Only in the project with this id
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// Only of the request with this id
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Only from this address
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// Not before this moment: 2026-11-20T14:30:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Before this moment
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    /// With this text in an action, a name, an id or a changed field
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    limit: usize,
    /// Go on with what happens
    #[arg(long, short)]
    follow: bool,
}

pub(super) async fn run(context: &Context, command: EventCommand) -> anyhow::Result<Outcome> {
    let EventCommand::List(arguments) = command;
    let client = &context.client()?;
    let filter = EventFilter {
        object: arguments.object.clone(),
        actor: arguments.actor.clone(),
        action: arguments.action.clone(),
        actor_name: arguments.actor_name.clone(),
        object_kind: arguments.object_kind.clone(),
        object_name: arguments.object_name.clone(),
        project: arguments.project.clone(),
        request: arguments.request.clone(),
        address: arguments.address.clone(),
        from: arguments.from,
        to: arguments.to,
        text: arguments.search.clone(),
    };
    if arguments.follow && (filter.project.is_some() || filter.text.is_some()) {
        return Err(Failure::error(
            "--follow does not go with --project or --search",
            "Leave one of them out.",
        ));
    }
    let events = client
        .events(context.organization()?, &filter)
        .up_to(arguments.limit)
        .await?;
    if arguments.follow {
        return follow(context, client, &filter, events).await;
    }
    context
        .output
        .rows(&events, "No events that you may see, or none that fit.", table)?;
    Ok(Outcome::Success)
}

async fn follow(
    context: &Context,
    client: &Client,
    filter: &EventFilter,
    events: Vec<Resource<Event>>,
) -> anyhow::Result<Outcome> {
    let newest = events.iter().filter_map(|event| event.attributes.position).max();
    for event in events.iter().rev() {
        print(&context.output, event)?;
    }
    let mut stream = client.event_stream(context.organization()?, newest);
    loop {
        match stream.next().await? {
            EventItem::Event(event) if is_wanted(&event.attributes, filter) => print(&context.output, &event)?,
            EventItem::Event(_) => {}
            EventItem::Reconnecting(why) => context.output.note(&format!("Connecting again: {why}")),
        }
    }
}

/// The stream has all events; the filter of the list is applied here.
fn is_wanted(event: &Event, filter: &EventFilter) -> bool {
    let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
    let is_action = filter.action.as_deref().is_none_or(|wanted| {
        let rest = event.action.strip_prefix(wanted);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    is_action
        && is(&filter.object, &event.object_id)
        && is(&filter.object_kind, &event.object_kind)
        && is(&filter.object_name, &event.object_name)
        && is(&filter.actor, event.actor_id.as_deref().unwrap_or_default())
        && is(&filter.actor_name, &event.actor_name)
        && is(&filter.request, event.request_id.as_deref().unwrap_or_default())
        && is(&filter.address, event.remote_address.as_deref().unwrap_or_default())
        && filter.from.is_none_or(|from| event.created_at >= from)
        && filter.to.is_none_or(|to| event.created_at < to)
}

fn print(output: &Output, event: &Resource<Event>) -> anyhow::Result<()> {
    if output.is_json() {
        return output.json_line(event);
    }
    Ok(output.line(&line(&event.attributes))?)
}

fn line(event: &Event) -> String {
    let object = format!("{} {}", event.object_kind, event.object_name);
    clean(&format!(
        "{}  {}  {}  {object} ({})",
        event.created_at, event.action, event.actor_name, event.object_id
    ))
}

fn table(events: &[Resource<Event>]) -> Table {
    let mut table = Table::new(&["when", "action", "who", "object", "id"]);
    for resource in events {
        let event = &resource.attributes;
        table.row(vec![
            event.created_at.to_string(),
            event.action.clone(),
            event.actor_name.clone(),
            format!("{} {}", event.object_kind, event.object_name),
            event.object_id.clone(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_followed_event_is_one_line_and_filtered_like_the_list() {
        let event: Event = serde_json::from_value(json!({"action": "run.confirmed", "actor-kind": "user",
            "actor-id": "user-1", "actor-name": "ada", "object-kind": "run", "object-id": "run-1",
            "object-name": "ship\nit", "changes": {}, "request-id": null, "remote-address": null, "position": 5,
            "created-at": "2026-01-01T00:00:00Z"}))
        .unwrap();
        assert!(line(&event).starts_with("2026-01-01T00:00:00.000Z  run.confirmed  ada  run ship"));
        let filter = |action: &str| EventFilter {
            action: Some(action.to_owned()),
            ..EventFilter::default()
        };
        assert!(is_wanted(&event, &filter("run.confirmed")) && !is_wanted(&event, &filter("run.discarded")));
        assert!(is_wanted(&event, &filter("run")) && !is_wanted(&event, &filter("ru")));
    }
}
