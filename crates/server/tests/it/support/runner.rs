//! A runner that speaks the protocol and runs nothing: the story says what its engine did.

use serde_json::{Value, json};
use slipway_api::runner::Claim;
use slipway_api::tokens::NewToken;
use slipway_infra::runner_pools::service::ensure_site_pool;

use super::{Answer, Caller, TestApp};

/// A registered runner.
pub struct TestRunner {
    caller: Caller,
    id: String,
    router: axum::Router,
}

/// An item that the runner has.
pub struct TestItem {
    pub claim: Claim,
    caller: Caller,
}

impl TestRunner {
    pub async fn new(app: &TestApp) -> Self {
        let ctx = app.system();
        let pool = ensure_site_pool(&ctx).await.unwrap();
        let mut tx = ctx.begin().await.unwrap();
        let wanted = NewToken {
            description: "test".to_owned(),
            ..NewToken::default()
        };
        let made = slipway_identity::tokens::create_for_pool(&mut tx, &ctx, None, pool.id, wanted)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Self::register(app, app.caller(made.text.expose_text().unwrap())).await
    }

    /// A runner of the pool whose token `caller` has.
    pub async fn register(app: &TestApp, caller: Caller) -> Self {
        let body = json!({"name": "host", "version": "0", "platform": "linux_amd64", "sandbox": "full", "slots": 2});
        let registered = caller.post("/api/v2/runners", body).await.expect(200);
        let id = registered.body["runner-id"].as_str().unwrap().to_owned();
        Self {
            caller,
            id,
            router: app.router.clone(),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who it calls as, to try what its token must not open.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The next item, if there is one now.
    pub async fn claim(&self) -> Option<TestItem> {
        let path = format!("/api/v2/runners/{}/claim", self.id);
        let answer = self.caller.post(&path, json!({"wait-ms": 0})).await;
        if answer.status == 204 {
            return None;
        }
        let claim: Claim = serde_json::from_value(answer.expect(200).body).unwrap();
        let caller = Caller::new(self.router.clone(), Some(claim.run_token.clone()));
        Some(TestItem { claim, caller })
    }

    /// Claims the next item, which must be there, and plans or applies it with these counts.
    pub async fn succeed(&self, counts: Value) {
        let item = self.claim().await.expect("there is an item to claim");
        item.succeed(counts).await;
    }
}

impl TestItem {
    /// Plans or applies the item with these counts.
    pub async fn succeed(&self, counts: Value) {
        self.succeed_with(b"the plan file".to_vec(), counts).await;
    }

    /// The same with this bundle, if the item is a plan.
    pub async fn succeed_with(&self, bundle: Vec<u8>, counts: Value) {
        self.put("log?offset=0", "all is well\n").await.expect(200);
        let mut completion = json!({"outcome": "succeeded", "log-bytes": 12, "event-bytes": 0, "counts": counts});
        if self.claim.context.phase == slipway_api::runner::WorkPhase::Plan {
            let digest = slipway_tofu::digest::sha256_hex(&bundle);
            self.put("plan", bundle).await.expect(204);
            completion["plan-digest"] = json!(digest);
        }
        self.complete(completion).await.expect(204);
    }

    pub async fn put(&self, part: &str, bytes: impl Into<Vec<u8>>) -> Answer {
        self.caller.put_bytes(&self.path(part), bytes).await
    }

    pub async fn get(&self, part: &str) -> Answer {
        self.caller.get(&self.path(part)).await
    }

    pub async fn complete(&self, completion: Value) -> Answer {
        self.caller.post(&self.path("complete"), completion).await
    }

    pub async fn heartbeat(&self) -> Answer {
        self.caller.post(&self.path("heartbeat"), json!({})).await
    }

    /// The item's caller, to try what the token must not open.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    fn path(&self, part: &str) -> String {
        format!("/api/v2/work/{}/{part}", self.claim.work_item_id)
    }
}
