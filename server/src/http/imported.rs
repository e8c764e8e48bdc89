//! Classifications made elsewhere: in from their authors, out with author and standard and never
//! sorted (domain.md O20, INV-7).

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::imported::ImportedCommand;
use shouxin_core::id::{ImportedId, Position};
use shouxin_core::row::social::{ImportedRow, SocialIndex};
use shouxin_core::row::{Index, Key, Row, social};
use shouxin_core::rules::Openness;
use shouxin_core::time::Day;
use utoipa::ToSchema;

use crate::engine::query::Query;
use crate::http::edge::{Edge, id, subject_key};
use crate::http::problem::Problem;
use crate::http::read::{PART_ROWS_MAX, Sight};
use crate::http::sharing::Reach;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, basis};

const AUTHORS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table
        .post::<Receive>("/v1/classifications", "接收行业分类 / take in a classification")
        .post::<Withdraw>("/v1/classifications/{id}/withdraw", "撤回分类 / withdraw it")
        .read("/v1/standards", web::get().to(standards), "分类标准 / standards on file");
}

/// 主管部门作出的信用评价分类, as received.
/// Source: domain.md O06, O20.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receive {
    subject: String,
    standard: String,
    class_name: String,
    decision_number: String,
    #[schema(value_type = String, format = Date)]
    decided_on: Day,
    #[schema(value_type = String, format = Date)]
    valid_until: Day,
}

impl Write for Receive {
    const LABEL: &'static str = "classifications.receive";
    const ROLES: &'static [Role] = AUTHORS;
    const CREATES: Creates = Some(("Z", &["classification.received"]));

    fn command(self, _: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Imported(ImportedCommand::Receive {
            subject: subject_key(&self.subject)?,
            standard: self.standard,
            class_name: self.class_name,
            decision_number: self.decision_number,
            decided_on: self.decided_on,
            valid_until: self.valid_until,
        }))
    }
}

/// 作出机关撤回, with reasons.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    reasons: String,
}

impl Write for Withdraw {
    const LABEL: &'static str = "classifications.withdraw";
    const ROLES: &'static [Role] = AUTHORS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let classification: ImportedId = id(path)?;
        let subject = {
            let mut query = Query::new(edge.engine.view.read());
            query.ask(|rows| Ok(rows.must_imported(classification)?.subject))?
        };
        let reasons = edge.seal(subject, &self.reasons)?;
        Ok(Command::Imported(ImportedCommand::Withdraw { classification, reasons }))
    }
}

fn shown(row: &ImportedRow, today: Day, (sight, reach): (Sight, &Reach)) -> bool {
    let open = row.openness == Openness::Public && !row.subject.is_personal();
    match sight {
        Sight::Whole => true,
        Sight::Government => row.state(today) == "in_force" && reach.classification(row),
        Sight::Public => row.state(today) == "in_force" && open,
    }
}

fn one(row: &ImportedRow, today: Day) -> Value {
    json!({
        "id": row.id.to_string(),
        "author": {"code": row.authority, "name": row.author},
        "standard": {"id": row.standard, "title": row.standard_title},
        "class_name": row.class_name,
        "decision_number": row.decision_number,
        "decided_on": row.decided_on,
        "valid_until": row.valid_until,
        "state": row.state(today),
        "note": "由作出机关按其标准作出，本系统仅如实转载 / \
                 the author's own, under its standard; the register only repeats it",
    })
}

/// What of a subject's imported classifications a reader may see, in the order they came in.
pub(crate) fn of(
    query: &mut Query<'_>,
    key: SubjectKey,
    reader: (Sight, &Reach),
    today: Day,
) -> Result<Vec<Value>, Problem> {
    let first = ImportedId(Position::local(0));
    let entry = Index::Social(SocialIndex::SubjectImported(key, first));
    let (positions, _) = query.page(&entry, None, PART_ROWS_MAX)?;
    let mut found = Vec::new();
    for at in positions {
        let key = Key::Social(social::SocialKey::Imported(ImportedId(at)));
        if let Some(Row::Social(social::SocialRow::Imported(row))) = query.row(&key)?
            && shown(&row, today, reader)
        {
            found.push(one(&row, today));
        }
    }
    Ok(found)
}

/// `GET /v1/standards`
/// Source: domain.md O20.
pub async fn standards(app: Data<App>) -> HttpResponse {
    let today = app.engine.clock.now().legal_date();
    let standards: Vec<Value> = app
        .engine
        .rules
        .standards
        .iter()
        .map(|own| {
            json!({
                "id": own.id,
                "name": format!("{} / {}", own.name_zh, own.name_en),
                "authority": own.authority,
                "subjects": own.subjects,
                "classes": own.classes,
                "openness": own.openness,
                "basis": basis::cited(&app.engine.rules.instruments, &own.basis, today),
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({"standards": standards}))
}
