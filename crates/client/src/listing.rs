//! Lists that come in pages: page by page, up to a number of rows, or all.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use slipway_api::page::MAX_SIZE;
use slipway_api::{ListDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

/// A list that was asked for and not yet read.
#[derive(Debug)]
pub struct Listing<A> {
    client: Client,
    call: Call,
    size: u32,
    next: Next,
    attributes: PhantomData<fn() -> A>,
}

/// Which page comes next.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    First,
    /// The server's own mark, which costs the same on every page.
    After(String),
    Number(u32),
    Nothing,
}

impl<A: DeserializeOwned> Listing<A> {
    pub(crate) fn new(client: &Client, call: Call) -> Self {
        Self {
            client: client.clone(),
            call,
            size: MAX_SIZE,
            next: Next::First,
            attributes: PhantomData,
        }
    }

    /// The next page, or nothing when the last one was read.
    ///
    /// # Errors
    ///
    /// Those of a request; the same page can then be asked for again.
    pub async fn next_page(&mut self) -> Result<Option<ListDocument<Resource<A>>>, ClientError> {
        let call = self.call.clone().query("page[size]", self.size);
        let call = match &self.next {
            Next::First => call,
            Next::After(mark) => call.query("page[after]", mark),
            Next::Number(number) => call.query("page[number]", number),
            Next::Nothing => return Ok(None),
        };
        let page: ListDocument<Resource<A>> = self.client.json(call).await?;
        self.next = following(&page);
        Ok(Some(page))
    }

    /// All rows.
    ///
    /// # Errors
    ///
    /// Those of a request.
    pub async fn all(self) -> Result<Vec<Resource<A>>, ClientError> {
        self.up_to(usize::MAX).await
    }

    /// The first `limit` rows.
    ///
    /// # Errors
    ///
    /// Those of a request.
    pub async fn up_to(mut self, limit: usize) -> Result<Vec<Resource<A>>, ClientError> {
        self.size = u32::try_from(limit).unwrap_or(MAX_SIZE).clamp(1, MAX_SIZE);
        let mut rows = Vec::new();
        while rows.len() < limit {
            match self.next_page().await? {
                Some(page) => rows.extend(page.data),
                None => break,
            }
        }
        rows.truncate(limit);
        Ok(rows)
    }
}

fn following<A>(page: &ListDocument<Resource<A>>) -> Next {
    let Some(pagination) = page.meta.as_ref().map(|meta| &meta.pagination) else {
        return Next::Nothing;
    };
    // An empty page that claims to have a successor would be read for ever.
    if page.data.is_empty() {
        return Next::Nothing;
    }
    match (&pagination.next_after, pagination.next_page) {
        (Some(mark), _) => Next::After(mark.clone()),
        (None, Some(number)) => Next::Number(number),
        (None, None) => Next::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: usize, pagination: &str) -> ListDocument<Resource<serde_json::Value>> {
        let row = r#"{"id":"x","type":"t","attributes":{}}"#;
        let rows = vec![row; rows].join(",");
        let rest = r#""current-page":1,"page-size":2,"prev-page":null,"total-pages":1,"total-count":2"#;
        serde_json::from_str(&format!(
            r#"{{"data":[{rows}],"meta":{{"pagination":{{{rest},{pagination}}}}}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn the_servers_mark_is_preferred_to_a_page_number() {
        assert_eq!(
            following(&page(2, r#""next-page":2,"next-after":"m""#)),
            Next::After("m".to_owned())
        );
        assert_eq!(following(&page(2, r#""next-page":2"#)), Next::Number(2));
        assert_eq!(following(&page(2, r#""next-page":null"#)), Next::Nothing);
    }

    #[test]
    fn an_empty_page_ends_the_list_whatever_it_claims() {
        assert_eq!(following(&page(0, r#""next-page":2"#)), Next::Nothing);
    }
}
