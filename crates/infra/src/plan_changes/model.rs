//! A pack of details as it is stored.

use sea_orm::entity::prelude::*;
use slipway_kernel::blobs::BlobAddress;

/// Where the details of some changes are.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_change_packs")]
pub struct Model {
    /// The plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub phase_id: String,
    /// The claim under which it came: a plan that is made again has other changes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub fence: i64,
    /// Number of its first change.
    #[sea_orm(primary_key, auto_increment = false)]
    pub first_change: i64,
    /// How many changes it has.
    pub change_count: i64,
    /// Its bytes: gzipped JSON lines.
    pub address: BlobAddress,
}

/// A pack.
pub type Pack = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Whether packs in the order of their changes, each as its first number and its count, have each of `total` changes once.
#[must_use]
pub fn is_complete(packs: &[(i64, i64)], total: i64) -> bool {
    let end = packs
        .iter()
        .try_fold(0, |next, (first, count)| (*first == next).then_some(next + count));
    end == Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_an_overlap_and_a_missing_end_are_noticed() {
        assert!(is_complete(&[], 0));
        assert!(is_complete(&[(0, 3), (3, 2)], 5));
        assert!(!is_complete(&[(0, 3), (3, 2)], 6));
        assert!(!is_complete(&[(0, 3), (4, 2)], 6));
        assert!(!is_complete(&[(0, 3), (2, 3)], 5));
        assert!(!is_complete(&[(1, 1)], 1));
    }
}
