//! OAuth clients and OAuth tokens: integrations with forges as programs of Terraform Enterprise know them.
//!
//! Owns no tables: a client and its token are an integration, by ids with the same body. What must stay true: whatever can
//! be done here is done by the same service as with integrations. Read [`view`] (one as the other), then [`service`].

pub mod http;
pub mod service;
pub mod view;
