//! Bulk loading: batches of lines, each line checked by itself, each batch one commit.
//!
//! A batch carries a key made of the file's content and its place in it, so a run that was broken
//! off is simply run again: what was loaded answers as loaded, the rest follows. A commit keeps no
//! rejects; for a batch that was loaded before they are found again, by asking once more for
//! every line that its commit did not take.

use std::collections::BTreeSet;

use actix_web::ResponseError as _;
use serde::{Deserialize, Serialize};
use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::apply::record_source;
use shouxin_core::codec;
use shouxin_core::command::publicity::{NewDecision, PublicityCommand};
use shouxin_core::command::{Command, NewPerson, NewRecord, NewSubject};
use shouxin_core::event::publicity::DecisionKind;
use shouxin_core::event::{Envelope, Event, Idempotency};
use shouxin_core::id::Position;
use shouxin_core::row::{Key, Row};

use crate::engine::query::Query;
use crate::engine::{Committed, Engine, Request};
use crate::http::caller::Caller;
use crate::http::collection::{PersonBody, RecordBody, SubjectBody};
use crate::http::edge::{Edge, parse};
use crate::publicity::decision::{Stop, decision};
use crate::socket::Refused;

/// Lines of one batch.
pub const BATCH_LINES: usize = 500;
/// Bytes of the lines of one batch: their events stay below what one commit of the log takes.
pub const BATCH_BYTES: usize = 256 * 1024;
/// Bytes of one line; a longer one is rejected unread.
pub const LINE_BYTES_MAX: usize = 128 * 1024;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One organisation a line, as in `POST /v1/subjects`.
    Subjects,
    /// One natural person a line, as in `POST /v1/persons`.
    Persons,
    /// One record a line, as in `POST /v1/records`.
    Records,
    /// One permit a line, as in `POST /v1/permits`.
    Permits,
    /// One penalty a line, as in `POST /v1/penalties`.
    Penalties,
}

/// A line that holds something.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Its text.
    pub text: String,
}

/// Lines to load in one commit. Blank lines and lines that are no UTF-8 are not among them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// What they are.
    pub kind: Kind,
    /// Whose duty it is: `USCC/ID`.
    pub officer: String,
    /// SHA-256 of the whole file, hexadecimal.
    pub file: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RejectedLine {
    /// Number of the line, from 1.
    pub line: u64,
    /// Field.
    pub field: String,
    /// Reason, of a closed list.
    pub reason: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// Lines taken, now or when the batch was loaded before.
    pub accepted: u64,
    /// Lines not taken.
    pub rejects: Vec<RejectedLine>,
    /// The batch had been loaded before.
    pub repeated: bool,
}

/// The officer of `USCC/ID`.
pub(crate) fn officer(text: &str) -> Option<OfficerRef> {
    let (authority, officer) = text.split_once('/')?;
    match authority.parse() {
        Ok(SubjectKey::Organisation(authority)) => {
            Some(OfficerRef { authority, officer: officer.to_owned() })
        }
        _ => None,
    }
}

/// What lines became, before the engine has seen them.
enum Items {
    Subjects(Vec<NewSubject>),
    Persons(Vec<NewPerson>),
    Records(Vec<NewRecord>),
    Decisions(DecisionKind, Vec<NewDecision>),
}

impl Items {
    fn of(
        batch: &Batch,
        edge: &Edge<'_>,
        lines: &mut Vec<u64>,
        loaded: &mut Loaded,
    ) -> Result<Items, Refused> {
        let mut decisions = |kind| {
            let read = |line: &[u8]| decision(kind, 0, &parse(line)?, edge);
            each(batch, lines, loaded, read).map(|items| Items::Decisions(kind, items))
        };
        Ok(match batch.kind {
            Kind::Permits => decisions(DecisionKind::Permit)?,
            Kind::Penalties => decisions(DecisionKind::Penalty)?,
            Kind::Subjects => Items::Subjects(each(batch, lines, loaded, |line| {
                Ok(parse::<SubjectBody>(line)?.into_subject(edge)?)
            })?),
            Kind::Persons => Items::Persons(each(batch, lines, loaded, |line| {
                Ok(parse::<PersonBody>(line)?.into_person(edge)?)
            })?),
            Kind::Records => Items::Records(each(batch, lines, loaded, |line| {
                Ok(parse::<RecordBody>(line)?.into_record(edge)?)
            })?),
        })
    }

