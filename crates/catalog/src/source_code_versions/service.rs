//! What people and the rest of the program do with versions of templates.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};
use slipway_api::ids::{SourceCodeVersionId, TemplateId};
use slipway_api::source_code_versions::{
    Lifecycle, NewSourceCodeVersion, RefKind, SourceCodeVersionChanges, SourceCodeVersionComparison,
    SourceCodeVersionDrift, SourceCodeVersionRefresh, VersionStatus, VersionVariable,
};
use slipway_connections::repositories;
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, blobs, directory};

use super::model::SourceCodeVersion;
use super::snapshots::{self, Place};
use super::store::{self, Filter};
use super::writing::{self, Prepared, Update};
use super::{comparing, notes, reconciling, schema};
use crate::permissions::{SOURCE_CODE_READ, TEMPLATE_MANAGE, TEMPLATE_READ};
use crate::source_codes::{self, SourceCode};
use crate::templates::Template;
use crate::templates::store as templates;
use crate::uses;

/// Where a single description stands in a body.
const ATTRIBUTES: &str = "/data/attributes";

/// The version, if the caller may do `permission` to its template.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: SourceCodeVersionId, permission: Permission) -> Result<SourceCodeVersion> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let version = found.ok_or_else(|| Error::not_found("source code version", id))?;
    ctx.authorize(permission, &version.target()).await?;
    Ok(version)
}

/// A page of an organization's versions whose templates the caller may see.
///
/// # Errors
///
/// `MalformedRequest` for a cursor that no page gave.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter,
    page: &Page,
) -> Result<Listed<SourceCodeVersion>> {
    let visible = ctx.visible(TEMPLATE_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, page).await
}

/// How the variables of these versions are asked for, in two queries for all.
///
/// # Errors
///
/// Those of the database.
pub async fn settings(
    ctx: &Ctx,
    versions: &[SourceCodeVersion],
) -> Result<HashMap<SourceCodeVersionId, Vec<VersionVariable>>> {
    let ids: Vec<SourceCodeVersionId> = versions.iter().map(|version| version.id).collect();
    let rows = store::variables(ctx.db.reader(), &ids).await?;
    let referred: BTreeSet<TemplateId> = rows
        .values()
        .flatten()
        .filter_map(|row| row.reference_template_id)
        .collect();
    let referred: Vec<TemplateId> = referred.into_iter().collect();
    let keys: HashMap<TemplateId, _> = templates::keys(ctx.db.reader(), &referred).await?.into_iter().collect();
    let said = rows
        .into_iter()
        .map(|(id, rows)| (id, rows.into_iter().map(|row| row.said(&keys)).collect()));
    Ok(said.collect())
}

/// How the variables of one are asked for.
///
/// # Errors
///
/// Those of the database.
pub async fn settings_of(ctx: &Ctx, version: &SourceCodeVersion) -> Result<Vec<VersionVariable>> {
    let mut all = settings(ctx, std::slice::from_ref(version)).await?;
    Ok(all.remove(&version.id).unwrap_or_default())
}

/// Versions with a variable that is this output of a template, each with the variable: whose resources follow it.
///
/// # Errors
///
/// Those of the database.
pub async fn referring(ctx: &Ctx, template: TemplateId, output: &str) -> Result<Vec<(SourceCodeVersionId, String)>> {
    store::referring(ctx.db.reader(), template, output).await
}

/// The version of a template that new resources should take: the active one with the highest place.
///
/// # Errors
///
/// Those of the database.
pub async fn recommended(ctx: &Ctx, template: TemplateId) -> Result<Option<SourceCodeVersionId>> {
    Ok(store::recommended(ctx.db.reader(), &[template])
        .await?
        .remove(&template))
}

