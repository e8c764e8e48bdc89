//! Bulk loading: batches of lines, each line checked by itself, each batch one commit.
//!
//! A batch carries a key made of the file's content and its place in it, so a run that was broken
//! off is simply run again: what was loaded answers as loaded, the rest follows.

use serde::{Deserialize, Serialize};
use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::event::Idempotency;

use crate::engine::{Engine, Request};
use crate::http::caller::Caller;
use crate::http::collection::{PersonBody, RecordBody, SubjectBody};
use crate::http::edge::{Edge, parse};
use crate::http::problem::Problem;
use crate::socket::Refused;

/// Lines of one batch.
pub const BATCH_LINES: usize = 500;

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
}

/// Lines to load in one commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// What they are.
    pub kind: Kind,
    /// Whose duty it is: `USCC/ID`.
    pub officer: String,
    /// SHA-256 of the whole file, hexadecimal.
    pub file: String,
    /// Number of the first line, from 1.
    pub first_line: u64,
    /// The lines.
    pub lines: Vec<String>,
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
    /// Lines taken.
    pub accepted: u64,
    /// Lines not taken.
    pub rejects: Vec<RejectedLine>,
    /// The batch had been loaded before; its other rejects are in the earlier rejects file.
    pub repeated: bool,
}

/// The officer of `USCC/ID`.
fn officer(text: &str) -> Option<OfficerRef> {
    let (authority, officer) = text.split_once('/')?;
    match authority.parse() {
        Ok(SubjectKey::Organisation(authority)) => {
            Some(OfficerRef { authority, officer: officer.to_owned() })
        }
        _ => None,
    }
}

/// Loads a batch as the officer it names.
pub fn carry_out(batch: &Batch, engine: &Engine) -> Result<Loaded, Refused> {
    let Some(officer) = officer(&batch.officer) else {
        let text = "--officer 须为 机构代码/工作人员编号 / is USCC/ID".to_owned();
        return Err(Refused { text, code: 2 });
    };
    let actor = Actor::Officer(officer);
    let caller =
        Caller { key_id: "import".to_owned(), role: Role::Provider, actor: Some(actor.clone()) };
    // Files and records name no document that has to be stored.
    let edge = Edge { engine, caller: &caller, documents: None };
    let mut loaded = Loaded::default();
    let mut lines = Vec::new();
    let command = match batch.kind {
        Kind::Subjects => Command::RegisterSubjects {
            subjects: each(batch, &mut lines, &mut loaded, |line| {
                parse::<SubjectBody>(line)?.into_subject(&edge)
            }),
        },
        Kind::Persons => Command::RegisterPersons {
            persons: each(batch, &mut lines, &mut loaded, |line| {
                parse::<PersonBody>(line)?.into_person(&edge)
            }),
        },
        Kind::Records => Command::SubmitRecords {
            records: each(batch, &mut lines, &mut loaded, |line| {
                parse::<RecordBody>(line)?.into_record(&edge)
            }),
        },
    };
    if lines.is_empty() {
        return Ok(loaded);
    }
    let vault = &engine.vault;
    let key = format!("{}:{}:{}", batch.file, batch.first_line, batch.lines.len());
    let mut request = Request::internal(actor, "import", command);
    request.role = Role::Provider;
    request.idempotency = Some(Idempotency {
        tag: vault.idempotency_tag("import", &key),
        request: vault.request_tag(batch.lines.join("\n").as_bytes()),
    });
    let committed = engine.submit_blocking(request)?;
    loaded.accepted = u64::try_from(committed.events.len()).unwrap_or(u64::MAX);
    loaded.repeated = committed.repeated;
    for reject in committed.rejects {
        loaded.rejects.push(RejectedLine {
            line: lines.get(reject.index).copied().unwrap_or(batch.first_line),
            field: reject.field.to_owned(),
            reason: reject.reason.to_owned(),
            detail: reject.detail,
        });
    }
    loaded.rejects.sort();
    Ok(loaded)
}

fn each<T>(
    batch: &Batch,
    taken: &mut Vec<u64>,
    loaded: &mut Loaded,
    convert: impl Fn(&[u8]) -> Result<T, Problem>,
) -> Vec<T> {
    let mut items = Vec::new();
    for (line, text) in (batch.first_line..).zip(&batch.lines) {
        match convert(text.as_bytes()) {
            Ok(item) => {
                items.push(item);
                taken.push(line);
            }
            Err(problem) => loaded.rejects.push(RejectedLine {
                line,
                field: problem.field().to_owned(),
                reason: problem.code().to_owned(),
                detail: problem.detail().to_owned(),
            }),
        }
    }
    items
}
