//! `server.toml`: one struct an area, every key with its unit, checked before anything starts.

use std::path::Path;

use serde::Deserialize;

use crate::engine::EngineSettings;

/// The whole file. What is left out has the default that `config/server.toml` states.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// HTTP.
    pub http: HttpConfig,
    /// Writer.
    pub engine: EngineConfig,
    /// View.
    pub view: ViewConfig,
    /// Log.
    pub log: LogConfig,
    /// Documents.
    pub documents: DocumentsConfig,
    /// Reports of wrongdoing.
    pub whistle: WhistleConfig,
}

/// `[http]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "each key is explained in config/server.toml")]
pub struct HttpConfig {
    pub workers: usize,
    pub connections_max: usize,
    pub drain_ms: u64,
}

/// `[engine]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "each key is explained in config/server.toml")]
pub struct EngineConfig {
    pub queue_len_max: usize,
    pub batch_commits_max: usize,
    pub denials_per_minute_max: u32,
}

/// `[view]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "each key is explained in config/server.toml")]
pub struct ViewConfig {
    pub cache_bytes: u64,
    pub overlay_rows_max: usize,
    pub flush_interval_ms: u64,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "each key is explained in config/server.toml")]
pub struct LogConfig {
    pub segment_bytes: u64,
    pub access_segment_bytes: u64,
}

/// `[documents]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "each key is explained in config/server.toml")]
pub struct DocumentsConfig {
    pub required: bool,
}

impl Default for DocumentsConfig {
    fn default() -> DocumentsConfig {
        DocumentsConfig { required: true }
    }
}

/// `[whistle]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "each key is explained in config/server.toml")]
pub struct WhistleConfig {
    pub office_recipient: Option<String>,
    pub reports_per_day_max: u32,
    pub open_reports_max: u32,
    pub segment_bytes: u64,
}

impl Default for WhistleConfig {
    fn default() -> WhistleConfig {
        WhistleConfig {
            office_recipient: None,
            reports_per_day_max: 200,
            open_reports_max: 10_000,
            segment_bytes: 4 << 20,
        }
    }
}

impl Default for HttpConfig {
    fn default() -> HttpConfig {
        HttpConfig { workers: 2, connections_max: 4096, drain_ms: 5000 }
    }
}

impl Default for EngineConfig {
    fn default() -> EngineConfig {
        let own = EngineSettings::default();
        EngineConfig {
            queue_len_max: own.queue_len_max,
            batch_commits_max: own.batch_commits_max,
            denials_per_minute_max: own.denials_per_minute_max,
        }
    }
}

impl Default for ViewConfig {
    fn default() -> ViewConfig {
        ViewConfig { cache_bytes: 256 << 20, overlay_rows_max: 200_000, flush_interval_ms: 5_000 }
    }
}

impl Default for LogConfig {
    fn default() -> LogConfig {
        LogConfig { segment_bytes: 64 << 20, access_segment_bytes: 16 << 20 }
    }
}

impl EngineConfig {
    /// As the engine takes it.
    pub fn settings(&self) -> EngineSettings {
        EngineSettings {
            queue_len_max: self.queue_len_max,
            batch_commits_max: self.batch_commits_max,
            denials_per_minute_max: self.denials_per_minute_max,
        }
    }
}

/// Why a configuration cannot be used: file, key, what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct ConfigError {
    /// File.
    pub file: String,
    /// What is wrong.
    pub problem: String,
}

impl Config {
    /// Reads and checks a file.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let error = |problem: String| ConfigError { file: path.display().to_string(), problem };
        let text = std::fs::read_to_string(path).map_err(|found| error(found.to_string()))?;
        let config: Config = toml::from_str(&text).map_err(|found| error(found.to_string()))?;
        config.check().map_err(error)?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let within =
            |key: &str, value: u64, low: u64, high: u64| match (low..=high).contains(&value) {
                true => Ok(()),
                false => Err(format!("{key} = {value}; it takes {low} to {high}")),
            };
        let number = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
        within("http.workers", number(self.http.workers), 1, 256)?;
        within("http.connections_max", number(self.http.connections_max), 1, 1 << 20)?;
        within("http.drain_ms", self.http.drain_ms, 0, 600_000)?;
        within("engine.queue_len_max", number(self.engine.queue_len_max), 1, 1 << 20)?;
        within("engine.batch_commits_max", number(self.engine.batch_commits_max), 1, 4096)?;
        within("view.cache_bytes", self.view.cache_bytes, 1 << 20, 1 << 40)?;
        within("view.overlay_rows_max", number(self.view.overlay_rows_max), 1000, 10_000_000)?;
        within("view.flush_interval_ms", self.view.flush_interval_ms, 1, 3_600_000)?;
        within("log.segment_bytes", self.log.segment_bytes, 4096, 4 << 30)?;
        within("log.access_segment_bytes", self.log.access_segment_bytes, 4096, 4 << 30)?;
        let whistle = &self.whistle;
        within("whistle.reports_per_day_max", whistle.reports_per_day_max.into(), 1, 100_000)?;
        within("whistle.open_reports_max", whistle.open_reports_max.into(), 1, 1_000_000)?;
        within("whistle.segment_bytes", whistle.segment_bytes, 1 << 17, 4 << 30)?;
        whistle.office_recipient.as_deref().map_or(Ok(()), |text| recipient(text).map(drop))
    }
}

/// The office's public key. The text is not repeated: somebody may have given the private one.
pub fn recipient(text: &str) -> Result<age::x25519::Recipient, String> {
    text.parse().map_err(|_| {
        let private = text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-");
        match private {
            true => "whistle.office_recipient 填入了私钥，该私钥应视为已泄露，请重新生成 / holds \
                     a PRIVATE key, which must count as known now: make another, and give only \
                     its public half, age1..."
                .to_owned(),
            false => "whistle.office_recipient 须为 age1 开头的公钥 / takes the public key that \
                      age-keygen printed, age1..."
                .to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_states_the_defaults() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/server.toml");
        let shipped = Config::read(&path).unwrap();
        assert_eq!(format!("{shipped:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn a_value_out_of_range_names_its_key_and_range() {
        let mut config = Config::default();
        config.http.workers = 0;
        assert_eq!(config.check().unwrap_err(), "http.workers = 0; it takes 1 to 256");
    }

    #[test]
    fn the_offices_key_is_the_public_one_and_a_private_one_is_not_repeated() {
        let key = age::x25519::Identity::generate();
        let mut config = Config::default();
        config.whistle.office_recipient = Some(key.to_public().to_string());
        assert_eq!(config.check(), Ok(()));
        let secret = age::secrecy::ExposeSecret::expose_secret(&key.to_string()).to_owned();
        config.whistle.office_recipient = Some(secret.clone());
        let error = config.check().unwrap_err();
        assert!(error.contains("PRIVATE") && !error.contains(&secret), "{error}");
        config.whistle.office_recipient = Some("age1nobody".to_owned());
        assert!(config.check().unwrap_err().contains("office_recipient"));
    }
}
