//! Says that an item is still worked on, and hears whether it should be.

use std::time::Duration;

use slipway_api::runner::{Directive, Heartbeat, WorkPhase};
use slipway_client::{Client, WorkLease};
use slipway_tofu::process::Order;
use tokio::sync::watch;

use crate::backoff::is_final;

/// What beats: until dropped.
pub(crate) struct Heart {
    pub(crate) client: Client,
    pub(crate) lease: WorkLease,
    pub(crate) phase: WorkPhase,
    pub(crate) every: Duration,
    /// What the runner is doing.
    pub(crate) step: watch::Receiver<&'static str>,
    pub(crate) orders: watch::Sender<Order>,
    /// Turns true with the first answer.
    pub(crate) heard: watch::Sender<bool>,
}

impl Heart {
    /// Beats for ever. A server that is away changes nothing: the engine goes on, and the server decides by the fence what
    /// still counts.
    pub(crate) async fn beat(self) {
        loop {
            let step = (*self.step.borrow()).to_owned();
            match self.client.work_heartbeat(self.lease, &Heartbeat { step }).await {
                Ok(answer) => {
                    self.obey(match answer.directive {
                        Directive::Continue => Order::Continue,
                        Directive::Cancel => Order::Cancel,
                        Directive::Kill => Order::Kill,
                    });
                    self.heard.send_replace(true);
                }
                Err(error) if is_final(&error) => {
                    tracing::warn!(%error, item = %self.lease.item, "the lease of an item is lost");
                    self.obey(self.when_lost());
                    return;
                }
                Err(error) => tracing::debug!(%error, "no heartbeat"),
            }
            tokio::time::sleep(self.every).await;
        }
    }

    /// A plan that nobody wants is killed; an apply is asked to stop, so that it saves what it made.
    const fn when_lost(&self) -> Order {
        match self.phase {
            WorkPhase::Plan => Order::Kill,
            WorkPhase::Apply => Order::Cancel,
        }
    }

    /// Orders only grow: a late `continue` does not take a cancel back.
    fn obey(&self, order: Order) {
        self.orders.send_if_modified(|current| {
            let is_stronger = order > *current;
            if is_stronger {
                *current = order;
            }
            is_stronger
        });
    }
}
