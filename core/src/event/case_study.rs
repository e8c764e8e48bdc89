//! Typical cases (典型案例): stories for the public, without anybody's name (domain.md O26, D09).

use serde::{Deserialize, Serialize};

use crate::actor::SubjectKey;
use crate::id::CaseStudyId;
use crate::identifier::uscc::Uscc;

/// Why a typical case is shown no more. A class and never a text: the case stands in nobody's file, so
/// there is nobody with whose key a text could be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenDownFor {
    /// 已过时
    Outdated,
    /// 内容有误
    Incorrect,
    /// 可以识别出自然人
    Recognisable,
    /// 所述的决定已被撤销、变更，或者信用已修复
    NoLongerStands,
    /// 当事人要求
    AskedFor,
}

events! {
/// What happens to a typical case. Its text is public by purpose and stands in clear; the persons
/// it was searched for do not stand beside it, because that would name them again.
CaseStudyEvent {
    /// A department drafted it.
    Drafted "case_study.drafted" {
        authority: Uscc, title: String, text: String, subject: Option<SubjectKey>,
        natural_persons: bool, anonymised: bool, persons_checked: u16,
    }
    /// The head had it published.
    Published "case_study.published" { case_study: CaseStudyId, }
    /// It is no longer shown. Written before the reason was a class: no command writes it any more.
    Withdrawn "case_study.withdrawn" { case_study: CaseStudyId, reason: String, }
    /// It is no longer shown.
    TakenDown "case_study.taken_down" { case_study: CaseStudyId, ground: TakenDownFor, }
}
}
