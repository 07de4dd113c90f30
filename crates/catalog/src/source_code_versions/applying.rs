//! Source codes and versions as documents describe them. What needs the network is done before the transaction; the code of a
//! version that is there is never taken anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use slipway_api::Name;
use slipway_api::catalog::{CatalogAction, CatalogChange, CatalogDocuments, FieldDifference};
use slipway_api::ids::{RepositoryId, TemplateId};
use slipway_api::source_code_versions::{NewSourceCodeVersion, RefKind, SourceCodeVersionChanges};
use slipway_api::source_codes::{NewSourceCode, SourceCodeChanges};
use slipway_api::templates::TemplateKey;
use slipway_api::workspaces::EngineKind;
use slipway_connections::repositories::{self, Repository};
use slipway_git::Address;
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::db::Tx;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{KIND, SourceCodeVersion};
use super::snapshots::{self, Place};
use super::writing::{self, Prepared, Update};
use super::{comparing, lifecycle, service, store};
use crate::permissions::SOURCE_CODE_MANAGE;
use crate::source_codes::model as source_code;
use crate::source_codes::{self, SourceCode};
use crate::templates::hierarchy::{self, Edge};
use crate::templates::model::Link;
use crate::templates::store as templates;

/// Documents of a kind that can be applied at once.
const DOCUMENTS: usize = 500;

/// A document about a source code, with what there is of it.
struct OfSourceCode {
    wanted: NewSourceCode,
    base: String,
    name: Name,
    known: Option<SourceCode>,
    /// None in a dry run, for a repository that nothing connected yet.
    repository: Option<Repository>,
}

/// A document about a version, with its code if it is new and can be read.
struct OfVersion {
    wanted: NewSourceCodeVersion,
    base: String,
    prepared: Option<Prepared>,
    unknown_roles: BTreeSet<String>,
}

/// Documents with everything that their transaction does not do.
pub(crate) struct Published {
    source_codes: Vec<OfSourceCode>,
    versions: Vec<OfVersion>,
    /// Repositories that were fetched for these documents: once is enough for all of them.
    fetched: BTreeSet<RepositoryId>,
}

/// Looks at the repositories of documents. In a dry run nothing is connected: what cannot be read then is not looked at.
///
/// # Errors
///
/// `Forbidden`; `Invalid`, with the place in the documents: `/versions/3/tag`; those of fetching.
pub(crate) async fn prepare(
    ctx: &Ctx,
    organization: &Organization,
    documents: &CatalogDocuments,
    is_dry_run: bool,
) -> Result<Published> {
    if documents.source_codes.len() > DOCUMENTS || documents.versions.len() > DOCUMENTS {
        let detail = format!("At most {DOCUMENTS} documents of a kind at once.");
        return Err(Error::invalid("/versions", detail));
    }
    if !documents.source_codes.is_empty() {
        organizations::require(ctx, SOURCE_CODE_MANAGE, organization).await?;
    }
    let mut published = Published {
        source_codes: Vec::new(),
        versions: Vec::new(),
        fetched: BTreeSet::new(),
    };
    for (number, wanted) in documents.source_codes.iter().enumerate() {
        let base = format!("/source-codes/{number}");
        let one = of_source_code(ctx, organization, (wanted, base), is_dry_run).await?;
        if let Some(other) = published.source_codes.iter().find(|other| other.name == one.name) {
            let detail = format!("The source code \"{}\" is described twice.", other.name);
            return Err(Error::invalid(&format!("{}/name", one.base), detail));
        }
        published.source_codes.push(one);
    }
    let mut seen = BTreeSet::new();
    for (number, wanted) in documents.versions.iter().enumerate() {
        let base = format!("/versions/{number}");
        let of = writing::named(wanted, &base)?;
        let directory = writing::directory_of(&wanted.directory, &base)?;
        if !seen.insert((
            wanted.template.clone(),
            wanted.source_code.clone(),
            of,
            directory.clone(),
        )) {
            let detail = format!("The version {} of \"{}\" is described twice.", of.1, wanted.template);
            return Err(Error::invalid(&base, detail));
        }
        let prepared = prepared(
            ctx,
            organization,
            (documents, &mut published),
            (wanted, &base, directory),
        )
        .await?;
        let unknown_roles = writing::unknown_roles(ctx, organization.id, &wanted.variables).await?;
        published.versions.push(OfVersion {
            wanted: wanted.clone(),
            base,
            prepared,
            unknown_roles,
        });
    }
    Ok(published)
}

