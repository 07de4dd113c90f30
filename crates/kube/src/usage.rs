//! What units take of their machines, by the cluster's metrics-server
//! (<https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/>).

use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;

use crate::cluster::Cluster;
use crate::error::KubeError;
use crate::names::selector;
use crate::quantities;

/// What a unit takes, as it was measured last; some fifteen seconds old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Which one.
    pub unit: String,
    /// In thousandths of a processor.
    pub processor: u64,
    /// Memory that it cannot do without, in bytes.
    pub memory: u64,
}

#[derive(Deserialize)]
struct Measured {
    items: Vec<Pod>,
}

#[derive(Deserialize)]
struct Pod {
    metadata: Metadata,
    containers: Vec<Container>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
struct Container {
    usage: BTreeMap<String, String>,
}

impl Cluster {
    /// Whether somebody measures units there.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn measures(&self) -> Result<bool, KubeError> {
        let request = Request::get("/apis/metrics.k8s.io/v1beta1")
            .body(Vec::new())
            .map_err(|error| KubeError::Unexpected(error.to_string()))?;
        match self.ask("metrics", self.client.request_text(request)).await {
            Ok(_) => Ok(true),
            // One that is announced and not there is none, either.
            Err(KubeError::NotFound(_)) => Ok(false),
            Err(error) if error.is_passing() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What the units that have all of these labels take. Those that are too young are not among them.
    ///
    /// # Errors
    /// [`KubeError::NoMetrics`] when nobody measures.
    pub async fn usage(&self, namespace: &str, labels: &BTreeMap<String, String>) -> Result<Vec<Usage>, KubeError> {
        let selector = selector(labels)
            .replace('=', "%3D")
            .replace(',', "%2C")
            .replace('/', "%2F");
        let path = format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods?labelSelector={selector}");
        let request = Request::get(path)
            .body(Vec::new())
            .map_err(|error| KubeError::Unexpected(error.to_string()))?;
        match self.ask("metrics", self.client.request::<Measured>(request)).await {
            Ok(measured) => Ok(read(measured)),
            Err(KubeError::NotFound(_)) => Err(KubeError::NoMetrics),
            Err(failed) => Err(failed),
        }
    }
}

fn read(measured: Measured) -> Vec<Usage> {
    let pods = measured.items.into_iter().map(|pod| {
        let all = |name: &str, read: fn(&str) -> u64| -> u64 {
            let amounts = pod.containers.iter().filter_map(|container| container.usage.get(name));
            amounts.map(|text| read(text)).sum()
        };
        Usage {
            processor: all("cpu", quantities::thousandths),
            memory: all("memory", quantities::whole),
            unit: pod.metadata.name.clone(),
        }
    });
    pods.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_read() {
        let text = r#"{"kind": "PodMetricsList", "items": [{"metadata": {"name": "web-1"}, "window": "15s",
            "containers": [{"name": "unit", "usage": {"cpu": "1563201n", "memory": "9820Ki"}}]}]}"#;
        let usage = read(serde_json::from_str(text).unwrap());
        let expected = Usage {
            unit: "web-1".to_owned(),
            processor: 2,
            memory: 9820 << 10,
        };
        assert_eq!(usage, [expected]);
    }
}
