//! File drop: one synced file a batch, whole or absent.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use super::{Batch, Confirm, Delivery};

/// Files that may lie in a folder before the recipient has to take some away.
const FILES_MAX: usize = 10_000;

/// Puts a batch into the folder, or finds that it is there already.
pub(super) fn deliver(folder: &Path, confirm: Confirm, batch: &Batch) -> Result<Delivery, String> {
    // The kind of failure, without what differs from one attempt to the next.
    let kind = |error: std::io::Error| format!("file drop: {}", error.kind());
    fs::create_dir_all(folder).map_err(kind)?;
    // What was handed over and is not confirmed is what the recipient is to confirm, whatever
    // has changed since: the rest goes with the next batch.
    let waiting = match confirm {
        Confirm::Acknowledged => pending(folder, batch).map_err(kind)?,
        Confirm::Written => None,
    };
    let name = waiting.unwrap_or_else(|| format!("{}.json", batch.name()));
    let path = folder.join(&name);
    if !path.exists() {
        if fs::read_dir(folder).map_err(kind)?.take(FILES_MAX + 1).count() > FILES_MAX {
            return Err(format!("file drop: more than {FILES_MAX} files wait in the folder"));
        }
        write(folder, &path, &batch.body).map_err(kind)?;
    }
    let complete = path == folder.join(format!("{}.json", batch.name()));
    match confirm {
        Confirm::Written => Ok(Delivery::Confirmed(name)),
        Confirm::Acknowledged if folder.join(format!("{name}.ack")).exists() && complete => {
            Ok(Delivery::Confirmed(name))
        }
        Confirm::Acknowledged if folder.join(format!("{name}.ack")).exists() => {
            // An older, smaller batch was acknowledged: send what there is now, beside it.
            let own = folder.join(format!("{}.json", batch.name()));
            write(folder, &own, &batch.body).map_err(kind)?;
            Ok(Delivery::Waiting)
        }
        Confirm::Acknowledged => Ok(Delivery::Waiting),
    }
}

/// A batch from the same cursor that lies there without its acknowledgement.
fn pending(folder: &Path, batch: &Batch) -> std::io::Result<Option<String>> {
    let start = format!("{:012}-", batch.from);
    for entry in fs::read_dir(folder)?.take(FILES_MAX) {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let open = name.ends_with(".json") && !folder.join(format!("{name}.ack")).exists();
        if name.starts_with(&start) && open {
            return Ok(Some(name));
        }
    }
    Ok(None)
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
    use shouxin_core::id::Position;

    use super::*;

    fn batch(from: u64, through: u64) -> Batch {
        let body = format!("{{\"through\":{through}}}").into_bytes();
        Batch { from, through: Position::local(through), items: 1, body }
    }

    #[test]
    fn a_written_file_is_whole_and_confirms() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("portal");
        let sent = deliver(&folder, Confirm::Written, &batch(0, 7)).unwrap();
        let name = "000000000000-000000000007.json";
        assert_eq!(sent, Delivery::Confirmed(name.to_owned()));
        assert_eq!(fs::read(folder.join(name)).unwrap(), batch(0, 7).body);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing half-written is left");
    }

    #[test]
    fn an_acknowledged_file_waits_for_its_own_acknowledgement() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let sent = |batch: &Batch| deliver(folder, Confirm::Acknowledged, batch).unwrap();
        assert_eq!(sent(&batch(0, 7)), Delivery::Waiting);
        // More changed before the recipient looked: it still confirms what it was given.
        assert_eq!(sent(&batch(0, 9)), Delivery::Waiting);
        assert!(!folder.join("000000000000-000000000009.json").exists());
        fs::write(folder.join("000000000000-000000000007.json.ack"), "").unwrap();
        assert_eq!(sent(&batch(0, 9)), Delivery::Waiting, "the larger batch is not confirmed");
        fs::write(folder.join("000000000000-000000000009.json.ack"), "").unwrap();
        let name = "000000000000-000000000009.json".to_owned();
        assert_eq!(sent(&batch(0, 9)), Delivery::Confirmed(name));
    }
}
