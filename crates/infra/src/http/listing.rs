//! Pages of lists that are bounded and at hand, such as the variables of a workspace.

use axum::http::Uri;
use slipway_api::jsonapi::{ListDocument, Resource};
use slipway_kernel::Result;
use slipway_kernel::http::{Known, ListQuery, Listed};

/// The page that the query asks for; everything when it names no page, as TFE does with such lists.
///
/// # Errors
///
/// `MalformedRequest` for unknown parameters.
pub(crate) fn page_of<A>(uri: &Uri, rows: Vec<Resource<A>>) -> Result<ListDocument<Resource<A>>> {
    page_of_known(uri, Known::default(), rows)
}

/// The same for a list that knows more parameters than the page.
///
/// # Errors
///
/// `MalformedRequest` for unknown parameters.
pub(crate) fn page_of_known<A>(uri: &Uri, known: Known, rows: Vec<Resource<A>>) -> Result<ListDocument<Resource<A>>> {
    let mut query = ListQuery::parse(uri, known)?;
    let total = rows.len();
    if uri.query().unwrap_or_default().is_empty() {
        query.page.size = u32::try_from(total).unwrap_or(u32::MAX).max(1);
    }
    let listed = Listed::of_all(rows, &query.page, |row| row.id.clone());
    Ok(query.document(listed, |row| row.id.clone(), |row| row))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn ids(query: &str) -> (Vec<String>, Option<u32>, Option<String>) {
        let rows = (1..=5).map(|number| Resource {
            id: number.to_string(),
            kind: "things".to_owned(),
            attributes: (),
            relationships: BTreeMap::new(),
            links: BTreeMap::new(),
        });
        let document = page_of(&format!("/things{query}").parse().unwrap(), rows.collect()).unwrap();
        let pagination = document.meta.unwrap().pagination;
        let ids = document.data.into_iter().map(|row| row.id).collect();
        (ids, pagination.next_page, pagination.next_after)
    }

    #[test]
    fn pages_and_cursors_walk_the_whole_list() {
        assert_eq!(ids("").0, ["1", "2", "3", "4", "5"]);
        assert_eq!(
            ids("?page[size]=2"),
            (vec!["1".into(), "2".into()], Some(2), Some("2".into()))
        );
        assert_eq!(ids("?page[size]=2&page[number]=3"), (vec!["5".into()], None, None));
        assert_eq!(ids("?page[size]=3&page[after]=2").0, ["3", "4", "5"]);
    }
}
