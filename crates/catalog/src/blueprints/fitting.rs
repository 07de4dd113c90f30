//! Whether a blueprint fits what is published: the templates of its parts stand on each other so, and its wires and values
//! have ends in the modules. Pure; everything at fault is told at once, each with its place.

use std::collections::BTreeMap;

use slipway_api::blueprints::{BlueprintPart, BlueprintWire, NewBlueprint};
use slipway_api::ids::{SourceCodeVersionId, TemplateId};
use slipway_api::source_code_versions::{Lifecycle, VersionStatus, VersionVariable};
use slipway_api::templates::{SecretSource, TemplateKey};
use slipway_tofu::interface::{Interface, Variable};

use super::specification::{Source, source};
use crate::resources::checks::places::in_words;
use crate::resources::resolving::unfit;
use crate::source_code_versions::SourceCodeVersion;
use crate::source_code_versions::settings::{is_hidden, unknown_variable};
use crate::templates::Template;
use crate::templates::hierarchy::{Need, misfits};
use crate::templates::specification::Problems;

/// Outputs that a refusal lists.
const NAMED: usize = 20;

/// What is published, as far as the blueprint names it and the caller may see it.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Templates, by key.
    pub templates: BTreeMap<TemplateKey, Template>,
    /// What a resource of each stands on.
    pub needs: BTreeMap<TemplateId, Vec<(TemplateKey, Need)>>,
    /// The version of each that new resources take.
    pub recommended: BTreeMap<TemplateId, SourceCodeVersionId>,
    /// Versions that are named or recommended.
    pub versions: BTreeMap<SourceCodeVersionId, Published>,
}

/// A version, and how its variables are asked for.
#[derive(Debug)]
pub(crate) struct Published {
    /// The version.
    pub version: SourceCodeVersion,
    /// What is said of its variables.
    pub settings: Vec<VersionVariable>,
}

impl Known {
    /// The version that a part takes.
    fn of_part(&self, part: &BlueprintPart) -> Option<&Published> {
        let template = self.templates.get(&part.template)?;
        let id = part
            .source_code_version
            .or_else(|| self.recommended.get(&template.id).copied())?;
        let found = self.versions.get(&id)?;
        (found.version.template_id == template.id).then_some(found)
    }

    /// The version that resources of a template should have.
    fn of_template(&self, key: &TemplateKey) -> Option<&Published> {
        let template = self.templates.get(key)?;
        self.versions.get(self.recommended.get(&template.id)?)
    }
}

impl Published {
    fn module(&self) -> Option<&Interface> {
        (self.version.status != VersionStatus::Failed).then_some(&self.version.interface.0)
    }

    fn said(&self, name: &str) -> VersionVariable {
        let found = self.settings.iter().find(|one| one.name == name);
        found.cloned().unwrap_or_default()
    }
}

/// Notes everything that does not fit.
pub(crate) fn check(wanted: &NewBlueprint, known: &Known, problems: &mut Problems<'_>) {
    for (number, external) in wanted.externals.iter().enumerate() {
        if !known.templates.contains_key(&external.template) {
            problems.add(&format!("externals/{number}/template"), missing(&external.template));
        }
    }
    for (number, part) in wanted.parts.iter().enumerate() {
        match known.templates.get(&part.template) {
            None => problems.add(&format!("parts/{number}/template"), missing(&part.template)),
            Some(template) => check_part((number, part, template), wanted, known, problems),
        }
    }
    for (number, wire) in wanted.wires.iter().enumerate() {
        if let Some((field, problem)) = of_wire(wire, wanted, known) {
            problems.add(&format!("wires/{number}/{field}"), problem);
        }
    }
    check_defaults(wanted, known, problems);
}

fn missing(key: &TemplateKey) -> String {
    format!("there is no template \"{key}\", or you may not see it")
}

