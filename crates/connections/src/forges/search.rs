//! Searching where a forge cannot: everything that it lists is looked through here, as far as is sensible.

use super::model::{ForgePage, ForgeRepository, RepositoryQuery};

/// Repositories that are looked through for a search.
pub(super) const MOST_LOOKED_THROUGH: usize = 1_000;

/// The page of those whose full name holds what is searched.
pub(super) fn page_of(all: Vec<ForgeRepository>, query: &RepositoryQuery) -> ForgePage<ForgeRepository> {
    let wanted = query.search.to_lowercase();
    let size = usize::try_from(query.page_size.clamp(1, 100)).unwrap_or(100);
    let before = usize::try_from(query.page.max(1) - 1).unwrap_or(0).saturating_mul(size);
    let found = all
        .into_iter()
        .filter(|found| found.full_name.to_lowercase().contains(&wanted));
    let mut items: Vec<ForgeRepository> = found.skip(before).take(size + 1).collect();
    let has_next = items.len() > size;
    items.truncate(size);
    ForgePage { items, has_next }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(page: &ForgePage<ForgeRepository>) -> Vec<&str> {
        page.items.iter().map(|found| found.full_name.as_str()).collect()
    }

    #[test]
    fn pages_are_of_what_was_searched() {
        let all = |count: u32| {
            let one = |number| ForgeRepository {
                id: String::new(),
                full_name: format!("group/{}-{number}", if number % 2 == 0 { "Even" } else { "odd" }),
                description: None,
                default_branch: None,
                clone_url: String::new(),
                web_url: String::new(),
                is_private: true,
                is_archived: false,
            };
            (0..count).map(one).collect::<Vec<_>>()
        };
        let query = |search: &str, page| RepositoryQuery {
            search: search.to_owned(),
            group: None,
            page,
            page_size: 2,
        };
        let first = page_of(all(7), &query("even", 1));
        assert_eq!(
            (names(&first), first.has_next),
            (vec!["group/Even-0", "group/Even-2"], true)
        );
        let second = page_of(all(7), &query("even", 2));
        assert_eq!(
            (names(&second), second.has_next),
            (vec!["group/Even-4", "group/Even-6"], false)
        );
        assert_eq!(names(&page_of(all(7), &query("even", 3))), [] as [&str; 0]);
        assert_eq!(page_of(all(7), &query("", 0)).items.len(), 2);
    }
}
