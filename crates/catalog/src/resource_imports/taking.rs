//! Reading a state that somebody brings along, and refusing what cannot be brought in: outside of transactions.

use bytes::Bytes;
use slipway_api::resources::{ResourceImport, ResourceImported};
use slipway_identity::organizations::Organization;
use slipway_infra::managed::states;
use slipway_infra::managed::succession::{self, Predecessor};
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::interface::{Addresses, addresses};
use slipway_tofu::state::{StateFile, StateSummary, extract, is_call};

use super::fitting::{Fit, calls, fit, fitting_calls};
use crate::resources::values::Context;
use crate::source_code_versions::snapshots;

/// Where the import stands in a body.
const BASE: &str = "/data/attributes/import";
/// Addresses that are named.
const NAMED: usize = 20;

/// A state that can be brought in.
pub(crate) struct Taken {
    /// Its bytes, moved to where the module has its addresses.
    pub(super) bytes: Bytes,
    /// The workspace that it was copied from.
    pub(super) predecessor: Option<Predecessor>,
    /// Whether it may have what the module does not.
    pub(super) allow_destroy: bool,
    /// What was found.
    pub(crate) told: ResourceImported,
}

impl Taken {
    /// What is worth knowing before it is ordered, in sentences.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(name) = &self.told.from_workspace {
            notes.push(format!(
                "The workspace {name} will be locked, so that no two manage the same things. It gets free again when this order \
                 comes to nothing, and stays locked when it is carried out."
            ));
        }
        if !self.told.unknown_addresses.is_empty() {
            notes.push(format!(
                "The plan will DESTROY what the state has and the module does not: {}.",
                self.told.unknown_addresses.join(", ")
            ));
        }
        match self.told.left_out_count {
            0 => {}
            1 => notes.push("One other resource of the state is left where it is.".to_owned()),
            count => notes.push(format!("{count} other resources of the state are left where they are.")),
        }
        notes
    }
}

/// Reads the state, and holds it against the module that is ordered.
///
/// # Errors
///
/// `Invalid`, with what is wrong; `TooLarge`; `NotFound` and `Forbidden` for the workspace; `Conflict` while it cannot be
/// taken over.
pub(crate) async fn take(
    ctx: &Ctx,
    organization: &Organization,
    import: &ResourceImport,
    context: &Context,
) -> Result<Taken> {
    if context.is_demo {
        let detail = format!(
            "The project \"{}\" is a demo, in which nothing is made: what is running cannot be brought into it. Choose another \
             project.",
            context.project.1
        );
        return Err(Error::invalid(BASE, detail));
    }
    let module = module(ctx, context).await?;
    let (bytes, predecessor) = given(ctx, organization, import).await?;
    let (call, allow_destroy) = (import.module.clone(), import.allow_destroy);
    let work = move || examined(bytes, call.as_deref(), &module, allow_destroy);
    let (bytes, found) = tokio::task::spawn_blocking(work).await.map_err(Error::internal)??;
    Ok(Taken {
        bytes,
        told: ResourceImported {
            from_workspace: predecessor.as_ref().map(|one| one.name.clone()),
            module: import.module.clone(),
            ..found
        },
        predecessor,
        allow_destroy,
    })
}

async fn module(ctx: &Ctx, context: &Context) -> Result<Addresses> {
    let Some(version) = &context.version else {
        let detail = format!(
            "\"{}\" has no code, so that no state can be of it.",
            context.template.key
        );
        return Err(Error::invalid(BASE, detail));
    };
    let files = snapshots::files(ctx, version).await?;
    let prefix = match version.directory.as_str() {
        "" => String::new(),
        directory => format!("{directory}/"),
    };
    let own = files
        .iter()
        .filter_map(|(path, content)| Some((path.strip_prefix(&prefix)?, content.as_slice())));
    Ok(addresses(own, snapshots::kind(context.template.engine)))
}

/// The bytes that somebody sent, or those of a workspace.
async fn given(
    ctx: &Ctx,
    organization: &Organization,
    import: &ResourceImport,
) -> Result<(Bytes, Option<Predecessor>)> {
    match (&import.state, &import.from_workspace) {
        (Some(state), None) => {
            let bytes = states::decoded(state).map_err(|detail| Error::invalid(&format!("{BASE}/state"), detail))?;
            states::require_size(ctx, bytes.len())?;
            Ok((bytes, None))
        }
        (None, Some(name)) => {
            let read = succession::read(ctx, organization, name).await?;
            Ok((read.bytes.clone(), Some(read)))
        }
        _ => Err(Error::invalid(
            BASE,
            "Say where the state is from: a file, or a workspace; one of both.",
        )),
    }
}

