//! Which workspaces are affected, on generated repositories, against a slow oracle that knows what the generator wrote.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::commits::closure::{Directory, Graph, Missing, closure};
use crate::commits::paths::{is_configuration, name, parent};
use crate::commits::references::{File, References};

/// Files by their paths.
type Files = BTreeMap<String, String>;

/// A small stream of numbers that is the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// One thing that a directory's code reads, as the oracle knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Reads {
    Module(String),
    File(String),
    Below(String),
    Template(String, String),
}

/// What the generator wrote: directories of configuration with what they read.
#[derive(Clone)]
struct World {
    roots: BTreeMap<String, BTreeSet<Reads>>,
    modules: BTreeMap<String, BTreeSet<Reads>>,
    files: Files,
    /// Whether each directory's code is written in JSON.
    seed: u64,
}

fn up(directory: &str) -> String {
    "../".repeat(directory.split('/').count())
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut world = Self {
            roots: BTreeMap::new(),
            modules: BTreeMap::new(),
            files: Files::new(),
            seed,
        };
        for number in 0..6 {
            world.modules.insert(format!("modules/m{number}"), BTreeSet::new());
            world.files.insert(format!("shared/s{number}.json"), "{}".to_owned());
            world.files.insert(format!("shared/t{number}.tpl"), "t".to_owned());
            world
                .files
                .insert(format!("policies/p{}/{number}.json", number % 2), "{}".to_owned());
        }
        for number in 0..5 {
            let environment = if dice.roll(2) == 0 { "eu" } else { "us/east" };
            world.roots.insert(format!("{environment}/w{number}"), BTreeSet::new());
            if dice.roll(3) == 0 {
                // A configuration inside another one's directory.
                world
                    .roots
                    .insert(format!("{environment}/w{number}/inner"), BTreeSet::new());
            }
        }
        let directories: Vec<String> = world.roots.keys().chain(world.modules.keys()).cloned().collect();
        for directory in directories {
            for _ in 0..dice.roll(4) {
                world.read_more(&mut dice, &directory);
            }
            world.files.insert(format!("{directory}/README.md"), "x".to_owned());
            world.files.insert(format!("{directory}/files/a.txt"), "x".to_owned());
        }
        world.write();
        world
    }

    fn reads(&mut self, directory: &str) -> &mut BTreeSet<Reads> {
        let roots = &mut self.roots;
        let modules = &mut self.modules;
        roots
            .get_mut(directory)
            .unwrap_or_else(|| modules.get_mut(directory).unwrap())
    }

    fn read_more(&mut self, dice: &mut Dice, directory: &str) {
        let number = dice.roll(6);
        let reads = match dice.roll(5) {
            // Modules call only those with a greater number, so that there is no cycle.
            0 | 1 => {
                let lowest = directory
                    .strip_prefix("modules/m")
                    .map_or(0, |own| own.parse::<usize>().unwrap() + 1);
                if lowest + number % 3 > 5 {
                    return;
                }
                Reads::Module(format!("modules/m{}", lowest + number % 3))
            }
            2 => Reads::File(format!("shared/s{number}.json")),
            3 => Reads::Below(format!("policies/p{}", number % 2)),
            _ => Reads::Template(
                format!("shared/t{number}.tpl"),
                format!("shared/s{}.json", (number + 1) % 6),
            ),
        };
        self.reads(directory).insert(reads);
    }

    /// Writes the code of every directory from what it reads, in one of many ways to write the same.
    fn write(&mut self) {
        let all: Vec<(String, BTreeSet<Reads>)> = self
            .roots
            .iter()
            .chain(&self.modules)
            .map(|(directory, reads)| (directory.clone(), reads.clone()))
            .collect();
        self.files.retain(|path, _| !is_configuration(name(path)));
        for (directory, reads) in all {
            let mut dice = Dice(
                self.seed
                    ^ directory
                        .bytes()
                        .fold(7u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte)),
            );
            let mut text = "resource \"null_resource\" \"own\" {}\n".to_owned();
            let mut locals = String::new();
            for (index, reads) in reads.iter().enumerate() {
                let up = up(&directory);
                match reads {
                    Reads::Module(module) => {
                        text += &format!("module \"m{index}\" {{\n  source = \"{up}{module}\"\n}}\n");
                    }
                    Reads::File(path) => {
                        let expression = match dice.roll(5) {
                            0 => format!("file(\"${{path.module}}/{up}{path}\")"),
                            1 => format!("filemd5(join(\"/\", [path.module, \"{up}{path}\"]))"),
                            2 => {
                                locals += &format!("  f{index} = \"${{path.module}}/{up}{path}\"\n");
                                format!("filebase64(local.f{index})")
                            }
                            3 => format!("\"cat ${{path.module}}/{up}{path} | wc -l\""),
                            _ => format!("jsondecode(file(format(\"%s/{up}%s\", path.module, \"{path}\")))"),
                        };
                        text += &format!("output \"o{index}\" {{\n  value = {expression}\n}}\n");
                    }
                    Reads::Below(path) => {
                        let expression = match dice.roll(3) {
                            0 => format!("fileset(\"${{path.module}}/{up}{path}\", \"*.json\")"),
                            1 => format!("fileset(path.module, \"{up}{path}/*.json\")"),
                            _ => format!("file(\"${{path.module}}/{up}{path}/${{var.name}}.json\")"),
                        };
                        text += &format!("output \"o{index}\" {{\n  value = {expression}\n}}\n");
                    }
                    Reads::Template(path, _) => {
                        text += &format!(
                            "output \"o{index}\" {{\n  value = templatefile(\"${{path.module}}/{up}{path}\", {{}})\n}}\n"
                        );
                    }
                }
            }
            if !locals.is_empty() {
                text += &format!("locals {{\n{locals}}}\n");
            }
            let file = if dice.roll(4) == 0 { "main.tofu" } else { "main.tf" };
            self.files.insert(format!("{directory}/{file}"), text);
        }
    }

    /// What a workspace can read, by the slow way: every file of the repository is asked.
    fn readable(&self, root: &str) -> BTreeMap<String, String> {
        let code = self.files.keys().filter(|path| is_configuration(name(path)));
        let configured: BTreeSet<&str> = code.filter_map(|path| parent(path)).collect();
        let mut directories = vec![root.to_owned()];
        let mut seen = BTreeSet::new();
        let mut readable = BTreeMap::new();
        while let Some(directory) = directories.pop() {
            if !seen.insert(directory.clone()) {
                continue;
            }
            for (path, content) in &self.files {
                let in_here = path.strip_prefix(&format!("{directory}/")).is_some();
                let owner = above(path).find(|directory| configured.contains(directory));
                if in_here && owner == Some(directory.as_str()) {
                    readable.insert(path.clone(), content.clone());
                }
            }
            let reads = self.roots.get(&directory).or_else(|| self.modules.get(&directory));
            for reads in reads.into_iter().flatten() {
                match reads {
                    Reads::Module(module) => directories.push(module.clone()),
                    Reads::File(path) | Reads::Template(path, _) => {
                        readable.extend(self.files.get(path).map(|content| (path.clone(), content.clone())));
                    }
                    Reads::Below(below) => readable.extend(
                        self.files
                            .iter()
                            .filter(|(path, _)| path.starts_with(&format!("{below}/")))
                            .map(|(path, content)| (path.clone(), content.clone())),
                    ),
                }
            }
        }
        readable
    }

    fn is_configuration(&self, directory: &str) -> bool {
        self.files
            .keys()
            .any(|path| parent(path) == Some(directory) && is_configuration(name(path)))
    }

    fn exists(&self, directory: &str) -> Option<bool> {
        let exists = self.files.keys().any(|path| path.starts_with(&format!("{directory}/")));
        exists.then(|| self.is_configuration(directory))
    }

    /// One commit: some files changed, came or went; some code reads something else.
    fn commit(&self, dice: &mut Dice) -> Self {
        let mut next = self.clone();
        for _ in 0..1 + dice.roll(3) {
            let paths: Vec<String> = next
                .files
                .keys()
                .filter(|path| !is_configuration(name(path)))
                .cloned()
                .collect();
            match dice.roll(6) {
                0 => {
                    let path = &paths[dice.roll(paths.len())];
                    next.files.remove(path);
                }
                1 => {
                    let directory = parent(&paths[dice.roll(paths.len())]).unwrap().to_owned();
                    next.files
                        .insert(format!("{directory}/new{}", dice.roll(50)), "new".to_owned());
                }
                2 => {
                    let directories: Vec<String> = next.roots.keys().chain(next.modules.keys()).cloned().collect();
                    let directory = directories[dice.roll(directories.len())].clone();
                    next.read_more(dice, &directory);
                    next.write();
                }
                3 => {
                    let code: Vec<String> = next
                        .files
                        .keys()
                        .filter(|path| is_configuration(name(path)))
                        .cloned()
                        .collect();
                    let path = &code[dice.roll(code.len())];
                    *next.files.get_mut(path).unwrap() += "# changed\n";
                }
                _ => {
                    let path = &paths[dice.roll(paths.len())];
                    *next.files.get_mut(path).unwrap() += "changed";
                }
            }
        }
        next
    }
}

