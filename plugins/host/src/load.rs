//! From a path and a hash to a checked descriptor.
//!
//! What is verified is what is loaded: the bytes are read once, hashed, put into a sealed memory
//! file and loaded from there, so that nobody can change them between check and use. A library is
//! never unloaded.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use rustix::fs::{MemfdFlags, SealFlags};
use sha2::{Digest, Sha256};
use shouxin_plugin_abi as abi;

use crate::handshake::{Refusal, hex};
use crate::spec::{AbiInfo, RefusalCode};

/// The longest library, in bytes.
const LIBRARY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// `RTLD_NODELETE` of the system's loader: stay mapped whatever happens to the handle.
const RTLD_NODELETE: i32 = 0x1000;

/// A library that speaks our major version of the contract.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) descriptor: abi::Descriptor,
    pub(crate) info: AbiInfo,
}

// SAFETY: a descriptor holds pointers to static data and code of a library that is never unloaded.
unsafe impl Send for Loaded {}

/// What this process has loaded, by hash. Loading the same bytes twice would give two copies of
/// every static of the plugin.
static LOADED: Mutex<BTreeMap<[u8; 32], Loaded>> = Mutex::new(BTreeMap::new());

/// A library whose bytes are the admitted ones, not loaded yet.
pub(crate) enum Verified {
    /// Its bytes, where nobody can change them any more.
    Sealed { sha256: [u8; 32], file: OwnedFd },
    /// This process has it already.
    Loaded(Box<Loaded>),
}

/// Reads a library and compares its hash. Nothing of it runs.
pub(crate) fn verify(path: &Path, sha256: [u8; 32]) -> Result<Verified, Refusal> {
    let loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = loaded.get(&sha256) {
        return Ok(Verified::Loaded(Box::new(found.clone())));
    }
    drop(loaded);
    let bytes = read_verified(path, sha256)?;
    let file = seal(&bytes).map_err(|error| library_error(path, error))?;
    Ok(Verified::Sealed { sha256, file })
}

/// Loads what was verified; `path` is for the sentences of a refusal.
pub(crate) fn load(verified: Verified, path: &Path) -> Result<Loaded, Refusal> {
    let (sha256, file) = match verified {
        Verified::Sealed { sha256, file } => (sha256, file),
        Verified::Loaded(loaded) => return Ok(*loaded),
    };
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = loaded.get(&sha256) {
        return Ok(found.clone());
    }
    let found = open(file, path)?;
    loaded.insert(sha256, found.clone());
    Ok(found)
}

fn library_error(path: &Path, error: impl std::fmt::Display) -> Refusal {
    Refusal::new(RefusalCode::Library, format!("{}: {error}", path.display()))
}

/// What the system's loader said, such as the symbol it did not find: it stands in the source.
fn loader_said(error: &libloading::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn read_verified(path: &Path, sha256: [u8; 32]) -> Result<Vec<u8>, Refusal> {
    let file = File::open(path).map_err(|error| library_error(path, error))?;
    let mut bytes = Vec::new();
    file.take(LIBRARY_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| library_error(path, error))?;
    if bytes.len() as u64 > LIBRARY_BYTES_MAX {
        return Err(library_error(path, format!("longer than {LIBRARY_BYTES_MAX} bytes")));
    }
    let found = Sha256::digest(&bytes);
    if found[..] != sha256[..] {
        let reason = format!(
            "{} has SHA-256 {}, admitted is {}; admit the new file or restore the old one",
            path.display(),
            hex(&found),
            hex(&sha256)
        );
        return Err(Refusal::new(RefusalCode::Hash, reason));
    }
    Ok(bytes)
}

/// A memory file with these bytes that nobody can change any more.
fn seal(bytes: &[u8]) -> std::io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    // Kernels since 6.3 want the wish to execute stated, older ones do not know the flag.
    let file = match rustix::fs::memfd_create("shouxin-plugin", flags | MemfdFlags::EXEC) {
        Err(rustix::io::Errno::INVAL) => rustix::fs::memfd_create("shouxin-plugin", flags)?,
        other => other?,
    };
    let mut file = File::from(file);
    file.write_all(bytes)?;
    let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
    rustix::fs::fcntl_add_seals(&file, seals)?;
    Ok(file.into())
}

fn open(file: OwnedFd, path: &Path) -> Result<Loaded, Refusal> {
    // The descriptor stays open for good: the loader tells libraries apart by name, and with the
    // number reused `/proc/self/fd/N` would give the library that had the number before.
    let file = ManuallyDrop::new(file);
    let name = format!("/proc/self/fd/{}", file.as_raw_fd());
    // SAFETY: this runs the library's initialisers. The bytes are the admitted ones, whose origin
    // the operator answers for; that is the trust the contract states.
    let library = unsafe { Library::open(Some(name), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) }
        .map_err(|error| library_error(path, loader_said(&error)))?;
    let library = ManuallyDrop::new(library);
    // SAFETY: the contract fixes the type of this symbol, major version included in its name.
    let entry = unsafe { library.get::<abi::EntryFn>(abi::ENTRY_SYMBOL.as_bytes()) };
    let Ok(entry) = entry else {
        let reason = format!(
            "{} does not export `{}`; this register speaks version {}.{} of the plugin contract, \
             build the plugin for major version {}",
            path.display(),
            abi::ENTRY_SYMBOL,
            abi::ABI_MAJOR,
            abi::ABI_MINOR,
            abi::ABI_MAJOR
        );
        return Err(Refusal::new(RefusalCode::Abi, reason));
    };
    // SAFETY: the contract allows calling the entry at any time and any number of times.
    let pointer = unsafe { entry() };
    // SAFETY: the contract says what a descriptor looks like and that it is static.
    unsafe { check(pointer) }
        .map_err(|reason| Refusal::new(RefusalCode::Abi, format!("{}: {reason}", path.display())))
}

