//! One event of a report under examination.

use std::collections::BTreeSet;

use shouxin_core::actor::{OfficerRef, Role};
use shouxin_core::calendar::Deadline;
use shouxin_core::guard::Guard;
use shouxin_core::id::Position;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::{Citation, RulePack, RuleSet};
use shouxin_core::text::{Sealed, digest_is_stated, short_text_is_stated};
use shouxin_core::time::Day;
use shouxin_core::whistle::{By, ReportEnvelope, WhistleEvent};

use crate::Violation;
use crate::names::{DEADLINE, INV_2, INV_9, INV_10};
use crate::whistle::{Held, Report, Stage};

/// Roles of officers who look into a report for a department.
const CASE: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];

/// An event, the rules of its day, the keys of its officer, and what is wrong with it.
pub(super) struct At<'a> {
    pub event: &'a ReportEnvelope,
    pub rules: &'a RuleSet,
    pub keys: &'a [Held],
    pub found: &'a mut Vec<Violation>,
}

impl<'a> At<'a> {
    /// What the event makes of a report; nothing where it makes none.
    pub(super) fn judge(
        &mut self,
        before: Option<&Report>,
        reported: Option<Uscc>,
    ) -> Option<Report> {
        let event = self.event;
        match (before, &event.event) {
            (None, WhistleEvent::Received { .. }) => self.received(reported),
            (Some(_), WhistleEvent::Received { .. }) => {
                self.broken(INV_10, "there is such a report already");
                None
            }
            (None, _) => {
                self.broken(INV_10, "there is no such report");
                None
            }
            (Some(own), _) => {
                let mut own = own.clone();
                let stage = own.stage;
                self.step(&mut own);
                // What was late is done once the report stands elsewhere.
                own.late &= own.stage == stage;
                Some(own)
            }
        }
    }

    #[track_caller]
    fn broken(&mut self, name: &'static str, what: impl AsRef<str>) {
        let detail = format!("{}: {}", self.event.event.name(), what.as_ref());
        self.found.push(Violation::new(Position::local(self.event.sequence), name, detail));
    }

    #[track_caller]
    fn must(&mut self, holds: bool, guard: Guard, what: &str) {
        if !holds {
            self.broken(guard.name(), what);
        }
    }

