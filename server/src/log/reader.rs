//! Readers of the log: any number of them beside the writer, never beyond the durable head.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use shouxin_core::log::{Damage, Head, ReadError, StoredCommit};

use super::cache::{Sealed, SealedCache};
use super::recover::{SCAN_READ_BYTES, Tail, index_point, read_tail};
use super::storage::{Access, Folder, Storage};
use super::walk::{Point, Segment, Walker};
use super::{OpenError, segment_name, sequence_of};

/// Bytes read at once by a read at a position.
const READ_BYTES: usize = 64 * 1024;
/// Bytes of entries after which a read returns early, so that it holds bounded memory.
const READ_RESULT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What writer and readers share.
pub(super) struct Shared {
    pub storage: Arc<dyn Storage>,
    pub sealed: SealedCache,
    pub state: RwLock<State>,
}

/// The durable log as readers may see it.
pub(super) struct State {
    /// The first sequence of every segment, rising; the last one is active.
    pub firsts: Vec<u64>,
    pub head: Head,
    /// The segment being written.
    pub active: Segment,
    /// The sparse index of the active segment.
    pub index: Vec<Point>,
}

impl Shared {
    /// Changes the state; the closure must not fail half way.
    pub fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The first sequences of all segments, rising and beginning with 0; empty if there is no log.
pub(super) fn list_segments(storage: &dyn Storage) -> Result<Vec<u64>, ReadError> {
    let names = storage.list().map_err(|error| ReadError::Unavailable {
        what: format!("the files of the log cannot be listed: {error}"),
    })?;
    let mut firsts: Vec<u64> = names.iter().filter_map(|name| sequence_of(name)).collect();
    firsts.sort_unstable();
    if firsts.first().is_some_and(|first| *first != 0) {
        let what = "the file is missing".to_owned();
        return Err(Damage { sequence: 0, file: segment_name(0), byte_offset: 0, what }.into());
    }
    Ok(firsts)
}

/// Reads the durable log; cheap to clone and to share between threads.
#[derive(Clone)]
pub struct LogReader {
    shared: Arc<Shared>,
}

/// Where a read begins and which sequence ends the segment it begins in.
struct Place {
    segment: Segment,
    point: Point,
    stop: u64,
}

impl LogReader {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Opens the log in `folder` without changing anything there; a torn tail is left alone and not
    /// shown. The head stays where it was found, even if another process appends.
    ///
    /// # Errors
    /// [`OpenError`], also if there is no log.
    pub fn open_read_only(folder: &Path) -> Result<Self, OpenError> {
        let storage: Arc<dyn Storage> = Arc::new(Folder::existing(folder));
        let firsts = list_segments(storage.as_ref())?;
        let Some(last) = firsts.last() else {
            return Err(OpenError::Unavailable(format!("{} holds no log", folder.display())));
        };
        let active = Segment::open(storage.as_ref(), *last, Access::Read)?;
        let Tail { end, index, .. } = read_quiet_tail(&active)?;
        let head = Head { next: end.sequence, chain: end.chain };
        let state = RwLock::new(State { firsts, head, active, index });
        Ok(Self::new(Arc::new(Shared { storage, sealed: SealedCache::default(), state })))
    }

    /// Where the durable log ends.
    #[must_use]
    pub fn head(&self) -> Head {
        self.shared.look(|state| state.head)
    }

    /// Up to `commits_max` commits, the first being the one that contains `from`; fewer once 8 MiB
    /// of entries are gathered, none if `from` is not written yet. The work is bounded by the index
    /// distance and the result, save that the first read in a sealed segment walks it once.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(&self, from: u64, commits_max: usize) -> Result<Vec<StoredCommit>, ReadError> {
        let mut commits: Vec<StoredCommit> = Vec::new();
        let (mut from, mut bytes) = (from, 0);
        while commits.len() < commits_max
            && let Some(place) = self.locate(from)?
        {
            let mut walk = PlaceWalk::new(place, READ_BYTES);
            while commits.len() < commits_max
                && let Some(commit) = walk.next_commit()?
            {
                if commit.next() <= from {
                    continue;
                }
                bytes += commit.entries.iter().map(|entry| entry.bytes.len()).sum::<usize>();
                commits.push(commit);
                if bytes >= READ_RESULT_BYTES_MAX {
                    return Ok(commits);
                }
            }
            from = walk.stop;
        }
        Ok(commits)
    }

    /// All commits from the one that contains `from` up to the head as it stands now, in order and
    /// with large reads. After an error the iterator ends.
    #[must_use]
    pub fn scan(&self, from: u64) -> Scan {
        Scan { reader: self.clone(), from, stop: self.head().next, walk: None, chain: None }
    }

