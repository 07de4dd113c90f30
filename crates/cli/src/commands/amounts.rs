//! How much a unit may take, as people write it: `512MiB`, `0.5` of a processor, a burst of `1.5`.

use std::str::FromStr;

/// Memory in bytes: `512MiB`, `1.5GiB`, `0` for as much as there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory(pub u64);

/// Parts of a processor, in thousandths: `0.5`, `2`, `0` for as much as there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Processor(pub u32);

/// How much more, in hundredths: `1.5` is half as much again, `1` nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Burst(pub u32);

/// A span of time, in seconds: `90s`, `30m`, `2h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub u32);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seconds = seconds(text).and_then(|seconds| u32::try_from(seconds).ok());
        let wrong = || "say how long: 90s, 30m, 2h, 7d".to_owned();
        seconds.map(Self).ok_or_else(wrong)
    }
}

/// The seconds of a span of time, if it is one.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let unit: u64 = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let number: u64 = text.get(..text.len() - 1)?.parse().ok()?;
    Some(number.saturating_mul(unit))
}

const UNITS: [(&str, u64); 7] = [
    ("", 1),
    ("k", 1_000),
    ("kib", 1 << 10),
    ("m", 1_000_000),
    ("mib", 1 << 20),
    ("g", 1_000_000_000),
    ("gib", 1 << 30),
];

impl FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no amount of memory: write 512MiB, 1.5GiB, or 0 for as much as there is");
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let unit = unit.trim().to_ascii_lowercase();
        // `Mi`, `MB` and `MiB` mean what people mean by them.
        let unit = match unit.strip_suffix('b').unwrap_or(&unit) {
            short @ ("ki" | "mi" | "gi") => format!("{short}b"),
            other => other.to_owned(),
        };
        let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        let number: f64 = number.parse().map_err(|_| wrong())?;
        Ok(Self((number * *bytes as f64) as u64))
    }
}

impl FromStr for Processor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = parts(text, 1000.0)
            .ok_or_else(|| format!("`{text}` is no part of a processor: write 0.5, 2, or 0 for as much as there is"))?;
        Ok(Self(parts))
    }
}

impl FromStr for Burst {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = parts(text, 100.0)
            .ok_or_else(|| format!("`{text}` is no burst: write 1.5 for half as much again, 1 for nothing more"))?;
        Ok(Self(parts))
    }
}

fn parts(text: &str, of_one: f64) -> Option<u32> {
    let number: f64 = text.parse().ok()?;
    let parts = (number * of_one).round();
    (0.0..=f64::from(u32::MAX)).contains(&parts).then_some(parts as u32)
}

/// Bytes in the unit that people wrote them in: `512 MiB`, `1.5 GiB`.
pub(crate) fn memory(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    match bytes {
        0 => "no limit".to_owned(),
        _ if bytes.is_multiple_of(GIB) => format!("{} GiB", bytes / GIB),
        _ if bytes > GIB => format!("{:.1} GiB", bytes as f64 / GIB as f64),
        _ => format!("{} MiB", bytes / MIB),
    }
}

/// Thousandths of a processor as parts of one: `0.25`, `2`.
pub(crate) fn processor(thousandths: u32) -> String {
    match thousandths {
        0 => "no limit".to_owned(),
        _ => (f64::from(thousandths) / 1000.0).to_string(),
    }
}

/// How much more, while others leave it: nothing, or `x 1.5`.
pub(crate) fn burst(hundredths: u32) -> String {
    match hundredths {
        0..=100 => String::new(),
        _ => format!("x {}", f64::from(hundredths) / 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn limits_are_written_as_people_write_them() {
        assert_eq!(memory(512 << 20), "512 MiB");
        assert_eq!(memory(2 << 30), "2 GiB");
        assert_eq!(memory(1536 << 20), "1.5 GiB");
        assert_eq!(memory(0), "no limit");
        assert_eq!((processor(250), processor(2000)), ("0.25".to_owned(), "2".to_owned()));
        assert_eq!((burst(100), burst(150)), (String::new(), "x 1.5".to_owned()));
    }

    #[rstest]
    #[case("512MiB", 512 << 20)]
    #[case("512Mi", 512 << 20)]
    #[case("1.5GiB", 1536 << 20)]
    #[case("1 gib", 1 << 30)]
    #[case("100MB", 100_000_000)]
    #[case("4194304", 4 << 20)]
    #[case("0", 0)]
    fn memory_is_read_as_people_write_it(#[case] text: &str, #[case] bytes: u64) {
        assert_eq!(text.parse(), Ok(Memory(bytes)));
    }

    #[rstest]
    #[case("")]
    #[case("much")]
    #[case("1TiBx")]
    #[case("-1MiB")]
    fn what_is_no_memory(#[case] text: &str) {
        let error = text.parse::<Memory>().unwrap_err();
        assert!(error.contains("is no amount of memory"), "{error}");
    }

    #[test]
    fn parts_are_read_as_people_write_them() {
        assert_eq!(("0.25".parse(), "2".parse()), (Ok(Processor(250)), Ok(Processor(2000))));
        assert_eq!("1.5".parse(), Ok(Burst(150)));
        assert!("-1".parse::<Processor>().is_err() && "lots".parse::<Burst>().is_err());
    }
}
