//! Bulk out: page after page of what the view holds, as the rows of a file.
//!
//! Without more, an export holds what the public may see. `personal` adds names of persons and
//! what departments share with that officer's authority for the purpose it names, by its sharing contracts;
//! each page is in the access log before it is given. Numbers of persons are never exported. Each page is one
//! snapshot; between two pages the register may change.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shouxin_core::actor::OfficerRef;
use shouxin_core::event::publicity::DecisionKind;
use shouxin_core::id::{ListingId, Position, RecordId};
use shouxin_core::keys;
use shouxin_core::path::Standing;
use shouxin_core::row::publicity::decision_kind;
use shouxin_core::row::{Index, Key, RecordRow, Row};
use shouxin_core::time::Day;

use crate::access::{Access, AccessLog};
use crate::engine::Engine;
use crate::engine::query::{Query, QueryError};
use crate::http::problem::Problem;
use crate::http::publicity::on_display;
use crate::http::read::{self, Sight, Under};
use crate::http::sharing::Reach;
use crate::import::officer;
use crate::publicity::columns::{self, Place};
use crate::publicity::shown::shown;
use crate::socket::Refused;

/// Rows looked at for one page.
pub const PAGE_ROWS: usize = 500;
/// Bytes of the rows of one page, above which it is closed.
const PAGE_BYTES: usize = 1 << 20;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Organisations, as `import subjects` reads them.
    Subjects,
    /// Records.
    Records,
    /// Permits, in the national layout.
    Permits,
    /// Penalties, in the national layout.
    Penalties,
    /// Published red and black lists.
    Lists,
}

/// Who takes what is not public, and what for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Personal {
    /// The officer: `USCC/ID`.
    pub officer: String,
    /// Purpose and basis.
    pub purpose: String,
}

/// A page to export.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Of what.
    pub what: What,
    /// Where the page before ended.
    pub after: Option<String>,
    /// More than the public may see.
    pub personal: Option<Personal>,
}

/// A page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Page {
    /// Its rows: fields by column.
    pub rows: Vec<Map<String, Value>>,
    /// Where it ended, if there is more.
    pub next: Option<String>,
}

/// The columns of a kind of rows, in their order.
pub fn columns_of(what: What) -> Vec<&'static str> {
    let of = |kind| columns::columns(kind).iter().map(|column| column.name).collect();
    match what {
        What::Permits => of(DecisionKind::Permit),
        What::Penalties => of(DecisionKind::Penalty),
        What::Subjects => vec!["code", "name", "attestation.document_number", "attestation.sha256"],
        What::Records => vec![
            "id",
            "subject",
            "item",
            "class",
            "severity",
            "provider",
            "document_number",
            "document_date",
            "document_sha256",
            "publicity_until",
            "disputed",
            "content",
        ],
        What::Lists => vec![
            "id",
            "colour",
            "subject",
            "name",
            "authority",
            "behaviour",
            "decision_number",
            "starts_on",
            "end",
        ],
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        Refused { text: problem.to_string(), code: 1 }
    }
}

impl From<QueryError> for Refused {
    fn from(error: QueryError) -> Refused {
        Refused { text: error.to_string(), code: 1 }
    }
}

/// What a page is read from and for.
struct Reading<'a> {
    engine: &'a Engine,
    query: Query<'a>,
    today: Day,
    /// How far into what departments share; nothing for what the public may see.
    personal: Option<Reach>,
}

type Found = Result<Option<Map<String, Value>>, Refused>;

/// Reads one page.
pub fn page(wanted: &Wanted, engine: &Engine, access: &AccessLog) -> Result<Page, Refused> {
    let personal = wanted.personal.as_ref();
    let personal = personal.map(|own| record(wanted, own, engine, access)).transpose()?;
    let query = Query::new(engine.view.read());
    let prefix = prefix(wanted.what, personal.is_some());
    let mut reading = Reading { engine, query, today: engine.clock.now().legal_date(), personal };
    let bad_cursor = || Refused { text: "after: 不是游标 / no cursor".to_owned(), code: 2 };
    let after = wanted.after.as_deref().map(|text| HEXLOWER.decode(text.as_bytes()));
    let after = after.transpose().map_err(|_| bad_cursor())?;
    if after.as_ref().is_some_and(|after| !after.starts_with(&prefix)) {
        return Err(bad_cursor());
    }
    let keys = reading.query.range(&prefix, after.as_deref(), PAGE_ROWS + 1)?;
    let more = keys.len() > PAGE_ROWS;
    let (mut page, mut bytes) = (Page::default(), 0);
    let mut last = None;
    for key in keys.iter().take(PAGE_ROWS) {
        if let Some(row) = reading.row(wanted.what, key)? {
            bytes += Value::Object(row.clone()).to_string().len();
            page.rows.push(row);
        }
        last = Some(key);
        if bytes > PAGE_BYTES {
            break;
        }
    }
    let whole = keys.last() == last && !more;
    page.next = last.filter(|_| !whole).map(|key| HEXLOWER.encode(key));
    Ok(page)
}

