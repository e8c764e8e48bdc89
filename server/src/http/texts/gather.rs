//! What a text is made from: rows for what stands, the log for what was said, a draft for what is
//! going to be said.

mod commitment;
mod outcome;
mod record;
mod red;

use serde_json::Value;
use shouxin_core::actor::{Actor, OfficerRef, SubjectKey};
use shouxin_core::codec;
use shouxin_core::event::commitment::CommitmentEvent;
use shouxin_core::event::remedy::RemedyEvent;
use shouxin_core::event::{CaseRef, Envelope, Event, NamedMeasure, RepairAcceptance, Target};
use shouxin_core::id::{MeasureId, ObjectionId, Position, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::path::{Decided, DecisionCase, HeardParty, Hearing, Notice, Path};
use shouxin_core::row::{Index, ListingKind, ObjectionRow, RedState, Repairable};
use shouxin_core::text::Sealed;
use shouxin_core::time::Day;

use crate::engine::query::Query;
use crate::http::App;
use crate::http::edge::NamedMeasureBody;
use crate::http::problem::{Code, Problem};
use crate::http::read;
use crate::http::remedies::AcceptanceOutcome;
use crate::http::texts::{Draft, Of};
use crate::texts::{
    About, AcceptanceWords, Case, DecisionWords, Disputed, HeardWords, MeasureCase, NamedWords,
    NoticeWords, ObjectionCase, Office, Party, RepairCase, RepairWords, Repaired, ServedWords,
};

pub(super) use outcome::Revocable;

/// Events of a file looked through for the one that a text is about.
const EVENTS_MAX: usize = 2000;
const PAGE_EVENTS: usize = 200;

/// The decision path of a listing or attribution, and whose file it stands in.
pub(super) fn decision_case(
    query: &mut Query<'_>,
    case: CaseRef,
) -> Result<(SubjectKey, DecisionCase), Problem> {
    match case {
        CaseRef::Listing(id) => {
            let row = query.ask(|rows| rows.must_listing(id).cloned())?;
            match row.kind {
                ListingKind::Black { case, .. } => Ok((row.subject, case)),
                ListingKind::Red(_) => {
                    Err(not_yet("红名单没有此文书 / a red listing has no such text"))
                }
            }
        }
        CaseRef::Attribution(id) => {
            let row = query.ask(|rows| rows.must_attribution(id).cloned())?;
            Ok((row.person, row.case))
        }
    }
}

/// What a repair is about: who decides on it, by which document it stands, and until when.
pub(super) struct Found {
    pub(super) of: Repaired,
    pub(super) id: String,
    pub(super) number: Option<String>,
    pub(super) authority: Uscc,
    pub(super) end: Option<Day>,
}

pub(super) fn repaired(query: &mut Query<'_>, of: Repairable) -> Result<Found, Problem> {
    match of {
        Repairable::Listing(id) => {
            let (_, case) = decision_case(query, CaseRef::Listing(id))?;
            let decision = decided(&case.path).map(|own| &own.decision);
            Ok(Found {
                of: Repaired::Listing,
                id: id.to_string(),
                number: decision.map(|own| own.number.clone()),
                authority: case.proposed_by.authority,
                end: decision.map(|own| own.end),
            })
        }
        Repairable::Record(id) => {
            let row = query.ask(|rows| rows.must_record(id).cloned())?;
            Ok(Found {
                of: Repaired::Record,
                id: id.to_string(),
                number: Some(row.document_number),
                authority: row.provider,
                end: row.publicity_until,
            })
        }
        Repairable::Commitment(id) => {
            let row = query.ask(|rows| rows.must_commitment(id).cloned())?;
            let decision = row.breach.as_ref().and_then(|case| decided(&case.path));
            Ok(Found {
                of: Repaired::Breach,
                id: id.to_string(),
                number: decision.map(|own| own.decision.number.clone()),
                authority: row.offered_by.authority,
                end: decision.map(|own| own.decision.end),
            })
        }
        Repairable::Attribution(id) => {
            let row = query.ask(|rows| rows.must_attribution(id).cloned())?;
            let decision = decided(&row.case.path).map(|own| &own.decision);
            // A person answers no longer than the organisation does.
            let above = repaired(query, Repairable::Listing(row.listing))?.end;
            Ok(Found {
                of: Repaired::Attribution,
                id: id.to_string(),
                number: decision.map(|own| own.number.clone()),
                authority: row.case.proposed_by.authority,
                end: decision.map(|own| own.end).into_iter().chain(above).min(),
            })
        }
    }
}

impl Words<'_> {
    /// Since when the versions of the rules are looked at for a text: the opening of its case, and
    /// for a repair that of what it repairs; nothing where the text itself opens something.
    pub(super) fn opened_on(&self, of: Of) -> Result<Option<Day>, Problem> {
        let mut query = self.query();
        let day = match of {
            Of::File | Of::Relief(_) => return Ok(None),
            Of::Record(id) => query.ask(|rows| rows.must_record(id).cloned())?.collected_on,
            Of::Case(case @ CaseRef::Attribution(_)) => {
                decision_case(&mut query, case)?.1.proposed_on
            }
            Of::Measure(id) => query.ask(|rows| rows.must_measure(id).cloned())?.initiated_on,
            Of::Objection(id) => query.ask(|rows| rows.must_objection(id).cloned())?.filed_on,
            Of::Commitment(id) => query.ask(|rows| rows.must_commitment(id).cloned())?.offered_on,
            Of::Repair(id) => match query.ask(|rows| rows.must_repair(id).cloned())?.of {
                Repairable::Listing(id) => {
                    decision_case(&mut query, CaseRef::Listing(id))?.1.proposed_on
                }
                Repairable::Record(id) => {
                    query.ask(|rows| rows.must_record(id).cloned())?.collected_on
                }
                Repairable::Commitment(id) => {
                    query.ask(|rows| rows.must_commitment(id).cloned())?.offered_on
                }
                Repairable::Attribution(id) => {
                    decision_case(&mut query, CaseRef::Attribution(id))?.1.proposed_on
                }
            },
            Of::Case(CaseRef::Listing(id)) | Of::Honour(id) => {
                match query.ask(|rows| rows.must_listing(id).cloned())?.kind {
                    ListingKind::Red(red) => red.nominated_on,
                    ListingKind::Black { case, .. } => case.proposed_on,
                }
            }
        };
        Ok(Some(day))
    }
}

