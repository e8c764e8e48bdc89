//! An association's files about its members (domain.md O45, D14, M-S01 to M-S08): the association's
//! own notes, never the register's.

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::id::MemberNoteId;
use crate::identifier::uscc::Uscc;
use crate::text::{Digest, Sealed};

/// What a note is (domain.md 1.6, M-S01 to M-S08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// 信用信息、会员信用档案 (M-S01, M-S02)
    Information,
    /// 会员信用等级评价, by a named third party (M-S03)
    Rating,
    /// 推荐、表扬
    Commendation,
    /// 警告 (M-S04)
    Warning,
    /// 行业内通报批评 (M-S05)
    Criticism,
    /// 公开谴责 (M-S06)
    Condemnation,
    /// 不予接纳 (M-S07)
    NotAdmitted,
    /// 劝退 (M-S08)
    PersuadedToLeave,
}

impl NoteKind {
    /// Whether it is self-discipline, which rests on the association's charter (行规、行约).
    pub fn is_discipline(self) -> bool {
        matches!(
            self,
            NoteKind::Warning
                | NoteKind::Criticism
                | NoteKind::Condemnation
                | NoteKind::NotAdmitted
                | NoteKind::PersuadedToLeave
        )
    }

    /// Whether it is public by its nature.
    pub fn is_public(self) -> bool {
        matches!(self, NoteKind::Commendation | NoteKind::Condemnation)
    }
}

events! {
/// What happens to an association's note about a member.
MemberEvent {
    /// The association wrote it, as its own; a rating names who rated.
    Noted "member_file.noted" {
        association: Uscc, author: String, kind: NoteKind, text: Sealed, rater: Option<String>,
        charter: Option<String>,
    }
    /// The association corrected it.
    Corrected "member_file.corrected" { note: MemberNoteId, text: Sealed, reasons: Sealed, }
    /// The association took it back.
    Withdrawn "member_file.withdrawn" { note: MemberNoteId, reasons: Sealed, }
    /// The member objected: the note is marked from here on, and the association has to answer.
    Objected "member_file.objected" {
        note: MemberNoteId, statement: Sealed, evidence: Vec<Digest>, answer_by: Deadline,
    }
    /// The association answered.
    Answered "member_file.answered" { note: MemberNoteId, stands: bool, answer: Sealed, }
}
}