    /// Where to begin reading for `from`; nothing at or behind the head.
    fn locate(&self, from: u64) -> Result<Option<Place>, ReadError> {
        let found = self.shared.look(|state| {
            if from >= state.head.next {
                return Err(None);
            }
            let after = state.firsts.partition_point(|first| *first <= from);
            if let Some(next) = state.firsts.get(after) {
                let first = after.checked_sub(1).and_then(|at| state.firsts.get(at));
                return Err(first.map(|first| (*first, *next)));
            }
            let point = point_before(&state.index, &state.active, from);
            Ok(Place { segment: state.active.clone(), point, stop: state.head.next })
        });
        match found {
            Ok(place) => Ok(Some(place)),
            Err(None) => Ok(None),
            Err(Some((first, next))) => self.locate_sealed(from, first, next).map(Some),
        }
    }

    fn locate_sealed(&self, from: u64, first: u64, next: u64) -> Result<Place, ReadError> {
        if let Some(sealed) = self.shared.sealed.get(first) {
            let point = point_before(&sealed.index, &sealed.segment, from);
            return Ok(Place { segment: sealed.segment.clone(), point, stop: next });
        }
        let segment = Segment::open(self.shared.storage.as_ref(), first, Access::Read)?;
        let point = Point::start(&segment.header);
        if from == first {
            // Nothing has to be skipped, so a scan gets by without an index.
            return Ok(Place { segment, point, stop: next });
        }
        let mut walk =
            PlaceWalk::new(Place { segment: segment.clone(), point, stop: next }, SCAN_READ_BYTES);
        let mut index = vec![point];
        while walk.next_commit()?.is_some() {
            index_point(&mut index, walk.walker.point());
        }
        let point = point_before(&index, &segment, from);
        let sealed = Sealed { segment: segment.clone(), index };
        self.shared.sealed.insert(first, Arc::new(sealed));
        Ok(Place { segment, point, stop: next })
    }
}

/// Reads a tail that another process may be writing. A batch seen half written looks like damage
/// if it and its successor are finished before the bytes behind it are looked at; only what is
/// found twice at the same place is damage.
fn read_quiet_tail(active: &Segment) -> Result<Tail, ReadError> {
    let mut before = None;
    loop {
        match read_tail(active) {
            Err(ReadError::Damaged(damage)) if before.as_ref() != Some(&damage) => {
                before = Some(damage);
            }
            result => return result,
        }
    }
}

/// The last point of a sparse index from which `from` is still ahead.
fn point_before(index: &[Point], segment: &Segment, from: u64) -> Point {
    let after = index.partition_point(|point| point.sequence <= from);
    let point = after.checked_sub(1).and_then(|at| index.get(at));
    point.copied().unwrap_or_else(|| Point::start(&segment.header))
}

/// A walk that ends at a sequence known to be durable, so that running out of batches is damage.
struct PlaceWalk {
    walker: Walker,
    stop: u64,
}

impl PlaceWalk {
    fn new(place: Place, read_bytes: usize) -> Self {
        Self { walker: Walker::new(place.segment, place.point, read_bytes), stop: place.stop }
    }

    fn next_commit(&mut self) -> Result<Option<StoredCommit>, ReadError> {
        let point = self.walker.point();
        if point.sequence >= self.stop {
            return Ok(None);
        }
        let commit = self.walker.next_commit()?;
        let passes = commit.as_ref().is_some_and(|commit| commit.next() > self.stop);
        if commit.is_none() || passes {
            let what = format!("the segment does not end at sequence {}", self.stop);
            return Err(self.walker.segment().damage(point.sequence, point.offset, what));
        }
        Ok(commit)
    }
}

/// The iterator of [`LogReader::scan`].
pub struct Scan {
    reader: LogReader,
    from: u64,
    stop: u64,
    walk: Option<PlaceWalk>,
    /// The chain after the last commit, which the next segment's header must name.
    chain: Option<[u8; 32]>,
}

impl Scan {
    fn next_commit(&mut self) -> Result<Option<StoredCommit>, ReadError> {
        while self.from < self.stop {
            if self.walk.is_none() {
                let Some(place) = self.reader.locate(self.from)? else { return Ok(None) };
                let header_chain = place.segment.header.chain;
                let first = place.segment.header.first_sequence == self.from;
                if first && self.chain.is_some_and(|chain| chain != header_chain) {
                    let what = "the chain in the header does not continue the segment before";
                    return Err(place.segment.damage(self.from, 0, what));
                }
                self.walk = Some(PlaceWalk::new(place, SCAN_READ_BYTES));
            }
            let Some(walk) = self.walk.as_mut() else { return Ok(None) };
            match walk.next_commit()? {
                Some(commit) if commit.next() <= self.from => {}
                Some(commit) => {
                    self.from = commit.next();
                    self.chain = Some(commit.chain_after);
                    return Ok(Some(commit));
                }
                None => self.walk = None,
            }
        }
        Ok(None)
    }
}

impl Iterator for Scan {
    type Item = Result<StoredCommit, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.next_commit().transpose();
        if matches!(item, Some(Err(_))) {
            self.stop = 0;
        }
        item
    }
}
