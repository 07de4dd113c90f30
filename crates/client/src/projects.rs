//! Projects of an organization.

use slipway_api::ids::ProjectId;
use slipway_api::projects::{NewProject, Project, ProjectChanges};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// An organization's projects; only those with `search` in their name when it is given.
    #[must_use]
    pub fn projects(&self, organization: &Name, search: Option<&str>) -> Listing<Project> {
        let call = Call::get(&["organizations", organization.as_str(), "projects"]);
        Listing::new(self, call.query_option("search[name]", search))
    }

    /// The project of this name, if there is one.
    pub async fn find_project(
        &self,
        organization: &Name,
        name: &Name,
    ) -> Result<Option<Resource<Project>>, ClientError> {
        let call = Call::get(&["organizations", organization.as_str(), "projects"]).query("filter[names]", name);
        let found: Vec<Resource<Project>> = Listing::new(self, call).up_to(1).await?;
        Ok(found.into_iter().next())
    }

    /// One project.
    pub async fn project(&self, id: ProjectId) -> Result<Resource<Project>, ClientError> {
        self.resource(Call::get(&["projects", &id.to_string()])).await
    }

    /// Makes a project.
    pub async fn create_project(&self, organization: &Name, new: NewProject) -> Result<Resource<Project>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "projects"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a project.
    pub async fn update_project(
        &self,
        id: ProjectId,
        changes: ProjectChanges,
    ) -> Result<Resource<Project>, ClientError> {
        self.resource(Call::patch(&["projects", &id.to_string()]).json(&NewDocument::new(changes))?)
            .await
    }

    /// Deletes a project.
    pub async fn delete_project(&self, id: ProjectId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["projects", &id.to_string()])).await
    }
}
