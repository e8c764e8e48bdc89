//! The smaller messages: classification, forgetting, configuration.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Date, Message, MessageError, schema};

/// Whom a message concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Unified social credit code, or the register's random key of a natural person.
    pub key: String,
    /// What it is: `enterprise`, `person`, ...
    pub kind: String,
    /// Its name, if this plugin's grant includes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The colour of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// 红名单: honest.
    Red,
    /// 黑名单: seriously dishonest.
    Black,
}

/// A listing in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// The listing.
    pub listing: String,
    /// Which list.
    pub colour: Colour,
    /// First day.
    pub since: Date,
    /// Last day.
    pub until: Date,
    /// Who decided it.
    pub authority: String,
}

/// What is in force for a subject, told when it changed. It is no order: a plugin that gets it
/// changes nothing for the subject (`design.md` 1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classified {
    /// [`SCHEMA`](crate::SCHEMA).
    pub schema: u32,
    /// Position of the event that changed it.
    pub position: u64,
    /// Whom it concerns.
    pub subject: Subject,
    /// The legal date it was true on.
    pub as_of: Date,
    /// Effective listings.
    pub in_force: Vec<InForce>,
    /// Listings that are suspended, by id.
    pub suspended: Vec<String>,
}

/// Remove every trace of a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forget {
    /// [`SCHEMA`](crate::SCHEMA).
    pub schema: u32,
    /// The subject's key.
    pub subject_key: String,
}

/// What an instance is for. Only a live one may have an effect outside its own folder; the others
/// answer what they would answer if they were live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It carries out.
    #[default]
    Live,
    /// A new version beside the live one: it gets the same calls over a folder of its own, and its
    /// answers are only compared.
    Shadow,
    /// Recorded history is played to it over a folder that is thrown away.
    DryRun,
    /// The conformance suite calls it over a folder that is thrown away.
    Check,
}

/// What an instance is created from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// [`SCHEMA`](crate::SCHEMA).
    pub schema: u32,
    /// The name the plugin is admitted under.
    pub name: String,
    /// Absolute path of the folder that belongs to this plugin alone.
    pub data_dir: String,
    /// What the operator wrote for this plugin; `null` if nothing.
    #[serde(default)]
    pub settings: Value,
    /// What it is for. Left out if it is the live one, as before there was anything else.
    #[serde(default, skip_serializing_if = "is_live")]
    pub mode: Mode,
    /// Each `host:port` that it may reach through the host's `connect`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connect: Vec<String>,
}

fn is_live(mode: &Mode) -> bool {
    *mode == Mode::Live
}

impl Message for Classified {
    fn check(&self) -> Result<(), MessageError> {
        schema(self.schema)
    }
}

impl Message for Forget {
    fn check(&self) -> Result<(), MessageError> {
        schema(self.schema)
    }
}

impl Message for Config {
    fn check(&self) -> Result<(), MessageError> {
        schema(self.schema)
    }
}

crate::codec!(Classified, Forget, Config);
