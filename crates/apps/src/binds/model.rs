//! A bind as it is stored, and what it gives of what there is: pure.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use slipway_api::Timestamp;
use slipway_api::binds::{BindOriginKind, BindStatus};
use slipway_api::ids::{AppId, BindId, JobId, OrganizationId, ResourceId, ServiceInstanceId, WorkspaceId};
use slipway_catalog::resources::binding::GivenOutput;
use slipway_kernel::{Error, Result};

use crate::env::BoundValue;

/// The word for binds in events and in documents.
pub const KIND: &str = "bind";

/// A bind as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "binds")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BindId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// The app that is given something.
    pub app_id: Option<AppId>,
    /// The job that is given something.
    pub job_id: Option<JobId>,
    /// The service instance that it is bound to.
    pub service_instance_id: Option<ServiceInstanceId>,
    /// The resource whose outputs are given, also by way of a service instance.
    pub resource_id: Option<ResourceId>,
    /// The workspace whose outputs are given.
    pub workspace_id: Option<WorkspaceId>,
    /// Which outputs, each under which variable; empty for all.
    pub names: Names,
    /// Put before the name of each variable.
    pub prefix: String,
    /// Whether values that are no secrets are shown.
    pub shows_values: bool,
    /// What was given until now: variables, each with its output.
    pub given: Names,
    /// Whether the app has what it should have.
    pub status: BindStatus,
    /// Why not.
    pub reason: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When its values last changed.
    pub updated_at: Timestamp,
}

/// A bind.
pub type Bind = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Names by names, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Names(pub BTreeMap<String, String>);

/// What is given something. What else can be joins here, with a column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// An app.
    App(AppId),
    /// A job.
    Job(JobId),
}

/// What outputs are taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// What was ordered of a service, with its resource.
    ServiceInstance(ServiceInstanceId, ResourceId),
    /// A resource.
    Resource(ResourceId),
    /// A workspace.
    Workspace(WorkspaceId),
}

impl Origin {
    /// The kind of thing.
    #[must_use]
    pub const fn kind(self) -> BindOriginKind {
        match self {
            Self::ServiceInstance(..) => BindOriginKind::ServiceInstance,
            Self::Resource(_) => BindOriginKind::Resource,
            Self::Workspace(_) => BindOriginKind::Workspace,
        }
    }

    /// The id of what people bound to.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::ServiceInstance(id, _) => id.to_string(),
            Self::Resource(id) => id.to_string(),
            Self::Workspace(id) => id.to_string(),
        }
    }

    /// Ids of everything that must not go while something is bound to it.
    #[must_use]
    pub fn needs(self) -> Vec<String> {
        match self {
            Self::ServiceInstance(instance, resource) => vec![instance.to_string(), resource.to_string()],
            Self::Resource(_) | Self::Workspace(_) => vec![self.id()],
        }
    }
}

/// What somebody wants to be bound.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The id of the bind to be.
    pub id: BindId,
    /// Its organization.
    pub organization: OrganizationId,
    /// What is given something.
    pub recipient: Recipient,
    /// Of what.
    pub origin: Origin,
    /// Which outputs, each under which variable; empty for all.
    pub names: BTreeMap<String, String>,
    /// Put before the name of each variable.
    pub prefix: String,
    /// Whether values that are no secrets are shown.
    pub shows_values: bool,
    /// By whom.
    pub by: String,
}

/// What there is to give.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Outputs by name.
    pub outputs: BTreeMap<String, GivenOutput>,
    /// Why there are none, in a sentence.
    pub absent: Option<String>,
}

/// What a bind gives: variables, each with its output and its value.
pub type Given = BTreeMap<String, (String, BoundValue)>;

