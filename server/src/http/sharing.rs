//! What an authority reads of what others provided and the public does not see: what its sharing contracts
//! cover for the purpose it states, what it provided itself, and what a case of its own that is not over rests
//! on. And the contracts themselves, for everybody.
//!
//! The credit office keeps the register for all (plan 五(三)) and refers, corrects and closes what is in it, so
//! that it reads what departments share without a contract. Auditors and the officer for data protection look
//! over the whole, and a subject reads its own file: `Sight::Whole` is asked for no contract.
//!
//! Source: domain.md O19, G-OPEN.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Query as UrlQuery};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role};
use shouxin_core::event::Target;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::row::RecordRow;
use shouxin_core::row::social::ImportedRow;
use shouxin_core::rules::{Contract, Openness, RuleSet};
use shouxin_core::time::Day;
use utoipa::IntoParams;

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::problem::{Code, Problem};
use crate::http::{App, Table, basis, own_case};

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table.list::<Of>(
        "/v1/contracts",
        web::get().to(contracts),
        "共享约定 / who reads what of others, and why",
    );
}

/// How far a reader reaches into what departments share.
#[derive(Clone, Debug)]
pub(crate) enum Reach {
    /// As far as it goes: whoever keeps or looks over the register, and whoever reads what is its own.
    All,
    /// An authority, for one purpose.
    Contracts(Covered),
}

/// What contracts cover for one authority and one purpose on one day.
#[derive(Clone, Debug)]
pub(crate) struct Covered {
    authority: Option<Uscc>,
    department: String,
    purpose: String,
    today: Day,
    contracts: Vec<String>,
    items: BTreeSet<String>,
    standards: BTreeSet<String>,
}

/// The first word of the `Purpose` header.
fn code(purpose: &str) -> &str {
    purpose.split_whitespace().next().unwrap_or_default()
}

impl Reach {
    /// Of a caller with the purpose that its request states.
    pub(crate) fn of(rules: &RuleSet, caller: &Caller, purpose: &str, today: Day) -> Reach {
        match (caller.role, &caller.actor) {
            (Role::CreditOffice | Role::Auditor | Role::DataOfficer | Role::Subject, _) => {
                Reach::All
            }
            (_, Some(Actor::Officer(officer))) => {
                Reach::of_authority(rules, Some(officer.authority), purpose, today)
            }
            _ => Reach::of_authority(rules, None, purpose, today),
        }
    }

    /// Of an authority.
    pub(crate) fn of_authority(
        rules: &RuleSet,
        authority: Option<Uscc>,
        purpose: &str,
        today: Day,
    ) -> Reach {
        let department = authority.and_then(|own| rules.department_by_uscc(own.as_str()));
        let department = department.map(|own| own.code.clone()).unwrap_or_default();
        let purpose = code(purpose).to_owned();
        let found: Vec<&Contract> = rules.contracts_for(&department, &purpose, today).collect();
        let all = |of: fn(&Contract) -> &Vec<String>| {
            found.iter().flat_map(|own| of(own)).cloned().collect::<BTreeSet<String>>()
        };
        Reach::Contracts(Covered {
            authority,
            contracts: found.iter().map(|own| own.id.clone()).collect(),
            items: all(|own| &own.items),
            standards: all(|own| &own.standards),
            department,
            purpose,
            today,
        })
    }

    /// The contracts it rests on, for the access log; none where it needs none.
    pub(crate) fn contracts(&self) -> &[String] {
        match self {
            Reach::All => &[],
            Reach::Contracts(own) => &own.contracts,
        }
    }

    /// Whether a record is read without asking which cases it belongs to.
    pub(crate) fn covers(&self, row: &RecordRow) -> bool {
        match self {
            Reach::All => true,
            Reach::Contracts(own) => {
                row.openness == Openness::Public
                    || own.authority == Some(row.provider)
                    || own.items.contains(&row.item)
            }
        }
    }

