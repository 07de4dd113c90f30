//! `slipway app scale`: how many units of each process shall run.

use std::collections::BTreeMap;
use std::str::FromStr;

use slipway_api::Resource;
use slipway_api::apps::{App, AppScale};

/// `web=3`: a process and a number of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    process: String,
    units: u32,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("\"{text}\" is not a process with a number of units: write web=3");
        let (process, units) = text.split_once('=').ok_or_else(wrong)?;
        let units = units.parse().map_err(|_| wrong())?;
        if process.is_empty() {
            return Err(wrong());
        }
        Ok(Self {
            process: process.to_owned(),
            units,
        })
    }
}

/// All of them in one request; of one process only one number.
pub(super) fn scale(wanted: Vec<Wanted>) -> anyhow::Result<AppScale> {
    let mut units = BTreeMap::new();
    for one in wanted {
        if units.insert(one.process.clone(), one.units).is_some() {
            anyhow::bail!("{} is given twice", one.process);
        }
    }
    Ok(AppScale { units })
}

/// What shall run now: `web=3 worker=1`.
pub(super) fn in_words(app: &Resource<App>) -> String {
    let processes = app.attributes.processes.iter();
    let words: Vec<String> = processes
        .map(|process| format!("{}={}", process.name, process.units))
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> anyhow::Result<AppScale> {
        let wanted: Result<Vec<Wanted>, String> = texts.iter().map(|text| text.parse()).collect();
        scale(wanted.map_err(anyhow::Error::msg)?)
    }

    #[test]
    fn each_process_has_its_number() {
        let units = read(&["web=3", "worker=0"]).unwrap().units;
        assert_eq!(units, BTreeMap::from([("web".to_owned(), 3), ("worker".to_owned(), 0)]));
    }

    #[test]
    fn what_is_no_number_of_units_says_how_to_write_it() {
        for text in ["web", "3", "=3", "web=", "web=-1", "web=two", "web=1.5"] {
            assert!(read(&[text]).unwrap_err().to_string().contains("write web=3"), "{text}");
        }
        assert!(read(&["web=1", "web=2"]).unwrap_err().to_string().contains("twice"));
    }
}
