//! Writing versions in a transaction: what is checked there, what goes with it, and what is told of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use slipway_api::Code as ErrorCode;
use slipway_api::ids::{OrganizationId, TemplateId};
use slipway_api::source_code_versions::{
    Lifecycle, NewSourceCodeVersion, RefKind, SourceCodeVersionChanges, VersionStatus, VersionVariable,
};
use slipway_identity::roles;
use slipway_kernel::db::Tx;
use slipway_kernel::directory::{self, Edge as DirectoryEdge};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result, blobs};

use super::lifecycle;
use super::model::{Code, Computed, KIND, SourceCodeVersion, VariableRow};
use super::settings::{self, Known};
use super::store::Ancestors;
use super::{notes, store};
use crate::source_codes::SourceCode;
use crate::templates::Template;
use crate::templates::specification::{Problems, check_description, check_labels};

/// Why a template depends on a source code, in the directory.
const VERSION: &str = "version";
/// Longest note on what breaks, in bytes: what a column of text takes on every database.
const NOTE_BYTES: usize = 60_000;
/// Longest name of a ref and longest directory, in characters: a column has no more.
const NAME_LENGTH: usize = 200;

/// A version to be: what was described, with its code.
pub(crate) struct Prepared {
    /// As it was described.
    pub wanted: NewSourceCodeVersion,
    /// The pointer to the description.
    pub base: String,
    /// The directory, as Git has it.
    pub directory: String,
    /// Its code.
    pub code: Code,
}

/// The ref that a description names.
///
/// # Errors
///
/// `Invalid`, when it names none or several.
pub(crate) fn named<'a>(wanted: &'a NewSourceCodeVersion, base: &str) -> Result<(RefKind, &'a str)> {
    one_ref([&wanted.tag, &wanted.branch, &wanted.commit], base)
}

/// The one ref out of a tag, a branch and a commit.
///
/// # Errors
///
/// `Invalid`, when there is none, or several.
pub(crate) fn one_ref<'a>([tag, branch, commit]: [&'a Option<String>; 3], base: &str) -> Result<(RefKind, &'a str)> {
    let given = [
        (RefKind::Tag, tag.as_deref()),
        (RefKind::Branch, branch.as_deref()),
        (RefKind::Commit, commit.as_deref()),
    ];
    let mut given = given.into_iter().filter_map(|(kind, name)| Some((kind, name?.trim())));
    let (Some(of), None) = (given.next(), given.next()) else {
        let detail = "Say one of \"tag\", \"branch\" and \"commit\".";
        return Err(Error::invalid(&format!("{base}/tag"), detail));
    };
    if of.1.is_empty() || of.1.chars().count() > NAME_LENGTH {
        let detail = format!("A name of a ref has 1 to {NAME_LENGTH} characters.");
        return Err(Error::invalid(
            &format!("{base}/{}", super::snapshots::field(of.0)),
            detail,
        ));
    }
    Ok(of)
}

/// The directory that a description names, as Git has it.
///
/// # Errors
///
/// `Invalid`.
pub(crate) fn directory_of(text: &str, base: &str) -> Result<String> {
    let pointer = format!("{base}/directory");
    let directory = crate::source_codes::reading::directory(text);
    let directory = directory.map_err(|detail| Error::invalid(&pointer, detail))?;
    if directory.chars().count() > NAME_LENGTH {
        let detail = format!("A directory has at most {NAME_LENGTH} characters.");
        return Err(Error::invalid(&pointer, detail));
    }
    Ok(directory)
}

/// Names of roles that settings have and there are none of.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn unknown_roles(
    ctx: &Ctx,
    organization: OrganizationId,
    settings: &[VersionVariable],
) -> Result<BTreeSet<String>> {
    let names: BTreeSet<String> = settings.iter().flat_map(|one| one.restricted.iter().cloned()).collect();
    let names: Vec<String> = names.into_iter().collect();
    let unknown = roles::service::unknown_names(ctx, organization, &names).await?;
    Ok(unknown.into_iter().collect())
}

/// What there is beside the module.
pub(crate) fn known(ancestors: &Ancestors, unknown_roles: BTreeSet<String>) -> Known {
    let outputs = ancestors
        .iter()
        .map(|(key, (_, outputs))| (key.clone(), outputs.clone()));
    Known {
        unknown_roles,
        ancestors: outputs.collect(),
    }
}

fn ids(ancestors: &Ancestors) -> HashMap<String, TemplateId> {
    let pairs = ancestors.iter().map(|(key, (id, _))| (key.to_string(), *id));
    pairs.collect()
}

/// The rows of settings, what they refer to known by the ancestors.
pub(crate) fn rows(
    version: &SourceCodeVersion,
    settings: &[VersionVariable],
    ancestors: &Ancestors,
) -> Vec<VariableRow> {
    VariableRow::all(version, settings, &ids(ancestors))
}

