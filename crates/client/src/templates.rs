//! Templates of an organization, and documents that describe its catalog.

use slipway_api::catalog::{CatalogApplication, CatalogDocuments};
use slipway_api::ids::{ProjectId, TemplateId};
use slipway_api::template_upgrades::TemplateUpgrade;
use slipway_api::templates::{NewTemplate, Template, TemplateChanges, TemplateStatus, TemplateTree, TreeDirection};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "templates";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The templates of an organization, by key; only with this in the name, the key or a label, and with this label.
    #[must_use]
    pub fn templates(&self, organization: &Name, text: Option<&str>, label: Option<&str>) -> Listing<Template> {
        let call = Call::get(&["organizations", organization.as_str(), PATH]);
        let call = call.query_option("search[text]", text);
        Listing::new(self, call.query_option("filter[label]", label))
    }

    /// How far the resources of templates are with the recommended versions, in an organization or one of its projects.
    #[must_use]
    pub fn template_upgrades(&self, organization: &Name, project: Option<ProjectId>) -> Listing<TemplateUpgrade> {
        let call = Call::get(&["organizations", organization.as_str(), "template-upgrades"]);
        Listing::new(self, call.query_option("filter[project]", project))
    }

    /// One template, with the tag of its version.
    pub async fn template(&self, id: TemplateId) -> Result<(Resource<Template>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a template.
    pub async fn create_template(
        &self,
        organization: &Name,
        new: NewTemplate,
    ) -> Result<Resource<Template>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a template, if it is still as it was when the server gave this tag.
    pub async fn update_template(
        &self,
        id: TemplateId,
        changes: TemplateChanges,
        tag: &str,
    ) -> Result<Resource<Template>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Lets a template be ordered, or not any more.
    pub async fn set_template_status(
        &self,
        id: TemplateId,
        status: TemplateStatus,
    ) -> Result<Resource<Template>, ClientError> {
        let action = match status {
            TemplateStatus::Enabled => "enable",
            TemplateStatus::Disabled => "disable",
        };
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", action]))
            .await
    }

    /// Deletes a template that nothing stands on.
    pub async fn delete_template(&self, id: TemplateId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// All that a template stands on, or all that stands on it.
    pub async fn template_tree(
        &self,
        id: TemplateId,
        direction: TreeDirection,
    ) -> Result<Resource<TemplateTree>, ClientError> {
        let word = match direction {
            TreeDirection::Parents => "parents",
            TreeDirection::Children => "children",
        };
        let call = Call::get(&[PATH, &id.to_string(), "tree"]);
        self.resource(call.query("direction", word)).await
    }

    /// Makes the catalog as documents describe it, or says what would change.
    pub async fn apply_catalog(
        &self,
        organization: &Name,
        documents: &CatalogDocuments,
        is_dry_run: bool,
    ) -> Result<Resource<CatalogApplication>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "catalog", "actions", "apply"]);
        let call = call.query_option("dry-run", is_dry_run.then_some("true"));
        self.resource(call.json(documents)?).await
    }
}
