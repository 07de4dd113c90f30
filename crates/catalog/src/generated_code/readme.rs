//! What whoever finds the project should know of it: pure.

use super::facts::{Facts, State, What};
use super::writing::{call_name, called};

/// The README of the project, in Markdown.
pub(super) fn text(facts: &Facts) -> String {
    let mut parts = vec![format!("# {}", called(facts))];
    let description = plain(&facts.description);
    if !description.is_empty() {
        parts.push(description);
    }
    parts.push(format!(
        "The resource `{}` of the project `{}` in the organization `{}`, as a plain OpenTofu project. Slipway wrote it: {} of the \
         template `{}`, called with the values of the resource. `main.tf` has the call, pinned to a commit.",
        facts.name, facts.project, facts.organization, facts.version, facts.template
    ));
    parts.push(run(facts));
    parts.extend(secrets(facts));
    parts.extend(state(facts));
    parts.join("\n\n") + "\n"
}

fn run(facts: &Facts) -> String {
    format!(
        "## Run it\n\n```sh\n{engine} init\n{engine} plan\n```",
        engine = facts.engine
    )
}

/// What is not in the code, and where it belongs.
fn secrets(facts: &Facts) -> Option<String> {
    let mut lines = Vec::new();
    for given in &facts.values {
        let What::Asked { is_sensitive, .. } = &given.what else {
            continue;
        };
        let what = match is_sensitive {
            true => "a secret",
            false => "not known when this was written",
        };
        let origin = match given.origin.as_str() {
            "" => String::new(),
            origin => format!(" {origin}"),
        };
        lines.push(format!("- `TF_VAR_{}`: {what}.{origin}", given.name));
    }
    lines.extend(
        facts
            .environment
            .iter()
            .map(|name| format!("- `{name}`: a secret of the template.")),
    );
    let integrations = facts.integrations.iter();
    lines.extend(integrations.map(|name| format!("- What signs in as the integration `{name}` does.")));
    if lines.is_empty() {
        return None;
    }
    let list = lines.join("\n");
    Some(format!(
        "No secret is in these files. Give in the environment:\n\n{list}"
    ))
}

/// How to go on with what there is.
fn state(facts: &Facts) -> Option<String> {
    let workspace = match &facts.state {
        State::None => return None,
        State::Copied { workspace, .. } => workspace,
        State::Demo => {
            return Some(format!(
                "## A demo\n\nThe project `{}` is a demo: Slipway only plans what is in it, and has made nothing of this. \
                 `{} apply` here makes it, and Slipway does not know of it.",
                facts.project, facts.engine
            ));
        }
        State::Elsewhere => {
            return Some(format!(
                "## What there is already\n\nSlipway runs the module itself, keeps its state, and writes these files anew with every change. \
                 To go on from the state without Slipway:\n\n```sh\nslipway resource download {} --organization {}\n```",
                called(facts),
                facts.organization
            ));
        }
    };
    let organization = &facts.organization;
    Some(format!(
        "## What there is already\n\nSlipway keeps the state in the workspace `{workspace}`. To go on from it, take a copy:\n\n\
         ```sh\nslipway state pull --organization {organization} --workspace {workspace} > terraform.tfstate\n\
         {engine} plan\n```\n\nThe plan should say that everything moved below `module.{call}`, and nothing else. From the first \
         apply here on, what Slipway knows is old: do not change the resource there any more.",
        engine = facts.engine,
        call = call_name(&facts.name),
    ))
}

/// Text of people, without what is no text.
fn plain(text: &str) -> String {
    let is_text = |letter: &char| *letter == '\n' || !letter.is_control();
    text.chars().filter(is_text).collect::<String>().trim().to_owned()
}
