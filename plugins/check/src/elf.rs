//! What the file itself says, read without running any of it.

use object::elf;
use object::read::elf::{Dyn as _, ElfFile64, FileHeader as _, ProgramHeader as _};
use object::{Endianness, Object as _, ObjectSymbol as _, SymbolFlags};

/// The one symbol a plugin exports.
pub(crate) const ENTRY: &str = "shouxin_plugin_v1";

/// The majors of the entry that may come after ours.
const ENTRY_PREFIX: &str = "shouxin_plugin_v";

/// What linkers define by themselves.
const OF_THE_LINKER: [&str; 7] =
    ["_init", "_fini", "__bss_start", "_edata", "_end", "__end__", "_bss_end__"];

/// Bytes of the header that say for which machine a file is.
const IDENTITY_BYTES: usize = 20;

/// A library as its file describes it.
#[derive(Debug, Default)]
pub(crate) struct Library {
    /// Whether it exports [`ENTRY`] as a function, and how often.
    pub(crate) entries: usize,
    /// Every other symbol it exports.
    pub(crate) others: Vec<String>,
    /// Whether its code has to be written to when it is loaded.
    pub(crate) text_relocations: bool,
    /// Whether it asks for a stack that can be executed.
    pub(crate) executable_stack: bool,
}

/// Class, byte order and machine of a file.
fn machine(bytes: &[u8]) -> Option<(u8, u8, [u8; 2])> {
    let head = bytes.get(..IDENTITY_BYTES).filter(|head| head.starts_with(b"\x7fELF"))?;
    Some((*head.get(4)?, *head.get(5)?, head.get(18..20)?.try_into().ok()?))
}

/// Reads a library. `own` is the program that is to load it: what fits it fits the machine.
///
/// # Errors
/// One sentence that says why the file cannot be a plugin here.
pub(crate) fn read(bytes: &[u8], own: &[u8]) -> Result<Library, String> {
    let found = machine(bytes).ok_or("the file is no ELF library")?;
    let (class, order, number) = machine(own).ok_or("the host program is no ELF file")?;
    if found != (class, order, number) {
        let (found_class, _, found_number) = found;
        return Err(format!(
            "the library is for machine {} (class {found_class}), the register runs on {} (class \
             {class}); build it for this machine",
            u16::from_le_bytes(found_number),
            u16::from_le_bytes(number)
        ));
    }
    let bad = |error: object::Error| format!("the file cannot be read as ELF: {error}");
    let file = ElfFile64::<Endianness>::parse(bytes).map_err(bad)?;
    let endian = file.endian();
    if file.elf_header().e_type(endian) != elf::ET_DYN {
        return Err("the file is no shared library; link it with -shared".to_owned());
    }
    let mut library = Library::default();
    for symbol in file.dynamic_symbols() {
        let hidden = match symbol.flags() {
            SymbolFlags::Elf { st_other, .. } => {
                let visibility = st_other.visibility();
                ![elf::STV_DEFAULT, elf::STV_PROTECTED].contains(&visibility)
            }
            _ => false,
        };
        if symbol.is_undefined() || !symbol.is_global() || hidden {
            continue;
        }
        match symbol.name() {
            Ok(ENTRY) => library.entries += 1,
            Ok(name) if !OF_THE_LINKER.contains(&name) => library.others.push(name.to_owned()),
            _ => {}
        }
    }
    let mut stack = None;
    for segment in file.elf_program_headers() {
        if segment.p_type(endian) == elf::PT_GNU_STACK {
            stack = Some(segment.p_flags(endian));
        }
        for entry in segment.dynamic(endian, bytes).map_err(bad)?.unwrap_or_default() {
            let tag = entry.d_tag(endian);
            let flags = entry.d_val(endian);
            library.text_relocations |=
                tag == elf::DT_TEXTREL || (tag == elf::DT_FLAGS && flags & elf::DF_TEXTREL.0 != 0);
        }
    }
    // Without the segment the loader takes the stack to be executable.
    library.executable_stack = stack.is_none_or(|flags| flags.contains(elf::PF_X));
    Ok(library)
}

impl Library {
    /// The entries of later majors among the other symbols.
    pub(crate) fn later_entries(&self) -> impl Iterator<Item = &String> {
        self.others.iter().filter(|name| name.starts_with(ENTRY_PREFIX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Vec<u8> {
        std::fs::read("/proc/self/exe").unwrap()
    }

    #[test]
    fn what_is_no_library_of_this_machine_is_refused_with_a_sentence() {
        let own = own();
        assert_eq!(read(b"", &own).unwrap_err(), "the file is no ELF library");
        assert_eq!(read(b"#!/bin/sh\n", &own).unwrap_err(), "the file is no ELF library");
        let mut foreign = own.clone();
        foreign[18] ^= 0x55;
        assert!(read(&foreign, &own).unwrap_err().contains("build it for this machine"));
        let mut program = own.clone();
        program[16] = 2;
        assert!(read(&program, &own).unwrap_err().contains("no shared library"));
    }

    #[test]
    fn a_file_cut_off_anywhere_is_no_panic() {
        let own = own();
        for bytes in (0..2_048).chain([own.len() / 2, own.len() - 1]) {
            let _ = read(&own[..bytes.min(own.len())], &own);
        }
    }
}