/// Makes a version of a module at the commit that its ref is on now.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the template has one of the same ref and directory; `Invalid`, with every field at fault.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewSourceCodeVersion) -> Result<SourceCodeVersion> {
    organizations::require(ctx, TEMPLATE_MANAGE, organization).await?;
    let keys = [wanted.template.clone()];
    let template = templates::with_keys(ctx.db.reader(), organization.id, &keys)
        .await?
        .pop();
    let template = template.ok_or_else(|| no_template(&wanted, ATTRIBUTES))?;
    require_concrete(&template, ATTRIBUTES)?;
    let source_code = source_code(ctx, organization, &wanted, ATTRIBUTES).await?;
    let prepared = prepare(ctx, &template, &source_code, wanted, ATTRIBUTES.to_owned()).await?;
    let unknown = writing::unknown_roles(ctx, template.organization_id, &prepared.wanted.variables).await?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    let template = templates::hold(&tx, template.id).await?;
    let template = template.ok_or_else(|| no_template(&prepared.wanted, ATTRIBUTES))?;
    require_concrete(&template, ATTRIBUTES)?;
    if source_codes::store::hold(&tx, source_code.id).await?.is_none() {
        return Err(no_source_code(&prepared.wanted, ATTRIBUTES));
    }
    let version = writing::insert(&mut tx, ctx, (&template, &source_code), prepared, unknown).await?;
    tx.commit().await?;
    Ok(version)
}

pub(crate) fn no_template(wanted: &NewSourceCodeVersion, base: &str) -> Error {
    let detail = format!("There is no template \"{}\".", wanted.template);
    Error::invalid(&format!("{base}/template"), detail)
}

pub(crate) fn no_source_code(wanted: &NewSourceCodeVersion, base: &str) -> Error {
    let detail = format!("There is no source code \"{}\".", wanted.source_code);
    Error::invalid(&format!("{base}/source-code"), detail)
}

pub(crate) fn require_concrete(template: &Template, base: &str) -> Result<()> {
    if !template.is_abstract {
        return Ok(());
    }
    let detail = format!(
        "The template \"{}\" is abstract: it groups others and has no code.",
        template.key
    );
    Err(Error::invalid(&format!("{base}/template"), detail))
}

/// The source code that a description names, if the caller may see it.
pub(crate) async fn source_code(
    ctx: &Ctx,
    organization: &Organization,
    wanted: &NewSourceCodeVersion,
    base: &str,
) -> Result<SourceCode> {
    let names = [wanted.source_code.clone()];
    let found = source_codes::store::with_names(ctx.db.reader(), organization.id, &names)
        .await?
        .pop();
    let missing = || no_source_code(wanted, base);
    let source_code = found.ok_or_else(missing)?;
    match ctx.authorize(SOURCE_CODE_READ, &source_code.target()).await {
        Err(error) if error.code() == slipway_api::Code::NotFound => Err(missing()),
        Err(error) => Err(error),
        Ok(()) => Ok(source_code),
    }
}

/// A version to be, with its code.
pub(crate) async fn prepare(
    ctx: &Ctx,
    template: &Template,
    source_code: &SourceCode,
    wanted: NewSourceCodeVersion,
    base: String,
) -> Result<Prepared> {
    let repository = repositories::service::get(ctx, source_code.repository_id).await?;
    let directory = writing::directory_of(&wanted.directory, &base)?;
    let place = Place {
        repository: &repository,
        of: writing::named(&wanted, &base)?,
        directory: &directory,
        kind: snapshots::kind(template.engine),
    };
    snapshots::fetch(ctx, &repository, place.of).await?;
    let code = snapshots::take(ctx, place, &base).await?;
    Ok(Prepared {
        wanted,
        base,
        directory,
        code,
    })
}

/// Changes a version, from the row that the caller saw; its code stays.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `Conflict` when its lifecycle cannot go there; `Invalid`,
/// with every field at fault.
pub async fn update(
    ctx: &Ctx,
    seen: &SourceCodeVersion,
    changes: SourceCodeVersionChanges,
) -> Result<SourceCodeVersion> {
    ctx.authorize(TEMPLATE_MANAGE, &seen.target()).await?;
    let template = template_of(ctx, seen).await?;
    let settings = settings_of(ctx, seen).await?;
    let unknown = writing::unknown_roles(
        ctx,
        template.organization_id,
        changes.variables.as_deref().unwrap_or_default(),
    )
    .await?;
    let mut tx = ctx.begin().await?;
    templates::hold(&tx, template.id).await?;
    let update = Update {
        template: &template,
        seen,
        settings: &settings,
        changes,
        base: ATTRIBUTES,
    };
    let version = writing::update(&mut tx, ctx, update, unknown).await?;
    tx.commit().await?;
    Ok(version)
}

