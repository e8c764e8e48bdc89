//! The division part of an identifier (GB/T 2260): six digits whose first two name a province.
//!
//! Only the province is checked. Counties are abolished and renumbered, and a code keeps the
//! division it was issued with, so a retired county code is no error (domain.md 3.3).

/// The two-digit codes of GB/T 2260: provinces, autonomous regions, municipalities, and Taiwan,
/// Hong Kong and Macao.
const PROVINCES: [[u8; 2]; 34] = [
    *b"11", *b"12", *b"13", *b"14", *b"15", *b"21", *b"22", *b"23", *b"31", *b"32", *b"33", *b"34",
    *b"35", *b"36", *b"37", *b"41", *b"42", *b"43", *b"44", *b"45", *b"46", *b"50", *b"51", *b"52",
    *b"53", *b"54", *b"61", *b"62", *b"63", *b"64", *b"65", *b"71", *b"81", *b"82",
];

/// Whether two ASCII digits are a province of GB/T 2260.
pub(super) fn is_province(digits: [u8; 2]) -> bool {
    PROVINCES.contains(&digits)
}

/// The pseudo-division under which the State's own registration authority registers.
pub(super) const STATE: [u8; 6] = *b"100000";
