//! Static sites: where the files are.

use crate::sources::Context;

/// What tools write sites into.
const BUILT: [&str; 3] = ["dist", "build", "public"];
/// What the shipped platform runs.
pub(super) const SERVER: &str = "/bin/sh /home/application/serve";

/// The folder that is served. What a tool wrote comes before the page that it was made of.
pub(super) fn folder(context: &Context) -> Option<&'static str> {
    let at_top = context.has("index.html");
    let is_made = context.has("package.json");
    let built = BUILT
        .into_iter()
        .find(|folder| context.has(&format!("{folder}/index.html")));
    match built {
        Some(folder) if is_made || !at_top => Some(folder),
        _ => at_top.then_some("."),
    }
}

/// What whoever deploys it should know.
pub(super) fn warnings(context: &Context) -> Vec<String> {
    let is_made = context
        .text("package.json")
        .is_some_and(|text| text.contains("\"build\""));
    if is_made && folder(context) == Some(".") {
        vec![
            "package.json has a build script, which the platform static does not run: build before you deploy, so that there is \
             dist/index.html, or choose another platform."
                .to_owned(),
        ]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&["index.html"], Some("."))]
    #[case(&["index.html", "public/index.html"], Some("."))]
    #[case(&["public/index.html"], Some("public"))]
    #[case(&["index.html", "dist/index.html", "package.json"], Some("dist"))]
    #[case(&["page.html"], None)]
    fn the_folder(#[case] files: &[&str], #[case] expected: Option<&str>) {
        let context = files
            .iter()
            .fold(Context::default(), |context, path| context.with_file(path, ""));
        assert_eq!(folder(&context), expected);
    }

    #[test]
    fn a_page_that_should_be_built_first_is_told() {
        let context = Context::default()
            .with_file("index.html", "")
            .with_file("package.json", r#"{"scripts":{"build":"vite build"}}"#);
        assert_eq!(warnings(&context).len(), 1);
        assert!(warnings(&context.with_file("dist/index.html", "")).is_empty());
    }
}