async fn of_source_code(
    ctx: &Ctx,
    organization: &Organization,
    (wanted, base): (&NewSourceCode, String),
    is_dry_run: bool,
) -> Result<OfSourceCode> {
    source_code::check(&wanted.description, &wanted.labels, &base)?;
    let by_repository = || source_code::name_of(wanted.identifier.trim_end_matches('/').trim_end_matches(".git"));
    let name = wanted.name.clone().or_else(by_repository).ok_or_else(|| {
        let detail = "The repository has no name that can be taken over; give it one.";
        Error::invalid(&format!("{base}/name"), detail)
    })?;
    let names = [name.clone()];
    let known = source_codes::store::with_names(ctx.db.reader(), organization.id, &names)
        .await?
        .pop();
    let repository = match &known {
        Some(known) => {
            let repository = repositories::service::get(ctx, known.repository_id).await?;
            if !is_of(&repository, &wanted.identifier) {
                let detail = format!(
                    "The source code \"{name}\" is {}, and which repository it is never changes. Choose another name.",
                    repository.full_name
                );
                return Err(Error::invalid(&format!("{base}/identifier"), detail));
            }
            Some(repository)
        }
        None if is_dry_run => None,
        None => Some(source_codes::service::connected(ctx, organization.id, wanted).await?),
    };
    Ok(OfSourceCode {
        wanted: wanted.clone(),
        base,
        name,
        known,
        repository,
    })
}

/// Whether a repository is the one that an identifier names.
fn is_of(repository: &Repository, identifier: &str) -> bool {
    let identifier = identifier.trim();
    let by_name = repository.full_name.eq_ignore_ascii_case(identifier.trim_matches('/'));
    by_name
        || identifier
            .parse::<Address>()
            .is_ok_and(|address| address.key() == repository.address_key)
}

/// The code of a version that is not there yet; none where it is, or where its repository is not connected yet.
async fn prepared(
    ctx: &Ctx,
    organization: &Organization,
    (documents, published): (&CatalogDocuments, &mut Published),
    (wanted, base, directory): (&NewSourceCodeVersion, &str, String),
) -> Result<Option<Prepared>> {
    let described = documents
        .templates
        .iter()
        .find(|template| template.key == wanted.template);
    let keys = [wanted.template.clone()];
    let template = templates::with_keys(ctx.db.reader(), organization.id, &keys)
        .await?
        .pop();
    let engine: EngineKind = match (described, &template) {
        (Some(described), _) => described.engine,
        (None, Some(template)) => template.engine,
        (None, None) => return Err(service::no_template(wanted, base)),
    };
    let of_document = published.source_codes.iter().find(|one| one.name == wanted.source_code);
    let (source_code, repository) = match of_document {
        Some(one) => (one.known.clone(), one.repository.clone()),
        None => {
            let found = service::source_code(ctx, organization, wanted, base).await?;
            let repository = repositories::service::get(ctx, found.repository_id).await?;
            (Some(found), Some(repository))
        }
    };
    let of = writing::named(wanted, base)?;
    if let (Some(template), Some(source_code)) = (&template, &source_code) {
        let place = (template.id, source_code.id);
        if store::of_ref(ctx.db.reader(), place, of, &directory).await?.is_some() {
            return Ok(None);
        }
    }
    let Some(repository) = repository else {
        return Ok(None);
    };
    let place = Place {
        repository: &repository,
        of,
        directory: &directory,
        kind: snapshots::kind(engine),
    };
    if of.0 == RefKind::Commit || published.fetched.insert(repository.id) {
        snapshots::fetch(ctx, &repository, of).await?;
    }
    let code = snapshots::take(ctx, place, base).await?;
    Ok(Some(Prepared {
        wanted: wanted.clone(),
        base: base.to_owned(),
        directory,
        code,
    }))
}

