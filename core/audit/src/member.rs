//! Associations' files about their members (O45, D14): the association writes, corrects and
//! answers, and nobody else; what it gives up goes in the same commit. A note that is withdrawn is
//! dropped.

use std::collections::BTreeMap;

use shouxin_core::actor::{Actor, SubjectKey};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::member::{MemberEvent, NoteKind};
use shouxin_core::guard::Guard;
use shouxin_core::id::MemberNoteId;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::text::{digest_is_stated, short_text_is_stated};

use crate::commit::Commit;
use crate::fold::Fold;
use crate::here::Here;
use crate::names::{INV_2, INV_8, INV_10};

/// Every note that stands.
pub(crate) type Notes = BTreeMap<MemberNoteId, Note>;

#[derive(Debug)]
pub(crate) struct Note {
    pub subject: SubjectKey,
    association: Uscc,
    /// By when the member's objection is to be answered, while one is open.
    answer_by: Option<Deadline>,
}

impl Note {
    /// The association's time for an answer that is awaited.
    pub(crate) fn answer_by(&mut self) -> Option<&mut Deadline> {
        self.answer_by.as_mut()
    }
}

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>, event: &MemberEvent) {
    let id = match event {
        MemberEvent::Noted { .. } => {
            noted(fold, at, event);
            return;
        }
        MemberEvent::Corrected { note, .. }
        | MemberEvent::Withdrawn { note, .. }
        | MemberEvent::Objected { note, .. }
        | MemberEvent::Answered { note, .. } => *note,
    };
    let Some(own) = fold.notes.get_mut(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    match event {
        MemberEvent::Noted { .. } => {}
        MemberEvent::Corrected { text, reasons, .. } => {
            of_association(at, own.association);
            at.stated(Guard::Document, &[("text", text), ("reasons", reasons)]);
            commit.set_right(id);
        }
        MemberEvent::Withdrawn { reasons, .. } => {
            of_association(at, own.association);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            commit.set_right(id);
            fold.notes.remove(&id);
        }
        MemberEvent::Objected { statement, evidence, answer_by, .. } => {
            at.own_matter(own.subject);
            let by_party = matches!(at.event.actor, Actor::Subject(_));
            let signed = by_party || evidence.iter().any(digest_is_stated);
            at.must(signed, Guard::Document, "an officer objects for the member without its paper");
            at.stated(Guard::Document, &[("statement", statement)]);
            at.deadline("answer_by", *answer_by, at.today, at.pack().verification_wd);
            if own.answer_by.is_some() {
                at.broken(INV_2, "an objection waits for its answer");
            }
            own.answer_by = Some(*answer_by);
        }
        MemberEvent::Answered { stands, answer, .. } => {
            of_association(at, own.association);
            at.stated(Guard::Document, &[("answer", answer)]);
            if own.answer_by.take().is_none() {
                at.broken(INV_2, "nobody objected");
            }
            if !stands {
                commit.give_up(at.at(), id);
            }
        }
    }
}

/// A named officer of an association on file; departments have no such files.
pub(crate) fn is_guild_officer(at: &Here<'_>) -> bool {
    let Actor::Officer(reference) = &at.event.actor else {
        return false;
    };
    let found = at.rules.association_by_uscc(reference.authority.as_str());
    found.is_some_and(|own| own.officer(&reference.officer).is_some())
}

/// The association whose file it is.
fn of_association(at: &mut Here<'_>, association: Uscc) {
    if let Actor::Officer(reference) = &at.event.actor
        && reference.authority != association
        && is_guild_officer(at)
    {
        let detail = format!("{reference} is not of {}", association.as_str());
        at.guard(Guard::Competent, detail);
    }
}

fn noted(fold: &mut Fold, at: &mut Here<'_>, event: &MemberEvent) {
    let MemberEvent::Noted { association, author, kind, text, rater, charter } = event else {
        return;
    };
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    if !fold.files.contains_key(&subject) {
        at.missing(subject);
    }
    of_association(at, *association);
    if subject.is_person() {
        at.broken(INV_8, "no file is kept about a natural person");
    }
    at.stated(Guard::Document, &[("text", text)]);
    let found = at.rules.association_by_uscc(association.as_str());
    if found.is_some_and(|own| own.name_zh != *author) {
        at.broken(INV_10, "its author is not the association's name");
    }
    let rated = rater.as_deref().map(short_text_is_stated);
    let wanted = (*kind == NoteKind::Rating).then_some(true);
    at.must(rated == wanted, Guard::Document, "a rating names who rated, and nothing else does");
    let cited = charter.as_deref().map(short_text_is_stated);
    let wanted = kind.is_discipline().then_some(true);
    at.must(cited == wanted, Guard::Basis, "self-discipline names its charter, nothing else does");
    let own = Note { subject, association: *association, answer_by: None };
    fold.notes.insert(MemberNoteId(at.at()), own);
}
