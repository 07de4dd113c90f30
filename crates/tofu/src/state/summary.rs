//! What a state holds, without attributes: the rows that lists and searches need.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::{instance_address, provider_source, resource_address};
use super::model::{Instance, State};

/// A state's contents in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateSummary {
    /// Grows with each change.
    pub serial: u64,
    /// Names the line of states.
    pub lineage: String,
    /// Engine that wrote it.
    pub terraform_version: String,
    /// Resources in the file's order.
    pub resources: Vec<ResourceSummary>,
    /// Root outputs by name. Values of sensitive ones are here too: whoever shows them decides.
    pub outputs: Vec<OutputSummary>,
}

/// A resource and its instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceSummary {
    /// Address without instance key.
    pub address: String,
    /// Module address; empty for the root.
    pub module: String,
    /// `managed` or `data`.
    pub mode: String,
    /// Resource type.
    pub resource_type: String,
    /// Resource name.
    pub name: String,
    /// Provider source address, such as `registry.opentofu.org/hashicorp/random`.
    pub provider: String,
    /// Objects.
    pub instances: Vec<InstanceSummary>,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSummary {
    /// Full address with instance key.
    pub address: String,
    /// `count` or `for_each` key.
    pub index_key: Option<Value>,
    /// The `id` attribute, if the resource has one.
    pub id: Option<String>,
    /// Key of a deposed object.
    pub deposed: Option<String>,
    /// Will be replaced at the next apply.
    pub tainted: bool,
}

/// A root output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputSummary {
    /// Name.
    pub name: String,
    /// Value, also of sensitive outputs.
    pub value: Value,
    /// Type in cty's JSON form.
    pub output_type: Value,
    /// Not to be shown without permission.
    pub sensitive: bool,
}

impl State<'_> {
    /// The state's contents in short.
    #[must_use]
    pub fn summary(&self) -> StateSummary {
        let outputs = self.outputs.iter().map(|(name, output)| OutputSummary {
            name: name.to_string(),
            value: serde_json::from_str(output.value.get()).unwrap_or_default(),
            output_type: output.output_type.clone(),
            sensitive: output.sensitive,
        });
        StateSummary {
            serial: self.serial,
            lineage: self.lineage.to_string(),
            terraform_version: self.terraform_version.to_string(),
            resources: self.resources.iter().map(resource_summary).collect(),
            outputs: outputs.collect(),
        }
    }

    /// Source addresses of all providers that the state needs, sorted.
    #[must_use]
    pub fn providers(&self) -> Vec<String> {
        let of_instances = |resource: &super::Resource<'_>| {
            let own = resource
                .instances
                .iter()
                .filter_map(|instance| instance.provider.as_deref().map(str::to_owned));
            own.chain([resource.provider.to_string()]).collect::<Vec<_>>()
        };
        let mut providers: Vec<String> = self.resources.iter().flat_map(of_instances).collect();
        providers = providers
            .iter()
            .filter(|text| !text.is_empty())
            .map(|text| provider_source(text).to_owned())
            .collect();
        providers.sort_unstable();
        providers.dedup();
        providers
    }
}

impl StateSummary {
    /// The object at an address, current ones only.
    #[must_use]
    pub fn instance(&self, address: &str) -> Option<&InstanceSummary> {
        let mut instances = self.resources.iter().flat_map(|resource| &resource.instances);
        instances.find(|instance| instance.deposed.is_none() && instance.address == address)
    }
}

fn resource_summary(resource: &super::Resource<'_>) -> ResourceSummary {
    let address = resource_address(resource);
    let instances = resource
        .instances
        .iter()
        .map(|instance| instance_summary(&address, instance))
        .collect();
    let provider = resource
        .instances
        .first()
        .and_then(|i| i.provider.as_deref())
        .unwrap_or(&resource.provider);
    ResourceSummary {
        module: resource.module.as_deref().unwrap_or_default().to_owned(),
        mode: resource.mode.to_string(),
        resource_type: resource.resource_type.to_string(),
        name: resource.name.to_string(),
        provider: provider_source(provider).to_owned(),
        instances,
        address,
    }
}

fn instance_summary(resource_address: &str, instance: &Instance<'_>) -> InstanceSummary {
    InstanceSummary {
        address: instance_address(resource_address, instance),
        index_key: instance.index_key.clone().filter(|key| !key.is_null()),
        id: instance_id(instance),
        deposed: instance.deposed.as_deref().map(str::to_owned),
        tainted: instance.status.as_deref() == Some("tainted"),
    }
}

/// Reads the `id` out of the attributes without building them.
fn instance_id(instance: &Instance<'_>) -> Option<String> {
    #[derive(Deserialize)]
    struct OnlyId {
        #[serde(default)]
        id: Option<Value>,
    }
    let attributes: OnlyId = serde_json::from_str(instance.attributes?.get()).ok()?;
    match attributes.id? {
        Value::String(id) => Some(id),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
