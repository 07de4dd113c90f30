//! An app as it is stored: pure.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::apps::{AppChanges, AppPermissions, AppStatus, NewApp};
use slipway_api::ids::{AppId, AppPlanId, OrganizationId, PoolId, ProjectId};
use slipway_api::jsonapi::ErrorSource;
use slipway_api::pools::AppPlanOverride;
use slipway_api::{Name, Timestamp};
use slipway_kernel::directory::Object;
use slipway_kernel::errors::FieldError;
use slipway_kernel::grants::{GrantSet, Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions::{
    APP_DELETE, APP_DEPLOY, APP_ENV_READ, APP_ENV_UPDATE, APP_LOG_READ, APP_READ, APP_RUN, APP_SCALE, APP_SHELL,
    APP_UPDATE,
};
use crate::process_settings::{Autoscale, Autoscales};
use crate::versions::model::Processes;

/// The word for apps in the directory, in events and in documents.
pub const KIND: &str = "app";

/// Longest name: it is part of a host.
pub(crate) const NAME_LENGTH: usize = 40;
/// Longest description, in characters.
const DESCRIPTION_LENGTH: usize = 10_000;
/// Most labels.
const LABELS: usize = 50;
/// Most units of one process.
pub(crate) const MOST_UNITS: u32 = 100;

/// An app as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "apps")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its project.
    pub project_id: ProjectId,
    /// Unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Its labels, each between line ends, so that one can be searched for.
    pub labels: String,
    /// Where it runs.
    pub pool_id: PoolId,
    /// How much each of its units may take.
    pub plan_id: AppPlanId,
    /// How it is, as was seen last.
    pub status: AppStatus,
    /// Why.
    pub reason: String,
    /// Whether somebody stopped it.
    pub is_stopped: bool,
    /// Number of the variables that the next units see.
    pub env_number: i64,
    /// Deploys so far.
    pub deploy_count: i64,
    /// Versions so far.
    pub version_count: i64,
    /// Number of the deploy whose units take the requests.
    pub live_deploy: Option<i64>,
    /// Number of the version that they run.
    pub live_version: Option<i64>,
    /// How many units of each process shall run.
    pub scale: Scale,
    /// How many units that is of all processes that the live version runs, also while the app is stopped: what quotas count.
    pub units: i64,
    /// Memory in bytes, in place of the plan's.
    pub plan_memory: Option<i64>,
    /// Processor in thousandths, in place of the plan's.
    pub plan_processor: Option<i64>,
    /// Burst in hundredths, in place of the plan's.
    pub plan_burst: Option<i64>,
    /// The processes of which the cluster says how many units run.
    pub autoscale: Option<Autoscales>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes of what people say, from 1; deploys are none.
    pub version: i64,
}

/// An app.
pub type App = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Units by process, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Scale(pub BTreeMap<String, u32>);

impl Scale {
    /// How many units of a process shall run; one where nobody said.
    #[must_use]
    pub fn of(&self, process: &str) -> u32 {
        self.0.get(process).copied().unwrap_or(1)
    }
}

/// Where an app stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its id.
    pub id: AppId,
    /// Its organization and project.
    pub of: (OrganizationId, ProjectId),
    /// Its pool.
    pub pool: PoolId,
    /// Its plan.
    pub plan: AppPlanId,
}

