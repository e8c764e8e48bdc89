//! Unified social credit code, GB 32100-2015 (统一社会信用代码): the key of an organisation.
//!
//! A code whose check characters fail may still be lawful: pilot-period codes in Fujian were
//! issued with others. Such a code enters only with the registration authority's document, by
//! `parse_attested` (domain.md 3.1).

use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::division::{self, is_province};
use super::{IdentifierError, IdentifierErrors, ascii, organisation_code, read};
use crate::rules::SubjectKind;

/// The 31 symbols; a symbol's value is its place here. I, O, S, V and Z are left out.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// `3^i mod 31` for the places 1 to 17.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Registering departments and the categories that each registers. GB 32100 adds letters over
/// time; a new one is one more line here.
const DEPARTMENTS: [(u8, &[u8]); 12] = [
    (b'1', b"1239"),   // establishment office: organ, institution, mass body, other
    (b'2', b"19"),     // foreign affairs
    (b'3', b"123459"), // justice: law firm, notary, grass-roots service, forensic, arbitration
    (b'4', b"19"),     // culture
    (b'5', b"1239"),   // civil affairs: association, private non-enterprise unit, foundation
    (b'6', b"129"),    // tourism
    (b'7', b"129"),    // religion: venue, school
    (b'8', b"19"),     // trade union
    (b'9', b"123"),    // market regulation: enterprise, individual business, farmers' cooperative
    (b'A', b"19"),     // military
    (b'N', b"1239"),   // agriculture: collective of a group, a village, a township
    (b'Y', b"1"),      // other
];

/// A unified social credit code. In text and in stored form it is its 18 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc([u8; 18]);

impl Uscc {
    /// The code, if everything about it is right. The text must be upper case and without spaces.
    ///
    /// # Errors
    /// Everything that is wrong: `LEN` or `CHAR` alone, else any of `DEPT`, `CATEGORY`,
    /// `DIVISION`, `PROVINCE`, `INNER17` and `CHECK18`, in this order.
    pub fn parse(text: &str) -> Result<Uscc, IdentifierErrors> {
        let (code, errors) = examine(text)?;
        if errors.is_empty() { Ok(code) } else { Err(IdentifierErrors(errors)) }
    }

    /// The code, even where a check character is wrong, with what was forgiven:
    /// `CHECK18 want 5`, `INNER17 want 2`. Nothing was forgiven where the list is empty. The
    /// caller must hold the registration authority's document, or a code that once had it.
    ///
    /// # Errors
    /// As `parse`, where anything but `CHECK18` and `INNER17` is wrong.
    pub fn parse_attested(text: &str) -> Result<(Uscc, Vec<String>), IdentifierErrors> {
        let (code, errors) = examine(text)?;
        if errors.iter().all(is_forgivable) {
            Ok((code, errors.iter().map(ToString::to_string).collect()))
        } else {
            Err(IdentifierErrors(errors))
        }
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// Whether it is an individual business (个体工商户), whose name is personal information.
    pub fn is_individual_business(&self) -> bool {
        self.0.starts_with(b"92")
    }

    /// The kind of subject that department and category stand for (domain.md O05).
    pub fn subject_kind(&self) -> SubjectKind {
        match (self.0[0], self.0[1]) {
            (b'9', _) => SubjectKind::Enterprise,
            (b'5', _) => SubjectKind::SocialOrganisation,
            // Mass bodies that the establishment office manages are staffed and paid as organs.
            (b'1', b'1'..=b'3') => SubjectKind::OrganOrInstitution,
            _ => SubjectKind::OtherOrganisation,
        }
    }
}

fn is_forgivable(error: &IdentifierError) -> bool {
    matches!(error, IdentifierError::Check18 { .. } | IdentifierError::Inner17 { .. })
}

/// The code and what is wrong with it; an error where it has not even 18 symbols of the alphabet.
fn examine(text: &str) -> Result<(Uscc, Vec<IdentifierError>), IdentifierErrors> {
    let code: [u8; 18] = read(text, "18", true, |_, byte| ALPHABET.contains(&byte))?;
    let mut errors = Vec::new();
    match DEPARTMENTS.iter().find(|(department, _)| *department == code[0]) {
        None => errors.push(IdentifierError::Department),
        Some((_, categories)) if !categories.contains(&code[1]) => {
            errors.push(IdentifierError::Category);
        }
        Some(_) => {}
    }
    if !code[2..8].iter().all(u8::is_ascii_digit) {
        errors.push(IdentifierError::Division);
    } else if !is_province([code[2], code[3]]) && code[2..8] != division::STATE {
        errors.push(IdentifierError::Province);
    }
    let want = organisation_code::check_character(&code[8..16]);
    if code[16] != want {
        errors.push(IdentifierError::Inner17 { want: char::from(want) });
    }
    let want = check_character(&code[..17]);
    if code[17] != want {
        errors.push(IdentifierError::Check18 { want: char::from(want) });
    }
    Ok((Uscc(code), errors))
}

/// Character 18 for the 17 symbols before it.
fn check_character(symbols: &[u8]) -> u8 {
    let value = |byte: &u8| ALPHABET.iter().position(|symbol| symbol == byte).unwrap_or(0);
    let sum: usize = symbols.iter().zip(WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum();
    ALPHABET[(31 - sum % 31) % 31]
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({})", self.as_str())
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Uscc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The name tells a code from a text (`event::clear`); the bytes are those of the text.
        serializer.serialize_newtype_struct("Uscc", self.as_str())
    }
}

impl<'de> Deserialize<'de> for Uscc {
    /// Accepts what `parse_attested` accepts: a stored code may have been attested.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Uscc, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Uscc;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a unified social credit code of 18 characters")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Uscc, E> {
                Uscc::parse_attested(text).map(|(code, _)| code).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
