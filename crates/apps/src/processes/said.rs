//! Everything that the files of a source say, together.
//!
//! What counts, the first that says it: the table `[app]` of `slipway.toml`, then `tsuru.yaml`, then `Procfile`, then the image
//! (which a platform gives the command that it found by itself). Each thing is looked for by itself.

use std::collections::BTreeMap;

use super::app_table::{self, AppTable, listening};
use super::declared::{ImageDefaults, declared, taking_requests};
use super::model::{Declared, FileError, Hooks};
use super::procfile;
use super::tsuru_yaml::{self, TsuruYaml};
use crate::sources::Context;

/// The names that a `tsuru.yaml` may have.
const TSURU_FILES: [&str; 3] = ["tsuru.yaml", "tsuru.yml", "tsuru.app.yaml"];

/// What the files say, before there is an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The app that a deploy of this source is for.
    pub name: Option<String>,
    /// How the source becomes an image.
    pub platform: Option<String>,
    /// How much units may take.
    pub plan: Option<String>,
    /// Where it runs.
    pub pool: Option<String>,
    port: Option<u16>,
    procfile: BTreeMap<String, String>,
    said: TsuruYaml,
}

impl Said {
    /// Reads the files.
    ///
    /// # Errors
    /// The first of them that does not say what it means; two of one kind.
    pub fn read(files: &Context) -> Result<Self, FileError> {
        let procfile = files
            .text("Procfile")
            .map(procfile::read)
            .transpose()?
            .unwrap_or_default();
        let table = files.text("slipway.toml").map(app_table::read).transpose()?.flatten();
        let table = table.unwrap_or_default();
        let said = tsuru_yaml_of(files)?;
        let AppTable {
            name,
            platform,
            plan,
            pool,
            port,
            ..
        } = table.clone();
        Ok(Self {
            name,
            platform,
            plan,
            pool,
            port,
            procfile,
            said: table.over(said),
        })
    }

    /// What is done while the image is built, and around units.
    #[must_use]
    pub fn hooks(&self) -> &Hooks {
        &self.said.hooks
    }

    /// Whether a file says what some process runs; otherwise it is what the image does.
    #[must_use]
    pub fn names_commands(&self) -> bool {
        let mut processes = self.said.processes.values();
        !self.procfile.is_empty() || processes.any(|process| process.command.is_some())
    }

    /// Everything that the app runs, with an image that is there.
    ///
    /// # Errors
    /// When a process has no command, and the image has none that could be run.
    pub fn declared(&self, image: &ImageDefaults) -> Result<Declared, FileError> {
        let mut declared = declared(&self.procfile, self.said.clone(), image)?;
        let asked = taking_requests(declared.processes.keys());
        if let (Some(port), Some(process)) = (self.port, asked.and_then(|name| declared.processes.get_mut(&name)))
            && process.ports.is_none()
        {
            process.ports = listening(port, "app").ok();
        }
        Ok(declared)
    }
}

fn tsuru_yaml_of(files: &Context) -> Result<TsuruYaml, FileError> {
    let mut found = TSURU_FILES.iter().filter_map(|file| Some((*file, files.text(file)?)));
    let Some((file, text)) = found.next() else {
        return Ok(TsuruYaml::default());
    };
    if let Some((second, _)) = found.next() {
        return Err(FileError {
            file: second.to_owned(),
            reason: format!("{file} is there too, and both say the same kind of thing; keep one of them"),
        });
    }
    tsuru_yaml::read(file, text)
}

#[cfg(test)]
mod tests {
    use super::super::Command;
    use super::*;

    fn context(files: &[(&str, &str)]) -> Context {
        files.iter().fold(Context::default(), |context, (path, text)| {
            context.with_file(path, text)
        })
    }

    fn command(declared: &Declared, process: &str) -> String {
        match &declared.processes[process].command {
            Command::Line(line) => line.clone(),
            Command::Words(words) => words.join(" "),
        }
    }

    #[test]
    fn the_table_comes_before_tsuru_yaml_and_that_before_procfile() {
        let said = Said::read(&context(&[
            ("Procfile", "web: procfile\nworker: procfile\ncron: procfile\n"),
            (
                "tsuru.yaml",
                "hooks: {build: [a], restart: {before: [b]}}\nhealthcheck: {path: /tsuru}\n\
                 processes: [{name: web, command: tsuru}, {name: worker, command: tsuru, ports: []}]\n",
            ),
            (
                "slipway.toml",
                "[app]\nport = 9000\n[app.processes]\nweb = \"table\"\n[app.hooks]\nbuild = [\"c\"]\n",
            ),
        ]))
        .unwrap();
        let declared = said.declared(&ImageDefaults::default()).unwrap();
        let commands = ["web", "worker", "cron"].map(|process| command(&declared, process));
        assert_eq!(commands, ["table", "tsuru", "procfile"]);
        assert_eq!(
            (&declared.hooks.build[..], &declared.hooks.before_start[..]),
            (&["c".to_owned()][..], &["b".to_owned()][..])
        );
        let web = &declared.processes["web"];
        assert!(web.health.is_some(), "the check of tsuru.yaml stays");
        assert_eq!(web.ports.as_ref().unwrap()[0].target, 9000);
        assert_eq!(declared.processes["worker"].ports, Some(Vec::new()));
        assert!(said.names_commands());
    }

    /// What the guide shows is what is read.
    #[test]
    fn the_table_of_the_guide_is_read() {
        let guide = include_str!("../../../../docs/guide/apps/platforms.md");
        let table = guide
            .split("```toml\n")
            .nth(1)
            .and_then(|rest| rest.split("```").next());
        let said = Said::read(&context(&[("slipway.toml", table.unwrap())])).unwrap();
        assert_eq!(
            (said.name.as_deref(), said.pool.as_deref(), said.hooks().build.len()),
            (Some("shop"), Some("production"), 1)
        );
        let declared = said.declared(&ImageDefaults::default()).unwrap();
        assert_eq!(declared.processes["web"].ports.as_ref().unwrap()[0].target, 8080);
        assert_eq!(declared.processes["worker"].ports.as_ref().unwrap()[0].target, 9000);
    }

    #[test]
    fn without_files_the_image_is_run() {
        let said = Said::read(&Context::default()).unwrap();
        assert!(!said.names_commands());
        let image = ImageDefaults {
            command: vec!["/server".to_owned()],
            ..ImageDefaults::default()
        };
        assert_eq!(command(&said.declared(&image).unwrap(), "web"), "/server");
    }

    #[test]
    fn two_files_of_one_kind_are_one_too_many() {
        let error = Said::read(&context(&[("tsuru.yaml", ""), ("tsuru.yml", "")])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "tsuru.yml: tsuru.yaml is there too, and both say the same kind of thing; keep one of them"
        );
    }
}