impl Model {
    /// An app as it was described; nothing runs of it yet.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn new(place: Place, wanted: &NewApp, now: Timestamp) -> Result<Self> {
        let mut problems = described(Some(&wanted.description), Some(&wanted.labels));
        if !is_name(&wanted.name) {
            problems.insert(
                0,
                problem(
                    "/data/attributes/name",
                    format!(
                        "An app's name is part of its address: small letters, digits and hyphens, at most {NAME_LENGTH}, a letter first \
                         and no hyphen last."
                    ),
                ),
            );
        }
        none(problems)?;
        Ok(Self {
            id: place.id,
            organization_id: place.of.0,
            project_id: place.of.1,
            name: wanted.name.parse().map_err(Error::internal)?,
            description: wanted.description.clone(),
            labels: joined(&wanted.labels),
            pool_id: place.pool,
            plan_id: place.plan,
            status: AppStatus::New,
            reason: String::new(),
            is_stopped: false,
            env_number: 0,
            deploy_count: 0,
            version_count: 0,
            live_deploy: None,
            live_version: None,
            scale: Scale::default(),
            units: 0,
            plan_memory: None,
            plan_processor: None,
            plan_burst: None,
            autoscale: None,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// The next version of it; what is absent stays.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn changed(&self, changes: &AppChanges, plan: Option<AppPlanId>, now: Timestamp) -> Result<Self> {
        none(described(changes.description.as_deref(), changes.labels.as_deref()))?;
        let kept = self.clone();
        Ok(Self {
            description: changes.description.clone().unwrap_or(kept.description),
            labels: changes.labels.as_deref().map_or(kept.labels, joined),
            plan_id: plan.unwrap_or(kept.plan_id),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
        .with_override(changes.plan_override.as_ref()))
    }

    fn with_override(self, wanted: Option<&AppPlanOverride>) -> Self {
        let Some(wanted) = wanted else { return self };
        Self {
            plan_memory: wanted.memory.and_then(|memory| i64::try_from(memory).ok()),
            plan_processor: wanted.processor.map(i64::from),
            plan_burst: wanted.burst.map(i64::from),
            ..self
        }
    }

    /// What it has in place of its plan's.
    #[must_use]
    pub fn plan_override(&self) -> AppPlanOverride {
        AppPlanOverride {
            memory: self.plan_memory.and_then(|memory| u64::try_from(memory).ok()),
            processor: self.plan_processor.map(number),
            burst: self.plan_burst.map(number),
        }
    }

    /// How many units quotas count of these processes, also while it is stopped: as many as may run.
    #[must_use]
    pub fn units_in_all(&self, processes: &Processes) -> i64 {
        let units = processes
            .running()
            .map(|process| i64::from(self.most_units_of(&process.name)));
        units.sum()
    }

    /// With other numbers of units. `processes` are those that it runs, or none before the first deploy: then any may be named.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every process at fault.
    pub fn scaled(&self, wanted: &BTreeMap<String, u32>, processes: &[String], now: Timestamp) -> Result<Self> {
        let mut problems = Vec::new();
        for (process, units) in wanted {
            let at = format!("/data/attributes/units/{process}");
            if !processes.is_empty() && !processes.contains(process) {
                let detail = format!("There is no process \"{process}\"; there is: {}.", processes.join(", "));
                problems.push(problem(&at, detail));
            } else if let Some(autoscale) = self.autoscale_said(process) {
                problems.push(problem(&at, autoscale.rules(process)));
            } else if *units > MOST_UNITS {
                problems.push(problem(&at, format!("A process has at most {MOST_UNITS} units.")));
            }
        }
        none(problems)?;
        let mut next = self.clone();
        next.scale
            .0
            .extend(wanted.iter().map(|(process, units)| (process.clone(), *units)));
        next.updated_at = now;
        next.version += 1;
        Ok(next)
    }

    /// Stopped or started.
    #[must_use]
    pub fn stopped(&self, is_stopped: bool, now: Timestamp) -> Self {
        Self {
            is_stopped,
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// With other bounds in which the cluster says how many units of a process run.
    #[must_use]
    pub fn autoscaled(&self, process: &str, autoscale: Autoscale, now: Timestamp) -> Self {
        let mut next = self.clone();
        let all = next.autoscale.get_or_insert_default();
        all.0.insert(process.to_owned(), autoscale);
        next.updated_at = now;
        next.version += 1;
        next
    }

    /// With so many units of a process, whatever the cluster says.
    #[must_use]
    pub fn not_autoscaled(&self, process: &str, units: u32, now: Timestamp) -> Self {
        let mut next = self.clone();
        if let Some(all) = &mut next.autoscale {
            all.0.remove(process);
        }
        next.scale.0.insert(process.to_owned(), units);
        next.updated_at = now;
        next.version += 1;
        next
    }

    /// In which bounds the cluster says how many units of a process run, also while it is stopped; nothing where people say it.
    #[must_use]
    pub fn autoscale_said(&self, process: &str) -> Option<Autoscale> {
        self.autoscale.as_ref()?.0.get(process).copied()
    }

    /// In which bounds the cluster says how many units of a process run now; nothing while none shall run.
    #[must_use]
    pub fn autoscale_of(&self, process: &str) -> Option<Autoscale> {
        self.autoscale_said(process).filter(|_| !self.is_still())
    }

    /// How many units of a process shall run now; at least, where the cluster says how many.
    #[must_use]
    pub fn units_of(&self, process: &str) -> u32 {
        match (self.is_still(), self.autoscale_said(process)) {
            (true, _) => 0,
            (false, Some(autoscale)) => autoscale.least,
            (false, None) => self.scale.of(process),
        }
    }

    /// How many units of a process may run.
    fn most_units_of(&self, process: &str) -> u32 {
        let autoscale = self.autoscale_said(process);
        autoscale.map_or_else(|| self.scale.of(process), |autoscale| autoscale.most)
    }

    /// Whether so many units of a process are as many as shall run now.
    #[must_use]
    pub fn is_enough(&self, process: &str, units: u32) -> bool {
        match self.autoscale_of(process) {
            Some(autoscale) => (autoscale.least..=autoscale.most).contains(&units),
            None => units == self.units_of(process),
        }
    }

    /// Whether nothing of it shall run.
    fn is_still(&self) -> bool {
        self.is_stopped || self.status == AppStatus::Deleting
    }

    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.lines().filter(|label| !label.is_empty())
    }

    /// Where it stands.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::project(self.organization_id, self.project_id).object(self.id)
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: self.scope(),
            read: APP_READ,
        }
    }

    /// It as the directory shows it.
    #[must_use]
    pub fn object(&self) -> Object {
        let labels: Vec<&str> = self.labels().collect();
        Object {
            id: self.id.to_string(),
            kind: KIND,
            organization: Some(self.organization_id),
            project: Some(self.project_id),
            name: self.name.to_string(),
            status: self.status.as_str().to_owned(),
            labels: labels.join(" "),
        }
    }

    /// What a caller with these grants may do with it.
    #[must_use]
    pub fn permissions(&self, granted: &GrantSet) -> AppPermissions {
        let scope = self.scope();
        let at = granted.at(&scope);
        AppPermissions {
            can_update: at.allow(APP_UPDATE),
            can_deploy: at.allow(APP_DEPLOY),
            can_scale: at.allow(APP_SCALE),
            can_read_env: at.allow(APP_ENV_READ),
            can_update_env: at.allow(APP_ENV_UPDATE),
            can_read_logs: at.allow(APP_LOG_READ),
            can_run: at.allow(APP_RUN),
            can_shell: at.allow(APP_SHELL),
            can_delete: at.allow(APP_DELETE),
        }
    }
}

/// A number as the wire has it: they count from 1 and never come near the end.
#[must_use]
pub fn number(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(u32::MAX)
}

/// The host that an app has without anybody asking for one.
#[must_use]
pub fn own_host(app: &Name, organization: &Name, domain: &str) -> String {
    let part = |name: &Name| name.as_str().to_ascii_lowercase().replace('_', "-");
    format!("{}.{}.{domain}", part(app), part(organization))
}

pub(crate) fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    begins && name.len() <= NAME_LENGTH && name.bytes().all(is_plain) && !name.ends_with('-')
}

