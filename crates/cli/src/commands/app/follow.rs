//! Following a deploy live: its log, its steps, how it ended, and what Ctrl-C means.
//!
//! The first Ctrl-C asks whether to cancel it, where somebody can be asked, and cancels it elsewhere; the second leaves, and
//! the deploy goes on.

use std::fmt;
use std::time::Duration;

use clap::Args;
use slipway_api::Resource;
use slipway_api::apps::App;
use slipway_api::deploys::{Deploy, DeployStatus};
use slipway_api::ids::DeployId;
use slipway_client::{Client, LogItem};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use super::steps::{self, Steps};
use super::watch::{Update, Watch};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Icon, Progress, clean, elapsed};
use crate::prompt;
use crate::run_flow::LogPrinter;

/// How long a log may still come after its deploy is over.
const LATE_LOG: Duration = Duration::from_secs(5);

/// Whether a deploy is followed.
#[derive(Debug, Args)]
pub(crate) struct Waiting {
    /// Leave it to itself as soon as it has begun
    #[arg(long)]
    detach: bool,
}

/// A deploy that was begun.
pub(super) struct Awaited<'a> {
    pub(super) app: &'a Resource<App>,
    pub(super) deploy: DeployId,
    /// Whether stdout gets what is known of it in the end.
    pub(super) is_shown: bool,
}

/// How following ended.
enum Followed {
    Over(Box<Resource<Deploy>>),
    Detached,
}

/// Follows the deploy that brings changed variables to the units, if there is one; or says that they are staged.
pub(in crate::commands) async fn brought(
    context: &Context,
    client: &Client,
    app: &Resource<App>,
    (is_staged, waiting): (bool, &Waiting),
) -> anyhow::Result<Outcome> {
    if is_staged {
        let output = &context.output;
        output.note("  staged: the next deploy or restart brings it to the units");
        return Ok(Outcome::Success);
    }
    // Nothing is deployed for an app of which nothing runs.
    let Some(deploy) = client.app(id_of(app)?).await?.0.attributes.active_deploy else {
        return Ok(Outcome::Success);
    };
    let begun = Awaited {
        app,
        deploy,
        is_shown: false,
    };
    awaited(context, client, begun, waiting).await
}

/// Follows a deploy to its end, or says where it goes on.
pub(super) async fn awaited(
    context: &Context,
    client: &Client,
    awaited: Awaited<'_>,
    waiting: &Waiting,
) -> anyhow::Result<Outcome> {
    let (output, app) = (&context.output, &awaited.app.attributes.name);
    if !waiting.detach {
        return to_its_end(context, client, &awaited, 2).await;
    }
    if awaited.is_shown && output.is_json() {
        output.json(&client.deploy(awaited.deploy).await?)?;
    } else if awaited.is_shown {
        output.line(&awaited.deploy.to_string())?;
    }
    output.done("started; it goes on at the server");
    output.note(&where_to_look(app.as_str()));
    Ok(Outcome::Success)
}

/// Follows a deploy to its end; that many Ctrl-C leave it to itself, and those before ask to cancel it.
pub(super) async fn to_its_end(
    context: &Context,
    client: &Client,
    awaited: &Awaited<'_>,
    leave_at: u32,
) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let deploy = match follow(context, client, awaited, leave_at).await? {
        Followed::Over(deploy) => deploy,
        Followed::Detached => return Ok(Outcome::Detached),
    };
    if awaited.is_shown && context.output.is_json() {
        context.output.json(&deploy)?;
    }
    say_how_it_ended(
        context,
        client,
        awaited,
        &deploy.attributes,
        &elapsed(started.elapsed()),
    )
    .await
}

async fn follow(context: &Context, client: &Client, awaited: &Awaited<'_>, leave_at: u32) -> anyhow::Result<Followed> {
    let mut watch = Watch::start(client, awaited.deploy);
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut progress = Progress::new(&context.output);
    let mut printer = LogPrinter::new(&context.output);
    let mut steps = Steps::default();
    let (mut presses, mut log_end, mut over) = (0, false, None::<(Box<Resource<Deploy>>, Instant)>);
    loop {
        if let Some((deploy, _)) = over.take_if(|(_, since)| log_end || since.elapsed() > LATE_LOG) {
            printer.finish(&progress)?;
            return Ok(Followed::Over(deploy));
        }
        let update = tokio::select! {
            update = watch.next() => update.unwrap_or(Update::Stopped),
            _ = interrupts.recv() => Update::Interrupt,
            () = tokio::time::sleep(LATE_LOG), if over.is_some() => continue,
        };
        match update {
            Update::Log(LogItem::Text(text)) => printer.print(&text, &progress)?,
            Update::Log(LogItem::Reconnecting(why)) => progress.say(&format!("Reading the log again: {why}")),
            Update::Log(LogItem::End) => log_end = true,
            Update::LogFailed(error) => {
                log_end = true;
                let text = clean(&format!("cannot show the log: {error}"));
                progress.while_hidden(|| context.output.warn(&text));
            }
            Update::Deploy(deploy) => {
                if let Some(done) = steps.past(&deploy.attributes, Instant::now()) {
                    progress.while_hidden(|| context.output.done(&done));
                }
                match deploy.attributes.status {
                    DeployStatus::Running => progress.say(steps::activity(&deploy.attributes)),
                    _ => over = Some((deploy, Instant::now())),
                }
            }
            Update::Away(error) => progress.say(&format!("The deploy goes on; {error}; trying again")),
            Update::Failed(error) => return Err(error.into()),
            Update::Stopped if over.is_some() => log_end = true,
            Update::Stopped => {
                let next = format!(
                    "Look again: slipway app deploy-log --follow --app {}",
                    awaited.app.attributes.name
                );
                return Err(Failure::error("following the deploy stopped", next));
            }
            Update::Interrupt => {
                presses += 1;
                match progress.while_hidden(|| decided(context, presses, leave_at))? {
                    Decision::Leave => {
                        progress.while_hidden(|| say_where_it_goes_on(context, awaited));
                        return Ok(Followed::Detached);
                    }
                    Decision::Cancel => cancel(context, client, awaited.deploy, &progress).await,
                    Decision::GoOn => {}
                }
            }
        }
    }
}

