//! Identifiers of subjects: typed, checked, every error by name (domain.md 3).
//!
//! A parser reports everything that is wrong at once, and never repairs: `normalise` is for the
//! edge, where a person typed the text, and even it does not turn a letter into a digit.

pub mod citizen_number;
pub mod division;
pub mod legacy;
pub mod organisation_code;
pub mod registration_number;
pub mod uscc;

use std::fmt;

pub use citizen_number::CitizenNumber;
pub use legacy::{LegacyCode, LegacyKind, LegacyKindError};
pub use organisation_code::OrganisationCode;
pub use registration_number::RegistrationNumber;
pub use uscc::Uscc;

/// One thing wrong with an identifier. `Display` is the short name that domain.md 3 tabulates,
/// `CHECK18 want 5`; the short names are part of the interface and do not change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum IdentifierError {
    /// `LEN`: the number of characters is none that this kind of identifier can have.
    #[error("LEN")]
    Length {
        /// The length it should have, in words of no language: `18`, `13, 15`, `15-20`.
        want: &'static str,
    },
    /// `CHAR`: characters outside the alphabet, in the order in which they stand. Which ones is
    /// told for codes of organisations only: part of a person's number does not belong in an error.
    #[error("CHAR{}{}", if .0.is_empty() { "" } else { " " }, .0)]
    Characters(String),
    /// `CHECK want c`: the identifier's only check character.
    #[error("CHECK want {want}")]
    Check {
        /// The right one.
        want: char,
    },
    /// `CHECK18 want c`: the last character of a unified social credit code (GB 32100-2015).
    #[error("CHECK18 want {want}")]
    Check18 {
        /// The right one.
        want: char,
    },
    /// `INNER17 want c`: the check character of the organisation code inside it (GB 11714-1997).
    #[error("INNER17 want {want}")]
    Inner17 {
        /// The right one.
        want: char,
    },
    /// `DEPT`: no registering department has this letter or digit.
    #[error("DEPT")]
    Department,
    /// `CATEGORY`: the department registers no such category.
    #[error("CATEGORY")]
    Category,
    /// `DIVISION`: the division code is not six digits.
    #[error("DIVISION")]
    Division,
    /// `PROVINCE`: the division code begins with no province of GB/T 2260.
    #[error("PROVINCE")]
    Province,
    /// `DATE`: the birth date is no day of the calendar.
    #[error("DATE")]
    Date,
    /// `FUTURE`: the birth date is later than today.
    #[error("FUTURE")]
    Future,
    /// `PERSONAL`: a code of an organisation that contains a well-formed citizen number, as tax
    /// numbers of individual businesses did. Such a code must not be stored in the open.
    #[error("PERSONAL")]
    Personal,
}

impl IdentifierError {
    /// What is wrong and what to do, in Chinese and in English.
    fn explanation(&self) -> (String, String) {
        let fixed = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self {
            Self::Length { want } => {
                (format!("位数不符，应为 {want} 位"), format!("wrong length, {want} expected"))
            }
            Self::Characters(found) => explain_characters(found),
            Self::Check { want } => (
                format!("校验位不符，按其余各位应为 {want}，请核对证件"),
                format!("wrong check character, the rest asks for {want}; compare with the paper"),
            ),
            Self::Check18 { want } => (
                format!("第 18 位校验码不符，按前 17 位应为 {want}，请核对证照"),
                format!(
                    "wrong check character 18, the rest asks for {want}; compare with the paper"
                ),
            ),
            Self::Inner17 { want } => (
                format!(
                    "第 17 位（组织机构代码校验码）不符，按第 9 至 16 位应为 {want}，请核对证照"
                ),
                format!(
                    "wrong check character 17, characters 9-16 ask for {want}; compare with the paper"
                ),
            ),
            Self::Department => {
                fixed("第 1 位登记管理部门代码未定义", "character 1 is no registering department")
            }
            Self::Category => fixed(
                "第 2 位机构类别代码在该登记管理部门下未定义",
                "character 2 is no category of that department",
            ),
            Self::Division => {
                fixed("行政区划代码应为 6 位数字", "the division code must be six digits")
            }
            Self::Province => fixed(
                "行政区划代码的省级代码不存在",
                "the division code begins with no existing province",
            ),
            Self::Date => fixed("出生日期不存在", "the birth date is no day of the calendar"),
            Self::Future => fixed("出生日期晚于今日", "the birth date is later than today"),
            Self::Personal => fixed(
                "该代码含公民身份号码，不得作为旧代码登记",
                "the code contains a citizen identity number and cannot be an alias",
            ),
        }
    }
}