    fn pack(&self) -> &'a RulePack {
        self.rules.pack(self.event.on)
    }

    #[track_caller]
    fn stated(&mut self, field: &str, text: &Sealed) {
        self.must(text.is_stated(), Guard::Document, &format!("{field} says nothing"));
    }

    #[track_caller]
    fn deadline(&mut self, stated: Deadline, from: Day, working_days: u16) {
        let own = self.rules.calendar.after(from, working_days);
        if stated != own {
            self.broken(
                DEADLINE,
                format!("{working_days} working days after {from} is {}", own.day),
            );
        }
    }

    #[track_caller]
    fn kept(&mut self, stated: Day, at_least: Option<Day>) {
        let own = self.event.on.plus_months(self.pack().whistle_keep_months);
        let own = at_least.map_or(own, |day| day.max(own));
        if stated != own {
            self.broken(DEADLINE, format!("it is kept until {own}"));
        }
    }

    /// The steps come in the order of the machine.
    #[track_caller]
    fn turn(&mut self, own: &mut Report, fits: bool, to: Stage) {
        if !fits {
            self.broken(INV_2, "triage, assignment, verification, answer, end come in this order");
        }
        own.stage = to;
    }

    /// A named officer on file with one of these duties, who is not of the reported body.
    fn staff(&mut self, own: &Report, roles: &[Role]) -> Option<&'a OfficerRef> {
        let By::Officer(by) = &self.event.by else {
            self.broken(Guard::Human.name(), "no officer does it");
            return None;
        };
        let department = self.rules.department_by_uscc(by.authority.as_str());
        if department.and_then(|own| own.officer(&by.officer)).is_none() {
            self.broken(Guard::Human.name(), format!("{by} is no officer on file"));
            return None;
        }
        let on = self.event.on;
        let good = |own: &&Held| own.since <= on && on <= own.until;
        let duty = self.keys.iter().filter(good).any(|own| roles.contains(&own.role));
        self.must(duty, Guard::Competent, "it is not the officer's duty");
        let conflict = own.reported == Some(by.authority);
        self.must(!conflict, Guard::Competent, "the report is about the officer's own authority");
        let takes_in = !roles.contains(&Role::Triage) || !self.supervision(by);
        self.must(takes_in, Guard::Competent, "the supervision organ takes no step");
        if own.purged && !own.tagged {
            let knows_nobody = self.left_over(by, roles);
            self.must(knows_nobody, Guard::Competent, "nobody knows any more whom it was about");
        }
        Some(by)
    }

    /// An officer of the supervision organ, who takes reports in for nobody.
    fn supervision(&self, by: &OfficerRef) -> bool {
        self.rules.supervision().is_some_and(|own| own.uscc == by.authority.as_str())
    }

    /// Who is left to act where a purge has left no tag: whoever takes reports in, or destroys what was
    /// written since, outside of the credit office. Versions of the rules that mark no credit office are
    /// from before that.
    fn left_over(&self, by: &OfficerRef, roles: &[Role]) -> bool {
        let Some(office) = self.rules.credit_office() else { return true };
        let left = [Role::Triage, Role::DataOfficer].iter().any(|own| roles.contains(own));
        left && office.uscc != by.authority.as_str()
    }

    /// An officer of the department that has the report.
    fn case_officer(&mut self, own: &Report) {
        if let Some(by) = self.staff(own, CASE) {
            let has = own.department.is_none_or(|department| department == by.authority);
            self.must(has, Guard::Competent, "another department has the report");
        }
    }

    fn received(&mut self, reported: Option<Uscc>) -> Option<Report> {
        let WhistleEvent::Received { reported: code, facts, evidence, identity_sha256, triage_by } =
            &self.event.event
        else {
            return None;
        };
        if self.event.by != By::Reporter {
            self.broken(INV_9, "it names who reported");
        }
        let texts = [code, facts];
        texts.into_iter().chain(evidence).for_each(|text| self.stated("a text", text));
        let sealed = identity_sha256.as_ref().is_none_or(digest_is_stated);
        self.must(sealed, Guard::Document, "the digest of the identity is missing");
        self.deadline(*triage_by, self.event.on, self.pack().whistle_triage_wd);
        Some(Report {
            stage: Stage::Received { until: *triage_by },
            reported,
            department: None,
            keep_until: None,
            slots: texts.into_iter().chain(evidence).map(|text| text.slot).collect(),
            identity: identity_sha256.is_some(),
            request: None,
            late: false,
            tagged: false,
            purged: false,
        })
    }

    fn step(&mut self, own: &mut Report) {
        let on = self.event.on;
        let received = matches!(own.stage, Stage::Received { .. });
        match &self.event.event {
            WhistleEvent::Received { .. } => {}
            WhistleEvent::Triaged { note } => {
                self.staff(own, &[Role::Triage]);
                self.stated("note", note);
                self.turn(own, received, Stage::Triaged);
            }
            WhistleEvent::OutOfScope { pointer, keep_until } => {
                self.staff(own, &[Role::Triage]);
                self.stated("pointer", pointer);
                self.kept(*keep_until, None);
                own.keep_until = Some(*keep_until);
                self.turn(own, received, Stage::OutOfScope);
            }
            WhistleEvent::Assigned { department, verify_by } => {
                self.staff(own, &[Role::Triage]);
                let on_file = self.rules.department_by_uscc(department.as_str()).is_some();
                let competent = on_file && own.reported != Some(*department);
                self.must(
                    competent,
                    Guard::Competent,
                    "it goes to the reported body, or to nobody",
                );
                self.deadline(*verify_by, on, self.pack().whistle_verify_wd);
                own.department = Some(*department);
                let to = Stage::Assigned { until: *verify_by, extended: false };
                self.turn(own, own.stage == Stage::Triaged, to);
            }
            WhistleEvent::Verified { .. }
            | WhistleEvent::Extended { .. }
            | WhistleEvent::Transferred { .. }
            | WhistleEvent::FeedbackPosted { .. } => self.worked_on(own),
            WhistleEvent::UnsealRequested { .. }
            | WhistleEvent::Unsealed { .. }
            | WhistleEvent::Tagged { .. }
            | WhistleEvent::Purged { .. } => self.of_identity(own),
            WhistleEvent::Retaliation { account, keep_until } => {
                if self.event.by != By::Reporter {
                    self.broken(INV_9, "it names who reported");
                }
                self.stated("account", account);
                self.kept(*keep_until, None);
                own.slots.insert(account.slot);
                if own.stage == Stage::Closed {
                    own.stage = Stage::FedBack;
                    own.keep_until = Some(*keep_until);
                } else {
                    own.keep_until = own.keep_until.map(|day| day.max(*keep_until));
                }
            }
            WhistleEvent::Overdue { due } => {
                let timer = self.event.by == By::Timer;
                self.must(timer, Guard::Competent, "only a timer says that a day has passed");
                if own.stage.until().map(|own| own.day) != Some(*due) || on <= *due || own.late {
                    self.broken(DEADLINE, "no day has passed, or that was said already");
                }
                own.late = true;
            }
            WhistleEvent::Recounted { before, deadline } => {
                let timer = self.event.by == By::Timer;
                self.must(timer, Guard::Competent, "only a timer counts a day anew");
                self.recounted(own, *before, *deadline);
            }
        }
    }

    /// From the same day, as many days, where they were counted beyond the calendar; and neither from
    /// nor to a day that has passed.
    fn recounted(&mut self, own: &mut Report, before: Day, deadline: Deadline) {
        let on = self.event.on;
        let runs = own.stage.until().filter(|own| own.provisional && own.day == before);
        match runs {
            Some(own) => self.deadline(deadline, own.from, own.working_days),
            None => self.broken(DEADLINE, "no such day was counted beyond the calendar"),
        }
        if own.late || before < on || deadline.day < on {
            self.broken(DEADLINE, "a day that has passed is not counted anew");
        }
        own.stage.put_off(deadline);
    }

    /// What the department that has it does, and the answer to the reporter.
    fn worked_on(&mut self, own: &mut Report) {
        let on = self.event.on;
        let (verify_wd, feedback_wd) =
            (self.pack().whistle_verify_wd, self.pack().whistle_feedback_wd);
        let assigned = matches!(own.stage, Stage::Assigned { .. });
        match &self.event.event {
            WhistleEvent::Verified { substantiated, reasons, feedback_by } => {
                self.case_officer(own);
                self.stated("reasons", reasons);
                let to = match feedback_by {
                    Some(by) => {
                        self.deadline(*by, on, feedback_wd);
                        Stage::Unsubstantiated { until: *by }
                    }
                    None => Stage::Substantiated,
                };
                if *substantiated == feedback_by.is_some() {
                    self.broken(INV_10, "an answer is due where nothing was found, and only there");
                }
                self.turn(own, assigned, to);
            }
            WhistleEvent::Extended { reasons, verify_by } => {
                self.case_officer(own);
                self.stated("reasons", reasons);
                if let Stage::Assigned { until, extended } = own.stage {
                    if extended || on > until.day {
                        self.broken(DEADLINE, "it was extended before, or its time is over");
                    }
                    // Both times together, from the day from which the first one is counted.
                    let whole = until.working_days.saturating_add(verify_wd);
                    self.deadline(*verify_by, until.from, whole);
                }
                let to = Stage::Assigned { until: *verify_by, extended: true };
                self.turn(own, assigned, to);
            }
            WhistleEvent::Transferred { note, feedback_by } => {
                self.case_officer(own);
                self.stated("note", note);
                self.deadline(*feedback_by, on, feedback_wd);
                let to = Stage::Transferred { until: *feedback_by };
                self.turn(own, own.stage == Stage::Substantiated, to);
            }
            WhistleEvent::FeedbackPosted { text, keep_until } => {
                // Of the supervision organ only the department that has the report answers.
                let organ = matches!(&self.event.by, By::Officer(by) if self.supervision(by));
                if self.keys.iter().any(|own| own.role == Role::Triage) && !organ {
                    self.staff(own, &[Role::Triage]);
                } else {
                    self.case_officer(own);
                }
                self.stated("text", text);
                self.kept(*keep_until, own.keep_until);
                own.keep_until = Some(*keep_until);
                let fits = matches!(
                    own.stage,
                    Stage::Transferred { .. } | Stage::Unsubstantiated { .. } | Stage::FedBack
                );
                self.turn(own, fits, Stage::FedBack);
            }
            _ => {}
        }
    }

    /// Who reported: opened by two officers, on a ground in writing, with every opening on record
    /// (INV-9); destroyed after its time with every text.
    fn of_identity(&mut self, own: &mut Report) {
        match &self.event.event {
            WhistleEvent::UnsealRequested { ground, reasons, law_forbids_telling } => {
                let by = self.staff(own, &[Role::Triage]);
                self.basis(ground);
                if let Some(own) = law_forbids_telling {
                    self.basis(own);
                }
                self.stated("reasons", reasons);
                if !own.identity {
                    self.broken(INV_9, "there is no identity to open");
                }
                own.request = by.map(|by| (by.clone(), law_forbids_telling.is_none()));
            }
            WhistleEvent::Unsealed { requested_by, told } => {
                let by = self.staff(own, &[Role::DataOfficer]);
                let second = by != Some(requested_by);
                self.must(second, Guard::FourEyes, "who asked for it approves it");
                match own.request.take() {
                    Some(request) if request == (requested_by.clone(), *told) => {}
                    _ => self
                        .broken(INV_9, "nobody asked for it like that, with a ground in writing"),
                }
            }
            WhistleEvent::Tagged { reported } => {
                self.expired(own);
                self.must(digest_is_stated(reported), Guard::Document, "the tag is missing");
                let fits = matches!(own.stage, Stage::FedBack | Stage::OutOfScope);
                if !fits || own.tagged || own.purged {
                    self.broken(INV_2, "a tag comes once, just before the first purge");
                }
                own.tagged = true;
            }
            WhistleEvent::Purged { slots } => {
                self.expired(own);
                own.keep_until = None;
                // With the code goes what shows whose officers stand aside.
                if !own.tagged && !own.purged && self.rules.credit_office().is_some() {
                    self.broken(INV_2, "it is tagged before its code is destroyed");
                }
                own.purged = true;
                if slots.iter().copied().collect::<BTreeSet<u64>>() != own.slots {
                    self.broken(INV_10, "not every key of its texts, or another's, is destroyed");
                }
                own.slots.clear();
                own.identity = false;
                own.request = None;
                let fits = matches!(own.stage, Stage::FedBack | Stage::OutOfScope);
                self.turn(own, fits, Stage::Closed);
            }
            _ => {}
        }
    }

    /// A data officer ends a report, once its time is over.
    fn expired(&mut self, own: &Report) {
        self.staff(own, &[Role::DataOfficer]);
        if own.keep_until.is_some_and(|until| self.event.on <= until) {
            self.broken(DEADLINE, "it is kept for longer");
        }
    }

    /// An article of an instrument that is in force that day.
    fn basis(&mut self, cited: &Citation) {
        let instrument = self.rules.instrument(&cited.instrument);
        let stands = instrument.is_some_and(|own| own.in_force(self.event.on))
            && short_text_is_stated(&cited.article);
        self.must(stands, Guard::Basis, "no article of an instrument in force is cited");
    }
}
