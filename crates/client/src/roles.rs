//! Roles and their assignments.

use serde_json::Value;
use slipway_api::ids::{RoleAssignmentId, RoleId};
use slipway_api::roles::{NewRole, Role, RoleAssignment, RoleChanges};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// An organization's roles, the built-in ones included.
    #[must_use]
    pub fn roles(&self, organization: &Name) -> Listing<Role> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), "roles"]))
    }

    /// Makes a role.
    pub async fn create_role(&self, organization: &Name, new: NewRole) -> Result<Resource<Role>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "roles"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a role; its holders may at once what it says then.
    pub async fn update_role(&self, id: RoleId, changes: RoleChanges) -> Result<Resource<Role>, ClientError> {
        let call = Call::patch(&["roles", &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a role.
    pub async fn delete_role(&self, id: RoleId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["roles", &id.to_string()])).await
    }

    /// Who holds which role where.
    #[must_use]
    pub fn role_assignments(&self, organization: &Name) -> Listing<RoleAssignment> {
        Listing::new(
            self,
            Call::get(&["organizations", organization.as_str(), "role-assignments"]),
        )
    }

    /// Gives somebody a role somewhere.
    pub async fn create_role_assignment(
        &self,
        organization: &Name,
        assignment: RoleAssignment,
    ) -> Result<Resource<RoleAssignment>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "role-assignments"]);
        self.resource(call.json(&NewDocument::new(assignment))?).await
    }

    /// Who holds which role at the site.
    #[must_use]
    pub fn site_role_assignments(&self) -> Listing<RoleAssignment> {
        Listing::new(self, Call::get(&["role-assignments"]))
    }

    /// Gives somebody a role at the site; for site administrators.
    pub async fn create_site_role_assignment(
        &self,
        assignment: RoleAssignment,
    ) -> Result<Resource<RoleAssignment>, ClientError> {
        let call = Call::post(&["role-assignments"]);
        self.resource(call.json(&NewDocument::new(assignment))?).await
    }

    /// Takes a role from somebody.
    pub async fn delete_role_assignment(&self, id: RoleAssignmentId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["role-assignments", &id.to_string()])).await
    }

    /// The tree of permissions with their descriptions, as the server writes it.
    pub async fn permissions(&self) -> Result<Value, ClientError> {
        self.json(Call::get(&["permissions"])).await
    }
}
