//! What the units of a deploy have, kept when it begins: pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::Kept;
use crate::plans::Plan;

/// What the units of one process have, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeptUnits {
    /// Memory in bytes; zero is as much as there is.
    pub memory: u64,
    /// Processor in thousandths; zero is as much as there is.
    pub processor: u32,
    /// In hundredths.
    pub burst: u32,
    /// What they are marked with.
    #[serde(default, flatten)]
    pub marks: Marks,
}

/// What tools of a cluster know units by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Marks {
    /// To find them by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// To tell something about them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Kept {
    /// What the units of a process have.
    #[must_use]
    pub fn of(&self, process: &str) -> &KeptUnits {
        self.processes.get(process).unwrap_or(&self.usual)
    }
}

impl KeptUnits {
    /// Units with a plan, and with marks.
    #[must_use]
    pub fn new(plan: &Plan, marks: Marks) -> Self {
        Self {
            memory: plan.memory,
            processor: plan.processor,
            burst: plan.burst,
            marks,
        }
    }

    /// As much as they may take.
    #[must_use]
    pub fn plan(&self) -> Plan {
        Plan {
            memory: self.memory,
            processor: self.processor,
            burst: self.burst,
            ..Plan::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let mut kept = Kept::default();
        kept.usual.memory = 5;
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(text, r#"{"usual":{"memory":5,"processor":0,"burst":0}}"#);
        let labels = BTreeMap::from([("team".to_owned(), "core".to_owned())]);
        let own = KeptUnits {
            marks: Marks {
                labels,
                ..Marks::default()
            },
            ..KeptUnits::default()
        };
        kept.processes.insert("web".to_owned(), own.clone());
        let read: Kept = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
        assert_eq!((read.of("web"), read.of("worker").memory), (&own, 5));
    }
}