/// Nothing that is not public is read before it is on record who reads it and why.
fn record(
    wanted: &Wanted,
    personal: &Personal,
    engine: &Engine,
    access: &AccessLog,
) -> Result<Reach, Refused> {
    let on_file = |own: &OfficerRef| {
        let department = engine.rules.department_by_uscc(own.authority.as_str());
        department.is_some_and(|department| department.officer(&own.officer).is_some())
    };
    let Some(officer) = officer(&personal.officer).filter(on_file) else {
        let text = "G-HUMAN: --officer 须为登记在册的工作人员 机构代码/编号 / is an officer on file, USCC/ID";
        return Err(Refused { text: text.to_owned(), code: 3 });
    };
    if !(4..=256).contains(&personal.purpose.trim().len()) {
        let text = "PURPOSE_REQUIRED: --purpose 须写明用途和依据 / states purpose and basis";
        return Err(Refused { text: text.to_owned(), code: 3 });
    }
    let today = engine.clock.now().legal_date();
    let office = engine.rules.credit_office();
    let reach = match office.is_some_and(|own| own.uscc == officer.authority.as_str()) {
        true => Reach::All,
        false => {
            let authority = Some(officer.authority);
            Reach::of_authority(&engine.rules, authority, &personal.purpose, today)
        }
    };
    let entry = Access {
        at_ms: engine.clock.now().0,
        key_id: "export".to_owned(),
        who: officer.to_string(),
        file: format!("{:?} after {}", wanted.what, wanted.after.as_deref().unwrap_or("-")),
        route: "shouxin export".to_owned(),
        purpose: personal.purpose.clone(),
        contracts: reach.contracts().to_vec(),
    };
    let unwritten =
        |error: crate::access::AccessError| Refused { text: error.to_string(), code: 1 };
    access.record_blocking(&entry).map_err(unwritten)?;
    Ok(reach)
}

fn prefix(what: What, personal: bool) -> Vec<u8> {
    let disclosed = |kind| Index::Disclosed(kind, RecordId(Position::local(0))).prefix();
    match what {
        What::Subjects if personal => keys::SUBJECTS.to_vec(),
        What::Subjects => keys::ORGANISATIONS.to_vec(),
        What::Permits if !personal => disclosed(DecisionKind::Permit),
        What::Penalties if !personal => disclosed(DecisionKind::Penalty),
        What::Records | What::Permits | What::Penalties => keys::RECORDS.to_vec(),
        What::Lists => keys::PUBLISHED.to_vec(),
    }
}

