//! Organisation code, GB 11714-1997 (组织机构代码), `XY000001-2`: superseded by the unified code,
//! which carries it in its places 9 to 17.
//!
//! The check misses one substitution in fifteen, so it supports an alias and proves nothing
//! (domain.md 3.2).

use std::fmt;

use super::{IdentifierError, IdentifierErrors, ascii, read};

const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// An organisation code with its hyphen, 10 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationCode([u8; 10]);

impl OrganisationCode {
    /// Reads `XXXXXXXX-C`: eight digits or capital letters, a hyphen, a digit or `X`.
    ///
    /// # Errors
    /// `LEN`, `CHAR` or `CHECK want c`.
    pub fn parse(text: &str) -> Result<OrganisationCode, IdentifierErrors> {
        let code: [u8; 10] = read(text, "10", true, |place, byte| match place {
            8 => byte == b'-',
            9 => byte.is_ascii_digit() || byte == b'X',
            _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        })?;
        let want = check_character(&code[..8]);
        if code[9] == want {
            Ok(OrganisationCode(code))
        } else {
            Err(IdentifierErrors::one(IdentifierError::Check { want: char::from(want) }))
        }
    }

    /// The 10 characters.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

/// The check character of a body of digits and capital letters.
pub(super) fn check_character(body: &[u8]) -> u8 {
    // All 26 letters count here: X is 33, and 29 in the alphabet of the unified code.
    let value = |byte: &u8| char::from(*byte).to_digit(36).unwrap_or(0);
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum();
    b"0X987654321"[(sum % 11) as usize]
}

impl fmt::Display for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
