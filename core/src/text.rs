//! Texts, documents and proofs of service as they stand in events.
//!
//! Free text about anybody is sealed at the edge, before `decide`, with the data key of the
//! subject it describes (design.md 3): the core sees that a text is there and how long it is,
//! never what it says.

use serde::{Deserialize, Serialize};

use crate::actor::SubjectKey;
use crate::anonymity::without_number;
use crate::identifier::narrow;
use crate::limits::{SHORT_TEXT_BYTES_MAX, TEXT_BYTES_MAX};
use crate::rules::FactKind;
use crate::time::Day;

/// SHA-256 of a document's bytes.
pub type Digest = [u8; 32];

/// A text sealed with the data key in slot `slot` of the key ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Slot of the data key.
    pub slot: u64,
    /// Length of the clear text in bytes.
    pub clear_bytes: u32,
    /// Nonce of the cipher.
    pub nonce: [u8; 24],
    /// Ciphertext and tag.
    pub bytes: Vec<u8>,
}

impl Sealed {
    /// Whether there is any text, within the limit.
    pub fn is_stated(&self) -> bool {
        (1..=TEXT_BYTES_MAX).contains(&self.clear_bytes)
    }
}

/// Name of a subject: clear for organisations, sealed where it is personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Name {
    /// An organisation's registered name.
    Clear(String),
    /// A person's name, or that of an individual business.
    Sealed(Sealed),
}

/// An effective document that establishes an act (G-FACT).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactDocument {
    /// Judgment, penalty decision, other administrative document with legal force.
    pub kind: FactKind,
    /// The subject the document itself names. A finding about a company is none about a person.
    pub about: SubjectKey,
    /// Document number.
    pub number: String,
    /// Issuer, by name.
    pub issuer: String,
    /// Date of the document.
    pub date: Day,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

/// How a document was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceManner {
    /// 直接送达
    Direct,
    /// 留置送达
    LeftAtPlace,
    /// 邮寄送达
    Mail,
    /// 电子送达, with the addressee's consent.
    Electronic,
    /// 公告送达
    Announcement,
}

/// Proof that a document was served: manner, date, proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Manner.
    pub manner: ServiceManner,
    /// Day of service.
    pub on: Day,
    /// SHA-256 of the proof of service.
    pub proof_sha256: Digest,
}

/// Whether a short clear text (a number, a post, a code) is present and within its limit.
pub fn short_text_is_stated(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= SHORT_TEXT_BYTES_MAX
}

/// A document's number as it is compared: whoever types one off a paper may write its brackets, dashes
/// and figures in several ways, and it is that paper's number all the same. Blanks, 第 and leading
/// noughts say nothing.
pub fn number_form(number: &str) -> String {
    let mut form = String::new();
    let (mut figures, mut nought) = (false, false);
    for letter in number.chars() {
        let letter = match narrow(letter) {
            '第' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => continue,
            blank if blank.is_whitespace() || blank.is_control() => continue,
            '(' | '[' | '{' | '〔' | '【' | '〖' | '〈' | '《' | '<' | '「' | '『' | '﹝'
            | '﹙' => '(',
            ')' | ']' | '}' | '〕' | '】' | '〗' | '〉' | '》' | '>' | '」' | '』' | '﹞'
            | '﹚' => ')',
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' => '-',
            other => other.to_ascii_uppercase(),
        };
        // 〔2026〕001号 is 〔2026〕1号: a nought that leads a figure gives way to the next one.
        if letter.is_ascii_digit() && nought {
            form.pop();
        }
        nought = letter == '0' && (nought || !figures);
        figures = letter.is_ascii_digit();
        form.push(letter);
    }
    form
}

/// Whether a digest was given: thirty-two zero bytes are no digest of any document.
pub fn digest_is_stated(digest: &Digest) -> bool {
    digest.iter().any(|byte| *byte != 0)
}

/// A text of another system, cut to what a short text may be, whole letters only; one that names
/// somebody by number is not kept.
pub fn shortened(text: &str) -> String {
    let cut = text.get(..text.floor_char_boundary(SHORT_TEXT_BYTES_MAX)).unwrap_or_default();
    without_number(cut.to_owned())
}
