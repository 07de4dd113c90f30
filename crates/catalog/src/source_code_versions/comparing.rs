//! How two versions differ, and how a version differs from what its ref is on now.

use std::collections::BTreeMap;

use serde_json::Value;
use slipway_api::catalog::FieldDifference;
use slipway_api::source_code_versions::{SourceCodeVersionComparison, SourceCodeVersionDrift, VersionVariable};
use slipway_connections::repositories;
use slipway_connections::repositories::of_git;
use slipway_kernel::{Ctx, Error, Result};

use super::differing::differences;
use super::model::SourceCodeVersion;
use super::snapshots::{self, Place};
use super::writing::changed_names;
use super::{notes, service};
use crate::source_codes::store as source_codes;
use crate::templates::store as templates;

/// How the code of a version differs from what its ref is on now. Nothing is fetched and nothing is changed.
///
/// # Errors
///
/// Those of Git and of the blobs.
pub(crate) async fn drift(ctx: &Ctx, version: &SourceCodeVersion) -> Result<SourceCodeVersionDrift> {
    let source_code = source_codes::find(ctx.db.reader(), version.source_code_id).await?;
    let source_code = source_code.ok_or_else(|| Error::not_found("source code", version.source_code_id))?;
    let repository = repositories::service::get(ctx, source_code.repository_id).await?;
    let template = templates::find(ctx.db.reader(), version.template_id).await?;
    let template = template.ok_or_else(|| Error::not_found("template", version.template_id))?;
    let mirror = repositories::service::mirror(ctx, &repository).await?;
    let of = (version.ref_kind, version.ref_name.as_str());
    let now = snapshots::resolved(&mirror, of).await?;
    let mut drift = SourceCodeVersionDrift {
        commit: version.commit_sha.clone(),
        ref_commit: now.as_ref().map(ToString::to_string),
        is_moved: now.as_ref().is_none_or(|now| now.as_str() != version.commit_sha),
        is_changed: false,
        notes: Vec::new(),
        files: Vec::new(),
        is_cut: false,
    };
    let Some(now) = now.filter(|_| drift.is_moved) else {
        return Ok(drift);
    };
    // What a fetch of another replica brought may not be here.
    if mirror.resolve(now.as_str()).await.map_err(of_git)?.is_none() {
        repositories::service::mirror_with(ctx, &repository, &now, &[]).await?;
    }
    let place = Place {
        repository: &repository,
        of,
        directory: &version.directory,
        kind: snapshots::kind(template.engine),
    };
    let (files, interface) = snapshots::at(ctx, &now, place).await?;
    let before = snapshots::files(ctx, version).await?;
    (drift.files, drift.is_cut) = compared(before, files).await?;
    drift.is_changed = !drift.files.is_empty();
    drift.notes = notes::between(&version.interface.0, &interface);
    Ok(drift)
}

async fn compared(
    before: super::differing::Files,
    after: super::differing::Files,
) -> Result<(Vec<slipway_api::source_code_versions::FileDifference>, bool)> {
    tokio::task::spawn_blocking(move || differences(&before, &after))
        .await
        .map_err(Error::internal)
}

/// What changes for whoever goes from one version to another.
///
/// # Errors
///
/// Those of the blobs and of the database.
pub(crate) async fn compare(
    ctx: &Ctx,
    from: &SourceCodeVersion,
    to: &SourceCodeVersion,
) -> Result<SourceCodeVersionComparison> {
    let before = snapshots::files(ctx, from).await?;
    let after = snapshots::files(ctx, to).await?;
    let (files, is_cut) = compared(before, after).await?;
    let mut settings = service::settings(ctx, &[from.clone(), to.clone()]).await?;
    let (old, new) = (
        settings.remove(&from.id).unwrap_or_default(),
        settings.remove(&to.id).unwrap_or_default(),
    );
    Ok(SourceCodeVersionComparison {
        from: from.id,
        to: to.id,
        notes: notes::between(&from.interface.0, &to.interface.0),
        settings: settings_differences(&old, &new),
        files,
        is_cut,
    })
}

/// Variables that are asked for differently, each with all that is said about it.
pub(crate) fn settings_differences(before: &[VersionVariable], after: &[VersionVariable]) -> Vec<FieldDifference> {
    if before == after {
        return Vec::new();
    }
    let by_name = |settings: &[VersionVariable]| -> BTreeMap<String, Value> {
        let pairs = settings
            .iter()
            .map(|one| (one.name.clone(), serde_json::to_value(one).unwrap_or_default()));
        pairs.collect()
    };
    let (old, new) = (by_name(before), by_name(after));
    let found = changed_names(before, after).into_iter().map(|name| FieldDifference {
        before: old.get(&name).cloned().unwrap_or_default(),
        after: new.get(&name).cloned().unwrap_or_default(),
        field: name,
    });
    found.collect()
}
