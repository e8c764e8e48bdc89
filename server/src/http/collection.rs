//! Writes by which files come to be: subjects, persons, legacy codes, records.

use serde::Deserialize;
use shouxin_core::actor::{Actor, PersonKey, Role, SubjectKey};
use shouxin_core::apply::record_source;
use shouxin_core::command::{Command, NewPerson, NewRecord, NewSubject};
use shouxin_core::event::{Attestation, Capacity};
use shouxin_core::identifier::citizen_number::CitizenNumber;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::identifier::{LegacyCode, LegacyKind};
use shouxin_core::limits::BATCH_ITEMS_MAX;
use shouxin_core::row::RecordRow;
use shouxin_core::rules::{Openness, Severity};
use shouxin_core::text::Name;
use shouxin_core::time::Day;
use utoipa::ToSchema;

use crate::http::edge::{Edge, Hex32, ServiceBody, id, subject_key};
use crate::http::persons::of_age;
use crate::http::problem::{Code, Problem};
use crate::http::read;
use crate::http::words;
use crate::http::write::{Creates, Write};
use crate::publicity::plain;
use crate::vault::{VaultError, random_person_key};

/// Who may bring files and records in.
pub(crate) const REGISTRARS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];

/// The registration authority's document for a code that fails a check character only.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestationBody {
    document_number: String,
    sha256: Hex32,
}

/// One organisation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectBody {
    code: String,
    name: String,
    #[serde(default)]
    attestation: Option<AttestationBody>,
}

fn code_error(errors: &impl std::fmt::Display) -> Problem {
    Problem::new(
        Code::IdentifierInvalid,
        format!("统一社会信用代码校验不通过：{errors} / the code does not pass"),
        "请核对代码；仅校验位不符的合法代码可附登记机关证明 attestation / \
         check it; a lawful code that fails a check character only comes with an attestation",
    )
    .on("code")
}

impl SubjectBody {
    /// Checks the code, allocates the data key, seals a name that is personal data.
    pub fn into_subject(self, edge: &Edge<'_>) -> Result<NewSubject, Problem> {
        let (code, attestation) = match (Uscc::parse(&self.code), self.attestation) {
            (Ok(code), None) => (code, None),
            (Ok(code), Some(_)) => (code, None),
            (Err(errors), None) => return Err(code_error(&errors)),
            (Err(_), Some(body)) => {
                let (code, forgiven) =
                    Uscc::parse_attested(&self.code).map_err(|errors| code_error(&errors))?;
                let forgiven = forgiven.iter().map(ToString::to_string).collect();
                let (document_number, sha256) =
                    (body.document_number, body.sha256.kept_by_its_maker());
                (code, Some(Attestation { document_number, sha256, forgiven }))
            }
        };
        let key = SubjectKey::Organisation(code);
        // Who has a file already is turned away later; a slot given now would be lost.
        let slot = match edge.head(key) {
            Ok(head) => head.slot,
            Err(_) => allocate(edge)?,
        };
        let name = match key.is_personal() {
            true => Name::Sealed(edge.seal_in(slot, key, &self.name)?),
            false => Name::Clear(self.name),
        };
        Ok(NewSubject { key, kind: code.subject_kind(), name, slot, attestation })
    }
}

/// 名称变更: an organisation's, as the register shows it, or a person's.
/// Source: domain.md O07, O15, O48.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// 变更后的名称 / the name that it bears now.
    name: String,
    /// 变更登记文书 / of the document that shows it.
    document_number: String,
    document_sha256: Hex32,
}

impl Write for Rename {
    const LABEL: &'static str = "subjects.rename";
    const ROLES: &'static [Role] = REGISTRARS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(path)?;
        let head = edge.head(subject)?;
        // What is sealed anew differs in its bytes; the name is what is compared.
        let name = match subject.is_personal() {
            true if read::name(&edge.engine.vault, &head) == self.name.as_str() => head.name,
            true => Name::Sealed(edge.seal(subject, &self.name)?),
            false => Name::Clear(self.name),
        };
        let document_sha256 = edge.document(subject, "document_sha256", self.document_sha256)?;
        let document_number = self.document_number;
        Ok(Command::RenameSubject { subject, name, document_number, document_sha256 })
    }
}

fn allocate(edge: &Edge<'_>) -> Result<u64, Problem> {
    edge.engine.vault.allocate().map_err(|error| unavailable(&error))
}

fn unavailable(error: &VaultError) -> Problem {
    tracing::error!(%error, "the vault cannot be used");
    Problem::new(
        Code::Unavailable,
        "密钥库不可用 / the key ring cannot be used",
        "请联系操作员 / tell the operator",
    )
}

