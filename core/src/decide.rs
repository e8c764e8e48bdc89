//! `decide(rows, command, context)`: events, a refusal with its guard and the way out, or what
//! it needs to see. Dates, deadlines and versions are worked out here and stand in the events.

mod admin;
mod again;
mod assessment;
mod authorisation;
mod breach;
mod case;
mod case_study;
mod catalogue;
mod changed;
mod channel;
pub(crate) mod checks;
mod classification;
mod closing;
mod commitment;
mod credit_review;
mod dead_letter;
mod erasure;
mod extension;
mod filing;
mod fitting;
mod forward;
mod ground;
mod grounds;
mod hearing;
mod imported;
mod job;
mod life_cycle;
mod listing;
mod measure;
mod member;
mod objection;
mod paper;
mod plugin;
mod publicity;
mod record;
mod red;
mod redress;
mod refusal;
mod relief;
mod remedy;
mod repair;
mod review;
mod revocation;
mod sending;
mod shorten;
mod subject;
mod support;
mod testing;
mod tick;
mod tolerance;
mod undo;
mod working;

use crate::actor::{Actor, Role, SubjectKey};
use crate::command::{self, Command};
use crate::event::{Event, Idempotency, Mark};
use crate::guard::{Misfit, Refusal};
use crate::id::Position;
use crate::row::Key;
use crate::rows::{Rows, Stop};
use crate::rules::{RulePack, RuleSet};
use crate::tally::{Month, Unit};
use crate::time::{Day, Timestamp};

pub use assessment::figures;
pub use checks::REJECT_REASONS;
pub use closing::is_ready;
pub use plugin::owed_courtesy;
pub use refusal::{recorded, recorded_rejects};
pub use tolerance::clean_from;
pub use undo::{owed_hook, owes_an_end};

/// What a command is judged by besides the rows.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// When it is recorded; never below the last recorded time.
    pub now: Timestamp,
    /// Its legal date.
    pub today: Day,
    /// Who asks.
    pub actor: &'a Actor,
    /// With which role.
    pub role: Role,
    /// The rules in force on `today`.
    pub rules: &'a RuleSet,
    /// Where its first event will stand.
    pub next: Position,
    /// The clock jumped: nothing starts until an operator confirms (design.md 1).
    pub starts_stopped: bool,
    /// Idempotency key and request, if the command came with one.
    pub idempotency: Option<Idempotency>,
    /// The version of the subject's file the command was made for (`If-Match`).
    pub expected: Option<(SubjectKey, Position)>,
}

impl Context<'_> {
    /// What judges a case that was opened on a day: its opening version of the deadlines and caps,
    /// and rule by rule any later one that favours the party (design.md 6). What opens a case, and
    /// what is between authorities alone, goes by the version of today.
    pub(crate) fn rules_of(&self, opened_on: Day) -> RulePack {
        self.rules.packs.favouring(opened_on, self.today)
    }
}

/// An event before it has a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Whose file it belongs to.
    pub subject: Option<SubjectKey>,
    /// What caused it, if not the first event of its own commit.
    pub cause: Option<Position>,
    /// What happened.
    pub event: Event,
}

/// An item of a batch that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Place in the batch, from 0.
    pub index: usize,
    /// Field.
    pub field: &'static str,
    /// Of a closed list: `REJECT_REASONS`, or what the edge says of a field that cannot be read.
    pub reason: &'static str,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// What a command leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Events, all in one commit.
    pub drafts: Vec<Draft>,
    /// Items of a batch that were not taken; the others were.
    pub rejects: Vec<Reject>,
}

/// Events in the making: each knows where it will stand.
#[derive(Debug)]
pub(crate) struct Drafts {
    next: Position,
    drafts: Vec<Draft>,
}

impl Drafts {
    fn new(context: &Context<'_>) -> Drafts {
        Drafts { next: context.next, drafts: Vec::new() }
    }