fn check_texts(description: &str, labels: &[String], note: Option<&str>, problems: &mut Problems<'_>) {
    check_description(problems, description);
    check_labels(problems, labels);
    if note.is_some_and(|note| note.len() > NOTE_BYTES) {
        problems.add("breaking-changes", format!("at most {NOTE_BYTES} bytes"));
    }
}

/// Writes a new version. Its template and its source code are held.
///
/// # Errors
///
/// `Invalid`, with every field at fault; `AlreadyExists` when the template has one of the same ref and directory.
pub(crate) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    (template, source_code): (&Template, &SourceCode),
    prepared: Prepared,
    unknown_roles: BTreeSet<String>,
) -> Result<SourceCodeVersion> {
    let Prepared {
        wanted,
        base,
        directory,
        code,
    } = prepared;
    let ancestors = store::ancestors(&**tx, template).await?;
    let mut problems = Problems::at(&base);
    let note = wanted.breaking_changes.as_deref();
    check_texts(&wanted.description, &wanted.labels, note, &mut problems);
    // What cannot be read has variables that nobody knows: what was said about them is looked at when it can.
    if code.status == VersionStatus::Ready {
        settings::check(
            &wanted.variables,
            &code.interface,
            &known(&ancestors, unknown_roles),
            &mut problems,
        );
    }
    if wanted.lifecycle == Some(Lifecycle::Active)
        && let Err(reason) = lifecycle::step(Lifecycle::Preview, Lifecycle::Active, code.status)
    {
        problems.add("lifecycle", reason);
    }
    problems.none()?;
    let position = match wanted.position {
        Some(position) => position,
        None => store::highest(&**tx, template.id).await? + 1,
    };
    let of = named(&wanted, &base)?;
    let place = ((of, directory.as_str()), (code, position, ctx.now()));
    let version = SourceCodeVersion::new(ctx.new_id()?, (template, source_code.id), &wanted, place.0, place.1);
    store::insert(tx, &version, &base).await?;
    if let Some(address) = &version.blob {
        blobs::refer(tx, ctx, version.organization_id, address, &version.owner()).await?;
    }
    store::set_variables(tx, version.id, rows(&version, &wanted.variables, &ancestors)).await?;
    directory::store::connect(tx, &edge(&version)).await?;
    compute(tx, template.id).await?;
    let changes = json!({
        "template": template.key,
        "source-code": source_code.name,
        "ref": version.ref_name,
        "directory": version.directory,
        "commit": version.commit_sha,
        "digest": version.digest,
        "status": version.status,
        "lifecycle": version.lifecycle,
    });
    record(tx, ctx, &version, "source-code-version.created", changes).await?;
    Ok(version)
}

/// A version as it was, and what is to become of it.
pub(crate) struct Update<'a> {
    /// Its template.
    pub template: &'a Template,
    /// The row that the change was made from.
    pub seen: &'a SourceCodeVersion,
    /// How its variables are asked for.
    pub settings: &'a [VersionVariable],
    /// What people change.
    pub changes: SourceCodeVersionChanges,
    /// The pointer to the description.
    pub base: &'a str,
}

/// Writes the next version of a row, if something differs.
///
/// # Errors
///
/// `PreconditionFailed` when somebody changed it since; `Conflict` when its lifecycle cannot go there; `Invalid`.
pub(crate) async fn update(
    tx: &mut Tx,
    ctx: &Ctx,
    update: Update<'_>,
    unknown_roles: BTreeSet<String>,
) -> Result<SourceCodeVersion> {
    let Update {
        template,
        seen,
        settings: before,
        changes,
        base,
    } = update;
    let told = differences(seen, before, &changes);
    let step = lifecycle::step(seen.lifecycle, changes.lifecycle.unwrap_or(seen.lifecycle), seen.status);
    let action = step.map_err(|reason| Error::conflict(reason).at_field(&format!("{base}/lifecycle")))?;
    if told.is_empty() && action.is_none() {
        return Ok(seen.clone());
    }
    let version = seen.clone().changed(&changes, ctx.now());
    let ancestors = store::ancestors(&**tx, template).await?;
    let mut problems = Problems::at(base);
    let labels: Vec<String> = version.labels().map(str::to_owned).collect();
    let labels = changes.labels.as_deref().unwrap_or(&labels);
    check_texts(
        &version.description,
        labels,
        version.breaking_changes.as_deref(),
        &mut problems,
    );
    if let Some(after) = changes
        .variables
        .as_ref()
        .filter(|_| seen.status == VersionStatus::Ready)
    {
        settings::check(
            after,
            &seen.interface.0,
            &known(&ancestors, unknown_roles),
            &mut problems,
        );
    }
    problems.none()?;
    if !store::update(tx, &version).await? {
        return Err(changed_meanwhile());
    }
    if let Some(after) = changes.variables.as_ref().filter(|after| after.as_slice() != before) {
        store::set_variables(tx, version.id, rows(&version, after, &ancestors)).await?;
    }
    if version.position != seen.position {
        compute(tx, template.id).await?;
    }
    if !told.is_empty() {
        let changes = Value::Object(told.into_iter().collect());
        record(tx, ctx, &version, "source-code-version.updated", changes).await?;
    }
    if let Some(action) = action {
        let changes = json!({"lifecycle": [seen.lifecycle, version.lifecycle]});
        record(tx, ctx, &version, action, changes).await?;
    }
    Ok(version)
}