impl Model {
    /// A bind that gave nothing yet.
    #[must_use]
    pub fn new(wanted: Wanted, now: Timestamp) -> Self {
        let (app, job) = match wanted.recipient {
            Recipient::App(app) => (Some(app), None),
            Recipient::Job(job) => (None, Some(job)),
        };
        let (instance, resource, workspace) = match wanted.origin {
            Origin::ServiceInstance(instance, resource) => (Some(instance), Some(resource), None),
            Origin::Resource(resource) => (None, Some(resource), None),
            Origin::Workspace(workspace) => (None, None, Some(workspace)),
        };
        Self {
            id: wanted.id,
            organization_id: wanted.organization,
            app_id: app,
            job_id: job,
            service_instance_id: instance,
            resource_id: resource,
            workspace_id: workspace,
            names: Names(wanted.names),
            prefix: wanted.prefix,
            shows_values: wanted.shows_values,
            given: Names::default(),
            status: BindStatus::Waiting,
            reason: String::new(),
            created_by: wanted.by,
            created_at: now,
            updated_at: now,
        }
    }

    /// What is given something.
    ///
    /// # Errors
    ///
    /// Never, but for a row that nobody wrote.
    pub fn recipient(&self) -> Result<Recipient> {
        let found = self.app_id.map(Recipient::App).or(self.job_id.map(Recipient::Job));
        found.ok_or_else(|| Error::internal(format!("{} gives nobody anything", self.id)))
    }

    /// What outputs are taken of.
    ///
    /// # Errors
    ///
    /// Never, but for a row that nobody wrote.
    pub fn origin(&self) -> Result<Origin> {
        match (self.service_instance_id, self.resource_id, self.workspace_id) {
            (Some(instance), Some(resource), _) => Ok(Origin::ServiceInstance(instance, resource)),
            (None, Some(resource), _) => Ok(Origin::Resource(resource)),
            (_, None, Some(workspace)) => Ok(Origin::Workspace(workspace)),
            (_, None, None) => Err(Error::internal(format!("{} is bound to nothing", self.id))),
        }
    }

    /// What it gives of what there is.
    ///
    /// # Errors
    ///
    /// In words for people, when two outputs would be one variable.
    pub fn gives(&self, found: &Found) -> Result<Given, String> {
        let mut given = Given::new();
        for (output, value) in &found.outputs {
            let name = match self.names.0.get(output) {
                Some(name) => name.clone(),
                None if self.names.0.is_empty() => capitals(output),
                None => continue,
            };
            let name = format!("{}{name}", self.prefix);
            let bound = BoundValue {
                value: text(&value.value),
                is_private: value.is_sensitive || !self.shows_values,
            };
            if let Some((other, _)) = given.get(&name) {
                return Err(format!(
                    "The outputs \"{other}\" and \"{output}\" would both be {name}: say under which names they are given."
                ));
            }
            given.insert(name, (output.clone(), bound));
        }
        Ok(given)
    }

    /// It after it gave this.
    #[must_use]
    pub fn gave(&self, given: &Given, found: &Found) -> Self {
        let mut next = self.clone();
        let given = given.iter().map(|(name, (output, _))| (name.clone(), output.clone()));
        next.given.0.extend(given);
        let wanted: BTreeSet<&String> = self.names.0.keys().chain(next.given.0.values()).collect();
        let missing: Vec<&str> = wanted
            .into_iter()
            .filter(|output| !found.outputs.contains_key(*output))
            .map(String::as_str)
            .collect();
        let who = if self.job_id.is_some() { "job" } else { "app" };
        let (status, reason) = standing(who, &next.given, &missing, found.absent.as_deref());
        next.status = status;
        next.reason = reason;
        next
    }

    /// It when its values cannot be given as they are now.
    #[must_use]
    pub fn blocked(&self, reason: &str) -> Self {
        Self {
            status: BindStatus::Blocked,
            reason: slipway_kernel::text::sentence(reason),
            ..self.clone()
        }
    }
}

fn standing(who: &str, given: &Names, missing: &[&str], absent: Option<&str>) -> (BindStatus, String) {
    let outputs = match missing {
        [one] => format!("the output \"{one}\""),
        several => format!("the outputs \"{}\"", several.join("\", \"")),
    };
    match (given.0.is_empty(), missing.is_empty()) {
        (true, true) => (
            BindStatus::Waiting,
            absent.unwrap_or("It puts nothing out yet.").to_owned(),
        ),
        (true, false) => {
            let why = absent.map_or_else(|| format!("It does not put out {outputs} yet."), str::to_owned);
            (BindStatus::Waiting, why)
        }
        (false, true) => (BindStatus::Bound, String::new()),
        (false, false) => {
            let why = absent.map(|absent| format!("{absent} ")).unwrap_or_default();
            let verb = if missing.len() == 1 { "is" } else { "are" };
            let text = format!("{why}Of what is bound, {outputs} {verb} not there: the {who} keeps the last values.");
            (BindStatus::Incomplete, text)
        }
    }
}

