//! Credit files: registration of organisations and persons, and legacy codes (domain.md O07-O09).
//!
//! Source: domain.md O05, O07, O09, O15, O48.

use crate::actor::SubjectKey;
use crate::anonymity::numbered_field;
use crate::command::{Command, NewPerson, NewSubject};
use crate::decide::checks::{self, misfit};
use crate::decide::{Context, Drafts, Outcome, Reject};
use crate::event::file::FileEvent;
use crate::event::person::{CapacityGround, PersonEvent};
use crate::event::{Capacity, Event};
use crate::guard::Misfit;
use crate::row::Key;
use crate::rows::{Rows, Stop};
use crate::rules::SubjectKind;
use crate::text::{Name, digest_is_stated, short_text_is_stated};

fn reject(index: usize, field: &'static str, reason: &'static str, detail: &str) -> Reject {
    Reject { index, field, reason, detail: detail.to_owned() }
}

/// Whether a name is there, and sealed where it is personal.
fn is_named(key: SubjectKey, name: &Name) -> bool {
    match name {
        Name::Clear(name) => short_text_is_stated(name) && !key.is_personal(),
        Name::Sealed(name) => name.is_stated(),
    }
}

pub(super) fn register(
    rows: &Rows,
    subjects: &[NewSubject],
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    checks::human(context)?;
    checks::batch(subjects.len())?;
    rows.want(subjects.iter().map(|subject| Key::Subject(subject.key)))?;
    let mut drafts = Drafts::new(context);
    let mut rejects = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        let twice = subjects.iter().take(index).any(|other| other.key == subject.key);
        let named = is_named(subject.key, &subject.name);
        let attested = subject.attestation.as_ref().is_none_or(|attestation| {
            short_text_is_stated(&attestation.document_number)
                && digest_is_stated(&attestation.sha256)
        });
        let person = subject.key.is_person() || subject.kind == SubjectKind::NaturalPerson;
        if person {
            let detail = "自然人由 /v1/persons 建档 / persons are registered at /v1/persons";
            rejects.push(reject(index, "kind", "SUBJECT_KIND", detail));
        } else if twice || rows.subject(subject.key)?.is_some_and(|head| !head.key_is_destroyed()) {
            let detail = "该代码已建档 / the code has a file already";
            rejects.push(reject(index, "code", "EXISTS", detail));
        } else if !named {
            let detail =
                "名称缺失、超长，或属个人信息而未加密 / name missing, too long or unsealed";
            rejects.push(reject(index, "name", "NAME", detail));
        } else if numbered_field(&subject.name, context.today).is_some() {
            rejects.push(reject(index, "name", "NAME", checks::BY_NUMBER));
        } else if !attested {
            let detail = "代码证明缺少文号或摘要 / the attestation is incomplete";
            rejects.push(reject(index, "attestation", "DOCUMENT_NUMBER", detail));
        } else if numbered_field(&subject.attestation, context.today).is_some() {
            rejects.push(reject(index, "attestation", "DOCUMENT_NUMBER", checks::BY_NUMBER));
        } else {
            drafts.push(
                subject.key,
                Event::SubjectRegistered {
                    kind: subject.kind,
                    name: subject.name.clone(),
                    slot: subject.slot,
                    attestation: subject.attestation.clone(),
                },
            );
        }
    }
    Ok(Outcome { drafts: drafts.drafts, rejects })
}

pub(super) fn register_persons(
    rows: &Rows,
    persons: &[NewPerson],
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    checks::human(context)?;
    checks::batch(persons.len())?;
    let keys = persons
        .iter()
        .flat_map(|person| [Key::Subject(person.key), Key::PersonLookup(person.lookup)]);
    rows.want(keys)?;
    let mut drafts = Drafts::new(context);
    let mut rejects = Vec::new();
    for (index, person) in persons.iter().enumerate() {
        let twice = persons
            .iter()
            .take(index)
            .any(|other| other.lookup == person.lookup || other.key == person.key);
        let known = rows.get(&Key::PersonLookup(person.lookup))?.is_some()
            || rows.subject(person.key)?.is_some();
        if twice || known {
            let detail = "该自然人已建档 / the person has a file already";
            rejects.push(reject(index, "number", "EXISTS", detail));
        } else if !person.name.is_stated() || !person.number.is_stated() {
            let detail = "姓名缺失或超长 / name missing or too long";
            rejects.push(reject(index, "name", "NAME", detail));
        } else {
            drafts.push(
                person.key,
                Event::PersonRegistered {
                    name: person.name.clone(),
                    number: person.number.clone(),
                    slot: person.slot,
                    capacity: person.capacity,
                },
            );
        }
    }
    Ok(Outcome { drafts: drafts.drafts, rejects })
}

