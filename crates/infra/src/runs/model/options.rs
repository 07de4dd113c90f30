//! What a run shall do, as somebody asked for it: pure.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use slipway_api::runner::PlanOptions;
use slipway_api::runs::{NewRun, RunVariable};
use slipway_kernel::{Error, Result};

/// What a run shall do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Options {
    /// What kind of plan.
    pub plan: PlanOptions,
    /// Whether it can never apply.
    pub plan_only: bool,
    /// Whether an empty plan is applied too.
    pub allow_empty_apply: bool,
    /// Whether a plan with changes is applied without asking.
    pub auto_apply: bool,
    /// Whether the plan is kept without holding the workspace.
    pub save_plan: bool,
    /// Values for this run only.
    pub variables: Vec<RunVariable>,
    /// Whether it has variables of its own in the place of its workspace's: see [`crate::managed::values`].
    pub has_values: bool,
    /// Whether the plan's JSON form is there before the plan's end: the workspace's manager reads it.
    pub needs_plan_json: bool,
    /// Whether strangers wrote the code: it gets no sensitive variable, no identity and no integration.
    pub is_untrusted: bool,
}

impl Options {
    /// What a request asks for, with the workspace's settings where it says nothing.
    ///
    /// # Errors
    ///
    /// `Invalid` for wishes that contradict each other.
    pub fn from_request(request: &NewRun, auto_apply: bool, speculative: bool) -> Result<Self> {
        let refresh = request.refresh.unwrap_or(true);
        if request.refresh_only && !refresh {
            return Err(Error::invalid(
                "/data/attributes/refresh",
                "A refresh-only run cannot leave the refresh out.",
            ));
        }
        if request.refresh_only && request.is_destroy {
            return Err(Error::invalid(
                "/data/attributes/is-destroy",
                "A refresh-only run cannot destroy.",
            ));
        }
        let plan_only = request.plan_only.unwrap_or(speculative);
        if speculative && !plan_only {
            return Err(Error::invalid(
                "/data/attributes/plan-only",
                "The configuration version is speculative: it can only be planned.",
            ));
        }
        if plan_only && request.save_plan {
            return Err(Error::invalid(
                "/data/attributes/save-plan",
                "A plan-only run's plan is never applied.",
            ));
        }
        Ok(Self {
            plan: PlanOptions {
                destroy: request.is_destroy,
                refresh_only: request.refresh_only,
                refresh,
                targets: request.target_addrs.clone().unwrap_or_default(),
                replace: request.replace_addrs.clone().unwrap_or_default(),
            },
            plan_only,
            allow_empty_apply: request.allow_empty_apply,
            auto_apply: request.auto_apply.unwrap_or(auto_apply),
            save_plan: request.save_plan,
            variables: request.variables.clone().unwrap_or_default(),
            has_values: false,
            needs_plan_json: false,
            is_untrusted: false,
        })
    }
}
