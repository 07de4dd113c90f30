//! A template with its source code and its first version, from a repository in one call: all of them or none, as documents
//! would be applied.

use slipway_api::Code;
use slipway_api::catalog::CatalogDocuments;
use slipway_api::jsonapi::ErrorSource;
use slipway_api::source_code_versions::{NewSourceCodeVersion, TemplateImport};
use slipway_api::source_codes::NewSourceCode;
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Ctx, Error, Result};

use super::model::Template;
use super::{applying, specification, store};
use crate::permissions::TEMPLATE_MANAGE;
use crate::source_codes::model::name_of;
use crate::source_codes::{service as source_codes, store as source_code_rows};

/// Where the parts of an import stand in its body, and where documents have the same.
const PLACES: [(&str, &str); 3] = [
    ("/templates/0", "/data/attributes/template"),
    ("/source-codes/0", "/data/attributes/source-code"),
    ("/versions/0", "/data/attributes"),
];

/// Makes a template with a version of it. A source code of the same repository is taken when there is one.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the key is taken; `Invalid`, with every field at fault.
pub async fn import(ctx: &Ctx, organization: &Organization, wanted: TemplateImport) -> Result<Template> {
    organizations::require(ctx, TEMPLATE_MANAGE, organization).await?;
    specification::check(&wanted.template, PLACES[0].1)?;
    let key = wanted.template.key.clone();
    let keys = [key.clone()];
    if !store::with_keys(ctx.db.reader(), organization.id, &keys)
        .await?
        .is_empty()
    {
        let detail = format!("There is a template \"{key}\" already. Make a version of it, or choose another key.");
        return Err(Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/template/key"));
    }
    let documents = documents(ctx, organization, wanted).await?;
    applying::apply(ctx, organization, documents, false)
        .await
        .map_err(placed)?;
    let made = store::with_keys(ctx.db.reader(), organization.id, &keys).await?.pop();
    made.ok_or_else(|| Error::not_found(super::model::KIND, key))
}

async fn documents(ctx: &Ctx, organization: &Organization, wanted: TemplateImport) -> Result<CatalogDocuments> {
    let repository = source_codes::connected(ctx, organization.id, &wanted.source_code).await;
    let repository = repository.map_err(|error| match error.code() {
        Code::Invalid => Error::invalid("/data/attributes/source-code/identifier", first(&error)),
        _ => error,
    })?;
    let known = source_code_rows::of_repository(ctx.db.reader(), repository.id).await?;
    let wanted_name = wanted.source_code.name.clone();
    let taken = known
        .into_iter()
        .find(|known| wanted_name.as_ref().is_none_or(|name| known.name == *name));
    let (name, source_codes) = match taken {
        Some(known) => (known.name, Vec::new()),
        None => {
            let name = wanted_name.or_else(|| name_of(&repository.full_name)).ok_or_else(|| {
                let detail = "The repository has no name that can be taken over; give it one.";
                Error::invalid("/data/attributes/source-code/name", detail)
            })?;
            let new = NewSourceCode {
                name: Some(name.clone()),
                ..wanted.source_code
            };
            (name, vec![new])
        }
    };
    let version = NewSourceCodeVersion {
        template: wanted.template.key.clone(),
        source_code: name,
        tag: wanted.tag,
        branch: wanted.branch,
        commit: wanted.commit,
        directory: wanted.directory,
        lifecycle: wanted.lifecycle,
        position: None,
        description: String::new(),
        labels: Vec::new(),
        breaking_changes: None,
        variables: wanted.variables,
    };
    Ok(CatalogDocuments {
        templates: vec![wanted.template],
        source_codes,
        versions: vec![version],
    })
}

fn first(error: &Error) -> String {
    let detail = error.fields().first().map(|field| field.detail.clone());
    detail.unwrap_or_else(|| error.detail().to_owned())
}

/// A refusal of documents as one of the import.
fn placed(error: Error) -> Error {
    let fields: Vec<FieldError> = error
        .fields()
        .iter()
        .map(|field| FieldError {
            source: ErrorSource {
                pointer: field.source.pointer.as_deref().map(place),
                parameter: None,
            },
            detail: field.detail.clone(),
        })
        .collect();
    match (
        error.code(),
        fields.first().and_then(|field| field.source.pointer.clone()),
    ) {
        (Code::Invalid, Some(_)) => Error::invalid_fields(fields),
        (code, Some(pointer)) => Error::new(code, first(&error)).at_field(&pointer),
        (_, None) => error,
    }
}

fn place(pointer: &str) -> String {
    let known = PLACES.iter().find_map(|(document, place)| {
        let rest = pointer.strip_prefix(document)?;
        Some(format!("{place}{rest}"))
    });
    known.unwrap_or_else(|| pointer.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_documents_are_refused_for_is_told_at_the_fields_of_the_import() {
        assert_eq!(place("/templates/0/parents/1"), "/data/attributes/template/parents/1");
        assert_eq!(place("/versions/0/tag"), "/data/attributes/tag");
        assert_eq!(place("/elsewhere"), "/elsewhere");
        let refused = placed(Error::invalid("/versions/0/tag", "There is none."));
        assert_eq!(
            refused.fields()[0].source.pointer.as_deref(),
            Some("/data/attributes/tag")
        );
    }
}
