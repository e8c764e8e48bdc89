//! The redo file: one generation of rows on disk before any of it goes into the store.
//!
//! sled's own batch would be atomic too, but it keeps every reader out until its last row is in:
//! over a second for 200,000 rows. With this file the rows may go in one by one, because a store
//! that was stopped half-way is brought to the end of the generation from here. Putting rows a
//! second time changes nothing.
//!
//! Layout: magic (16), positions before and after (40 each: next, chain), number of rows (8), the
//! rows (length of key 2, length of value 4 or `REMOVED`, key, value), CRC-32C of all that (4).
//! Integers are big-endian.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Applied, Rows, ViewError};

pub(super) const REDO_FILE: &str = "redo";
/// The file under its first name, until it is whole and on disk.
pub(super) const REDO_FILE_NEW: &str = "redo.new";
const MAGIC: &[u8; 16] = b"shouxin redo 1\r\n";
/// Stands for the length of the value where a row is removed.
const REMOVED: u32 = u32::MAX;
/// Bytes after which the file is synced as it grows. In one piece at the end, it would hold up
/// the log's own syncs on the same disk.
const PIECE_BYTES: usize = 4 << 20;

/// A generation of rows, and the positions it leads from and to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Redo {
    pub(super) from: Applied,
    pub(super) to: Applied,
    pub(super) rows: Rows,
}

/// Writes the file, and returns when the disk has it under its name.
///
/// # Errors
/// [`ViewError::Io`]; there may be a [`REDO_FILE_NEW`] then, which means nothing.
pub(super) fn save(dir: &Path, rows: &Rows, from: Applied, to: Applied) -> Result<(), ViewError> {
    let new = dir.join(REDO_FILE_NEW);
    File::create(&new)
        .and_then(|file| write(file, rows, from, to))
        .and_then(|()| fs::rename(&new, dir.join(REDO_FILE)))
        .and_then(|()| File::open(dir)?.sync_all())
        .map_err(|source| ViewError::io("write", &new, source))
}

/// Reads the file if there is one.
///
/// # Errors
/// [`ViewError::Unusable`] if it is not what [`save`] wrote: then nobody knows which rows the
/// store has. [`ViewError::Io`].
pub(super) fn load(dir: &Path) -> Result<Option<Redo>, ViewError> {
    let path = dir.join(REDO_FILE);
    match fs::read(&path) {
        Ok(bytes) => match decode(&bytes) {
            Some(redo) => Ok(Some(redo)),
            None => Err(ViewError::Unusable { why: "its redo file is damaged".to_owned() }),
        },
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ViewError::io("read", &path, source)),
    }
}

/// Removes the file, and one that never got its name. A removal that a power failure undoes does
/// no harm: the store stands at the file's end by then, and nothing is done again.
///
/// # Errors
/// [`ViewError::Io`].
pub(super) fn remove(dir: &Path) -> Result<(), ViewError> {
    remove_if_there(dir.join(REDO_FILE))?;
    remove_unfinished(dir)
}

/// Removes a file that never got its name.
///
/// # Errors
/// [`ViewError::Io`].
pub(super) fn remove_unfinished(dir: &Path) -> Result<(), ViewError> {
    remove_if_there(dir.join(REDO_FILE_NEW))
}

fn remove_if_there(path: PathBuf) -> Result<(), ViewError> {
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(ViewError::io("remove", &path, source))
        }
        _ => Ok(()),
    }
}

/// A file that is checksummed and synced piece by piece as it grows.
struct Pieces {
    file: BufWriter<File>,
    crc: u32,
    unsynced_bytes: usize,
}

impl Pieces {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.crc = crc32c::crc32c_append(self.crc, bytes);
        self.file.write_all(bytes)?;
        self.unsynced_bytes += bytes.len();
        if self.unsynced_bytes >= PIECE_BYTES {
            self.file.flush()?;
            self.file.get_ref().sync_data()?;
            self.unsynced_bytes = 0;
        }
        Ok(())
    }
}