/// What differs beside the lifecycle, as events tell it.
pub(crate) fn differences(
    seen: &SourceCodeVersion,
    before: &[VersionVariable],
    changes: &SourceCodeVersionChanges,
) -> Vec<(String, Value)> {
    let after = seen.clone().changed(changes, seen.updated_at);
    let labels = |version: &SourceCodeVersion| version.labels().map(str::to_owned).collect::<Vec<_>>();
    let length = |text: &Option<String>| text.as_ref().map(|text| json!({"characters": text.chars().count()}));
    let mut told = Vec::new();
    let mut tell = |field: &str, differs: bool, before: Value, after: Value| {
        if differs {
            told.push((field.to_owned(), json!([before, after])));
        }
    };
    let moved = seen.position != after.position;
    tell("position", moved, seen.position.into(), after.position.into());
    let described = seen.description != after.description;
    tell(
        "description",
        described,
        json!(seen.description),
        json!(after.description),
    );
    let labeled = seen.labels != after.labels;
    tell("labels", labeled, json!(labels(seen)), json!(labels(&after)));
    let noted = seen.breaking_changes != after.breaking_changes;
    let notes = (
        json!(length(&seen.breaking_changes)),
        json!(length(&after.breaking_changes)),
    );
    tell("breaking-changes", noted, notes.0, notes.1);
    if let Some(after) = changes.variables.as_ref().filter(|after| after.as_slice() != before) {
        told.push(("variables".to_owned(), json!(changed_names(before, after))));
    }
    told
}

/// Names of variables that are asked for differently; of all, when only their order is another.
pub(crate) fn changed_names(before: &[VersionVariable], after: &[VersionVariable]) -> Vec<String> {
    let by_name = |settings: &[VersionVariable]| -> BTreeMap<String, VersionVariable> {
        settings.iter().map(|one| (one.name.clone(), one.clone())).collect()
    };
    let (old, new) = (by_name(before), by_name(after));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing: Vec<String> = names
        .iter()
        .filter(|name| old.get(**name) != new.get(**name))
        .map(|name| (*name).clone())
        .collect();
    match differing.is_empty() {
        true => names.into_iter().cloned().collect(),
        false => differing,
    }
}

/// Says anew what each version of a template means for whoever uses the one before it that can be used.
pub(crate) async fn compute(tx: &Tx, template: TemplateId) -> Result<()> {
    let all = store::of_template(&**tx, template).await?;
    let mut before: Option<&SourceCodeVersion> = None;
    for version in &all {
        if version.status != VersionStatus::Ready {
            continue;
        }
        let computed = Computed {
            with: before.map(|before| before.id),
            notes: before
                .map(|before| notes::between(&before.interface.0, &version.interface.0))
                .unwrap_or_default(),
        };
        if computed != version.computed {
            store::set_computed(tx, version.id, computed).await?;
        }
        before = Some(version);
    }
    Ok(())
}

/// Removes a version that nothing uses.
pub(crate) async fn remove(tx: &mut Tx, ctx: &Ctx, version: &SourceCodeVersion) -> Result<()> {
    if !store::delete(tx, version.id).await? {
        return Err(Error::not_found(KIND, version.id));
    }
    blobs::release(tx, &version.owner()).await?;
    let others = store::of_source_code(&**tx, version.source_code_id).await?;
    if !others.iter().any(|other| other.template_id == version.template_id) {
        directory::store::disconnect(tx, &edge(version)).await?;
    }
    compute(tx, version.template_id).await?;
    let changes = json!({"ref": version.ref_name, "directory": version.directory, "commit": version.commit_sha});
    record(tx, ctx, version, "source-code-version.deleted", changes).await
}

/// Removes the versions of a template that is deleted.
pub(crate) async fn remove_all(tx: &mut Tx, ctx: &Ctx, template: TemplateId) -> Result<()> {
    for version in store::of_template(&**tx, template).await? {
        remove(tx, ctx, &version).await?;
    }
    Ok(())
}

/// That a template has code from a source code.
fn edge(version: &SourceCodeVersion) -> DirectoryEdge {
    DirectoryEdge {
        from: version.template_id.to_string(),
        to: version.source_code_id.to_string(),
        why: VERSION,
    }
}

pub(crate) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    version: &SourceCodeVersion,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(version.organization_id),
        project: None,
        object_kind: KIND,
        object_id: version.id.to_string(),
        object_name: version.called(),
        access_id: Some(version.template_id.to_string()),
        changes,
    };
    events::record(tx, ctx, event).await
}

/// Somebody was faster.
pub(crate) fn changed_meanwhile() -> Error {
    Error::new(
        ErrorCode::PreconditionFailed,
        "Somebody changed the version at this moment. Look at it again, and repeat your change if it is still wanted.",
    )
}