fn not_yet(detail: &str) -> Problem {
    Problem::new(
        Code::State,
        detail,
        "请先办理该步骤，或用 POST 提交草稿 / take the step first, or POST a draft",
    )
}

/// Makes the words of a text.
pub(super) struct Words<'a> {
    pub(super) app: &'a App,
    pub(super) subject: SubjectKey,
    /// Who asks; signs a draft.
    pub(super) officer: &'a OfficerRef,
    pub(super) draft: Option<Draft>,
    pub(super) today: Day,
}

impl Words<'_> {
    /// A snapshot for one question. It is never kept while another is asked: a writer that waits
    /// between two of the same reader would stop both for ever.
    fn query(&self) -> Query<'_> {
        Query::new(self.app.engine.view.read())
    }

    fn open(&self, sealed: &Sealed) -> Option<String> {
        let clear = self.app.engine.vault.open_text(sealed, &self.subject.to_string()).ok()?;
        std::str::from_utf8(&clear).ok().map(str::to_owned)
    }

    fn open_all(&self, sealed: &[Sealed]) -> Vec<Option<String>> {
        sealed.iter().map(|own| self.open(own)).collect()
    }

    fn named(&self, measures: &[NamedMeasure]) -> Vec<NamedWords> {
        let named = |own: &NamedMeasure| NamedWords {
            measure: own.measure.clone(),
            department: own.department.clone(),
            proportionality: self.open(&own.proportionality),
        };
        measures.iter().map(named).collect()
    }

    fn party(&self, key: SubjectKey) -> Result<Party, Problem> {
        let head = self.query().ask(|rows| rows.must_subject(key).cloned())?;
        let name = match read::name(&self.app.engine.vault, &head) {
            Value::String(name) => Some(name),
            _ => None,
        };
        Ok(Party { name, key })
    }

    fn event(&self, at: Position) -> Result<Envelope, Problem> {
        let unreadable = || {
            Problem::new(
                Code::Internal,
                format!("事件 {at} 无法读取 / event {at} cannot be read"),
                "请运行 shouxin verify / run shouxin verify",
            )
        };
        let commits = self.app.engine.log.read(at.sequence, 1).map_err(|_| unreadable())?;
        let commit = commits.first().ok_or_else(unreadable)?;
        let offset =
            usize::try_from(at.sequence.saturating_sub(commit.first)).unwrap_or(usize::MAX);
        let entry = commit.entries.get(offset).ok_or_else(unreadable)?;
        codec::decode_event(&entry.bytes).map_err(|_| unreadable())
    }

    /// The first event after `from` in the subject's file that `wanted` knows.
    fn after<T>(
        &self,
        from: Position,
        wanted: impl Fn(&Envelope) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let entry = Index::History(self.subject, Position::local(0));
        let mut after = from;
        for _ in 0..EVENTS_MAX / PAGE_EVENTS {
            let (positions, more) = self.query().page(&entry, Some(after), PAGE_EVENTS)?;
            for at in &positions {
                if let Some(found) = wanted(&self.event(*at)?) {
                    return Ok(Some(found));
                }
            }
            match positions.last() {
                Some(last) if more => after = *last,
                _ => return Ok(None),
            }
        }
        Err(Problem::new(
            Code::Limit,
            format!(
                "之后的 {EVENTS_MAX} 个事件中没有该步骤 / the step is not among so many events"
            ),
            "请从 history 查找 / look for it in the history",
        ))
    }

    /// Who signs what is only a draft or was done by a timer.
    fn signer(&self, actor: &Actor) -> OfficerRef {
        match actor {
            Actor::Officer(officer) => officer.clone(),
            _ => self.officer.clone(),
        }
    }

    /// A case as it stands.
    pub(super) fn case(&self, id: CaseRef) -> Result<Case, Problem> {
        let (subject, found) = decision_case(&mut self.query(), id)?;
        let (at, text) = match id {
            CaseRef::Listing(own) => (own.0, own.to_string()),
            CaseRef::Attribution(own) => (own.0, own.to_string()),
        };
        let proposal = self.event(at)?;
        let (about, behaviour, act, documents) = match proposal.event {
            Event::ListingProposed { behaviour, act, facts, .. } => {
                (About::Listing, behaviour, act, facts)
            }
            Event::AttributionProposed {
                listing,
                role,
                finding,
                facts,
                office_from,
                office_to,
                acted_on,
                ..
            } => {
                let row = self.query().ask(|rows| rows.must_listing(listing).cloned())?;
                let ListingKind::Black { behaviour, .. } = row.kind else {
                    return Err(Problem::not_found());
                };
                let organisation = self.party(row.subject)?;
                let listing = listing.to_string();
                let office = Office { from: office_from, to: office_to, acted_on };
                let about = About::Attribution { organisation, listing, role, office };
                (about, behaviour, finding, facts)
            }
            _ => return Err(Problem::not_found()),
        };
        // A person is repaired by the rule that the organisation's listing keeps.
        let listing = match id {
            CaseRef::Listing(own) => own,
            CaseRef::Attribution(own) => {
                self.query().ask(|rows| rows.must_attribution(own).cloned())?.listing
            }
        };
        let repair_min_months =
            self.query().ask(|rows| rows.must_listing(listing).cloned())?.repair_min_months;
        let party = heard_party(&found.path);
        let heard = match party {
            None => None,
            Some(party) => Some(match &party.how {
                Hearing::Waived => HeardWords::Waived,
                Hearing::Silent => HeardWords::Silent,
                Hearing::Statement { .. } => HeardWords::Statement(self.stated(party)?),
            }),
        };
        let hearing = match party.and_then(|own| own.hearing) {
            None => None,
            Some(at) => match self.event(at)?.event {
                Event::HearingHeld { summary, .. } => Some(self.open(&summary)),
                _ => None,
            },
        };
        Ok(Case {
            id: text,
            party: self.party(subject)?,
            about,
            proposed_by: found.proposed_by,
            behaviour,
            act: self.open(&act),
            basis: found.basis,
            documents,
            cap: found.cap,
            repair_min_months,
            heard,
            hearing,
        })
    }

    /// The points of every statement, in the order in which they came.
    fn stated(&self, party: &HeardParty) -> Result<Vec<Option<String>>, Problem> {
        let mut all = Vec::new();
        for at in std::iter::once(&party.at).chain(&party.further) {
            match self.event(*at)?.event {
                Event::StatementReceived { points, .. }
                | Event::Commitment(CommitmentEvent::BreachStatementReceived { points, .. }) => {
                    all.extend(self.open_all(&points));
                }
                _ => return Err(Problem::not_found()),
            }
        }
        Ok(all)
    }

    /// The words of a notice, who gives it, and its day.
    pub(super) fn notice(&self, id: CaseRef) -> Result<(OfficerRef, Day, NoticeWords), Problem> {
        if let Some(draft) = &self.draft {
            let words = NoticeWords {
                facts: draft.facts.clone(),
                reasons: draft.reasons.clone(),
                measures: drafted(&draft.measures),
                hearing_offered: draft.hearing_offered,
            };
            return Ok((self.officer.clone(), self.today, words));
        }
        let (_, found) = decision_case(&mut self.query(), id)?;
        let at = noticed(&found.path).map(|own| own.at);
        let at = match at {
            Some(at) => at,
            None => return Err(not_yet("尚未告知 / no notice was served yet")),
        };
        let envelope = self.event(at)?;
        let Event::NoticeServed { facts, reasons, measures, hearing_offered, .. } = &envelope.event
        else {
            return Err(Problem::not_found());
        };
        let words = NoticeWords {
            facts: self.open(facts),
            reasons: self.open(reasons),
            measures: self.named(measures),
            hearing_offered: *hearing_offered,
        };
        Ok((self.signer(&envelope.actor), envelope.legal_date, words))
    }

    /// The words of a decision and its day.
    pub(super) fn decision(&self, id: CaseRef) -> Result<(Day, DecisionWords), Problem> {
        let Some(draft) = &self.draft else {
            return self.decided(id);
        };
        let words = drafted_decision(draft);
        Ok((self.today, words))
    }

    /// The words of the decision that was made, and its day.
    pub(super) fn decided(&self, id: CaseRef) -> Result<(Day, DecisionWords), Problem> {
        let (_, found) = decision_case(&mut self.query(), id)?;
        let Some(decided) = decided(&found.path) else {
            return Err(not_yet("尚未决定 / nothing was decided yet"));
        };
        let envelope = self.event(decided.decision.at)?;
        let Event::CaseDecided {
            document_number,
            facts,
            reasons,
            answers,
            measures,
            end,
            removal_conditions,
            remedies,
            ..
        } = envelope.event
        else {
            return Err(Problem::not_found());
        };
        let words = DecisionWords {
            number: Some(document_number),
            facts: self.open(&facts),
            reasons: self.open(&reasons),
            answers: self.open_all(&answers),
            measures: self.named(&measures),
            end: Some(end),
            removal_conditions: self.open(&removal_conditions),
            remedies: self.open(&remedies),
        };
        Ok((envelope.legal_date, words))
    }

    /// The service of the decision, if it happened.
    pub(super) fn served(&self, id: CaseRef) -> Result<Option<ServedWords>, Problem> {
        let (_, found) = decision_case(&mut self.query(), id)?;
        let Some(served) = found.path.served() else {
            return Ok(None);
        };
        self.after(served.decided.decision.at, |envelope| match &envelope.event {
            Event::DecisionServed { case, service, starts_on, .. } if *case == id => {
                Some(ServedWords {
                    manner: service.manner,
                    on: service.on,
                    proof_sha256: service.proof_sha256,
                    starts_on: *starts_on,
                })
            }
            _ => None,
        })
    }

    /// A measure case as it stands.
    pub(super) fn measure(&self, id: MeasureId) -> Result<MeasureCase, Problem> {
        let row = self.query().ask(|rows| rows.must_measure(id).cloned())?;
        if row.incentive {
            return Err(not_yet("激励措施无须告知 / an incentive needs no notice"));
        }
        let grounds = match self.event(id.0)?.event {
            Event::MeasureInitiated { reasons, .. } => self.open(&reasons),
            _ => None,
        };
        Ok(MeasureCase {
            id: id.to_string(),
            party: self.party(row.subject)?,
            measure: row.measure,
            department: row.department,
            initiated_by: row.initiated_by,
            basis: row.basis,
            decision_number: row.decision_number,
            until: row.until,
            grounds,
        })
    }

    /// Day, reasons and remedies of a measure's notice.
    pub(super) fn measure_notice(
        &self,
        id: MeasureId,
    ) -> Result<(Day, Option<String>, Option<String>), Problem> {
        if let Some(draft) = &self.draft {
            return Ok((self.today, draft.reasons.clone(), draft.remedies.clone()));
        }
        let found = self.after(id.0, |envelope| match &envelope.event {
            Event::MeasureNoticeServed { measure, reasons, remedies, .. } if *measure == id => {
                Some((envelope.legal_date, self.open(reasons), self.open(remedies)))
            }
            _ => None,
        })?;
        found.ok_or_else(|| not_yet("尚未告知 / no notice was served yet"))
    }

    /// An objection as it stands.
    pub(super) fn objection(&self, id: ObjectionId) -> Result<ObjectionCase, Problem> {
        let row = self.query().ask(|rows| rows.must_objection(id).cloned())?;
        let Event::ObjectionFiled { grounds, .. } = self.event(id.0)?.event else {
            return Err(Problem::not_found());
        };
        let verification = self.after(id.0, |envelope| match &envelope.event {
            Event::VerificationReported { objection, finding, reasons, .. } if *objection == id => {
                Some((*finding, self.open(reasons)))
            }
            _ => None,
        })?;
        Ok(ObjectionCase {
            id: id.to_string(),
            party: self.party(row.subject)?,
            target: row.target,
            disputed: self.disputed(&row)?,
            trigger: row.trigger,
            grounds,
            filed_on: row.filed_on,
            suspends: row.suspends,
            provider: row.provider.as_str().to_owned(),
            verification,
        })
    }

    /// What an objection disputes. Nobody decides on a nomination over an open objection, so what was
    /// decided since the objection came in was a nomination then.
    pub(super) fn disputed(&self, row: &ObjectionRow) -> Result<Disputed, Problem> {
        let id = match row.target {
            Target::Record(_) => return Ok(Disputed::Record),
            Target::Attribution(_) => return Ok(Disputed::Attribution),
            Target::Measure(_) => return Ok(Disputed::Measure),
            Target::Commitment(_) => return Ok(Disputed::Breach),
            Target::Listing(id) => id,
        };
        let listing = self.query().ask(|rows| rows.must_listing(id).cloned())?;
        let ListingKind::Red(red) = &listing.kind else {
            return Ok(Disputed::Listing);
        };
        Ok(match &red.state {
            RedState::Active { since, .. } | RedState::Expired { since, .. }
                if row.filed_on >= *since =>
            {
                Disputed::Honour
            }
            _ => Disputed::Nomination,
        })
    }

    /// Who accepted an objection, and when. Silence accepts too; a draft says that it will be.
    pub(super) fn objection_accepted(&self, id: ObjectionId) -> Result<(OfficerRef, Day), Problem> {
        if self.draft.is_some() {
            return Ok((self.officer.clone(), self.today));
        }
        let found = self.after(id.0, |envelope| match &envelope.event {
            Event::ObjectionAccepted { objection, .. } if *objection == id => {
                Some((self.signer(&envelope.actor), envelope.legal_date))
            }
            _ => None,
        })?;
        found.ok_or_else(|| not_yet("尚未受理 / it was not accepted yet"))
    }

    /// Who refused an objection, when and why.
    pub(super) fn objection_refused(
        &self,
        id: ObjectionId,
    ) -> Result<(OfficerRef, Day, Option<String>), Problem> {
        self.objection_outcome(id, "没有不予受理的决定 / it was not refused", |event| {
            match event {
                Event::ObjectionRefused { objection, reasons, .. } if *objection == id => {
                    Some(reasons)
                }
                _ => None,
            }
        })
    }

    /// Who answered an objection, when and why.
    pub(super) fn objection_resolved(
        &self,
        id: ObjectionId,
    ) -> Result<(OfficerRef, Day, Option<String>), Problem> {
        self.objection_outcome(id, "尚未办结 / it was not resolved yet", |event| match event {
            Event::ObjectionResolved { objection, reasons, .. } if *objection == id => {
                Some(reasons)
            }
            _ => None,
        })
    }

    /// Who marked an objection as verified by nobody, when and why; and when its provider got it.
    pub(super) fn objection_unverified(
        &self,
        id: ObjectionId,
    ) -> Result<(OfficerRef, Day, Option<Day>, Option<String>), Problem> {
        let received_on = self.after(id.0, |envelope| match &envelope.event {
            Event::ObjectionReferred { objection, received_on, .. } if *objection == id => {
                Some(*received_on)
            }
            _ => None,
        })?;
        let (by, on, reasons) = self.objection_outcome(
            id,
            "没有逾期未核实的处理 / it was not marked so",
            |event| match event {
                Event::Remedy(RemedyEvent::Unverified { objection, reasons, .. })
                    if *objection == id =>
                {
                    Some(reasons)
                }
                _ => None,
            },
        )?;
        Ok((by, on, received_on, reasons))
    }

    fn objection_outcome(
        &self,
        id: ObjectionId,
        missing: &str,
        reasons: impl Fn(&Event) -> Option<&Sealed>,
    ) -> Result<(OfficerRef, Day, Option<String>), Problem> {
        if let Some(draft) = &self.draft {
            return Ok((self.officer.clone(), self.today, draft.reasons.clone()));
        }
        let found = self.after(id.0, |envelope| {
            let reasons = self.open(reasons(&envelope.event)?);
            Some((self.signer(&envelope.actor), envelope.legal_date, reasons))
        })?;
        found.ok_or_else(|| not_yet(missing))
    }

    /// A repair application as it stands.
    pub(super) fn repair(&self, id: RepairId) -> Result<RepairCase, Problem> {
        let row = self.query().ask(|rows| rows.must_repair(id).cloned())?;
        let found = repaired(&mut self.query(), row.of)?;
        Ok(RepairCase {
            id: id.to_string(),
            party: self.party(row.subject)?,
            of: found.of,
            repaired: found.id,
            decision_number: found.number,
            authority: found.authority.as_str().to_owned(),
            applied_on: row.applied_on,
            decide_by: row.decide_by.day,
        })
    }

    /// Who decided on the acceptance of a repair application, when and how.
    pub(super) fn repair_accepted(
        &self,
        id: RepairId,
    ) -> Result<(OfficerRef, Day, AcceptanceWords), Problem> {
        if let Some(draft) = &self.draft {
            let reasons = draft.reasons.clone();
            let words = match draft.outcome {
                Some(AcceptanceOutcome::Accepted) => AcceptanceWords::Accepted,
                Some(AcceptanceOutcome::Returned) => AcceptanceWords::Returned(reasons),
                Some(AcceptanceOutcome::NotAccepted) => AcceptanceWords::NotAccepted(reasons),
                None => {
                    return Err(wants(
                        "outcome",
                        "accepted、returned 或 not_accepted / one of these",
                    ));
                }
            };
            return Ok((self.officer.clone(), self.today, words));
        }
        let found = self.after(id.0, |envelope| match &envelope.event {
            Event::RepairAcceptDecided { repair, outcome } if *repair == id => {
                let words = match outcome {
                    RepairAcceptance::Accepted => AcceptanceWords::Accepted,
                    RepairAcceptance::Returned(own) => AcceptanceWords::Returned(self.open(own)),
                    RepairAcceptance::NotAccepted(own) => {
                        AcceptanceWords::NotAccepted(self.open(own))
                    }
                };
                Some((self.signer(&envelope.actor), envelope.legal_date, words))
            }
            _ => None,
        })?;
        found.ok_or_else(|| not_yet("尚未决定是否受理 / its acceptance was not decided yet"))
    }

    /// The head's decision on a repair, and its day.
    pub(super) fn repair_decided(&self, id: RepairId) -> Result<(Day, RepairWords), Problem> {
        if let Some(draft) = &self.draft {
            let approved = draft.approved;
            let approved = approved.ok_or_else(|| wants("approved", "true 或 false / or"))?;
            let (number, reasons) = (draft.document_number.clone(), draft.reasons.clone());
            return Ok((self.today, RepairWords { approved, number, reasons }));
        }
        let found = self.after(id.0, |envelope| {
            let words = match &envelope.event {
                Event::RepairApproved { repair, document_number, reasons, .. } if *repair == id => {
                    let number = Some(document_number.clone());
                    RepairWords { approved: true, number, reasons: self.open(reasons) }
                }
                Event::RepairRefused { repair, reasons, .. } if *repair == id => {
                    RepairWords { approved: false, number: None, reasons: self.open(reasons) }
                }
                _ => return None,
            };
            Some((envelope.legal_date, words))
        })?;
        found.ok_or_else(|| not_yet("尚未决定 / nothing was decided yet"))
    }
}

