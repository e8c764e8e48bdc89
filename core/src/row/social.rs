//! Rows of what others said and the register keeps beside its own decisions: classifications made
//! elsewhere, typical cases, associations' notes; and the entries of public lists that follow from
//! records and files.

use serde::{Deserialize, Serialize};

use crate::actor::{OfficerRef, SubjectKey};
use crate::calendar::Deadline;
use crate::event::Target;
use crate::event::case_study::TakenDownFor;
use crate::event::member::NoteKind;
use crate::event::support::SuitGround;
use crate::guard::{Misfit, Refusal};
use crate::id::{CaseStudyId, ImportedId, MemberNoteId, Position, RecordId, SupportId};
use crate::identifier::uscc::Uscc;
use crate::row::{Index, Key, ListingKind, RecordRow, Row, SubjectRow};
use crate::rows::{Rows, Stop};
use crate::rules::{Openness, RecordClass};
use crate::text::Sealed;
use crate::time::Day;

/// Key of one of these rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant names the row it leads to")]
pub enum SocialKey {
    Imported(ImportedId),
    /// The newest classification of a subject by one authority under one standard.
    ImportedOf {
        subject: SubjectKey,
        authority: Uscc,
        standard: String,
    },
    CaseStudy(CaseStudyId),
    MemberNote(MemberNoteId),
    Support(SupportId),
    /// The supports that are open about a subject.
    OpenSupports(SubjectKey),
}

/// One of these rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant wraps the row of the same name")]
pub enum SocialRow {
    Imported(ImportedRow),
    ImportedOf(ImportedId),
    CaseStudy(CaseStudyRow),
    MemberNote(MemberNoteRow),
    Support(SupportRow),
    OpenSupports(Vec<SupportId>),
}

/// An index entry of these rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant names what it lists, in the order it lists it")]
pub enum SocialIndex {
    SubjectImported(SubjectKey, ImportedId),
    /// Typical cases on display.
    CaseStudies(CaseStudyId),
    /// Notes of an association.
    AssociationNote(Uscc, MemberNoteId),
    SubjectNote(SubjectKey, MemberNoteId),
    /// Records of units' integrity on display (政务失信记录).
    GovIntegrity(RecordId),
    /// Organisations by the day on which they were registered.
    NewCode(Day, Uscc),
    SubjectSupport(SubjectKey, SupportId),
}

/// A classification made elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct ImportedRow {
    pub id: ImportedId,
    pub subject: SubjectKey,
    pub authority: Uscc,
    pub author: String,
    pub standard: String,
    pub standard_title: String,
    pub class_name: String,
    pub decision_number: String,
    pub decided_on: Day,
    pub valid_until: Day,
    pub openness: Openness,
    pub received_by: OfficerRef,
    pub received_on: Day,
    pub superseded_by: Option<ImportedId>,
    pub withdrawn_on: Option<Day>,
}

impl ImportedRow {
    /// Name of its state on a day: the date ends it, without any event.
    pub fn state(&self, today: Day) -> &'static str {
        match (self.withdrawn_on, self.superseded_by) {
            (Some(_), _) => "withdrawn",
            (None, Some(_)) => "superseded",
            (None, None) if today > self.valid_until => "expired",
            (None, None) => "in_force",
        }
    }
}

/// State of a typical case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each state is named after the event that leads to it")]
pub enum CaseStudyState {
    Drafted,
    Published {
        on: Day,
    },
    /// The ground is missing where it was taken down before grounds were classes.
    Withdrawn {
        on: Day,
        ground: Option<TakenDownFor>,
    },
}

impl CaseStudyState {
    /// Name of the state, English.
    pub fn name(self) -> &'static str {
        match self {
            CaseStudyState::Drafted => "drafted",
            CaseStudyState::Published { .. } => "published",
            CaseStudyState::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// A typical case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct CaseStudyRow {
    pub id: CaseStudyId,
    pub drafted_by: OfficerRef,
    pub drafted_on: Day,
    pub title: String,
    pub text: String,
    /// Told to nobody where a person occurs in the story.
    pub subject: Option<SubjectKey>,
    pub natural_persons: bool,
    pub state: CaseStudyState,
}

/// The newest objection to a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct NoteDispute {
    /// The event that says what the member objects to.
    pub filed: Position,
    pub filed_on: Day,
    pub answer_by: Deadline,
    /// The association's answer, once it came.
    pub stands: Option<bool>,
    /// The event that says so.
    pub answered: Option<Position>,
}

/// An association's note about a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct MemberNoteRow {
    pub id: MemberNoteId,
    pub subject: SubjectKey,
    pub association: Uscc,
    pub author: String,
    pub noted_by: OfficerRef,
    pub noted_on: Day,
    pub kind: NoteKind,
    pub text: Sealed,
    pub rater: Option<String>,
    pub charter: Option<String>,
    pub corrected_on: Option<Day>,
    pub dispute: Option<NoteDispute>,
    pub objections: u8,
    pub withdrawn_on: Option<Day>,
}

/// The support of a suit in the public interest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct SupportRow {
    pub id: SupportId,
    pub subject: SubjectKey,
    /// Whose record or listing it is.
    pub authority: Uscc,
    pub target: Target,
    pub ground: SuitGround,
    pub plaintiff: String,
    pub opened_by: OfficerRef,
    pub opened_on: Day,
    pub handovers: u16,
    pub closed_on: Option<Day>,
}

