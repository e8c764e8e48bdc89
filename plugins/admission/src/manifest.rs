//! What is signed about a library.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use shouxin_plugin_wire::Date;

/// The longest manifest with its signatures, in bytes.
pub const MANIFEST_BYTES_MAX: usize = 16 * 1024;

/// The first line of every manifest of this version. Another version has another first line.
const HEADER: &str = "shouxin plugin manifest v1";

/// Measures one manifest may name.
const MEASURES_MAX: usize = 64;

/// What a department states about one library.
///
/// As text, one field a line in this order, each `field value`; nothing may be added to a version:
///
/// ```text
/// shouxin plugin manifest v1
/// name procurement
/// version 1.2.0
/// department procurement
/// measures M-A17
/// sha256 64 hexadecimal digits
/// abi 1.1
/// valid 2026-01-01 2027-12-31
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The name it is deployed under: `a-z`, `0-9` and `-`, 1 to 64 bytes. The library says the same.
    pub name: String,
    /// Its version, 1 to 64 visible bytes. The library says the same.
    pub version: String,
    /// Code of the department whose cases it carries out.
    pub department: String,
    /// Measures of the catalogue that it carries out.
    pub measures: Vec<String>,
    /// SHA-256 of the library.
    pub sha256: [u8; 32],
    /// Major and minor version of the contract it was built for.
    pub abi: (u16, u16),
    /// First day on which it may be deployed.
    pub valid_from: Date,
    /// Last day on which it begins anything. What relieves is carried out after it, too.
    pub valid_until: Date,
}

/// What the author writes in `manifest.toml`; the rest of a [`Manifest`] is read from the library.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// As [`Manifest::name`].
    pub name: String,
    /// As [`Manifest::version`].
    pub version: String,
    /// As [`Manifest::department`].
    pub department: String,
    /// As [`Manifest::measures`].
    pub measures: Vec<String>,
    /// As [`Manifest::valid_from`].
    pub valid_from: Date,
    /// As [`Manifest::valid_until`].
    pub valid_until: Date,
}

/// Why a text is no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// A line is missing, out of order, unknown or not as it must be.
    #[error("清单第 {line} 行：{problem} / line {line} of the manifest: {problem}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A field has a value that no manifest may have.
    #[error("清单字段 {field}：{problem} / field `{field}` of the manifest: {problem}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// `manifest.toml` does not parse.
    #[error("manifest.toml：{0}")]
    Toml(String),
}

impl Draft {
    /// Reads `manifest.toml`.
    ///
    /// # Errors
    /// It does not parse, or a field cannot be so.
    pub fn parse(text: &str) -> Result<Draft, ManifestError> {
        toml::from_str(text).map_err(|error| ManifestError::Toml(error.to_string()))
    }

    /// The manifest of a library with this hash, built for this version of the contract.
    ///
    /// # Errors
    /// A field cannot be so.
    pub fn of(self, sha256: [u8; 32], abi: (u16, u16)) -> Result<Manifest, ManifestError> {
        let Draft { name, version, department, measures, valid_from, valid_until } = self;
        let manifest =
            Manifest { name, version, department, measures, sha256, abi, valid_from, valid_until };
        manifest.check()?;
        Ok(manifest)
    }
}

/// Whether every byte is one of those that may stand in a word of a manifest.
fn word(text: &str, bytes_max: usize) -> bool {
    (1..=bytes_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Manifest {
    /// Whether every field may stand in a manifest.
    fn check(&self) -> Result<(), ManifestError> {
        let bad =
            |field, problem: &str| Err(ManifestError::Field { field, problem: problem.to_owned() });
        let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !word(&self.name, 64) || !self.name.bytes().all(lower) {
            return bad("name", "1 to 64 of a-z, 0-9 and -");
        }
        if !word(&self.version, 64) {
            return bad("version", "1 to 64 visible ASCII characters");
        }
        if !word(&self.department, 64) {
            return bad("department", "the code of departments.toml");
        }
        if self.measures.is_empty() || self.measures.len() > MEASURES_MAX {
            return bad("measures", "1 to 64 measures of the catalogue");
        }
        if !self.measures.iter().all(|measure| word(measure, 32)) {
            return bad("measures", "each is an id of the catalogue, such as M-A17");
        }
        if self.valid_from > self.valid_until {
            return bad("valid", "the first day lies behind the last");
        }
        Ok(())
    }

    /// The text that is signed; [`Manifest::parse`] reads it back.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let (major, minor) = self.abi;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "{HEADER}\nname {}\nversion {}\ndepartment {}\nmeasures {}\nsha256 {}\nabi {major}.{minor}\n\
             valid {} {}\n",
            self.name,
            self.version,
            self.department,
            self.measures.join(" "),
            HEXLOWER.encode(&self.sha256),
            self.valid_from,
            self.valid_until
        );
        text
    }

    /// Reads the text of a manifest. There is one text for one manifest.
    ///
    /// # Errors
    /// The first line that is not as it must be.
    pub fn parse(text: &str) -> Result<Manifest, ManifestError> {
        let mut lines = (1..).zip(text.lines());
        let missing = |field: &str| format!("缺少 {field} / `{field}` is missing");
        let mut value = |field: &'static str| match lines.next() {
            Some((line, text)) => {
                match text.strip_prefix(field).and_then(|t| t.strip_prefix(' ')) {
                    Some(value) => Ok((line, value)),
                    None => Err(ManifestError::Line { line, problem: missing(field) }),
                }
            }
            None => Err(ManifestError::Field { field, problem: missing(field) }),
        };
        let (line, version) = value("shouxin plugin manifest")?;
        if version != "v1" {
            let problem =
                format!("版本 {version}，本系统读取 v1 / version {version}, this reads v1");
            return Err(ManifestError::Line { line, problem });
        }
        let name = value("name")?.1.to_owned();
        let version = value("version")?.1.to_owned();
        let department = value("department")?.1.to_owned();
        let measures = value("measures")?.1.split(' ').map(str::to_owned).collect();
        let (line, hash) = value("sha256")?;
        let bad = |line, problem: &str| ManifestError::Line { line, problem: problem.to_owned() };
        let hash = HEXLOWER.decode(hash.as_bytes()).ok().and_then(|hash| hash.try_into().ok());
        let sha256 = hash.ok_or_else(|| bad(line, "64 hexadecimal digits, lower case"))?;
        let (line, abi) = value("abi")?;
        let abi = abi.split_once('.').and_then(|(major, minor)| {
            Some((major.parse::<u16>().ok()?, minor.parse::<u16>().ok()?))
        });
        let abi = abi.ok_or_else(|| bad(line, "major.minor"))?;
        let (line, days) = value("valid")?;
        let days = days.split_once(' ').and_then(|(from, until)| {
            Some((from.parse::<Date>().ok()?, until.parse::<Date>().ok()?))
        });
        let (valid_from, valid_until) = days.ok_or_else(|| bad(line, "two days YYYY-MM-DD"))?;
        if let Some((line, _)) = lines.next() {
            return Err(bad(line, "nothing follows `valid` in version 1"));
        }
        let manifest =
            Manifest { name, version, department, measures, sha256, abi, valid_from, valid_until };
        manifest.check()?;
        // Two spellings of one manifest would be two texts with one meaning.
        match manifest.text() == text {
            true => Ok(manifest),
            false => Err(bad(1, "not in the one form that a manifest has")),
        }
    }
}