impl Published {
    /// Writes it, behind the templates of the same documents.
    ///
    /// # Errors
    ///
    /// `Invalid`, with the place in the documents; `Conflict` when a lifecycle cannot go where it shall.
    pub(crate) async fn carry_out(
        self,
        tx: &mut Tx,
        ctx: &Ctx,
        organization: &Organization,
    ) -> Result<Vec<CatalogChange>> {
        let mut changes = Vec::new();
        for one in &self.source_codes {
            changes.push(write_source_code(tx, ctx, one).await?);
        }
        for one in in_order(tx, organization, self.versions).await? {
            changes.push(write_version(tx, ctx, organization, one).await?);
        }
        Ok(changes)
    }
}

/// Versions of what others stand on first: others may refer to their outputs.
async fn in_order(tx: &Tx, organization: &Organization, versions: Vec<OfVersion>) -> Result<Vec<OfVersion>> {
    let keys: Vec<TemplateKey> = versions.iter().map(|one| one.wanted.template.clone()).collect();
    let rows = templates::with_keys(&**tx, organization.id, &keys).await?;
    let ids: HashMap<TemplateKey, TemplateId> = rows.into_iter().map(|row| (row.key, row.id)).collect();
    let edges: Vec<Edge> = templates::links(&**tx, organization.id)
        .await?
        .iter()
        .map(Link::edge)
        .collect();
    let mut by_template: BTreeMap<TemplateId, Vec<OfVersion>> = BTreeMap::new();
    for one in versions {
        let id = ids.get(&one.wanted.template).copied();
        let id = id.ok_or_else(|| service::no_template(&one.wanted, &one.base))?;
        by_template.entry(id).or_default().push(one);
    }
    // What stands on something that is not here stands on it over others.
    let all: BTreeSet<TemplateId> = edges
        .iter()
        .flat_map(|edge| [edge.child, edge.parent])
        .chain(by_template.keys().copied())
        .collect();
    let all: Vec<TemplateId> = all.into_iter().collect();
    let ordered = hierarchy::ordered(&all, &edges);
    Ok(ordered
        .into_iter()
        .filter_map(|id| by_template.remove(&id))
        .flatten()
        .collect())
}

async fn write_source_code(tx: &mut Tx, ctx: &Ctx, one: &OfSourceCode) -> Result<CatalogChange> {
    let Some(known) = &one.known else {
        if let Some(repository) = &one.repository {
            let made = source_codes::service::described(ctx, repository, &one.wanted, &one.base)?;
            let made = SourceCode {
                name: one.name.clone(),
                ..made
            };
            source_codes::service::insert(tx, ctx, &made, repository, &one.base).await?;
        }
        let given = [
            ("identifier", json!(one.wanted.identifier)),
            ("description", json!(one.wanted.description)),
            ("labels", json!(one.wanted.labels)),
        ];
        return Ok(change(
            source_code::KIND,
            one.name.to_string(),
            CatalogAction::Create,
            made(given),
        ));
    };
    let changes = SourceCodeChanges {
        name: None,
        description: Some(one.wanted.description.clone()),
        labels: Some(one.wanted.labels.clone()),
    };
    let (_, differences) = source_codes::service::write(tx, ctx, known, &changes, &one.base).await?;
    let differences: Vec<FieldDifference> = paired(differences);
    let action = match differences.is_empty() {
        true => CatalogAction::None,
        false => CatalogAction::Update,
    };
    Ok(change(source_code::KIND, one.name.to_string(), action, differences))
}

fn change(kind: &str, key: String, action: CatalogAction, differences: Vec<FieldDifference>) -> CatalogChange {
    CatalogChange {
        kind: kind.to_owned(),
        key,
        action,
        differences,
    }
}

/// What is not the default of something that is made.
fn made<const COUNT: usize>(given: [(&str, Value); COUNT]) -> Vec<FieldDifference> {
    let is_said = |value: &Value| !matches!(value, Value::Null) && *value != json!("") && *value != json!([]);
    let said = given.into_iter().filter(|(_, value)| is_said(value));
    let difference = |(field, after): (&str, Value)| FieldDifference {
        field: field.to_owned(),
        before: Value::Null,
        after,
    };
    said.map(difference).collect()
}

