//! Landlock: turns the lists of a [`Policy`] into kernel rules on the calling thread. What is not named is denied, also
//! to every child, and nothing can take the rules off again.

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};

use super::Policy;

/// The newest interface whose rights are asked for; older kernels enforce their part ([`super::probe`] says how much).
const NEWEST: ABI = ABI::V9;

/// Raises the walls. Also sets `no_new_privs`, which Landlock needs.
pub(super) fn raise(policy: &Policy) -> Result<(), RulesetError> {
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?
        .create()?;
    let rules = allow(rules, &policy.execute, AccessFs::from_read(NEWEST))?;
    let rules = allow(rules, &policy.read, AccessFs::ReadFile | AccessFs::ReadDir)?;
    let rules = allow(
        rules,
        &policy.devices,
        AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev,
    )?;
    let rules = allow(rules, &policy.write, everything_but_devices())?;
    rules.restrict_self()?;
    Ok(())
}

/// A run makes files, links, sockets and pipes, but no device nodes: those would be other names for the machine's disks.
fn everything_but_devices() -> BitFlags<AccessFs> {
    AccessFs::from_all(NEWEST) & !(AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev)
}

/// Adds one rule per path; paths that cannot be opened are left out, so they stay denied.
fn allow(
    rules: RulesetCreated,
    paths: &[std::path::PathBuf],
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    let beneath: Vec<Result<PathBeneath<PathFd>, RulesetError>> = path_beneath_rules(paths, access).collect();
    rules.add_rules(beneath)
}
