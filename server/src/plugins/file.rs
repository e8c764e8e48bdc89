//! `plugins.toml`: whom the operator trusts to sign, what was revoked, and what each plugin may do.
//!
//! It grants; it deploys nothing. What is deployed stands in the log (`shouxin plugin deploy`).

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::Deserialize;
use shouxin_core::rules::RuleSet;
use shouxin_plugin_admission::{Revoked, Trust, TrustError, TrustKey};
use shouxin_plugin_host::{Isolation, Limits};

use crate::plugins::AdmissionError;
use crate::plugins::library::sha256_of;

/// `plugins.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginsFile {
    /// For development only: entries that pin a library are run without a signature, and `deploy`
    /// takes one without a manifest. `/healthz` says so for as long as it is set, and one runs by it.
    #[serde(default)]
    pub development_unsigned: bool,
    /// Keys by department.
    #[serde(default)]
    pub trust: Vec<TrustKey>,
    /// Libraries and keys that count no more.
    #[serde(default)]
    pub revoked: Vec<Revoked>,
    /// One entry a plugin.
    #[serde(default, rename = "plugin")]
    pub plugins: Vec<PluginGrant>,
    /// Where it was read from, to be read again before each step of a plugin's life.
    #[serde(skip)]
    pub path: Option<PathBuf>,
    /// It was to be read from there, and is not there.
    #[serde(skip)]
    pub missing: bool,
}

/// What one plugin may do, and its bounds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginGrant {
    /// Its name; library and manifest say the same.
    pub name: String,
    /// The department it works for.
    pub department: String,
    /// Measures it may carry out; a manifest names all or some of them.
    pub measures: Vec<String>,
    /// Each `host:port` it may reach; nothing else of the network exists for it.
    #[serde(default)]
    pub connect: Vec<String>,
    /// What it gets beyond the cases themselves. By default the names of organisations.
    #[serde(default = "fields")]
    pub fields: Vec<GrantedField>,
    /// Attempts of one execution before a person has to look.
    #[serde(default = "attempts")]
    pub attempts_max: u32,
    /// First wait between attempts is random between 0 and this, in ms.
    #[serde(default = "retry_base_ms")]
    pub retry_base_ms: u64,
    /// `process` (default) or `in-process`.
    #[serde(default = "isolation")]
    pub isolation: Isolation,
    /// Bounds of the child.
    #[serde(default)]
    pub limits: Limits,
    /// What reaches the plugin as its settings.
    #[serde(default)]
    pub settings: toml::Table,
    /// Development only, the three together: a library that is run as it is, relative to this file.
    pub library: Option<PathBuf>,
    /// SHA-256 of that library, hexadecimal.
    pub sha256: Option<String>,
    /// Version of that library.
    pub version: Option<String>,
}

/// A field that a plugin is granted beyond the cases of its department.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantedField {
    /// The names of organisations, in cases and classifications. Names of persons are given to nobody.
    SubjectName,
    /// What is in force for natural persons, as information. Without it a plugin hears of persons in the
    /// cases that its officers order, and nowhere else.
    PersonsClassified,
}

/// A library that an entry pins for development.
#[derive(Clone, Debug)]
pub struct Pinned {
    /// Where it lies.
    pub library: PathBuf,
    /// Its hash as found.
    pub sha256: [u8; 32],
    /// Its version.
    pub version: String,
}

fn attempts() -> u32 {
    12
}

fn fields() -> Vec<GrantedField> {
    vec![GrantedField::SubjectName]
}

fn retry_base_ms() -> u64 {
    1000
}

fn isolation() -> Isolation {
    Isolation::Process
}

