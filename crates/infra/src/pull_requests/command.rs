//! What a comment commands: pure.

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// What to do.
    pub verb: Verb,
    /// In which workspaces, by name; all that are concerned when empty.
    pub workspaces: Vec<String>,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Plan it again.
    Plan,
    /// Apply it before it is merged.
    Apply,
    /// Give the workspaces back.
    Unlock,
    /// Let a fork's commits be planned.
    Allow,
    /// Prove that an account was meant that somebody linked; the code stands where workspaces do.
    Link,
    /// Say what can be said.
    Help,
}

impl Verb {
    /// As it is written.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Unlock => "unlock",
            Self::Allow => "allow",
            Self::Link => "link",
            Self::Help => "help",
        }
    }
}

/// Most workspaces that one command names.
const MOST: usize = 50;

/// The command of the first line that begins with our name, or Terrakube's; an unknown one asks for help.
pub(crate) fn parse(text: &str) -> Option<Command> {
    text.lines().take(200).find_map(line)
}

fn line(line: &str) -> Option<Command> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    let is_ours = name.eq_ignore_ascii_case("slipway") || name.eq_ignore_ascii_case("terrakube");
    if !is_ours {
        return None;
    }
    let verb = match words.next().map(str::to_ascii_lowercase).as_deref() {
        Some("plan") => Verb::Plan,
        Some("apply") => Verb::Apply,
        Some("unlock") => Verb::Unlock,
        Some("allow") => Verb::Allow,
        Some("link") => Verb::Link,
        _ => Verb::Help,
    };
    let workspaces = match verb {
        Verb::Help => Vec::new(),
        _ => words
            .take(MOST)
            .map(|word| word.trim_matches(|c| c == '`' || c == ',').to_owned())
            .collect(),
    };
    Some(Command { verb, workspaces })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("slipway plan", Some((Verb::Plan, vec![])))]
    #[case("Slipway  APPLY  `shop`, blog", Some((Verb::Apply, vec!["shop", "blog"])))]
    #[case("terrakube plan", Some((Verb::Plan, vec![])))]
    #[case("Looks good!\n\nslipway apply shop\n", Some((Verb::Apply, vec!["shop"])))]
    #[case("slipway link `aB-_9`", Some((Verb::Link, vec!["aB-_9"])))]
    #[case("slipway", Some((Verb::Help, vec![])))]
    #[case("slipway destroy everything", Some((Verb::Help, vec![])))]
    #[case("I think slipway plan is nice", None)]
    #[case("> slipway apply", None)]
    #[case("", None)]
    fn only_a_line_that_begins_with_the_name_commands(#[case] text: &str, #[case] expected: Option<(Verb, Vec<&str>)>) {
        let expected = expected.map(|(verb, workspaces)| Command {
            verb,
            workspaces: workspaces.into_iter().map(str::to_owned).collect(),
        });
        assert_eq!(parse(text), expected);
    }
}
