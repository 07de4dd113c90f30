//! The comment on a pull request: what merging would change, the risky first. Pure.
//!
//! Whatever people wrote is escaped: nothing in it becomes markup, a link or a mention.

use std::fmt::Write as _;

/// Longest comment, in characters: what every forge takes.
pub(crate) const LONGEST: usize = 60_000;
/// Workspaces in the open table; more are folded.
const OPEN: usize = 50;

/// What the comment says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    /// The hidden line that the comment is found again by.
    pub marker: String,
    /// The commit that is offered, short.
    pub head: String,
    /// The branch that it goes to.
    pub base: String,
    /// The workspaces.
    pub rows: Vec<Row>,
    /// Files that contradict the base.
    pub conflicts: Vec<String>,
    /// A fork that nobody let be planned yet.
    pub is_waiting_for_allow: bool,
    /// Who let a fork be planned.
    pub allowed_by: Option<String>,
    /// Where the request stands, when it is not open.
    pub ended: Option<&'static str>,
    /// What the newest command came to.
    pub note: Option<String>,
}

/// A workspace in the comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its name.
    pub workspace: String,
    /// Where its run is looked at.
    pub url: String,
    /// How far the run is.
    pub stage: Stage,
    /// To be created, changed, destroyed, imported.
    pub counts: [u32; 4],
    /// What else is to be said: why it is not planned, who has the lock.
    pub remark: Option<String>,
    /// Whether it is applied by a command before the merge.
    pub is_applied_before: bool,
}

/// How far a workspace's run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is not done.
    #[default]
    Going,
    /// It went wrong.
    Failed,
    /// It was stopped or taken back.
    Stopped,
    /// It was not planned at all.
    Skipped,
    /// There is a plan.
    Planned,
    /// The plan is being applied, before the merge.
    Applying,
    /// It was applied before the merge.
    Applied,
}

impl Row {
    /// The riskier, the smaller.
    fn order(&self) -> (u8, std::cmp::Reverse<u32>, std::cmp::Reverse<u32>, &str) {
        let [add, change, destroy, _] = self.counts;
        let rank = match self.stage {
            Stage::Failed => 0,
            Stage::Stopped | Stage::Skipped => 4,
            Stage::Going => 5,
            Stage::Planned | Stage::Applying | Stage::Applied if destroy > 0 => 1,
            Stage::Planned | Stage::Applying | Stage::Applied if change > 0 => 2,
            Stage::Planned | Stage::Applying | Stage::Applied if add > 0 => 3,
            Stage::Planned | Stage::Applying | Stage::Applied => 6,
        };
        let reverse = std::cmp::Reverse;
        (rank, reverse(destroy), reverse(change), &self.workspace)
    }

    fn line(&self) -> String {
        let [add, change, destroy, import] = self.counts;
        let what = match self.stage {
            Stage::Going => "planning…".to_owned(),
            Stage::Failed => "**failed**".to_owned(),
            Stage::Stopped => "stopped".to_owned(),
            Stage::Skipped => "not planned".to_owned(),
            Stage::Planned | Stage::Applied if self.counts == [0; 4] => "no changes".to_owned(),
            Stage::Planned if destroy > 0 => "**destroys**".to_owned(),
            Stage::Planned => "planned".to_owned(),
            Stage::Applying => "applying…".to_owned(),
            Stage::Applied => "applied".to_owned(),
        };
        let number = |count: u32| if count == 0 { "·".to_owned() } else { count.to_string() };
        let destroyed = if destroy == 0 {
            "·".to_owned()
        } else {
            format!("**{destroy}**")
        };
        let imported = if import == 0 {
            String::new()
        } else {
            format!("{import} to import. ")
        };
        let name = match self.url.is_empty() {
            true => escaped(&self.workspace),
            false => format!("[{}]({})", escaped(&self.workspace), address(&self.url)),
        };
        format!(
            "| {name} | {what} | {} | {} | {destroyed} | {imported}{} |\n",
            number(add),
            number(change),
            self.remark.as_deref().map(escaped).unwrap_or_default()
        )
    }
}

/// The comment.
pub(crate) fn render(report: &Report) -> String {
    let mut rows = report.rows.clone();
    rows.sort_by(|one, other| one.order().cmp(&other.order()));
    let mut text = format!("{}\n{}\n\n{}\n", report.marker, title(report), summary(report, &rows));
    if !report.conflicts.is_empty() {
        text.push_str("\n**It cannot be merged:** these files contradict the branch it goes to.\n\n");
        for path in report.conflicts.iter().take(20) {
            let _ = writeln!(text, "- {}", escaped(path));
        }
    }
    if let Some(note) = &report.note {
        let _ = writeln!(text, "\n> {}", escaped(note));
    }
    let foot = foot(report);
    let room = LONGEST.saturating_sub(text.chars().count() + foot.chars().count());
    // Beside contradictions the plans of an older commit would only mislead; what was applied stays said.
    if !report.conflicts.is_empty() {
        rows.retain(|row| matches!(row.stage, Stage::Applying | Stage::Applied));
    }
    text.push_str(&tables(&rows, room));
    text.push_str(&foot);
    text.chars().take(LONGEST).collect()
}

