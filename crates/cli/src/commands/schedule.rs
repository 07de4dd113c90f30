//! `slipway schedule`

use clap::{Args, Subcommand, ValueEnum};
use slipway_api::ids::ScheduleId;
use slipway_api::schedules::{
    MissedTimes, OutcomeKind, Schedule, ScheduleOutcome, ScheduleSettings, ScheduleStatus, ScheduleTime, ScheduleTrial,
};
use slipway_api::{Resource, Timestamp};
use slipway_client::ScheduleFilter;

use super::{executor, resource, workspace};
use crate::context::{Context, id_of};
use crate::failure::Outcome;
use crate::output::Table;
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// List the schedules of a workspace, an executor or a resource, or all of the organization
    #[command(after_help = "\
Examples:
  slipway schedule list shop
  slipway schedule list --executor backup
  slipway schedule list --resource database/orders
  slipway schedule list --all
  slipway schedule list --all --action destroy --paused false")]
    List {
        /// The workspace, by name or id [default: the directory's]
        #[arg(id = "of_workspace", value_name = "WORKSPACE", conflicts_with = "all")]
        workspace: Option<String>,
        /// Those of this executor, by name or id
        #[arg(long, value_name = "EXECUTOR", conflicts_with_all = ["of_workspace", "all"])]
        executor: Option<String>,
        /// Those of this resource: template/name or an id
        #[arg(long, value_name = "RESOURCE", conflicts_with_all = ["of_workspace", "executor", "all"])]
        resource: Option<String>,
        /// Those of all workspaces, executors and resources of the organization
        #[arg(long)]
        all: bool,
        /// With this in the name
        #[arg(long, value_name = "TEXT", requires = "all")]
        search: Option<String>,
        /// That start this
        #[arg(long, value_name = "ACTION", requires = "all")]
        action: Option<String>,
        /// Only those that are paused, or that are not
        #[arg(long, value_name = "BOOLEAN", requires = "all")]
        paused: Option<bool>,
    },
    /// Make a schedule; it has your rights
    #[command(after_help = "\
