//! What runs when the server starts: what the log says is deployed, as far as it is admitted still.

use serde_json::{Value, json};
use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::event::plugin::Admission;
use shouxin_core::row::{Key, PluginRow, Row, ShadowRow};
use shouxin_plugin_admission::Trust;

use crate::engine::query::Query;
use crate::engine::{Engine, EngineError, Request};
use crate::plugins::file::{PluginGrant, PluginsFile};
use crate::plugins::library::Libraries;
use crate::plugins::{AdmissionError, Candidate, Plugins};

/// Why the server does not start at all: the engine, never a plugin.
type Fatal = EngineError;

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
async fn retire(engine: &Engine, running: Vec<String>) -> Result<(), Fatal> {
    let command = Command::RetirePlugins { running };
    engine.submit(Request::internal(Actor::Operator, "plugins.retire", command)).await?;
    Ok(())
}

/// Starts what is deployed and what development pins. A plugin that may not run, or does not start,
/// is left out, shown as refused and retired; the server goes on without it.
///
/// # Errors
/// The engine takes no commands.
pub async fn start(
    engine: &Engine,
    plugins: &Plugins,
    libraries: &Libraries,
    file: &PluginsFile,
) -> Result<(), Fatal> {
    let trust = file.trust().unwrap_or_else(|error| {
        // The file was checked when it was read; one that is made by hand trusts nobody.
        tracing::error!(%error, "nobody is trusted");
        Trust::default()
    });
    let (deployed, shadows) = rows(engine).map_err(EngineError::Defect)?;
    let mut candidates = Vec::new();
    for grant in file.plugins.iter().filter(|grant| grant.library.is_some()) {
        match pinned(file, grant, libraries) {
            Ok(candidate) => candidates.push(candidate),
            Err(error) => plugins.refuse(&grant.name, shown(grant, &error.to_string())),
        }
    }
    for row in deployed.iter().filter(|row| row.retired.is_none()) {
        if candidates.iter().any(|own: &Candidate| own.name == row.name)
            || file.grant(&row.name).is_some_and(|grant| grant.library.is_some())
        {
            continue;
        }
        let found =
            Candidate::deployed(file, &trust, libraries, &row.name, &row.version, row.sha256);
        match found {
            Ok(candidate) => candidates.push(candidate),
            Err(error) => refuse_row(plugins, row, &error),
        }
    }
    // What is not admitted any more makes room first, so that another may take its measures on.
    retire(engine, candidates.iter().map(|own| own.name.clone()).collect()).await?;
    for candidate in candidates {
        let (name, unsigned) = (candidate.name.clone(), candidate.admission == Admission::Unsigned);
        // What a manifest admitted stands in the log as it is; what development pins may be new.
        if unsigned && let Err(error) = engine.submit(deploy(&candidate)).await {
            let EngineError::Refused(refusal) = error else {
                return Err(error);
            };
            let why = format!("{}; {}", refusal.detail, refusal.cure);
            plugins.refuse(&name, shown(&candidate.grant, &why));
            continue;
        }
        let grant = candidate.grant.clone();
        if let Err(error) = plugins.start_live(candidate) {
            plugins.refuse(&name, shown(&grant, &error.to_string()));
        }
    }
    let running = plugins.all().iter().map(|own| own.candidate.name.clone()).collect();
    retire(engine, running).await?;
    for row in shadows {
        let started = Candidate::deployed(
            file,
            &trust,
            libraries,
            &row.name,
            &row.own.version,
            row.own.sha256,
        )
        .and_then(|candidate| plugins.start_shadow(candidate));
        if let Err(error) = started {
            tracing::error!(plugin = %row.name, %error, "影子版本未启动 / the shadow does not run");
        }
    }
    Ok(())
}

/// The library that an entry pins for development, kept like every other.
fn pinned(
    file: &PluginsFile,
    grant: &PluginGrant,
    libraries: &Libraries,
) -> Result<Candidate, AdmissionError> {
    let Some(pinned) = grant.pinned()? else {
        return Candidate::unsigned(file, libraries.path(&[0; 32]), [0; 32], &grant.name, "");
    };
    let candidate =
        Candidate::unsigned(file, pinned.library, pinned.sha256, &grant.name, &pinned.version)?;
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

fn refuse_row(plugins: &Plugins, row: &PluginRow, error: &AdmissionError) {
    let shown = json!({
        "name": row.name,
        "version": row.version,
        "department": row.department,
        "measures": row.measures,
        "sha256": data_encoding::HEXLOWER.encode(&row.sha256),
        "state": "refused",
        "last_error": error.to_string(),
    });
    plugins.refuse(&row.name, shown);
}
