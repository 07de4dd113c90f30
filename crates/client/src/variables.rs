//! Variables of a workspace.

use slipway_api::ids::{VariableId, WorkspaceId};
use slipway_api::variables::{EffectiveVariable, Variable, VariableSettings};
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// A workspace's own variables.
    #[must_use]
    pub fn variables(&self, workspace: WorkspaceId) -> Listing<Variable> {
        Listing::new(self, Call::get(&["workspaces", &workspace.to_string(), "vars"]))
    }

    /// The variables that a run of the workspace would get, each with its origin.
    #[must_use]
    pub fn effective_variables(&self, workspace: WorkspaceId) -> Listing<EffectiveVariable> {
        Listing::new(
            self,
            Call::get(&["workspaces", &workspace.to_string(), "effective-variables"]),
        )
    }

    /// Makes a variable.
    pub async fn create_variable(
        &self,
        workspace: WorkspaceId,
        settings: VariableSettings,
    ) -> Result<Resource<Variable>, ClientError> {
        let call = Call::post(&["workspaces", &workspace.to_string(), "vars"]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Changes a variable.
    pub async fn update_variable(
        &self,
        workspace: WorkspaceId,
        variable: VariableId,
        settings: VariableSettings,
    ) -> Result<Resource<Variable>, ClientError> {
        let call = Call::patch(&["workspaces", &workspace.to_string(), "vars", &variable.to_string()]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Deletes a variable.
    pub async fn delete_variable(&self, workspace: WorkspaceId, variable: VariableId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[
            "workspaces",
            &workspace.to_string(),
            "vars",
            &variable.to_string(),
        ]))
        .await
    }
}
