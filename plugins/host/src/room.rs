//! How much room a plugin takes on the disk. The kernel bounds one file of a child, not their number
//! nor their sum, and a full disk stops the register for everybody.
//!
//! So the register measures: before each start, and every few seconds from one thread that all
//! plugins share and no call waits for. It is a measure and no quota: between two looks a folder can
//! grow as fast as the disk writes. What is over its bound is stopped, and nothing is deleted.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::spec::PluginSpec;
use crate::supervisor::Shared;

/// The wait between two rounds of looks.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A round is followed by so many times its own length of rest, so that folders with many files cost
/// a twentieth of a processor and no more.
const REST: u32 = 20;

/// Folders within folders; one descriptor of the register is open for each while it looks.
const DEPTH_MAX: usize = 64;

/// What a folder may grow by while the disk is short of room: some steps of cases, so that whoever
/// did not fill the disk goes on carrying out, and too little to fill it.
const GROWTH_BYTES: u64 = 16 * 1024 * 1024;

/// The unit of `st_blocks`, whatever the file system.
const BLOCK_BYTES: u64 = 512;

/// The folder of one plugin and its bounds.
#[derive(Debug)]
pub(crate) struct Room {
    name: String,
    data_dir: PathBuf,
    bytes_max: u64,
    files_max: u64,
    free_bytes_min: u64,
    calm: Mutex<Calm>,
}

/// What a folder took when all was well, and whether it is known to have grown since.
#[derive(Debug, Default)]
struct Calm {
    /// What it took when the disk was last seen with room enough, or else when its body was started.
    bytes: u64,
    /// The child that one look has seen to have grown too much: a store that is written anew takes its room
    /// twice for a moment.
    grew: Option<u32>,
}

/// What a folder takes, or had taken when a bound was passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taken {
    /// Blocks, not lengths: a file with holes takes less than its length. What has two names counts twice.
    bytes: u64,
    /// Names, folders included.
    files: u64,
}

/// Why a folder cannot be measured.
#[derive(Debug, PartialEq, Eq)]
enum Unmeasured {
    /// Folders within folders beyond [`DEPTH_MAX`].
    Deep,
    /// It holds a folder that the register may not open.
    Closed,
    /// The system failed, which is no fault of the plugin's.
    Failed(Errno),
}

impl From<Errno> for Unmeasured {
    fn from(error: Errno) -> Unmeasured {
        match error {
            Errno::ACCESS | Errno::PERM => Unmeasured::Closed,
            other => Unmeasured::Failed(other),
        }
    }
}

impl Room {
    pub(crate) fn new(spec: &PluginSpec) -> Room {
        Room {
            name: spec.name.clone(),
            data_dir: spec.data_dir.clone(),
            bytes_max: spec.limits.data_bytes_max,
            files_max: spec.limits.data_files_max,
            free_bytes_min: spec.limits.disk_free_bytes_min,
            calm: Mutex::default(),
        }
    }

    /// Measures; says what is over its bound, how much, where, and what to do. `pid` is the running
    /// child, whose deleted files count as long as it holds them open. A folder that the system fails
    /// to read is let be: nobody is stopped for that.
    pub(crate) fn over(&self, pid: Option<u32>) -> Option<String> {
        let taken = match self.taken(pid) {
            Ok(taken) => taken,
            Err(Unmeasured::Failed(error)) => {
                let plugin = self.name.as_str();
                tracing::warn!(plugin, "its folder cannot be measured: {error}");
                return None;
            }
            Err(Unmeasured::Deep) => {
                return Some(self.text(
                    &format!("嵌套超过 {DEPTH_MAX} 层"),
                    &format!("holds folders within folders more than {DEPTH_MAX} deep"),
                ));
            }
            Err(Unmeasured::Closed) => {
                return Some(self.text(
                    "含有无法打开的子目录，占用无法测量",
                    "holds a folder that cannot be opened, so that it cannot be measured",
                ));
            }
        };
        let Taken { bytes, files } = taken;
        if bytes > self.bytes_max {
            let max = self.bytes_max;
            return Some(self.text(
                &format!("至少占用 {bytes} 字节，超过 data_bytes_max（{max}）"),
                &format!("takes at least {bytes} bytes, more than data_bytes_max ({max})"),
            ));
        }
        if files > self.files_max {
            let max = self.files_max;
            return Some(self.text(
                &format!("至少有 {files} 个文件，超过 data_files_max（{max}）"),
                &format!("holds at least {files} files, more than data_files_max ({max})"),
            ));
        }
        self.grew_on_a_full_disk(bytes, pid)
    }

