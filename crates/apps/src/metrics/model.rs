//! One measurement of an app, and what becomes of several.

use slipway_api::Timestamp;
use slipway_api::app_metrics::AppMetricsPoint;
use slipway_router::measured::{Measured, TIMES};

/// Groups of times, as the router counts them.
pub const GROUPS: usize = TIMES.len() + 1;

/// How an app did from one moment on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// When it begins.
    pub at: Timestamp,
    /// How many measurements it is made of.
    pub count: u32,
    /// How many units were measured at most.
    pub units: u32,
    /// What they took of processors together, on average, in thousandths of one.
    pub processor: u64,
    /// What they took of memory together at most, in bytes.
    pub memory: u64,
    /// The most that one of them took of what it may, in per cent; nothing where nothing limits it.
    pub memory_percent: Option<u32>,
    /// Bytes that came to them.
    pub received: u64,
    /// Bytes that they sent.
    pub sent: u64,
    /// Answers, by class: 1xx to 5xx.
    pub answers: [u64; 5],
    /// Answers by how long they took to begin.
    pub times: [u64; GROUPS],
}

impl Sample {
    /// What happened at the router between two readings; a reading that is lower is one of a router that began anew.
    pub fn add_requests(&mut self, before: Option<&Measured>, now: &Measured) {
        let is_new = before.is_none_or(|before| before.times.iter().zip(now.times).any(|(old, new)| *old > new));
        let none = Measured::default();
        let before = before.filter(|_| !is_new).unwrap_or(&none);
        for ((sum, new), old) in self.answers.iter_mut().zip(now.answers).zip(before.answers) {
            *sum += new.saturating_sub(old);
        }
        for ((sum, new), old) in self.times.iter_mut().zip(now.times).zip(before.times) {
            *sum += new.saturating_sub(old);
        }
    }

    /// Several as one that begins when the first does; nothing of none.
    #[must_use]
    pub fn together(at: Timestamp, samples: &[Self]) -> Option<Self> {
        let count: u32 = samples.iter().map(|sample| sample.count).sum();
        if count == 0 {
            return None;
        }
        let mut all = Self {
            at,
            count,
            ..Self::default()
        };
        let mut processor = 0;
        for sample in samples {
            processor += sample.processor * u64::from(sample.count);
            all.units = all.units.max(sample.units);
            all.memory = all.memory.max(sample.memory);
            all.memory_percent = all.memory_percent.max(sample.memory_percent);
            all.received += sample.received;
            all.sent += sample.sent;
            all.answers
                .iter_mut()
                .zip(sample.answers)
                .for_each(|(sum, more)| *sum += more);
            all.times
                .iter_mut()
                .zip(sample.times)
                .for_each(|(sum, more)| *sum += more);
        }
        all.processor = processor / u64::from(count);
        Some(all)
    }

    /// It as it is shown.
    #[must_use]
    pub fn point(&self) -> AppMetricsPoint {
        let measured = Measured {
            times: self.times,
            ..Measured::default()
        };
        let [.., errors] = self.answers;
        AppMetricsPoint {
            at: self.at,
            units: self.units,
            processor: self.processor,
            memory: self.memory,
            memory_percent: self.memory_percent,
            received: self.received,
            sent: self.sent,
            requests: self.answers.iter().sum(),
            errors,
            p50_ms: measured.percentile(0.5),
            p95_ms: measured.percentile(0.95),
            p99_ms: measured.percentile(0.99),
        }
    }
}

/// The beginning of the stretch of so many seconds that a moment is in.
#[must_use]
pub fn stretch(moment: Timestamp, seconds: u32) -> Timestamp {
    let length = i64::from(seconds.max(1)) * 1_000;
    Timestamp::from_unix_ms(moment.unix_ms().div_euclid(length) * length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_become_one() {
        let sample = |processor, memory, errors| Sample {
            count: 1,
            units: 2,
            processor,
            memory,
            memory_percent: Some(u32::try_from(memory).unwrap()),
            received: 10,
            answers: [0, 5, 0, 0, errors],
            ..Sample::default()
        };
        let at = Timestamp::from_unix_ms(5_000);
        let all = Sample::together(at, &[sample(100, 7, 0), sample(300, 5, 1)]).unwrap();
        let point = all.point();
        assert_eq!((point.processor, point.memory, point.memory_percent), (200, 7, Some(7)));
        assert_eq!((point.requests, point.errors, point.received), (11, 1, 20));
        assert_eq!(point.p95_ms, None);
        assert_eq!(Sample::together(at, &[]), None);
        assert_eq!(stretch(Timestamp::from_unix_ms(16_999), 15).unix_ms(), 15_000);
    }

    #[test]
    fn requests_are_counted_between_two_readings() {
        let mut before = Measured::default();
        before.answers[1] = 10;
        before.times[0] = 10;
        let mut now = before.clone();
        now.answers[1] = 13;
        now.times[0] = 13;
        let mut sample = Sample::default();
        sample.add_requests(Some(&before), &now);
        assert_eq!((sample.answers[1], sample.times[0]), (3, 3));
        // A router that began anew counts from zero.
        let mut anew = Sample::default();
        anew.add_requests(Some(&now), &before);
        assert_eq!((anew.answers[1], anew.times[0]), (10, 10));
    }
}
