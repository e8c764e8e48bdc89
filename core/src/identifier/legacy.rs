//! Codes from before the unified social credit code. They resolve to a file as aliases and are
//! never keys (domain.md O09).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    CitizenNumber, IdentifierError, IdentifierErrors, OrganisationCode, RegistrationNumber, narrow,
};
use crate::time::Day;

/// Characters of a certificate number; four bytes each stay within the limit of a short text.
const CERTIFICATE_CHARACTERS_MAX: usize = 64;

/// Kind of a code from before the unified one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegacyKind {
    /// 工商注册号
    RegistrationNumber,
    /// 组织机构代码
    OrganisationCode,
    /// 税务登记号
    TaxNumber,
    /// 事业单位法人证书号
    InstitutionCertificate,
    /// 社会组织登记证号
    SocialOrganisationCertificate,
}

/// A text that names no kind of legacy code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "旧代码种类未定义 / no such kind of legacy code; use registration_number, organisation_code, \
     tax_number, institution_certificate or social_organisation_certificate"
)]
pub struct LegacyKindError;

impl LegacyKind {
    /// All kinds.
    pub const ALL: [LegacyKind; 5] = [
        LegacyKind::RegistrationNumber,
        LegacyKind::OrganisationCode,
        LegacyKind::TaxNumber,
        LegacyKind::InstitutionCertificate,
        LegacyKind::SocialOrganisationCertificate,
    ];

    /// The name in interfaces and events, snake_case.
    pub fn name(self) -> &'static str {
        match self {
            LegacyKind::RegistrationNumber => "registration_number",
            LegacyKind::OrganisationCode => "organisation_code",
            LegacyKind::TaxNumber => "tax_number",
            LegacyKind::InstitutionCertificate => "institution_certificate",
            LegacyKind::SocialOrganisationCertificate => "social_organisation_certificate",
        }
    }
}

impl fmt::Display for LegacyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LegacyKind {
    type Err = LegacyKindError;

    fn from_str(text: &str) -> Result<LegacyKind, LegacyKindError> {
        LegacyKind::ALL.into_iter().find(|kind| kind.name() == text).ok_or(LegacyKindError)
    }
}

/// A legacy code that its kind accepts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegacyCode {
    kind: LegacyKind,
    text: String,
}

impl LegacyCode {
    /// Reads a code of that kind: a registration number of 15 digits, or of 13 from before 2007;
    /// an organisation code; a tax number of 15 to 20 digits and capital letters; or a
    /// certificate number of up to 64 letters, digits and the marks that such numbers contain.
    ///
    /// # Errors
    /// Those of `RegistrationNumber` and `OrganisationCode`, else `LEN`, `CHAR` or `PERSONAL`.
    pub fn parse(kind: LegacyKind, text: &str) -> Result<LegacyCode, IdentifierErrors> {
        match kind {
            LegacyKind::RegistrationNumber => check_registration_number(text)?,
            LegacyKind::OrganisationCode => {
                OrganisationCode::parse(text)?;
            }
            LegacyKind::TaxNumber => check_tax_number(text)?,
            LegacyKind::InstitutionCertificate | LegacyKind::SocialOrganisationCertificate => {
                check_certificate(text)?;
            }
        }
        Ok(LegacyCode { kind, text: text.to_owned() })
    }

    /// The kind.
    pub fn kind(&self) -> LegacyKind {
        self.kind
    }

    /// The code as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for LegacyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn check_registration_number(text: &str) -> Result<(), IdentifierErrors> {
    if text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Numbers from before 2007 have no check character (domain.md 3.4).
        return Ok(());
    }
    RegistrationNumber::parse(text).map(|_| ()).map_err(|errors| match errors.0.as_slice() {
        [IdentifierError::Length { .. }] => {
            IdentifierErrors::one(IdentifierError::Length { want: "13, 15" })
        }
        _ => errors,
    })
}

fn check_tax_number(text: &str) -> Result<(), IdentifierErrors> {
    let allowed = |symbol: char| symbol.is_ascii_digit() || symbol.is_ascii_uppercase();
    check_text(text, 15, 20, "15-20", allowed)?;
    refuse_citizen_number(text)
}

fn check_certificate(text: &str) -> Result<(), IdentifierErrors> {
    // 事证第135042600123号, 闽民证字〔2014〕第010-12号 and the like.
    let allowed = |symbol: char| symbol.is_alphanumeric() || "-/.()[]（）〔〕［］".contains(symbol);
    check_text(text, 1, CERTIFICATE_CHARACTERS_MAX, "1-64", allowed)?;
    refuse_citizen_number(text)
}

fn check_text(
    text: &str,
    least: usize,
    most: usize,
    want: &'static str,
    allowed: impl Fn(char) -> bool,
) -> Result<(), IdentifierErrors> {
    // One more than `most` is enough to know: the text may be of any size.
    let count = text.chars().take(most + 1).count();
    if count < least || count > most {
        return Err(IdentifierErrors::one(IdentifierError::Length { want }));
    }
    if text.chars().all(allowed) {
        Ok(())
    } else {
        // Which characters is not told: such a text may be a person's number.
        Err(IdentifierErrors::one(IdentifierError::Characters(String::new())))
    }
}

/// An alias is stored and shown in the open, so it must not carry a person's number anywhere
/// within it, in whatever width or case it was written.
fn refuse_citizen_number(text: &str) -> Result<(), IdentifierErrors> {
    let symbols: Vec<char> = text.chars().map(|c| narrow(c).to_ascii_uppercase()).collect();
    let found = symbols.windows(18).any(|window| {
        let number: String = window.iter().collect();
        CitizenNumber::parse(&number, Day::MAX).is_ok()
    });
    if found { Err(IdentifierErrors::one(IdentifierError::Personal)) } else { Ok(()) }
}
