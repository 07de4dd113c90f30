//! `Procfile`: a process in each line, `name: command`.

use std::collections::BTreeMap;

use super::model::FileError;

/// The commands by the names of their processes. Empty lines, and those that begin with `#`, say nothing.
///
/// # Errors
/// When a line is something else, and when a name comes twice.
pub fn read(text: &str) -> Result<BTreeMap<String, String>, FileError> {
    let mut processes = BTreeMap::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let refused = |reason: String| FileError {
            file: "Procfile".to_owned(),
            reason: format!("line {}: {reason}", index.saturating_add(1)),
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let said = line
            .split_once(':')
            .map(|(name, command)| (name.trim_end(), command.trim()));
        let Some((name, command)) = said.filter(|(name, command)| is_name(name) && !command.is_empty()) else {
            return Err(refused(format!("`{line}` is no process; write `name: command`")));
        };
        if processes.insert(name.to_owned(), command.to_owned()).is_some() {
            return Err(refused(format!(
                "the process {name} is there already; give it one command"
            )));
        }
    }
    Ok(processes)
}

/// Letters, digits, hyphens and underscores.
pub(crate) fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !name.is_empty() && name.len() <= 63 && name.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_process_in_each_line() {
        let read = read("# what runs\nweb: python app.py --bind 0.0.0.0:$PORT\r\n\nworker:  ./work  \n").unwrap();
        let expected = [("web", "python app.py --bind 0.0.0.0:$PORT"), ("worker", "./work")];
        assert_eq!(
            read,
            expected
                .map(|(name, command)| (name.to_owned(), command.to_owned()))
                .into()
        );
    }

    #[rstest]
    #[case("web python", "Procfile: line 1: `web python` is no process; write `name: command`")]
    #[case("a: b\nweb:", "Procfile: line 2: `web:` is no process; write `name: command`")]
    #[case(
        "two words: x",
        "Procfile: line 1: `two words: x` is no process; write `name: command`"
    )]
    #[case(
        "web: a\nweb: b",
        "Procfile: line 2: the process web is there already; give it one command"
    )]
    fn what_is_no_process_is_named(#[case] text: &str, #[case] error: &str) {
        assert_eq!(read(text).unwrap_err().to_string(), error);
    }
}