    /// Whether a record that departments share is read.
    pub(crate) fn record(&self, query: &mut Query<'_>, row: &RecordRow) -> Result<bool, Problem> {
        match self {
            Reach::Contracts(Covered { authority: Some(own), department, today, .. })
                if !self.covers(row) =>
            {
                own_case::rests_on(query, (*own, department), row, *today)
            }
            _ => Ok(self.covers(row)),
        }
    }

    /// Whether what was asked about a thing is read: of a record that is not read nobody is told that it
    /// is disputed, for that says that it is there.
    pub(crate) fn about(&self, query: &mut Query<'_>, target: Target) -> Result<bool, Problem> {
        match (self, target) {
            (Reach::Contracts(_), Target::Record(id)) => {
                let row = query.ask(|rows| rows.must_record(id).cloned())?;
                self.record(query, &row)
            }
            _ => Ok(true),
        }
    }

    /// Whether a classification that departments share is read.
    pub(crate) fn classification(&self, row: &ImportedRow) -> bool {
        match self {
            Reach::All => true,
            Reach::Contracts(own) => {
                row.openness == Openness::Public
                    || own.authority == Some(row.authority)
                    || own.standards.contains(&row.standard)
            }
        }
    }

    /// Tells answers of different reach apart. Other contracts come with other rules.
    pub(crate) fn tag(&self, rules: &RuleSet) -> String {
        match self {
            Reach::All => "all".to_owned(),
            Reach::Contracts(own) => {
                let version: String =
                    rules.version.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
                format!("{}.{}.{version}", own.department, own.contracts.join("."))
            }
        }
    }

    /// What a file says of it: which contracts cover what. It is the same whether anything is
    /// withheld or not, so that it tells nobody what there is.
    pub(crate) fn shown(&self) -> Value {
        let Reach::Contracts(own) = self else {
            return Value::Null;
        };
        let count = own.items.len() + own.standards.len();
        json!({
            "purpose": own.purpose,
            "contracts": own.contracts,
            "items": own.items,
            "standards": own.standards,
            "withheld": format!(
                "就此用途，本机关的共享约定涵盖 {count} 项；其他机关提供的其余政务共享类信息，无论有无，均不在此列示 / \
                 for this purpose contracts cover {count} items; what others provided beyond them is not \
                 shown here, whether there is any or not"
            ),
            "readable_by": format!(
                "约定及其用途代码见 /v1/contracts?authority={}；Purpose 请写明约定的用途；须增加的，向信用办申请订立 / \
                 see there for contracts and their purposes, and state one of them; a further one is \
                 asked of the credit office",
                own.department
            ),
        })
    }
}

/// `?authority=CODE`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Of {
    /// 部门代码 / code of a department.
    authority: Option<String>,
}

/// `GET /v1/contracts?authority=`: every contract, those that are over and those to come included. There is
/// nothing of anybody in them: they are for everybody, so that a subject can see with whom its records are
/// shared, and why.
/// Source: domain.md O19.
async fn contracts(of: UrlQuery<Of>, app: Data<App>) -> Result<HttpResponse, Problem> {
    let rules = &app.engine.rules;
    let today = app.engine.clock.now().legal_date();
    if let Some(code) = of.authority.as_deref().filter(|code| rules.department(code).is_none()) {
        return Err(Problem::new(
            Code::ValueInvalid,
            format!("没有部门 {code} / there is no department {code}"),
            "部门代码见 /v1/departments / see there for the codes",
        )
        .on("authority"));
    }
    let asked = |own: &&Contract| of.authority.as_ref().is_none_or(|code| *code == own.authority);
    let found: Vec<Value> =
        rules.contracts.iter().filter(asked).map(|own| contract(rules, own, today)).collect();
    Ok(HttpResponse::Ok().json(json!({
        "as_of": today,
        "contracts": found,
        "note": "没有约定的，不共享；社会公开的、本机关提供的、自己承办且未办结的案件所依据的，无须约定；授权查询类由本人授权 / \
                 what no contract covers is not shared; what is public, what an authority provided itself \
                 and what its own open case rests on need none; what is read by authorisation is the subject's to \
                 allow: /v1/authorisations",
    })))
}