/// What Ctrl-C was meant to do.
#[derive(Debug, Clone, Copy)]
enum Decision {
    Cancel,
    Leave,
    GoOn,
}

impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cancel => "cancel it: what ran before goes on",
            Self::Leave => "leave it: it goes on at the server",
            Self::GoOn => "go on watching it",
        })
    }
}

fn decided(context: &Context, presses: u32, leave_at: u32) -> anyhow::Result<Decision> {
    if presses >= leave_at {
        return Ok(Decision::Leave);
    }
    if !context.environment.is_interactive() {
        return Ok(Decision::Cancel);
    }
    let ways = vec![Decision::Cancel, Decision::Leave, Decision::GoOn];
    let chosen = prompt::choose("What shall become of the deploy?", ways)?;
    // Ctrl-C at the question is the second one.
    Ok(chosen.unwrap_or(Decision::Leave))
}

async fn cancel(context: &Context, client: &Client, deploy: DeployId, progress: &Progress<'_>) {
    let text = match client.cancel_deploy(deploy).await {
        Ok(_) => "Asked the server to cancel the deploy. Ctrl-C again leaves it to itself.".to_owned(),
        Err(error) => format!("Could not cancel the deploy: {error}. Ctrl-C again leaves it to itself."),
    };
    progress.while_hidden(|| context.output.note(&clean(&text)));
}

fn say_where_it_goes_on(context: &Context, awaited: &Awaited<'_>) {
    context.output.warn("left; the deploy goes on at the server");
    context
        .output
        .note(&where_to_look(awaited.app.attributes.name.as_str()));
}

fn where_to_look(app: &str) -> String {
    format!("  follow: slipway app deploy-log --follow --app {app}\n  cancel: slipway app cancel-deploy --app {app}")
}

async fn say_how_it_ended(
    context: &Context,
    client: &Client,
    awaited: &Awaited<'_>,
    deploy: &Deploy,
    took: &str,
) -> anyhow::Result<Outcome> {
    let (output, name) = (&context.output, &awaited.app.attributes.name);
    let text = format!("{} ({took})", ending(deploy, name.as_str()));
    match deploy.status {
        DeployStatus::Failed => output.note(&format!("{} {text}", output.note_style.icon(Icon::Failed))),
        DeployStatus::Canceled => output.warn(&text),
        DeployStatus::Deployed | DeployStatus::Running => output.done(&text),
    }
    for line in deploy.reason.lines() {
        output.note(&format!("  {}", clean(line)));
    }
    if deploy.status != DeployStatus::Deployed {
        output.note(&format!(
            "  look again: slipway app deploy-log {} --app {name}",
            deploy.number
        ));
        return Ok(Outcome::Failed);
    }
    let (app, _) = client.app(id_of(awaited.app)?).await?;
    if app.attributes.is_stopped {
        output.note(&format!("  it is stopped, so nothing runs: slipway app start {name}"));
        return Ok(Outcome::Success);
    }
    if awaited.is_shown && !output.is_json() {
        for url in &app.attributes.urls {
            output.line(&clean(url))?;
        }
    }
    Ok(Outcome::Success)
}

/// What came of a deploy, in a sentence without its full stop.
fn ending(deploy: &Deploy, app: &str) -> String {
    let stays = match deploy.previous_version {
        Some(version) => format!("version {version} goes on running"),
        None => "nothing ran before, and nothing runs now".to_owned(),
    };
    match deploy.status {
        DeployStatus::Deployed => match deploy.app_version {
            Some(version) => format!("deployed version {version} of {app}"),
            None => format!("deployed {app}"),
        },
        DeployStatus::Failed => format!("the deploy failed while {}; {stays}", steps::doing(deploy)),
        DeployStatus::Canceled => format!("the deploy was canceled; {stays}"),
        DeployStatus::Running => "the deploy goes on".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::steps::tests::example;
    use super::*;

    #[rstest]
    #[case("deployed", Some(1), "deployed version 2 of web")]
    #[case(
        "failed",
        Some(1),
        "the deploy failed while waiting until the new units are ready; version 1 goes on running"
    )]
    #[case(
        "failed",
        None,
        "the deploy failed while waiting until the new units are ready; nothing ran before, and nothing runs now"
    )]
    #[case("canceled", Some(1), "the deploy was canceled; version 1 goes on running")]
    fn an_ending_says_what_runs_now(#[case] status: &str, #[case] before: Option<u32>, #[case] expected: &str) {
        let deploy = Deploy {
            app_version: Some(2),
            previous_version: before,
            ..example(status, "health")
        };
        assert_eq!(ending(&deploy, "web"), expected);
    }
}
