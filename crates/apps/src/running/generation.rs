//! What shall run of an app: the units of one deploy, which run one version with one state of the variables.

use std::collections::BTreeMap;

use slipway_kernel::{Ctx, Error, Result};

use crate::apps::App;
use crate::apps::model::number;
use crate::clusters::driver::{Desired, Readiness};
use crate::env;
use crate::plans;
use crate::versions::AppVersion;
use crate::versions::model::Process;

/// What the units of one deploy are made from.
#[derive(Debug, Clone, Copy)]
pub struct Generation<'a> {
    /// The app.
    pub app: &'a App,
    /// The version that they run.
    pub version: &'a AppVersion,
    /// The number of the deploy.
    pub deploy: i64,
    /// The number of the variables that they see.
    pub env_number: i64,
}

impl Generation<'_> {
    /// Every process with as many units as shall run now.
    ///
    /// # Errors
    ///
    /// `Invalid` where variables contradict each other; those of the database.
    pub async fn desired(&self, ctx: &Ctx) -> Result<Vec<Desired>> {
        let mut all = Vec::new();
        for process in self.version.processes.running() {
            let units = self.app.units_of(&process.name);
            all.push(self.of(ctx, process, units).await?);
        }
        Ok(all)
    }

    /// One process with a number of units.
    ///
    /// # Errors
    ///
    /// `Invalid` where variables contradict each other; those of the database.
    pub async fn of(&self, ctx: &Ctx, process: &Process, units: u32) -> Result<Desired> {
        let environment = env::service::load(ctx, self.app, self.env_number).await?;
        let mut env = env::seen(&environment, &process.name).map_err(env::service::refused)?;
        let usual = self.version.port.to_string();
        // Who sets a port himself listens there by his own will, and is asked there.
        env.entry("PORT".to_owned()).or_insert(usual);
        env.insert("SLIPWAY_APP".to_owned(), self.app.name.to_string());
        env.insert("SLIPWAY_PROCESS".to_owned(), process.name.clone());
        env.insert("SLIPWAY_VERSION".to_owned(), self.version.number.to_string());
        let plan = plans::service::get(ctx, self.app.plan_id).await?.plan();
        let plan = plan.with(&self.app.plan_override().into());
        let port = match process.takes_requests {
            true => port(&env)?,
            // What listens nowhere may use the name for what it likes.
            false => port(&env).unwrap_or_default(),
        };
        Ok(Desired {
            app: self.app.id,
            deploy: number(self.deploy),
            version: number(self.version.number),
            process: process.name.clone(),
            units,
            image: self.version.image.clone(),
            command: process.command.clone(),
            env,
            memory: plan.memory,
            processor: plan.processor_limit(),
            processor_kept: plan.processor,
            readiness: Readiness::of(process, port),
        })
    }
}

/// The port at which units with these variables listen.
fn port(env: &BTreeMap<String, String>) -> Result<u16> {
    let said = env.get("PORT").map(String::as_str).unwrap_or_default();
    said.parse().map_err(|_| {
        Error::invalid(
            "/data/attributes/set",
            format!("The variable PORT is `{said}`, which is no port: give a number from 1 to 65535, or take it away."),
        )
    })
}
