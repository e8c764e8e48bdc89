//! Who calls: the key behind `Authorization: Bearer`, its role, and what it may be used for.

use actix_web::HttpRequest;
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::row::{ApiKeyRow, Key, Row};
use subtle::ConstantTimeEq as _;

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::problem::{Code, Problem};

/// Whoever sent a request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Id of the key; empty for the public.
    pub key_id: String,
    /// Its role.
    pub role: Role,
    /// As whom it acts, if it can act at all.
    pub actor: Option<Actor>,
}

impl Caller {
    /// Somebody without a key.
    pub fn public() -> Caller {
        Caller { key_id: String::new(), role: Role::Public, actor: None }
    }

    /// Reads the key of a request and checks it against the register.
    pub fn of(request: &HttpRequest, engine: &Engine) -> Result<Caller, Problem> {
        let Some(header) = request.headers().get("authorization") else {
            return Ok(Caller::public());
        };
        let token = header.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        Caller::holding(token.unwrap_or_default(), engine)
    }

    /// Whoever holds a key: `sx_<id>_<secret>`.
    pub fn holding(token: &str, engine: &Engine) -> Result<Caller, Problem> {
        let (key_id, secret) = split(token).ok_or_else(Problem::unauthenticated)?;
        let query = Query::new(engine.view.read());
        let found = query.row(&Key::ApiKey(key_id.to_owned()))?;
        // The hash is compared even where there is no such key, so that both take as long.
        let offered = engine.vault.api_key_hash(secret);
        let (row, stored) = match found {
            Some(Row::ApiKey(row)) => (Some(row.clone()), row.secret_hash),
            _ => (None, [0; 32]),
        };
        let same = bool::from(offered.ct_eq(&stored));
        let today = engine.clock.now().legal_date();
        let row =
            row.filter(|row| same && row.opens(today)).ok_or_else(Problem::unauthenticated)?;
        Ok(Caller::from_row(row))
    }

    fn from_row(row: ApiKeyRow) -> Caller {
        let actor = match (row.role, row.officer, row.acts_for) {
            (Role::Operator, _, _) => Some(Actor::Operator),
            (Role::Subject, _, Some(subject)) => Some(Actor::Subject(subject)),
            (_, Some(officer), _) => Some(Actor::Officer(officer)),
            _ => None,
        };
        Caller { key_id: row.key_id, role: row.role, actor }
    }

    /// Whether the key still opens what it opened: asked again where an answer goes on for long, and
    /// where a step waited before it is taken.
    pub(crate) fn still_valid(&self, engine: &Engine) -> Result<bool, Problem> {
        let found = Query::new(engine.view.read()).row(&Key::ApiKey(self.key_id.clone()))?;
        let today = engine.clock.now().legal_date();
        Ok(matches!(found, Some(Row::ApiKey(row)) if row.opens(today)))
    }

    /// The subject it acts for, if it is one.
    pub fn subject(&self) -> Option<SubjectKey> {
        match self.actor {
            Some(Actor::Subject(key)) => Some(key),
            _ => None,
        }
    }

    /// Refuses unless the role is one of these.
    pub fn require(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.contains(&self.role) {
            return Ok(());
        }
        if self.role == Role::Public {
            return Err(Problem::new(
                Code::Unauthenticated,
                "该操作需要密钥 / a key is needed",
                "请使用 Authorization: Bearer <密钥> / send the key as a bearer token",
            ));
        }
        Err(Problem::new(
            Code::ForbiddenRole,
            format!("{:?} 角色不能办理 / the role {:?} may not do this", self.role, self.role),
            format!("允许的角色：{roles:?} / roles that may"),
        ))
    }
}

/// A key is `sx_<id>_<secret>`; the id has no underscore.
fn split(token: &str) -> Option<(&str, &str)> {
    token
        .strip_prefix("sx_")?
        .split_once('_')
        .filter(|(id, secret)| !id.is_empty() && id.len() <= 64 && secret.len() <= 128)
}