    fn command(&self) -> Command {
        match self {
            Items::Subjects(subjects) => Command::RegisterSubjects { subjects: subjects.clone() },
            Items::Persons(persons) => Command::RegisterPersons { persons: persons.clone() },
            Items::Records(records) => Command::SubmitRecords { records: records.clone() },
            Items::Decisions(kind, decisions) => {
                let placed =
                    |(index, own): (usize, &NewDecision)| NewDecision { index, ..own.clone() };
                let decisions = decisions.iter().enumerate().map(placed).collect();
                let file = PublicityCommand::File { kind: *kind, decisions, unread: Vec::new() };
                Command::Publicity(file)
            }
        }
    }

    /// What each item would be known by in the commit that took it.
    fn identities(&self, engine: &Engine) -> Result<Vec<Option<Identity>>, Refused> {
        let identities = match self {
            Items::Subjects(items) => {
                items.iter().map(|item| Some(Identity::Subject(item.key))).collect()
            }
            Items::Records(items) => {
                items.iter().map(|item| Some(Identity::Record(item.source))).collect()
            }
            Items::Decisions(_, items) => {
                items.iter().map(|item| Some(Identity::Record(item.record.source))).collect()
            }
            Items::Persons(items) => {
                let query = Query::new(engine.view.read());
                let found = |item: &NewPerson| match query.row(&Key::PersonLookup(item.lookup)) {
                    Ok(Some(Row::PersonLookup(key))) => Ok(Some(Identity::Subject(key))),
                    Ok(_) => Ok(None),
                    Err(error) => Err(Refused { text: error.to_string(), code: 1 }),
                };
                items.iter().map(found).collect::<Result<_, _>>()?
            }
        };
        Ok(identities)
    }

    fn keep(&mut self, kept: &[bool]) {
        fn filter<T>(items: &mut Vec<T>, kept: &[bool]) {
            let mut each = kept.iter();
            items.retain(|_| each.next() == Some(&true));
        }
        match self {
            Items::Subjects(items) => filter(items, kept),
            Items::Persons(items) => filter(items, kept),
            Items::Records(items) => filter(items, kept),
            Items::Decisions(_, items) => filter(items, kept),
        }
    }
}

/// By what an item is found again in the commit that took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Subject(SubjectKey),
    Record([u8; 32]),
}

/// What the event of an accepted line is known by.
fn taken(envelope: &Envelope) -> Option<Identity> {
    match (&envelope.event, envelope.subject) {
        (Event::SubjectRegistered { .. } | Event::PersonRegistered { .. }, Some(key)) => {
            Some(Identity::Subject(key))
        }
        (Event::RecordAccepted { item, provider, document_number, .. }, Some(key)) => {
            Some(Identity::Record(record_source(*provider, item, document_number, key)))
        }
        _ => None,
    }
}

/// What the commit that begins at `first` took.
fn taken_by_commit(engine: &Engine, first: Position) -> Result<Vec<Identity>, Refused> {
    let unreadable = |error: String| Refused { text: error, code: 1 };
    let commits = engine.log.read(first.sequence, 1).map_err(|e| unreadable(e.to_string()))?;
    let mut found = Vec::new();
    for entry in commits.first().map(|commit| commit.entries.as_slice()).unwrap_or_default() {
        let envelope = codec::decode_event(&entry.bytes).map_err(|e| unreadable(e.to_string()))?;
        found.extend(taken(&envelope));
    }
    Ok(found)
}

/// Which items a commit of an earlier run did not take; nothing where that cannot be told.
fn left(items: &Items, committed: &Committed, engine: &Engine) -> Result<Vec<bool>, Refused> {
    let identities = items.identities(engine)?;
    let Some(first) = committed.first() else {
        return Ok(Vec::new());
    };
    let mut taken: BTreeSet<Identity> = taken_by_commit(engine, first)?.into_iter().collect();
    // Of two lines about the same thing the first was taken.
    let left: Vec<bool> =
        identities.iter().map(|own| own.is_none_or(|own| !taken.remove(&own))).collect();
    // Something that no line is known by any more: a person who was erased meanwhile. To ask
    // again would bring the file back.
    if !taken.is_empty() {
        return Ok(Vec::new());
    }
    Ok(left)
}