/// The civil capacity of a person, as a document states it anew. What was decided before stands until it
/// is disputed; from here on nothing begins that needs another capacity.
pub(super) fn state_capacity(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let Command::StateCapacity { person, capacity, ground, document_number, document_sha256 } =
        command
    else {
        return Err(Stop::Defect("not a person's capacity".to_owned()));
    };
    checks::human(context)?;
    let head = rows.must_subject(*person)?;
    let Some(known) = head.capacity else {
        return Ok(misfit(
            Misfit::Value,
            format!("{person} 不是自然人 / it is no natural person"),
            "民事行为能力仅为自然人登记 / only a natural person's capacity is on file",
        )?);
    };
    checks::document(document_number, document_sha256)?;
    if known == *capacity {
        misfit::<()>(
            Misfit::Exists,
            "登记的民事行为能力相同 / that is the capacity on file",
            "无需再办 / nothing to do",
        )
        .map_err(|refusal| refusal.on("capacity"))?;
    }
    if *ground == CapacityGround::CameOfAge && *capacity != Capacity::Full {
        misfit::<()>(
            Misfit::Value,
            "成年人为完全民事行为能力人 / who comes of age has full capacity",
            "人民法院另有认定的，ground 用 court_finding 并附判决 / where a court found otherwise, use \
             court_finding and its judgment",
        )
        .map_err(|refusal| refusal.on("ground"))?;
    }
    if *ground == CapacityGround::CameOfAge && head.incapable_by_court {
        misfit::<()>(
            Misfit::Value,
            "人民法院认定的，须由人民法院认定恢复（民法典第二十四条）/ what a court found, a court undoes",
            "ground 用 court_finding 并附人民法院判决 / use court_finding and its judgment",
        )
        .map_err(|refusal| refusal.on("ground"))?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        *person,
        Event::Person(PersonEvent::CapacityStated {
            capacity: *capacity,
            ground: *ground,
            document_number: document_number.clone(),
            document_sha256: *document_sha256,
        }),
    );
    drafts.finish()
}

/// Another name of the same subject. What was decided under the old name keeps it in its documents; the
/// file is found by either.
pub(super) fn rename(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let Command::RenameSubject { subject, name, document_number, document_sha256 } = command else {
        return Err(Stop::Defect("not a subject's new name".to_owned()));
    };
    checks::human(context)?;
    let head = rows.must_subject(*subject)?;
    if !is_named(*subject, name) {
        misfit::<()>(
            Misfit::Value,
            "名称缺失、超长，或属个人信息而未加密 / name missing, too long or unsealed",
            "请填写变更后的名称 / state the name that it bears now",
        )
        .map_err(|refusal| refusal.on("name"))?;
    }
    if head.name == *name {
        misfit::<()>(
            Misfit::Exists,
            "登记的名称相同 / that is the name on file",
            "无需再办 / nothing to do",
        )
        .map_err(|refusal| refusal.on("name"))?;
    }
    checks::document(document_number, document_sha256)?;
    let mut drafts = Drafts::new(context);
    drafts.push(
        *subject,
        Event::File(FileEvent::Renamed {
            name: name.clone(),
            document_number: document_number.clone(),
            document_sha256: *document_sha256,
        }),
    );
    drafts.finish()
}

pub(super) fn link_alias(
    rows: &Rows,
    subject: SubjectKey,
    kind: &str,
    code: &str,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    checks::human(context)?;
    let key = Key::Alias { kind: kind.to_owned(), code: code.to_owned() };
    rows.want([Key::Subject(subject), key.clone()])?;
    rows.must_subject(subject)?;
    if rows.get(&key)?.is_some() {
        misfit::<()>(
            Misfit::Exists,
            format!("旧代码已有归属：{kind} {code} / the legacy code is taken"),
            "请核对登记机关的转换记录 / check the conversion record",
        )?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(subject, Event::AliasLinked { kind: kind.to_owned(), code: code.to_owned() });
    drafts.finish()
}
