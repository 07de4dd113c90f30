//! What images of tests are made of: file systems with the programs of this machine, because no registry can be asked for others.
//!
//! Each function fills a folder; with [`DOCKERFILE`] it becomes an image in which every usual command is there, from a busybox.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::background::plain;
use crate::docker;

/// Makes an image of such a folder.
pub const DOCKERFILE: &str = "FROM scratch\nCOPY . /\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\n";

/// What a login shell does first, as Debian has it: it forgets the path that it was given.
const PROFILE: &str = "PATH=/usr/local/bin:/usr/bin:/bin\nexport PATH\n\
                       for part in /etc/profile.d/*.sh; do if [ -r \"$part\" ]; then . \"$part\"; fi; done\n";

/// Of Go's own files: what compiling a program does not need.
const NOT_FOR_COMPILING: [&str; 6] = ["api", "doc", "misc", "test", "src/cmd", "pkg/obj"];

/// A shell and every usual command, among them a web server.
///
/// # Errors
/// There is no static busybox; the message says how to get it.
pub fn busybox(root: &Path) -> Result<()> {
    copy(&docker::busybox()?, &root.join("bin/busybox"))?;
    fs::create_dir_all(root.join("tmp"))?;
    fs::set_permissions(root.join("tmp"), fs::Permissions::from_mode(0o777))?;
    fs::create_dir_all(root.join("etc"))?;
    fs::write(root.join("etc/profile"), PROFILE)?;
    fs::create_dir_all(root.join("usr/bin"))?;
    // Scripts name it so in their first line.
    symlink("/bin/env", root.join("usr/bin/env")).context("usr/bin/env")
}

/// The same with the web server nginx.
///
/// # Errors
/// There is no nginx; the message says how to get it.
pub fn nginx(root: &Path) -> Result<()> {
    busybox(root)?;
    let program = Path::new("/usr/sbin/nginx");
    ensure!(
        program.is_file(),
        "nginx is needed for this test: `apt-get install nginx` on Debian"
    );
    copy(program, &below(root, program))?;
    copy_libraries(root, &[program.to_owned()])
}

/// The same with Python and its standard library.
///
/// # Errors
/// There is no `python3`.
pub fn python(root: &Path) -> Result<()> {
    busybox(root)?;
    let script =
        "import os, sys, sysconfig; print(os.path.realpath(sys.executable)); print(sysconfig.get_path('stdlib'))";
    let said = said("python3", &["-c", script])?;
    let mut lines = said.lines().map(PathBuf::from);
    let (program, library) = lines.next().zip(lines.next()).context("what python3 said")?;
    let mut programs = vec![program.clone()];
    copy(&program, &below(root, &program))?;
    copy_folder(&library, &below(root, &library), &mut programs, &|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Packages of this machine are none of the image's.
        !["site-packages", "dist-packages", "test", "__pycache__"].contains(&name.as_ref())
            && !name.starts_with("config-")
    })?;
    copy_libraries(root, &programs)?;
    link(&program, &root.join("usr/local/bin/python3"))
}

/// The same with Node.js and npm.
///
/// # Errors
/// There is no `node` or `npm`.
pub fn node(root: &Path) -> Result<()> {
    busybox(root)?;
    let program = PathBuf::from(said("node", &["-p", "process.execPath"])?.trim());
    copy(&program, &root.join("usr/local/bin/node"))?;
    copy_libraries(root, std::slice::from_ref(&program))?;
    let packages = said("npm", &["root", "--global"])?;
    let npm = Path::new(packages.trim()).join("npm");
    copy_folder(
        &npm,
        &root.join("usr/local/lib/node_modules/npm"),
        &mut Vec::new(),
        &|_| true,
    )?;
    for program in ["npm", "npx"] {
        let script = format!("../lib/node_modules/npm/bin/{program}-cli.js");
        symlink(script, root.join("usr/local/bin").join(program))?;
    }
    Ok(())
}

/// The same with Go's compiler and standard library.
///
/// # Errors
/// There is no `go`.
pub fn go(root: &Path) -> Result<()> {
    busybox(root)?;
    let from = PathBuf::from(said("go", &["env", "GOROOT"])?.trim());
    let to = root.join("usr/local/go");
    copy_folder(&from, &to, &mut Vec::new(), &|path| {
        let relative = path.strip_prefix(&from).unwrap_or(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !NOT_FOR_COMPILING.iter().any(|folder| relative == Path::new(folder))
            && name != "testdata"
            && !name.ends_with("_test.go")
    })?;
    link(Path::new("/usr/local/go/bin/go"), &root.join("usr/local/bin/go"))
}

fn said(program: &str, arguments: &[&str]) -> Result<String> {
    let output = plain(program).args(arguments).output();
    let output = output.with_context(|| format!("{program} is needed for this test"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program}: {error}");
    String::from_utf8(output.stdout).with_context(|| format!("what {program} said"))
}

/// Where an absolute path is below a root.
fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

fn link(to: &Path, at: &Path) -> Result<()> {
    if let Some(above) = at.parent() {
        fs::create_dir_all(above)?;
    }
    symlink(to, at).with_context(|| format!("{}", at.display()))
}

/// With what a link leads to in place of the link.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(above) = to.parent() {
        fs::create_dir_all(above)?;
    }
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(())
}

/// Copies what is wanted, and notes the shared libraries among it.
fn copy_folder(from: &Path, to: &Path, libraries: &mut Vec<PathBuf>, is_wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
    fs::create_dir_all(to)?;
    for found in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let (path, name) = {
            let found = found?;
            (found.path(), found.file_name())
        };
        if !is_wanted(&path) {
            continue;
        }
        // A link that leads nowhere is nothing that a program needs.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if metadata.is_dir() {
            copy_folder(&path, &to.join(name), libraries, is_wanted)?;
        } else {
            copy(&path, &to.join(name))?;
            if path.extension().is_some_and(|extension| extension == "so") {
                libraries.push(path);
            }
        }
    }
    Ok(())
}

/// Everything that the programs load, where they look for it.
fn copy_libraries(root: &Path, programs: &[PathBuf]) -> Result<()> {
    // One call for all: it starts the loader for each.
    let output = plain("ldd")
        .args(programs)
        .output()
        .context("ldd is needed for this test")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let words = text
        .lines()
        .filter(|line| line.starts_with('\t'))
        .flat_map(str::split_whitespace);
    let libraries: BTreeSet<&Path> = words.map(Path::new).filter(|path| path.is_absolute()).collect();
    ensure!(!libraries.is_empty(), "ldd named no libraries of {programs:?}");
    for library in libraries {
        copy(library, &below(root, library))?;
    }
    Ok(())
}