/// Loads a batch as the officer it names.
pub fn carry_out(batch: &Batch, engine: &Engine) -> Result<Loaded, Refused> {
    let Some(officer) = officer(&batch.officer) else {
        let text = "--officer 须为 机构代码/工作人员编号 / is USCC/ID".to_owned();
        return Err(Refused { text, code: 2 });
    };
    let authority = officer.authority;
    let actor = Actor::Officer(officer);
    let caller =
        Caller { key_id: "import".to_owned(), role: Role::Provider, actor: Some(actor.clone()) };
    // Files and records name no document that has to be stored.
    let edge = Edge { engine, caller: &caller, documents: None };
    let mut loaded = Loaded::default();
    let mut lines = Vec::new();
    let mut items = Items::of(batch, &edge, &mut lines, &mut loaded)?;
    let number = |line: Option<&Line>| line.map_or(0, |line| line.number);
    let mut key = format!(
        "{:?}:{}:{}:{}-{}",
        batch.kind,
        authority.as_str(),
        batch.file,
        number(batch.lines.first()),
        number(batch.lines.last())
    );
    while !lines.is_empty() {
        let mut request = Request::internal(actor.clone(), "import", items.command());
        request.role = Role::Provider;
        request.idempotency = Some(idempotency(engine, &key, batch));
        let committed = engine.submit_blocking(request)?;
        loaded.accepted += accepted(&committed);
        for reject in &committed.rejects {
            loaded.rejects.push(RejectedLine {
                line: lines.get(reject.index).copied().unwrap_or_default(),
                field: reject.field.to_owned(),
                reason: reject.reason.to_owned(),
                detail: reject.detail.clone(),
            });
        }
        if !committed.repeated {
            break;
        }
        loaded.repeated = true;
        let left = left(&items, &committed, engine)?;
        items.keep(&left);
        let mut each = left.iter();
        lines.retain(|_| each.next() == Some(&true));
        key.push_str(":rest");
    }
    loaded.rejects.sort();
    Ok(loaded)
}

fn idempotency(engine: &Engine, key: &str, batch: &Batch) -> Idempotency {
    let mut text = String::new();
    for line in &batch.lines {
        text.push_str(&line.text);
        text.push('\n');
    }
    let vault = &engine.vault;
    Idempotency {
        tag: vault.idempotency_tag("import", key),
        request: vault.request_tag(text.as_bytes()),
    }
}

/// How many lines a commit took: other events in it follow from those.
fn accepted(committed: &Committed) -> u64 {
    let counted = ["subject.registered", "person.registered", "record.accepted"];
    let taken = committed.events.iter().filter(|(_, name)| counted.contains(name)).count();
    u64::try_from(taken).unwrap_or(u64::MAX)
}

fn each<T>(
    batch: &Batch,
    taken: &mut Vec<u64>,
    loaded: &mut Loaded,
    convert: impl Fn(&[u8]) -> Result<T, Stop>,
) -> Result<Vec<T>, Refused> {
    let mut items = Vec::new();
    for line in &batch.lines {
        match convert(line.text.as_bytes()) {
            Ok(item) => {
                items.push(item);
                taken.push(line.number);
            }
            Err(Stop::Fault(fault)) => loaded.rejects.push(RejectedLine {
                line: line.number,
                field: fault.field.to_owned(),
                reason: fault.reason.to_owned(),
                detail: fault.detail,
            }),
            // A fault of the register is no fault of the line: the run ends, and is run again.
            Err(Stop::Problem(problem)) if problem.status_code().is_server_error() => {
                return Err(Refused { text: problem.to_string(), code: 1 });
            }
            Err(Stop::Problem(problem)) => loaded.rejects.push(RejectedLine {
                line: line.number,
                field: problem.field().to_owned(),
                reason: problem.code().to_owned(),
                detail: problem.detail().to_owned(),
            }),
        }
    }
    Ok(items)
}
