//! All queries on `schedules`.

use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0008_schedules",
    steps: || {
        vec![Step::Table(
            Table::new("schedules")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("owner_kind", Type::Id)
                .col("owner_id", Type::Id)
                .col("kind", Type::Id)
                .col("payload", Type::Json)
                .col("timing", Type::Json)
                .opt("next_at", Type::Time)
                .opt("fired_at", Type::Time)
                .col("is_paused", Type::Boolean)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .index("schedules_next_at_idx", &["next_at"])
                .index("schedules_owner_idx", &["owner_kind", "owner_id"]),
        )]
    },
};
