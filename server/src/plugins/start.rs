//! What runs when the server starts: what the log says is deployed, as far as it is admitted still.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};
use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::event::plugin::Admission;
use shouxin_core::row::{Key, PluginRow, Row, ShadowRow};
use shouxin_plugin_admission::Trust;

use crate::app::StartError;
use crate::engine::query::Query;
use crate::engine::{Engine, EngineError, Request};
use crate::plugins::file::{Pinned, PluginGrant, PluginsFile};
use crate::plugins::library::Libraries;
use crate::plugins::pins::Pins;
use crate::plugins::{AdmissionError, Candidate, Plugins};

fn shown(grant: &PluginGrant, why: &str) -> Value {
    json!({
        "name": grant.name,
        "version": grant.version,
        "department": grant.department,
        "measures": grant.measures,
        "sha256": grant.sha256,
        "state": "refused",
        "last_error": why,
    })
}

/// The deployed plugins and shadows, as the view has them.
///
/// # Errors
/// The view cannot be read.
pub(super) fn rows(engine: &Engine) -> Result<(Vec<PluginRow>, Vec<ShadowRow>), String> {
    let query = Query::new(engine.view.read());
    let plugins = match query.row(&Key::Plugins).map_err(|error| error.to_string())? {
        Some(Row::Plugins(rows)) => rows,
        _ => Vec::new(),
    };
    let shadows = match query.row(&Key::Shadows).map_err(|error| error.to_string())? {
        Some(Row::Shadows(rows)) => rows,
        _ => Vec::new(),
    };
    Ok((plugins, shadows))
}

/// Says of every deployed plugin but these that it runs no more: what went to it is then done by
/// hand, and another may take its place.
async fn retire(engine: &Engine, running: Vec<String>) -> Result<(), EngineError> {
    let command = Command::RetirePlugins { running };
    engine.submit(Request::internal(Actor::Operator, "plugins.retire", command)).await?;
    Ok(())
}

/// As many start at the same time.
const STARTS_MAX: usize = 8;

/// Does each piece of work on one of a few threads, so that one that hangs does not hold up the rest.
fn each<T: Send>(work: Vec<T>, start: impl Fn(T) + Sync) {
    let threads = work.len().min(STARTS_MAX);
    let work = Mutex::new(work.into_iter());
    let next = || work.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(own) = next() {
                    start(own);
                }
            });
        }
    });
}

/// Starts what is deployed and what development pins. A plugin that is not admitted any more is left
/// out, shown as refused and retired; one that does not start stays deployed, is shown with the
/// reason and tried again. The server goes on without either.
///
/// # Errors
/// The engine takes no commands, or `plugins.toml` is not there though plugins are deployed.
pub async fn start(
    engine: &Engine,
    plugins: &Plugins,
    libraries: &Libraries,
    file: &PluginsFile,
) -> Result<(), StartError> {
    let trust = file.trust()?;
    file.fits(&engine.rules)?;
    let (known, shadows) = rows(engine).map_err(EngineError::Defect)?;
    let deployed: Vec<PluginRow> =
        known.iter().filter(|row| row.retired.is_none()).cloned().collect();
    file.stands(!deployed.is_empty() || !shadows.is_empty())?;
    plugins.sweep(&shadows.iter().map(|row| row.name.clone()).collect());
    let mut candidates = Vec::new();
    let mut pins = Pins::of(libraries.folder());
    // Where the entry itself says what is to run, and where that may not.
    let (mut by_entry, mut lost) = (BTreeSet::new(), BTreeSet::new());
    for grant in file.plugins.iter().filter(|grant| grant.library.is_some()) {
        let row = known.iter().find(|row| row.name == grant.name);
        if pins.overruled(grant, row) {
            continue;
        }
        by_entry.insert(grant.name.clone());
        match pinned(file, &trust, grant, libraries) {
            Ok(candidate) => candidates.push(candidate),
            Err(error) => {
                lost.insert(grant.name.clone());
                plugins.refuse(&grant.name, shown(grant, &error.to_string()));
            }
        }
    }
    let mut stay = Vec::new();
    for row in deployed.iter().filter(|row| !by_entry.contains(&row.name)) {
        match Candidate::deployed(file, &trust, libraries, &row.name, &row.live()) {
            Ok(candidate) => candidates.push(candidate),
            Err(error) => {
                if error.may_pass() {
                    stay.push(row.name.clone());
                    plugins.tries.failed(&row.name, Instant::now());
                } else {
                    lost.insert(row.name.clone());
                }
                plugins.refuse(&row.name, refused(row, &error.to_string()));
            }
        }
    }
    // What lost its right, or its pin, is new once it has it again.
    let pins_one = |name: &str| file.grant(name).is_some_and(|grant| grant.library.is_some());
    pins.keep(|name| pins_one(name) && !lost.contains(name));
    // What is not admitted any more makes room first, so that another may take its measures on.
    let admitted = candidates.iter().map(|own| own.name.clone());
    retire(engine, stay.iter().cloned().chain(admitted).collect()).await?;
    let mut starting = Vec::new();
    for candidate in candidates {
        // What a manifest admitted stands in the log as it is; what development pins may be new.
        let unsigned = candidate.admission == Admission::Unsigned;
        if unsigned && let Err(error) = engine.submit(deploy(&candidate)).await {
            let EngineError::Refused(refusal) = error else {
                return Err(error.into());
            };
            let why = format!("{}; {}", refusal.detail, refusal.cure);
            plugins.refuse(&candidate.name, shown(&candidate.grant, &why));
            continue;
        }
        if by_entry.contains(&candidate.name) {
            pins.deployed(&candidate.grant);
        }
        stay.push(candidate.name.clone());
        starting.push(candidate);
    }
    each(starting, |candidate| {
        let (name, version) = (candidate.name.clone(), candidate.version.clone());
        let grant = PluginGrant { version: Some(version), ..candidate.grant.clone() };
        if let Err(error) = plugins.start_live(candidate) {
            plugins.refuse(&name, shown(&grant, &error.to_string()));
            plugins.tries.failed(&name, Instant::now());
        }
    });
    pins.close();
    retire(engine, stay).await?;
    each(shadows, |row| {
        match Candidate::deployed(file, &trust, libraries, &row.name, &row.own) {
            Ok(candidate) => {
                // Where it does not start that is shown with the reason.
                let _refused = plugins.start_shadow(candidate);
            }
            Err(error) => plugins.shadow_refused(&row.name, &error),
        }
    });
    sweep(engine, libraries).map_err(EngineError::Defect)?;
    Ok(())
}

