//! The plugins of departments: which are admitted, and how they are reached.
//!
//! `plugins.toml` pins each library by SHA-256 and grants it measures of one department. What is
//! deployed stands in the log (`plugin.deployed`), and what runs no more (`plugin.retired`); this
//! file only starts and asks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shouxin_core::row::PluginRow;
use shouxin_plugin_host::{
    Call, Completion, Hook, Isolation, Limits, Mode, Outcome, Plugin, PluginSpec,
};
use tokio::sync::{mpsc, oneshot};

/// Tickets from here on belong to queries; below, to the dispatcher.
const QUERY_TICKETS: u64 = 1 << 62;

/// `plugins.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginsFile {
    /// One entry a plugin.
    #[serde(default, rename = "plugin")]
    pub plugins: Vec<PluginGrant>,
}

/// One admitted plugin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginGrant {
    /// Its name; the library says the same.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The library, relative to this file or absolute.
    pub library: PathBuf,
    /// SHA-256 the library must have, hexadecimal.
    pub sha256: String,
    /// The department it works for.
    pub department: String,
    /// Measures it carries out.
    pub measures: Vec<String>,
    /// Attempts of one execution before a person has to look.
    #[serde(default = "attempts")]
    pub attempts_max: u32,
    /// First wait between attempts is random between 0 and this.
    #[serde(default = "retry_base_ms")]
    pub retry_base_ms: u64,
    /// `process` (default) or `in-process`.
    #[serde(default = "isolation")]
    pub isolation: Isolation,
    /// Bounds of the child.
    #[serde(default)]
    pub limits: Limits,
    /// What reaches the plugin as its settings.
    #[serde(default = "no_settings")]
    pub settings: toml::Table,
}

fn attempts() -> u32 {
    12
}

fn retry_base_ms() -> u64 {
    1000
}

fn isolation() -> Isolation {
    Isolation::Process
}

fn no_settings() -> toml::Table {
    toml::Table::new()
}

/// Why a plugin cannot be admitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdmissionError {
    /// The file cannot be read or does not parse.
    #[error("{file}: {problem}")]
    File {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The library is not the one that was admitted.
    #[error(
        "plugin {name}: the library {library} has SHA-256 {found}, admitted is {admitted}; admit \
         the new one in plugins.toml, or put the admitted one back"
    )]
    Hash {
        /// Plugin.
        name: String,
        /// Library.
        library: PathBuf,
        /// Found.
        found: String,
        /// Admitted.
        admitted: String,
    },
    /// The plugin does not start.
    #[error("plugin {name}: {problem}")]
    Start {
        /// Plugin.
        name: String,
        /// What is wrong.
        problem: String,
    },
}

/// SHA-256 of a file, as `plugins.toml` has it.
pub fn library_sha256(path: &Path) -> Result<[u8; 32], AdmissionError> {
    let bytes = std::fs::read(path).map_err(|error| AdmissionError::File {
        file: path.to_owned(),
        problem: error.to_string(),
    })?;
    Ok(Sha256::digest(&bytes).into())
}

