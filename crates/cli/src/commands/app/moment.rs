//! A moment, as people say it: how long ago, or when.

use std::str::FromStr;
use std::time::Duration;

use slipway_api::Timestamp;

use super::super::amounts::seconds;
use crate::environment::now;

/// How long ago, or when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Ago(Duration),
    At(Timestamp),
}

impl Moment {
    pub(super) fn when(self) -> Timestamp {
        match self {
            Self::Ago(ago) => now().before(ago),
            Self::At(moment) => moment,
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(moment) = text.parse() {
            return Ok(Self::At(moment));
        }
        match seconds(text) {
            Some(seconds) => Ok(Self::Ago(Duration::from_secs(seconds))),
            None => Err("say how long ago (90s, 30m, 2h, 7d), or when (2026-11-20T14:30:00Z)".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_by_both() {
        assert_eq!("2h".parse(), Ok(Moment::Ago(Duration::from_secs(7_200))));
        let moment = "2026-11-20T14:30:00Z";
        assert_eq!(moment.parse(), Ok(Moment::At(moment.parse().unwrap())));
        for wrong in ["", "h", "2", "2w", "-1h", "yesterday"] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }
}
