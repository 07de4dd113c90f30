//! What apps take of their machines, and how they answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// How an app did in a stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppMetrics {
    /// From when.
    pub from: Timestamp,
    /// To when.
    pub to: Timestamp,
    /// Seconds between two points.
    pub step_seconds: u32,
    /// The points that there are, oldest first; of times at which nobody measured there are none.
    pub points: Vec<AppMetricsPoint>,
}

impl Attributes for AppMetrics {
    const TYPE: &'static str = "app-metrics";
}

/// How an app did from one moment until the next point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppMetricsPoint {
    /// When it begins.
    pub at: Timestamp,
    /// How many units were measured.
    pub units: u32,
    /// What they took of processors together, in thousandths of one.
    pub processor: u64,
    /// What they took of memory together, in bytes.
    pub memory: u64,
    /// The most that one of them took of what it may, in per cent; null where nothing limits it.
    pub memory_percent: Option<u32>,
    /// Bytes that came to them.
    pub received: u64,
    /// Bytes that they sent.
    pub sent: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Those of them that were answered with 5xx.
    pub errors: u64,
    /// Half of the answers began within this many milliseconds; null without requests.
    pub p50_ms: Option<f64>,
    /// The same of 95 of a hundred.
    pub p95_ms: Option<f64>,
    /// The same of 99 of a hundred.
    pub p99_ms: Option<f64>,
}

/// What a unit takes of its machine, as it was measured last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppUnitUsage {
    /// Of processors, in thousandths of one.
    pub processor: u64,
    /// Of memory, in bytes; what is only remembered of files is left out.
    pub memory: u64,
    /// How much memory it may take, in bytes; null where nothing limits it.
    pub memory_limit: Option<u64>,
}