impl Reading<'_> {
    fn row(&mut self, what: What, key: &[u8]) -> Found {
        match what {
            What::Subjects => self.subject(key),
            What::Lists => self.listing(key),
            What::Records => match self.record(key)? {
                Some(row) => self.plain(&row).map(Some),
                None => Ok(None),
            },
            What::Permits => self.decision(DecisionKind::Permit, key),
            What::Penalties => self.decision(DecisionKind::Penalty, key),
        }
    }

    fn subject(&self, key: &[u8]) -> Found {
        let Some(key) = keys::subject_of_key(key) else {
            return Ok(None);
        };
        let Some(Row::Subject(head)) = self.query.row(&Key::Subject(key))? else {
            return Ok(None);
        };
        // The code of an individual business is its owner's, and nothing public tells of it. A file that
        // was erased is there for its subject and for auditors alone, whatever its row still holds.
        if head.is_erased() || (key.is_personal() && self.personal.is_none()) {
            return Ok(None);
        }
        let mut row = Map::new();
        row.insert("code".to_owned(), json!(key.to_string()));
        row.insert("name".to_owned(), read::name(&self.engine.vault, &head));
        if let Some(own) = &head.attestation {
            let sha256 = HEXLOWER.encode(&own.sha256);
            let attestation = json!({"document_number": own.document_number, "sha256": sha256});
            row.insert("attestation".to_owned(), attestation);
        }
        Ok(Some(row))
    }

    /// A record that may be given to whoever asks.
    fn record(&mut self, key: &[u8]) -> Result<Option<RecordRow>, Refused> {
        let Some(at) = keys::tail_position(key) else {
            return Ok(None);
        };
        let found = match self.query.row(&Key::Record(RecordId(at)))? {
            Some(Row::Record(row)) => row,
            _ => return Ok(None),
        };
        let given = match &self.personal {
            Some(reach) => {
                read::record_shown(&found, self.today, Sight::Government)
                    && reach.record(&mut self.query, &found)?
            }
            None => on_display(&found, self.today),
        };
        Ok(Some(found).filter(|_| given))
    }

    fn plain(&self, row: &RecordRow) -> Result<Map<String, Value>, Refused> {
        let body = read::record(&self.engine.vault, row, Sight::Government);
        let Value::Object(mut body) = body else {
            return Ok(Map::new());
        };
        let sha256 = row.document_sha256.map(|own| HEXLOWER.encode(&own));
        body.insert("subject".to_owned(), json!(row.subject.to_string()));
        body.insert("document_sha256".to_owned(), json!(sha256));
        let columns = columns_of(What::Records);
        body.retain(|name, value| columns.contains(&name.as_str()) && !value.is_null());
        Ok(body)
    }

    fn decision(&mut self, kind: DecisionKind, key: &[u8]) -> Found {
        let Some(row) = self.record(key)? else {
            return Ok(None);
        };
        if decision_kind(row.class) != Some(kind) {
            return Ok(None);
        }
        let (id, subject) = (row.id, row.subject);
        let Some(shown) = shown(self.engine, &mut self.query, kind, row)? else {
            return Ok(None);
        };
        let mut fields: Map<String, Value> =
            shown.fields.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
        if self.personal.is_some() {
            self.add_private(kind, id, subject, &mut fields)?;
        }
        Ok(Some(fields))
    }

    /// Names of persons, and why it is withheld; never a number.
    fn add_private(
        &self,
        kind: DecisionKind,
        id: RecordId,
        subject: shouxin_core::actor::SubjectKey,
        fields: &mut Map<String, Value>,
    ) -> Result<(), Refused> {
        if let Some(Row::Subject(head)) = self.query.row(&Key::Subject(subject))? {
            let name = columns::own(kind, "XK_XDR_MC", "CF_XDR_MC");
            let own = read::name(&self.engine.vault, &head);
            fields.entry(name).or_insert(own);
        }
        let Some(Row::Publicity(row)) = self.query.row(&Key::Publicity(id))? else {
            return Ok(());
        };
        let open = |sealed| match read::unseal(&self.engine.vault, subject, sealed) {
            Value::String(text) => Some(text),
            _ => None,
        };
        let private = row.private.as_ref().and_then(open).unwrap_or_default();
        let private: Map<String, Value> = serde_json::from_str(&private).unwrap_or_default();
        for column in columns::columns(kind).iter().filter(|own| own.place == Place::Private) {
            if let (false, Some(text)) = (column.number, private.get(column.name)) {
                fields.insert(column.name.to_owned(), text.clone());
            }
        }
        if let Some(reason) = row.reason.as_ref().and_then(open) {
            fields.insert("withheld".to_owned(), json!("是"));
            fields.insert("withheld_reason".to_owned(), json!(reason));
        }
        Ok(())
    }

    fn listing(&mut self, key: &[u8]) -> Found {
        let Some(id) = keys::tail_position(key).map(ListingId) else {
            return Ok(None);
        };
        let today = self.today;
        if self.query.ask(|rows| rows.listing_standing(id, today))? != Standing::InForce {
            return Ok(None);
        }
        let row = self.query.ask(|rows| rows.must_listing(id).cloned())?;
        let head = self.query.ask(|rows| rows.must_subject(row.subject).cloned())?;
        let body = read::listing(
            &mut self.query,
            &self.engine.rules.instruments,
            &row,
            Under::Nobody,
            today,
        )?;
        let mut found = Map::new();
        for name in ["id", "colour", "subject", "authority", "behaviour"] {
            found.insert(name.to_owned(), body[name].clone());
        }
        if self.personal.is_some() || !row.subject.is_personal() {
            found.insert("name".to_owned(), read::name(&self.engine.vault, &head));
        }
        let decision = &body["decision"];
        for (name, own) in
            [("decision_number", "number"), ("starts_on", "starts_on"), ("end", "end")]
        {
            found.insert(name.to_owned(), decision[own].clone());
        }
        found.retain(|_, value| !value.is_null());
        Ok(Some(found))
    }
}
