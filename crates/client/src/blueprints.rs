//! Blueprints of an organization.

use slipway_api::blueprints::{Blueprint, BlueprintChanges, NewBlueprint};
use slipway_api::ids::BlueprintId;
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "blueprints";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The blueprints of an organization, by name; only with this in the name, the description or a label, and with this
    /// label.
    #[must_use]
    pub fn blueprints(&self, organization: &Name, text: Option<&str>, label: Option<&str>) -> Listing<Blueprint> {
        let call = Call::get(&["organizations", organization.as_str(), PATH]);
        let call = call.query_option("search[text]", text);
        Listing::new(self, call.query_option("filter[label]", label))
    }

    /// One blueprint, with the tag of its version.
    pub async fn blueprint(&self, id: BlueprintId) -> Result<(Resource<Blueprint>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a blueprint.
    pub async fn create_blueprint(
        &self,
        organization: &Name,
        new: NewBlueprint,
    ) -> Result<Resource<Blueprint>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a blueprint, if it is still as it was when the server gave this tag.
    pub async fn update_blueprint(
        &self,
        id: BlueprintId,
        changes: BlueprintChanges,
        tag: &str,
    ) -> Result<Resource<Blueprint>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a blueprint; what was made by it stays.
    pub async fn delete_blueprint(&self, id: BlueprintId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }
}
