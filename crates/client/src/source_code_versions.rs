//! Versions of templates, and templates imported from a repository.

use slipway_api::ids::{SourceCodeId, SourceCodeVersionId, TemplateId};
use slipway_api::source_code_versions::{
    Lifecycle, NewSourceCodeVersion, SourceCodeVersion, SourceCodeVersionChanges, SourceCodeVersionComparison,
    SourceCodeVersionDrift, SourceCodeVersionInterface, SourceCodeVersionRefresh, SourceCodeVersionSchema,
    TemplateImport,
};
use slipway_api::templates::Template;
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "source-code-versions";

/// Which versions are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct VersionFilter {
    /// Of this template.
    pub template: Option<TemplateId>,
    /// Made of this source code.
    pub source_code: Option<SourceCodeId>,
    /// Published so far.
    pub lifecycle: Option<Lifecycle>,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The versions of an organization's templates: by template, the newest first.
    #[must_use]
    pub fn source_code_versions(&self, organization: &Name, filter: VersionFilter) -> Listing<SourceCodeVersion> {
        let lifecycle = filter.lifecycle.map(|lifecycle| match lifecycle {
            Lifecycle::Preview => "preview",
            Lifecycle::Active => "active",
            Lifecycle::Deprecated => "deprecated",
            Lifecycle::Archived => "archived",
        });
        let call = Call::get(&["organizations", organization.as_str(), PATH])
            .query_option("filter[template]", filter.template)
            .query_option("filter[source-code]", filter.source_code)
            .query_option("filter[lifecycle]", lifecycle);
        Listing::new(self, call)
    }

    /// One version, with the tag of its row.
    pub async fn source_code_version(
        &self,
        id: SourceCodeVersionId,
    ) -> Result<(Resource<SourceCodeVersion>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a version.
    pub async fn create_source_code_version(
        &self,
        organization: &Name,
        new: NewSourceCodeVersion,
    ) -> Result<Resource<SourceCodeVersion>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a version, if it is still as it was when the server gave this tag.
    pub async fn update_source_code_version(
        &self,
        id: SourceCodeVersionId,
        changes: SourceCodeVersionChanges,
        tag: &str,
    ) -> Result<Resource<SourceCodeVersion>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a version that nothing uses.
    pub async fn delete_source_code_version(&self, id: SourceCodeVersionId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// What its module takes and gives.
    pub async fn source_code_version_interface(
        &self,
        id: SourceCodeVersionId,
    ) -> Result<Resource<SourceCodeVersionInterface>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string(), "interface"])).await
    }

    /// What a form of it asks for.
    pub async fn source_code_version_schema(
        &self,
        id: SourceCodeVersionId,
    ) -> Result<Resource<SourceCodeVersionSchema>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string(), "schema"])).await
    }

    /// How its code differs from what its ref is on now.
    pub async fn source_code_version_drift(
        &self,
        id: SourceCodeVersionId,
    ) -> Result<Resource<SourceCodeVersionDrift>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string(), "drift"])).await
    }

    /// Takes what its ref is on now as its code.
    pub async fn refresh_source_code_version(
        &self,
        id: SourceCodeVersionId,
        tag: &str,
    ) -> Result<Resource<SourceCodeVersionRefresh>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "actions", "refresh"]);
        self.resource(call.if_match(tag)).await
    }

    /// What changes for whoever goes from one version to another.
    pub async fn compare_source_code_versions(
        &self,
        from: SourceCodeVersionId,
        to: SourceCodeVersionId,
    ) -> Result<Resource<SourceCodeVersionComparison>, ClientError> {
        let call = Call::get(&[PATH, &from.to_string(), "compare"]);
        self.resource(call.query_option("with", Some(to))).await
    }

    /// Makes a template with its source code and first version.
    pub async fn import_template(
        &self,
        organization: &Name,
        import: TemplateImport,
    ) -> Result<Resource<Template>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "templates", "actions", "import"]);
        self.resource(call.json(&NewDocument::new(import))?).await
    }
}