fn write(file: File, rows: &Rows, from: Applied, to: Applied) -> io::Result<()> {
    let mut pieces =
        Pieces { file: BufWriter::with_capacity(1 << 18, file), crc: 0, unsynced_bytes: 0 };
    pieces.put(MAGIC)?;
    for position in [from, to] {
        pieces.put(&position.next.to_be_bytes())?;
        pieces.put(&position.chain)?;
    }
    pieces.put(&(rows.len() as u64).to_be_bytes())?;
    for (key, value) in rows {
        // Both lengths are bounded far below these types by `View::publish`.
        let too_long = |_| io::Error::from(io::ErrorKind::InvalidInput);
        let key_len = u16::try_from(key.len()).map_err(too_long)?;
        let value_len = match value {
            Some(value) => u32::try_from(value.len()).map_err(too_long)?,
            None => REMOVED,
        };
        pieces.put(&key_len.to_be_bytes())?;
        pieces.put(&value_len.to_be_bytes())?;
        pieces.put(key)?;
        pieces.put(value.as_deref().unwrap_or_default())?;
    }
    let crc = pieces.crc;
    pieces.put(&crc.to_be_bytes())?;
    pieces.file.flush()?;
    pieces.file.get_ref().sync_all()
}

/// `None` if the bytes are not exactly what [`write`] makes.
fn decode(bytes: &[u8]) -> Option<Redo> {
    let (content, crc) = bytes.split_last_chunk::<4>()?;
    if crc32c::crc32c(content) != u32::from_be_bytes(*crc) {
        return None;
    }
    let mut rest = content.strip_prefix(MAGIC)?;
    let from = take_position(&mut rest)?;
    let to = take_position(&mut rest)?;
    let count = u64::from_be_bytes(take(&mut rest)?);
    let mut rows = Rows::new();
    for _ in 0..count {
        let key_len = u16::from_be_bytes(take(&mut rest)?);
        let value_len = u32::from_be_bytes(take(&mut rest)?);
        let key = take_slice(&mut rest, usize::from(key_len))?.to_vec();
        let value = match value_len {
            REMOVED => None,
            _ => Some(Arc::from(take_slice(&mut rest, usize::try_from(value_len).ok()?)?)),
        };
        rows.insert(key, value);
    }
    (rest.is_empty() && rows.len() as u64 == count).then_some(Redo { from, to, rows })
}

fn take_position(rest: &mut &[u8]) -> Option<Applied> {
    let next = u64::from_be_bytes(take(rest)?);
    Some(Applied { next, chain: take(rest)? })
}

fn take<const LEN: usize>(rest: &mut &[u8]) -> Option<[u8; LEN]> {
    let (chunk, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*chunk)
}

fn take_slice<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (slice, behind) = rest.split_at_checked(len)?;
    *rest = behind;
    Some(slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Redo {
        let rows = Rows::from([
            (b"a".to_vec(), Some(Arc::from(&b"1"[..]))),
            (b"b".to_vec(), None),
            (b"c".to_vec(), Some(Arc::from(&b""[..]))),
        ]);
        Redo {
            from: Applied { next: 3, chain: [3; 32] },
            to: Applied { next: 9, chain: [9; 32] },
            rows,
        }
    }

    #[test]
    fn a_file_round_trips_and_is_gone_when_removed() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load(dir.path()).unwrap(), None);
        let Redo { from, to, rows } = sample();
        save(dir.path(), &rows, from, to).unwrap();
        assert_eq!(load(dir.path()).unwrap(), Some(sample()));
        remove(dir.path()).unwrap();
        assert_eq!(load(dir.path()).unwrap(), None);
        remove(dir.path()).unwrap();
    }

    #[test]
    fn a_file_longer_than_a_piece_round_trips() {
        let dir = tempfile::tempdir().unwrap();
        let value: Arc<[u8]> = Arc::from(vec![7; 60_000]);
        let rows: Rows =
            (0..200_u32).map(|n| (n.to_be_bytes().to_vec(), Some(value.clone()))).collect();
        let Redo { from, to, .. } = sample();
        save(dir.path(), &rows, from, to).unwrap();
        assert_eq!(load(dir.path()).unwrap().map(|redo| redo.rows), Some(rows));
    }

    #[test]
    fn a_changed_bit_or_a_missing_end_is_damage() {
        let dir = tempfile::tempdir().unwrap();
        let Redo { from, to, rows } = sample();
        save(dir.path(), &rows, from, to).unwrap();
        let path = dir.path().join(REDO_FILE);
        let good = fs::read(&path).unwrap();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&bad), None, "bit {bit}");
        }
        for len in 0..good.len() {
            assert_eq!(decode(&good[..len]), None, "{len} bytes");
        }
        fs::write(&path, &good[..good.len() - 1]).unwrap();
        assert!(matches!(load(dir.path()), Err(ViewError::Unusable { .. })));
    }
}
