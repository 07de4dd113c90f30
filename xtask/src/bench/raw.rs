//! OpenTofu as it is, without anything around it: what runs are compared with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::tools::Tools;
use crate::{environment, process};

/// One resource of a real provider.
pub(super) const CONFIGURATION: &str = r#"terraform {
  required_providers {
    random = {
      source = "hashicorp/random"
    }
  }
}

variable "generation" {
  type    = number
  default = 0
}

resource "random_pet" "this" {
  keepers = {
    generation = var.generation
  }
}

output "name" {
  value = random_pet.this.id
}
"#;

pub(super) struct Raw {
    tofu: PathBuf,
    folder: PathBuf,
    settings: PathBuf,
}

impl Raw {
    pub(super) fn new(tools: &Tools, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let settings = folder.join("tofu.rc");
        let mirror = tools.mirror.display();
        let text = format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{mirror}\"\n  }}\n}}\n");
        fs::write(&settings, text)?;
        Ok(Self {
            tofu: tools.tofu.clone(),
            folder: folder.to_path_buf(),
            settings,
        })
    }

    /// `init`, `plan` and `apply` in a fresh directory; how long the three took.
    pub(super) fn run(&self, name: &str) -> Result<Duration> {
        let module = self.folder.join(name);
        fs::create_dir_all(&module).with_context(|| format!("{} cannot be made", module.display()))?;
        fs::write(module.join("main.tf"), CONFIGURATION)?;
        let begin = Instant::now();
        for arguments in [
            &["init", "-input=false", "-no-color"][..],
            &["plan", "-input=false", "-no-color", "-out=plan"],
            &["apply", "-input=false", "-no-color", "plan"],
        ] {
            let mut command = Command::new(&self.tofu);
            command
                .args(arguments)
                .current_dir(&module)
                .env_clear()
                .env("PATH", environment::search_path())
                .env("HOME", &self.folder)
                .env("TF_CLI_CONFIG_FILE", &self.settings)
                .env("TF_IN_AUTOMATION", "1");
            process::output(&mut command)?;
        }
        Ok(begin.elapsed())
    }
}

/// `text` as a configuration's archive.
pub(super) fn archive(folder: &Path, text: &str) -> Result<Vec<u8>> {
    let module = folder.join("archive");
    fs::create_dir_all(&module)?;
    fs::write(module.join("main.tf"), text)?;
    let file = folder.join("archive.tar.gz");
    let mut command = Command::new("tar");
    command
        .arg("--create")
        .arg("--gzip")
        .arg("--file")
        .arg(&file)
        .arg("--directory")
        .arg(&module)
        .arg(".");
    process::output(&mut command)?;
    Ok(fs::read(file)?)
}
