//! The access log: who looked at which file, for what purpose. A second log of the same kind as
//! the first (design.md 4); where it cannot be written, nothing that is not public is read.

mod index;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use serde::{Deserialize, Serialize};
use shouxin_core::actor::SubjectKey;
use shouxin_core::log::{Commit, Entry, Log as _};
use tokio::sync::oneshot;

use crate::log::{LogSettings, SegmentLog};
use crate::view::{View, ViewError};

pub use index::Looks;

/// Reads that may wait for their entry to be durable.
const QUEUE_LEN_MAX: usize = 1024;
const BATCH_MAX: usize = 256;
const LOG_NUMBER: u16 = u16::MAX;
/// Folder of the index, inside that of the log.
const INDEX: &str = "index";

/// One look at a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// When, in ms since 1970.
    pub at_ms: i64,
    /// Id of the key.
    pub key_id: String,
    /// Who acted with it.
    pub who: String,
    /// Key of the file.
    pub file: String,
    /// Which route.
    pub route: String,
    /// Purpose and basis, as given.
    pub purpose: String,
    /// The sharing contracts that let it see what others provided; entries from before have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<String>,
}

/// The access log could not be written or read.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the access log cannot be written or read")]
pub struct AccessError;

type Waiting = (Vec<u8>, oneshot::Sender<bool>);

/// Writes accesses, many under one sync.
#[derive(Clone)]
pub struct AccessLog {
    sender: SyncSender<Waiting>,
    index: Arc<index::Index>,
}

impl AccessLog {
    /// Opens the log in `dir` and starts its thread. `salt` gives each entry's salt.
    pub fn open(
        dir: &Path,
        segment_bytes: u64,
        salt: impl Fn() -> [u8; 32] + Send + 'static,
    ) -> Result<AccessLog, String> {
        let settings = LogSettings { segment_bytes, log_number: LOG_NUMBER };
        let (log, _) = SegmentLog::open(dir, settings).map_err(|error| error.to_string())?;
        let index = Arc::new(index::Index::open(&dir.join(INDEX), log.reader())?);
        let (sender, receiver) = sync_channel(QUEUE_LEN_MAX);
        let kept = index.clone();
        thread::Builder::new()
            .name("access".to_owned())
            .spawn(move || run(log, &receiver, &salt, &index))
            .map_err(|error| error.to_string())?;
        Ok(AccessLog { sender, index: kept })
    }

    /// Removes the index of the log in `dir`, which nobody may have open; the next start builds it.
    pub fn forget_index(dir: &Path) -> Result<(), ViewError> {
        View::destroy(&dir.join(INDEX))
    }

    /// Looks at a file before `before`, newest first, at most `limit`, and whether there are more.
    /// Reads files, so call it where that may take its time.
    pub fn looks(
        &self,
        subject: SubjectKey,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Looks, bool), AccessError> {
        self.index.page(subject, before, limit)
    }

    /// Records an access; the file is shown only after this has returned.
    pub async fn record(&self, access: &Access) -> Result<(), AccessError> {
        let bytes = serde_json::to_vec(access).map_err(|_| AccessError)?;
        let (reply, durable) = oneshot::channel();
        self.sender.try_send((bytes, reply)).map_err(|_| AccessError)?;
        match durable.await {
            Ok(true) => Ok(()),
            _ => Err(AccessError),
        }
    }
}

impl AccessLog {
    /// The same from a thread of its own.
    pub fn record_blocking(&self, access: &Access) -> Result<(), AccessError> {
        let bytes = serde_json::to_vec(access).map_err(|_| AccessError)?;
        let (reply, durable) = oneshot::channel();
        self.sender.send((bytes, reply)).map_err(|_| AccessError)?;
        match durable.blocking_recv() {
            Ok(true) => Ok(()),
            _ => Err(AccessError),
        }
    }
}

fn run(
    mut log: SegmentLog,
    receiver: &Receiver<Waiting>,
    salt: &dyn Fn() -> [u8; 32],
    index: &index::Index,
) {
    while let Ok(first) = receiver.recv() {
        let mut waiting = vec![first];
        waiting.extend(receiver.try_iter().take(BATCH_MAX - 1));
        let commits: Vec<Commit> = waiting
            .iter()
            .map(|(bytes, _)| Commit {
                entries: vec![Entry { salt: salt(), bytes: bytes.clone() }],
            })
            .collect();
        let first = log.head().next;
        let durable = match log.append(first, &commits) {
            Ok(head) => {
                index.add(first, waiting.iter().map(|(bytes, _)| bytes.as_slice()), head);
                true
            }
            Err(error) => {
                tracing::error!(%error, "the access log cannot be written");
                false
            }
        };
        for (_, reply) in waiting {
            let _gone = reply.send(durable);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries from before contracts are read, and one that rests on none is written as before.
    #[test]
    fn an_entry_without_contracts_has_the_bytes_it_always_had() {
        let bytes =
            r#"{"at_ms":7,"key_id":"k","who":"w","file":"f","route":"r","purpose":"case law:1"}"#;
        let old: Access = serde_json::from_str(bytes).unwrap();
        assert!(old.contracts.is_empty());
        assert_eq!(serde_json::to_string(&old).unwrap(), bytes);
        let new = Access { contracts: vec!["market-case".to_owned()], ..old };
        let text = serde_json::to_string(&new).unwrap();
        assert!(text.ends_with(r#","contracts":["market-case"]}"#), "{text}");
        assert_eq!(serde_json::from_str::<Access>(&text).unwrap(), new);
    }
}