/// Copies a descriptor as far as it goes and checks it.
///
/// # Safety
/// Null, or a static descriptor whose `struct_size` is true.
unsafe fn check(pointer: *const abi::Descriptor) -> Result<Loaded, String> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err("the library gives no descriptor".to_owned());
    }
    // SAFETY: every version of the contract begins with these fields; they are read one by one, so
    // nothing beyond them is touched.
    let (magic, size, major, minor) = unsafe {
        (
            (&raw const (*pointer).magic).read(),
            (&raw const (*pointer).struct_size).read() as usize,
            (&raw const (*pointer).abi_major).read(),
            (&raw const (*pointer).abi_minor).read(),
        )
    };
    if magic != abi::MAGIC {
        return Err(format!("the descriptor begins with {magic:#010x}, not {:#010x}", abi::MAGIC));
    }
    if major != abi::ABI_MAJOR {
        return Err(format!(
            "the plugin was built for version {major}.{minor} of the contract, this register \
             speaks {}.{}; build the plugin for major version {}",
            abi::ABI_MAJOR,
            abi::ABI_MINOR,
            abi::ABI_MAJOR
        ));
    }
    if size < abi::DESCRIPTOR_BYTES_MIN {
        return Err(format!(
            "the descriptor has {size} bytes, version {major} has at least {}",
            abi::DESCRIPTOR_BYTES_MIN
        ));
    }
    let mut copy = std::mem::MaybeUninit::<abi::Descriptor>::zeroed();
    let bytes = size.min(size_of::<abi::Descriptor>());
    // SAFETY: the source has `struct_size` bytes, the target its own size, and they are apart. All
    // bytes zero is a valid descriptor (null pointers and absent hooks), and each field that is
    // copied is copied whole, because fields are only ever appended.
    let descriptor = unsafe {
        std::ptr::copy_nonoverlapping(pointer.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), bytes);
        copy.assume_init()
    };
    if descriptor.create.is_none() || descriptor.destroy.is_none() {
        return Err("`create` and `destroy` are required".to_owned());
    }
    // SAFETY: the texts of a descriptor are static.
    let info = unsafe { info(&descriptor)? };
    Ok(Loaded { descriptor, info })
}

/// # Safety
/// The texts of the descriptor are static.
unsafe fn info(descriptor: &abi::Descriptor) -> Result<AbiInfo, String> {
    let text = |field: &str, text: abi::Text| -> Result<String, String> {
        if text.len > 256 {
            return Err(format!("`{field}` has {} bytes, at most 256 are allowed", text.len));
        }
        // SAFETY: by the caller's promise.
        let bytes = unsafe { abi::borrow(text.ptr, text.len) };
        let bytes = bytes.ok_or_else(|| format!("`{field}` is a null pointer with a length"))?;
        let text = std::str::from_utf8(bytes).map_err(|_| format!("`{field}` is not UTF-8"))?;
        Ok(text.to_owned())
    };
    let hooks = [
        ("classified", descriptor.classified),
        ("execute", descriptor.execute),
        ("suspend", descriptor.suspend),
        ("resume", descriptor.resume),
        ("lift", descriptor.lift),
        ("forget", descriptor.forget),
        ("query", descriptor.query),
    ];
    Ok(AbiInfo {
        abi_major: descriptor.abi_major,
        abi_minor: descriptor.abi_minor,
        name: text("name", descriptor.name)?,
        version: text("version", descriptor.version)?,
        department: text("department", descriptor.department)?,
        hooks: hooks
            .into_iter()
            .filter(|(_, function)| function.is_some())
            .map(|(name, _)| name.to_owned())
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library of a package of this workspace, built by cargo as a dev-dependency.
    fn library(file: &str) -> std::path::PathBuf {
        std::env::current_exe().unwrap().parent().unwrap().join(file)
    }

    /// The system's loader knows a library by the name it was opened under. When the memory file
    /// was closed after loading, its number went to the next one, and loading that gave the first
    /// library again.
    #[test]
    fn one_library_after_the_other_are_two_libraries() {
        let names = ["libshouxin_fixture_faulty.so", "libshouxin_plugin_procurement.so"];
        let loaded = names.map(|name| {
            let path = library(name);
            let sha256 = Sha256::digest(std::fs::read(&path).unwrap()).into();
            load(verify(&path, sha256).unwrap(), &path).unwrap()
        });
        assert_eq!(loaded.each_ref().map(|one| one.info.name.as_str()), ["faulty", "procurement"]);
        let path = library(names[0]);
        let sha256 = Sha256::digest(std::fs::read(&path).unwrap()).into();
        let again = load(verify(&path, sha256).unwrap(), &path).unwrap();
        assert_eq!(
            again.descriptor.create.map(|function| function as usize),
            loaded[0].descriptor.create.map(|function| function as usize),
            "the same bytes are loaded once"
        );
    }

    #[test]
    fn sealed_bytes_cannot_be_changed() {
        let mut file = File::from(seal(b"bytes").unwrap());
        assert!(file.write_all(b"other").is_err());
        assert!(file.set_len(1).is_err());
    }
}