fn wants(field: &'static str, cure: &str) -> Problem {
    let detail = format!("草稿缺少 {field} / the draft lacks {field}");
    Problem::new(Code::ValueInvalid, detail, cure).on(field)
}

/// The words of a decision to be.
fn drafted_decision(draft: &Draft) -> DecisionWords {
    DecisionWords {
        number: draft.document_number.clone(),
        facts: draft.facts.clone(),
        reasons: draft.reasons.clone(),
        answers: draft.answers.iter().cloned().map(Some).collect(),
        measures: drafted(&draft.measures),
        end: draft.end,
        removal_conditions: draft.removal_conditions.clone(),
        remedies: draft.remedies.clone(),
    }
}

fn drafted(measures: &[NamedMeasureBody]) -> Vec<NamedWords> {
    let named = |own: &NamedMeasureBody| NamedWords {
        measure: own.measure.clone(),
        department: own.department.clone(),
        proportionality: Some(own.proportionality.clone()),
    };
    measures.iter().map(named).collect()
}

fn decided(path: &Path) -> Option<&Decided> {
    match path {
        Path::Decided(decided) => Some(decided),
        _ => path.served().map(|served| &served.decided),
    }
}

fn noticed(path: &Path) -> Option<&Notice> {
    match path {
        Path::Noticed(noticed) => Some(&noticed.notice),
        Path::Heard(heard) => Some(&heard.notice),
        _ => decided(path).map(|own| &own.notice),
    }
}

fn heard_party(path: &Path) -> Option<&HeardParty> {
    match path {
        Path::Heard(heard) => Some(&heard.party),
        _ => decided(path).map(|own| &own.party),
    }
}
