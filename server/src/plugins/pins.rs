//! `plugins/pinned.json` in the data folder, for development alone: what the entries that pin a library
//! last brought in.
//!
//! A pinned library is deployed at a start where its entry changed, or was never deployed. Whoever has
//! since made another version live, or removed the plugin, meant it: the same entry does not undo that.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use shouxin_core::row::PluginRow;

use crate::plugins::file::PluginGrant;

/// What each entry last brought in, by plugin: the digest of what was deployed for it.
#[derive(Debug)]
pub(super) struct Pins {
    path: PathBuf,
    known: BTreeMap<String, String>,
    changed: bool,
}

/// What an entry brings in, as one digest; whatever else it says holds without a deployment.
fn digest(grant: &PluginGrant) -> String {
    let PluginGrant { department, measures, sha256, version, .. } = grant;
    let text = |own: &Option<String>| own.as_deref().unwrap_or_default().to_ascii_lowercase();
    let measures = measures.join(" ");
    let said = format!("{}\n{}\n{department}\n{measures}", text(sha256), text(version));
    HEXLOWER.encode(&Sha256::digest(said))
}

impl Pins {
    /// What was kept. Where nothing can be read nothing is known, and every entry counts as new.
    pub(super) fn of(libraries: &Path) -> Pins {
        let path = libraries.join("pinned.json");
        let known = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Pins { path, known: known.unwrap_or_default(), changed: false }
    }

    /// Whether this entry was deployed before, and an operator has put something else in its place.
    pub(super) fn overruled(&self, grant: &PluginGrant, row: Option<&PluginRow>) -> bool {
        let Some(row) = row else {
            return false;
        };
        let pinned = grant.sha256.as_deref().unwrap_or_default();
        let live = row.retired.is_none()
            && HEXLOWER.encode(&row.sha256) == pinned.to_ascii_lowercase()
            && Some(&row.version) == grant.version.as_ref();
        !live && self.known.get(&grant.name) == Some(&digest(grant))
    }

    /// An entry was deployed.
    pub(super) fn deployed(&mut self, grant: &PluginGrant) {
        let digest = digest(grant);
        self.changed |= self.known.get(&grant.name) != Some(&digest);
        self.known.insert(grant.name.clone(), digest);
    }

    /// An entry is not admitted, or there is none: once it is again, it counts as new.
    pub(super) fn keep(&mut self, kept: impl Fn(&str) -> bool) {
        let before = self.known.len();
        self.known.retain(|name, _| kept(name));
        self.changed |= self.known.len() != before;
    }

    /// Keeps what changed. Where that fails, an entry is deployed once more at the next start.
    pub(super) fn close(self) {
        if !self.changed {
            return;
        }
        let beside = self.path.with_extension("incoming");
        let bytes = serde_json::to_vec(&self.known).unwrap_or_default();
        let kept = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, &self.path));
        if let Err(error) = kept {
            tracing::warn!(%error, path = %self.path.display(), "what was pinned is not kept");
        }
    }
}
