//! Configuration versions: making one, bringing its files, getting them back.

use std::time::Duration;

use bytes::Bytes;
use slipway_api::configuration_versions::{ConfigurationVersion, NewConfigurationVersion};
use slipway_api::ids::{ConfigurationVersionId, WorkspaceId};
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// How long a transfer may take.
pub(crate) const TRANSFER_TIMEOUT: Duration = Duration::from_secs(1800);

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// A workspace's configuration versions, newest first.
    #[must_use]
    pub fn configuration_versions(&self, workspace: WorkspaceId) -> Listing<ConfigurationVersion> {
        Listing::new(
            self,
            Call::get(&["workspaces", &workspace.to_string(), "configuration-versions"]),
        )
    }

    /// One configuration version.
    pub async fn configuration_version(
        &self,
        id: ConfigurationVersionId,
    ) -> Result<Resource<ConfigurationVersion>, ClientError> {
        self.resource(Call::get(&["configuration-versions", &id.to_string()]))
            .await
    }

    /// Makes a configuration version that waits for its files.
    pub async fn create_configuration_version(
        &self,
        workspace: WorkspaceId,
        new: NewConfigurationVersion,
    ) -> Result<Resource<ConfigurationVersion>, ClientError> {
        let call = Call::start(&["workspaces", &workspace.to_string(), "configuration-versions"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Brings the files, as a gzipped tar.
    pub async fn upload_configuration(&self, id: ConfigurationVersionId, archive: Bytes) -> Result<(), ClientError> {
        let call = Call::put(&["configuration-versions", &id.to_string(), "upload"]);
        self.nothing(
            call.bytes("application/octet-stream", archive)
                .timeout(TRANSFER_TIMEOUT),
        )
        .await
    }

    /// Gets the files, as a gzipped tar.
    pub async fn download_configuration(&self, id: ConfigurationVersionId) -> Result<Bytes, ClientError> {
        let call = Call::get(&["configuration-versions", &id.to_string(), "download"]);
        self.download(call.timeout(TRANSFER_TIMEOUT)).await
    }
}