fn check_part(
    (number, part, template): (usize, &BlueprintPart, &Template),
    wanted: &NewBlueprint,
    known: &Known,
    problems: &mut Problems<'_>,
) {
    if let Some(problem) = of_version(part, template, known) {
        problems.add(&format!("parts/{number}/source-code-version"), problem);
    }
    check_grounds((number, part, template), wanted, known, problems);
    if template.is_abstract && !part.values.is_empty() {
        let place = format!("parts/{number}/values");
        problems.add(&place, "an abstract template has no code that takes values");
    }
    let Some((version, module)) = known.of_part(part).and_then(|one| Some((one, one.module()?))) else {
        return;
    };
    for (name, value) in &part.values {
        let problem = match module.variable(name) {
            None => Some(unknown_variable(name, module)),
            Some(variable) if is_secret(template, variable, &version.said(name)) => Some(
                "a secret does not stand in a blueprint, where everybody reads it; it is given when the blueprint is used"
                    .to_owned(),
            ),
            Some(variable) => unfit(variable, &version.said(name), value),
        };
        if let Some(problem) = problem {
            let name = name.replace('~', "~0").replace('/', "~1");
            problems.add(&format!("parts/{number}/values/{name}"), problem);
        }
    }
}

fn is_secret(template: &Template, variable: &Variable, said: &VersionVariable) -> bool {
    is_hidden(said, variable) || template.details.secrets.iter().any(|one| one.name == variable.name)
}

fn of_version(part: &BlueprintPart, template: &Template, known: &Known) -> Option<String> {
    let key = &template.key;
    match (template.is_abstract, part.source_code_version, known.of_part(part)) {
        (true, Some(_), _) => Some(format!("\"{key}\" is abstract: its resources have no code")),
        (true, None, _) => None,
        (false, Some(_), None) => Some(format!("\"{key}\" has no such version")),
        (false, None, None) => Some(format!("\"{key}\" has no active version; say which one is to be taken")),
        (false, named, Some(found)) => match (found.version.status, found.version.lifecycle) {
            (VersionStatus::Failed, _) => Some(format!(
                "the module of {} cannot be read; take another",
                found.version.called()
            )),
            (_, Lifecycle::Archived) if named.is_some() => {
                Some(format!("{} is archived: nothing new takes it", found.version.called()))
            }
            _ => None,
        },
    }
}

/// What a part stands on is what its template wants.
fn check_grounds(
    (number, part, template): (usize, &BlueprintPart, &Template),
    wanted: &NewBlueprint,
    known: &Known,
    problems: &mut Problems<'_>,
) {
    let mut counts: BTreeMap<TemplateId, u32> = BTreeMap::new();
    for name in &part.stands_on {
        match template_of(name, wanted).and_then(|key| known.templates.get(key)) {
            Some(ground) => *counts.entry(ground.id).or_default() += 1,
            // It was told of, and nobody knows what it would be.
            None => return,
        }
    }
    let needs: Vec<Need> = known
        .needs
        .get(&template.id)
        .into_iter()
        .flatten()
        .map(|(_, need)| need.clone())
        .collect();
    for misfit in misfits(&needs, &counts) {
        let key = |id: &TemplateId| key_of(*id, template, known);
        problems.add(
            &format!("parts/{number}/stands-on"),
            in_words(&template.key, &misfit, key),
        );
    }
}

fn key_of(id: TemplateId, template: &Template, known: &Known) -> String {
    let needs = known.needs.get(&template.id).into_iter().flatten();
    let mut needed = needs.filter(|(_, need)| need.parent == id).map(|(key, _)| key);
    let there = || known.templates.values().find(|one| one.id == id).map(|one| &one.key);
    needed
        .next()
        .or_else(there)
        .map_or_else(|| id.to_string(), ToString::to_string)
}

/// The template of a part or external.
fn template_of<'a>(name: &str, wanted: &'a NewBlueprint) -> Option<&'a TemplateKey> {
    let part = wanted.parts.iter().find(|part| part.name == name);
    let external = || wanted.externals.iter().find(|one| one.name == name);
    part.map(|part| &part.template)
        .or_else(|| external().map(|one| &one.template))
}

