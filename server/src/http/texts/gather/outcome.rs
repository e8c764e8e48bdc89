//! What a text about a review, a revocation or a relief is made from.

use shouxin_core::actor::OfficerRef;
use shouxin_core::event::listing::ListingEvent;
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::event::remedy::{RemedyEvent, ReviewOf};
use shouxin_core::event::{CaseRef, Envelope, Event};
use shouxin_core::id::{ListingId, MeasureId, Position, ReliefId, RepairId};
use shouxin_core::row::{ListingKind, MeasureState};
use shouxin_core::text::Sealed;
use shouxin_core::time::Day;

use super::{Words, decided, decision_case, not_yet, repaired, wants};
use crate::http::problem::Problem;
use crate::http::texts::Of;
use crate::texts::{
    Forwarded, Forwarding, HeardWords, News, ReliefCase, ReliefStep, ReliefWords, ReviewCase,
    ReviewWords, Reviewed, RevocationCase, RevocationWords, Revoked,
};

/// What may be revoked after notice and hearing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Revocable {
    Repair(RepairId),
    Honour(ListingId),
}

/// What the log holds of the last revocation.
#[derive(Default)]
struct Course {
    notice: Option<(OfficerRef, Day, Sealed, Day)>,
    points: Option<Vec<Sealed>>,
    decision: Option<(Day, String, Sealed, Vec<Sealed>)>,
}

