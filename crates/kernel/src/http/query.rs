//! Queries of lists: page, filters, order. What is not known is refused, with the known names.

use std::collections::BTreeMap;

use axum::http::Uri;
use slipway_api::jsonapi::{ListDocument, Resource};
use slipway_api::page::{DEFAULT_SIZE, EXACT_TOTAL, ListMeta, MAX_SIZE, Pagination};

use crate::errors::{Error, Result};

/// The parameters that a list knows beside the page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// `filter[…]` and `search[…]`, written out.
    pub filters: &'static [&'static str],
    /// Fields that `sort` takes; each also with `-` before it.
    pub sorts: &'static [&'static str],
    /// Relationships that `include` takes.
    pub includes: &'static [&'static str],
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// Rows on it.
    pub size: u32,
    /// Instead of a number: the cursor that the page before gave.
    pub after: Option<String>,
}

impl Page {
    /// Rows to skip.
    #[must_use]
    pub fn offset(&self) -> u64 {
        if self.after.is_some() {
            0
        } else {
            u64::from(self.number - 1) * u64::from(self.size)
        }
    }

    /// Rows to read: one more than shown, to know whether there is a next page.
    #[must_use]
    pub fn limit(&self) -> u64 {
        u64::from(self.size) + 1
    }
}

/// A parsed query of a list.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Which page.
    pub page: Page,
    /// Values by `filter[…]` or `search[…]`.
    pub filters: BTreeMap<String, String>,
    /// Field and whether descending.
    pub sort: Option<(String, bool)>,
    /// Relationships to include.
    pub includes: Vec<String>,
    path: String,
    others: Vec<(String, String)>,
}

/// Rows as a service returns them: one more than the page shows if there are more, and the bounded total.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// At most `page.limit()` rows.
    pub rows: Vec<T>,
    /// All rows, counted no further than one above [`EXACT_TOTAL`].
    pub total: u64,
}

impl<T> Listed<T> {
    /// A page of rows that are all at hand; `cursor` is the one that the document is made with.
    #[must_use]
    pub fn of_all(all: Vec<T>, page: &Page, cursor: impl Fn(&T) -> String) -> Self {
        let total = all.len();
        let behind = match &page.after {
            Some(after) => all
                .iter()
                .position(|row| cursor(row) == *after)
                .map_or(total, |place| place + 1),
            None => usize::try_from(page.offset()).unwrap_or(usize::MAX),
        };
        let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
        Self {
            rows: all.into_iter().skip(behind).take(limit).collect(),
            total: u64::try_from(total).unwrap_or(u64::MAX),
        }
    }
}

impl ListQuery {
    /// Reads the query of `uri`.
    ///
    /// # Errors
    ///
    /// `MalformedRequest` for an unknown parameter or a value that cannot be read.
    pub fn parse(uri: &Uri, known: Known) -> Result<Self> {
        let page = Page {
            number: 1,
            size: DEFAULT_SIZE,
            after: None,
        };
        let mut query = Self {
            page,
            filters: BTreeMap::new(),
            sort: None,
            includes: Vec::new(),
            path: uri.path().to_owned(),
            others: Vec::new(),
        };
        for (key, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            query.take(&key, &value, known)?;
        }
        Ok(query)
    }

    fn take(&mut self, key: &str, value: &str, known: Known) -> Result<()> {
        match key {
            "page[number]" => self.page.number = positive(key, value, u32::MAX)?,
            "page[size]" => self.page.size = positive(key, value, MAX_SIZE)?,
            "page[after]" => self.page.after = Some(value.to_owned()),
            "sort" => self.sort = Some(sort(value, known.sorts)?),
            "include" => self.includes = includes(value, known.includes)?,
            filter if known.filters.contains(&filter) => {
                self.filters.insert(filter.to_owned(), value.to_owned());
            }
            other => return Err(unknown(other, known)),
        }
        if !key.starts_with("page[") {
            self.others.push((key.to_owned(), value.to_owned()));
        }
        Ok(())
    }

    /// The value of a filter.
    #[must_use]
    pub fn filter(&self, name: &str) -> Option<&str> {
        self.filters.get(name).map(String::as_str)
    }

    /// The value of a filter that is an id, a status or another parsed type.
    ///
    /// # Errors
    ///
    /// `MalformedRequest` when it cannot be read.
    pub fn parsed_filter<T: std::str::FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<Option<T>> {
        let parse = |text: &str| {
            text.parse()
                .map_err(|error| Error::malformed_parameter(name, format!("{error}.")))
        };
        self.filter(name).map(parse).transpose()
    }

    /// The document of a page: drops the row that was read ahead, and says where the page stands.
    pub fn document<T, A>(
        &self,
        listed: Listed<T>,
        cursor: impl Fn(&T) -> String,
        resource: impl FnMut(T) -> Resource<A>,
    ) -> ListDocument<Resource<A>> {
        let Listed { mut rows, total } = listed;
        let shown = usize::try_from(self.page.size).unwrap_or(usize::MAX);
        let has_next = rows.len() > shown;
        rows.truncate(shown);
        let next_after = if has_next { rows.last().map(cursor) } else { None };
        let size = self.page.size;
        let number = self.page.number;
        let pages = u32::try_from(total.div_ceil(u64::from(size)))
            .unwrap_or(u32::MAX)
            .max(1);
        let pagination = Pagination {
            current_page: number,
            page_size: size,
            prev_page: (number > 1).then(|| number - 1),
            next_page: has_next.then(|| number + 1),
            total_pages: pages,
            total_count: total.min(EXACT_TOTAL + 1),
            next_after,
        };
        let links = self.links(&pagination);
        let data = rows.into_iter().map(resource).collect();
        ListDocument {
            data,
            included: Vec::new(),
            links,
            meta: Some(ListMeta { pagination }),
        }
    }