/// What is wrong with an end of a wire, and with which. What was told of already is not told again.
fn of_wire(wire: &BlueprintWire, wanted: &NewBlueprint, known: &Known) -> Option<(&'static str, String)> {
    let (template, taking, variable) = match end(wire, wanted, known)? {
        End::Variable(template, version, variable) => (template, version, variable),
        End::Unknown(problem) => return Some(("to/variable", problem)),
    };
    let secret = template.details.secrets.iter().find(|one| one.name == variable.name);
    let (key, version, name) = match source(wire)? {
        Source::Constant(_) => {
            let is_elsewhere = secret.is_some_and(|one| matches!(one.source, SecretSource::VariableSet { .. }));
            let problem = "it is a secret of a variable set, and comes from nowhere else";
            return is_elsewhere.then(|| ("to/variable", problem.to_owned()));
        }
        Source::Part(name, output) => {
            let part = wanted.parts.iter().find(|part| part.name == name)?;
            (&part.template, known.of_part(part), output)
        }
        Source::External(name, output) => {
            let external = wanted.externals.iter().find(|one| one.name == name)?;
            (&external.template, known.of_template(&external.template), output)
        }
    };
    if secret.is_some() {
        let problem = "it is a secret of the template, and comes from nowhere else";
        return Some(("to/variable", problem.to_owned()));
    }
    if known.templates.get(key).is_some_and(|template| template.is_abstract) {
        return Some(("from/output", format!("\"{key}\" is abstract: it has no outputs")));
    }
    let module = version?.module()?;
    let Some(output) = module.output(name) else {
        return Some(("from/output", unknown_output(name, module)));
    };
    let is_leak = output.sensitive && !is_hidden(&taking.said(&variable.name), variable);
    is_leak.then(|| {
        let problem = "it is a secret output, and only variables that are secrets are given those";
        ("from/output", problem.to_owned())
    })
}

/// Where a wire ends.
enum End<'a> {
    Variable(&'a Template, &'a Published, &'a Variable),
    Unknown(String),
}

/// The variable at the end of a wire; none where the part has no module that could be asked.
fn end<'a>(wire: &BlueprintWire, wanted: &NewBlueprint, known: &'a Known) -> Option<End<'a>> {
    let part = wanted.parts.iter().find(|part| part.name == wire.to.part)?;
    let template = known.templates.get(&part.template)?;
    if template.is_abstract {
        let problem = format!("\"{}\" is abstract: it has no code that takes values", template.key);
        return Some(End::Unknown(problem));
    }
    let version = known.of_part(part)?;
    let module = version.module()?;
    let name = wire.to.variable.as_str();
    Some(match module.variable(name) {
        None => End::Unknown(unknown_variable(name, module)),
        Some(variable) => End::Variable(template, version, variable),
    })
}

fn unknown_output(name: &str, module: &Interface) -> String {
    let mut names: Vec<&str> = module.outputs.iter().map(|output| output.name.as_str()).collect();
    let more = if names.len() > NAMED { ", …" } else { "" };
    names.truncate(NAMED);
    match names.is_empty() {
        true => format!("the module has no output \"{name}\"; it has none at all"),
        false => format!("the module has no output \"{name}\"; it has {}{more}", names.join(", ")),
    }
}

/// The default of a constant fits every variable that it is given to, and is none of a secret.
fn check_defaults(wanted: &NewBlueprint, known: &Known, problems: &mut Problems<'_>) {
    for (number, constant) in wanted.constants.iter().enumerate() {
        let Some(default) = &constant.default else { continue };
        let is_it = |wire: &&BlueprintWire| wire.from.constant.as_ref() == Some(&constant.name);
        for wire in wanted.wires.iter().filter(is_it) {
            let Some(End::Variable(template, version, variable)) = end(wire, wanted, known) else {
                continue;
            };
            let said = version.said(&variable.name);
            let problem = match is_secret(template, variable, &said) {
                true => Some("a secret does not stand in a blueprint, where everybody reads it".to_owned()),
                false => unfit(variable, &said, default),
            };
            if let Some(problem) = problem {
                let to = format!("for \"{}\" of \"{}\", {problem}", wire.to.variable, wire.to.part);
                problems.add(&format!("constants/{number}/default"), to);
                break;
            }
        }
    }
}

#[cfg(test)]
#[path = "fitting_tests.rs"]
mod tests;