impl Words<'_> {
    /// A review as it was asked for, and who decided it, when and how.
    pub(in super::super) fn review(
        &self,
        of: ReviewOf,
    ) -> Result<(ReviewCase, OfficerRef, Day, ReviewWords), Problem> {
        let (from, id, subject, disputed) = match of {
            ReviewOf::Objection(id) => {
                let row = self.query().ask(|rows| rows.must_objection(id).cloned())?;
                (id.0, id.to_string(), row.subject, Some(self.disputed(&row)?))
            }
            ReviewOf::Repair(id) => {
                let row = self.query().ask(|rows| rows.must_repair(id).cloned())?;
                (id.0, id.to_string(), row.subject, None)
            }
        };
        let refused = self.after(from, |envelope| match &envelope.event {
            Event::ObjectionRefused { objection, .. } => {
                (of == ReviewOf::Objection(*objection)).then_some(())
            }
            _ => None,
        })?;
        let requested_on = self.after(from, |envelope| match &envelope.event {
            Event::Remedy(RemedyEvent::ReviewRequested { of: own, .. }) if *own == of => {
                Some(envelope.legal_date)
            }
            _ => None,
        })?;
        let case = ReviewCase {
            id,
            party: self.party(subject)?,
            of: match (disputed, refused) {
                (None, _) => Reviewed::Repair,
                (Some(disputed), Some(())) => Reviewed::Refusal(disputed),
                (Some(disputed), None) => Reviewed::Result(disputed),
            },
            requested_on,
        };
        if let Some(draft) = &self.draft {
            let upheld = draft.approved;
            let upheld = upheld.ok_or_else(|| wants("approved", "true 或 false / or"))?;
            let rules = &self.app.engine.rules;
            let opened_on = match of {
                ReviewOf::Objection(id) => self.opened_on(Of::Objection(id))?,
                ReviewOf::Repair(id) => self.opened_on(Of::Repair(id))?,
            };
            let opened_on = opened_on.unwrap_or(self.today);
            let days = rules.packs.favouring(opened_on, self.today).repair_decide_wd;
            let act_by = Some(rules.calendar.after(self.today, days).day);
            let words = ReviewWords { upheld, reasons: draft.reasons.clone(), act_by };
            return Ok((case, self.officer.clone(), self.today, words));
        }
        let found = self.after(from, |envelope| match &envelope.event {
            Event::Remedy(RemedyEvent::ReviewDecided {
                of: own, upheld, reasons, act_by, ..
            }) if *own == of => {
                let act_by = act_by.map(|own| own.day);
                let words = ReviewWords { upheld: *upheld, reasons: self.open(reasons), act_by };
                Some((self.signer(&envelope.actor), envelope.legal_date, words))
            }
            _ => None,
        })?;
        let found = found.ok_or_else(|| not_yet("尚未复核 / it was not reviewed yet"))?;
        Ok((case, found.0, found.1, found.2))
    }

    /// The course of the last revocation: each notice begins anew.
    fn course(&self, from: Position, of: Revocable) -> Result<Course, Problem> {
        let course = std::cell::RefCell::new(Course::default());
        self.after(from, |envelope| -> Option<()> {
            let on = envelope.legal_date;
            let mut own = course.borrow_mut();
            match &envelope.event {
                Event::Remedy(RemedyEvent::RepairRevocationNoticed {
                    repair,
                    reasons,
                    window,
                    ..
                }) if of == Revocable::Repair(*repair) => {
                    let notice = (self.signer(&envelope.actor), on, reasons.clone(), window.day);
                    *own = Course { notice: Some(notice), ..Course::default() };
                }
                Event::Listing(ListingEvent::RevocationNoticed {
                    listing,
                    reasons,
                    window,
                    ..
                }) if of == Revocable::Honour(*listing) => {
                    let notice = (self.signer(&envelope.actor), on, reasons.clone(), window.day);
                    *own = Course { notice: Some(notice), ..Course::default() };
                }
                Event::Remedy(RemedyEvent::RepairRevocationStated { repair, points, .. })
                    if of == Revocable::Repair(*repair) =>
                {
                    own.points.get_or_insert_default().extend(points.clone());
                }
                Event::Listing(ListingEvent::RevocationStated { listing, points, .. })
                    if of == Revocable::Honour(*listing) =>
                {
                    own.points.get_or_insert_default().extend(points.clone());
                }
                Event::Remedy(RemedyEvent::RepairRevoked {
                    repair,
                    document_number,
                    reasons,
                    answers,
                    ..
                }) if of == Revocable::Repair(*repair) => {
                    own.decision =
                        Some((on, document_number.clone(), reasons.clone(), answers.clone()));
                }
                Event::Listing(ListingEvent::RedRevoked {
                    listing,
                    document_number,
                    reasons,
                    answers,
                    ..
                }) if of == Revocable::Honour(*listing) => {
                    own.decision =
                        Some((on, document_number.clone(), reasons.clone(), answers.clone()));
                }
                _ => {}
            }
            None
        })?;
        Ok(course.into_inner())
    }

    fn revocable(&self, of: Revocable) -> Result<(RevocationCase, Course), Problem> {
        let (from, case) = match of {
            Revocable::Repair(id) => {
                let row = self.query().ask(|rows| rows.must_repair(id).cloned())?;
                let found = repaired(&mut self.query(), row.of)?;
                let case = RevocationCase {
                    id: id.to_string(),
                    party: self.party(row.subject)?,
                    of: Revoked::Repair(found.of),
                    about: found.id,
                    authority: found.authority.as_str().to_owned(),
                    basis: Vec::new(),
                    end: found.end,
                    heard: None,
                };
                (id.0, case)
            }
            Revocable::Honour(id) => {
                let row = self.query().ask(|rows| rows.must_listing(id).cloned())?;
                let ListingKind::Red(red) = row.kind else {
                    return Err(Problem::not_found());
                };
                let case = RevocationCase {
                    id: id.to_string(),
                    party: self.party(row.subject)?,
                    of: Revoked::Honour,
                    about: id.to_string(),
                    authority: red.authority.as_str().to_owned(),
                    basis: red.basis,
                    end: None,
                    heard: None,
                };
                (id.0, case)
            }
        };
        let course = self.course(from, of)?;
        let silent = course.notice.as_ref().is_some_and(|own| self.today > own.3);
        let heard = match &course.points {
            Some(points) => Some(HeardWords::Statement(self.open_all(points))),
            None => (silent || course.decision.is_some()).then_some(HeardWords::Silent),
        };
        let case = RevocationCase { heard, ..case };
        Ok((case, course))
    }

    /// Who gave notice of a revocation, when and why.
    pub(in super::super) fn revocation_notice(
        &self,
        of: Revocable,
    ) -> Result<(RevocationCase, OfficerRef, Day, Option<String>), Problem> {
        let (case, course) = self.revocable(of)?;
        if let Some(draft) = &self.draft {
            return Ok((case, self.officer.clone(), self.today, draft.reasons.clone()));
        }
        match course.notice {
            Some((by, on, reasons, _)) => Ok((case, by, on, self.open(&reasons))),
            None => Err(not_yet("尚未告知 / no notice was served yet")),
        }
    }

    /// The words of a revocation, and its day.
    pub(in super::super) fn revocation_decision(
        &self,
        of: Revocable,
    ) -> Result<(RevocationCase, Day, RevocationWords), Problem> {
        let (case, course) = self.revocable(of)?;
        if let Some(draft) = &self.draft {
            let words = RevocationWords {
                number: draft.document_number.clone(),
                reasons: draft.reasons.clone(),
                answers: draft.answers.iter().cloned().map(Some).collect(),
            };
            return Ok((case, self.today, words));
        }
        let Some((on, number, reasons, answers)) = course.decision else {
            return Err(not_yet("尚未决定 / nothing was decided yet"));
        };
        let words = RevocationWords {
            number: Some(number),
            reasons: self.open(&reasons),
            answers: self.open_all(&answers),
        };
        Ok((case, on, words))
    }

    /// The words by which the head took the authority's own decision back, and their day.
    pub(in super::super) fn withdrawal(
        &self,
        id: CaseRef,
    ) -> Result<(Day, RevocationWords), Problem> {
        let words = |number: Option<String>, reasons: Option<String>| RevocationWords {
            number,
            reasons,
            answers: Vec::new(),
        };
        if let Some(draft) = &self.draft {
            let own = words(draft.document_number.clone(), draft.reasons.clone());
            return Ok((self.today, own));
        }
        let from = match id {
            CaseRef::Listing(id) => id.0,
            CaseRef::Attribution(id) => id.0,
        };
        let found = self.after(from, |envelope| match &envelope.event {
            Event::Listing(ListingEvent::Revoked { case, document_number, reasons, .. })
                if *case == id =>
            {
                let own = words(Some(document_number.clone()), self.open(reasons));
                Some((envelope.legal_date, own))
            }
            _ => None,
        })?;
        found.ok_or_else(|| not_yet("尚未撤销 / it was not taken back"))
    }

    /// A relief as it stands, and how it began or ended.
    pub(in super::super) fn relief(
        &self,
        id: ReliefId,
        end: bool,
    ) -> Result<(ReliefCase, Day, ReliefWords), Problem> {
        let row = self.query().ask(|rows| rows.must_relief(id).cloned())?;
        let (_, found) = decision_case(&mut self.query(), CaseRef::Listing(row.listing))?;
        let case = ReliefCase {
            id: id.to_string(),
            party: self.party(row.subject)?,
            listing: row.listing.to_string(),
            authority: found.proposed_by.authority.as_str().to_owned(),
            until: row.until,
        };
        if !end {
            let envelope = self.event(id.0)?;
            let Event::Remedy(RemedyEvent::ReliefGranted { ruling, reasons, .. }) = envelope.event
            else {
                return Err(Problem::not_found());
            };
            let reasons = self.open(&reasons);
            let words = ReliefWords { step: ReliefStep::Granted, document: Some(ruling), reasons };
            return Ok((case, envelope.legal_date, words));
        }
        let found = self.after(id.0, |envelope| {
            let (step, document, reasons) = match &envelope.event {
                Event::Remedy(RemedyEvent::ReliefCompleted { relief, document, reasons })
                    if *relief == id =>
                {
                    (ReliefStep::Completed, document, reasons)
                }
                Event::Remedy(RemedyEvent::ReliefEnded { relief, document, reasons })
                    if *relief == id =>
                {
                    (ReliefStep::Ended, document, reasons)
                }
                _ => return None,
            };
            let (document, reasons) = (Some(document.clone()), self.open(reasons));
            Some((envelope.legal_date, ReliefWords { step, document, reasons }))
        })?;
        let (on, words) = found.ok_or_else(|| not_yet("尚未办结 / it is open still"))?;
        Ok((case, on, words))
    }
}