impl PluginsFile {
    /// Reads `plugins.toml`; libraries are relative to its folder.
    pub fn read(path: &Path) -> Result<PluginsFile, AdmissionError> {
        let error = |problem: String| AdmissionError::File { file: path.to_owned(), problem };
        let text = std::fs::read_to_string(path).map_err(|found| error(found.to_string()))?;
        let mut file: PluginsFile =
            toml::from_str(&text).map_err(|found| error(found.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        for grant in &mut file.plugins {
            grant.library = folder.join(&grant.library);
        }
        Ok(file)
    }
}

impl PluginGrant {
    /// The admitted hash, checked against the library.
    pub fn admit(&self) -> Result<[u8; 32], AdmissionError> {
        let found = library_sha256(&self.library)?;
        let admitted = self.sha256.to_ascii_lowercase();
        if HEXLOWER.encode(&found) == admitted {
            return Ok(found);
        }
        Err(AdmissionError::Hash {
            name: self.name.clone(),
            library: self.library.clone(),
            found: HEXLOWER.encode(&found),
            admitted,
        })
    }
}

/// A running plugin with its grant.
pub struct Running {
    /// Grant.
    pub grant: PluginGrant,
    /// Handle.
    pub plugin: Plugin,
}

type Queries = Arc<Mutex<BTreeMap<u64, oneshot::Sender<Result<Value, String>>>>>;

/// Every plugin of this server.
pub struct Plugins {
    running: BTreeMap<String, Running>,
    queries: Queries,
    next_query: AtomicU64,
}

/// A completion with the plugin it came from.
#[derive(Debug)]
pub struct Done {
    /// Plugin.
    pub plugin: String,
    /// Completion.
    pub completion: Completion,
}

impl Plugins {
    /// Starts every admitted plugin. Completions of the dispatcher's calls go to `done`, which is
    /// bounded by what is in flight.
    pub fn start(
        grants: &[PluginGrant],
        data: &Path,
        host: (PathBuf, Vec<String>),
        done: &mpsc::UnboundedSender<Done>,
    ) -> Result<Plugins, AdmissionError> {
        let queries: Queries = Arc::default();
        let mut running = BTreeMap::new();
        for grant in grants {
            let start =
                |problem: String| AdmissionError::Start { name: grant.name.clone(), problem };
            let spec = PluginSpec {
                name: grant.name.clone(),
                library: grant.library.clone(),
                sha256: grant.admit()?,
                data_dir: data.join("plugin-data").join(&grant.name),
                config: serde_json::to_value(&grant.settings).map_err(|e| start(e.to_string()))?,
                mode: Mode::Live,
                connect: Vec::new(),
                isolation: grant.isolation,
                limits: grant.limits.clone(),
                host_program: host.0.clone(),
                host_args: host.1.clone(),
            };
            let (queries, done, name) = (queries.clone(), done.clone(), grant.name.clone());
            let deliver = move |completion: Completion| {
                if completion.ticket >= QUERY_TICKETS {
                    answer(&queries, completion);
                } else if done.send(Done { plugin: name.clone(), completion }).is_err() {
                    tracing::debug!("a completion came after the dispatcher had stopped");
                }
            };
            let plugin =
                Plugin::start(spec, Box::new(deliver)).map_err(|e| start(e.to_string()))?;
            running.insert(grant.name.clone(), Running { grant: grant.clone(), plugin });
        }
        Ok(Plugins { running, queries, next_query: AtomicU64::new(QUERY_TICKETS) })
    }

    /// A plugin by name.
    pub fn get(&self, name: &str) -> Option<&Running> {
        self.running.get(name)
    }

    /// Every plugin, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Running)> {
        self.running.iter()
    }

    /// The department a plugin works for.
    pub fn department(&self, name: &str) -> Option<String> {
        self.running.get(name).map(|running| running.grant.department.clone())
    }

    /// State of each plugin.
    pub fn health(&self) -> Vec<Value> {
        self.running
            .iter()
            .map(|(name, running)| {
                let health = running.plugin.health();
                json!({
                    "name": name,
                    "version": running.grant.version,
                    "department": running.grant.department,
                    "measures": running.grant.measures,
                    "sha256": running.grant.sha256,
                    "state": format!("{:?}", health.state).to_lowercase(),
                    "restarts": health.restarts,
                    "in_flight": health.in_flight,
                    "last_error": health.last_error,
                })
            })
            .collect()
    }

    /// Asks a plugin's own store.
    pub async fn query(&self, name: &str, question: Value) -> Result<Value, String> {
        let running = self.running.get(name).ok_or("no such plugin")?;
        let ticket = self.next_query.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        if let Ok(mut queries) = self.queries.lock() {
            queries.insert(ticket, reply);
        }
        let body = question.to_string().into_bytes();
        if let Err(error) = running.plugin.submit(Call { ticket, hook: Hook::Query, body }) {
            if let Ok(mut queries) = self.queries.lock() {
                queries.remove(&ticket);
            }
            return Err(error.to_string());
        }
        answer.await.unwrap_or_else(|_| Err("the plugin was stopped".to_owned()))
    }

    /// Stops every plugin, letting calls in flight finish for so long.
    pub fn stop(self, drain_ms: u64) {
        for (_, running) in self.running {
            running.plugin.stop(drain_ms);
        }
    }
}

/// What the register retired, beside the plugins that are shown already.
pub fn retired(rows: &[PluginRow], shown: &[Value]) -> Vec<Value> {
    let new = |row: &&PluginRow| shown.iter().all(|own| own["name"] != row.name.as_str());
    let rows = rows.iter().filter(new).filter_map(|row| Some((row, row.retired?)));
    rows.map(|(row, at)| {
        json!({
            "name": row.name,
            "version": row.version,
            "department": row.department,
            "measures": row.measures,
            "sha256": HEXLOWER.encode(&row.sha256),
            "state": "retired",
            "retired_at": at.to_string(),
        })
    })
    .collect()
}

fn answer(queries: &Queries, completion: Completion) {
    let reply = queries.lock().ok().and_then(|mut own| own.remove(&completion.ticket));
    let result = match completion.outcome {
        Outcome::Queried(value) => Ok(value),
        Outcome::Failed { kind, detail } => Err(format!("{}: {detail}", kind.as_str())),
        Outcome::Answered(_) => Err("the plugin answered something else".to_owned()),
    };
    if let Some(reply) = reply {
        // Whoever asked may have gone away.
        let _gone = reply.send(result);
    }
}
