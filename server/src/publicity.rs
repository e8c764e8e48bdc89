//! Double publicity (双公示) at the edge: the national layout, read, checked, sealed and shown.

pub mod columns;
pub mod decision;
pub mod plain;
pub mod shown;
pub mod table;
pub mod values;

/// Why a permit or penalty was not taken, besides `REJECT_REASONS` of the core: a closed list.
pub const FIELD_REASONS: &[&str] = &[
    "UNKNOWN_FIELD",
    "MISSING",
    "LENGTH",
    "VALUE",
    "DATE",
    "AMOUNT",
    "CODE",
    "CODES_DISAGREE",
    "PERSONAL_NUMBER",
];
