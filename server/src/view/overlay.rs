//! Two generations of rows in memory above the store, and the thread that writes them out.
//!
//! Commits go into the *active* generation. When it is full or old it becomes the *frozen* one,
//! together with the position it stands for, and the flusher writes it out while new commits go
//! into a fresh active generation. The frozen rows leave memory only when the store has them all,
//! so readers see the same rows before, meanwhile and after. If both generations are full, the
//! writer waits.

use std::cell::RefCell;
use std::ops::Bound;
use std::path::Path;
use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::page::{self, Page};
use super::store::{self, Store};
use super::{Applied, Changes, KEY_BYTES_MAX, Rows, VALUE_BYTES_MAX, ViewError, ViewSettings};

/// A durable, ordered map of bytes that knows which log position it stands for.
///
/// Shared through an `Arc`. Dropping it finishes the batch being written and leaves the rest to
/// the log; [`View::close`] writes everything first.
pub struct View {
    shared: Arc<Shared>,
    settings: ViewSettings,
    /// One writer at a time, so that a commit is never split by another.
    writer: Mutex<()>,
    flusher: Option<JoinHandle<()>>,
}

struct Shared {
    store: Store,
    overlay: RwLock<Overlay>,
    flush: Mutex<Flush>,
    /// Signals every change of `flush`.
    flush_changed: Condvar,
}

/// What readers see above the store.
struct Overlay {
    active: Rows,
    frozen: Option<Arc<Rows>>,
    applied: Applied,
}

/// What the writer and the flusher tell each other.
struct Flush {
    /// Frozen rows that the store does not have yet, and the position they reach.
    pending: Option<(Arc<Rows>, Applied)>,
    /// The position of the last rows handed to the flusher.
    frozen_to: Applied,
    /// The first failure. Nothing is written after it.
    failed: Option<String>,
    closing: bool,
}

impl View {
    /// Opens the view in `dir`, creating it if there is none. [`View::applied`] then says from
    /// where the log is to be applied. Waits some seconds for the directory lock of a view that
    /// is just being dropped.
    ///
    /// # Errors
    /// [`ViewError::Unusable`] if it has to be destroyed and rebuilt; [`ViewError::Io`] if its
    /// directory cannot be used or another process holds it.
    pub fn open(dir: &Path, settings: ViewSettings) -> Result<Self, ViewError> {
        let (store, applied) = Store::open(dir, settings.cache_bytes)?;
        Self::start(store, applied, settings)
    }

    pub(super) fn start(
        store: Store,
        applied: Applied,
        settings: ViewSettings,
    ) -> Result<Self, ViewError> {
        let overlay = Overlay { active: Rows::new(), frozen: None, applied };
        let flush = Flush { pending: None, frozen_to: applied, failed: None, closing: false };
        let shared = Arc::new(Shared {
            store,
            overlay: RwLock::new(overlay),
            flush: Mutex::new(flush),
            flush_changed: Condvar::new(),
        });
        let flusher_shared = Arc::clone(&shared);
        let interval = Duration::from_millis(settings.flush_interval_ms.max(1));
        let flusher = thread::Builder::new()
            .name("view-flusher".to_owned())
            .spawn(move || flusher_shared.flush_until_closed(interval))
            .map_err(|source| ViewError::Store {
                doing: "start its flusher",
                why: source.to_string(),
            })?;
        Ok(Self { shared, settings, writer: Mutex::new(()), flusher: Some(flusher) })
    }

    /// Removes the view in `dir`, which nobody may have open. No view there is no error.
    ///
    /// # Errors
    /// [`ViewError::Io`].
    pub fn destroy(dir: &Path) -> Result<(), ViewError> {
        store::destroy(dir)
    }

    /// The position readers see now.
    pub fn applied(&self) -> Applied {
        self.shared.overlay().applied
    }

    /// Makes the rows of one commit visible, all at once, and `applied` with them. They reach the
    /// disk later, in order. Waits while both generations are full.
    ///
    /// # Errors
    /// Nothing is published if there is any: [`ViewError::Key`], [`ViewError::Value`],
    /// [`ViewError::OutOfOrder`], or [`ViewError::Poisoned`] after a write has failed.
    pub fn publish(&self, changes: Changes, applied: Applied) -> Result<(), ViewError> {
        for (key, value) in &changes {
            check_row(key, value.as_deref())?;
        }
        let _writer = lock(&self.writer);
        let current = self.applied();
        if applied.next < current.next {
            return Err(ViewError::OutOfOrder { next: applied.next, applied_next: current.next });
        }
        if self.active_is_full() {
            let flush = self.wait_for_room()?;
            self.shared.freeze(flush);
        } else {
            self.health()?;
        }
        let mut overlay = self.shared.overlay_mut();
        overlay.active.extend(changes);
        overlay.applied = applied;
        drop(overlay);
        if self.active_is_full() {
            let flush = lock(&self.shared.flush);
            if flush.pending.is_none() && flush.failed.is_none() {
                self.shared.freeze(flush);
            }
        }
        Ok(())
    }

