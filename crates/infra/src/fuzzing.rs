//! What is fuzzed here: patterns of users, configurations of pushers, comments of everybody. Called by `fuzz/` and by tests.

use crate::commits::glob::Glob;
use crate::commits::references::{File, References};
use crate::commits::regexes::Whole;
use crate::pull_requests::command;

/// A pattern or regular expression and, from the second line on, a text: both are refused or answer.
pub fn patterns(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (pattern, text) = text.split_once('\n').unwrap_or((&text, ""));
    if let Ok(glob) = Glob::new(pattern) {
        let _ = glob.matches(text);
    }
    if let Ok(expression) = Whole::new(pattern) {
        assert!(
            !expression.matches(text) || expression.finds(text),
            "{pattern:?} {text:?}"
        );
    }
}

/// What a configuration refers to is read without failing, however it is written.
pub fn references(input: &[u8]) {
    let names = ["main.tf", "more.tf.json"];
    let files = names.map(|name| File { name, content: input });
    let _ = References::of_directory(files.into_iter());
    let _ = References::of_template(input);
}

/// A comment is no command, or one with a bounded number of names.
pub fn commands(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Some(found) = command::parse(&text) {
        assert!(found.workspaces.len() <= 50, "{}", found.workspaces.len());
        assert!(text.to_ascii_lowercase().contains("slipway") || text.to_ascii_lowercase().contains("terrakube"));
    }
}

#[cfg(test)]
mod tests {
    use slipway_testing::sampled;

    #[test]
    fn patterns() {
        let seeds: [&[u8]; 8] = [
            b"modules/**/*.tf\nmodules/net/main.tf",
            b"{a,b/{c,d}}/[!x-z]?\na/y1",
            b"^(main|release/.*)$\nrelease/1",
            b"(?x)a # c\na",
            b"a)|(b\na",
            b"(a*)*b\naaaaaaaaaaaaaaaaaaaaaaaa",
            b"((((((((((((((((((((a))))))))))))))))))))\na",
            b"**/**/**/**/**/**/**/*x\na/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a",
        ];
        sampled::run("patterns", &seeds, super::patterns);
    }

    #[test]
    fn references() {
        let deep = ["(", "[", "{", "${", "!", "-", "\"${", "a ? "].map(|part| format!("x = {}", part.repeat(20_000)));
        let blocks = "a {\n".repeat(20_000);
        let nested = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
        let mut seeds: Vec<&[u8]> = deep.iter().map(String::as_bytes).collect();
        seeds.extend([blocks.as_bytes(), nested.as_bytes()]);
        seeds.push(b"module \"a\" {\n  source = \"../${local.x}\"\n}\nlocals {\n  x = \"y${file(\"z\")}\"\n}\n");
        seeds.push(b"resource \"a\" \"b\" {\n  c = templatefile(\"${path.module}/t.tpl\", { d = fileset(path.root, \"**\") })\n}\n");
        seeds.push(b"{\"locals\": {\"a\": \"${file(\\\"b\\\")}\"}}");
        seeds.push(b"%{ for x in y ~}${templatefile(\"a\", {})}%{ endfor ~}");
        sampled::run("references", &seeds, super::references);
    }

    #[test]
    fn commands() {
        let seeds: [&[u8]; 4] = [
            b"slipway plan shop",
            b"hello\r\nTerrakube APPLY a b c",
            b"slipway",
            "\u{a0}slipway\u{2003}unlock".as_bytes(),
        ];
        sampled::run("commands", &seeds, super::commands);
    }
}
