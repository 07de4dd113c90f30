//! Deliveries to the real routes, from a server that is no forge and from a real Gitea.

mod burst;
mod by_hand;
mod gitea;
mod site;
