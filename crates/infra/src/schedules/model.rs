//! A schedule as it is stored, and what may become of it: pure.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, ProjectId, ScheduleId, UserId};
use slipway_api::schedules::{MissedTimes, OutcomeKind, ScheduleOutcome, ScheduleSettings, ScheduleStatus};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use super::action::Object;
use crate::permissions::SCHEDULE_READ;

/// Most schedules of one object.
pub const MOST: usize = 50;
/// What came of so many times is kept.
const KEPT: usize = 20;
/// Longest name, in characters.
const LONGEST_NAME: usize = 100;
/// Longest description, in characters.
const LONGEST_DESCRIPTION: usize = 1_000;

/// A schedule as it is stored. When it is due is the kernel's row with the same id.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "object_schedules")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScheduleId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The project of what it belongs to.
    pub project_id: ProjectId,
    /// Kind of what it belongs to.
    pub object_kind: String,
    /// Id of what it belongs to.
    pub object_id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What starts.
    pub action: String,
    /// The time zone that it is shown in.
    pub time_zone: String,
    /// What happens to a missed time.
    pub missed: MissedTimes,
    /// Since when it is held back.
    pub paused_at: Option<Timestamp>,
    /// Why, if Slipway did that itself.
    pub paused_reason: Option<String>,
    /// What came of the last times, the newest first.
    pub outcomes: Outcomes,
    /// Who made it.
    pub created_by: UserId,
    /// What that person was called.
    pub created_by_name: String,
    /// With whose rights it starts what it starts.
    pub runs_as: UserId,
    /// What that person was called.
    pub runs_as_name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes of its settings, from 1; what comes of its times is none.
    pub version: i64,
}

/// A schedule.
pub type Schedule = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What came of the last times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Outcomes(pub Vec<Noted>);

/// What came of a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// The time's key: what came of it is noted once.
    pub key: String,
    /// What.
    #[serde(flatten)]
    pub outcome: ScheduleOutcome,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// The name.
    pub name: String,
}

impl Model {
    /// A schedule of an object, made by somebody; `words` are the name of one without.
    ///
    /// # Errors
    ///
    /// `Invalid`, with the field at fault.
    pub fn new(
        (id, now): (ScheduleId, Timestamp),
        object: &Object,
        person: &Person,
        settings: &ScheduleSettings,
        words: &str,
    ) -> Result<Self> {
        let blank = Self {
            id,
            organization_id: object.organization,
            project_id: object.project,
            object_kind: object.kind.to_owned(),
            object_id: object.id.clone(),
            name: words.chars().take(LONGEST_NAME).collect(),
            description: String::new(),
            action: String::new(),
            time_zone: "UTC".to_owned(),
            missed: MissedTimes::default(),
            paused_at: None,
            paused_reason: None,
            outcomes: Outcomes::default(),
            created_by: person.id,
            created_by_name: person.name.clone(),
            runs_as: person.id,
            runs_as_name: person.name.clone(),
            created_at: now,
            version: 0,
        };
        blank.with_settings(settings)
    }

    /// The same with what the settings mention changed, but for the times.
    ///
    /// # Errors
    ///
    /// `Invalid`, with the field at fault.
    pub fn with_settings(mut self, settings: &ScheduleSettings) -> Result<Self> {
        if let Some(name) = &settings.name {
            let name = name.trim();
            if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
                let detail = format!("A schedule's name has 1 to {LONGEST_NAME} characters on one line.");
                return Err(Error::invalid("/data/attributes/name", detail));
            }
            name.clone_into(&mut self.name);
        }
        if let Some(description) = &settings.description {
            if description.chars().count() > LONGEST_DESCRIPTION {
                let detail = format!("A description has at most {LONGEST_DESCRIPTION} characters.");
                return Err(Error::invalid("/data/attributes/description", detail));
            }
            description.clone_into(&mut self.description);
        }
        if let Some(action) = &settings.action {
            action.clone_into(&mut self.action);
        }
        self.missed = settings.missed.unwrap_or(self.missed);
        self.version += 1;
        Ok(self)
    }

    /// The same with the rights of somebody else.
    #[must_use]
    pub fn run_as(mut self, person: &Person) -> Self {
        self.runs_as = person.id;
        person.name.clone_into(&mut self.runs_as_name);
        self
    }

    /// Held back; Slipway itself says why.
    #[must_use]
    pub fn pause(mut self, now: Timestamp, reason: Option<String>) -> Self {
        self.paused_at = Some(now);
        self.paused_reason = reason;
        self.version += 1;
        self
    }

    /// Going on, with the rights of whoever says so.
    #[must_use]
    pub fn resume(mut self, person: &Person) -> Self {
        self.paused_at = None;
        self.paused_reason = None;
        self.version += 1;
        self.run_as(person)
    }

    /// Whether it starts anything.
    #[must_use]
    pub fn status(&self, next_at: Option<Timestamp>) -> ScheduleStatus {
        match (self.paused_at, next_at) {
            (Some(_), _) => ScheduleStatus::Paused,
            (None, Some(_)) => ScheduleStatus::Active,
            (None, None) => ScheduleStatus::Finished,
        }
    }

    /// Whether it is known what came of the time with this key.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        self.outcomes.0.iter().any(|noted| noted.key == key)
    }

    /// What came of a time, noted; what is oldest is forgotten.
    #[must_use]
    pub fn noting(mut self, key: &str, outcome: ScheduleOutcome) -> Self {
        let key = key.to_owned();
        self.outcomes.0.insert(0, Noted { key, outcome });
        self.outcomes.0.truncate(KEPT);
        self
    }

    /// What authorization asks about it: it stands where its object stands.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: "schedule",
            name: self.id.to_string().into(),
            scope: Scope::project(self.organization_id, self.project_id).object(&self.object_id),
            read: SCHEDULE_READ,
        }
    }
}

/// The outcome of a time at which nothing was started.
#[must_use]
pub fn nothing(kind: OutcomeKind, (due_at, at): (Timestamp, Timestamp), reason: String, by: &str) -> ScheduleOutcome {
    ScheduleOutcome {
        due_at,
        at,
        kind,
        run_id: None,
        reason: Some(reason),
        by: by.to_owned(),
    }
}