    fn push(&mut self, subject: impl Into<Option<SubjectKey>>, event: Event) -> Position {
        let offset = u64::try_from(self.drafts.len()).unwrap_or(u64::MAX);
        let at = Position { sequence: self.next.sequence.saturating_add(offset), ..self.next };
        self.drafts.push(Draft { subject: subject.into(), cause: None, event });
        at
    }

    /// The marks that this commit gives a subject so far, where it changes them: what a later
    /// change starts from, so that one commit never undoes its own.
    fn marks_mut(&mut self, subject: SubjectKey) -> Option<&mut Vec<Mark>> {
        self.drafts.iter_mut().find_map(|draft| match &mut draft.event {
            Event::ClassificationChanged { in_force } if draft.subject == Some(subject) => {
                Some(in_force)
            }
            _ => None,
        })
    }

    fn caused_by(mut self, cause: Position) -> Drafts {
        for draft in &mut self.drafts {
            draft.cause = Some(cause);
        }
        self
    }

    fn finish(self) -> Result<Outcome, Stop> {
        Ok(Outcome { drafts: self.drafts, rejects: Vec::new() })
    }
}

/// Decides a command. Pure: the same rows, command and context always give the same answer.
pub fn decide(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    if let Some((key, version)) = context.expected {
        let found = rows.must_subject(key)?.last;
        if found != version {
            let detail =
                format!("档案已变更至 {found}，请求基于 {version} / the file is at {found}");
            let cure = "请重新读取档案后再提交 / read the file again".to_owned();
            return Err(Refusal::misfit(Misfit::Stale, detail, cure).on("If-Match").into());
        }
    }
    let outcome = dispatch(rows, command, context)?;
    erasure::bar(rows, &outcome.drafts)?;
    checks::nobody_by_number(&outcome.drafts, context)?;
    Ok(outcome)
}