/// What was read before, by what was in the files.
type Known = HashMap<String, std::sync::Arc<References>>;

/// All of it as the reader of mirrors does it, from the files alone.
fn graph(files: &Files, roots: &[String], known: &mut Known) -> Vec<Closure> {
    let mut graph = Graph::default();
    loop {
        let mut missing = Missing::default();
        let closures = roots.iter().map(|root| closure(root, &graph, &mut missing)).collect();
        if missing.is_empty() {
            return closures;
        }
        for directory in missing.directories {
            let within: Vec<(&str, &str)> = files
                .iter()
                .filter(|(path, _)| parent(path) == Some(&directory))
                .map(|(path, content)| (name(path), content.as_str()))
                .collect();
            let entry = if within.is_empty() {
                Directory::Absent
            } else {
                let code = within.iter().filter(|(name, _)| is_configuration(name));
                let content: String = code.map(|(name, content)| format!("{name}\n{content}")).collect();
                let references = known.entry(content).or_insert_with(|| {
                    let files = within.iter().map(|(name, content)| File {
                        name,
                        content: content.as_bytes(),
                    });
                    References::of_directory(files).into()
                });
                Directory::Here(std::sync::Arc::clone(references))
            };
            graph.directories.insert(directory, entry);
        }
        for template in missing.templates {
            let content = files.get(&template).map(String::as_bytes).unwrap_or_default();
            graph
                .templates
                .insert(template, References::of_template(content).into());
        }
    }
}