async fn template_of(ctx: &Ctx, version: &SourceCodeVersion) -> Result<Template> {
    let found = templates::find(ctx.db.reader(), version.template_id).await?;
    found.ok_or_else(|| Error::not_found("source code version", version.id))
}

/// Deletes a version that nothing uses.
///
/// # Errors
///
/// `Forbidden`; `NotFound`; `Conflict`, with what uses it.
pub async fn delete(ctx: &Ctx, version: &SourceCodeVersion) -> Result<()> {
    ctx.authorize(TEMPLATE_MANAGE, &version.target()).await?;
    let id = version.id.to_string();
    let users = uses::in_words(ctx, version.organization_id, &id).await?;
    let mut tx = ctx.begin().await?;
    // Who makes a resource of it waits for this, or this for them.
    templates::hold(&tx, version.template_id).await?;
    if directory::store::count_dependents(&*tx, &id).await? > 0 {
        let users = users.unwrap_or_else(|| "something that came this moment".to_owned());
        return Err(Error::conflict(format!(
            "The version {} is used by {users}. Let these take another version first; archive this one to keep others from \
             taking it.",
            version.called()
        )));
    }
    writing::remove(&mut tx, ctx, version).await?;
    tx.commit().await
}

/// Takes the commit that the ref of a version is on now as its code. What people said about variables is kept as far as it
/// still fits.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `Conflict` when it is archived, when a commit cannot
/// move, or when what is published would not be usable any more.
pub async fn refresh(ctx: &Ctx, seen: &SourceCodeVersion) -> Result<(SourceCodeVersion, SourceCodeVersionRefresh)> {
    ctx.authorize(TEMPLATE_MANAGE, &seen.target()).await?;
    require_refreshable(seen)?;
    let template = template_of(ctx, seen).await?;
    let source_code = source_codes::store::find(ctx.db.reader(), seen.source_code_id).await?;
    let source_code = source_code.ok_or_else(|| Error::not_found("source code", seen.source_code_id))?;
    let repository = repositories::service::get(ctx, source_code.repository_id).await?;
    let place = Place {
        repository: &repository,
        of: (seen.ref_kind, &seen.ref_name),
        directory: &seen.directory,
        kind: snapshots::kind(template.engine),
    };
    snapshots::fetch(ctx, &repository, place.of).await?;
    let code = snapshots::take(ctx, place, "").await.map_err(as_conflict)?;
    if code.status == VersionStatus::Failed && seen.lifecycle != Lifecycle::Preview {
        return Err(Error::conflict(format!(
            "The module cannot be read at {}, and the version is published: {}",
            code.commit,
            code.diagnostics.first().map_or("", |problem| problem.summary.as_str())
        )));
    }
    let before = settings_of(ctx, seen).await?;
    let unknown = writing::unknown_roles(ctx, template.organization_id, &before).await?;
    let mut tx = ctx.begin().await?;
    templates::hold(&tx, template.id).await?;
    let ancestors = store::ancestors(&*tx, &template).await?;
    let known = writing::known(&ancestors, unknown);
    let (kept, report) = match code.status {
        VersionStatus::Ready => reconciling::reconciled(&before, &code.interface, &known),
        VersionStatus::Failed => (before.clone(), Vec::new()),
    };
    let answer = SourceCodeVersionRefresh {
        before: seen.commit_sha.clone(),
        commit: code.commit.clone(),
        is_changed: code.snapshot.as_ref().map(|(digest, ..)| digest) != seen.digest.as_ref(),
        status: code.status,
        notes: notes::between(&seen.interface.0, &code.interface),
        report,
    };
    let version = seen.clone().with_code(code, ctx.now());
    if !store::update(&tx, &version).await? {
        return Err(writing::changed_meanwhile());
    }
    blobs::release(&tx, &version.owner()).await?;
    if let Some(address) = &version.blob {
        blobs::refer(&tx, ctx, version.organization_id, address, &version.owner()).await?;
    }
    if kept != before {
        store::set_variables(&tx, version.id, writing::rows(&version, &kept, &ancestors)).await?;
    }
    writing::compute(&tx, template.id).await?;
    let changes = json!({
        "commit": [answer.before, answer.commit],
        "digest": [seen.digest, version.digest],
        "status": [seen.status, version.status],
        "report": answer.report,
    });
    writing::record(&mut tx, ctx, &version, "source-code-version.refreshed", changes).await?;
    tx.commit().await?;
    Ok((version, answer))
}

