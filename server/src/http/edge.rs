//! From a request's body to a command: parse, look up, seal. Clear text ends here.

use data_encoding::HEXLOWER_PERMISSIVE;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use shouxin_core::actor::SubjectKey;
use shouxin_core::anonymity::holds_personal_number;
use shouxin_core::event::{CaseRef, NamedMeasure, Target};
use shouxin_core::id::{
    AttributionId, CommitmentId, ListingId, MeasureId, ObjectionId, RecordId, RepairId,
};
use shouxin_core::limits::TEXT_BYTES_MAX;
use shouxin_core::row::{RecordRow, SubjectRow};
use shouxin_core::rules::{Citation, FactKind};
use shouxin_core::text::{Digest, FactDocument, Sealed, Service, ServiceManner, digest_is_stated};
use shouxin_core::time::Day;
use utoipa::ToSchema;

use crate::documents::{Documents, Owner};
use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::documents;
use crate::http::problem::{Code, Problem};
use crate::http::words;

/// What a conversion can look up and use.
pub struct Edge<'a> {
    /// The engine, for reading and sealing.
    pub engine: &'a Engine,
    /// Who asks.
    pub caller: &'a Caller,
    /// Where every document that a command names must be stored; nothing where the county's
    /// `server.toml` does not ask for that.
    pub documents: Option<&'a Documents>,
}

/// A SHA-256 in hexadecimal. The digest inside comes out through [`Edge::document`] alone, so
/// that a command cannot name a document that is not there.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = String, example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
pub struct Hex32([u8; 32]);

impl Hex32 {
    /// The digest of a document that stays with whoever made it: the provider's own file behind
    /// a record, or the registrar's behind an attested code, whose subject has no file yet.
    pub fn kept_by_its_maker(self) -> Digest {
        self.0
    }
}

impl<'de> Deserialize<'de> for Hex32 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hex32, D::Error> {
        let text = String::deserialize(deserializer)?;
        sha256(&text)
            .map(Hex32)
            .ok_or_else(|| D::Error::custom("a SHA-256 has 64 hexadecimal digits"))
    }
}

/// A SHA-256 in hexadecimal, from a text that is no JSON.
pub fn sha256(text: &str) -> Option<[u8; 32]> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// Proof of service.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of shouxin_core::text::Service")]
pub struct ServiceBody {
    #[schema(schema_with = words::of::<ServiceManner>)]
    pub manner: ServiceManner,
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    pub proof_sha256: Hex32,
}

impl ServiceBody {
    /// A service whose proof stays with the provider, as that of a collected record does.
    pub fn kept_by_its_maker(self) -> Service {
        let proof_sha256 = self.proof_sha256.kept_by_its_maker();
        Service { manner: self.manner, on: self.on, proof_sha256 }
    }
}

/// An effective document.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of shouxin_core::text::FactDocument")]
pub struct FactBody {
    #[schema(schema_with = words::of::<FactKind>)]
    pub kind: FactKind,
    pub about: String,
    pub number: String,
    pub issuer: String,
    #[schema(value_type = String, format = Date)]
    pub date: Day,
    pub sha256: Hex32,
}

/// An article of an instrument.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of shouxin_core::rules::Citation")]
pub struct CitationBody {
    pub instrument: String,
    pub article: String,
}

impl From<CitationBody> for Citation {
    fn from(body: CitationBody) -> Citation {
        Citation { instrument: body.instrument, article: body.article }
    }
}

/// Citations of a body.
pub fn citations(bodies: Vec<CitationBody>) -> Vec<Citation> {
    bodies.into_iter().map(Citation::from).collect()
}

/// A measure that a notice announces or a decision names.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of shouxin_core::event::NamedMeasure")]
pub struct NamedMeasureBody {
    pub measure: String,
    pub department: String,
    pub proportionality: String,
}

/// A key from a path or body.
pub fn subject_key(text: &str) -> Result<SubjectKey, Problem> {
    text.parse().map_err(|error| {
        Problem::new(
            Code::IdentifierInvalid,
            format!("不是主体代码 / {error}"),
            "请核对 18 位统一社会信用代码或 P 开头的自然人编号 / check the code",
        )
    })
}

/// An id from a path or body.
pub fn id<T: std::str::FromStr<Err = shouxin_core::id::IdError>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error| {
        Problem::new(
            Code::IdentifierInvalid,
            format!("编号格式错误 / {error}"),
            "请使用创建时返回的编号 / use the id given when it was created",
        )
    })
}

/// What an objection is about, by the letter of its id.
pub fn target(text: &str) -> Result<Target, Problem> {
    match text.chars().next() {
        Some('R') => id(text).map(Target::Record),
        Some('L') => id(text).map(Target::Listing),
        Some('A') => id(text).map(Target::Attribution),
        Some('C') => id(text).map(Target::Commitment),
        _ => id(text).map(Target::Measure),
    }
}

