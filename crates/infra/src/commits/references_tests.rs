//! What code refers to, as it is written in the wild.

use rstest::rstest;

use super::*;

fn read(name: &str, text: &str) -> References {
    References::of_directory(std::iter::once(File {
        name,
        content: text.as_bytes(),
    }))
}

fn named(references: &References) -> Vec<String> {
    let shown = |(base, text): &(Base, String)| match base {
        Base::Module => format!("module:{text}"),
        Base::Root => format!("root:{text}"),
    };
    references.paths.iter().map(shown).collect()
}

#[rstest]
#[case(r#"x = file("${path.module}/x.json")"#, &["module:/x.json"], false)]
#[case(r#"x = file("conf/x.json")"#, &["root:conf/x.json"], false)]
#[case(r#"x = filemd5("${path.root}/x")"#, &["root:/x"], false)]
#[case(r#"x = file("${path.module}/${var.x}.json")"#, &["module:"], false)]
#[case(r#"x = file("${path.module}/env/${var.x}/a.json")"#, &["module:/env"], false)]
#[case(r#"x = file(var.x)"#, &[], true)]
#[case(r#"x = file("${terraform.workspace}.json")"#, &["root:"], false)]
#[case(r#"x = file("../${var.x}.json")"#, &["root:.."], false)]
#[case(r#"x = file("/etc/hosts")"#, &[], false)]
#[case(r#"x = fileset(path.module, "policies/**/*.json")"#, &["module:/policies"], false)]
#[case(r#"x = fileset("${path.module}/policies", "*.json")"#, &["module:/policies"], false)]
#[case(r#"x = fileset(path.module, "*.json")"#, &[], false)]
#[case(r#"x = file(var.y ? "a.txt" : "b.txt")"#, &["root:a.txt", "root:b.txt"], false)]
#[case(r#"x = file(join("/", [path.module, "x.json"]))"#, &["module:/x.json"], false)]
#[case(r#"x = file(format("%s/%s", path.module, "x.json"))"#, &["module:/x.json"], false)]
#[case(r#"x = file("${dirname(path.module)}/shared/x.json")"#, &["module:/../shared/x.json"], false)]
#[case(r#"x = basename(path.cwd)"#, &[], false)]
#[case(r#"x = "${path.module}/lambda""#, &["module:/lambda"], false)]
#[case(r#"x = path.module"#, &["module:"], false)]
#[case(r#"x = [path.module]"#, &["module:"], false)]
#[case(r#"x = "${basename(path.module)}-${basename(abspath(path.root))}""#, &[], false)]
#[case(r#"x = "bash ../scripts/deploy.sh --file=../conf/a.yaml""#, &["root:../conf/a.yaml", "root:../scripts/deploy.sh"], false)]
#[case(r#"x = "python3 ${path.module}/run.py > /dev/null""#, &["module:/run.py"], false)]
#[case(r#"x = "https://example.org/x""#, &[], false)]
fn what_code_reads_is_found(#[case] line: &str, #[case] paths: &[&str], #[case] is_open: bool) {
    let found = read("main.tf", &format!("resource \"a\" \"b\" {{\n  {line}\n}}\n"));
    assert_eq!(named(&found), paths, "{line}");
    assert_eq!(found.is_open, is_open, "{line}");
}

#[test]
fn locals_are_followed() {
    let found = read(
        "main.tf",
        r#"
        locals {
          conf = "${path.module}/conf"
          file = "${local.conf}/a.json"
        }
        output "x" { value = file(local.file) }
        "#,
    );
    assert!(!found.is_open);
    assert!(named(&found).contains(&"module:/conf/a.json".to_owned()));
}

#[test]
fn local_modules_are_told_from_others() {
    let found = read(
        "main.tf",
        r#"
        module "a" { source = "./modules/a" }
        module "b" { source = "../b" }
        module "c" { source = "hashicorp/consul/aws" }
        module "d" { source = "git::https://example.org/x.git//modules/y" }
        "#,
    );
    assert_eq!(found.modules.iter().collect::<Vec<_>>(), ["../b", "./modules/a"]);
    assert!(!found.is_open);
    assert!(read("main.tf", r#"module "x" { source = var.source }"#).is_open);
    assert!(read("main.tofu", r#"module "x" { source = "./modules/${var.x}" }"#).is_open);
}

#[test]
fn json_configuration_is_read_alike() {
    let found = read(
        "main.tf.json",
        r#"{"module": {"a": {"source": "../a", "conf": "${file(\"${path.module}/x.json\")}"}},
            "locals": {"dir": "${path.module}/conf"},
            "output": {"y": {"value": "${templatefile(\"${local.dir}/t.tpl\", {})}"}}}"#,
    );
    assert_eq!(found.modules.iter().collect::<Vec<_>>(), ["../a"]);
    assert!(named(&found).contains(&"module:/x.json".to_owned()));
    assert!(found.templates.contains(&(Base::Module, "/conf/t.tpl".to_owned())));
    assert!(!found.is_open);
}

#[test]
fn a_template_that_reads_files_is_followed() {
    let found = References::of_template(b"a = ${file(\"conf/b.txt\")} ${x}");
    assert_eq!(named(&found), ["root:conf/b.txt"]);
    assert!(References::of_template(b"${file(x)}").is_open);
    assert_eq!(References::of_template(b"plain ${x}"), References::default());
}

#[test]
fn what_cannot_be_read_may_read_anything() {
    assert!(read("main.tf", "resource {{{").is_open);
    assert!(read("main.tf.json", "{").is_open);
    assert!(!read("notes.txt", "resource {{{").has_configuration);
}