impl MemberNoteRow {
    /// Whether an objection waits for the association's answer.
    pub fn is_disputed(&self) -> bool {
        self.dispute.as_ref().is_some_and(|own| own.stands.is_none())
    }
}

impl From<SocialKey> for Key {
    fn from(key: SocialKey) -> Key {
        Key::Social(key)
    }
}

impl SocialRow {
    /// Every index entry that the row stands for.
    pub(super) fn entries(&self) -> Vec<SocialIndex> {
        match self {
            SocialRow::Imported(row) => vec![SocialIndex::SubjectImported(row.subject, row.id)],
            SocialRow::ImportedOf(_) | SocialRow::OpenSupports(_) => Vec::new(),
            SocialRow::CaseStudy(row) => match row.state {
                CaseStudyState::Published { .. } => vec![SocialIndex::CaseStudies(row.id)],
                _ => Vec::new(),
            },
            SocialRow::Support(row) => vec![SocialIndex::SubjectSupport(row.subject, row.id)],
            SocialRow::MemberNote(row) => vec![
                SocialIndex::AssociationNote(row.association, row.id),
                SocialIndex::SubjectNote(row.subject, row.id),
            ],
        }
    }
}

/// Units alone are shown: what concerns a person never is (domain.md O14, O73).
pub(super) fn record_entries(row: &RecordRow, entries: &mut Vec<Index>) {
    if row.class == RecordClass::GovIntegrity && row.published && !row.subject.is_personal() {
        entries.push(Index::Social(SocialIndex::GovIntegrity(row.id)));
    }
}

pub(super) fn subject_entries(row: &SubjectRow, entries: &mut Vec<Index>) {
    if let SubjectKey::Organisation(code) = row.key {
        entries.push(Index::Social(SocialIndex::NewCode(row.registered_on, code)));
    }
}

impl Rows {
    fn social(&self, key: SocialKey) -> Result<Option<&SocialRow>, Stop> {
        match self.get(&Key::Social(key))? {
            Some(Row::Social(row)) => Ok(Some(row)),
            Some(_) => Err(Stop::Defect("a row is of another kind".to_owned())),
            None => Ok(None),
        }
    }

    /// Writes one of these rows, like `put`.
    pub(crate) fn put_social(&mut self, key: SocialKey, row: SocialRow) -> Result<(), Stop> {
        self.put(Key::Social(key), Row::Social(row))
    }

    /// The newest classification under a key, withdrawn or not.
    pub fn imported_of(&self, key: SocialKey) -> Result<Option<ImportedId>, Stop> {
        match self.social(key)? {
            Some(SocialRow::ImportedOf(id)) => Ok(Some(*id)),
            _ => Ok(None),
        }
    }

    /// The supports that are open about a subject.
    pub(crate) fn open_supports(&self, subject: SubjectKey) -> Result<&[SupportId], Stop> {
        match self.social(SocialKey::OpenSupports(subject))? {
            Some(SocialRow::OpenSupports(open)) => Ok(open),
            _ => Ok(&[]),
        }
    }

    /// Whose a record or black listing is, and which authority answers for it; a support is about
    /// nothing else.
    pub(crate) fn supportable(&self, target: Target) -> Result<Option<(SubjectKey, Uscc)>, Stop> {
        Ok(match target {
            Target::Record(id) => self.record(id)?.map(|row| (row.subject, row.provider)),
            Target::Listing(id) => self.listing(id)?.and_then(|row| match &row.kind {
                ListingKind::Black { case, .. } => Some((row.subject, case.proposed_by.authority)),
                ListingKind::Red(_) => None,
            }),
            Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => None,
        })
    }
}

macro_rules! social {
    ($($name:ident $must:ident $variant:ident($id:ty) => $row:ty, $zh:literal;)*) => {
        impl Rows {$(
            #[doc = concat!("The loaded `", stringify!($row), "`, if there is one.")]
            pub fn $name(&self, id: $id) -> Result<Option<&$row>, Stop> {
                match self.social(SocialKey::$variant(id))? {
                    Some(SocialRow::$variant(row)) => Ok(Some(row)),
                    Some(_) => Err(Stop::Defect(format!("the row of {id} is of another kind"))),
                    None => Ok(None),
                }
            }

            #[doc = concat!("The loaded `", stringify!($row), "`; a refusal where there is none.")]
            pub fn $must(&self, id: $id) -> Result<&$row, Stop> {
                self.$name(id)?.ok_or_else(|| not_there($zh, id).into())
            }
        )*}
    };
}

social! {
    imported must_imported Imported(ImportedId) => ImportedRow, "信用评价分类";
    case_study must_case_study CaseStudy(CaseStudyId) => CaseStudyRow, "典型案例";
    member_note must_member_note MemberNote(MemberNoteId) => MemberNoteRow, "会员档案";
    support must_support Support(SupportId) => SupportRow, "支持公益诉讼";
}

fn not_there(what: &str, id: impl std::fmt::Display) -> Refusal {
    let detail = format!("{what}不存在：{id} / there is no {id}");
    Refusal::misfit(Misfit::NotFound, detail, "请核对编号 / check the id")
}