/// What is said before a repair is decided, and to a higher authority.
impl Words<'_> {
    /// Why a repair takes longer, who says so, the day, and until when.
    pub(in super::super) fn repair_extended(
        &self,
        id: RepairId,
    ) -> Result<(OfficerRef, Day, Option<String>, Day), Problem> {
        if let Some(draft) = &self.draft {
            let row = self.query().ask(|rows| rows.must_repair(id).cloned())?;
            let rules = &self.app.engine.rules;
            let opened_on = self.opened_on(Of::Repair(id))?.unwrap_or(self.today);
            let days = rules.packs.favouring(opened_on, self.today).repair_extend_wd;
            let until = rules.calendar.extended(row.decide_by, days).day;
            return Ok((self.officer.clone(), self.today, draft.reasons.clone(), until));
        }
        let found = self.after(id.0, |envelope| match &envelope.event {
            Event::Remedy(RemedyEvent::RepairExtended { repair, reasons, decide_by, .. })
                if *repair == id =>
            {
                let by = self.signer(&envelope.actor);
                Some((by, envelope.legal_date, self.open(reasons), decide_by.day))
            }
            _ => None,
        })?;
        found.ok_or_else(|| not_yet("没有延长 / it was not extended"))
    }

    /// The letter about a measure of a case: a draft, or the newest that was sent.
    pub(in super::super) fn forwarding(
        &self,
        id: CaseRef,
    ) -> Result<(Forwarding, OfficerRef, Day), Problem> {
        let (subject, found) = decision_case(&mut self.query(), id)?;
        let Some(draft) = &self.draft else {
            return self.forwarded(&self.newest_forwarded(id)?);
        };
        let case = Forwarding {
            party: self.party(subject)?,
            decision_number: decided(&found.path).map(|own| own.decision.number.clone()),
            basis: found.basis,
            to: draft.to.clone(),
            measure: draft.measure.clone(),
            reasons: draft.reasons.clone(),
            until: draft.end,
        };
        Ok((case, self.officer.clone(), self.today))
    }

    /// The notice to the subject of such a measure, with what it adds about remedies.
    pub(in super::super) fn forward_notice(
        &self,
        id: CaseRef,
    ) -> Result<(Forwarding, OfficerRef, Day, Option<String>), Problem> {
        if let Some(draft) = &self.draft {
            let (case, by, on) = self.forwarding(id)?;
            return Ok((case, by, on, draft.remedies.clone()));
        }
        self.notice_of_forwarded(MeasureId(self.newest_forwarded(id)?.position))
    }

    /// The same by the measure: as it was served, or a draft of it.
    pub(in super::super) fn notice_of_forwarded(
        &self,
        id: MeasureId,
    ) -> Result<(Forwarding, OfficerRef, Day, Option<String>), Problem> {
        let (case, by, on) = self.forwarded(&self.event(id.0)?)?;
        if let Some(draft) = &self.draft {
            let case = Forwarding { reasons: draft.reasons.clone(), ..case };
            return Ok((case, by, self.today, draft.remedies.clone()));
        }
        let told =
            self.after(id.0, |envelope| match &envelope.event {
                Event::Measure(MeasureEvent::ForwardNoticed {
                    measure, reasons, remedies, ..
                }) if *measure == id => Some((self.open(reasons), self.open(remedies))),
                _ => None,
            })?;
        let (reasons, remedies) = told.ok_or_else(|| not_yet("没有告知 / nobody was told"))?;
        Ok((Forwarding { reasons, ..case }, by, on, remedies))
    }

    /// Whether a measure went to a higher authority.
    pub(in super::super) fn is_forwarded(&self, id: MeasureId) -> Result<bool, Problem> {
        let row = self.query().ask(|rows| rows.must_measure(id).cloned())?;
        Ok(matches!(row.state, MeasureState::Forwarded { .. }))
    }

    /// What was forwarded last on a case.
    fn newest_forwarded(&self, id: CaseRef) -> Result<Envelope, Problem> {
        let sent = |envelope: &Envelope| match &envelope.event {
            Event::Measure(MeasureEvent::Forwarded { listing, attribution, .. }) => {
                let of = attribution.map_or(CaseRef::Listing(*listing), CaseRef::Attribution);
                (of == id).then(|| envelope.clone())
            }
            _ => None,
        };
        let (mut from, mut newest) = (case_at(id), None);
        while let Some(found) = self.after(from, sent)? {
            from = found.position;
            newest = Some(found);
        }
        newest.ok_or_else(|| not_yet("没有提请 / nothing was forwarded"))
    }

    /// The letter as it was sent.
    fn forwarded(&self, sent: &Envelope) -> Result<(Forwarding, OfficerRef, Day), Problem> {
        let Event::Measure(MeasureEvent::Forwarded {
            to,
            measure,
            reasons,
            until,
            basis,
            decision_number,
            ..
        }) = &sent.event
        else {
            return Err(not_yet("没有提请 / it was not forwarded"));
        };
        let case = Forwarding {
            party: self.party(self.subject)?,
            decision_number: Some(decision_number.clone()),
            basis: basis.clone(),
            to: Some(to.clone()),
            measure: Some(measure.clone()),
            reasons: self.open(reasons),
            until: Some(*until),
        };
        Ok((case, self.signer(&sent.actor), sent.legal_date))
    }

    /// The letter to a higher authority about a measure that it was asked for: a draft, or the newest
    /// that was sent.
    pub(in super::super) fn news(
        &self,
        id: MeasureId,
        news: News,
    ) -> Result<(Forwarded, OfficerRef, Day), Problem> {
        let asked = self.event(id.0)?;
        let (letter, ..) = self.forwarded(&asked)?;
        let letter = Forwarding { reasons: None, ..letter };
        let mut case = Forwarded {
            id: id.to_string(),
            asked_on: asked.legal_date,
            letter,
            exempt_until: None,
        };
        if self.draft.is_some() {
            case.exempt_until = self.exempted(id, None)?;
            return Ok((case, self.officer.clone(), self.today));
        }
        let (mut from, mut newest) = (id.0, None);
        let sent = |envelope: &Envelope| {
            let found = match &envelope.event {
                Event::Measure(MeasureEvent::ForwardRecalled { measure, .. }) => {
                    *measure == id && news == News::Ended
                }
                Event::Measure(MeasureEvent::ForwardTold { measure, suspended, .. }) => {
                    let told = if *suspended { News::Suspended } else { News::InEffect };
                    *measure == id && news == told
                }
                _ => false,
            };
            found.then(|| envelope.clone())
        };
        while let Some(found) = self.after(from, sent)? {
            from = found.position;
            newest = Some(found);
        }
        let newest = newest.ok_or_else(|| not_yet("尚未函告 / no such letter was sent yet"))?;
        case.exempt_until = self.exempted(id, Some(newest.position))?;
        Ok((case, self.signer(&newest.actor), newest.legal_date))
    }

    /// The day until which a court had exempted the subject of a measure, by what was recorded before
    /// a position.
    fn exempted(&self, id: MeasureId, before: Option<Position>) -> Result<Option<Day>, Problem> {
        let exempted = |envelope: &Envelope| match &envelope.event {
            Event::Measure(MeasureEvent::CourtLimitExempted { measure, until, .. })
                if *measure == id =>
            {
                Some((envelope.position, *until))
            }
            _ => None,
        };
        let (mut from, mut last) = (id.0, None);
        while let Some((at, until)) = self.after(from, exempted)? {
            if before.is_some_and(|before| at > before) {
                break;
            }
            (from, last) = (at, Some(until));
        }
        Ok(last)
    }
}

/// Where a case was opened.
fn case_at(id: CaseRef) -> Position {
    match id {
        CaseRef::Listing(id) => id.0,
        CaseRef::Attribution(id) => id.0,
    }
}
