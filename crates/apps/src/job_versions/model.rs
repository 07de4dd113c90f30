//! A version of a job as it is stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{JobId, JobVersionId, OrganizationId};
use slipway_kernel::{Error, Result};

use crate::clusters::driver::Image;

/// Most parts of a command.
const MOST_WORDS: usize = 200;
/// Largest command, in bytes.
const LARGEST_COMMAND: usize = 16 << 10;

/// A version of a job as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_versions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobVersionId,
    /// The job.
    pub job_id: JobId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Counts the job's versions, from 1.
    pub number: i64,
    /// The image, as it was written.
    pub image: String,
    /// The name by which it is run, which never means another image; none until its cluster has said it.
    pub digest: Option<String>,
    /// Why the image cannot be had; empty otherwise.
    pub reason: String,
    /// The program with its arguments; empty for what the image says.
    pub command: Words,
    /// The image's `ENTRYPOINT`.
    pub entrypoint: Words,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A version of a job.
pub type JobVersion = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Parts of a command, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);

impl Model {
    /// With the image that its name means now.
    #[must_use]
    pub fn pinned(&self, image: Image) -> Self {
        Self {
            digest: Some(image.reference),
            reason: String::new(),
            entrypoint: Words(image.entrypoint),
            ..self.clone()
        }
    }

    /// What a run with these arguments runs; empty for what the image says.
    #[must_use]
    pub fn command_with(&self, arguments: &[String]) -> Vec<String> {
        let program = match (self.command.0.is_empty(), arguments.is_empty()) {
            (false, _) => &self.command.0,
            (true, true) => return Vec::new(),
            (true, false) => &self.entrypoint.0,
        };
        program.iter().chain(arguments).cloned().collect()
    }
}

/// Refuses what no cluster takes for a command.
///
/// # Errors
///
/// `Invalid`.
pub fn require_possible(field: &str, words: &[String]) -> Result<()> {
    let size: usize = words.iter().map(String::len).sum();
    let problem = if words.len() > MOST_WORDS || size > LARGEST_COMMAND {
        format!(
            "At most {MOST_WORDS} parts with {} KiB together.",
            LARGEST_COMMAND >> 10
        )
    } else if words.iter().any(|word| word.contains('\0')) {
        "No program can be given a NUL.".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::invalid(&format!("/data/attributes/{field}"), problem))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[rstest]
    #[case::what_the_image_says("", "", "")]
    #[case::arguments_of_the_image("", "--since yesterday", "/bin/report --since yesterday")]
    #[case::the_command("python3 report.py", "", "python3 report.py")]
    #[case::more_of_it("python3 report.py", "--since yesterday", "python3 report.py --since yesterday")]
    fn what_a_run_runs(#[case] command: &str, #[case] arguments: &str, #[case] expected: &str) {
        let version = JobVersion {
            id: "jobv-0000000000000000".parse().unwrap(),
            job_id: "job-0000000000000000".parse().unwrap(),
            organization_id: "org-0000000000000000".parse().unwrap(),
            number: 1,
            image: "report".to_owned(),
            digest: None,
            reason: String::new(),
            command: Words(words(command)),
            entrypoint: Words(words("/bin/report")),
            created_by: "ann".to_owned(),
            created_at: Timestamp::from_unix_ms(0),
        };
        assert_eq!(version.command_with(&words(arguments)), words(expected));
    }

    #[test]
    fn what_is_no_command_is_refused() {
        require_possible("command", &["a\0b".to_owned()]).unwrap_err();
        require_possible("command", &vec![String::new(); 201]).unwrap_err();
        require_possible("command", &words("echo hello")).unwrap();
    }
}