fn dispatch(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    use Command as C;
    match command {
        C::LoadRules { .. } | C::CreateKey { .. } | C::RevokeKey { .. } => {
            admin::decide(rows, command, context)
        }
        C::RecordDenial { .. } => refusal::record(command, context),
        C::DeployPlugin { .. }
        | C::ShadowPlugin { .. }
        | C::PromotePlugin { .. }
        | C::DropShadow { .. }
        | C::RollBackPlugin { .. }
        | C::PausePlugin { .. }
        | C::ResumePlugin { .. }
        | C::RemovePlugin { .. }
        | C::RetirePlugins { .. } => life_cycle::decide(rows, command, context),
        C::RetryDeadLetter { .. }
        | C::SkipDeadLetter { .. }
        | C::HandDeadLetter { .. }
        | C::PluginToldLate { .. }
        | C::SkipUntold { .. }
        | C::PluginForgot { .. } => dead_letter::decide(rows, command, context),
        C::PluginTold { .. }
        | C::PluginDone { .. }
        | C::PluginFailed { .. }
        | C::SettleFamily { .. } => plugin::decide(rows, command, context),
        C::RegisterSubjects { subjects } => subject::register(rows, subjects, context),
        C::RegisterPersons { persons } => subject::register_persons(rows, persons, context),
        C::StateCapacity { .. } => subject::state_capacity(rows, command, context),
        C::RenameSubject { .. } => subject::rename(rows, command, context),
        C::LinkAlias { subject, kind, code } => {
            subject::link_alias(rows, *subject, kind, code, context)
        }
        C::SubmitRecords { records } => record::submit(rows, records, context),
        C::AnnulRecord { record, reasons } => record::annul(rows, *record, reasons, context),
        C::CorrectRecord { .. } => record::correct(rows, command, context),
        C::EndDisplay { record, reasons } => record::end_display(rows, *record, reasons, context),
        C::ProposeListing { .. }
        | C::ProposeAttribution { .. }
        | C::ServeNotice { .. }
        | C::ReceiveStatement { .. }
        | C::WaiveStatement { .. }
        | C::HoldHearing { .. }
        | C::DecideCase { .. }
        | C::NotDecideCase { .. }
        | C::DropCase { .. }
        | C::ServeDecision { .. } => case::decide(rows, command, context),
        C::Nominate { .. }
        | C::CheckNomination { .. }
        | C::OpenPublicNotice { .. }
        | C::DecideRedListing { .. }
        | C::CloseRedListing { .. } => red::decide(rows, command, context),
        C::InitiateMeasure { .. }
        | C::ServeMeasureNotice { .. }
        | C::DispatchMeasure { .. }
        | C::AcceptMeasure { .. }
        | C::DeclineMeasure { .. }
        | C::ExecuteMeasure { .. }
        | C::ConfirmByHand { .. }
        | C::FileFeedback { .. } => measure::decide(rows, command, context),
        C::FileObjection { .. }
        | C::AcceptObjection { .. }
        | C::RefuseObjection { .. }
        | C::ReferObjection { .. }
        | C::ReportVerification { .. }
        | C::ResolveObjection { .. }
        | C::CompleteRedress { .. } => objection::decide(rows, command, context),
        C::ApplyForRepair { .. }
        | C::DecideRepairAcceptance { .. }
        | C::ApproveRepair { .. }
        | C::RefuseRepair { .. } => repair::decide(rows, command, context),
        C::Listing(own) => listing::decide(rows, own, context),
        C::Measure(own) => forward::decide(rows, own, context),
        C::Remedy(own) => remedy::decide(rows, own, context),
        C::Channel(own) => channel::decide(rows, own, context),
        C::Recompute(clock) => tick::recompute(rows, *clock, context),
        C::Shorten(due) => shorten::decide(rows, *due, context),
        C::FinishJob { job, in_force_from } => job::finish(rows, (*job, *in_force_from), context),
        C::Commitment(own) => commitment::decide(rows, own, context),
        C::CreditReview(own) => credit_review::decide(rows, own, context),
        C::Tolerance(own) => tolerance::decide(rows, own, context),
        C::Close(closing) => closing::decide(rows, *closing, context),
        C::Publicity(command) => publicity::decide(rows, command, context),
        C::Imported(own) => imported::decide(rows, own, context),
        C::Support(own) => support::decide(rows, own, context),
        C::CaseStudy(own) => case_study::decide(rows, own, context),
        C::Erasure(own) => erasure::decide(rows, own, context),
        C::Authorisation(own) => authorisation::decide(rows, own, context),
        C::Member(own) => member::decide(rows, own, context),
        C::Tick { due } => tick::decide(rows, *due, context),
        C::Assessment(command) => assessment::decide(rows, command, context),
        C::Catalogue(command) => catalogue::decide(rows, command, context),
    }
}

/// Rows that a command is sure to need, so that most commands take one round.
pub fn first_keys(command: &Command, context: &Context<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    if let Some(idempotency) = &context.idempotency {
        keys.push(Key::Idempotency(idempotency.tag));
    }
    match command {
        Command::SubmitRecords { records } => {
            for record in records {
                keys.push(Key::Subject(record.subject));
                keys.push(Key::RecordSource(record.source));
            }
            if let Actor::Officer(officer) = context.actor {
                let unit = Unit::Authority(officer.authority);
                keys.push(Key::Tally { unit, month: Month::of(context.today) });
            }
        }
        Command::Publicity(command::publicity::PublicityCommand::File { decisions, .. }) => {
            for decision in decisions {
                keys.push(Key::Subject(decision.record.subject));
                keys.push(Key::RecordSource(decision.record.source));
            }
        }
        Command::RegisterSubjects { subjects } => {
            keys.extend(subjects.iter().map(|subject| Key::Subject(subject.key)));
        }
        Command::RegisterPersons { persons } => {
            for person in persons {
                keys.push(Key::Subject(person.key));
                keys.push(Key::PersonLookup(person.lookup));
            }
        }
        _ => {}
    }
    keys
}
