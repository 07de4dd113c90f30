//! A runner that speaks the protocol and runs nothing: the test says how a phase ended.

use std::sync::Arc;

use slipway_api::runner::{
    Claim, ClaimRequest, Completion, Counts, Outcome, Registration, SandboxLevel, Usage, WorkPhase,
};
use slipway_infra::runner_pools::service::ensure_site_pool;
use slipway_infra::work::service;
use slipway_kernel::ctx::Origin;
use slipway_kernel::{Actor, Ctx};
use slipway_tofu::digest::sha256_hex;

use crate::fixture::Site;

/// An item that a runner has.
pub struct Item {
    pub claim: Claim,
    ctx: Ctx,
}

impl Site {
    /// The next item, which must be there.
    pub async fn claim(&self) -> Item {
        self.try_claim().await.expect("there is an item to claim")
    }

    /// The next item, if there is one now.
    pub async fn try_claim(&self) -> Option<Item> {
        let pool = ensure_site_pool(&self.system()).await.unwrap().id;
        let ctx = Ctx::new(Arc::clone(&self.kernel), Actor::Runner { pool }, Origin::default());
        let registration = Registration {
            name: "host".to_owned(),
            version: "0".to_owned(),
            platform: "linux_amd64".to_owned(),
            sandbox: SandboxLevel::Full,
            slots: 1,
            labels: std::collections::BTreeMap::default(),
        };
        let runner = service::register(&ctx, registration).await.unwrap().runner_id;
        let request = ClaimRequest {
            wait_ms: 0,
            running: Vec::new(),
        };
        let claim = service::claim(&ctx, runner, &request).await.unwrap()?;
        let actor = Actor::Run {
            work_item: claim.work_item_id,
            fence: claim.fence,
        };
        Some(Item {
            claim,
            ctx: Ctx::new(Arc::clone(&self.kernel), actor, Origin::default()),
        })
    }

    /// Plans or applies the next item, which must be there: it adds so many resources.
    pub async fn succeed(&self, add: u32) {
        self.claim().await.end(Outcome::Succeeded, add).await;
    }
}

impl Item {
    /// The values that the engine would be given, by name.
    pub fn values(&self) -> Vec<(&str, &str)> {
        let variables = &self.claim.context.variables;
        variables
            .iter()
            .map(|variable| (variable.key.as_str(), variable.value.as_str()))
            .collect()
    }

    /// The phase ends so.
    pub async fn end(&self, outcome: Outcome, add: u32) {
        let is_plan = self.claim.context.phase == WorkPhase::Plan;
        let plan_digest = if is_plan && outcome == Outcome::Succeeded {
            let bundle = b"the plan file".to_vec();
            let digest = sha256_hex(&bundle);
            service::store_plan(&self.ctx, self.claim.work_item_id, bundle.into())
                .await
                .unwrap();
            Some(digest)
        } else {
            None
        };
        let completion = Completion {
            outcome,
            message: None,
            exit_code: None,
            log_bytes: 0,
            event_bytes: 0,
            counts: Counts {
                add,
                ..Counts::default()
            },
            plan_digest,
            has_plan_json: false,
            engine_version: None,
            diagnostics: Vec::new(),
            unaccounted: Vec::new(),
            usage: Usage::default(),
        };
        service::complete(&self.ctx, self.claim.work_item_id, completion)
            .await
            .unwrap();
    }
}
