//! What schedules can start, as rows of a table: the server puts together those of all domains.

use futures::future::BoxFuture;
use slipway_api::ids::{OrganizationId, ProjectId, ScheduleId};
use slipway_kernel::grants::{Permission, Scope, Target};
use slipway_kernel::{Ctx, Error, Result};

/// Something that a schedule can start in an object.
#[derive(Clone, Copy)]
pub struct Action {
    /// Kind of the object, as the directory calls it: `workspace`.
    pub object_kind: &'static str,
    /// The action's name: `plan`.
    pub action: &'static str,
    /// What it does, for people, after the name of the schedule: `plan and apply`.
    pub words: &'static str,
    /// Kind of the server's job that calls [`super::firing::fire`] with this table.
    pub job: &'static str,
    /// What whoever it runs as must be allowed in the object, then and when the schedule is made.
    pub permissions: &'static [Permission],
    /// Finds an object of this kind, whoever may see it; none when it is gone.
    pub find: for<'a> fn(&'a Ctx, &'a str) -> BoxFuture<'a, Result<Option<Object>>>,
    /// Starts it as the caller, who was asked for the permissions. The same key again must find what was started with it.
    pub start: for<'a> fn(&'a Ctx, &'a Firing) -> BoxFuture<'a, Result<Started>>,
}

/// What a schedule belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its kind.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its organization.
    pub organization: OrganizationId,
    /// Its project.
    pub project: ProjectId,
    /// The permission to see it.
    pub read: Permission,
}

impl Object {
    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: self.kind,
            name: self.id.clone().into(),
            scope: Scope::project(self.organization, self.project).object(&self.id),
            read: self.read,
        }
    }
}

/// One time of a schedule that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firing {
    /// The schedule.
    pub schedule: ScheduleId,
    /// In which object.
    pub object: String,
    /// What.
    pub action: String,
    /// Why, for people.
    pub message: String,
    /// Unique to this time.
    pub key: String,
    /// Whether it may wait behind what is waiting or running: true for what is started once, as a destroy at the end of an
    /// object's time. What comes again and again does not queue up.
    pub can_wait: bool,
}

/// What came of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// This was started, or had been started with the same key: a run's id.
    As(String),
    /// Nothing was started beside what is there, in a sentence.
    Skipped(String),
}

/// The action of this name of a kind of objects.
///
/// # Errors
///
/// `Invalid`, with the names that there are.
pub fn of<'a>(actions: &'a [Action], object_kind: &str, name: &str) -> Result<&'a Action> {
    let of_kind = || actions.iter().filter(|action| action.object_kind == object_kind);
    of_kind().find(|action| action.action == name).ok_or_else(|| {
        let names: Vec<&str> = of_kind().map(|action| action.action).collect();
        let detail = format!(
            "There is no action \"{name}\" in a {}; choose one of {}.",
            object_kind.replace('-', " "),
            names.join(", ")
        );
        Error::invalid("/data/attributes/action", detail)
    })
}

/// Finds the object, whoever may see it.
///
/// # Errors
///
/// Those of the database, and `Internal` for a kind that nobody has actions for.
pub async fn object(ctx: &Ctx, actions: &[Action], kind: &str, id: &str) -> Result<Option<Object>> {
    let action = actions.iter().find(|action| action.object_kind == kind);
    let action = action.ok_or_else(|| Error::internal(format!("nothing can be scheduled in a {kind}")))?;
    (action.find)(ctx, id).await
}
