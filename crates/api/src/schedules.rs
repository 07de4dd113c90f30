//! Schedules: what starts in an object at certain times, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A schedule; what it belongs to is the relationship `object`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Schedule {
    /// Its name, for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Kind of what it belongs to: `workspace`.
    pub object_kind: String,
    /// Name of what it belongs to.
    pub object_name: String,
    /// What starts: in a workspace `plan`, `apply`, `destroy`, `refresh` or `check-drift`.
    pub action: String,
    /// The cron expression, of a schedule that starts again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The time zone that it counts and is shown in: `Europe/Berlin`.
    pub time_zone: String,
    /// The moment, of a schedule that starts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// When it starts, in words.
    pub words: String,
    /// What happens to a time at which nobody was there to start anything.
    pub missed: MissedTimes,
    /// Whether it starts anything.
    pub status: ScheduleStatus,
    /// Why it is paused, if Slipway did that itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_reason: Option<String>,
    /// Since when it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// The next times, five at most.
    pub next_times: Vec<ScheduleTime>,
    /// What came of the last times, the newest first.
    pub outcomes: Vec<ScheduleOutcome>,
    /// Who made it, for people.
    pub created_by: String,
    /// With whose rights it starts what it starts: of whoever made it, changed what it does or when, or resumed it last.
    pub runs_as: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for Schedule {
    const TYPE: &'static str = "schedules";
}

/// What happens to a time at which no server was there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum MissedTimes {
    /// It starts as soon as possible, once however many times were missed.
    #[default]
    RunOnce,
    /// Nothing: the next time is waited for. The history says so.
    Skip,
}

/// Whether a schedule starts anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleStatus {
    /// It has a next time.
    Active,
    /// Somebody holds it back, or Slipway does; `paused-reason` says why.
    Paused,
    /// It has no time any more.
    Finished,
}

/// A time of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ScheduleTime {
    /// The moment.
    pub at: Timestamp,
    /// The same as clocks in the schedule's time zone show it: `Mon 2026-11-23 06:00 CET`.
    pub local: String,
    /// What is unusual about it: that clocks change then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What came of one time of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ScheduleOutcome {
    /// When it was due.
    pub due_at: Timestamp,
    /// When this came of it.
    pub at: Timestamp,
    /// What.
    pub kind: OutcomeKind,
    /// What was started: a run's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Why nothing was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// With whose rights, or by whom if somebody started it by hand.
    pub by: String,
}

/// What comes of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeKind {
    /// Something was started.
    Started,
    /// Nothing was started because something is waiting or running already, or because it had just been paused.
    Skipped,
    /// The time was missed, and missed times are skipped.
    Missed,
    /// Whoever it runs as may not do that any more. It is paused.
    Refused,
    /// It could not be started.
    Failed,
}

/// What a new schedule needs, or changes to one; what is absent is the default, or stays. A new one says its times by one of
/// `cron`, `at` and `after`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScheduleSettings {
    /// Its name; what it does and when, in words, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What starts; required for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// A cron expression of five fields, or of six or seven as Quartz has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The time zone that it counts and is shown in; UTC for a new one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Once, at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Once, so long from now: `90m`, `8h`, `3d`, `2w`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What happens to a missed time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<MissedTimes>,
}

impl Attributes for ScheduleSettings {
    const TYPE: &'static str = Schedule::TYPE;
}

/// Times to look at before a schedule is made: one of `cron`, `at` and `after`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScheduleTrial {
    /// A cron expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The time zone; UTC if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Once, at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Once, so long from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Attributes for ScheduleTrial {
    const TYPE: &'static str = "schedule-trials";
}

/// What the times of a trial mean.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SchedulePreview {
    /// In words.
    pub words: String,
    /// The next times, five at most.
    pub next_times: Vec<ScheduleTime>,
}

impl Attributes for SchedulePreview {
    const TYPE: &'static str = "schedule-previews";
}

impl MissedTimes {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::RunOnce => "run-once",
            Self::Skip => "skip",
        }
    }
}