    fn taken(&self, pid: Option<u32>) -> Result<Taken, Unmeasured> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = match rustix::fs::open(&self.data_dir, flags, Mode::empty()) {
            Ok(folder) => folder,
            // It is made when the plugin starts.
            Err(Errno::NOENT) => return Ok(Taken::default()),
            Err(error) => return Err(error.into()),
        };
        let device = rustix::fs::fstat(&folder)?.st_dev;
        let passed = |taken: &Taken| taken.bytes > self.bytes_max || taken.files > self.files_max;
        let mut taken = walk(folder, passed)?;
        if let Some(pid) = pid.filter(|_| !passed(&taken)) {
            taken.bytes = taken.bytes.saturating_add(deleted_and_held(pid, device));
        }
        Ok(taken)
    }

    /// Where the disk is short of room, whoever made it so since it was not is over. Two looks in a row have to
    /// see it. Before a start nothing grows: what is there then is what a body begins with.
    fn grew_on_a_full_disk(&self, bytes: u64, pid: Option<u32>) -> Option<String> {
        let mut calm = self.calm.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pid) = pid else {
            *calm = Calm { bytes, grew: None };
            return None;
        };
        if self.free_bytes_min == 0 {
            return None;
        }
        // The folder is not there before the first start, and takes what it takes: nothing.
        let disk = rustix::fs::statvfs(&self.data_dir).ok()?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        calm.bytes = match free >= self.free_bytes_min {
            true => bytes,
            false => calm.bytes.min(bytes),
        };
        let grown = bytes.saturating_sub(calm.bytes);
        let before = std::mem::replace(&mut calm.grew, (grown > GROWTH_BYTES).then_some(pid));
        if grown <= GROWTH_BYTES || before != Some(pid) {
            return None;
        }
        let min = self.free_bytes_min;
        Some(self.text(
            &format!(
                "增长了 {grown} 字节，而所在文件系统只剩 {free} 字节，少于 disk_free_bytes_min（{min}）"
            ),
            &format!(
                "grew by {grown} bytes while its file system has {free} left, less than \
                 disk_free_bytes_min ({min})"
            ),
        ))
    }

    /// What happened, in both languages, and what to do about it.
    fn text(&self, happened: &str, in_english: &str) -> String {
        let (name, folder) = (&self.name, self.data_dir.display());
        format!(
            "数据目录 {folder} {happened}：已停止该插件，未删除任何内容；请腾出空间，或在 plugins.toml 调整上限后 \
             shouxin plugin reload，再执行 shouxin plugin resume {name} / its folder {folder} {in_english}: it is \
             stopped, nothing was deleted; make room, or change the bound in plugins.toml and `shouxin plugin \
             reload`, then `shouxin plugin resume {name}`"
        )
    }
}

