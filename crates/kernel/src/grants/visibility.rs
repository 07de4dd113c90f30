//! Which rows of a list somebody may see, as a condition for the database and as a question about one row.

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef};

use super::model::Permission;
use super::store;

/// Ids that are written into a statement at most; beyond, the statement reads them from the table of grants, so that it
/// stays short however much somebody was given.
const LISTED: usize = 100;

/// Which objects of an organization somebody may do something to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// All of them.
    All,
    /// Those that every one of these reaches.
    Only(Vec<Reach>),
}

impl Visibility {
    /// The same as a condition on rows that have a column with their project and one with their own id.
    #[must_use]
    pub fn condition(&self, project: impl IntoColumnRef, id: impl IntoColumnRef) -> Condition {
        let (project, id) = (project.into_column_ref(), id.into_column_ref());
        self.condition_by(|reach| {
            Condition::any()
                .add(reach.holds(project.clone()))
                .add(reach.holds(id.clone()))
        })
    }

    /// The same on other rows: `reached` is the condition for one reach.
    #[must_use]
    pub fn condition_by(&self, reached: impl Fn(&Reach) -> Condition) -> Condition {
        match self {
            Self::All => Condition::all(),
            Self::Only(reaches) => reaches.iter().map(reached).fold(Condition::all(), Condition::add),
        }
    }

    /// Whether it is certain that there is none.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::All => false,
            Self::Only(reaches) => reaches.iter().any(|reach| reach.ids.is_empty()),
        }
    }

    /// The same for one object, to be compared with the condition in tests and to filter live streams.
    #[must_use]
    pub fn contains(&self, project: Option<&str>, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(reaches) => reaches.iter().all(|reach| reach.contains(project, id)),
        }
    }
}

/// Places that something was given at: objects whose project or own id is among them (ids of other kinds in it match
/// nothing).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    ids: Vec<String>,
    /// Where the ids come from: the grants of these subjects that name one of these nodes.
    grants: Option<(Vec<String>, Vec<&'static str>)>,
}

impl Reach {
    /// Exactly these.
    #[must_use]
    pub fn listed(ids: Vec<String>) -> Self {
        Self { ids, grants: None }
    }

    /// Those at which one of the subjects was granted the permission.
    pub(super) fn granted(ids: Vec<String>, subjects: &[String], permission: Permission) -> Self {
        Self {
            ids,
            grants: Some((subjects.to_vec(), permission.covering())),
        }
    }

    /// That the column has one of them.
    #[must_use]
    pub fn holds(&self, column: impl IntoColumnRef) -> Expr {
        match &self.grants {
            Some((subjects, nodes)) if self.ids.len() > LISTED => {
                Expr::col(column).in_subquery(store::scopes_of(subjects, nodes))
            }
            _ => Expr::col(column).is_in(self.ids.iter().cloned()),
        }
    }

    fn contains(&self, project: Option<&str>, id: &str) -> bool {
        self.ids
            .iter()
            .any(|scope| scope == id || Some(scope.as_str()) == project)
    }
}