/// Removes the libraries and manifests that no row names.
///
/// # Errors
/// The view cannot be read; nothing is removed then.
pub(super) fn sweep(engine: &Engine, libraries: &Libraries) -> Result<(), String> {
    let (plugins, shadows) = rows(engine)?;
    let live = plugins.iter().flat_map(|row| [Some(row.live()), row.earlier.clone()]).flatten();
    let mut named = BTreeSet::new();
    for own in live.chain(shadows.into_iter().map(|row| row.own)) {
        named.insert(own.sha256);
        if let Admission::Signed { manifest_sha256, .. } = own.admission {
            named.insert(manifest_sha256);
        }
    }
    libraries.sweep(&named);
    Ok(())
}

/// The library that an entry pins for development, kept like every other.
fn pinned(
    file: &PluginsFile,
    trust: &Trust,
    grant: &PluginGrant,
    libraries: &Libraries,
) -> Result<Candidate, AdmissionError> {
    let Some(pinned) = grant.pinned()? else {
        let nothing = libraries.path(&[0; 32]);
        return Candidate::unsigned(file, trust, nothing, [0; 32], &grant.name, "");
    };
    let Pinned { library, sha256, version } = pinned;
    let candidate = Candidate::unsigned(file, trust, library, sha256, &grant.name, &version)?;
    let bytes = super::library::read_library(&candidate.library)?;
    let sha256 = libraries.keep(&bytes, None)?;
    Ok(Candidate { library: libraries.path(&sha256), sha256, ..candidate })
}

/// The command that puts a version on record.
pub(super) fn deploy(candidate: &Candidate) -> Request {
    let command = Command::DeployPlugin {
        name: candidate.name.clone(),
        version: candidate.version.clone(),
        sha256: candidate.sha256,
        department: candidate.grant.department.clone(),
        measures: candidate.measures.clone(),
        admission: candidate.admission.clone(),
    };
    Request::internal(Actor::Operator, "plugins.deploy", command)
}

/// What is shown of a deployed plugin that does not run.
pub(super) fn refused(row: &PluginRow, why: &str) -> Value {
    json!({
        "name": row.name,
        "version": row.version,
        "department": row.department,
        "measures": row.measures,
        "sha256": data_encoding::HEXLOWER.encode(&row.sha256),
        "state": "refused",
        "last_error": why,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Each waits for all of them: one after the other, none would ever go on.
    #[test]
    fn as_many_as_may_start_at_the_same_time_and_the_rest_follows() {
        let (all, done) = (Barrier::new(STARTS_MAX), AtomicUsize::new(0));
        each((0..STARTS_MAX * 2).collect(), |_| {
            all.wait();
            done.fetch_add(1, Ordering::SeqCst);
        });
        assert_eq!(done.into_inner(), STARTS_MAX * 2);
        each(Vec::<u8>::new(), |_| ());
    }
}
