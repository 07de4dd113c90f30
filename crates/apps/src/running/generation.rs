//! What shall run of an app: the units of one deploy, which run one version with one state of the variables.

use std::collections::BTreeMap;

use slipway_connections::registries;
use slipway_kernel::{Ctx, Error, Result};

use crate::apps::App;
use crate::apps::model::number;
use crate::clusters::driver::{Desired, Readiness};
use crate::deploys::Deploy;
use crate::env;
use crate::process_settings::service as process_settings;
use crate::versions::AppVersion;
use crate::versions::model::Process;
use crate::volumes;

/// What the units of one deploy are made from.
#[derive(Debug, Clone, Copy)]
pub struct Generation<'a> {
    /// The app.
    pub app: &'a App,
    /// The version that they run.
    pub version: &'a AppVersion,
    /// The deploy, which keeps what they see and have.
    pub deploy: &'a Deploy,
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
            let there = process_settings::there(ctx, self.app, &process.name);
            let autoscale = self.app.autoscale_of(&process.name);
            // As many as there were begin, so that no few of them have the requests of many.
            let units = autoscale.map_or_else(|| self.app.units_of(&process.name), |autoscale| autoscale.within(there));
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
        let environment = env::service::load(ctx, self.app, self.deploy.env_number).await?;
        let mut env = env::seen(&environment, &process.name).map_err(env::service::refused)?;
        let usual = self.version.port.to_string();
        // Who sets a port himself listens there by his own will, and is asked there.
        env.entry("PORT".to_owned()).or_insert(usual);
        env.insert("SLIPWAY_APP".to_owned(), self.app.name.to_string());
        env.insert("SLIPWAY_PROCESS".to_owned(), process.name.clone());
        env.insert("SLIPWAY_VERSION".to_owned(), self.version.number.to_string());
        let kept = match &self.deploy.kept {
            Some(kept) => kept.of(&process.name).clone(),
            None => process_settings::of_now(ctx, self.app).await?.of(&process.name).clone(),
        };
        let plan = kept.plan();
        let port = match process.takes_requests {
            true => port(&env)?,
            // What listens nowhere may use the name for what it likes.
            false => port(&env).unwrap_or_default(),
        };
        Ok(Desired {
            organization: self.app.organization_id,
            app: self.app.id,
            deploy: number(self.deploy.number),
            version: number(self.version.number),
            process: process.name.clone(),
            units,
            registry: registries::access::of_image(ctx, self.app.organization_id, &self.version.image).await?,
            image: self.version.image.clone(),
            command: process.command.clone(),
            env,
            memory: plan.memory,
            processor: plan.processor_limit(),
            processor_kept: plan.processor,
            readiness: Readiness::of(process, port),
            mounts: volumes::mounting::of(ctx, self.app, self.deploy.number, &process.name).await?,
            marks: kept.marks,
            autoscale: self.app.autoscale_of(&process.name),
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