    fn links(&self, pagination: &Pagination) -> BTreeMap<String, Option<String>> {
        let link = |number: Option<u32>| number.map(|number| self.link(number));
        BTreeMap::from([
            ("self".to_owned(), link(Some(pagination.current_page))),
            ("first".to_owned(), link(Some(1))),
            ("prev".to_owned(), link(pagination.prev_page)),
            ("next".to_owned(), link(pagination.next_page)),
            ("last".to_owned(), link(Some(pagination.total_pages))),
        ])
    }

    fn link(&self, number: u32) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.others);
        query.append_pair("page[number]", &number.to_string());
        query.append_pair("page[size]", &self.page.size.to_string());
        format!("{}?{}", self.path, query.finish())
    }
}

fn positive(key: &str, value: &str, max: u32) -> Result<u32> {
    match value.parse() {
        Ok(number) if (1..=max).contains(&number) => Ok(number),
        _ => Err(Error::malformed_parameter(
            key,
            format!("{key} must be a number from 1 to {max}, not \"{value}\"."),
        )),
    }
}

fn sort(value: &str, known: &[&str]) -> Result<(String, bool)> {
    let (field, descending) = value.strip_prefix('-').map_or((value, false), |field| (field, true));
    if known.contains(&field) {
        return Ok((field.to_owned(), descending));
    }
    Err(Error::malformed_parameter(
        "sort",
        format!("This list cannot be sorted by \"{field}\"; {}", names(known)),
    ))
}

fn includes(value: &str, known: &[&str]) -> Result<Vec<String>> {
    // TFE writes both `created_by` and `created-by`.
    let wanted: Vec<String> = value.split(',').map(|name| name.trim().replace('_', "-")).collect();
    match wanted.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(wanted),
        Some(name) => Err(Error::malformed_parameter(
            "include",
            format!("\"{name}\" cannot be included here; {}", names(known)),
        )),
    }
}

fn unknown(key: &str, known: Known) -> Error {
    let mut all = vec!["page[number]", "page[size]", "page[after]"];
    all.extend(known.filters);
    if !known.sorts.is_empty() {
        all.push("sort");
    }
    if !known.includes.is_empty() {
        all.push("include");
    }
    Error::malformed_parameter(
        key,
        format!("The parameter \"{key}\" is not known here; {}", names(&all)),
    )
}

fn names(known: &[&str]) -> String {
    if known.is_empty() {
        "there are none.".to_owned()
    } else {
        format!("known are: {}.", known.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known = Known {
        filters: &["search[name]"],
        sorts: &["name"],
        includes: &["created-by"],
    };

    fn parse(query: &str) -> Result<ListQuery> {
        ListQuery::parse(&format!("/things?{query}").parse().unwrap(), KNOWN)
    }

    #[test]
    fn everything_known_is_read() {
        let query = parse("page%5Bnumber%5D=3&page[size]=50&search[name]=a%20b&sort=-name&include=created_by").unwrap();
        assert_eq!(
            query.page,
            Page {
                number: 3,
                size: 50,
                after: None
            }
        );
        assert_eq!(query.page.offset(), 100);
        assert_eq!(query.filter("search[name]"), Some("a b"));
        assert_eq!(query.sort, Some(("name".to_owned(), true)));
        assert_eq!(query.includes, ["created-by"]);
    }

    #[test]
    fn what_is_unknown_or_out_of_range_is_refused_with_the_known_names() {
        for query in [
            "filter[x]=1",
            "page[size]=101",
            "page[size]=0",
            "page[number]=-1",
            "sort=age",
            "include=all",
        ] {
            assert_eq!(
                parse(query).unwrap_err().code(),
                slipway_api::Code::MalformedRequest,
                "{query}"
            );
        }
        assert!(parse("filter[x]=1").unwrap_err().detail().contains("search[name]"));
    }

    #[test]
    fn the_next_page_comes_from_the_row_ahead_and_not_from_the_total() {
        let query = parse("page[size]=2").unwrap();
        let listed = Listed {
            rows: vec![1, 2, 3],
            total: 2,
        };
        let document = query.document(listed, ToString::to_string, |row| Resource {
            id: row.to_string(),
            kind: "things".to_owned(),
            attributes: (),
            relationships: BTreeMap::new(),
            links: BTreeMap::new(),
        });
        let pagination = document.meta.unwrap().pagination;
        assert_eq!(document.data.len(), 2);
        assert_eq!(pagination.next_page, Some(2));
        assert_eq!(pagination.next_after.as_deref(), Some("2"));
        assert_eq!(
            document.links["next"].as_deref(),
            Some("/things?page%5Bnumber%5D=2&page%5Bsize%5D=2")
        );
    }
}