/// Refuses a batch without items, or with too many.
pub(crate) fn bounded(count: usize) -> Result<(), Problem> {
    if (1..=BATCH_ITEMS_MAX).contains(&count) {
        return Ok(());
    }
    Err(Problem::new(
        Code::Limit,
        format!(
            "每批 1 至 {BATCH_ITEMS_MAX} 条，收到 {count} 条 / 1 to {BATCH_ITEMS_MAX} items a batch"
        ),
        "请分批提交 / split the batch",
    ))
}

/// 建档.
/// Source: domain.md O05, O07, O15.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterSubjects {
    subjects: Vec<SubjectBody>,
}

impl Write for RegisterSubjects {
    const LABEL: &'static str = "subjects.register";
    const ROLES: &'static [Role] = REGISTRARS;

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        bounded(self.subjects.len())?;
        let subjects = self.subjects.into_iter().map(|body| body.into_subject(edge));
        Ok(Command::RegisterSubjects { subjects: subjects.collect::<Result<_, _>>()? })
    }
}

/// One natural person. The number is sealed at once and never answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    name: String,
    number: String,
    #[schema(schema_with = words::of::<Capacity>)]
    capacity: Capacity,
}

impl PersonBody {
    /// Checks the number, gives the person a random key, seals name and number.
    pub fn into_person(self, edge: &Edge<'_>) -> Result<NewPerson, Problem> {
        let today = edge.engine.clock.now().legal_date();
        let number = CitizenNumber::parse(&self.number, today).map_err(|errors| {
            Problem::new(
                Code::IdentifierInvalid,
                format!("公民身份号码校验不通过：{errors} / the number does not pass"),
                "请核对证件 / check the identity card",
            )
            .on("number")
        })?;
        of_age(&number, self.capacity, today)?;
        let vault = &edge.engine.vault;
        let key = random_person_key().map_err(|error| unavailable(&error))?;
        let key = SubjectKey::Person(PersonKey(key));
        let slot = allocate(edge)?;
        Ok(NewPerson {
            key,
            name: edge.seal_in(slot, key, &self.name)?,
            number: edge.seal_in(slot, key, number.expose())?,
            slot,
            capacity: self.capacity,
            lookup: vault.person_lookup(number.expose()),
        })
    }
}

/// 自然人建档.
/// Source: domain.md O48.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterPersons {
    persons: Vec<PersonBody>,
}

impl Write for RegisterPersons {
    const LABEL: &'static str = "persons.register";
    const ROLES: &'static [Role] = REGISTRARS;

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        bounded(self.persons.len())?;
        let persons = self.persons.into_iter().map(|body| body.into_person(edge));
        Ok(Command::RegisterPersons { persons: persons.collect::<Result<_, _>>()? })
    }
}

/// 旧代码转换.
/// Source: domain.md O09.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAlias {
    #[schema(schema_with = words::of::<LegacyKind>)]
    kind: LegacyKind,
    code: String,
}

impl Write for LinkAlias {
    const LABEL: &'static str = "subjects.alias";
    const ROLES: &'static [Role] = REGISTRARS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(path)?;
        LegacyCode::parse(self.kind, &self.code).map_err(|errors| {
            let cure = "请核对旧代码及其类型 / check the legacy code and its kind";
            Problem::new(Code::IdentifierInvalid, errors.to_string(), cure).on("code")
        })?;
        Ok(Command::LinkAlias { subject, kind: self.kind.name().to_owned(), code: self.code })
    }
}

/// One record.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBody {
    subject: String,
    item: String,
    #[serde(default)]
    #[schema(schema_with = words::of::<Severity>)]
    severity: Option<Severity>,
    document_number: String,
    #[schema(value_type = String, format = Date)]
    document_date: Day,
    #[serde(default)]
    document_sha256: Option<Hex32>,
    /// The record's own fields, sealed as one text.
    #[serde(default)]
    content: serde_json::Map<String, serde_json::Value>,
    /// 不予公示: what is no permit or penalty says why in its content.
    #[serde(default)]
    withheld: bool,
    /// Why a permit or penalty is withheld (涉及个人隐私).
    #[serde(default)]
    withheld_reason: Option<String>,
    /// 采集同时通知当事人, for adverse records.
    #[serde(default)]
    notified: Option<ServiceBody>,
}

