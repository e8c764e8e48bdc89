//! Finds organisations by the beginning of their name or code, or by a whole code from before the
//! unified one. Natural persons and individual businesses are found by nothing.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Query as UrlQuery};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::SubjectKey;
use shouxin_core::identifier::legacy::{LegacyCode, LegacyKind};
use shouxin_core::keys;
use shouxin_core::row::search::folded;
use shouxin_core::row::{Key, Row};
use utoipa::IntoParams;

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::problem::{Code, Problem};
use crate::http::{App, Table, read};

/// Organisations of one page.
const FOUND_MAX: usize = 20;
/// Entries looked at for one page: individual businesses stand between the others by code.
const EXAMINED_MAX: usize = 200;
const ASKED_CHARS: std::ops::RangeInclusive<usize> = 2..=100;

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table.list::<Asked>("/v1/search", web::get().to(search), "查找单位 / find an organisation");
}

/// `?q=TEXT&after=CURSOR`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// 名称或代码的一部分 / part of a name or code.
    q: Option<String>,
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
}

/// `GET /v1/search?q=`
/// Source: domain.md O10, O24.
async fn search(asked: UrlQuery<Asked>, app: Data<App>) -> Result<HttpResponse, Problem> {
    let text = folded(asked.q.as_deref().unwrap_or_default());
    if !ASKED_CHARS.contains(&text.chars().count()) {
        return Err(Problem::new(
            Code::ValueInvalid,
            "q 须为 2 至 100 个字符 / q has 2 to 100 characters",
            "例如 ?q=尤溪县 或 ?q=913504 / for example",
        )
        .on("q"));
    }
    let after = asked.after.as_deref().map(cursor).transpose()?;
    let query = Query::new(app.engine.view.read());
    let mut found = Found { engine: &app.engine, query, items: Vec::new(), examined: 0 };
    let next = found.pass(&text, after.as_deref())?.map(|key| HEXLOWER.encode(&key));
    let today = app.engine.clock.now().legal_date();
    let mut response = HttpResponse::Ok();
    response.insert_header(("Cache-Control", "no-cache"));
    Ok(response.json(json!({"as_of": today, "organisations": found.items, "next": next})))
}

/// A cursor is the key of the entry that was looked at last.
fn cursor(text: &str) -> Result<Vec<u8>, Problem> {
    let key = HEXLOWER.decode(text.as_bytes()).ok();
    let ours = |key: &Vec<u8>| key.starts_with(keys::ORGANISATIONS) || key.starts_with(keys::NAMES);
    key.filter(ours).ok_or_else(|| {
        Problem::new(
            Code::ValueInvalid,
            "after 不是上一页的 next / after is no cursor of this list",
            "请使用上一页返回的 next / use the next of the page before",
        )
        .on("after")
    })
}

struct Found<'a> {
    engine: &'a Engine,
    query: Query<'a>,
    items: Vec<Value>,
    examined: usize,
}

impl Found<'_> {
    /// Codes from before first, then codes, then names; answers where it stopped before its end.
    fn pass(&mut self, text: &str, after: Option<&[u8]>) -> Result<Option<Vec<u8>>, Problem> {
        let code_like = text.len() <= 18 && text.bytes().all(|own| own.is_ascii_alphanumeric());
        if after.is_none() {
            self.legacy(text)?;
        }
        let in_names = after.is_some_and(|key| key.starts_with(keys::NAMES));
        if code_like && !in_names {
            let prefix = [keys::ORGANISATIONS, text.as_bytes()].concat();
            if let Some(stopped) = self.range(&prefix, after, "code", keys::subject_of_key)? {
                return Ok(Some(stopped));
            }
        }
        let after = after.filter(|_| in_names);
        let by_name = |key: &[u8]| keys::read_name(key).map(SubjectKey::Organisation);
        self.range(&keys::names_like(text), after, "name", by_name)
    }

    /// A page under a prefix; the key it stopped at if there may be more behind.
    fn range(
        &mut self,
        prefix: &[u8],
        after: Option<&[u8]>,
        matched: &str,
        subject: impl Fn(&[u8]) -> Option<SubjectKey>,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let left = EXAMINED_MAX.saturating_sub(self.examined).max(1);
        let entries = self.query.range(prefix, after, left)?;
        let full = entries.len() == left;
        self.examined += entries.len();
        let mut last = None;
        for entry in entries {
            if self.items.len() >= FOUND_MAX {
                // The one before is where the next page goes on; the first has none before it.
                return Ok(Some(last.unwrap_or_else(|| prefix.to_vec())));
            }
            if let Some(key) = subject(&entry) {
                self.add(key, matched)?;
            }
            last = Some(entry);
        }
        Ok(last.filter(|_| full))
    }

    fn legacy(&mut self, text: &str) -> Result<(), Problem> {
        for kind in LegacyKind::ALL {
            let Ok(code) = LegacyCode::parse(kind, text) else {
                continue;
            };
            let alias = Key::Alias { kind: kind.name().to_owned(), code: code.to_string() };
            if let Some(Row::Alias(key)) = self.query.row(&alias)? {
                self.add(key, "legacy_code")?;
            }
        }
        Ok(())
    }

    fn add(&mut self, key: SubjectKey, matched: &str) -> Result<(), Problem> {
        if key.is_personal() || self.items.iter().any(|own| own["key"] == key.to_string()) {
            return Ok(());
        }
        if let Some(Row::Subject(head)) = self.query.row(&Key::Subject(key))? {
            self.items.push(json!({
                "key": key.to_string(),
                "name": read::name(&self.engine.vault, &head),
                "kind": head.kind,
                "matched": matched,
            }));
        }
        Ok(())
    }
}