/// Pairs of before and after, by field.
fn paired(told: Value) -> Vec<FieldDifference> {
    let Value::Object(fields) = told else {
        return Vec::new();
    };
    let difference = |(field, pair): (String, Value)| FieldDifference {
        field,
        before: pair.get(0).cloned().unwrap_or_default(),
        after: pair.get(1).cloned().unwrap_or_default(),
    };
    fields.into_iter().map(difference).collect()
}

async fn write_version(tx: &mut Tx, ctx: &Ctx, organization: &Organization, one: OfVersion) -> Result<CatalogChange> {
    let (wanted, base) = (&one.wanted, one.base.as_str());
    let of = writing::named(wanted, base)?;
    let directory = writing::directory_of(&wanted.directory, base)?;
    let key = match directory.as_str() {
        "" => format!("{} {}", wanted.template, of.1),
        directory => format!("{} {} ({directory})", wanted.template, of.1),
    };
    let keys = [wanted.template.clone()];
    let template = templates::with_keys(&**tx, organization.id, &keys).await?.pop();
    let template = template.ok_or_else(|| service::no_template(wanted, base))?;
    service::require_concrete(&template, base)?;
    let names = [wanted.source_code.clone()];
    let source_code = source_codes::store::with_names(&**tx, organization.id, &names)
        .await?
        .pop();
    let given = [
        (snapshots::field(of.0), json!(of.1)),
        ("directory", json!(directory)),
        (
            "lifecycle",
            json!(lifecycle::word(wanted.lifecycle.unwrap_or_default())),
        ),
        ("description", json!(wanted.description)),
        ("labels", json!(wanted.labels)),
        ("variables", json!(wanted.variables)),
    ];
    let Some(source_code) = source_code else {
        // A dry run connects nothing.
        return Ok(change(KIND, key, CatalogAction::Create, made(given)));
    };
    let place = (template.id, source_code.id);
    if let Some(known) = store::of_ref(&**tx, place, of, &directory).await? {
        let differences = update(tx, ctx, (&template, &known), one).await?;
        let action = match differences.is_empty() {
            true => CatalogAction::None,
            false => CatalogAction::Update,
        };
        return Ok(change(KIND, key, action, differences));
    }
    if let Some(prepared) = one.prepared {
        source_codes::store::hold(tx, source_code.id).await?;
        writing::insert(tx, ctx, (&template, &source_code), prepared, one.unknown_roles).await?;
    }
    Ok(change(KIND, key, CatalogAction::Create, made(given)))
}

/// Makes a version that is there as its document says; what the document leaves open stays.
async fn update(
    tx: &mut Tx,
    ctx: &Ctx,
    (template, known): (&crate::templates::Template, &SourceCodeVersion),
    one: OfVersion,
) -> Result<Vec<FieldDifference>> {
    let settings = service::settings_of(ctx, known).await?;
    let wanted = one.wanted;
    let changes = SourceCodeVersionChanges {
        lifecycle: wanted.lifecycle,
        position: wanted.position,
        description: Some(wanted.description),
        labels: Some(wanted.labels),
        breaking_changes: Some(wanted.breaking_changes),
        variables: Some(wanted.variables.clone()),
    };
    let told = writing::differences(known, &settings, &changes);
    let mut differences = paired(Value::Object(
        told.into_iter().filter(|(field, _)| field != "variables").collect(),
    ));
    if let Some(after) = wanted.lifecycle.filter(|after| *after != known.lifecycle) {
        differences.push(FieldDifference {
            field: "lifecycle".to_owned(),
            before: lifecycle::word(known.lifecycle).into(),
            after: lifecycle::word(after).into(),
        });
    }
    let of_variables = comparing::settings_differences(&settings, &wanted.variables);
    differences.extend(of_variables.into_iter().map(|one| FieldDifference {
        field: format!("variables/{}", one.field),
        ..one
    }));
    let update = Update {
        template,
        seen: known,
        settings: &settings,
        changes,
        base: &one.base,
    };
    writing::update(tx, ctx, update, one.unknown_roles).await?;
    Ok(differences)
}
