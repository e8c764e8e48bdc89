//! The file, what it says about itself, and its settings.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use shouxin_plugin_host::{Hook, RefusalCode, StartError};

use super::{Checked, Suite, passed, warned};
use crate::bench::Bench;
use crate::{elf, report::Verdict};

/// The longest library, in bytes; the host takes no longer one.
const LIBRARY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A name no plugin has: the refusal says what the library's own is.
const NAMELESS: &str = "shouxin-check-asks-for-the-name";

/// What is said beside a refusal of a library that was given no settings.
const WITHOUT_SETTINGS: &str = "未给设置；需要设置的库请加 --settings FILE / it was given no settings; where it needs some, \
     give --settings FILE (.toml or .json): what stands under [plugin.settings], without that prefix";

/// How many other symbols are named.
const SYMBOLS_MAX: usize = 5;

/// Hooks without which the register cannot work with a plugin.
const REQUIRED: [Hook; 5] = [Hook::Execute, Hook::Suspend, Hook::Resume, Hook::Lift, Hook::Forget];

/// Reads the library once; what is parsed, hashed and loaded are the same bytes.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LIBRARY_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() as u64 > LIBRARY_BYTES_MAX {
        return Err(format!("{}: longer than {LIBRARY_BYTES_MAX} bytes", path.display()));
    }
    Ok(bytes)
}

pub(super) fn file(suite: &mut Suite<'_>) -> Checked {
    let program = &suite.options.host_program;
    let mut own = Vec::new();
    File::open(program)
        .and_then(|file| file.take(4_096).read_to_end(&mut own))
        .map_err(|error| format!("the host program {}: {error}", program.display()))?;
    suite.file = elf::read(&suite.bytes, &own)?;
    match suite.file.entries {
        1 => passed(""),
        0 => Err(format!("it does not export `{}`", elf::ENTRY)),
        more => Err(format!("it exports `{}` {more} times", elf::ENTRY)),
    }
}

pub(super) fn exports(suite: &mut Suite<'_>) -> Checked {
    let later: Vec<&String> = suite.file.later_entries().collect();
    let others: Vec<&str> =
        suite.file.others.iter().filter(|name| !later.contains(name)).map(String::as_str).collect();
    if others.is_empty() {
        return passed("");
    }
    let named = others.get(..others.len().min(SYMBOLS_MAX)).unwrap_or_default().join(", ");
    warned(format!(
        "{} more exported: {named}; make them static, or link with -fvisibility=hidden",
        others.len()
    ))
}

pub(super) fn hardening(suite: &mut Suite<'_>) -> Checked {
    let mut said = Vec::new();
    if suite.file.text_relocations {
        said.push("its code is changed while it is loaded; compile with -fPIC");
    }
    if suite.file.executable_stack {
        said.push("it asks for an executable stack; link with -z noexecstack");
    }
    if said.is_empty() { passed("") } else { warned(said.join("; ")) }
}

/// The name in the host's refusal, which names both sides.
fn said_name(reason: &str) -> Option<String> {
    let rest = reason.strip_prefix("the library says it is `")?;
    let (name, _) = rest.rsplit_once("`, it is admitted as `")?;
    Some(name.to_owned())
}

pub(super) fn loads(suite: &mut Suite<'_>) -> Checked {
    suite.name = NAMELESS.to_owned();
    let spec = suite.spec();
    match Bench::start(spec) {
        Err(StartError::Refused { code: RefusalCode::Name, reason, .. }) => {
            suite.name = said_name(&reason).ok_or(reason)?;
            passed("")
        }
        Err(StartError::Refused { reason, .. } | StartError::NotReady { reason, .. }) => {
            Err(reason)
        }
        Err(error) => Err(error.to_string()),
        // It really is called that.
        Ok(_) => passed(""),
    }
}

