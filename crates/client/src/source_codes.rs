//! Source codes of an organization, and the modules in them.

use slipway_api::ids::SourceCodeId;
use slipway_api::source_codes::{
    NewSourceCode, SourceCode, SourceCodeChanges, SourceCodeInterface, SourceCodeModule, SourceCodeSynchronization,
};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "source-codes";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The source codes of an organization, by name; only with this in the name, the description or a label.
    #[must_use]
    pub fn source_codes(&self, organization: &Name, text: Option<&str>, label: Option<&str>) -> Listing<SourceCode> {
        let call = Call::get(&["organizations", organization.as_str(), PATH]);
        let call = call.query_option("search[text]", text);
        Listing::new(self, call.query_option("filter[label]", label))
    }

    /// One source code, with the tag of its version.
    pub async fn source_code(&self, id: SourceCodeId) -> Result<(Resource<SourceCode>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a source code of a repository.
    pub async fn create_source_code(
        &self,
        organization: &Name,
        new: NewSourceCode,
    ) -> Result<Resource<SourceCode>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a source code, if it is still as it was when the server gave this tag.
    pub async fn update_source_code(
        &self,
        id: SourceCodeId,
        changes: SourceCodeChanges,
        tag: &str,
    ) -> Result<Resource<SourceCode>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a source code that no version is made of and no executor runs.
    pub async fn delete_source_code(&self, id: SourceCodeId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// The modules of a branch, tag or commit; of the default branch without one.
    #[must_use]
    pub fn source_code_modules(&self, id: SourceCodeId, name: Option<&str>) -> Listing<SourceCodeModule> {
        let call = Call::get(&[PATH, &id.to_string(), "modules"]);
        Listing::new(self, call.query_option("ref", name))
    }

    /// What a module takes and gives.
    pub async fn source_code_interface(
        &self,
        id: SourceCodeId,
        name: Option<&str>,
        directory: &str,
    ) -> Result<Resource<SourceCodeInterface>, ClientError> {
        let call = Call::get(&[PATH, &id.to_string(), "interface"]);
        let call = call.query_option("ref", name);
        self.resource(call.query_option("directory", Some(directory))).await
    }

    /// Fetches the repository now.
    pub async fn synchronize_source_code(
        &self,
        id: SourceCodeId,
    ) -> Result<Resource<SourceCodeSynchronization>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "synchronize"]))
            .await
    }
}
