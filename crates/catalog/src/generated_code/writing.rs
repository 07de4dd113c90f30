//! From the facts to the files: pure.

use std::collections::{BTreeMap, BTreeSet};

use slipway_tofu::writing::{
    Argument, Body, GeneratedModule, OutputBlock, ProviderBlock, VariableBlock, WriteError, files as module_files,
    write,
};

use super::facts::{Facts, Given, State, What};
use super::readme;

/// The files of the project, by name.
///
/// # Errors
///
/// The first thing that cannot be written: a value that is nested too deep.
pub fn files(facts: &Facts) -> Result<BTreeMap<String, String>, WriteError> {
    let written = module_files(&module(facts))?;
    let mut files: BTreeMap<String, String> = written
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect();
    if let Some(main) = files.get_mut("main.tf") {
        let head = format!(
            "# {} of {}/{}: {}.\n",
            facts.version,
            facts.organization,
            facts.project,
            called(facts)
        );
        main.insert_str(0, &one_line(&head));
    }
    files.insert("backend.tf".to_owned(), backend(facts)?);
    if let State::Copied { roots, .. } = &facts.state
        && !roots.is_empty()
    {
        files.insert("moved.tf".to_owned(), moved(facts, roots)?);
    }
    files.insert("README.md".to_owned(), readme::text(facts));
    Ok(files)
}

/// What people call the resource.
pub(super) fn called(facts: &Facts) -> String {
    format!("{}/{}", facts.template, facts.name)
}

/// What the call is called: names of the language do not start with a digit.
pub(super) fn call_name(name: &str) -> String {
    match name.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("r{name}"),
        false => name.to_owned(),
    }
}

fn module(facts: &Facts) -> GeneratedModule {
    let required = facts.interface.required_providers.iter();
    let version = Some(facts.engine_version.as_str()).filter(|version| !matches!(*version, "" | "latest"));
    GeneratedModule {
        engine_version: version.map(str::to_owned),
        required_providers: required
            .map(|(name, one)| (name.clone(), one.source.clone(), one.constraint.clone()))
            .collect(),
        backend: None,
        providers: providers(facts),
        variables: facts.values.iter().filter_map(variable).collect(),
        name: call_name(&facts.name),
        source: facts.source.clone(),
        version: None,
        arguments: facts.values.iter().map(argument).collect(),
        handed_providers: handed(facts),
        outputs: outputs(facts),
    }
}

/// Configurations that the module wants handed in. What they say beside their name comes from the environment.
fn aliases(facts: &Facts) -> impl Iterator<Item = (&str, &str)> {
    let required = facts.interface.required_providers.values();
    required.flat_map(|one| one.aliases.iter().filter_map(|alias| alias.split_once('.')))
}

fn providers(facts: &Facts) -> Vec<ProviderBlock> {
    let block = |(name, alias): (&str, &str)| ProviderBlock {
        name: name.to_owned(),
        alias: Some(alias.to_owned()),
        body: Body::default(),
    };
    aliases(facts).map(block).collect()
}

/// Where one is handed in, none is there by itself.
fn handed(facts: &Facts) -> Vec<(String, String)> {
    if aliases(facts).next().is_none() {
        return Vec::new();
    }
    let plain = facts.interface.required_providers.keys().cloned();
    let aliased = aliases(facts).map(|(name, alias)| format!("{name}.{alias}"));
    let all: BTreeSet<String> = plain.chain(aliased).collect();
    all.into_iter().map(|name| (name.clone(), name)).collect()
}

fn variable(given: &Given) -> Option<VariableBlock> {
    let What::Asked {
        value_type,
        is_sensitive,
        is_ephemeral,
    } = &given.what
    else {
        return None;
    };
    Some(VariableBlock {
        name: given.name.clone(),
        value_type: value_type.clone(),
        description: Some(given.origin.clone()).filter(|words| !words.is_empty()),
        sensitive: *is_sensitive,
        ephemeral: *is_ephemeral,
    })
}

fn argument(given: &Given) -> (String, Argument) {
    let argument = match &given.what {
        What::Value(value) if given.origin.is_empty() => Argument::Value(value.clone()),
        What::Value(value) => Argument::Value(value.clone()).explained(given.origin.as_str()),
        // The variable says where it is from.
        What::Asked { .. } => Argument::Reference(format!("var.{}", given.name)),
    };
    (given.name.clone(), argument)
}

/// The root of a project has no outputs that are kept nowhere. Where the catalog, and not the code, says that a value is a
/// secret, the engine would refuse outputs that may show it.
fn outputs(facts: &Facts) -> Vec<OutputBlock> {
    let is_said_by_the_catalog = |given: &Given| {
        let variable = facts.interface.variable(&given.name);
        let is_asked = matches!(given.what, What::Asked { is_sensitive: true, .. });
        is_asked && variable.is_some_and(|variable| !variable.sensitive)
    };
    let hides_all = facts.values.iter().any(is_said_by_the_catalog);
    let kept = facts.interface.outputs.iter().filter(|output| !output.ephemeral);
    let block = kept.map(|output| OutputBlock {
        name: output.name.clone(),
        description: output.description.clone(),
        sensitive: output.sensitive || hides_all,
    });
    block.collect()
}

fn block(kind: &str, labels: &[&str], arguments: Vec<(String, Argument)>) -> (String, Vec<String>, Body) {
    let body = Body {
        arguments,
        blocks: Vec::new(),
    };
    (
        kind.to_owned(),
        labels.iter().map(|label| (*label).to_owned()).collect(),
        body,
    )
}

/// The state stays beside the code. Slipway runs the module itself, so that in its state nothing is below a call: with that state
/// as the backend, whoever applies here moves everything away from where Slipway's next run looks for it.
fn backend(facts: &Facts) -> Result<String, WriteError> {
    let mut local = block("backend", &["local"], Vec::new());
    local
        .2
        .arguments
        .push(("path".to_owned(), Argument::Value("terraform.tfstate".into())));
    let terraform = (
        "terraform".to_owned(),
        Vec::new(),
        Body {
            arguments: Vec::new(),
            blocks: vec![local],
        },
    );
    let code = write(&[terraform])?;
    let head = match &facts.state {
        State::None => "# Nothing of it was made by Slipway yet: the state begins here.\n".to_owned(),
        State::Copied { workspace, .. } => format!(
            "# Slipway keeps the state in the workspace {workspace}. This project works on a copy of it: see README.md.\n\
             # Never let both apply: the one does not know what the other did.\n"
        ),
        State::Demo => {
            "# A demo: Slipway plans it, and makes nothing. An apply of this project does: see README.md.\n".to_owned()
        }
        State::Elsewhere => {
            "# Slipway runs the module and keeps its state. To go on without it, see README.md.\n".to_owned()
        }
    };
    Ok(head + &code)
}

/// In the state of the workspace nothing is below a call.
fn moved(facts: &Facts, roots: &[String]) -> Result<String, WriteError> {
    let name = call_name(&facts.name);
    let blocks: Vec<_> = roots
        .iter()
        .map(|root| {
            let to = format!("module.{name}.{root}");
            let arguments = vec![
                ("from".to_owned(), Argument::Reference(root.clone())),
                ("to".to_owned(), Argument::Reference(to)),
            ];
            block("moved", &[], arguments)
        })
        .collect();
    let head = "# In the state of the workspace, these are where Slipway's runs have them: not below a call.\n";
    Ok(head.to_owned() + &write(&blocks)?)
}

/// A text that ends its only line.
fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    format!("{}\n", plain.trim_end())
}