    /// The view as it stands, unchanged for as long as the snapshot lives. It keeps the writer
    /// waiting, so take a page and let go. While a thread holds one it must call nothing else of
    /// the view, not even [`View::applied`] ([`Snapshot::applied`] is the same): with a writer
    /// waiting in between, both would wait for ever. Builds with debug assertions say so at once.
    pub fn read(&self) -> Snapshot<'_> {
        let once = Once::of(&self.shared.overlay);
        Snapshot { store: &self.shared.store, overlay: self.shared.overlay(), _once: once }
    }

    /// Writes everything published so far to the disk, and returns when it is there.
    ///
    /// # Errors
    /// [`ViewError::Poisoned`].
    pub fn flush_now(&self) -> Result<(), ViewError> {
        let writer = lock(&self.writer);
        let flush = self.wait_for_room()?;
        self.shared.freeze(flush);
        drop(writer);
        self.wait_for_room().map(drop)
    }

    /// Flushes, stops the flusher and closes the store.
    ///
    /// # Errors
    /// [`ViewError::Poisoned`] if not everything could be written; the view is closed all the
    /// same, and the log has the rest.
    pub fn close(self) -> Result<(), ViewError> {
        self.flush_now()
    }

    /// Whether commits are still taken: the first failure to write, as `publish` reports it.
    ///
    /// # Errors
    /// [`ViewError::Poisoned`].
    pub fn health(&self) -> Result<(), ViewError> {
        match &lock(&self.shared.flush).failed {
            Some(why) => Err(ViewError::Poisoned { why: why.clone() }),
            None => Ok(()),
        }
    }

    /// Whether everything published is on the disk.
    #[cfg(test)]
    pub(super) fn is_flushed(&self) -> bool {
        let flush = lock(&self.shared.flush);
        flush.pending.is_none() && flush.frozen_to == self.applied()
    }

    /// Bytes of the view's files.
    ///
    /// # Errors
    /// [`ViewError::Store`].
    pub fn size_on_disk(&self) -> Result<u64, ViewError> {
        self.shared.store.size_on_disk()
    }

    fn active_is_full(&self) -> bool {
        self.shared.overlay().active.len() >= self.settings.overlay_rows_max.max(1)
    }

    /// Waits until no frozen rows are left.
    fn wait_for_room(&self) -> Result<MutexGuard<'_, Flush>, ViewError> {
        let flush = self
            .shared
            .flush_changed
            .wait_while(lock(&self.shared.flush), |flush| {
                flush.pending.is_some() && flush.failed.is_none()
            })
            .unwrap_or_else(PoisonError::into_inner);
        match &flush.failed {
            Some(why) => Err(ViewError::Poisoned { why: why.clone() }),
            None => Ok(flush),
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        lock(&self.shared.flush).closing = true;
        self.shared.flush_changed.notify_all();
        if let Some(flusher) = self.flusher.take() {
            // The flusher reports failures through `Flush::failed`; a panic there leaves the
            // store where its last whole batch left it.
            let _ = flusher.join();
        }
    }
}

impl Shared {
    fn overlay(&self) -> RwLockReadGuard<'_, Overlay> {
        self.overlay.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn overlay_mut(&self) -> RwLockWriteGuard<'_, Overlay> {
        self.overlay.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns the active rows into frozen ones and hands them to the flusher, if there is anything
    /// that was not handed over before. The caller saw under `flush` that nothing is pending. A
    /// commit goes into the overlay under one lock, so none is ever split here.
    fn freeze(&self, mut flush: MutexGuard<'_, Flush>) {
        let mut overlay = self.overlay_mut();
        if overlay.active.is_empty() && overlay.applied == flush.frozen_to {
            return;
        }
        let rows = Arc::new(std::mem::take(&mut overlay.active));
        overlay.frozen = Some(Arc::clone(&rows));
        flush.frozen_to = overlay.applied;
        flush.pending = Some((rows, overlay.applied));
        drop(overlay);
        drop(flush);
        self.flush_changed.notify_all();
    }

