//! File drop: one synced file a batch, whole or absent.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use shouxin_core::id::Position;

use super::{Batch, Confirm, Delivery, batch_name};

/// Files that may lie in a folder before the recipient has to take some away.
const FILES_MAX: usize = 10_000;
/// Bytes of a file that was handed over; a batch is far smaller, and what is larger is no batch.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// Puts a batch into the folder. Where the recipient has to confirm it, one that was handed over from
/// the same cursor stays what it is to confirm, whatever has changed since: the rest goes with the
/// next batch.
pub(super) fn deliver(folder: &Path, confirm: Confirm, batch: &Batch) -> Result<Delivery, String> {
    // The kind of failure, without what differs from one attempt to the next.
    let kind = |error: std::io::Error| format!("file drop: {}", error.kind());
    fs::create_dir_all(folder).map_err(kind)?;
    let there = match confirm {
        Confirm::Acknowledged => handed_over(folder, batch).map_err(kind)?,
        Confirm::Written => None,
    };
    let Some(through) = there else {
        if fs::read_dir(folder).map_err(kind)?.take(FILES_MAX + 1).count() > FILES_MAX {
            return Err(format!("file drop: more than {FILES_MAX} files wait in the folder"));
        }
        let name = file_name(batch, batch.through.sequence);
        write(folder, &folder.join(&name), &batch.body).map_err(kind)?;
        return Ok(match confirm {
            Confirm::Written => Delivery::Confirmed(batch.confirmed(name)),
            Confirm::Acknowledged => Delivery::Waiting,
        });
    };
    let name = file_name(batch, through);
    if !folder.join(format!("{name}.ack")).exists() {
        return Ok(Delivery::Waiting);
    }
    let body = read(&folder.join(&name)).map_err(kind)?;
    let items = items_of(&body)
        .ok_or("file drop: a file that was handed over is not what was written any more")?;
    let through = Position { sequence: through, ..batch.through };
    let given = Batch { from: batch.from, through, items, body };
    Ok(Delivery::Confirmed(given.confirmed(name)))
}

fn file_name(batch: &Batch, through: u64) -> String {
    let through = Position { sequence: through, ..batch.through };
    format!("{}.json", batch_name(batch.from, through))
}

/// The end of a batch from the same cursor that lies there: the last that was acknowledged, or else
/// the first that waits.
fn handed_over(folder: &Path, batch: &Batch) -> std::io::Result<Option<u64>> {
    let start = format!("{:012}-", batch.from);
    let (mut acknowledged, mut waiting) = (None::<u64>, None::<u64>);
    for entry in fs::read_dir(folder)?.take(FILES_MAX) {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let through = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(".json"));
        let Some(through) = through.and_then(|own| own.parse::<u64>().ok()) else {
            continue;
        };
        if through > batch.through.sequence {
            continue;
        }
        if folder.join(format!("{name}.ack")).exists() {
            acknowledged = acknowledged.max(Some(through));
        } else {
            waiting = Some(waiting.map_or(through, |own| own.min(through)));
        }
    }
    Ok(acknowledged.or(waiting))
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_end(&mut body)?;
    Ok(body)
}

/// How many things a file tells of; nothing if it is not a batch.
fn items_of(body: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Told {
        items: Vec<IgnoredAny>,
    }
    let told: Told = serde_json::from_slice(body).ok()?;
    u32::try_from(told.items.len()).ok()
}

fn write(folder: &Path, path: &Path, body: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    file.write_all(body)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(from: u64, through: u64) -> Batch {
        let items: Vec<u64> = (from..through).collect();
        let body = serde_json::json!({ "through": through, "items": items });
        let items = u32::try_from(items.len()).unwrap();
        let body = body.to_string().into_bytes();
        Batch { from, through: Position::local(through), items, body }
    }

    fn confirmed(batch: &Batch) -> Delivery {
        let name = format!("{:012}-{:012}.json", batch.from, batch.through.sequence);
        Delivery::Confirmed(batch.confirmed(name))
    }

    #[test]
    fn a_written_file_is_whole_and_confirms() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("portal");
        let sent = deliver(&folder, Confirm::Written, &batch(0, 7)).unwrap();
        let name = "000000000000-000000000007.json";
        assert_eq!(sent, confirmed(&batch(0, 7)));
        assert_eq!(fs::read(folder.join(name)).unwrap(), batch(0, 7).body);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing half-written is left");
        // What lies there from elsewhere under the same name is not taken for what was written.
        fs::write(folder.join(name), "{}").unwrap();
        assert_eq!(deliver(&folder, Confirm::Written, &batch(0, 7)).unwrap(), sent);
        assert_eq!(fs::read(folder.join(name)).unwrap(), batch(0, 7).body);
    }

    #[test]
    fn a_recipient_confirms_what_it_was_given_whatever_has_changed_since() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let sent = |batch: &Batch| deliver(folder, Confirm::Acknowledged, batch);
        let there = |name: &str| folder.join(name).exists();
        assert_eq!(sent(&batch(0, 7)), Ok(Delivery::Waiting));
        // More changes before the recipient looks, again and again.
        assert_eq!(sent(&batch(0, 9)), Ok(Delivery::Waiting));
        assert!(!there("000000000000-000000000009.json"));
        fs::write(folder.join("000000000000-000000000007.json.ack"), "").unwrap();
        assert_eq!(sent(&batch(0, 12)), Ok(confirmed(&batch(0, 7))));
        // The rest goes from where that ended.
        assert_eq!(sent(&batch(7, 12)), Ok(Delivery::Waiting));
        assert!(there("000000000007-000000000012.json"));
        fs::write(folder.join("000000000007-000000000012.json.ack"), "").unwrap();
        assert_eq!(sent(&batch(7, 12)), Ok(confirmed(&batch(7, 12))));
    }

    #[test]
    fn a_file_that_somebody_changed_confirms_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let sent = |batch: &Batch| deliver(folder, Confirm::Acknowledged, batch);
        assert_eq!(sent(&batch(0, 7)), Ok(Delivery::Waiting));
        fs::write(folder.join("000000000000-000000000007.json"), "[]").unwrap();
        assert_eq!(sent(&batch(0, 7)), Ok(Delivery::Waiting), "nobody has confirmed it");
        fs::write(folder.join("000000000000-000000000007.json.ack"), "").unwrap();
        assert!(sent(&batch(0, 7)).is_err());
        // One that reaches beyond the register is from another one, and is not waited for.
        fs::remove_file(folder.join("000000000000-000000000007.json")).unwrap();
        fs::write(folder.join("000000000000-000000000099.json"), "{}").unwrap();
        fs::write(folder.join("000000000000-000000000099.json.ack"), "").unwrap();
        fs::remove_file(folder.join("000000000000-000000000007.json.ack")).unwrap();
        assert_eq!(sent(&batch(0, 7)), Ok(Delivery::Waiting));
        assert!(folder.join("000000000000-000000000007.json").exists());
    }
}