impl RecordBody {
    /// Checks codes and seals the content. A subject without a file is left to `decide`, which
    /// rejects this item alone.
    pub fn into_record(self, edge: &Edge<'_>) -> Result<NewRecord, Problem> {
        let subject = subject_key(&self.subject).map_err(|problem| problem.on("subject"))?;
        let item = edge.engine.rules.item(&self.item);
        let public = item.is_some_and(|own| own.openness == Openness::Public) && !self.withheld;
        if public {
            personal_free(edge, subject, &self.content)?;
        }
        let content = match (self.content.is_empty(), edge.head(subject)) {
            (false, Ok(head)) => {
                let text = serde_json::Value::Object(self.content).to_string();
                Some(edge.seal_in(head.slot, subject, &text)?)
            }
            _ => None,
        };
        let withheld_reason = match (&self.withheld_reason, edge.head(subject)) {
            (Some(reason), Ok(head)) => Some(edge.seal_in(head.slot, subject, reason)?),
            _ => None,
        };
        let source = match &edge.caller.actor {
            Some(Actor::Officer(officer)) => {
                record_source(officer.authority, &self.item, &self.document_number, subject)
            }
            _ => [0; 32],
        };
        Ok(NewRecord {
            subject,
            item: self.item,
            severity: self.severity,
            document_number: self.document_number,
            document_date: self.document_date,
            document_sha256: self.document_sha256.map(Hex32::kept_by_its_maker),
            content,
            withheld: self.withheld,
            withheld_reason,
            notified: self.notified.map(ServiceBody::kept_by_its_maker),
            source,
        })
    }
}

/// Refuses a content that names somebody by number, or holds what is kept apart, where it goes to the
/// public. Files of persons are never public.
fn personal_free(
    edge: &Edge<'_>,
    subject: SubjectKey,
    content: &serde_json::Map<String, serde_json::Value>,
) -> Result<(), Problem> {
    if subject.is_personal() {
        return Ok(());
    }
    match plain::personal(content, edge.engine.clock.now().legal_date()) {
        None => Ok(()),
        Some(found) => Err(Problem::new(
            Code::ValueInvalid,
            format!("{}：{}", found.field, found.detail),
            "请从公开内容中删去；法定代表人等请经 /v1/permits、/v1/penalties 报送 / leave it out, or \
             file by those routes, which keep it apart",
        )
        .on(format!("content.{}", found.field))),
    }
}

/// The same for what is added to a record. What was shown once counts as public: it may be shown again
/// when what hides it is over.
pub(super) fn nobody_named(
    edge: &Edge<'_>,
    row: &RecordRow,
    content: &serde_json::Map<String, serde_json::Value>,
) -> Result<(), Problem> {
    if row.published || row.told.is_some() {
        personal_free(edge, row.subject, content)?;
    }
    Ok(())
}

/// 征集记录.
/// Source: domain.md O11, O12, O16, O59, O66.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitRecords {
    records: Vec<RecordBody>,
}

impl Write for SubmitRecords {
    const LABEL: &'static str = "records.submit";
    const ROLES: &'static [Role] = REGISTRARS;
    const CREATES: Creates = Some(("R", &["record.accepted"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        bounded(self.records.len())?;
        let records = self.records.into_iter().map(|body| body.into_record(edge));
        Ok(Command::SubmitRecords { records: records.collect::<Result<_, _>>()? })
    }
}

/// 撤销记录.
/// Source: domain.md T03.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnulRecord {
    reasons: String,
}

impl Write for AnnulRecord {
    const LABEL: &'static str = "records.annul";
    const ROLES: &'static [Role] = REGISTRARS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let record = id(path)?;
        let reasons = edge.seal(edge.subject_of_record(record)?, &self.reasons)?;
        Ok(Command::AnnulRecord { record, reasons })
    }
}

/// 更正记录: never heavier nor longer than what it corrects.
/// Source: domain.md O66, T03.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectRecord {
    document_number: String,
    #[schema(value_type = String, format = Date)]
    document_date: Day,
    #[serde(default)]
    document_sha256: Option<Hex32>,
    #[serde(default)]
    content: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    #[schema(schema_with = words::of::<Severity>)]
    severity: Option<Severity>,
    reasons: String,
}

impl Write for CorrectRecord {
    const LABEL: &'static str = "records.correct";
    const ROLES: &'static [Role] = REGISTRARS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let record = id(path)?;
        let row = edge.record(record)?;
        let subject = row.subject;
        nobody_named(edge, &row, &self.content)?;
        let content = match self.content.is_empty() {
            true => None,
            false => {
                Some(edge.seal(subject, &serde_json::Value::Object(self.content).to_string())?)
            }
        };
        Ok(Command::CorrectRecord {
            record,
            document_number: self.document_number,
            document_date: self.document_date,
            document_sha256: self.document_sha256.map(Hex32::kept_by_its_maker),
            content,
            severity: self.severity,
            reasons: edge.seal(subject, &self.reasons)?,
        })
    }
}

/// 停止公示: the record stands, but is shown no more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndDisplay {
    reasons: String,
}

impl Write for EndDisplay {
    const LABEL: &'static str = "records.hide";
    const ROLES: &'static [Role] = REGISTRARS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let record = id(path)?;
        let reasons = edge.seal(edge.subject_of_record(record)?, &self.reasons)?;
        Ok(Command::EndDisplay { record, reasons })
    }
}
