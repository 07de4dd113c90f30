//! Storages: buckets for states of other tools.

use slipway_api::ids::StorageId;
use slipway_api::storages::{NewStorage, Storage, StorageChanges};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "storages";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The storages of an organization, by name.
    #[must_use]
    pub fn storages(&self, organization: &Name) -> Listing<Storage> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), PATH]))
    }

    /// One storage, with the tag of its version.
    pub async fn storage(&self, id: StorageId) -> Result<(Resource<Storage>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a storage; its bucket is made soon.
    pub async fn create_storage(&self, organization: &Name, new: NewStorage) -> Result<Resource<Storage>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes what is said about a storage, if it is still as it was when the server gave this tag.
    pub async fn update_storage(
        &self,
        id: StorageId,
        changes: StorageChanges,
        tag: &str,
    ) -> Result<Resource<Storage>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Looks whether the bucket is there and as it should be.
    pub async fn check_storage(&self, id: StorageId) -> Result<Resource<Storage>, ClientError> {
        self.act_on_storage(id, "check").await
    }

    /// Has set right in what the bucket differs.
    pub async fn repair_storage(&self, id: StorageId) -> Result<Resource<Storage>, ClientError> {
        self.act_on_storage(id, "repair").await
    }

    /// Has tried again what did not succeed.
    pub async fn retry_storage(&self, id: StorageId) -> Result<Resource<Storage>, ClientError> {
        self.act_on_storage(id, "retry").await
    }

    /// Has the bucket removed, if nothing is in it.
    pub async fn destroy_storage(&self, id: StorageId) -> Result<Resource<Storage>, ClientError> {
        self.act_on_storage(id, "destroy").await
    }

    /// Forgets a storage; its bucket stays.
    pub async fn forget_storage(&self, id: StorageId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    async fn act_on_storage(&self, id: StorageId, action: &str) -> Result<Resource<Storage>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", action]))
            .await
    }
}