/// A body as its type: unknown fields, wrong types and impossible dates each by their code.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // A body that is left out is an empty one: steps without fields need none.
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    // serde would take an array for an object with its fields in order.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        let detail = "请求体须为 JSON 对象 / the body must be a JSON object";
        let cure = "请对照 /openapi.json / see /openapi.json";
        return Err(Problem::new(Code::ValueInvalid, detail, cure));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        let code = if !error.is_data() {
            Code::MalformedJson
        } else if text.starts_with("unknown field") {
            Code::UnknownField
        } else if text.contains("calendar day") {
            Code::DateInvalid
        } else {
            Code::ValueInvalid
        };
        let cure = "请对照 /openapi.json / see /openapi.json";
        Problem::new(
            code,
            format!("第 {} 行第 {} 列：{text} / at that place", error.line(), error.column()),
            cure,
        )
    })
}

impl Edge<'_> {
    /// The digest of a document that is stored for this subject. `field` is where the body names
    /// it. Thirty-two zeros name nothing, and are left to the guard that wants a document there.
    pub fn document(
        &self,
        subject: SubjectKey,
        field: &str,
        sha: Hex32,
    ) -> Result<Digest, Problem> {
        // A subject in another's case is refused by `decide` without being told whose it is.
        let other = self.caller.subject().is_some_and(|own| own != subject);
        let Some(documents) = self.documents.filter(|_| digest_is_stated(&sha.0) && !other) else {
            return Ok(sha.0);
        };
        let owner = Owner { subject, slot: self.head(subject)?.slot };
        if documents.has(owner, &sha.0).map_err(documents::problem)? {
            return Ok(sha.0);
        }
        let address = HEXLOWER_PERMISSIVE.encode(&sha.0);
        Err(Problem::new(
            Code::DocumentMissing,
            format!("{field}：文书 {address} 未为该主体上传 / is not stored for this subject"),
            format!(
                "先上传再办理：POST /v1/documents?subject={subject}，Content-Type 为文书类型 / \
                 upload it first"
            ),
        )
        .on(field.to_owned()))
    }

    /// Documents in a list.
    pub fn documents(
        &self,
        subject: SubjectKey,
        field: &str,
        list: Vec<Hex32>,
    ) -> Result<Vec<Digest>, Problem> {
        let numbered = list.into_iter().enumerate();
        numbered.map(|(at, sha)| self.document(subject, &format!("{field}[{at}]"), sha)).collect()
    }

    /// A document that may be left out.
    pub fn document_if_any(
        &self,
        subject: SubjectKey,
        field: &str,
        sha: Option<Hex32>,
    ) -> Result<Option<Digest>, Problem> {
        sha.map(|sha| self.document(subject, field, sha)).transpose()
    }

    /// A service with its proof.
    pub fn service(&self, subject: SubjectKey, body: ServiceBody) -> Result<Service, Problem> {
        let proof_sha256 = self.document(subject, "service.proof_sha256", body.proof_sha256)?;
        Ok(Service { manner: body.manner, on: body.on, proof_sha256 })
    }

    /// Documents that establish an act, each stored for whom it is about.
    pub fn facts(&self, bodies: Vec<FactBody>) -> Result<Vec<FactDocument>, Problem> {
        let numbered = bodies.into_iter().enumerate();
        numbered.map(|(at, body)| self.fact(&format!("facts[{at}]"), body)).collect()
    }

    /// One of them.
    pub fn fact(&self, field: &str, body: FactBody) -> Result<FactDocument, Problem> {
        let about = subject_key(&body.about)?;
        Ok(FactDocument {
            sha256: self.document(about, &format!("{field}.sha256"), body.sha256)?,
            kind: body.kind,
            about,
            number: body.number,
            issuer: body.issuer,
            date: body.date,
        })
    }

    /// Head of a file.
    pub fn head(&self, key: SubjectKey) -> Result<SubjectRow, Problem> {
        let mut query = Query::new(self.engine.view.read());
        Ok(query.ask(|rows| rows.must_subject(key).cloned())?)
    }

    /// Seals a text with the data key of the subject it describes.
    pub fn seal(&self, key: SubjectKey, text: &str) -> Result<Sealed, Problem> {
        let slot = self.head(key)?.slot;
        self.seal_in(slot, key, text)
    }

    /// The same, with a slot that is not in any file yet.
    pub fn seal_in(&self, slot: u64, key: SubjectKey, text: &str) -> Result<Sealed, Problem> {
        self.seal_up_to(slot, key, text, TEXT_BYTES_MAX)
    }

    /// The same, for a text with a limit of its own.
    pub fn seal_up_to(
        &self,
        slot: u64,
        key: SubjectKey,
        text: &str,
        bytes_max: u32,
    ) -> Result<Sealed, Problem> {
        if u32::try_from(text.len()).map_or(true, |bytes| bytes > bytes_max) {
            return Err(Problem::new(
                Code::Limit,
                format!("文本 {} 字节，上限 {bytes_max} / text too long", text.len()),
                "请精简，详情放入附件 / shorten it, put details into a document",
            ));
        }
        self.engine.vault.seal(slot, &key.to_string(), text.as_bytes()).map_err(|error| {
            tracing::error!(%error, "sealing failed");
            Problem::new(
                Code::Unavailable,
                "无法加密个人信息 / personal data cannot be sealed",
                "请联系操作员 / tell the operator",
            )
        })
    }

    /// Seals a text that may go on public display: one that names somebody by number is refused, because
    /// what was public cannot be made unknown. Files of persons are never public.
    pub fn seal_shown(
        &self,
        key: SubjectKey,
        field: &'static str,
        text: &str,
    ) -> Result<Sealed, Problem> {
        let today = self.engine.clock.now().legal_date();
        if !key.is_personal() && holds_personal_number(text, today) {
            return Err(Problem::new(
                Code::ValueInvalid,
                format!(
                    "{field} 含公民身份号码或个体工商户代码 / it holds a citizen's number, or the code of an \
                     individual business, which is its owner's"
                ),
                "该文字可能公示，请删去号码；需要写明的，写入附件 / it may be shown to the public: leave the \
                 number out, or put it into a document",
            )
            .on(field));
        }
        self.seal(key, text)
    }

    /// Seals each of several texts.
    pub fn seal_all(&self, key: SubjectKey, texts: &[String]) -> Result<Vec<Sealed>, Problem> {
        texts.iter().map(|text| self.seal(key, text)).collect()
    }

    /// Seals the proportionality of each measure.
    pub fn named(
        &self,
        key: SubjectKey,
        bodies: Vec<NamedMeasureBody>,
    ) -> Result<Vec<NamedMeasure>, Problem> {
        bodies
            .into_iter()
            .map(|body| {
                Ok(NamedMeasure {
                    proportionality: self.seal(key, &body.proportionality)?,
                    measure: body.measure,
                    department: body.department,
                })
            })
            .collect()
    }

    /// Whose file a case stands in.
    pub fn subject_of(&self, case: CaseRef) -> Result<SubjectKey, Problem> {
        let mut query = Query::new(self.engine.view.read());
        Ok(query.ask(|rows| match case {
            CaseRef::Listing(id) => Ok(rows.must_listing(id)?.subject),
            CaseRef::Attribution(id) => Ok(rows.must_attribution(id)?.person),
        })?)
    }

    /// Whose file a target stands in.
    pub fn subject_of_target(&self, target: Target) -> Result<SubjectKey, Problem> {
        match target {
            Target::Record(id) => self.subject_of_record(id),
            Target::Listing(id) => self.subject_of(CaseRef::Listing(id)),
            Target::Attribution(id) => self.subject_of(CaseRef::Attribution(id)),
            Target::Measure(id) => self.subject_of_measure(id),
            Target::Commitment(id) => self.subject_of_commitment(id),
        }
    }

    /// A record.
    pub fn record(&self, id: RecordId) -> Result<RecordRow, Problem> {
        let mut query = Query::new(self.engine.view.read());
        Ok(query.ask(|rows| rows.must_record(id).cloned())?)
    }

    /// Whose file a record stands in.
    pub fn subject_of_record(&self, id: RecordId) -> Result<SubjectKey, Problem> {
        let mut query = Query::new(self.engine.view.read());
        Ok(query.ask(|rows| Ok(rows.must_record(id)?.subject))?)
    }

    /// Whose file a measure case stands in.
    pub fn subject_of_measure(&self, id: MeasureId) -> Result<SubjectKey, Problem> {
        let mut query = Query::new(self.engine.view.read());
        Ok(query.ask(|rows| Ok(rows.must_measure(id)?.subject))?)
    }

    /// Whose file a commitment stands in.
    pub fn subject_of_commitment(&self, id: CommitmentId) -> Result<SubjectKey, Problem> {
        let mut query = Query::new(self.engine.view.read());
        Ok(query.ask(|rows| Ok(rows.must_commitment(id)?.subject))?)
    }

    /// Whose file an objection stands in.
    pub fn subject_of_objection(&self, id: ObjectionId) -> Result<SubjectKey, Problem> {
        let mut query = Query::new(self.engine.view.read());
        Ok(query.ask(|rows| Ok(rows.must_objection(id)?.subject))?)
    }

    /// Whose file an objection stands in, and what it disputes.
    pub fn disputed_by(&self, id: ObjectionId) -> Result<(SubjectKey, Target), Problem> {
        let mut query = Query::new(self.engine.view.read());
        Ok(query.ask(|rows| rows.must_objection(id).map(|own| (own.subject, own.target)))?)
    }

    /// Whose file a repair stands in.
    pub fn subject_of_repair(&self, id: RepairId) -> Result<SubjectKey, Problem> {
        let mut query = Query::new(self.engine.view.read());
        Ok(query.ask(|rows| Ok(rows.must_repair(id)?.subject))?)
    }

    /// Whose file a measure to be initiated belongs to.
    pub fn subject_of_measures_on(
        &self,
        listing: ListingId,
        attribution: Option<AttributionId>,
    ) -> Result<SubjectKey, Problem> {
        match attribution {
            Some(id) => self.subject_of(CaseRef::Attribution(id)),
            None => self.subject_of(CaseRef::Listing(listing)),
        }
    }
}
