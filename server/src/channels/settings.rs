//! `channels.toml`: which channels there are and how each is reached.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use shouxin_core::limits::CHANNELS_MAX;

/// Shortest secret of a webhook, in bytes.
const SECRET_BYTES_MIN: usize = 16;

/// A channel.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Stable name; it stands in events.
    pub name: String,
    /// 名称
    pub title: String,
    /// How it is reached.
    pub kind: Kind,
    /// Working days within which a change is to be confirmed.
    pub confirm_within_wd: u16,
}

/// How a channel is reached.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A file a batch.
    FileDrop {
        /// Where the files go.
        folder: PathBuf,
        /// What counts as confirmed.
        confirm: Confirm,
    },
    /// A signed HTTP POST a batch.
    Webhook {
        /// Where to.
        url: String,
        /// Key of the signature.
        secret: Arc<[u8]>,
        /// How long an answer may take.
        timeout: Duration,
    },
}

/// What confirms a dropped file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    /// It is written and synced.
    Written,
    /// The recipient has put `NAME.ack` beside it.
    Acknowledged,
}

/// What is wrong with `channels.toml`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {entry}: {problem}")]
pub struct ChannelsError {
    /// File.
    pub file: String,
    /// Channel, or `-`.
    pub entry: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    channel: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    title: String,
    kind: String,
    #[serde(default)]
    folder: Option<PathBuf>,
    #[serde(default)]
    confirm: Option<Confirm>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    secret_file: Option<PathBuf>,
    #[serde(default = "ten_seconds")]
    timeout_ms: u64,
    confirm_within_wd: u16,
}

fn ten_seconds() -> u64 {
    10_000
}

impl Raw {
    fn into_channel(self) -> Result<Channel, String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.bytes().all(plain) {
            return Err("name: 1 to 64 of a-z, 0-9 and -".to_owned());
        }
        if !(1..=60).contains(&self.confirm_within_wd) {
            return Err("confirm_within_wd: 1 to 60 working days".to_owned());
        }
        let kind = match (self.kind.as_str(), self.folder, self.url, self.secret_file) {
            ("file_drop", Some(folder), None, None) => {
                let confirm = self.confirm.unwrap_or(Confirm::Written);
                Kind::FileDrop { folder, confirm }
            }
            ("webhook", None, Some(url), Some(secret_file)) if self.confirm.is_none() => {
                if !url.starts_with("https://") && !url.starts_with("http://") {
                    return Err("url: begins with https:// or http://".to_owned());
                }
                let secret = std::fs::read(&secret_file)
                    .map_err(|error| format!("secret_file {}: {error}", secret_file.display()))?;
                let secret = secret.trim_ascii_end();
                if secret.len() < SECRET_BYTES_MIN {
                    return Err(format!("secret_file: at least {SECRET_BYTES_MIN} bytes"));
                }
                if !(100..=120_000).contains(&self.timeout_ms) {
                    return Err("timeout_ms: 100 to 120000".to_owned());
                }
                let timeout = Duration::from_millis(self.timeout_ms);
                Kind::Webhook { url, secret: secret.into(), timeout }
            }
            ("file_drop", ..) => return Err("file_drop takes folder and confirm".to_owned()),
            ("webhook", ..) => return Err("webhook takes url and secret_file".to_owned()),
            (other, ..) => return Err(format!("kind `{other}`: file_drop or webhook")),
        };
        let confirm_within_wd = self.confirm_within_wd;
        Ok(Channel { name: self.name, title: self.title, kind, confirm_within_wd })
    }
}

/// Reads and checks the file; there are no channels where there is none.
pub fn read(path: &Path) -> Result<Vec<Channel>, ChannelsError> {
    let error = |entry: &str, problem: String| ChannelsError {
        file: path.display().to_string(),
        entry: entry.to_owned(),
        problem,
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(found) if found.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(found) => return Err(error("-", found.to_string())),
    };
    let file: File = toml::from_str(&text).map_err(|found| error("-", found.to_string()))?;
    if file.channel.len() > CHANNELS_MAX {
        return Err(error("-", format!("at most {CHANNELS_MAX} channels")));
    }
    let mut channels: Vec<Channel> = Vec::new();
    for raw in file.channel {
        let name = raw.name.clone();
        if channels.iter().any(|own| own.name == name) {
            return Err(error(&name, "the name is used twice".to_owned()));
        }
        channels.push(raw.into_channel().map_err(|problem| error(&name, problem))?);
    }
    Ok(channels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<Channel>, ChannelsError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "0123456789abcdef\n").unwrap();
        std::fs::write(folder.path().join("short"), "0123").unwrap();
        let text = text.replace("$", folder.path().to_str().unwrap());
        std::fs::write(folder.path().join("channels.toml"), text).unwrap();
        read(&folder.path().join("channels.toml"))
    }

    const DROP: &str = "[[channel]]\nname = \"portal\"\ntitle = \"门户\"\nkind = \"file_drop\"\nfolder = \"out\"\nconfirm_within_wd = 3\n";
    const HOOK: &str = "[[channel]]\nname = \"hook\"\ntitle = \"平台\"\nkind = \"webhook\"\nurl = \"https://example.invalid/in\"\nsecret_file = \"$/secret\"\nconfirm_within_wd = 3\n";

    #[test]
    fn what_is_right_is_read() {
        let channels = of(&format!("{DROP}{HOOK}")).unwrap();
        assert_eq!(channels.len(), 2);
        let Kind::Webhook { secret, .. } = &channels[1].kind else {
            panic!("{channels:?}");
        };
        assert_eq!(&secret[..], b"0123456789abcdef", "the end of the line is no part of it");
        assert!(read(Path::new("/no/such/channels.toml")).unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = [
            (format!("{DROP}{DROP}"), "the name is used twice"),
            (DROP.replace("portal", "门户"), "name"),
            (DROP.replace("folder = \"out\"\n", ""), "file_drop takes"),
            (DROP.replace("file_drop", "mail"), "kind `mail`"),
            (DROP.replace("= 3", "= 0"), "confirm_within_wd"),
            (HOOK.replace("https://", "ftp://"), "url"),
            (HOOK.replace("$/secret", "$/short"), "at least 16 bytes"),
            (HOOK.replace("$/secret", "$/none"), "secret_file"),
            (format!("{HOOK}confirm = \"written\"\n"), "webhook takes"),
            (format!("{DROP}colour = \"red\"\n"), "unknown field"),
        ];
        for (text, problem) in wrong {
            let error = of(&text).unwrap_err().to_string();
            assert!(error.contains(problem), "{error} does not say {problem}");
        }
    }
}