#[test]
fn a_thousand_commits_miss_nothing_and_start_little_too_much() {
    let (mut needed, mut needless, mut commits) = (0, 0, 0);
    let mut known = Known::new();
    for seed in 0..100 {
        let mut world = World::new(seed);
        let mut dice = Dice(seed + 1_000);
        for _ in 0..10 {
            let next = world.commit(&mut dice);
            commits += 1;
            let roots: Vec<String> = next.roots.keys().cloned().collect();
            let ids: Vec<WorkspaceId> = (0..roots.len())
                .map(|number| WorkspaceId::from_parts(1, number as u64))
                .collect();
            let candidates: Vec<Candidate> = graph(&next.files, &roots, &mut known)
                .into_iter()
                .zip(&ids)
                .map(|(closure, id)| Candidate {
                    workspace: *id,
                    closure,
                    patterns: Patterns::default(),
                    is_always: false,
                })
                .collect();
            let paths: BTreeSet<&String> = world.files.keys().chain(next.files.keys()).collect();
            let changed: Vec<String> = paths
                .into_iter()
                .filter(|path| world.files.get(*path) != next.files.get(*path))
                .cloned()
                .collect();
            let index = Index::new(&candidates);
            let separate = index
                .questions(&changed)
                .into_iter()
                .filter(|directory| is_separate(world.exists(directory), next.exists(directory)))
                .map(str::to_owned)
                .collect();
            let found: BTreeSet<WorkspaceId> = index
                .affected(&changed, &separate)
                .into_iter()
                .map(|(workspace, _)| workspace)
                .collect();
            for (root, id) in roots.iter().zip(&ids) {
                let is_needed = world.readable(root) != next.readable(root);
                needed += usize::from(is_needed);
                if is_needed {
                    assert!(found.contains(id), "{root} was missed (seed {seed}): {changed:?}");
                } else {
                    needless += usize::from(found.contains(id));
                }
            }
            world = next;
        }
    }
    assert_eq!(commits, 1_000);
    assert!(needed > 1_000, "the commits concern {needed} workspaces only");
    println!("{commits} commits concern {needed} workspaces; {needless} were started needlessly");
    assert!(needless * 100 <= needed, "{needless} of {needed} were needless");
}

fn candidate(number: u64, closure: Closure, patterns: Patterns) -> Candidate {
    Candidate {
        workspace: WorkspaceId::from_parts(1, number),
        closure,
        patterns,
        is_always: false,
    }
}

fn of(own: &str) -> Closure {
    Closure {
        own: own.to_owned(),
        is_complete: true,
        ..Closure::default()
    }
}

fn reasons(candidates: &[Candidate], path: &str) -> Vec<Why> {
    let found = Index::new(candidates).affected(&[path.to_owned()], &HashSet::new());
    found.into_iter().map(|(_, why)| why).collect()
}

#[test]
fn patterns_stand_in_the_place_of_the_directory_and_not_of_modules() {
    let patterns = Patterns::new(&[], &["/shop/**/*.tf".to_owned()]);
    let closure = Closure {
        modules: BTreeSet::from(["modules/vpc".to_owned()]),
        ..of("shop")
    };
    let candidates = [candidate(1, closure, patterns)];
    assert!(reasons(&candidates, "shop/README.md").is_empty());
    assert_eq!(
        reasons(&candidates, "shop/main.tf"),
        [Why::Pattern("shop/main.tf".to_owned())]
    );
    let module = Why::Module("modules/vpc".to_owned(), "modules/vpc/README.md".to_owned());
    assert_eq!(reasons(&candidates, "modules/vpc/README.md"), [module]);
}

#[test]
fn prefixes_come_beside_the_directory() {
    let candidates = [candidate(1, of("shop"), Patterns::new(&["/common/".to_owned()], &[]))];
    assert_eq!(reasons(&candidates, "shop/x"), [Why::Own("shop/x".to_owned())]);
    assert_eq!(reasons(&candidates, "common/x"), [Why::Pattern("common/x".to_owned())]);
    assert!(reasons(&candidates, "commons/x").is_empty());
}

#[test]
fn a_submodule_in_the_place_of_a_directory_counts() {
    let closure = Closure {
        modules: BTreeSet::from(["vendor/network/vpc".to_owned()]),
        ..of("shop")
    };
    let candidates = [candidate(1, closure, Patterns::default())];
    assert_eq!(
        reasons(&candidates, "vendor/network"),
        [Why::Named("vendor/network".to_owned())]
    );
}
