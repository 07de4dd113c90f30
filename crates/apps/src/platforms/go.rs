//! Go: which of the programs runs.

use crate::sources::Context;

/// What was looked for.
pub(super) const LOOKED_FOR: &str =
    "a program at the top, a single one below cmd/, and one there that is called web, server, app or like the module";
/// Names of the program that takes requests.
const USUAL: [&str; 3] = ["web", "server", "app"];

/// What the app runs when nobody says so.
pub(super) fn process(context: &Context) -> Option<String> {
    let module = module(context.text("go.mod")?)?;
    let below: Vec<&str> = context
        .below("cmd/")
        .filter_map(|name| name.strip_suffix('/'))
        .collect();
    let is_code = |name: &str| name.ends_with(".go") && !name.ends_with("_test.go");
    if context.has("main.go") || (below.is_empty() && context.below("").any(is_code)) {
        return Some(module);
    }
    let chosen = match below.as_slice() {
        [only] => Some(*only),
        several => USUAL
            .into_iter()
            .chain([module.as_str()])
            .find(|name| several.contains(name)),
    };
    chosen.filter(|name| is_name(name)).map(str::to_owned)
}

/// What Go calls the program of a module: the last part of its path that is no version.
fn module(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("module"))?;
    let path = line.split("//").next().unwrap_or_default().trim().trim_matches('"');
    let is_version = |part: &str| {
        part.strip_prefix('v')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut parts = path.rsplit('/');
    let last = parts.next()?;
    let name = if is_version(last) {
        parts.next().unwrap_or(last)
    } else {
        last
    };
    is_name(name).then(|| name.to_owned())
}

fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty() && !name.starts_with(['-', '.']) && name.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("module example.com/shop\n", &["main.go"], Some("shop"))]
    #[case("// a remark\nmodule \"example.com/shop/v2\" // here\n", &["server.go"], Some("shop"))]
    #[case("module shop", &["cmd/api/main.go", "shop.go"], Some("api"))]
    #[case("module shop", &["cmd/api/main.go", "cmd/web/main.go"], Some("web"))]
    #[case("module shop", &["cmd/api/main.go", "cmd/shop/main.go"], Some("shop"))]
    #[case("module shop", &["cmd/api/main.go", "cmd/work/main.go"], None)]
    #[case("module shop", &["shop_test.go"], None)]
    #[case("module $(x)", &["main.go"], None)]
    #[case("", &["main.go"], None)]
    fn what_runs(#[case] text: &str, #[case] files: &[&str], #[case] expected: Option<&str>) {
        let mut context = Context::default().with_file("go.mod", text);
        for file in files {
            context = context.with_file(file, "");
            if let Some((folder, _)) = file.rsplit_once('/') {
                context = context.with_file(&format!("{folder}/"), "");
            }
        }
        assert_eq!(process(&context).as_deref(), expected);
    }
}
