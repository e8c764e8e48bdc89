//! What a document is, by its own bytes: what a client declares is compared with it, never believed.

use serde::Serialize;

/// The kinds of documents that the register takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// OFD (GB/T 33190), the national format of official documents.
    Ofd,
    /// Plain text in UTF-8.
    Text,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Kind] = &[Kind::Pdf, Kind::Png, Kind::Jpeg, Kind::Ofd, Kind::Text];

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Pdf => "application/pdf",
            Kind::Png => "image/png",
            Kind::Jpeg => "image/jpeg",
            Kind::Ofd => "application/ofd",
            Kind::Text => "text/plain",
        }
    }

    /// The kind of a media type; what follows a semicolon is not looked at.
    pub fn of_media_type(text: &str) -> Option<Kind> {
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Kind::ALL.iter().copied().find(|kind| kind.media_type() == essence)
    }

    /// The kind of these bytes.
    pub fn of_bytes(bytes: &[u8]) -> Option<Kind> {
        if bytes.starts_with(b"%PDF-") {
            return Some(Kind::Pdf);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Kind::Png);
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Some(Kind::Jpeg);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return is_ofd(bytes).then_some(Kind::Ofd);
        }
        is_text(bytes).then_some(Kind::Text)
    }

    /// The byte that stands for it in a stored file; never given to another kind.
    pub(super) fn code(self) -> u8 {
        match self {
            Kind::Pdf => 1,
            Kind::Png => 2,
            Kind::Jpeg => 3,
            Kind::Ofd => 4,
            Kind::Text => 5,
        }
    }

    pub(super) fn of_code(code: u8) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// Text has no control characters but line ends and tabs.
fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_ok_and(|text| !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')))
}

/// Bytes of the record at the end of a zip, without its comment.
const END_BYTES: usize = 22;
/// Longest comment of a zip.
const COMMENT_BYTES_MAX: usize = u16::MAX as usize;
/// Bytes of an entry of the central directory, without name, extra field and comment.
const ENTRY_BYTES: usize = 46;

/// An OFD is a zip whose directory names `OFD.xml` at the top (GB/T 33190-2016, 7.1).
fn is_ofd(bytes: &[u8]) -> bool {
    let Some(end) = end_record(bytes) else {
        return false;
    };
    let (Some(count), Some(offset)) = (number(bytes, end + 10, 2), number(bytes, end + 16, 4))
    else {
        return false;
    };
    let mut at = offset;
    // At most 65,535 entries, each of them further on.
    for _ in 0..count {
        if bytes.get(at..at.saturating_add(4)) != Some(b"PK\x01\x02") {
            return false;
        }
        let lengths =
            (number(bytes, at + 28, 2), number(bytes, at + 30, 2), number(bytes, at + 32, 2));
        let (Some(name), Some(extra), Some(comment)) = lengths else {
            return false;
        };
        let start = at + ENTRY_BYTES;
        if bytes.get(start..start + name) == Some(b"OFD.xml") {
            return true;
        }
        at = start + name + extra + comment;
    }
    false
}

fn end_record(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_BYTES)?;
    let first = last.saturating_sub(COMMENT_BYTES_MAX);
    (first..=last).rev().find(|at| bytes.get(*at..*at + 4) == Some(b"PK\x05\x06"))
}

fn number(bytes: &[u8], at: usize, len: usize) -> Option<usize> {
    let part = bytes.get(at..at.checked_add(len)?)?;
    Some(part.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zip of one stored, empty entry.
    fn zip(name: &[u8]) -> Vec<u8> {
        let len = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend_from_slice(&[0; 22]);
        zip.extend_from_slice(&len);
        zip.extend_from_slice(&[0; 2]);
        zip.extend_from_slice(name);
        let directory = u32::try_from(zip.len()).unwrap();
        zip.extend_from_slice(b"PK\x01\x02");
        zip.extend_from_slice(&[0; 24]);
        zip.extend_from_slice(&len);
        zip.extend_from_slice(&[0; 16]);
        zip.extend_from_slice(name);
        let bytes = u32::try_from(zip.len()).unwrap() - directory;
        zip.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        zip.extend_from_slice(&bytes.to_le_bytes());
        zip.extend_from_slice(&directory.to_le_bytes());
        zip.extend_from_slice(&[0; 2]);
        zip
    }

    #[test]
    fn each_kind_is_known_by_its_bytes() {
        let cases: [(&[u8], Option<Kind>); 10] = [
            (b"%PDF-1.7\n%\xe2\xe3", Some(Kind::Pdf)),
            (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", Some(Kind::Png)),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some(Kind::Jpeg)),
            ("送达回证\n".as_bytes(), Some(Kind::Text)),
            (b"MZ\x90\0\x03", None),
            (b"\x7fELF", None),
            (b"\xff\xfea\0", None),
            (b"a\0b", None),
            (b"\x1b[2J", None),
            (b"PK\x03\x04", None),
        ];
        for (bytes, kind) in cases {
            assert_eq!(Kind::of_bytes(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn an_ofd_is_a_zip_that_names_its_root_and_no_other_zip_is() {
        assert_eq!(Kind::of_bytes(&zip(b"OFD.xml")), Some(Kind::Ofd));
        assert_eq!(Kind::of_bytes(&zip(b"word/document.xml")), None);
        assert_eq!(Kind::of_bytes(&zip(b"Doc_0/OFD.xml")), None);
        // Offsets that point nowhere are refused, not followed.
        let mut wild = zip(b"OFD.xml");
        let offset = wild.len() - 6;
        wild[offset..offset + 4].copy_from_slice(&[0xff; 4]);
        assert_eq!(Kind::of_bytes(&wild), None);
    }

    #[test]
    fn codes_and_media_types_come_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_code(kind.code()), Some(*kind));
            assert_eq!(Kind::of_media_type(kind.media_type()), Some(*kind));
        }
        assert_eq!(Kind::of_media_type("Text/Plain; charset=utf-8"), Some(Kind::Text));
        assert_eq!(Kind::of_media_type("application/zip"), None);
    }
}
