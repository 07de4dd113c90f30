//! What a cluster says of itself, and what its account lacks.

use std::sync::PoisonError;
use std::time::Duration;

use slipway_kube::ProcessId;
use tokio::time::Instant;

use super::super::driver::{About, DriverError, Processor, Unit, Usage};
use super::Kubernetes;
use super::translating::refused;

/// How long it counts what was missing.
const MISSING: Duration = Duration::from_secs(60);

impl Kubernetes {
    pub(super) async fn told(&self) -> Result<About, DriverError> {
        let about = self.cluster.about().await.map_err(refused)?;
        let mut missing = self.missing_rights().await?;
        let Some(nodes) = about.nodes else {
            return Ok(About {
                said: format!("Kubernetes {}, namespace {}.", about.version, self.place.namespace),
                missing,
            });
        };
        let ready = nodes.iter().filter(|node| node.is_ready);
        let (processor, memory) = ready.clone().fold((0, 0), |(processor, memory), node| {
            (processor + node.processor, memory + node.memory)
        });
        if ready.clone().next().is_none() {
            let why = nodes.first().map(|node| format!(" ({}: {})", node.name, node.why));
            missing.push(format!("No machine takes units{}.", why.unwrap_or_default()));
        }
        let mut said = format!(
            "Kubernetes {}, namespace {}, {} of {} machines take units, {}.{} processors, {} GiB of memory.",
            about.version,
            self.place.namespace,
            ready.count(),
            nodes.len(),
            processor / 1_000,
            processor % 1_000 / 100,
            memory >> 30
        );
        if !self.cluster.measures().await.map_err(refused)? {
            said.push_str(" What units take is not measured: there is no metrics-server.");
        }
        Ok(About { said, missing })
    }

    /// Asked now and then: they are many questions.
    async fn missing_rights(&self) -> Result<Vec<String>, DriverError> {
        let kept = self.missing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, missing)) = kept
            && at.elapsed() < MISSING
        {
            return Ok(missing);
        }
        let rights = self
            .cluster
            .missing_rights(&self.place.namespace)
            .await
            .map_err(refused)?;
        let missing: Vec<String> = match rights.is_empty() {
            true => Vec::new(),
            false => vec![format!("Our account {}.", rights.join("; "))],
        };
        *self.missing.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), missing.clone()));
        Ok(missing)
    }

    /// What a unit takes, as it was measured last.
    pub(super) async fn taken(&self, unit: &Unit) -> Result<Usage, DriverError> {
        let id = ProcessId {
            namespace: self.place.namespace.clone(),
            app: unit.app.to_string(),
            process: unit.process.clone(),
            deploy: unit.deploy,
        };
        let all = self.cluster.usage(&id.namespace, &id.labels()).await.map_err(refused)?;
        let found = all.into_iter().find(|usage| usage.unit == unit.key);
        let found = found.ok_or_else(|| DriverError::Refused("it was not measured yet".to_owned()))?;
        Ok(Usage {
            processor: Processor::Share(found.processor),
            memory: found.memory,
            ..Usage::default()
        })
    }
}
