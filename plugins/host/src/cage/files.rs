//! The fence around files and ports, by Landlock: everything that the kernel can fence is forbidden,
//! then the little that a plugin needs is granted.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope,
};

/// Everything that this build knows how to forbid. What the running kernel does not know is left
/// out, and the version that was enforced is reported.
const KNOWN: ABI = ABI::V10;

/// Where the libraries are that a plugin's library depends on, and the index of them.
const LIBRARIES: [&str; 7] =
    ["/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"];

/// What was enforced.
pub(super) struct Fence {
    /// Landlock's version; `None` if the system has none.
    pub(super) abi: Option<u32>,
    /// What has to stay open.
    pub(super) held: PathFd,
}

/// Fences this thread in.
pub(super) fn fence(data_dir: &Path) -> Result<Fence, String> {
    // Taken away even in its own folder: running programs, devices, and meeting others at a socket.
    let never = AccessFs::Execute
        | AccessFs::MakeChar
        | AccessFs::MakeBlock
        | AccessFs::MakeSock
        | AccessFs::IoctlDev
        | AccessFs::ResolveUnix;
    let own = AccessFs::from_all(KNOWN) & !never;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let data_dir = PathFd::new(data_dir).map_err(|error| text(&error))?;
    // Its own entry in /proc: the library is loaded by the number of its descriptor, and runtimes
    // look at their maps and limits there.
    let process = PathFd::new("/proc/self").map_err(|error| text(&error))?;
    let libraries = landlock::path_beneath_rules(LIBRARIES, read | AccessFs::Execute);
    let source = landlock::path_beneath_rules(["/dev/urandom"], AccessFs::ReadFile);
    let sink =
        landlock::path_beneath_rules(["/dev/null"], AccessFs::ReadFile | AccessFs::WriteFile);
    let restricted = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(KNOWN)))
        .and_then(|rules| rules.scope(Scope::from_all(KNOWN)))
        .and_then(Ruleset::create)
        .and_then(|rules| rules.add_rule(PathBeneath::new(&data_dir, own)))
        .and_then(|rules| rules.add_rule(PathBeneath::new(&process, read)))
        .and_then(|rules| rules.add_rules(libraries))
        .and_then(|rules| rules.add_rules(source))
        .and_then(|rules| rules.add_rules(sink))
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(|error| text(&error))?;
    let abi = match (restricted.ruleset, restricted.landlock) {
        (RulesetStatus::NotEnforced, _) => None,
        (_, LandlockStatus::Available { effective_abi, .. }) => {
            u32::try_from(effective_abi as i32).ok()
        }
        _ => None,
    };
    Ok(Fence { abi, held: process })
}
