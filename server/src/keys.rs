//! API keys: 160 random bits, shown once; only their keyed hash is kept, as an event.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shouxin_core::actor::{OfficerRef, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::time::Day;

use crate::engine::query::Query;
use crate::engine::{Engine, EngineError, Request};
use crate::socket::Refused;
use crate::vault::random_secret;

/// Keys read at a time.
const PAGE: usize = 256;

/// Creates a key and answers it whole: `sx_<id>_<secret>`. It is never shown again.
pub fn create(
    engine: &Engine,
    role: Role,
    officer: Option<OfficerRef>,
    acts_for: Option<SubjectKey>,
    expires_on: Day,
) -> Result<String, EngineError> {
    let random = || random_secret().map_err(|error| EngineError::Defect(error.to_string()));
    let key_id: String = random()?.chars().take(12).collect::<String>().to_lowercase();
    let secret = random()?;
    let command = Command::CreateKey {
        key_id: key_id.clone(),
        secret_hash: engine.vault.api_key_hash(&secret),
        role,
        officer,
        acts_for,
        expires_on,
    };
    engine.submit_blocking(Request::internal(
        shouxin_core::actor::Actor::Operator,
        "keys.create",
        command,
    ))?;
    Ok(format!("sx_{key_id}_{}", secret.as_str()))
}

/// A key to create, as the operator states it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Role.
    pub role: Role,
    /// Code of the officer's authority; with `officer`.
    pub authority: Option<String>,
    /// Id of the officer in `departments.toml`.
    pub officer: Option<String>,
    /// The subject a key of role `subject` acts for.
    pub acts_for: Option<String>,
    /// Last day.
    pub expires_on: Day,
}

impl NewKey {
    /// Checks what belongs together and creates the key.
    pub fn create(self, engine: &Engine) -> Result<String, Refused> {
        let usage = |text: &str| Refused { text: text.to_owned(), code: 2 };
        let officer = match (self.authority, self.officer) {
            (Some(authority), Some(officer)) => {
                let authority = authority
                    .parse()
                    .map_err(|_| usage("--authority 不是机构代码 / is no code"))?;
                match authority {
                    SubjectKey::Organisation(authority) => Some(OfficerRef { authority, officer }),
                    SubjectKey::Person(_) => {
                        return Err(usage("--authority 须为机构 / a person is no authority"));
                    }
                }
            }
            (None, None) => None,
            _ => return Err(usage("--authority 与 --officer 须同时给出 / both or neither")),
        };
        let acts_for = match self.acts_for {
            Some(text) => {
                Some(text.parse().map_err(|_| usage("--acts-for 不是主体代码 / is no key"))?)
            }
            None => None,
        };
        let fits = match self.role {
            Role::Subject => acts_for.is_some() && officer.is_none(),
            Role::Department
            | Role::Provider
            | Role::CreditOffice
            | Role::CourtRegistrar
            | Role::Association
            | Role::Triage => officer.is_some() && acts_for.is_none(),
            _ => acts_for.is_none(),
        };
        if !fits {
            return Err(usage(
                "该角色须绑定工作人员，subject 角色须绑定主体 / the role needs an officer, or a subject",
            ));
        }
        Ok(create(engine, self.role, officer, acts_for, self.expires_on)?)
    }
}

/// Every key, without secrets, in the order of their ids.
pub fn list(engine: &Engine) -> Result<Vec<Value>, Refused> {
    let wrong = |error: String| Refused { text: error, code: 1 };
    let query = Query::new(engine.view.read());
    let prefix = Index::ApiKeys(String::new()).prefix();
    let mut keys = Vec::new();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page =
            query.range(&prefix, after.as_deref(), PAGE).map_err(|e| wrong(e.to_string()))?;
        let full = page.len() == PAGE;
        after = page.last().cloned();
        for entry in &page {
            let id = entry.strip_prefix(prefix.as_slice()).unwrap_or_default();
            let id = String::from_utf8_lossy(id.strip_suffix(&[0]).unwrap_or(id)).into_owned();
            let row = query.row(&Key::ApiKey(id)).map_err(|e| wrong(e.to_string()))?;
            if let Some(Row::ApiKey(row)) = row {
                keys.push(json!({
                    "key_id": row.key_id,
                    "role": row.role,
                    "officer": row.officer.map(|officer| officer.to_string()),
                    "acts_for": row.acts_for.map(|key| key.to_string()),
                    "expires_on": row.expires_on,
                    "revoked": row.revoked,
                }));
            }
        }
        if !full {
            return Ok(keys);
        }
    }
}

/// Voids a key.
pub fn revoke(engine: &Engine, key_id: &str) -> Result<(), Refused> {
    let command = Command::RevokeKey { key_id: key_id.to_owned() };
    let actor = shouxin_core::actor::Actor::Operator;
    engine.submit_blocking(Request::internal(actor, "keys.revoke", command))?;
    Ok(())
}
