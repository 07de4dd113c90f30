//! The flags that plan, apply and destroy share.

use std::path::PathBuf;

use clap::Args;
use slipway_api::ids::ConfigurationVersionId;
use slipway_api::runs::RunVariable;
use slipway_tofu::variables::quoted;

/// What a run is made of.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RunArguments {
    /// Only bring the state up to date with the real resources
    #[arg(long, conflicts_with = "replace")]
    pub(crate) refresh_only: bool,
    /// Do not look at the real resources first (also -refresh=false)
    #[arg(long, conflicts_with = "refresh_only")]
    pub(crate) no_refresh: bool,
    /// Only this resource or module and what it needs (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) target: Vec<String>,
    /// Destroy this resource and make it anew (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) replace: Vec<String>,
    /// A value for this run only, not for secrets (repeatable); text, or an expression in [], {} or ""
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub(crate) variables: Vec<RunVariable>,
    /// A file with values for this run only, not for secrets (repeatable); *.tfvars or *.json; --var goes before
    #[arg(long = "var-file", value_name = "FILE")]
    pub(crate) variable_files: Vec<PathBuf>,
    /// Why, for those who look at the run later
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// The configuration's directory [default: the one with slipway.toml, else the current one]
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) dir: Option<PathBuf>,
    /// Upload nothing; use the workspace's latest configuration
    #[arg(long, conflicts_with = "dir")]
    pub(crate) no_upload: bool,
    /// Upload nothing; use this configuration version of the workspace, as that of an earlier run
    #[arg(long, value_name = "ID", conflicts_with_all = ["dir", "no_upload"])]
    pub(crate) configuration: Option<ConfigurationVersionId>,
    /// Start the run, print its id and leave; the run goes on at the server
    #[arg(long)]
    pub(crate) no_wait: bool,
}

/// Reads `name=value`. The server takes an HCL expression; a text becomes a quoted one, which the engine turns into a
/// number or a bool where the variable wants one. Lists, objects and what is quoted already are expressions as they are.
fn parse_variable(text: &str) -> Result<RunVariable, String> {
    let (key, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    if key.is_empty() || key.chars().any(char::is_whitespace) {
        return Err(format!("\"{key}\" is not the name of a variable"));
    }
    let trimmed = value.trim();
    let is_wrapped = |open, close| trimmed.len() >= 2 && trimmed.starts_with(open) && trimmed.ends_with(close);
    let is_expression = is_wrapped('[', ']') || is_wrapped('{', '}') || is_wrapped('"', '"');
    let value = if is_expression {
        trimmed.to_owned()
    } else {
        quoted(value)
    };
    Ok(RunVariable {
        key: key.to_owned(),
        value,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("region=eu", "region", r#""eu""#)]
    #[case("count=3", "count", r#""3""#)]
    #[case("version=1.10", "version", r#""1.10""#)]
    #[case("empty=", "empty", r#""""#)]
    #[case("query=a=b", "query", r#""a=b""#)]
    #[case(r#"zones=["a", "b"]"#, "zones", r#"["a", "b"]"#)]
    #[case("tags={ a = 1 }", "tags", "{ a = 1 }")]
    #[case(r#"text="[not a list]""#, "text", r#""[not a list]""#)]
    #[case("path=C:\\temp", "path", r#""C:\\temp""#)]
    #[case("template=${x} %{y} $z", "template", r#""$${x} %%{y} $z""#)]
    #[case("lines=a\nb", "lines", r#""a\nb""#)]
    fn a_value_becomes_the_expression_that_means_it(#[case] text: &str, #[case] key: &str, #[case] value: &str) {
        let variable = parse_variable(text).unwrap();
        assert_eq!((variable.key.as_str(), variable.value.as_str()), (key, value));
    }

    #[test]
    fn what_is_no_assignment_is_refused() {
        assert!(parse_variable("region").unwrap_err().contains("NAME=VALUE"));
        assert!(parse_variable("=eu").is_err());
        assert!(parse_variable("a b=c").is_err());
    }
}