impl PluginsFile {
    /// Reads `plugins.toml`; libraries are relative to its folder. A missing file grants nothing.
    ///
    /// # Errors
    /// It cannot be read, does not parse, or an entry cannot be used.
    pub fn read(path: &Path) -> Result<PluginsFile, AdmissionError> {
        let error = |problem: String| AdmissionError::File { file: path.to_owned(), problem };
        let mut missing = false;
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(found) if found.kind() == std::io::ErrorKind::NotFound => {
                missing = true;
                String::new()
            }
            Err(found) => return Err(error(found.to_string())),
        };
        let mut file: PluginsFile =
            toml::from_str(&text).map_err(|found| error(found.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        for grant in &mut file.plugins {
            grant.library = grant.library.take().map(|library| folder.join(library));
            grant.check().map_err(&error)?;
        }
        let mut names: Vec<&str> = file.plugins.iter().map(|grant| grant.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair.first() == pair.last()) {
            return Err(error(format!("插件 {twice:?} 重复 / the plugin stands there twice")));
        }
        file.trust()?;
        (file.path, file.missing) = (Some(path.to_owned()), missing);
        Ok(file)
    }

    /// Grants of development, each with its library: for demonstrations and tests.
    pub fn unsigned(grants: Vec<PluginGrant>) -> PluginsFile {
        PluginsFile { development_unsigned: true, plugins: grants, ..PluginsFile::default() }
    }

    /// The same file as it stands now.
    ///
    /// # Errors
    /// As [`PluginsFile::read`].
    pub fn again(&self) -> Result<PluginsFile, AdmissionError> {
        match &self.path {
            Some(path) => PluginsFile::read(path),
            None => Ok(self.clone()),
        }
    }

    /// Whom it trusts, and what it revoked.
    ///
    /// # Errors
    /// An entry cannot be used.
    pub fn trust(&self) -> Result<Trust, AdmissionError> {
        Trust::new(&self.trust, &self.revoked).map_err(AdmissionError::Trust)
    }

    /// A department that `departments.toml` does not know is a slip of the pen, and would take the right
    /// from everything that was deployed for the one that is meant.
    ///
    /// # Errors
    /// The first entry of such a department.
    pub fn fits(&self, rules: &RuleSet) -> Result<(), AdmissionError> {
        let keys = (1..).zip(&self.trust).map(|(number, own)| (own.place(number), &own.department));
        let grants = self
            .plugins
            .iter()
            .map(|own| (format!("[[plugin]] {} ({})", own.name, own.department), &own.department));
        match keys.chain(grants).find(|(_, own)| rules.department(own).is_none()) {
            None => Ok(()),
            Some((place, _)) => Err(AdmissionError::Trust(TrustError {
                place,
                problem: "departments.toml 没有这个部门，请核对代码；本文件未生效 / departments.toml has no such \
                          department: check its code; nothing of this file holds"
                    .to_owned(),
            })),
        }
    }

    /// A file that is not there takes back the right of everything that is deployed, which nobody
    /// means who gives a wrong folder.
    ///
    /// # Errors
    /// It is not there, though something is deployed.
    pub fn stands(&self, deployed: bool) -> Result<(), AdmissionError> {
        match (&self.path, self.missing && deployed) {
            (Some(file), true) => Err(AdmissionError::File {
                file: file.clone(),
                problem: "文件不存在，但已部署有插件：请核对 --config；确要全部停用，请放一个空文件 / it is not \
                          there, and plugins are deployed: check --config; to retire them all put an empty file there"
                    .to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// What a plugin may do.
    pub fn grant(&self, name: &str) -> Option<&PluginGrant> {
        self.plugins.iter().find(|grant| grant.name == name)
    }
}

impl PluginGrant {
    /// What is wrong with it by itself.
    fn check(&self) -> Result<(), String> {
        let limits = &self.limits;
        let bounds = [
            ("attempts_max", self.attempts_max == 0),
            ("limits.deadline_ms", limits.deadline_ms == 0),
            ("limits.start_deadline_ms", limits.start_deadline_ms == 0),
            ("limits.in_flight_max", limits.in_flight_max == 0),
            ("limits.memory_bytes_max", limits.memory_bytes_max == 0),
            ("limits.open_files_max", limits.open_files_max == 0),
            ("limits.data_bytes_max", limits.data_bytes_max == 0),
            ("limits.data_files_max", limits.data_files_max == 0),
        ];
        // With none of it nothing could ever be done, and nobody would be told why.
        if let Some((field, _)) = bounds.iter().find(|(_, none)| *none) {
            return Err(format!("{}：{field} 不得为 0 / it may not be 0", self.name));
        }
        for address in &self.connect {
            let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
            if port.and_then(|(_, port)| port.parse::<u16>().ok()).is_none_or(|port| port == 0) {
                return Err(format!("{}: connect {address:?}: host:port", self.name));
            }
        }
        let pins = [self.library.is_some(), self.sha256.is_some(), self.version.is_some()];
        if pins.contains(&true) && pins.contains(&false) {
            let name = &self.name;
            return Err(format!(
                "{name}：library、sha256、version 须同时给出 / the three stand together or not at all"
            ));
        }
        Ok(())
    }

    /// The library it pins, with its hash checked; nothing where it pins none.
    ///
    /// # Errors
    /// The library cannot be read, or is not the one that is pinned.
    pub fn pinned(&self) -> Result<Option<Pinned>, AdmissionError> {
        let (Some(library), Some(pinned), Some(version)) =
            (&self.library, &self.sha256, &self.version)
        else {
            return Ok(None);
        };
        let found = sha256_of(library)?;
        let admitted = pinned.to_ascii_lowercase();
        if HEXLOWER.encode(&found) != admitted {
            return Err(AdmissionError::Hash {
                name: self.name.clone(),
                library: library.clone(),
                found: HEXLOWER.encode(&found),
                admitted,
            });
        }
        let (library, version) = (library.clone(), version.clone());
        Ok(Some(Pinned { library, sha256: found, version }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn a_bound_of_nothing_is_refused_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plugins.toml");
        let read = |more: &str| {
            let entry = "[[plugin]]\nname = \"one\"\ndepartment = \"market\"\nmeasures = []\n";
            std::fs::write(&path, format!("{entry}{more}\n")).unwrap();
            PluginsFile::read(&path)
        };
        assert!(read("").is_ok());
        assert!(read("attempts_max = 0").unwrap_err().to_string().contains("attempts_max"));
        for field in [
            "deadline_ms",
            "start_deadline_ms",
            "in_flight_max",
            "memory_bytes_max",
            "open_files_max",
            "data_bytes_max",
            "data_files_max",
        ] {
            assert!(read(&format!("[plugin.limits]\n{field} = 1")).is_ok(), "{field}");
            let error = read(&format!("[plugin.limits]\n{field} = 0")).unwrap_err().to_string();
            assert!(error.contains(&format!("limits.{field}")), "{error}");
        }
        // None at all is how this one is turned off.
        let off = read("[plugin.limits]\ndisk_free_bytes_min = 0").unwrap();
        assert_eq!(off.plugins.first().unwrap().limits.disk_free_bytes_min, 0);
    }

    #[test]
    fn a_missing_file_stands_where_nothing_is_deployed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plugins.toml");
        let missing = PluginsFile::read(&path).unwrap();
        assert!(missing.stands(false).is_ok());
        assert!(missing.stands(true).unwrap_err().to_string().contains("--config"));
        std::fs::write(&path, "").unwrap();
        assert!(missing.again().unwrap().stands(true).is_ok());
        assert!(PluginsFile::default().stands(true).is_ok());
    }
}
