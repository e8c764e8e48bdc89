//! The project of a new plugin: `shouxin plugin new NAME --lang rust|c`.
//!
//! What is written builds outside of this repository and without it: a project in Rust carries the sources of
//! the contract, the messages and the kit in `vendor/` and the versions of everything else in
//! `Cargo.lock`; a project in C carries all it is made of. It works as it is: it keeps the cases of one
//! measure, answers whether a subject is restricted on a day, and tests itself.
#![forbid(unsafe_code)]

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::tz::{Offset, TimeZone};

mod embedded {
    //! What the build script gathered.
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The longest name of a plugin, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

/// What a project is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Rust, with the kit of this repository.
    Rust,
    /// C99, with the kit in C.
    C,
}

impl FromStr for Lang {
    type Err = ScaffoldError;

    fn from_str(text: &str) -> Result<Lang, ScaffoldError> {
        match text {
            "rust" => Ok(Lang::Rust),
            "c" => Ok(Lang::C),
            other => Err(ScaffoldError::Lang { found: other.chars().take(32).collect() }),
        }
    }
}

/// Why there is no project.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScaffoldError {
    /// The name is none of a plugin.
    #[error(
        "插件名称“{found}”不可用：只用小写字母 a-z、数字和“-”，1 至 64 个字符，首尾不用“-” / \
         `{found}` is no name for a plugin: a-z, 0-9 and -, 1 to 64 characters, no - at either end"
    )]
    Name {
        /// What was given, cut to 80 characters.
        found: String,
    },
    /// No such language.
    #[error(
        "没有语言“{found}”的模板，可用：rust、c / there is no template for `{found}`; take rust or c"
    )]
    Lang {
        /// What was given, cut to 32 characters.
        found: String,
    },
    /// The place is taken.
    #[error(
        "{folder} 已存在且不是空文件夹，未写入任何内容；请换一个位置 / \
         {folder} exists and is not an empty folder; nothing was written, choose another place"
    )]
    Taken {
        /// The place.
        folder: PathBuf,
    },
    /// The system refused. What was written until then stays.
    #[error("无法写入 {path}：{source} / {path} cannot be written: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Writes the project of a plugin with this name into a folder, which is made if it is missing, and
/// returns the paths of the files in order. Nothing that exists is changed.
///
/// # Errors
/// The name is none, the folder holds something, or the system refuses.
pub fn create(folder: &Path, name: &str, lang: Lang) -> Result<Vec<PathBuf>, ScaffoldError> {
    let good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let ends = name.starts_with('-') || name.ends_with('-');
    if !(1..=NAME_BYTES_MAX).contains(&name.len()) || !name.bytes().all(good) || ends {
        return Err(ScaffoldError::Name { found: name.chars().take(80).collect() });
    }
    match std::fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            std::fs::create_dir_all(folder).map_err(io_error(folder))?;
        }
        Err(error) if error.kind() != ErrorKind::NotADirectory => {
            return Err(io_error(folder)(error));
        }
        Ok(false) | Err(_) => return Err(ScaffoldError::Taken { folder: folder.to_owned() }),
    }
    let files = match lang {
        Lang::Rust => embedded::RUST,
        Lang::C => embedded::C,
    };
    let words = Words::new(name);
    let mut written = Vec::new();
    for (path, text) in files {
        // Only templates have places to fill; what is vendored stays as it is.
        let text = match Path::new(path).extension().is_some_and(|ending| ending == "in") {
            true => words.fill(text),
            false => (*text).to_owned(),
        };
        let path = folder.join(path.strip_suffix(".in").unwrap_or(path));
        write(&path, &text)?;
        written.push(path);
    }
    Ok(written)
}

/// What stands in the places of a template.
struct Words {
    places: [(&'static str, String); 4],
}

impl Words {
    fn new(name: &str) -> Words {
        // The first day of this year and the last one of the next, in the county's time.
        let now = jiff::Timestamp::now().to_zoned(TimeZone::fixed(Offset::constant(8)));
        let year = i32::from(now.year());
        Words {
            places: [
                ("@NAME@", name.to_owned()),
                ("@LIBRARY@", format!("libplugin_{}", name.replace('-', "_"))),
                ("@FROM@", format!("{year:04}-01-01")),
                ("@UNTIL@", format!("{:04}-12-31", year + 1)),
            ],
        }
    }

    fn fill(&self, text: &str) -> String {
        self.places.iter().fold(text.to_owned(), |text, (place, word)| text.replace(place, word))
    }
}

fn write(path: &Path, text: &str) -> Result<(), ScaffoldError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io_error(folder))?;
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(io_error(path))
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> ScaffoldError + use<> {
    let path = path.to_owned();
    move |source| ScaffoldError::Io { path, source }
}