Examples:
  slipway schedule create shop --action plan --cron '0 6 * * 1-5' --time-zone Europe/Berlin
  slipway schedule create shop --name drift --action check-drift --cron '0 */4 * * *' --missed skip
  slipway schedule create demo --name 'end of the demo' --action destroy --after 8h
  slipway schedule create shop --action apply --at 2027-01-31T22:00:00Z
  slipway schedule create --executor backup --action apply --cron '0 2 * * *'
  slipway schedule create --resource database/orders --action refresh --cron '0 3 * * 0'
  slipway schedule create --resource database/trial --action destroy --after 3d")]
    Create {
        /// The workspace, by name or id [default: the directory's]
        #[arg(id = "of_workspace", value_name = "WORKSPACE")]
        workspace: Option<String>,
        /// In this executor, by name or id, instead of a workspace
        #[arg(long, value_name = "EXECUTOR", conflicts_with = "of_workspace")]
        executor: Option<String>,
        /// In this resource, by template/name or id, instead of a workspace: plan, refresh or destroy
        #[arg(long, value_name = "RESOURCE", conflicts_with_all = ["of_workspace", "executor"])]
        resource: Option<String>,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Show a schedule with its next times and what came of the last ones
    #[command(after_help = "Examples:\n  slipway schedule show sched-0123456789abcdef")]
    Show {
        /// The schedule's id
        #[arg(value_name = "SCHEDULE")]
        schedule: ScheduleId,
    },
    /// Change a schedule; changing what it does, or when, lends it your rights
    #[command(after_help = "\
Examples:
  slipway schedule update sched-0123456789abcdef --cron '0 7 * * 1-5'
  slipway schedule update sched-0123456789abcdef --after 3d")]
    Update {
        /// The schedule's id
        #[arg(value_name = "SCHEDULE")]
        schedule: ScheduleId,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Remove a schedule; the runs that it started stay
    #[command(after_help = "Examples:\n  slipway schedule delete sched-0123456789abcdef --yes")]
    Delete {
        /// The schedule's id
        #[arg(value_name = "SCHEDULE")]
        schedule: ScheduleId,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Hold a schedule back
    #[command(after_help = "Examples:\n  slipway schedule pause sched-0123456789abcdef")]
    Pause {
        /// The schedule's id
        #[arg(value_name = "SCHEDULE")]
        schedule: ScheduleId,
    },
    /// Let a schedule go on with its next time; it has your rights then
    #[command(after_help = "Examples:\n  slipway schedule resume sched-0123456789abcdef")]
    Resume {
        /// The schedule's id
        #[arg(value_name = "SCHEDULE")]
        schedule: ScheduleId,
    },
    /// Start now what a schedule starts; its times stay as they are
    #[command(after_help = "Examples:\n  slipway schedule run sched-0123456789abcdef")]
    Run {
        /// The schedule's id
        #[arg(value_name = "SCHEDULE")]
        schedule: ScheduleId,
    },
    /// Say what times mean, before anything is made
    #[command(after_help = "\
Examples:
  slipway schedule preview --cron '30 2 * * *' --time-zone Europe/Berlin
  slipway schedule preview --cron '0 0 6 ? * MON-FRI'
  slipway schedule preview --after 8h")]
    Preview {
        #[command(flatten)]
        times: TimeArguments,
    },
}

/// When, as flags.
#[derive(Debug, Args)]
pub(crate) struct TimeArguments {
    /// Again and again: minute hour day month weekday, or six or seven fields as Quartz has them
    #[arg(long, value_name = "EXPRESSION", group = "when")]
    cron: Option<String>,
    /// Once, at this moment
    #[arg(long, value_name = "TIME", group = "when")]
    at: Option<Timestamp>,
    /// Once, so long from now: 90m, 8h, 3d, 2w
    #[arg(long, value_name = "DURATION", group = "when")]
    after: Option<String>,
    /// The time zone that it counts in [default of a new one: UTC]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

/// A schedule as flags.
#[derive(Debug, Args)]
pub(crate) struct SettingArguments {
    #[command(flatten)]
    times: TimeArguments,
    /// What starts
    #[arg(long, value_enum, value_name = "ACTION")]
    action: Option<Action>,
    /// Its name [default: what it does and when]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// What happens to a time at which no server was there [default of a new one: run-once]
    #[arg(long, value_enum, value_name = "WHAT")]
    missed: Option<Missed>,
}

/// What can be started in a workspace, an executor or a resource.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Action {
    /// Only plan
    Plan,
    /// Plan, and apply without asking
    Apply,
    /// Destroy everything without asking
    Destroy,
    /// Bring the state up to date without asking
    Refresh,
    /// Look at what differs between the state and the real resources; of a workspace
    CheckDrift,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Missed {
    /// Start once, as soon as possible
    RunOnce,
    /// Wait for the next time
    Skip,
}

impl SettingArguments {
    fn settings(self) -> ScheduleSettings {
        let action = self.action.map(|action| match action {
            Action::Plan => "plan",
            Action::Apply => "apply",
            Action::Destroy => "destroy",
            Action::Refresh => "refresh",
            Action::CheckDrift => "check-drift",
        });
        ScheduleSettings {
            name: self.name,
            description: self.description,
            action: action.map(str::to_owned),
            cron: self.times.cron,
            time_zone: self.times.time_zone,
            at: self.times.at,
            after: self.times.after,
            missed: self.missed.map(|missed| match missed {
                Missed::RunOnce => MissedTimes::RunOnce,
                Missed::Skip => MissedTimes::Skip,
            }),
        }
    }
}

pub(super) async fn run(context: &Context, command: ScheduleCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        ScheduleCommand::List {
            workspace,
            executor,
            resource,
            all,
            search,
            action,
            paused,
        } => {
            let schedules = if let Some(executor) = executor {
                let id = id_of(&executor::find(context, client, &executor).await?)?;
                client.executor_schedules(id).all().await?
            } else if let Some(given) = resource {
                let id = id_of(&resource::find(context, client, &given).await?)?;
                client.resource_schedules(id).all().await?
            } else if all {
                let filter = ScheduleFilter {
                    text: search,
                    action,
                    is_paused: paused,
                };
                client
                    .organization_schedules(context.organization()?, &filter)
                    .all()
                    .await?
            } else {
                let id = id_of(&workspace::find(context, client, workspace.as_deref()).await?)?;
                client.schedules(id).all().await?
            };
            let empty = "No schedules. `slipway schedule create` makes one.";
            context.output.rows(&schedules, empty, table)?;
        }
        ScheduleCommand::Create {
            executor: Some(executor),
            settings,
            ..
        } => {
            let id = id_of(&executor::find(context, client, &executor).await?)?;
            show(
                context,
                &client.create_executor_schedule(id, settings.settings()).await?,
            )?;
        }
        ScheduleCommand::Create {
            resource: Some(given),
            settings,
            ..
        } => {
            let id = id_of(&resource::find(context, client, &given).await?)?;
            show(
                context,
                &client.create_resource_schedule(id, settings.settings()).await?,
            )?;
        }
        ScheduleCommand::Create {
            workspace, settings, ..
        } => {
            let id = id_of(&workspace::find(context, client, workspace.as_deref()).await?)?;
            show(context, &client.create_schedule(id, settings.settings()).await?)?;
        }
        ScheduleCommand::Show { schedule } => show(context, &client.schedule(schedule).await?.0)?,
        ScheduleCommand::Update { schedule, settings } => {
            let (_, tag) = client.schedule(schedule).await?;
            show(
                context,
                &client.update_schedule(schedule, settings.settings(), &tag).await?,
            )?;
        }
        ScheduleCommand::Delete { schedule, yes } => {
            let (shown, _) = client.schedule(schedule).await?;
            let name = &shown.attributes.name;
            if prompt::confirm(context, yes, &format!("Remove the schedule \"{name}\"?"))? {
                client.delete_schedule(schedule).await?;
                context.output.done(&format!("removed the schedule \"{name}\""));
            }
        }
        ScheduleCommand::Pause { schedule } => show(context, &client.pause_schedule(schedule).await?)?,
        ScheduleCommand::Resume { schedule } => show(context, &client.resume_schedule(schedule).await?)?,
        ScheduleCommand::Run { schedule } => show(context, &client.run_schedule(schedule).await?)?,
        ScheduleCommand::Preview { times } => preview(context, times).await?,
    }
    Ok(Outcome::Success)
}

async fn preview(context: &Context, times: TimeArguments) -> anyhow::Result<()> {
    let trial = ScheduleTrial {
        cron: times.cron,
        time_zone: times.time_zone,
        at: times.at,
        after: times.after,
    };
    let preview = context.client()?.preview_schedule(trial).await?;
    context.output.one(&preview, |resource| {
        let preview = &resource.attributes;
        vec![
            ("Starts", preview.words.clone()),
            ("Next times", next_times(&preview.next_times)),
        ]
    })
}

fn show(context: &Context, schedule: &Resource<Schedule>) -> anyhow::Result<()> {
    context.output.one(schedule, |resource| {
        let schedule = &resource.attributes;
        let outcomes: Vec<String> = schedule.outcomes.iter().map(came_of).collect();
        vec![
            ("Id", resource.id.clone()),
            ("Name", schedule.name.clone()),
            ("Description", schedule.description.clone()),
            ("Of", format!("{} {}", schedule.object_kind, schedule.object_name)),
            ("Action", schedule.action.clone()),
            ("Starts", schedule.words.clone()),
            ("Missed times", schedule.missed.word().to_owned()),
            ("Status", status(schedule)),
            ("Runs as", schedule.runs_as.clone()),
            ("Next times", next_times(&schedule.next_times)),
            ("Last times", outcomes.join("\n")),
        ]
    })
}

/// The next times, one on a line.
fn next_times(times: &[ScheduleTime]) -> String {
    let line = |time: &ScheduleTime| match &time.note {
        Some(note) => format!("{} ({note})", time.local),
        None => time.local.clone(),
    };
    times.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn came_of(outcome: &ScheduleOutcome) -> String {
    let kind = word(outcome.kind);
    let what = outcome.run_id.as_ref().or(outcome.reason.as_ref());
    let what = what.map(|what| format!(": {what}")).unwrap_or_default();
    format!("{} {kind}{what}", outcome.at)
}

const fn word(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Started => "started",
        OutcomeKind::Skipped => "skipped",
        OutcomeKind::Missed => "missed",
        OutcomeKind::Refused => "refused",
        OutcomeKind::Failed => "failed",
    }
}

fn status(schedule: &Schedule) -> String {
    match (schedule.status, &schedule.paused_reason) {
        (ScheduleStatus::Active, _) => "active".to_owned(),
        (ScheduleStatus::Finished, _) => "finished".to_owned(),
        (ScheduleStatus::Paused, None) => "paused".to_owned(),
        (ScheduleStatus::Paused, Some(reason)) => format!("paused: {reason}"),
    }
}

fn table(schedules: &[Resource<Schedule>]) -> Table {
    let mut table = Table::new(&["name", "of", "action", "next", "last", "id"]);
    for resource in schedules {
        let schedule = &resource.attributes;
        let next = match (schedule.status, schedule.next_times.first()) {
            (ScheduleStatus::Active, Some(time)) => time.local.clone(),
            (ScheduleStatus::Paused, _) => "paused".to_owned(),
            _ => "finished".to_owned(),
        };
        let last = schedule.outcomes.first().map(|outcome| word(outcome.kind).to_owned());
        table.row(vec![
            schedule.name.clone(),
            schedule.object_name.clone(),
            schedule.action.clone(),
            next,
            last.unwrap_or_default(),
            resource.id.clone(),
        ]);
    }
    table
}
