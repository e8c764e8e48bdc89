//! What a text about a credit commitment is made from.

use shouxin_core::actor::OfficerRef;
use shouxin_core::event::Event;
use shouxin_core::event::commitment::CommitmentEvent;
use shouxin_core::id::CommitmentId;
use shouxin_core::path::Hearing;
use shouxin_core::time::Day;

use super::{Words, decided, heard_party, not_yet, noticed};
use crate::http::problem::Problem;
use crate::texts::{BreachCase, CommitmentCase, DecisionWords, HeardWords, NoticeWords};

impl Words<'_> {
    /// A commitment as it stands.
    pub(in super::super) fn commitment(&self, id: CommitmentId) -> Result<CommitmentCase, Problem> {
        let row = self.query().ask(|rows| rows.must_commitment(id).cloned())?;
        let content = match self.event(id.0)?.event {
            Event::Commitment(CommitmentEvent::Offered { content, .. }) => self.open(&content),
            _ => None,
        };
        let breach = match &row.breach {
            None => None,
            Some(case) => {
                let heard = match heard_party(&case.path) {
                    None => None,
                    Some(party) => Some(match &party.how {
                        Hearing::Waived => HeardWords::Waived,
                        Hearing::Silent => HeardWords::Silent,
                        Hearing::Statement { .. } => HeardWords::Statement(self.stated(party)?),
                    }),
                };
                Some(BreachCase {
                    basis: case.basis.clone(),
                    cap: case.cap,
                    heard,
                    number: decided(&case.path).map(|own| own.decision.number.clone()),
                })
            }
        };
        Ok(CommitmentCase {
            id: id.to_string(),
            party: self.party(row.subject)?,
            kind: row.kind,
            offered_by: row.offered_by,
            signed_on: row.signed.map(|(_, on)| on),
            due: row.due,
            content,
            breach,
        })
    }

    /// Who gave the time to cure, when, why and until when.
    pub(in super::super) fn cure_notice(
        &self,
        id: CommitmentId,
    ) -> Result<(OfficerRef, Day, Option<String>, Option<Day>), Problem> {
        if let Some(draft) = &self.draft {
            return Ok((self.officer.clone(), self.today, draft.reasons.clone(), draft.end));
        }
        let found = self.after(id.0, |envelope| match &envelope.event {
            Event::Commitment(CommitmentEvent::CureNoticeServed {
                commitment,
                reasons,
                cure_by,
                ..
            }) if *commitment == id => Some((
                self.signer(&envelope.actor),
                envelope.legal_date,
                self.open(reasons),
                Some(cure_by.day),
            )),
            _ => None,
        })?;
        found.ok_or_else(|| not_yet("尚未通知改正 / no cure notice was served yet"))
    }

    /// Who gave notice of a breach, when and with which words.
    pub(in super::super) fn breach_notice(
        &self,
        id: CommitmentId,
    ) -> Result<(OfficerRef, Day, NoticeWords), Problem> {
        let words = |facts, reasons| NoticeWords { facts, reasons, ..NoticeWords::default() };
        if let Some(draft) = &self.draft {
            let words = words(draft.facts.clone(), draft.reasons.clone());
            return Ok((self.officer.clone(), self.today, words));
        }
        let row = self.query().ask(|rows| rows.must_commitment(id).cloned())?;
        let at = row.breach.as_ref().and_then(|case| noticed(&case.path)).map(|own| own.at);
        let Some(at) = at else {
            return Err(not_yet("尚未告知 / no notice was served yet"));
        };
        let envelope = self.event(at)?;
        let Event::Commitment(CommitmentEvent::BreachNoticeServed { facts, reasons, .. }) =
            &envelope.event
        else {
            return Err(Problem::not_found());
        };
        let words = words(self.open(facts), self.open(reasons));
        Ok((self.signer(&envelope.actor), envelope.legal_date, words))
    }

    /// The words of the finding that it was broken, and its day.
    pub(in super::super) fn breach_decision(
        &self,
        id: CommitmentId,
    ) -> Result<(Day, DecisionWords), Problem> {
        if let Some(draft) = &self.draft {
            return Ok((self.today, super::drafted_decision(draft)));
        }
        let row = self.query().ask(|rows| rows.must_commitment(id).cloned())?;
        let decided = row.breach.as_ref().and_then(|case| decided(&case.path));
        let Some(at) = decided.map(|own| own.decision.at) else {
            return Err(not_yet("尚未决定 / nothing was decided yet"));
        };
        let envelope = self.event(at)?;
        let Event::Commitment(CommitmentEvent::BreachDecided {
            document_number,
            facts,
            reasons,
            answers,
            end,
            repair_conditions,
            remedies,
            ..
        }) = envelope.event
        else {
            return Err(Problem::not_found());
        };
        let words = DecisionWords {
            number: Some(document_number),
            facts: self.open(&facts),
            reasons: self.open(&reasons),
            answers: self.open_all(&answers),
            measures: Vec::new(),
            end: Some(end),
            removal_conditions: self.open(&repair_conditions),
            remedies: self.open(&remedies),
        };
        Ok((envelope.legal_date, words))
    }
}
