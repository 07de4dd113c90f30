//! Networks of the Docker Engine: each organization has one, so that its units reach each other and nobody else's.

use std::collections::BTreeMap;

use slipway_api::ids::OrganizationId;
use slipway_docker::networks::{NetworkSpec, Range};
use slipway_docker::{DockerError, Engine};

use super::docker::refused;
use super::driver::DriverError;

/// On networks of ours: whose.
const ORGANIZATION: &str = "slipway.organization";

/// Makes the network of an organization, where it is not there.
pub(super) async fn ensure(
    engine: &Engine,
    organization: OrganizationId,
    range: Option<Range>,
) -> Result<(), DriverError> {
    let spec = NetworkSpec {
        name: name(organization),
        labels: BTreeMap::from([(ORGANIZATION.to_owned(), organization.to_string())]),
        range,
    };
    engine.make_network(&spec).await.map_err(|error| match error {
        DockerError::Exhausted(_) => DriverError::Refused(format!(
            "{error}: each organization has a network of its own. Give networks more addresses by the setting apps.network_range, or delete \
             the apps of an organization that needs none"
        )),
        error => refused(error),
    })
}

/// Takes the network of an organization away, when no unit is in it.
pub(super) async fn leave(engine: &Engine, organization: OrganizationId) -> Result<(), DriverError> {
    let label = (ORGANIZATION, organization.to_string());
    let removed = engine.remove_network(&name(organization), (label.0, &label.1)).await;
    removed.map(drop).map_err(refused)
}

/// What the network of an organization is called.
pub(super) fn name(organization: OrganizationId) -> String {
    format!("slipway-{organization}")
}