fn contract(rules: &RuleSet, own: &Contract, today: Day) -> Value {
    let named = |zh: &str, en: &str| format!("{zh} / {en}");
    let providers = |codes: &[String]| -> Vec<String> {
        codes.iter().filter(|code| **code != own.authority).cloned().collect()
    };
    let items = own.items.iter().filter_map(|id| rules.item(id)).map(|item| {
        json!({
            "id": item.id,
            "name": named(&item.name_zh, &item.name_en),
            "providers": providers(&item.providers),
            "subjects": item.subjects,
        })
    });
    let standards = own.standards.iter().filter_map(|id| rules.standard(id)).map(|standard| {
        json!({
            "id": standard.id,
            "name": named(&standard.name_zh, &standard.name_en),
            "authority": standard.authority,
        })
    });
    let reader = rules.department(&own.authority);
    json!({
        "id": own.id,
        "authority": own.authority,
        "authority_name": reader.map(|own| named(&own.name_zh, &own.name_en)),
        "function": named(&own.function_zh, &own.function_en),
        "purposes": own.purposes,
        "items": items.collect::<Vec<_>>(),
        "standards": standards.collect::<Vec<_>>(),
        "basis": basis::cited(&rules.instruments, &own.basis, today),
        "from": own.from,
        "until": own.until,
        "in_force": own.in_force(today),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use shouxin_core::actor::{OfficerRef, SubjectKey};

    use super::*;
    use crate::app::{load_rules, read_rules};

    fn caller(rules: &RuleSet, role: Role, department: &str) -> Caller {
        let uscc = &rules.department(department).unwrap().uscc;
        let SubjectKey::Organisation(authority) = uscc.parse().unwrap() else {
            panic!("a department is an organisation");
        };
        let officer = OfficerRef { authority, officer: "SC-03".to_owned() };
        Caller { actor: Some(Actor::Officer(officer)), role, ..Caller::public() }
    }

    /// Covered items by role, department and purpose; nothing where no contract is asked for.
    #[test]
    fn a_reach_follows_role_authority_purpose_and_day() {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
        let rules = load_rules(&read_rules(&config).unwrap()).unwrap();
        let day: Day = "2026-11-30".parse().unwrap();
        let of = |role, department: &str, purpose: &str, on: Day| match Reach::of(
            &rules,
            &caller(&rules, role, department),
            purpose,
            on,
        ) {
            Reach::All => None,
            Reach::Contracts(own) => Some(own.items.len()),
        };
        for role in [Role::Department, Role::Provider, Role::CourtRegistrar, Role::LeadingGroup] {
            assert_eq!(of(role, "approval", "permit-review permit-law:34", day), Some(5));
            assert_eq!(of(role, "approval", "  permit-review", day), Some(5));
            assert_eq!(of(role, "approval", "reading permit-review", day), Some(0));
            assert_eq!(of(role, "approval", "permit-review,case x", day), Some(0));
            assert_eq!(of(role, "approval", "", day), Some(0));
            assert_eq!(
                of(role, "approval", "permit-review", "2028-01-01".parse().unwrap()),
                Some(0)
            );
            // The department of the credit office is one like any other; its office is not.
            assert_eq!(of(role, "development_reform", "case x", day), Some(2));
        }
        assert_eq!(of(Role::CreditOffice, "development_reform", "anything", day), None);
        // A key without an officer reads for nobody.
        let nobody = Caller { role: Role::LeadingGroup, ..Caller::public() };
        let reach = Reach::of(&rules, &nobody, "permit-review", day);
        assert_eq!((reach.contracts().len(), reach.shown()["items"].clone()), (0, json!([])));
        assert_eq!((Reach::All.contracts().len(), Reach::All.shown()), (0, Value::Null));
        // Answers of another purpose are never taken for unchanged.
        let tag = |purpose: &str| {
            let approval = caller(&rules, Role::Department, "approval");
            Reach::of(&rules, &approval, purpose, day).tag(&rules)
        };
        assert_ne!(tag("permit-review"), tag("case"));
        assert!(tag("permit-review").is_ascii());
    }
}
