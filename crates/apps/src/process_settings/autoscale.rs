//! How many units of a process the cluster lets run: pure.

use serde::{Deserialize, Serialize};
use slipway_api::app_processes::AppAutoscale;
use slipway_kernel::Result;
use slipway_kernel::errors::FieldError;

use crate::apps::model::{MOST_UNITS, none, problem};
use crate::plans::Plan;

/// How busy a unit may be at most, in percent: more than its plan keeps free for it, while others leave it that.
const MOST_PROCESSOR: u32 = 200;
/// How full, in percent: who takes all of it is killed.
const MOST_MEMORY: u32 = 95;
/// Of both; below that nothing is measured well.
const LEAST_PERCENT: u32 = 10;

/// Bounds in which the cluster says how many units of a process run, and by what; at rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Autoscale {
    /// Never fewer; at least one.
    pub least: u32,
    /// Never more.
    pub most: u32,
    /// How busy units shall be: percent of the processor that is kept free for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor_percent: Option<u32>,
    /// How full units shall be: percent of the memory that they may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_percent: Option<u32>,
}

impl Autoscale {
    /// As they were asked for.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn of(wanted: &AppAutoscale) -> Result<Self> {
        let at = |field: &str| format!("/data/attributes/{field}");
        let mut problems: Vec<FieldError> = Vec::new();
        if wanted.min_units == 0 {
            let detail =
                "At least one unit runs of a process that is scaled by what its units take: nothing takes nothing.";
            problems.push(problem(&at("min-units"), detail));
        }
        if wanted.max_units > MOST_UNITS {
            let detail = format!("A process has at most {MOST_UNITS} units.");
            problems.push(problem(&at("max-units"), detail));
        } else if wanted.max_units < wanted.min_units {
            problems.push(problem(&at("max-units"), "The most are not fewer than the fewest."));
        }
        let bounds = [
            ("processor-percent", wanted.processor_percent, MOST_PROCESSOR),
            ("memory-percent", wanted.memory_percent, MOST_MEMORY),
        ];
        for (field, percent, most) in bounds {
            if percent.is_some_and(|percent| !(LEAST_PERCENT..=most).contains(&percent)) {
                let detail = format!("A percentage from {LEAST_PERCENT} to {most}.");
                problems.push(problem(&at(field), detail));
            }
        }
        if wanted.processor_percent.is_none() && wanted.memory_percent.is_none() {
            let detail = "Say by what units are counted: percent of their plan's processor, of its memory, or both.";
            problems.push(problem(&at("processor-percent"), detail));
        }
        none(problems)?;
        Ok(Self {
            least: wanted.min_units,
            most: wanted.max_units,
            processor_percent: wanted.processor_percent,
            memory_percent: wanted.memory_percent,
        })
    }

    /// As they are shown.
    #[must_use]
    pub const fn shown(&self) -> AppAutoscale {
        AppAutoscale {
            min_units: self.least,
            max_units: self.most,
            processor_percent: self.processor_percent,
            memory_percent: self.memory_percent,
        }
    }

    /// Why units with a plan cannot be counted by what they take of it; nothing where they can.
    #[must_use]
    pub fn lacks(&self, process: &str, plan: &Plan) -> Option<String> {
        let lack = match (self.processor_percent, self.memory_percent) {
            (Some(_), _) if plan.processor == 0 => "processor",
            (_, Some(_)) if plan.memory == 0 => "memory",
            _ => return None,
        };
        Some(format!(
            "Units of \"{process}\" have the plan \"{}\", which says no {lack}: there is nothing to take a percentage of. Give the process a plan \
             that does.",
            plan.name
        ))
    }

    /// A number of units, as far as it is within.
    #[must_use]
    pub fn within(&self, units: u32) -> u32 {
        units.clamp(self.least, self.most.max(self.least))
    }

    /// Why nobody else says how many units run.
    #[must_use]
    pub fn rules(&self, process: &str) -> String {
        format!(
            "Autoscaling says how many units of \"{process}\" run, from {} to {}. Change these numbers with `slipway app autoscale set {process}`, \
             or end it with `slipway app autoscale unset {process}`.",
            self.least, self.most
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn wanted(min_units: u32, max_units: u32, processor: u32, memory: u32) -> AppAutoscale {
        let percent = |percent: u32| (percent > 0).then_some(percent);
        AppAutoscale {
            min_units,
            max_units,
            processor_percent: percent(processor),
            memory_percent: percent(memory),
        }
    }

    #[rstest]
    #[case(wanted(1, 5, 70, 0), "")]
    #[case(wanted(2, 2, 0, 80), "")]
    #[case(wanted(0, 5, 70, 0), "/data/attributes/min-units")]
    #[case(wanted(3, 2, 70, 0), "/data/attributes/max-units")]
    #[case(wanted(1, 101, 70, 0), "/data/attributes/max-units")]
    #[case(wanted(1, 5, 0, 0), "/data/attributes/processor-percent")]
    #[case(wanted(1, 5, 201, 0), "/data/attributes/processor-percent")]
    #[case(wanted(1, 5, 70, 96), "/data/attributes/memory-percent")]
    fn what_cannot_be_is_said_at_its_field(#[case] wanted: AppAutoscale, #[case] at: &str) {
        let said = Autoscale::of(&wanted).err();
        let pointers: Vec<String> = said
            .iter()
            .flat_map(slipway_kernel::Error::fields)
            .filter_map(|field| field.source.pointer.clone())
            .collect();
        assert_eq!(pointers.join(" "), at);
    }

    #[test]
    fn a_percentage_is_of_something() {
        let autoscale = Autoscale::of(&wanted(1, 5, 70, 80)).unwrap();
        let mut plan = Plan {
            name: "free".to_owned(),
            memory: 64 << 20,
            ..Plan::default()
        };
        assert!(autoscale.lacks("web", &plan).unwrap().contains("says no processor"));
        plan.processor = 100;
        assert_eq!(autoscale.lacks("web", &plan), None);
        plan.memory = 0;
        assert!(autoscale.lacks("web", &plan).unwrap().contains("says no memory"));
        assert_eq!(
            (autoscale.within(0), autoscale.within(3), autoscale.within(9)),
            (1, 3, 5)
        );
    }
}
