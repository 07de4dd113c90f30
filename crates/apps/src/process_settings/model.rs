//! What is said about the units of one process, as it is stored: pure.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::app_processes::AppProcessChanges;
use slipway_api::ids::{AppId, AppPlanId};
use slipway_kernel::Result;

use super::autoscale::Autoscale;
use super::kept::{KeptUnits, Marks};
use super::keys;
use crate::apps::model::none;

/// What is said about one process of an app, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_process_settings")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// The process.
    #[sea_orm(primary_key, auto_increment = false)]
    pub process: String,
    /// How much each of its units may take; none for what the app says.
    pub plan_id: Option<AppPlanId>,
    /// What its units are labelled with.
    pub labels: Pairs,
    /// What its units are annotated with.
    pub annotations: Pairs,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// What is said about one process.
pub type ProcessSettings = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Keys with their values, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Pairs(pub BTreeMap<String, String>);

/// Those of an app, by process, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Autoscales(pub BTreeMap<String, Autoscale>);

/// What the units of each process of a deploy have, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(rename_all = "kebab-case")]
pub struct Kept {
    /// What those have of which nothing is said.
    pub usual: KeptUnits,
    /// What the others have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub processes: BTreeMap<String, KeptUnits>,
}

impl Model {
    /// Nothing said so far.
    #[must_use]
    pub fn nothing(app: AppId, process: &str, now: Timestamp) -> Self {
        Self {
            app_id: app,
            process: process.to_owned(),
            plan_id: None,
            labels: Pairs::default(),
            annotations: Pairs::default(),
            updated_at: now,
            version: 0,
        }
    }

    /// The next version of it; what is absent stays. `plan` is that of the change, where it says one.
    ///
    /// # Errors
    ///
    /// `Invalid`, with everything at fault.
    pub fn changed(&self, plan: Option<Option<AppPlanId>>, wanted: &AppProcessChanges, now: Timestamp) -> Result<Self> {
        let mut next = self.clone();
        next.plan_id = plan.unwrap_or(next.plan_id);
        if let Some(labels) = &wanted.labels {
            next.labels = Pairs(labels.clone());
        }
        if let Some(annotations) = &wanted.annotations {
            next.annotations = Pairs(annotations.clone());
        }
        let mut problems = keys::of_labels(&next.labels.0);
        problems.extend(keys::of_annotations(&next.annotations.0));
        none(problems)?;
        if next == *self {
            return Ok(next);
        }
        next.updated_at = now;
        next.version += 1;
        Ok(next)
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.plan_id.is_none() && self.labels.0.is_empty() && self.annotations.0.is_empty()
    }

    /// What units are marked with.
    #[must_use]
    pub fn marks(&self) -> Marks {
        Marks {
            labels: self.labels.0.clone(),
            annotations: self.annotations.0.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_stays_and_what_changes_nothing_is_no_version() {
        let now = Timestamp::from_unix_ms(0);
        let nothing = ProcessSettings::nothing("app-0000000000000000".parse().unwrap(), "web", now);
        let labels = BTreeMap::from([("team".to_owned(), "core".to_owned())]);
        let wanted = AppProcessChanges {
            labels: Some(labels.clone()),
            ..AppProcessChanges::default()
        };
        let plan = "aplan-0000000000000000".parse().unwrap();
        let said = nothing.changed(Some(Some(plan)), &wanted, now).unwrap();
        assert_eq!((said.version, said.plan_id, &said.labels.0), (1, Some(plan), &labels));
        assert_eq!(said.changed(None, &AppProcessChanges::default(), now).unwrap(), said);
        let without = said.changed(Some(None), &AppProcessChanges::default(), now).unwrap();
        assert_eq!(
            (without.version, without.plan_id, &without.labels.0),
            (2, None, &labels)
        );
        assert!(nothing.is_nothing() && !without.is_nothing());
    }
}