fn title(report: &Report) -> String {
    let (head, base) = (escaped(&report.head), escaped(&report.base));
    match report.ended {
        Some(ended) => format!("### Slipway: {ended}"),
        None => format!("### Slipway: {head} merged into {base}"),
    }
}

fn summary(report: &Report, rows: &[Row]) -> String {
    if report.is_waiting_for_allow {
        return "These commits come from a fork. Planning runs its code, so somebody who may plan here has to look at them \
                first and write `slipway allow`. The plan gets no secrets then."
            .to_owned();
    }
    if rows.is_empty() {
        return match report.conflicts.is_empty() {
            true => "No workspace is concerned.".to_owned(),
            false => String::new(),
        };
    }
    let count = |is: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count();
    let failed = count(&|row| row.stage == Stage::Failed);
    let destroying = count(&|row| matches!(row.counts, [_, _, destroy, _] if destroy > 0));
    let going = count(&|row| row.stage == Stage::Going);
    let quiet = count(&|row| row.stage == Stage::Planned && row.counts == [0; 4]);
    let mut parts = Vec::new();
    for (number, what) in [(failed, "failed"), (destroying, "destroy something")] {
        if number > 0 {
            parts.push(format!("**{number} {what}**"));
        }
    }
    for (number, what) in [(going, "being planned"), (quiet, "without changes")] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let total = match rows.len() {
        1 => "1 workspace".to_owned(),
        more => format!("{more} workspaces"),
    };
    match parts.is_empty() {
        true => format!("{total}."),
        false => format!("{total}: {}.", parts.join(", ")),
    }
}

const HEAD: &str = "\n| Workspace | Plan | Add | Change | Destroy | |\n| --- | --- | ---: | ---: | ---: | --- |\n";

/// The tables, as much of them as there is room for.
fn tables(rows: &[Row], room: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let (open, folded) = rows.split_at(rows.len().min(OPEN));
    let mut text = HEAD.to_owned();
    let mut left = room.saturating_sub(1_000);
    let mut shown = 0;
    for row in open {
        shown += usize::from(push(&mut text, &row.line(), &mut left));
    }
    if !folded.is_empty() && shown == open.len() {
        let _ = write!(
            text,
            "\n<details><summary>{} more</summary>\n\n{}",
            folded.len(),
            HEAD.trim_start()
        );
        for row in folded {
            shown += usize::from(push(&mut text, &row.line(), &mut left));
        }
        text.push_str("\n</details>\n");
    }
    if shown < rows.len() {
        let _ = writeln!(text, "\n{} more are not listed here.", rows.len() - shown);
    }
    text
}

/// Adds a line while there is room for it.
fn push(text: &mut String, line: &str, left: &mut usize) -> bool {
    let length = line.chars().count();
    if length > *left {
        *left = 0;
        return false;
    }
    *left -= length;
    text.push_str(line);
    true
}

fn foot(report: &Report) -> String {
    if report.ended.is_some() {
        return String::new();
    }
    let mut text = String::new();
    if let Some(by) = &report.allowed_by {
        let _ = writeln!(text, "\nA fork, planned without secrets: {} allowed it.", escaped(by));
    }
    let before = report.rows.iter().any(|row| row.is_applied_before);
    let after = report.rows.iter().any(|row| !row.is_applied_before);
    text.push_str(match (before, after) {
        (true, false) => "\n`slipway apply` applies exactly these plans, before merging.",
        (true, true) => {
            "\nSome of these plans are applied by `slipway apply` before merging, the others when it is merged."
        }
        (false, true) => "\nIt is applied when it is merged.",
        (false, false) => "",
    });
    text.push_str("\n\n<sub>`slipway plan [workspace]` plans again");
    if before {
        text.push_str(", `slipway apply [workspace]` applies, `slipway unlock` gives the workspaces back");
    }
    text.push_str(".</sub>\n");
    text
}

/// Text that people wrote, so that it is shown as it is: no markup, no link, no mention, one line.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            '#' => safe.push_str("&#35;"),
            '!' => safe.push_str("&#33;"),
            ':' => safe.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | '~' => {
                safe.push('\\');
                safe.push(letter);
            }
            letter if letter.is_control() => safe.push(' '),
            // Letters that turn the direction of what follows, or cannot be seen.
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            letter => safe.push(letter),
        }
    }
    safe
}

/// An address of ours, so that it stays inside its parentheses.
fn address(url: &str) -> String {
    url.replace('(', "%28")
        .replace(')', "%29")
        .replace(['<', '>', ' ', '\n', '|'], "")
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
