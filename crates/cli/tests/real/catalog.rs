//! A server with a catalog in a real repository, and what people do with it: ordering, confirming, looking.

use std::fs;
use std::time::Duration;

use serde_json::Value;
use slipway_api::Resource;
use slipway_api::ids::{ProjectId, ResourceChangeId, ResourceId};
use slipway_api::jsonapi::Linkage;
use slipway_api::resource_changes::{
    CatalogRulesChanges, ResourceChange, ResourceChangeDecision, ResourceChangeStatus, WhenStale,
};
use slipway_api::resources::{
    CatalogResource, CatalogResourceChanges, NewCatalogResource, ResourceRequest, ResourceState,
};
use slipway_testing::git_server::{Change, GitServer, Repository};
use tokio::time::Instant;

use crate::credentials::REACH_US;
use crate::slipway::{Database, Slipway};
use crate::wait::PATIENCE;

/// How often the server is asked.
const LOOK: Duration = Duration::from_millis(50);

/// A server, and the modules of its templates in a repository.
pub(crate) struct Catalog {
    pub(crate) slipway: Slipway,
    repository: Repository,
    server: GitServer,
}

impl Catalog {
    /// With an empty repository.
    pub(crate) async fn empty(database: Database) -> Self {
        let slipway = Slipway::start_with(database, &REACH_US).await;
        let server = GitServer::start().unwrap();
        let repository = server.create("platform/modules").unwrap();
        Self {
            slipway,
            repository,
            server,
        }
    }

    /// With these files, tagged `v1.0.0`; nothing is published.
    pub(crate) async fn new(database: Database, files: &[Change]) -> Self {
        let catalog = Self::empty(database).await;
        catalog.tag("v1.0.0", files);
        catalog
    }

    /// Adds a commit and its tag.
    pub(crate) fn tag(&self, tag: &str, files: &[Change]) {
        self.repository.commit("main", tag, files).unwrap();
        self.repository.git(&["tag", tag, "main"]).unwrap();
    }

    /// Where the modules are.
    pub(crate) fn url(&self) -> String {
        self.server.url("platform/modules")
    }

    /// An empty repository beside the modules, with its address.
    pub(crate) fn create(&self, name: &str) -> (Repository, String) {
        (self.server.create(name).unwrap(), self.server.url(name))
    }

    /// Runs a command that ends well; says what it printed.
    pub(crate) async fn command(&self, arguments: &[&str]) -> String {
        let done = self.slipway.command(self.slipway.home.path(), arguments).await;
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{arguments:?}: {told}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// `slipway catalog apply` of a file with this text.
    pub(crate) async fn publish(&self, name: &str, text: &str) {
        fs::write(self.slipway.home.path().join(name), text).unwrap();
        self.command(&["catalog", "apply", "-f", name]).await;
    }

    pub(crate) async fn order(&self, wanted: Value) -> ResourceId {
        let wanted: NewCatalogResource = serde_json::from_value(wanted).unwrap();
        let made = self
            .slipway
            .client
            .create_resource(&self.slipway.organization, wanted)
            .await;
        made.unwrap().id.parse().unwrap()
    }

    pub(crate) async fn newest(&self, resource: ResourceId) -> (ResourceChangeId, ResourceChange) {
        let all = self
            .slipway
            .client
            .changes_of_resource(resource)
            .up_to(1)
            .await
            .unwrap();
        let newest = all.into_iter().next().unwrap();
        (newest.id.parse().unwrap(), newest.attributes)
    }

    /// Waits until the newest change of a resource, of this number at least, is so far.
    pub(crate) async fn until(
        &self,
        resource: ResourceId,
        number: i64,
        status: ResourceChangeStatus,
    ) -> ResourceChangeId {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (id, change) = self.newest(resource).await;
            if change.number >= number && change.status == status {
                return id;
            }
            let has_failed = change.status == ResourceChangeStatus::Failed && status != change.status;
            assert!(!has_failed && Instant::now() < deadline, "{change:?}");
            tokio::time::sleep(LOOK).await;
        }
    }

    pub(crate) async fn confirm(&self, change: ResourceChangeId) {
        let said = ResourceChangeDecision::default();
        self.slipway
            .client
            .decide_resource_change(change, "confirm", &said)
            .await
            .unwrap();
    }

    pub(crate) async fn outputs(&self, resource: ResourceId) -> String {
        let outputs = self.slipway.client.resource_outputs(resource).await.unwrap();
        serde_json::to_string(&outputs).unwrap()
    }

    pub(crate) async fn state(&self, resource: ResourceId) -> ResourceState {
        self.shown(resource).await.attributes.state
    }

    pub(crate) async fn destroy(&self, resource: ResourceId, number: i64) {
        let request = ResourceRequest {
            reason: "Not needed any more".to_owned(),
            auto_apply: true,
        };
        self.slipway.client.destroy_resource(resource, &request).await.unwrap();
        self.until(resource, number, ResourceChangeStatus::Applied).await;
        assert_eq!(self.state(resource).await, ResourceState::Destroyed);
    }

    pub(crate) async fn shown(&self, resource: ResourceId) -> Resource<CatalogResource> {
        self.slipway.client.catalog_resource(resource).await.unwrap().0
    }

    /// What happens to stale resources of the project that this one is in.
    pub(crate) async fn follow(&self, resource: ResourceId, when_stale: WhenStale) {
        let project: ProjectId = one(&self.shown(resource).await, "project").parse().unwrap();
        let client = &self.slipway.client;
        let (_, rules) = client.catalog_rules(project).await.unwrap();
        let wanted = CatalogRulesChanges {
            when_stale: Some(when_stale),
            ..CatalogRulesChanges::default()
        };
        client.update_catalog_rules(project, wanted, &rules).await.unwrap();
    }

    /// Asks for these changes of a resource, applied without a further yes.
    pub(crate) async fn change(&self, resource: ResourceId, changes: CatalogResourceChanges) {
        let client = &self.slipway.client;
        let (_, tag) = client.catalog_resource(resource).await.unwrap();
        let changes = CatalogResourceChanges {
            auto_apply: true,
            ..changes
        };
        client.update_resource(resource, changes, &tag).await.unwrap();
    }
}

/// The id of what a resource is related to by this name.
pub(crate) fn one(resource: &Resource<CatalogResource>, name: &str) -> String {
    match &resource.relationships[name].data {
        Linkage::One(other) => other.id.clone(),
        other => panic!("{other:?}"),
    }
}