/// Adds up what is in a folder, until there is no more or `passed` says that it is enough. It follows
/// no link, and each folder is opened by its name in the one above, so that nothing the plugin
/// exchanges meanwhile leads elsewhere.
fn walk(folder: OwnedFd, passed: impl Fn(&Taken) -> bool) -> Result<Taken, Unmeasured> {
    let mut taken = Taken::default();
    let mut open = vec![Dir::new(folder)?];
    while let Some(folder) = open.last_mut() {
        let Some(entry) = folder.read() else {
            open.pop();
            continue;
        };
        let entry = entry?;
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        let stat = match rustix::fs::statat(folder.fd()?, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            // It was deleted meanwhile.
            Err(Errno::NOENT) => continue,
            Err(error) => return Err(error.into()),
        };
        taken.files += 1;
        taken.bytes = taken.bytes.saturating_add(blocks(&stat));
        if passed(&taken) {
            break;
        }
        if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
            continue;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(folder.fd()?, name, flags, Mode::empty()) {
            Ok(_) if open.len() >= DEPTH_MAX => return Err(Unmeasured::Deep),
            Ok(inner) => open.push(Dir::new(inner)?),
            // It was deleted, or is something else by now.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(taken)
}

fn blocks(stat: &Stat) -> u64 {
    u64::try_from(stat.st_blocks).unwrap_or_default().saturating_mul(BLOCK_BYTES)
}

/// What a process has deleted on this device and holds open: no folder shows it, and it takes its room
/// until it is closed. There are at most `open_files_max` of them. What it has only mapped is not seen.
fn deleted_and_held(pid: u32, device: u64) -> u64 {
    let Ok(descriptors) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        // It has ended, and holds nothing.
        return 0;
    };
    let mut seen = BTreeSet::new();
    let held = descriptors.filter_map(|descriptor| {
        let stat = rustix::fs::stat(descriptor.ok()?.path()).ok()?;
        let deleted = stat.st_nlink == 0 && stat.st_dev == device;
        let file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        (deleted && file && seen.insert(stat.st_ino)).then(|| blocks(&stat))
    });
    held.fold(0, u64::saturating_add)
}

/// The plugins of this process, and whether the thread runs that looks at them.
struct Watch {
    plugins: Vec<Weak<Shared>>,
    runs: bool,
}

static WATCH: Mutex<Watch> = Mutex::new(Watch { plugins: Vec::new(), runs: false });

fn lock() -> MutexGuard<'static, Watch> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has a plugin's folder looked at for as long as somebody holds the plugin. The thread starts with
/// the first plugin and ends after the last.
pub(crate) fn watch(plugin: &Arc<Shared>) -> io::Result<()> {
    let mut watch = lock();
    if !watch.runs {
        std::thread::Builder::new().name("plugin-room".to_owned()).spawn(keep_looking)?;
        watch.runs = true;
    }
    watch.plugins.push(Arc::downgrade(plugin));
    Ok(())
}

fn keep_looking() {
    loop {
        let plugins = {
            let mut watch = lock();
            watch.plugins.retain(|plugin| plugin.strong_count() > 0);
            if watch.plugins.is_empty() {
                watch.runs = false;
                return;
            }
            watch.plugins.clone()
        };
        let began = Instant::now();
        for plugin in plugins.iter().filter_map(Weak::upgrade) {
            plugin.look_at_room();
        }
        std::thread::sleep(LOOK_EVERY.max(began.elapsed().saturating_mul(REST)));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::*;

    fn room(folder: &Path, change: impl FnOnce(&mut Room)) -> Room {
        let mut room = Room {
            name: "one".to_owned(),
            data_dir: folder.to_owned(),
            bytes_max: u64::MAX,
            files_max: u64::MAX,
            free_bytes_min: 0,
            calm: Mutex::default(),
        };
        change(&mut room);
        room
    }

    fn write(path: impl AsRef<Path>, bytes: usize) {
        std::fs::write(path, vec![1; bytes]).unwrap();
    }

    #[test]
    fn names_and_blocks_are_counted_and_no_link_is_followed() {
        let folder = tempfile::TempDir::new().unwrap();
        let (own, other) = (folder.path().join("own"), folder.path().join("other"));
        std::fs::create_dir_all(own.join("deep/er")).unwrap();
        std::fs::create_dir(&other).unwrap();
        write(other.join("much"), 1 << 20);
        write(own.join("one"), 100_000);
        write(own.join("deep/er/two"), 200_000);
        let before = room(&own, |_| {}).taken(None).unwrap();
        assert_eq!(before.files, 4);
        assert!((300_000..600_000).contains(&before.bytes), "{before:?}");
        std::os::unix::fs::symlink(&other, own.join("folder")).unwrap();
        std::os::unix::fs::symlink(other.join("much"), own.join("file")).unwrap();
        std::fs::File::create(own.join("holes")).unwrap().set_len(1 << 40).unwrap();
        let after = room(&own, |_| {}).taken(None).unwrap();
        assert_eq!(after.files, 7);
        assert!(after.bytes < before.bytes + 100_000, "{before:?} {after:?}");
        // What is not there yet takes nothing.
        assert_eq!(room(&own.join("no"), |_| {}).taken(None), Ok(Taken::default()));
    }

    #[test]
    fn a_look_ends_as_soon_as_a_bound_is_passed() {
        let folder = tempfile::TempDir::new().unwrap();
        for number in 0..50 {
            write(folder.path().join(number.to_string()), 10_000);
        }
        let few = room(folder.path(), |room| room.files_max = 7);
        assert_eq!(few.taken(None).unwrap().files, 8);
        let text = few.over(None).unwrap();
        let told = ["至少有 8 个文件", "data_files_max (7)", "plugin resume one"];
        assert!(told.iter().all(|part| text.contains(part)), "{text}");
        assert!(text.contains(folder.path().to_str().unwrap()), "{text}");
        let small = room(folder.path(), |room| room.bytes_max = 30_000);
        let taken = small.taken(None).unwrap();
        assert!(taken.files < 5 && taken.bytes > 30_000, "{taken:?}");
        assert!(small.over(None).unwrap().contains("data_bytes_max (30000)"));
        assert_eq!(room(folder.path(), |room| room.files_max = 50).over(None), None);
    }

    #[test]
    fn a_folder_that_goes_too_deep_is_over() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut inner = folder.path().to_owned();
        for _ in 1..DEPTH_MAX {
            inner.push("d");
        }
        std::fs::create_dir_all(&inner).unwrap();
        let room = room(folder.path(), |_| {});
        assert_eq!(room.over(None), None);
        std::fs::create_dir(inner.join("d")).unwrap();
        assert_eq!(room.taken(None), Err(Unmeasured::Deep));
        assert!(room.over(None).unwrap().contains("more than 64 deep"));
    }

    #[test]
    fn what_may_not_be_opened_is_over_and_what_fails_is_not() {
        assert_eq!(Unmeasured::from(Errno::ACCESS), Unmeasured::Closed);
        assert_eq!(Unmeasured::from(Errno::IO), Unmeasured::Failed(Errno::IO));
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("file");
        write(&file, 1);
        // No folder at all: nothing that a plugin could do about it.
        assert_eq!(room(&file, |room| room.files_max = 0).over(None), None);
        // A plugin may shut a folder of its own to hide what is in it. Nothing is shut to root.
        let shut = folder.path().join("shut");
        std::fs::create_dir(&shut).unwrap();
        std::fs::set_permissions(&shut, std::fs::Permissions::from_mode(0o000)).unwrap();
        let text = room(folder.path(), |_| {}).over(None);
        assert_eq!(text.is_none(), rustix::process::geteuid().is_root(), "{text:?}");
    }

    #[test]
    fn what_was_deleted_counts_while_it_is_held_open_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("gone");
        write(&path, 1 << 20);
        let held = std::fs::File::open(&path).unwrap();
        let twice = held.try_clone().unwrap();
        std::fs::remove_file(&path).unwrap();
        let room = room(folder.path(), |room| room.bytes_max = 1 << 19);
        let bytes = || room.taken(Some(std::process::id())).unwrap().bytes;
        assert!((1 << 20..2 << 20).contains(&bytes()), "{}", bytes());
        assert_eq!(room.taken(None).unwrap().bytes, 0);
        assert!(room.over(Some(std::process::id())).is_some());
        drop((held, twice));
        assert_eq!(bytes(), 0);
    }

    #[test]
    fn on_a_full_disk_only_what_grew_is_over_until_it_shrinks_or_there_is_room() {
        let folder = tempfile::TempDir::new().unwrap();
        let growth = usize::try_from(GROWTH_BYTES).unwrap();
        write(folder.path().join("before"), 2 * growth);
        let mut room = room(folder.path(), |room| room.free_bytes_min = u64::MAX);
        let own = Some(std::process::id());
        assert_eq!(room.over(None), None, "it begins with what is there");
        write(folder.path().join("little"), growth / 2);
        assert_eq!((room.over(own), room.over(own)), (None, None));
        write(folder.path().join("more"), growth);
        assert_eq!(room.over(own), None, "it may be gone at the next look");
        for _ in 0..2 {
            let text = room.over(own).unwrap();
            assert!(text.contains("disk_free_bytes_min") && text.contains("只剩"), "{text}");
        }
        std::fs::remove_file(folder.path().join("more")).unwrap();
        assert_eq!(room.over(own), None);
        // What it gave back it does not take again.
        std::fs::remove_file(folder.path().join("before")).unwrap();
        assert_eq!(room.over(own), None);
        write(folder.path().join("more"), growth + growth / 2);
        assert_eq!(room.over(own), None);
        assert!(room.over(own).is_some());
        assert_eq!((room.over(None), room.over(own)), (None, None), "another body begins with it");
        write(folder.path().join("most"), 2 * growth);
        assert_eq!(room.over(own), None);
        room.free_bytes_min = 1;
        assert_eq!(room.over(own), None, "there is room");
        room.free_bytes_min = 0;
        write(folder.path().join("yet more"), 2 * growth);
        assert_eq!((room.over(own), room.over(own)), (None, None), "nobody asked");
    }

    /// A store that is written anew takes its room twice for a moment, on a disk that others filled.
    #[test]
    fn on_a_full_disk_a_store_is_written_anew_again_and_again() {
        let folder = tempfile::TempDir::new().unwrap();
        let growth = usize::try_from(GROWTH_BYTES).unwrap();
        write(folder.path().join("store"), 2 * growth);
        let room = room(folder.path(), |room| room.free_bytes_min = u64::MAX);
        let own = Some(std::process::id());
        assert_eq!(room.over(None), None);
        for _ in 0..3 {
            write(folder.path().join("tmp"), 2 * growth);
            assert_eq!(room.over(own), None);
            std::fs::rename(folder.path().join("tmp"), folder.path().join("store")).unwrap();
            assert_eq!(room.over(own), None);
        }
    }

    #[test]
    fn a_folder_that_was_not_there_grew_from_nothing() {
        let folder = tempfile::TempDir::new().unwrap();
        let own = folder.path().join("own");
        let room = room(&own, |room| room.free_bytes_min = u64::MAX);
        let body = Some(std::process::id());
        assert_eq!(room.over(None), None);
        std::fs::create_dir(&own).unwrap();
        write(own.join("much"), 2 * usize::try_from(GROWTH_BYTES).unwrap());
        assert_eq!(room.over(body), None);
        assert!(room.over(body).is_some());
    }
}