/// The variable that an output is given under where nobody said another.
#[must_use]
pub fn capitals(output: &str) -> String {
    output.to_ascii_uppercase().replace('-', "_")
}

/// A value as programs read it: text as it is, all else in JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bind(names: &[(&str, &str)], prefix: &str) -> Bind {
        let wanted = Wanted {
            id: "bind-0000000000000001".parse().unwrap(),
            organization: "org-0000000000000001".parse().unwrap(),
            recipient: Recipient::App("app-0000000000000001".parse().unwrap()),
            origin: Origin::Resource("res-0000000000000001".parse().unwrap()),
            names: names
                .iter()
                .map(|(output, name)| ((*output).to_owned(), (*name).to_owned()))
                .collect(),
            prefix: prefix.to_owned(),
            shows_values: true,
            by: "ann".to_owned(),
        };
        Bind::new(wanted, Timestamp::from_unix_ms(0))
    }

    fn found(outputs: &[(&str, Value, bool)]) -> Found {
        let output = |(name, value, is_sensitive): &(&str, Value, bool)| {
            let output = GivenOutput {
                value: value.clone(),
                is_sensitive: *is_sensitive,
            };
            ((*name).to_owned(), output)
        };
        Found {
            outputs: outputs.iter().map(output).collect(),
            absent: None,
        }
    }

    fn given(bind: &Bind, found: &Found) -> Vec<String> {
        let given = bind.gives(found).unwrap();
        let shown = |(name, (output, bound)): (&String, &(String, BoundValue))| {
            let hidden = if bound.is_private { " (private)" } else { "" };
            format!("{name}={} of {output}{hidden}", bound.value)
        };
        given.iter().map(shown).collect()
    }

    #[test]
    fn outputs_are_given_under_their_names_in_capitals_or_as_somebody_said() {
        let found = found(&[
            ("host", json!("db"), false),
            ("ports", json!([1, 2]), false),
            ("the-secret", json!("x"), true),
        ]);
        assert_eq!(
            given(&bind(&[], ""), &found),
            [
                "HOST=db of host",
                "PORTS=[1,2] of ports",
                "THE_SECRET=x of the-secret (private)"
            ]
        );
        assert_eq!(
            given(&bind(&[("host", "DATABASE_HOST")], "ORDERS_"), &found),
            ["ORDERS_DATABASE_HOST=db of host"]
        );
        let twice = bind(&[("host", "A"), ("ports", "A")], "").gives(&found).unwrap_err();
        assert!(twice.contains("would both be A"), "{twice}");
    }

    #[test]
    fn a_bind_waits_then_is_bound_and_says_what_went() {
        let bind = bind(&[("host", "HOST"), ("port", "PORT_1")], "");
        let nothing = Found {
            absent: Some("\"orders\" is not there yet.".to_owned()),
            ..Found::default()
        };
        let waiting = bind.gave(&bind.gives(&nothing).unwrap(), &nothing);
        assert_eq!(
            (waiting.status, waiting.reason.as_str()),
            (BindStatus::Waiting, "\"orders\" is not there yet.")
        );
        let all = found(&[("host", json!("a"), false), ("port", json!(1), false)]);
        let bound = waiting.gave(&waiting.gives(&all).unwrap(), &all);
        assert_eq!((bound.status, bound.reason.as_str()), (BindStatus::Bound, ""));
        let less = found(&[("host", json!("a"), false)]);
        let incomplete = bound.gave(&bound.gives(&less).unwrap(), &less);
        assert_eq!(incomplete.status, BindStatus::Incomplete);
        assert_eq!(
            incomplete.reason,
            "Of what is bound, the output \"port\" is not there: the app keeps the last values."
        );
        assert_eq!(incomplete.given.0.len(), 2);
    }
}
