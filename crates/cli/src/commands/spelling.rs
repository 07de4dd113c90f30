//! What who knows OpenTofu types: `-target=a`, `-var a=b`, `-refresh=false`. Long options with one dash become ours.
//!
//! Only behind the commands that OpenTofu has too, and only options that are known: everything else stays as it is, so
//! that an option of one letter keeps its meaning.

use std::ffi::OsString;

/// The commands that OpenTofu has too.
const COMMANDS: [&str; 3] = ["plan", "apply", "destroy"];
/// OpenTofu's options that have the same name here.
const OPTIONS: [&str; 9] = [
    "auto-approve",
    "destroy",
    "detailed-exitcode",
    "no-color",
    "refresh-only",
    "replace",
    "target",
    "var",
    "var-file",
];

/// The arguments with OpenTofu's options spelled as ours. The first one is the program.
pub(crate) fn with_two_dashes(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut is_known = false;
    let mut is_over = false;
    let spelled = arguments.map(|argument| {
        let Some(text) = argument.to_str() else {
            return argument;
        };
        is_known |= COMMANDS.contains(&text);
        is_over |= text == "--";
        match text.strip_prefix('-') {
            Some(option) if is_known && !is_over => spelled(option).map_or(argument, OsString::from),
            _ => argument,
        }
    });
    spelled.collect()
}

fn spelled(option: &str) -> Option<String> {
    let name = option.split('=').next().unwrap_or_default();
    match option {
        "refresh=false" => Some("--no-refresh".to_owned()),
        _ if OPTIONS.contains(&name) => Some(format!("--{option}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: &str) {
        let typed = typed.split(' ').map(OsString::from);
        let got: Vec<String> = with_two_dashes(typed)
            .into_iter()
            .map(|text| text.into_string().unwrap())
            .collect();
        assert_eq!(got.join(" "), expected);
    }

    #[test]
    fn options_of_opentofu_are_understood_where_opentofu_has_them() {
        check(
            "slipway plan -target=a.b -var x=1 -refresh=false -w shop",
            "slipway plan --target=a.b --var x=1 --no-refresh -w shop",
        );
        check(
            "slipway -o json apply -auto-approve",
            "slipway -o json apply --auto-approve",
        );
        check("slipway workspace list -target", "slipway workspace list -target");
        check("slipway plan --target=a -message", "slipway plan --target=a -message");
    }
}