/// Names the characters, and suggests the digit for the two letters that people mistake for one.
fn explain_characters(found: &str) -> (String, String) {
    if found.is_empty() {
        return ("含有不允许的字符".to_owned(), "has characters that are not allowed".to_owned());
    }
    let mut zh = format!("含有不允许的字符“{found}”");
    let mut en = format!("has characters that are not allowed: {found}");
    for (letter, digit) in [('O', '0'), ('I', '1')] {
        if found.contains(letter) {
            zh.push_str(&format!("（字母 {letter} 是否应为数字 {digit}？）"));
            en.push_str(&format!(" (is the letter {letter} meant to be the digit {digit}?)"));
        }
    }
    (zh, en)
}

/// Everything wrong with one identifier; never empty. `Display` joins the short names by `; `.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct IdentifierErrors(pub Vec<IdentifierError>);

impl IdentifierErrors {
    /// All errors in Chinese, then ` / `, then all errors in English.
    pub fn explain(&self) -> String {
        let (zh, en): (Vec<_>, Vec<_>) = self.0.iter().map(IdentifierError::explanation).unzip();
        format!("{} / {}", zh.join("；"), en.join("; "))
    }

    /// An error that stands alone, because nothing after it can be judged.
    fn one(error: IdentifierError) -> IdentifierErrors {
        IdentifierErrors(vec![error])
    }
}

impl fmt::Display for IdentifierErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, error) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

/// What a person typed, brought into the form the parsers read: trimmed, full-width forms to
/// ASCII, upper case. A letter is never turned into a digit: `O` for `0` stays an error, with a
/// suggestion in its explanation (domain.md 3.1).
pub fn normalise(text: &str) -> String {
    text.trim().chars().map(narrow).map(|symbol| symbol.to_ascii_uppercase()).collect()
}

/// The ASCII character of a full-width form, other characters unchanged.
pub(crate) fn narrow(symbol: char) -> char {
    match symbol {
        '\u{FF01}'..='\u{FF5E}' => {
            // The block repeats ASCII 0x21-0x7E at a fixed distance.
            char::from_u32(u32::from(symbol) - 0xFEE0).unwrap_or(symbol)
        }
        _ => symbol,
    }
}

/// The text as exactly `N` bytes if it has `N` characters, all of them allowed at their place
/// (counted from 0). With `tell` the error names the characters that are not.
fn read<const N: usize>(
    text: &str,
    want: &'static str,
    tell: bool,
    allowed: impl Fn(usize, u8) -> bool,
) -> Result<[u8; N], IdentifierErrors> {
    // One more than `N` is enough to know: the text may be of any size.
    if text.chars().take(N + 1).count() != N {
        return Err(IdentifierErrors::one(IdentifierError::Length { want }));
    }
    let mut bytes = [0; N];
    let mut strange = String::new();
    let mut fits = true;
    for ((place, symbol), slot) in text.chars().enumerate().zip(&mut bytes) {
        match u8::try_from(symbol).ok().filter(|byte| allowed(place, *byte)) {
            Some(byte) => *slot = byte,
            None => {
                fits = false;
                strange.extend(tell.then_some(symbol));
            }
        }
    }
    if fits { Ok(bytes) } else { Err(IdentifierErrors::one(IdentifierError::Characters(strange))) }
}

/// The text of bytes that a parser of this module accepted, which are ASCII.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests;
