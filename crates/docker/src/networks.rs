//! Networks of units: made by their name, with addresses of a range where one is given, and taken away when nobody is in them.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;

use bollard::models::{Ipam, IpamConfig, NetworkCreateRequest};
use bollard::query_parameters::{InspectNetworkOptions, ListContainersOptionsBuilder, ListNetworksOptions};
use tokio::sync::RwLock;

use crate::engine::Engine;
use crate::error::DockerError;

/// Of the addresses of one network, the bits that it has in common: 253 units have room in it.
const BITS: u8 = 24;

/// Whoever starts a unit in a network keeps it from being taken away in between.
pub(crate) static STARTING: RwLock<()> = RwLock::const_new(());

/// A network that shall be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkSpec {
    /// Unlike every other network's at the engine.
    pub name: String,
    /// By these it is found.
    pub labels: BTreeMap<String, String>,
    /// Where its addresses are taken from; from the engine's own pools without.
    pub range: Option<Range>,
}

/// Addresses that networks are cut from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// One of them.
    pub address: Ipv4Addr,
    /// How many bits they have in common.
    pub bits: u8,
}

/// The first and the last address of a network.
type Part = (u32, u32);

impl Range {
    fn all(self) -> Part {
        let host = u32::MAX.checked_shr(u32::from(self.bits)).unwrap_or_default();
        let first = u32::from(self.address) & !host;
        (first, first | host)
    }

    /// The networks that it has room for.
    fn parts(self) -> impl Iterator<Item = Part> {
        let (first, last) = self.all();
        let size = 1_u32 << (32 - u32::from(BITS.max(self.bits).min(31)));
        (first..=last)
            .step_by(size as usize)
            .map(move |first| (first, first.saturating_add(size - 1).min(last)))
    }

    fn read(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        Some(Self {
            address: address.parse().ok()?,
            bits: bits.parse().ok().filter(|bits| *bits <= 32)?,
        })
    }
}

impl Engine {
    /// Makes a network. One of that name that is there stays as it is.
    ///
    /// # Errors
    /// [`DockerError::Exhausted`] when no addresses are left for another one, and when the engine cannot make it.
    pub async fn make_network(&self, spec: &NetworkSpec) -> Result<(), DockerError> {
        // Two that make it at once make two of one name, which no unit can be put into any more.
        static ORDER: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _order = ORDER.lock().await;
        if self.network_labels(&spec.name).await?.is_some() {
            return Ok(());
        }
        let Some(range) = spec.range else {
            return match self.create_network(spec, None).await {
                Err(DockerError::Refused(said)) if said.contains("address pool") => Err(DockerError::Exhausted(
                    format!("its own pools of addresses are used up ({said})"),
                )),
                made => made,
            };
        };
        let taken = self.subnets().await?;
        let is_free = |part: &Part| !taken.iter().any(|other| part.0 <= other.1 && other.0 <= part.1);
        for part in range.parts().filter(is_free) {
            match self.create_network(spec, Some(part)).await {
                // Somebody took it in between, or it is somebody's whom the engine knows and does not show.
                Err(DockerError::Refused(said)) if said.contains("overlaps") => {}
                made => return made,
            }
        }
        let (address, bits) = (range.address, range.bits);
        Err(DockerError::Exhausted(format!(
            "every network of the range {address}/{bits} is used"
        )))
    }

    /// Takes a network away that has a label with this value and that no unit is in, also none that has ended. Says whether it is gone.
    ///
    /// # Errors
    /// When the engine cannot.
    pub async fn remove_network(&self, name: &str, (label, value): (&str, &str)) -> Result<bool, DockerError> {
        let _nobody_starts = STARTING.write().await;
        match self.network_labels(name).await? {
            None => return Ok(true),
            Some(labels) if labels.get(label).is_none_or(|found| found != value) => return Ok(false),
            Some(_) => {}
        }
        let filters = HashMap::from([("network", vec![name.to_owned()])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let inside = self.docker.list_containers(Some(options)).await;
        if !inside.map_err(|error| self.failed(error, "units"))?.is_empty() {
            return Ok(false);
        }
        match self
            .docker
            .remove_network(name)
            .await
            .map_err(|error| self.failed(error, &format!("network {name}")))
        {
            Ok(()) | Err(DockerError::NotFound(_)) => Ok(true),
            // Somebody went into it in between.
            Err(DockerError::Conflict(_) | DockerError::Refused(_)) => Ok(false),
            Err(failed) => Err(failed),
        }
    }

    /// The labels of a network; nothing when it is not there.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn network_labels(&self, name: &str) -> Result<Option<HashMap<String, String>>, DockerError> {
        let found = self.docker.inspect_network(name, None::<InspectNetworkOptions>).await;
        match found.map_err(|error| self.failed(error, name)) {
            Ok(found) => Ok(Some(found.labels.unwrap_or_default())),
            Err(DockerError::NotFound(_)) => Ok(None),
            Err(failed) => Err(failed),
        }
    }

    /// The addresses of every network that is there.
    async fn subnets(&self) -> Result<Vec<Part>, DockerError> {
        let listed = self.docker.list_networks(None::<ListNetworksOptions>).await;
        let listed = listed.map_err(|error| self.failed(error, "networks"))?;
        let configurations = listed.into_iter().filter_map(|network| network.ipam?.config).flatten();
        let subnets = configurations.filter_map(|one| Range::read(&one.subnet?));
        Ok(subnets.map(Range::all).collect())
    }

    async fn create_network(&self, spec: &NetworkSpec, part: Option<Part>) -> Result<(), DockerError> {
        let subnet = part.map(|(first, last)| {
            let bits = (last - first).leading_zeros();
            format!("{}/{bits}", Ipv4Addr::from(first))
        });
        let request = NetworkCreateRequest {
            name: spec.name.clone(),
            driver: Some("bridge".to_owned()),
            labels: Some(spec.labels.clone().into_iter().collect()),
            ipam: subnet.map(|subnet| Ipam {
                config: Some(vec![IpamConfig {
                    subnet: Some(subnet),
                    ..IpamConfig::default()
                }]),
                ..Ipam::default()
            }),
            ..NetworkCreateRequest::default()
        };
        // Newer engines tell the second of two processes that it is there.
        match self
            .docker
            .create_network(request)
            .await
            .map_err(|error| self.failed(error, &spec.name))
        {
            Ok(_) | Err(DockerError::Conflict(_)) => Ok(()),
            Err(refused) => Err(refused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(range: &str) -> Vec<String> {
        let parts = Range::read(range).unwrap().parts();
        parts
            .map(|(first, last)| format!("{}-{}", Ipv4Addr::from(first), Ipv4Addr::from(last)))
            .collect()
    }

    #[test]
    fn a_range_is_cut_into_networks() {
        assert_eq!(parts("10.7.5.1/23"), ["10.7.4.0-10.7.4.255", "10.7.5.0-10.7.5.255"]);
        assert_eq!(parts("10.7.0.0/24"), ["10.7.0.0-10.7.0.255"]);
        assert_eq!(parts("10.7.0.64/26"), ["10.7.0.64-10.7.0.127"]);
        assert_eq!(parts("10.0.0.0/16").len(), 256);
        assert_eq!(Range::read("10.0.0.0/33"), None);
        assert_eq!(Range::read("fd00::/64"), None);
    }
}
