//! Variable sets, their variables, and what they are assigned to.

use serde_json::json;
use slipway_api::ids::{ProjectId, VariableId, VariableSetId, WorkspaceId};
use slipway_api::jsonapi::Identifier;
use slipway_api::variable_sets::{VariableSet, VariableSetSettings};
use slipway_api::variables::{Variable, VariableSettings};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// What a variable set can be assigned to.
#[derive(Debug, Clone, Copy)]
pub enum VariableSetTarget {
    /// One workspace.
    Workspace(WorkspaceId),
    /// Every workspace of a project.
    Project(ProjectId),
}

impl VariableSetTarget {
    fn identifier(self) -> Identifier {
        match self {
            Self::Workspace(id) => Identifier {
                id: id.to_string(),
                kind: "workspaces".to_owned(),
            },
            Self::Project(id) => Identifier {
                id: id.to_string(),
                kind: "projects".to_owned(),
            },
        }
    }
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// An organization's variable sets.
    #[must_use]
    pub fn variable_sets(&self, organization: &Name) -> Listing<VariableSet> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), "varsets"]))
    }

    /// One variable set.
    pub async fn variable_set(&self, id: VariableSetId) -> Result<Resource<VariableSet>, ClientError> {
        self.resource(Call::get(&["varsets", &id.to_string()])).await
    }

    /// Makes a variable set.
    pub async fn create_variable_set(
        &self,
        organization: &Name,
        settings: VariableSetSettings,
    ) -> Result<Resource<VariableSet>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "varsets"]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Changes a variable set.
    pub async fn update_variable_set(
        &self,
        id: VariableSetId,
        settings: VariableSetSettings,
    ) -> Result<Resource<VariableSet>, ClientError> {
        self.resource(Call::patch(&["varsets", &id.to_string()]).json(&NewDocument::new(settings))?)
            .await
    }

    /// Deletes a variable set with its variables.
    pub async fn delete_variable_set(&self, id: VariableSetId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["varsets", &id.to_string()])).await
    }

    /// Gives a variable set to a workspace or project.
    pub async fn assign_variable_set(&self, id: VariableSetId, target: VariableSetTarget) -> Result<(), ClientError> {
        self.nothing(assignment(Call::post, id, target)?).await
    }

    /// Takes a variable set from a workspace or project.
    pub async fn unassign_variable_set(&self, id: VariableSetId, target: VariableSetTarget) -> Result<(), ClientError> {
        self.nothing(assignment(Call::delete, id, target)?).await
    }

    /// A variable set's variables.
    #[must_use]
    pub fn variables_of_set(&self, set: VariableSetId) -> Listing<Variable> {
        Listing::new(self, Call::get(&["varsets", &set.to_string(), "relationships", "vars"]))
    }

    /// Makes a variable in a set.
    pub async fn create_variable_in_set(
        &self,
        set: VariableSetId,
        settings: VariableSettings,
    ) -> Result<Resource<Variable>, ClientError> {
        let call = Call::post(&["varsets", &set.to_string(), "relationships", "vars"]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Changes a variable of a set.
    pub async fn update_variable_in_set(
        &self,
        set: VariableSetId,
        variable: VariableId,
        settings: VariableSettings,
    ) -> Result<Resource<Variable>, ClientError> {
        let call = Call::patch(&[
            "varsets",
            &set.to_string(),
            "relationships",
            "vars",
            &variable.to_string(),
        ]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Deletes a variable of a set.
    pub async fn delete_variable_in_set(&self, set: VariableSetId, variable: VariableId) -> Result<(), ClientError> {
        let call = Call::delete(&[
            "varsets",
            &set.to_string(),
            "relationships",
            "vars",
            &variable.to_string(),
        ]);
        self.nothing(call).await
    }
}

fn assignment(method: fn(&[&str]) -> Call, id: VariableSetId, target: VariableSetTarget) -> Result<Call, ClientError> {
    let identifier = target.identifier();
    let call = method(&["varsets", &id.to_string(), "relationships", &identifier.kind]);
    call.json(&json!({ "data": [identifier] }))
}
