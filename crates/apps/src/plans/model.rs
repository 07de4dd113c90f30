//! Plans, and what an app changes about its own.

use slipway_api::pools::AppPlanOverride;

/// The least memory that a unit can begin with, in bytes.
const LEAST_MEMORY: u64 = 4 * 1024 * 1024;

/// How much a unit may take; zero is as much as there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// As it is chosen.
    pub name: String,
    /// In bytes.
    pub memory: u64,
    /// In thousandths of a processor.
    pub processor: u32,
    /// How much more of a processor it may take while others leave it, in hundredths: 150 is half as much again; 100 is nothing
    /// more.
    pub burst: u32,
    /// How containers are isolated on Kubernetes; the cluster's own way when it is empty.
    pub runtime_class: String,
}

/// Why a plan cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Nothing starts in so little.
    #[error("{0} bytes of memory are too little: a unit needs 4 MiB (4194304) at least; 0 is as much as there is")]
    TooLittleMemory(u64),
    /// Burst is never less than what there is anyway.
    #[error("a burst of {0} % is less than the plan itself: 100 is nothing more, 150 half as much again")]
    TooLittleBurst(u32),
}

impl Plan {
    /// Checks that units can have it.
    ///
    /// # Errors
    /// When it is too little to begin with.
    pub fn check(&self) -> Result<(), PlanError> {
        if (1..LEAST_MEMORY).contains(&self.memory) {
            return Err(PlanError::TooLittleMemory(self.memory));
        }
        if (1..100).contains(&self.burst) {
            return Err(PlanError::TooLittleBurst(self.burst));
        }
        Ok(())
    }

    /// As an app has it.
    #[must_use]
    pub fn with(&self, changed: &AppPlanOverride) -> Self {
        Self {
            memory: changed.memory.unwrap_or(self.memory),
            processor: changed.processor.unwrap_or(self.processor),
            burst: changed.burst.unwrap_or(self.burst),
            ..self.clone()
        }
    }

    /// The most of a processor that a unit takes, in thousandths; zero is as much as there is.
    #[must_use]
    pub fn processor_limit(&self) -> u32 {
        let burst = u64::from(self.burst.max(100));
        u32::try_from(u64::from(self.processor).saturating_mul(burst) / 100).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 0, None)]
    #[case(LEAST_MEMORY, 100, None)]
    #[case(1, 100, Some(PlanError::TooLittleMemory(1)))]
    #[case(0, 99, Some(PlanError::TooLittleBurst(99)))]
    fn what_is_too_little(#[case] memory: u64, #[case] burst: u32, #[case] error: Option<PlanError>) {
        assert_eq!(
            Plan {
                memory,
                burst,
                ..Plan::default()
            }
            .check()
            .err(),
            error
        );
    }

    #[test]
    fn an_app_changes_what_it_names_and_leaves_the_rest() {
        let plan = Plan {
            name: "small".to_owned(),
            memory: 256 << 20,
            processor: 100,
            burst: 150,
            ..Plan::default()
        };
        let changed = plan.with(&AppPlanOverride {
            memory: Some(0),
            ..AppPlanOverride::default()
        });
        assert_eq!(
            (changed.memory, changed.processor, changed.processor_limit()),
            (0, 100, 150)
        );
        assert_eq!(plan.with(&AppPlanOverride::default()), plan);
        assert_eq!(
            Plan {
                processor: 100,
                ..Plan::default()
            }
            .processor_limit(),
            100
        );
    }
}
