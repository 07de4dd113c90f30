//! Routers that are processes of their own.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use slipway_api::ids::AppRouterId;
use slipway_api::routers::{AppRouter, NewAppRouter};
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;
use crate::runner::POLL_MARGIN;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The routers of the site.
    #[must_use]
    pub fn app_routers(&self) -> Listing<AppRouter> {
        Listing::new(self, Call::get(&["admin", "routers"]))
    }

    /// Makes a router; the answer has its token.
    pub async fn create_app_router(&self, new: NewAppRouter) -> Result<Resource<AppRouter>, ClientError> {
        let call = Call::post(&["admin", "routers"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Deletes a router.
    pub async fn delete_app_router(&self, id: AppRouterId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["admin", "routers", &id.to_string()])).await
    }

    /// Tells how a router is, and waits for a newer table; `None` when there was none in the time that it waits. Needs the router's
    /// token.
    pub async fn exchange_table<R: Serialize, T: DeserializeOwned>(
        &self,
        report: &R,
        waits: Duration,
    ) -> Result<Option<T>, ClientError> {
        let call = Call::post(&["router", "table"]).json(report)?;
        self.json_if_any(call.timeout(waits + POLL_MARGIN)).await
    }
}
