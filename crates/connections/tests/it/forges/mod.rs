//! Forges: one contract for all of them.

mod contract;
mod deliveries;
mod gitea;
mod gitea_deliveries;
mod oauth;
mod recorded;
mod rights;

use std::sync::Arc;

use slipway_connections::forges::{self, Forge, ForgeKind, Outside, Secrets, Settings};
use slipway_kernel::clock::Clock;
use slipway_kernel::outbound::Outbound;
use slipway_kernel::settings;

/// What leads out, also to this machine.
fn outside(clock: Clock) -> Outside {
    let outbound = Outbound::new(&settings::Outbound {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        extra_certificates: None,
    });
    Outside::new(Arc::new(outbound), clock)
}

/// A forge by the fields of an integration's form, for a server that was just started.
fn open(kind: ForgeKind, settings: &serde_json::Value, secrets: &serde_json::Value, clock: Clock) -> Box<dyn Forge> {
    open_from(&outside(clock), kind, settings, secrets)
}

/// The same for a server that goes on.
fn open_from(
    outside: &Outside,
    kind: ForgeKind,
    settings: &serde_json::Value,
    secrets: &serde_json::Value,
) -> Box<dyn Forge> {
    let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
    let secrets: Secrets = serde_json::from_value(secrets.clone()).unwrap();
    forges::open(kind, &settings, &secrets, outside).unwrap()
}
