//! What an author implements.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;
use shouxin_plugin_wire as wire;

use crate::{Case, Classified, Mode, StoreError};

/// How a call ended; see [`wire::Answer`] for its parts.
pub type Outcome = wire::Answer;

/// Why an instance could not be made, or a question not be answered. The text reaches the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings in the register's configuration do not fit.
    #[error("the settings of this plugin do not fit: {0}")]
    Settings(String),
    /// The question cannot be understood.
    #[error("the question cannot be answered: {0}")]
    Question(String),
    /// The plugin answers no questions.
    #[error("this plugin answers no questions")]
    Unsupported,
    /// The plugin's data cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// What an instance is made from.
#[derive(Clone, Debug)]
pub struct Config {
    name: String,
    data_dir: PathBuf,
    settings: Value,
    mode: Mode,
    connect: Vec<String>,
}

impl Config {
    pub(crate) fn from_wire(config: wire::Config) -> Config {
        Config {
            name: config.name,
            data_dir: config.data_dir.into(),
            settings: config.settings,
            mode: config.mode,
            connect: config.connect,
        }
    }

    /// The name the plugin is admitted under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder that belongs to this plugin alone. It exists.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// What the instance is for: anything but [`Mode::Live`] has no effect outside its folder and
    /// answers what it would answer if it were live.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Each `host:port` that [`connect`](crate::connect) reaches.
    pub fn granted(&self) -> &[String] {
        &self.connect
    }

    /// What the operator wrote for this plugin; the default of `T` if nothing.
    ///
    /// # Errors
    /// [`Error::Settings`] if it is not of this shape.
    pub fn settings<T: DeserializeOwned + Default>(&self) -> Result<T, Error> {
        if self.settings.is_null() {
            return Ok(T::default());
        }
        serde_json::from_value(self.settings.clone())
            .map_err(|error| Error::Settings(error.to_string()))
    }
}

/// A department's measure handler.
///
/// Calls come one after another on one thread. Every call may be repeated with the same
/// `idempotency_key`, and a later step may overtake an earlier one: answer a repetition as the
/// first time, and change nothing for a step that was overtaken ([`CaseBook`](crate::CaseBook)
/// does both). A panic is caught, the call fails and the instance is never used again.
pub trait Handler: Send + Sized + 'static {
    /// Makes an instance.
    ///
    /// # Errors
    /// Whatever keeps the plugin from working; it is not started and the operator sees why.
    fn create(config: &Config) -> Result<Self, Error>;

    /// Information: what is in force for a subject changed. Changes nothing for the subject.
    fn classified(&mut self, _change: &Classified) -> Outcome {
        Outcome::done()
    }

    /// Carries out an accepted case.
    fn execute(&mut self, case: &Case) -> Outcome;

    /// Takes a case out of effect until `resume` or `lift`.
    fn suspend(&mut self, case: &Case) -> Outcome;

    /// Puts a suspended case back into effect.
    fn resume(&mut self, case: &Case) -> Outcome;

    /// Ends a case for good, whether or not it was ever executed, any number of times.
    fn lift(&mut self, case: &Case) -> Outcome;

    /// Removes every trace of a subject from the plugin's data.
    fn forget(&mut self, subject_key: &str) -> Outcome;

    /// Answers a question of the department about its own plugin's data.
    ///
    /// # Errors
    /// [`Error::Unsupported`] unless the plugin answers questions.
    fn query(&mut self, _question: &Value) -> Result<Value, Error> {
        Err(Error::Unsupported)
    }
}