fn examined(
    bytes: Bytes,
    call: Option<&str>,
    module: &Addresses,
    allow_destroy: bool,
) -> Result<(Bytes, ResourceImported)> {
    let whole = summary(&bytes)?;
    let (bytes, summary, left_out) = match call {
        None => (bytes, whole, 0),
        Some(call) => below(&bytes, call, &whole)?,
    };
    let fit = fit(&summary, module);
    if fit.common.is_empty() && fit.unknown.is_empty() {
        let detail = "The state has no resources: nothing of it is running. Order the resource without it.";
        return Err(Error::invalid(BASE, detail));
    }
    if !fit.unknown.is_empty() && !allow_destroy {
        return Err(destroys(&fit, &summary, module));
    }
    let told = ResourceImported {
        from_workspace: None,
        from_workspace_lock: None,
        module: None,
        serial: summary.serial,
        lineage: summary.lineage,
        resource_count: u32::try_from(fit.instances).unwrap_or(u32::MAX),
        left_out_count: u32::try_from(left_out).unwrap_or(u32::MAX),
        unknown_addresses: fit.unknown.into_iter().take(NAMED).collect(),
    };
    Ok((bytes, told))
}

/// What the bytes say, if they are a state that can be read.
fn summary(bytes: &[u8]) -> Result<StateSummary> {
    let invalid = |detail: String| Error::invalid(&format!("{BASE}/state"), detail);
    let state = match StateFile::parse(bytes) {
        Ok(StateFile::Clear(state)) => state,
        Ok(StateFile::Encrypted(_)) => {
            let detail = "The state is encrypted by its configuration, so that only that can read it. Bring what \
                          `tofu state pull` prints, which is in clear.";
            return Err(invalid(detail.to_owned()));
        }
        Err(error) => return Err(invalid(sentence(&error.to_string()))),
    };
    if !state.is_of_known_engine() {
        let version = &state.terraform_version;
        return Err(invalid(format!(
            "The state was written by version \"{version}\" of its engine, which nobody here knows. Versions 0 and 1 can be \
             brought in."
        )));
    }
    Ok(state.summary())
}

/// What is below a call, as the state of its module by itself, and how much is not.
fn below(bytes: &[u8], call: &str, whole: &StateSummary) -> Result<(Bytes, StateSummary, usize)> {
    let pointer = format!("{BASE}/module");
    if !is_call(call) {
        let detail = format!("\"{call}\" is no call of a module: write it as module.network.");
        return Err(Error::invalid(&pointer, detail));
    }
    let extracted = extract(bytes, call).map_err(Error::internal)?;
    let found = summary(&extracted.bytes)?;
    if found.resources.is_empty() {
        let detail = match named(&calls(whole)) {
            none if none.is_empty() => format!("Nothing in the state is below {call}: it has no calls at its top."),
            calls => format!("Nothing in the state is below {call}. Calls at its top are {calls}."),
        };
        return Err(Error::invalid(&pointer, detail));
    }
    Ok((extracted.bytes.into(), found, extracted.left_out.len()))
}

/// Said loudly: what is in a state and in no code is destroyed.
fn destroys(fit: &Fit, summary: &StateSummary, module: &Addresses) -> Error {
    let what = match fit.common.is_empty() {
        true => "The state has nothing in common with the module: the plan would DESTROY EVERYTHING that is in it",
        false => "The state has what the module does not: the plan would DESTROY it",
    };
    let proposal = match named(&fitting_calls(summary, module)) {
        none if none.is_empty() => String::new(),
        calls => format!(" What is below {calls} fits: say that this is the module's call."),
    };
    let detail = format!(
        "{what} ({}).{proposal} If that is what you want, allow it explicitly: allow-destroy.",
        named(&fit.unknown)
    );
    Error::invalid(&format!("{BASE}/allow-destroy"), detail)
}

/// Some of them, with commas.
fn named(all: &std::collections::BTreeSet<String>) -> String {
    let shown: Vec<&str> = all.iter().take(NAMED).map(String::as_str).collect();
    match all.len().checked_sub(NAMED) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}
