//! Resources: what is ordered from the catalog.

use bytes::Bytes;
use slipway_api::ids::{ProjectId, ResourceId, SourceCodeVersionId, TemplateId};
use slipway_api::resources::{
    CatalogResource, CatalogResourceChanges, NewCatalogResource, ResourceCheck, ResourceForm, ResourceOutput,
    ResourceOutputs, ResourceRequest, ResourceRestoration, ResourceRevision, ResourceState, ResourceTree,
};
use slipway_api::schedules::{Schedule, ScheduleSettings};
use slipway_api::templates::TreeDirection;
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "resources";

/// Which resources are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct ResourceFilter<'a> {
    /// With this in the name or a label.
    pub text: Option<&'a str>,
    /// With this label.
    pub label: Option<&'a str>,
    /// In this project.
    pub project: Option<ProjectId>,
    /// Of this template.
    pub template: Option<TemplateId>,
    /// With this version.
    pub version: Option<SourceCodeVersionId>,
    /// In this state.
    pub state: Option<ResourceState>,
    /// Only those that should be brought up to date.
    pub is_stale: Option<bool>,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The resources of an organization, by name.
    #[must_use]
    pub fn resources(&self, organization: &Name, filter: &ResourceFilter<'_>) -> Listing<CatalogResource> {
        let call = Call::get(&["organizations", organization.as_str(), PATH])
            .query_option("search[text]", filter.text)
            .query_option("filter[label]", filter.label)
            .query_option("filter[project]", filter.project)
            .query_option("filter[template]", filter.template)
            .query_option("filter[version]", filter.version)
            .query_option("filter[state]", filter.state.map(ResourceState::word))
            .query_option("filter[stale]", filter.is_stale);
        Listing::new(self, call)
    }

    /// One resource, with the tag of its row.
    pub async fn catalog_resource(&self, id: ResourceId) -> Result<(Resource<CatalogResource>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// What is asked for, known and to be chosen for a new resource.
    pub async fn resource_form(
        &self,
        organization: &Name,
        new: NewCatalogResource,
    ) -> Result<Resource<ResourceForm>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH, "actions", "form"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// What ordering a resource would do.
    pub async fn check_resource(
        &self,
        organization: &Name,
        new: NewCatalogResource,
    ) -> Result<Resource<ResourceCheck>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH, "actions", "check"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Orders a resource.
    pub async fn create_resource(
        &self,
        organization: &Name,
        new: NewCatalogResource,
    ) -> Result<Resource<CatalogResource>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// What changes of a resource would do.
    pub async fn check_resource_update(
        &self,
        id: ResourceId,
        changes: CatalogResourceChanges,
    ) -> Result<Resource<ResourceCheck>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "actions", "check"]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Asks for changes of a resource, if it is still as it was when the server gave this tag.
    pub async fn update_resource(
        &self,
        id: ResourceId,
        changes: CatalogResourceChanges,
        tag: &str,
    ) -> Result<Resource<CatalogResource>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Asks for what is behind a resource to be destroyed.
    pub async fn destroy_resource(
        &self,
        id: ResourceId,
        request: &ResourceRequest,
    ) -> Result<Resource<CatalogResource>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "actions", "destroy"]);
        self.resource(call.json(request)?).await
    }

    /// Brings a resource up to date.
    pub async fn refresh_resource(
        &self,
        id: ResourceId,
        request: &ResourceRequest,
    ) -> Result<Resource<CatalogResource>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "actions", "refresh"]);
        self.resource(call.json(request)?).await
    }

    /// Asks for a resource to be what it was as some revision.
    pub async fn restore_resource(
        &self,
        id: ResourceId,
        wanted: &ResourceRestoration,
    ) -> Result<Resource<CatalogResource>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "actions", "restore"]);
        self.resource(call.json(wanted)?).await
    }

    /// A resource as a plain OpenTofu project: a gzipped tar.
    pub async fn resource_code(&self, id: ResourceId) -> Result<Bytes, ClientError> {
        self.download(Call::get(&[PATH, &id.to_string(), "code"])).await
    }

    /// Deletes a resource of which nothing is there.
    pub async fn delete_resource(&self, id: ResourceId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// All that a resource stands on, or all that stands on it.
    pub async fn resource_tree(
        &self,
        id: ResourceId,
        direction: TreeDirection,
    ) -> Result<Resource<ResourceTree>, ClientError> {
        let word = match direction {
            TreeDirection::Parents => "parents",
            TreeDirection::Children => "children",
        };
        let call = Call::get(&[PATH, &id.to_string(), "tree"]);
        self.resource(call.query("direction", word)).await
    }

    /// The outputs of a resource; of secrets only that they are there.
    pub async fn resource_outputs(&self, id: ResourceId) -> Result<Resource<ResourceOutputs>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string(), "outputs"])).await
    }

    /// One output with its value; that a secret was looked at is noted.
    pub async fn resource_output(&self, id: ResourceId, name: &str) -> Result<Resource<ResourceOutput>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "outputs", name, "actions", "reveal"]);
        self.resource(call).await
    }

    /// What a resource was, the newest revision first.
    #[must_use]
    pub fn resource_revisions(&self, id: ResourceId) -> Listing<ResourceRevision> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "revisions"]))
    }

    /// The schedules of a resource, oldest first.
    #[must_use]
    pub fn resource_schedules(&self, id: ResourceId) -> Listing<Schedule> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "schedules"]))
    }

    /// Makes a schedule of a resource.
    pub async fn create_resource_schedule(
        &self,
        id: ResourceId,
        settings: ScheduleSettings,
    ) -> Result<Resource<Schedule>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "schedules"]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }
}