    fn flush_until_closed(&self, interval: Duration) {
        while let Some((rows, applied)) = self.next_pending(interval) {
            // The store is written with no lock held: readers find these rows in the overlay.
            let written = self.store.write(&rows, applied);
            if let Err(error) = written {
                tracing::error!(%error, "the view cannot be written and takes no more commits");
                lock(&self.flush).failed = Some(error.to_string());
                self.flush_changed.notify_all();
                return;
            }
            self.overlay_mut().frozen = None;
            lock(&self.flush).pending = None;
            self.flush_changed.notify_all();
        }
    }

    /// The next rows to write, or `None` when the view closes and nothing is left. Where no
    /// generation gets full within `interval`, it takes what there is.
    fn next_pending(&self, interval: Duration) -> Option<(Arc<Rows>, Applied)> {
        loop {
            let (flush, waited) = self
                .flush_changed
                .wait_timeout_while(lock(&self.flush), interval, |flush| {
                    flush.pending.is_none() && !flush.closing
                })
                .unwrap_or_else(PoisonError::into_inner);
            if !waited.timed_out() || flush.pending.is_some() || flush.closing {
                return flush.pending.clone();
            }
            self.freeze(flush);
        }
    }
}

/// A state of the view after some whole commit.
pub struct Snapshot<'view> {
    store: &'view Store,
    overlay: RwLockReadGuard<'view, Overlay>,
    _once: Once,
}

thread_local! {
    /// The views of which this thread holds a snapshot, by the address of their lock.
    static HELD: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Watches that no thread holds two snapshots of one view; nothing where debug assertions are off.
struct Once(usize);

impl Once {
    fn of(lock: &RwLock<Overlay>) -> Once {
        let address = std::ptr::from_ref(lock).addr();
        if cfg!(debug_assertions) {
            let first = HELD.with_borrow(|held| !held.contains(&address));
            assert!(first, "this thread holds a snapshot of this view already");
            HELD.with_borrow_mut(|held| held.push(address));
        }
        Once(address)
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        if cfg!(debug_assertions) {
            HELD.with_borrow_mut(|held| held.retain(|own| *own != self.0));
        }
    }
}

impl Snapshot<'_> {
    /// The position this state stands for.
    pub fn applied(&self) -> Applied {
        self.overlay.applied
    }

    /// The value under `key`.
    ///
    /// # Errors
    /// [`ViewError::Store`].
    pub fn get(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, ViewError> {
        if key.first().is_none_or(|first| *first == store::RESERVED_FIRST_BYTE) {
            return Ok(None);
        }
        let frozen = self.overlay.frozen.as_deref();
        let in_memory = self.overlay.active.get(key).or_else(|| frozen?.get(key));
        match in_memory {
            Some(value) => Ok(value.clone()),
            None => self.store.get(key),
        }
    }

    /// The first `limit` rows whose keys begin with `prefix` and come after `after`, ascending.
    /// The last key of a page is the `after` of the next.
    ///
    /// # Errors
    /// [`ViewError::Store`].
    pub fn range(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Page, ViewError> {
        let end = page::end_of_prefix(prefix);
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        self.page((from, Bound::Excluded(&end)), false, limit)
    }

    /// The last `limit` rows whose keys begin with `prefix` and come before `before`, descending.
    /// The last key of a page is the `before` of the next.
    ///
    /// # Errors
    /// [`ViewError::Store`].
    pub fn range_reverse(
        &self,
        prefix: &[u8],
        before: Option<&[u8]>,
        limit: usize,
    ) -> Result<Page, ViewError> {
        let end = page::end_of_prefix(prefix);
        let to = before.map_or(end.as_slice(), |before| before.min(&end));
        self.page((Bound::Included(prefix), Bound::Excluded(to)), true, limit)
    }

    fn page(
        &self,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
        reverse: bool,
        limit: usize,
    ) -> Result<Page, ViewError> {
        if page::is_empty(bounds) {
            return Ok(Page::new());
        }
        let newest_first = [Some(&self.overlay.active), self.overlay.frozen.as_deref()];
        page::merge(newest_first, self.store.range(bounds, reverse), bounds, reverse, limit)
    }
}

fn check_row(key: &[u8], value: Option<&[u8]>) -> Result<(), ViewError> {
    let first_is_free = key.first().is_some_and(|first| *first != store::RESERVED_FIRST_BYTE);
    if !first_is_free || key.len() > KEY_BYTES_MAX {
        return Err(ViewError::Key { key_bytes: key.len() });
    }
    match value {
        Some(value) if value.len() > VALUE_BYTES_MAX => {
            Err(ViewError::Value { value_bytes: value.len() })
        }
        _ => Ok(()),
    }
}

/// A lock whose holder panicked is still good: no holder leaves its data half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
