//! Running: what shall run of each app, what does, and where requests go.
//!
//! Owns no table. What must stay true: the units of the live deploy are as many as wanted and of no other deploy but one under way;
//! only units that are ready get requests; what is seen here is a copy, and whoever starts anew sees it again. Read [`generation`]
//! (what shall run), `probing` (whether a unit is ready), [`observed`] (what is seen), [`routing`], `serving` (which router takes what) and [`keeping`].

pub mod addresses;
pub mod generation;
pub mod http;
pub mod keeping;
pub(crate) mod leading;
pub(crate) mod lines;
pub mod observed;
pub mod routing;
pub(crate) mod serving;
pub(crate) mod table;
