//! A plugin as the register knows it: the version that is live, the one before it and the one in the
//! shadow, how far it was told, and what did not reach it.

use serde::{Deserialize, Serialize};

use crate::event::CaseHook;
use crate::event::plugin::Admission;
use crate::id::Position;
use crate::row::MeasureRow;
use crate::text::Digest;
use crate::time::Day;

/// What one version of a plugin is, and for what it was let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of `plugin.deployed` and `plugin.admitted`")]
pub struct PluginVersion {
    pub version: String,
    pub sha256: Digest,
    pub department: String,
    pub measures: Vec<String>,
    pub admission: Admission,
}

/// A deployed plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct PluginRow {
    pub name: String,
    pub version: String,
    pub sha256: Digest,
    pub department: String,
    pub measures: Vec<String>,
    pub admission: Admission,
    /// The event that made this version live.
    pub since: Position,
    /// Every classification change up to here has been told.
    pub told_through: Position,
    /// Of every file erased up to here nothing is left with it.
    pub forgotten_through: Position,
    /// What a roll-back takes back: the version that this one replaced.
    pub earlier: Option<PluginVersion>,
    /// The event since which it begins no burden, until it is resumed or removed.
    pub paused: Option<Position>,
    /// The event since which it is called no more, until it is deployed anew.
    pub retired: Option<Position>,
}

impl PluginRow {
    /// A plugin of which nothing was known.
    pub(crate) fn first(name: &str, live: PluginVersion, at: Position) -> PluginRow {
        let PluginVersion { version, sha256, department, measures, admission } = live;
        PluginRow {
            name: name.to_owned(),
            version,
            sha256,
            department,
            measures,
            admission,
            since: at,
            told_through: at,
            forgotten_through: at,
            earlier: None,
            paused: None,
            retired: None,
        }
    }

    /// The same plugin with another version live. A version that is let in anew replaces none.
    pub(crate) fn with(self, live: PluginVersion, at: Position) -> PluginRow {
        let same = (self.sha256, &self.version) == (live.sha256, &live.version);
        let earlier = if same { self.earlier.clone() } else { Some(self.live()) };
        let PluginVersion { version, sha256, department, measures, admission } = live;
        PluginRow {
            version,
            sha256,
            department,
            measures,
            admission,
            since: at,
            earlier,
            retired: None,
            ..self
        }
    }

    /// The version that is live.
    pub fn live(&self) -> PluginVersion {
        PluginVersion {
            version: self.version.clone(),
            sha256: self.sha256,
            department: self.department.clone(),
            measures: self.measures.clone(),
            admission: self.admission.clone(),
        }
    }

    /// The last day of the signed manifest; none where nothing was signed.
    pub fn valid_until(&self) -> Option<Day> {
        self.admission.valid_until()
    }

    /// Whether it is called for what begins a burden. What relieves it is called for whether it is
    /// paused or past its last day; one that is retired is called for nothing.
    pub fn begins_burdens(&self, today: Day) -> bool {
        self.retired.is_none() && self.paused.is_none() && self.admission.holds_on(today)
    }
}

/// A version that stands beside the live one, and whose answers are only compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of `plugin.shadowed`")]
pub struct ShadowRow {
    pub name: String,
    pub own: PluginVersion,
    /// The event since which it stands there.
    pub since: Position,
}

/// A classification change of which a plugin could not be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of `plugin.told`")]
pub struct UntoldRow {
    pub plugin: String,
    pub at: Position,
    /// The event that said so.
    pub since: Position,
}

/// How a dead letter was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterEnd {
    /// Left as it is; the officers' next order may go to a plugin.
    Skipped,
    /// The officers' to carry out; their next order goes to none.
    Handed,
}

/// What an officer did about a case, and the plugin that had it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Courtesy {
    /// What was done: a suspension, a resumption or a lift.
    pub hook: CaseHook,
    /// The officer's confirmation: the step of the call that tells of it.
    pub cause: Position,
}

impl MeasureRow {
    /// The plugin that gave the execution up, while nobody has answered for it: a dead letter.
    pub fn dead_letter(&self) -> Option<&str> {
        if !self.state.given_up() || self.letter.is_some() {
            return None;
        }
        self.last_order.as_ref().and_then(|order| order.plugin.as_deref())
    }
}
