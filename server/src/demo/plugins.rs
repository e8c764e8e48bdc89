//! The demonstration's plugins: signed with a key made for the occasion, and deployed as an operator
//! deploys them.

use std::path::{Path, PathBuf};

use shouxin_plugin_admission::{Draft, KeyPair, TrustKey, generate, sign};

use crate::app::StartError;
use crate::engine::Engine;
use crate::plugins::{Life, PluginGrant, PluginsFile, Step, library_sha256};

/// Name and version of a plugin, its department and measures.
type Department = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// The version of those that are built with this program.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// The departments that the story calls.
const PLUGINS: &[Department] = &[
    ("approval", OURS, "approval", &["M-A01", "I05", "I06", "I07"]),
    ("procurement", OURS, "procurement", &["M-A17"]),
    ("market", OURS, "market", &["M-A27", "I18", "I19"]),
];

/// Departments beside them, deployed where their libraries were built: the second is made by `make`, not
/// by cargo.
const BESIDE: &[Department] = &[
    ("fiscal", OURS, "finance", &["M-A12", "M-A13", "I08"]),
    ("housing", "1.0.0", "housing", &["M-A16", "M-A18"]),
];

/// Days on which any story is told.
const VALID: (&str, &str) = ("2020-01-01", "2099-12-31");

struct Found {
    grant: PluginGrant,
    version: &'static str,
    library: PathBuf,
}

/// What is granted, and the key that signs.
pub(super) struct Departments {
    key: KeyPair,
    found: Vec<Found>,
}

fn cannot(error: impl std::fmt::Display) -> StartError {
    StartError::Purpose(error.to_string())
}

/// The file that a plugin is built to.
fn file_name(name: &str) -> String {
    format!("libshouxin_plugin_{name}.so")
}

/// Where a plugin was built: beside this program, or below it where cargo puts what tests load.
fn library(name: &str) -> Result<Option<PathBuf>, StartError> {
    let exe = std::env::current_exe()
        .map_err(|source| StartError::Io { doing: "finding this program".to_owned(), source })?;
    let folder = exe.parent().unwrap_or(Path::new("."));
    let file = file_name(name);
    let beside = [folder.join(&file), folder.join("deps").join(&file)];
    Ok(beside.into_iter().find(|path| path.exists()))
}

/// The grant of a demonstration: everything that the plugin carries out, and short waits.
fn grant(name: &str, department: &str, measures: &[&str]) -> Result<PluginGrant, StartError> {
    let text = format!(
        "name = {name:?}\ndepartment = {department:?}\nmeasures = {measures:?}\nretry_base_ms = 50\n"
    );
    toml::from_str(&text).map_err(cannot)
}

impl Departments {
    /// Finds the libraries and makes a key.
    pub(super) fn prepare() -> Result<Departments, StartError> {
        let mut found = Vec::new();
        for (name, version, department, measures) in PLUGINS {
            let library = library(name)?.ok_or_else(|| {
                let file = file_name(name);
                cannot(format!(
                    "缺少插件 {file}：请用 make demo 构建 / build the plugins with `make demo`"
                ))
            })?;
            found.push(Found { grant: grant(name, department, measures)?, version, library });
        }
        for (name, version, department, measures) in BESIDE {
            match library(name)? {
                Some(library) => {
                    found.push(Found {
                        grant: grant(name, department, measures)?,
                        version,
                        library,
                    });
                }
                None => println!("  插件 / plugin {name:<12} 未构建，略过 / not built, left out"),
            }
        }
        Ok(Departments { key: generate("demo").map_err(cannot)?, found })
    }

    /// What an operator would have in `plugins.toml`.
    pub(super) fn file(&self) -> PluginsFile {
        let trust = self.found.iter().map(|own| TrustKey {
            department: own.grant.department.clone(),
            keys: vec![self.key.public.clone()],
        });
        PluginsFile {
            trust: trust.collect(),
            plugins: self.found.iter().map(|own| own.grant.clone()).collect(),
            ..PluginsFile::default()
        }
    }

    /// Signs each library and deploys it; the manifests are left in `folder`.
    pub(super) fn deploy(
        &self,
        life: &Life,
        engine: &Engine,
        folder: &Path,
    ) -> Result<(), StartError> {
        let io = |source| StartError::Io { doing: format!("writing {}", folder.display()), source };
        std::fs::create_dir_all(folder).map_err(io)?;
        for Found { grant, version, library } in &self.found {
            let draft = Draft {
                name: grant.name.clone(),
                version: (*version).to_owned(),
                department: grant.department.clone(),
                measures: grant.measures.clone(),
                valid_from: VALID.0.parse().map_err(cannot)?,
                valid_until: VALID.1.parse().map_err(cannot)?,
            };
            let sha256 = library_sha256(library).map_err(cannot)?;
            let manifest = draft.of(sha256, (1, 1)).map_err(cannot)?;
            let note = sign(&manifest, &self.key.private).map_err(cannot)?;
            let path = folder.join(format!("{}.manifest", grant.name));
            std::fs::write(&path, note).map_err(io)?;
            let step = Step::Deploy {
                library: library.clone(),
                manifest: Some(path),
                name: None,
                shadow: false,
            };
            let done = life.step(step, engine);
            done.map_err(|refused| cannot(format!("{}: {}", grant.name, refused.text)))?;
            println!("  插件 / plugin {:<12} 已签署并部署 / signed and deployed", grant.name);
        }
        Ok(())
    }
}