pub(super) fn name(suite: &mut Suite<'_>) -> Checked {
    let name = &suite.name;
    let usable = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !usable {
        return Err(format!("`{name}`: a name has 1 to 64 of a-z, 0-9 and -"));
    }
    match &suite.options.name {
        Some(admitted) if admitted != name => {
            Err(format!("the library says `{name}`, it is to be admitted as `{admitted}`"))
        }
        _ => passed(format!("`{name}`")),
    }
}

pub(super) fn creates(suite: &mut Suite<'_>) -> Checked {
    let spec = suite.spec();
    let bench = Bench::start(spec).map_err(|error| match error {
        StartError::Refused { code: RefusalCode::Create, .. }
            if suite.options.settings.is_null() =>
        {
            format!("{error}; {WITHOUT_SETTINGS}")
        }
        error => error.to_string(),
    })?;
    suite.abi = bench.health().abi;
    if let Some(abi) = &suite.abi {
        suite.sample.department.clone_from(&abi.department);
    }
    let first = bench.started_in;
    let bench = bench.stop_and_start()?.kill_and_start()?;
    let again = bench.started_in;
    passed(format!("ready after {} ms, again after {} ms", first.as_millis(), again.as_millis()))
}

pub(super) fn describes(suite: &mut Suite<'_>) -> Checked {
    let abi = suite.abi.as_ref().ok_or("the library says nothing about itself")?;
    let empty: Vec<&str> = [("version", &abi.version), ("department", &abi.department)]
        .into_iter()
        .filter(|(_, text)| text.trim().is_empty())
        .map(|(field, _)| field)
        .collect();
    if !empty.is_empty() {
        return Err(format!("{} not given", empty.join(" and ")));
    }
    passed(format!("{}, {}", abi.version, abi.department))
}

pub(super) fn hooks(suite: &mut Suite<'_>) -> Checked {
    let abi = suite.abi.as_ref().ok_or("the library says nothing about itself")?;
    let offered = |hook: &Hook| abi.hooks.iter().any(|own| own == hook.as_str());
    let names =
        |hooks: Vec<Hook>| hooks.iter().map(|own| own.as_str()).collect::<Vec<_>>().join(", ");
    let missing: Vec<Hook> = REQUIRED.into_iter().filter(|hook| !offered(hook)).collect();
    if !missing.is_empty() {
        return Err(format!("{} missing", names(missing)));
    }
    let left = [Hook::Classified, Hook::Query].into_iter().filter(|hook| !offered(hook)).collect();
    let left = names(left);
    passed(if left.is_empty() { left } else { format!("without {left}, which is allowed") })
}

pub(super) fn settings(suite: &mut Suite<'_>) -> Checked {
    let mut accepted = Vec::new();
    for bad in suite.bad_settings() {
        let mut spec = suite.spec();
        let text = bad.to_string();
        spec.config = bad;
        match Bench::start(spec) {
            Ok(_) => accepted.push(text),
            Err(StartError::Refused { code: RefusalCode::Create, .. }) => {}
            Err(error) => return Err(format!("with the settings {text}: {error}")),
        }
    }
    if accepted.is_empty() {
        return passed("");
    }
    warned(format!(
        "accepted as settings: {}; an operator's slip would not be noticed",
        accepted.join(", ")
    ))
}

pub(super) fn logs(suite: &mut Suite<'_>) -> Checked {
    match suite.watch.found() {
        Ok(None) => passed(""),
        Ok(Some(line)) => warned(format!("logged: {line}")),
        Err(reason) => Ok((Verdict::Skipped, reason.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::said_name;

    #[test]
    fn the_name_is_read_from_the_refusal_whatever_it_holds() {
        let said = |reason| said_name(reason);
        assert_eq!(
            said("the library says it is `market`, it is admitted as `x`"),
            Some("market".into())
        );
        assert_eq!(
            said("the library says it is `a`b c`, it is admitted as `x`"),
            Some("a`b c".into())
        );
        assert_eq!(said("something else"), None);
    }
}
