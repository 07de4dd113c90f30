//! A plan is code execution: what it cannot do.

use std::fs;

use crate::fixture::Machine;

#[tokio::test]
async fn a_plan_cannot_read_the_servers_key_or_another_run() {
    let machine = Machine::new().await;
    let other = machine.run("run-other", "# private\n");
    let key = machine.root.path().join("master.key");
    fs::write(&key, "the master key").unwrap();
    let paths = [
        key.display().to_string(),
        other.directory.config().join("main.tf").display().to_string(),
    ];
    for (number, path) in paths.iter().enumerate() {
        let source = format!("output \"stolen\" {{ value = file(\"{path}\") }}\n");
        let run = machine.run(&format!("run-{number}"), &source);
        run.succeed("init").await;
        assert_eq!(run.plan().await.exit.code, Some(1));
        let log = run.log("plan");
        assert!(!log.contains("the master key") && !log.contains("# private"), "{log}");
    }
}

#[tokio::test]
async fn a_script_of_a_configuration_runs_inside_the_walls() {
    let machine = Machine::new().await;
    let key = machine.root.path().join("master.key");
    fs::write(&key, "the master key").unwrap();
    let source = format!(
        "resource \"terraform_data\" \"a\" {{\n provisioner \"local-exec\" {{\n \
         command = \"echo works > proof; cat {} ; cat /proc/$PPID/environ; exit 0\"\n }}\n}}\n",
        key.display()
    );
    let mut run = machine.run("run-1", &source);
    run.variables.insert("SECRET".into(), "in-the-environment".into());
    for command in ["init", "plan", "apply"] {
        run.succeed(command).await;
    }
    assert_eq!(
        fs::read_to_string(run.directory.config().join("proof")).unwrap(),
        "works\n"
    );
    let log = run.log("apply");
    assert!(!log.contains("the master key"), "{log}");
    assert!(log.contains("Permission denied"), "{log}");
}

#[tokio::test]
async fn a_run_cannot_change_a_provider_that_others_use() {
    let machine = Machine::new().await;
    let source = "resource \"null_resource\" \"a\" {\n provisioner \"local-exec\" {\n \
                  command = \"for f in $(find -L .terraform/providers -type f); do echo x >> $f && echo POISONED; done; true\"\n }\n}\n";
    let run = machine.run("run-1", source);
    for command in ["init", "plan", "apply"] {
        run.succeed(command).await;
    }
    let log = run.log("apply");
    assert!(
        log.contains("terraform-provider-null") && !log.contains("(local-exec): POISONED"),
        "{log}"
    );
}
