//! Business registration number, GS15-2006 (工商注册号), 15 digits: superseded by the unified code,
//! kept because old papers bear it (domain.md 3.4).

use std::fmt;

use super::division::{self, is_province};
use super::{IdentifierError, IdentifierErrors, ascii, read};

/// A registration number of 15 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationNumber([u8; 15]);

impl RegistrationNumber {
    /// Reads 15 ASCII digits. The 13-digit numbers from before 2007 have no check and are none.
    ///
    /// # Errors
    /// `LEN` or `CHAR` alone, else `PROVINCE` and `CHECK want d`.
    pub fn parse(text: &str) -> Result<RegistrationNumber, IdentifierErrors> {
        let number: [u8; 15] = read(text, "15", false, |_, byte| byte.is_ascii_digit())?;
        let mut errors = Vec::new();
        if !is_province([number[0], number[1]]) && number[..6] != division::STATE {
            errors.push(IdentifierError::Province);
        }
        let want = check_digit(&number[..14]);
        if number[14] != want {
            errors.push(IdentifierError::Check { want: char::from(want) });
        }
        if errors.is_empty() {
            Ok(RegistrationNumber(number))
        } else {
            Err(IdentifierErrors(errors))
        }
    }

    /// The 15 digits.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

/// ISO 7064 hybrid MOD 11,10 over ASCII digits.
fn check_digit(digits: &[u8]) -> u8 {
    let product = digits.iter().fold(10, |product, digit| {
        let sum = match (digit - b'0' + product) % 10 {
            0 => 10,
            sum => sum,
        };
        2 * sum % 11
    });
    b'0' + (11 - product) % 10
}

impl fmt::Display for RegistrationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
