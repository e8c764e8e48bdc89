//! Rows of what others said and the register keeps beside its own decisions: classifications made
//! elsewhere; and the index entries of public lists that follow from records and files.

use serde::{Deserialize, Serialize};

use crate::actor::{OfficerRef, SubjectKey};
use crate::guard::{Misfit, Refusal};
use crate::id::ImportedId;
use crate::identifier::uscc::Uscc;
use crate::row::{Key, Row};
use crate::rows::{Rows, Stop};
use crate::rules::Openness;
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
}

/// One of these rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant wraps the row of the same name")]
pub enum SocialRow {
    Imported(ImportedRow),
    ImportedOf(ImportedId),
}

/// An index entry of these rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant names what it lists, in the order it lists it")]
pub enum SocialIndex {
    SubjectImported(SubjectKey, ImportedId),
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
            SocialRow::ImportedOf(_) => Vec::new(),
        }
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

    /// A classification made elsewhere, if there is one.
    pub fn imported(&self, id: ImportedId) -> Result<Option<&ImportedRow>, Stop> {
        match self.social(SocialKey::Imported(id))? {
            Some(SocialRow::Imported(row)) => Ok(Some(row)),
            Some(_) => Err(Stop::Defect(format!("the row of {id} is of another kind"))),
            None => Ok(None),
        }
    }

    /// The same; a refusal where there is none.
    pub fn must_imported(&self, id: ImportedId) -> Result<&ImportedRow, Stop> {
        self.imported(id)?.ok_or_else(|| not_there("信用评价分类", id).into())
    }

    /// The newest classification under a key, withdrawn or not.
    pub fn imported_of(&self, key: SocialKey) -> Result<Option<ImportedId>, Stop> {
        match self.social(key)? {
            Some(SocialRow::ImportedOf(id)) => Ok(Some(*id)),
            _ => Ok(None),
        }
    }
}

fn not_there(what: &str, id: impl std::fmt::Display) -> Refusal {
    let detail = format!("{what}不存在：{id} / there is no {id}");
    Refusal::misfit(Misfit::NotFound, detail, "请核对编号 / check the id")
}