pub(crate) fn described(description: Option<&str>, labels: Option<&[String]>) -> Vec<FieldError> {
    let mut problems = Vec::new();
    if description.is_some_and(|text| text.chars().count() > DESCRIPTION_LENGTH) {
        let detail = format!("A description has at most {DESCRIPTION_LENGTH} characters.");
        problems.push(problem("/data/attributes/description", detail));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@=".contains(&byte);
    let is_label = |label: &String| !label.is_empty() && label.len() <= 200 && label.bytes().all(is_plain);
    let labels = labels.unwrap_or_default();
    if labels.len() > LABELS || !labels.iter().all(is_label) {
        let detail = format!("At most {LABELS} labels, each `key` or `key=value`, of letters, digits and -_./:@");
        problems.push(problem("/data/attributes/labels", detail));
    }
    problems
}

pub(crate) fn problem(pointer: &str, detail: impl Into<String>) -> FieldError {
    FieldError {
        source: ErrorSource {
            pointer: Some(pointer.to_owned()),
            parameter: None,
        },
        detail: detail.into(),
    }
}

pub(crate) fn none(problems: Vec<FieldError>) -> Result<()> {
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::invalid_fields(problems)),
    }
}

pub(crate) fn joined(labels: &[String]) -> String {
    match labels.is_empty() {
        true => String::new(),
        false => format!("\n{}\n", labels.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("web", true)]
    #[case("web-2", true)]
    #[case("", false)]
    #[case("Web", false)]
    #[case("2web", false)]
    #[case("web-", false)]
    #[case("web_2", false)]
    #[case("a.b", false)]
    #[case(&"a".repeat(41), false)]
    fn names_are_parts_of_hosts(#[case] name: &str, #[case] is_one: bool) {
        assert_eq!(is_name(name), is_one);
    }

    #[test]
    fn a_host_has_the_organization_in_it() {
        let host = own_host(&"web".parse().unwrap(), &"Acme_Inc".parse().unwrap(), "localhost");
        assert_eq!(host, "web.acme-inc.localhost");
    }
}