fn require_refreshable(version: &SourceCodeVersion) -> Result<()> {
    if version.lifecycle == Lifecycle::Archived {
        return Err(Error::conflict("An archived version keeps its code: restore it first."));
    }
    if version.ref_kind == RefKind::Commit {
        return Err(Error::conflict(
            "It is made of a commit, which never moves: make another version of a newer one.",
        ));
    }
    Ok(())
}

/// What is wrong with the repository is wrong with no field of a body that has none.
pub(crate) fn as_conflict(error: Error) -> Error {
    match error.code() {
        slipway_api::Code::Invalid => {
            let detail = error.fields().first().map(|field| field.detail.clone());
            Error::conflict(detail.unwrap_or_else(|| error.detail().to_owned()))
        }
        _ => error,
    }
}

/// How the code of a version differs from what its ref is on now.
///
/// # Errors
///
/// Those of Git and of the blobs.
pub async fn drift(ctx: &Ctx, version: &SourceCodeVersion) -> Result<SourceCodeVersionDrift> {
    comparing::drift(ctx, version).await
}

/// What changes for whoever goes from one version to another.
///
/// # Errors
///
/// Those of the blobs and of the database.
pub async fn compare(
    ctx: &Ctx,
    from: &SourceCodeVersion,
    to: &SourceCodeVersion,
) -> Result<SourceCodeVersionComparison> {
    comparing::compare(ctx, from, to).await
}

/// What a form of a version asks for.
///
/// # Errors
///
/// `Conflict` when its module cannot be read.
pub async fn form(ctx: &Ctx, version: &SourceCodeVersion) -> Result<Value> {
    if version.status == VersionStatus::Failed {
        return Err(Error::conflict(format!(
            "The module of {} cannot be read; its problems say why.",
            version.called()
        )));
    }
    let settings = settings_of(ctx, version).await?;
    Ok(schema::schema(&version.interface.0, &settings))
}

/// What is made of a source code in words, for a refusal; none where nothing is.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn made_of(ctx: &Ctx, source_code: &SourceCode) -> Result<Option<String>> {
    /// Versions that a sentence names.
    const NAMED: usize = 5;
    let versions = store::of_source_code(ctx.db.reader(), source_code.id).await?;
    if versions.is_empty() {
        return Ok(None);
    }
    let visible = ctx.visible(TEMPLATE_READ, source_code.organization_id).await?;
    let ids: Vec<TemplateId> = versions.iter().map(|version| version.template_id).collect();
    let keys: HashMap<TemplateId, _> = templates::keys(ctx.db.reader(), &ids).await?.into_iter().collect();
    let seen = versions
        .iter()
        .filter(|version| visible.contains(None, &version.template_id.to_string()));
    let mut words: Vec<String> = seen
        .take(NAMED)
        .filter_map(|version| {
            Some(format!(
                "{} of \"{}\"",
                version.called(),
                keys.get(&version.template_id)?
            ))
        })
        .collect();
    let others = versions.len().saturating_sub(words.len());
    if others > 0 {
        words.push(format!("{others} more"));
    }
    Ok(Some(words.join(", ")))
}
