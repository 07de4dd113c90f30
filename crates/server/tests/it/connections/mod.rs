//! Connections: integrations, forges, repositories, webhooks, and what they start.
