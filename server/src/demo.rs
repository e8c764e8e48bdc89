//! `shouxin demo`: the county's story through the real HTTP API of a real server with the real
//! plugins, each step checked against what the rules demand.
//!
//! The server runs in this process and is handed a clock that the story moves; retries, deadlines
//! of calls and limits go by real monotonic time.

mod chapters;
pub mod client;
mod endings;
mod papers;
mod plugins;
pub mod sample;
mod scenario;
mod story;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use shouxin_core::actor::{OfficerRef, Role, SubjectKey};
use shouxin_core::decide::REJECT_REASONS;
use shouxin_core::time::Timestamp;

use crate::app::{DataFolder, Purpose, Server, Start, StartError};
use crate::clock::{Clock as _, MovedClock};
use crate::config::Config;
use crate::demo::chapters::Cases;
use crate::demo::client::{Client, Different, Step};
use crate::demo::plugins::Departments;
use crate::demo::sample::{PROVIDERS, citizen_number, code, record, rejects};
use crate::demo::scenario::Scenario;
use crate::demo::story::{Cast, Story, check};
use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::read::{self, Sight};
use crate::http::sharing::Reach;
use crate::keys;
use crate::replay;

/// How the demonstration is run.
pub struct Options {
    /// Its data folder: new, or of an earlier demonstration that is then removed.
    pub data: PathBuf,
    /// Folder of the county's data files.
    pub config: PathBuf,
    /// Where it listens.
    pub listen: String,
    /// Stop after the story.
    pub exit: bool,
    /// Thousands of sample records.
    pub scale: u32,
}

/// Subjects of the story, then of the sample.
const STORY_CODES: [u32; 4] = [1001, 1002, 1003, 1004];
const SAMPLE_FROM: u32 = 2000;
const BATCH: usize = 500;

/// Runs the demonstration.
pub async fn run(options: Options) -> Result<(), StartError> {
    println!("守信 演示 / Shouxin demonstration（样本均为虚构 / all data is invented）");
    if options.data.join("DEMO").exists() {
        let doing = format!("removing the earlier demonstration in {}", options.data.display());
        std::fs::remove_dir_all(&options.data)
            .map_err(|source| StartError::Io { doing, source })?;
    }
    let different = |error: Different| StartError::Purpose(format!("✗ {error}"));
    let dates = Scenario::shipped().map_err(StartError::Purpose)?;
    let clock =
        Arc::new(MovedClock::new(Timestamp::start_of(dates.first_day).plus_ms(8 * 3_600_000)));
    let departments = Departments::prepare()?;
    let config = Config::default();
    let folder =
        DataFolder::open(&options.data, Purpose::Demo, &config, &mut |text| println!("! {text}"))?;
    let server = Server::start(Start {
        folder,
        config,
        rules: options.config.clone(),
        plugins: departments.file(),
        clock: clock.clone(),
        listen: options.listen.clone(),
        host: (PathBuf::from("/proc/self/exe"), vec!["plugin-host".to_owned()]),
        on_fatal: Box::new(|what| {
            eprintln!("✗ {what}");
            std::process::exit(70);
        }),
    })
    .await?;
    let (life, engine) = (server.life.clone(), server.engine.clone());
    let signed = options.data.join("signed");
    tokio::task::spawn_blocking(move || departments.deploy(&life, &engine, &signed))
        .await
        .map_err(|error| StartError::Purpose(format!("deploying ended early: {error}")))??;
    let base = format!("http://{}", server.address);
    let (engine, runtime) = (server.engine.clone(), tokio::runtime::Handle::current());
    let (scale, data) = (options.scale, options.data.clone());
    let told = tokio::task::spawn_blocking(move || {
        tell(base, engine, clock, runtime, dates, scale, &data)
    });
    let keys = match told.await {
        Ok(told) => told.map_err(different)?,
        Err(error) => return Err(StartError::Purpose(format!("the story ended early: {error}"))),
    };
    println!("\n✓ 故事各步与规则一致 / every step is what the rules demand");
    if options.exit {
        return server.stop().await;
    }
    println!("\n服务继续运行 / the server keeps running: http://{}", server.address);
    for (who, key) in keys {
        println!("  {who:<22} {key}");
    }
    println!("  例如 / for example: curl http://{}/v1/lists/red", server.address);
    match tokio::signal::ctrl_c().await {
        Ok(()) => server.stop().await,
        Err(source) => Err(StartError::Io { doing: "waiting for Ctrl-C".to_owned(), source }),
    }
}

type Keys = Vec<(String, String)>;

fn tell(
    base: String,
    engine: Arc<Engine>,
    clock: Arc<MovedClock>,
    runtime: tokio::runtime::Handle,
    dates: Scenario,
    scale: u32,
    data: &Path,
) -> Step<Keys> {
    let mut client = Client::new(base);
    println!("\n== 0. 准备 / setting up");
    officers(&engine, &mut client)?;
    let cast = subjects(&engine, &mut client, scale, clock.now().legal_date())?;
    let mut story = Story::new(client, engine.clone(), clock.clone(), runtime, dates, cast);
    story.records(scale)?;
    let mut cases = Cases::default();
    story.refusals()?;
    story.wages_proposed(&mut cases)?;
    story.advert_proposed(&mut cases)?;
    story.wages_stated(&cases)?;
    story.quality_proposed(&mut cases)?;
    story.wages_decided(&cases)?;
    story.advert_decided(&cases)?;
    story.quality_decided(&cases)?;
    story.wages_effective()?;
    story.measures(&mut cases)?;
    story.person_proposed(&mut cases)?;
    story.person_served(&mut cases)?;
    let middle = middle(&story)?;
    story.objections(&cases)?;
    story.red_list()?;
    story.endings(&cases)?;
    story.proofs(&middle, data)?;
    let shown = ["credit", "market/SC-03", "market/SC-01", "approval/SC-03", "auditor", "operator"];
    Ok(shown
        .iter()
        .filter_map(|who| Some(((*who).to_owned(), story.client.key(who)?.to_owned())))
        .collect())
}

fn new_key(
    engine: &Engine,
    role: Role,
    officer: Option<OfficerRef>,
    acts_for: Option<SubjectKey>,
) -> Step<String> {
    let expires_on = engine.clock.now().legal_date().plus_months(24);
    keys::create(engine, role, officer, acts_for, expires_on)
        .map_err(|error| Different(format!("creating a key: {error}")))
}

/// A key for every officer the story needs, for the credit office, the auditor, the operator.
fn officers(engine: &Engine, client: &mut Client) -> Step {
    let mut made = 0;
    for department in &engine.rules.departments {
        let Ok(authority) = department.uscc.parse::<SubjectKey>() else { continue };
        let SubjectKey::Organisation(authority) = authority else { continue };
        for officer in ["SC-01", "SC-03", "SC-04"] {
            let reference = OfficerRef { authority, officer: officer.to_owned() };
            let key = new_key(engine, Role::Department, Some(reference.clone()), None)?;
            client.hold(&format!("{}/{officer}", department.code), key);
            made += 1;
            if department.code == "development_reform" && officer == "SC-04" {
                let key = new_key(engine, Role::CreditOffice, Some(reference), None)?;
                client.hold("credit", key);
            }
        }
    }
    client.hold("auditor", new_key(engine, Role::Auditor, None, None)?);
    client.hold("operator", new_key(engine, Role::Operator, None, None)?);
    println!(
        "  规则、目录、日历和 {} 个部门已载入，密钥 {made} 把 / rules and departments loaded, keys made",
        engine.rules.departments.len()
    );
    Ok(())
}

/// Registers the story's subjects and the sample's, organisations of every kind and persons.
fn subjects(
    engine: &Engine,
    client: &mut Client,
    scale: u32,
    today: shouxin_core::time::Day,
) -> Step<Cast> {
    let names = [
        "尤溪县云杉建设有限公司",
        "尤溪县青溪广告有限公司",
        "尤溪县石桥制品有限公司",
        "尤溪县诚心粮油有限公司",
    ];
    let mut bodies: Vec<Value> = STORY_CODES
        .iter()
        .zip(names)
        .map(|(number, name)| json!({"code": code("91", *number), "name": name}))
        .collect();
    let kinds = [
        ("91", "有限公司"),
        ("91", "商贸有限公司"),
        ("92", "经营部"),
        ("93", "专业合作社"),
        ("52", "服务中心"),
        ("51", "协会"),
        ("12", "事业单位"),
    ];
    for number in 0..scale.saturating_mul(200) {
        let (kind, ending) = kinds.get(number as usize % kinds.len()).unwrap_or(&("91", ""));
        let name = format!("尤溪县样本{number}{ending}");
        bodies.push(json!({"code": code(kind, SAMPLE_FROM + number), "name": name}));
    }
    let total = bodies.len();
    for batch in bodies.chunks(BATCH) {
        let answer = client.post("market/SC-03", "/v1/subjects", &json!({"subjects": batch}))?;
        check(answer.body.get("rejects").is_none(), || format!("{}", answer.body["rejects"]))?;
    }
    reject_subjects(client)?;
    attested(client)?;
    let persons: Vec<Value> = (0..20)
        .map(|number| {
            let capacity = if number == 19 { "limited" } else { "full" };
            let name = format!("演示{number}");
            json!({"name": name, "number": citizen_number(number, today), "capacity": capacity})
        })
        .collect();
    client.post("police/SC-03", "/v1/persons", &json!({"persons": persons}))?;
    println!("  {total} 个组织、20 名自然人建档 / organisations and persons registered");
    let person = lookup(client, 0, today)?;
    let [wages, advert, quality, red] = STORY_CODES.map(|number| code("91", number));
    for (who, key) in
        [("wages", &wages), ("advert", &advert), ("quality", &quality), ("person", &person)]
    {
        let subject = key.parse().map_err(|_| Different(format!("{key} is no key")))?;
        client.hold(who, new_key(engine, Role::Subject, None, Some(subject))?);
    }
    Ok(Cast { wages, advert, quality, red, person })
}

/// A person's key: confirmed by name and number, never completed.
fn lookup(client: &mut Client, number: u32, today: shouxin_core::time::Day) -> Step<String> {
    let path = "/v1/persons/lookup";
    let number_text = citizen_number(number, today);
    let wrong = json!({"name": "他人", "number": number_text});
    let denied = client.post("police/SC-03", path, &wrong)?;
    check(denied.body["confirmed"] == false, || "a wrong name was confirmed".to_owned())?;
    let right = json!({"name": format!("演示{number}"), "number": number_text});
    let found = client.post("police/SC-03", path, &right)?;
    let key = found.body["key"].as_str().map(str::to_owned);
    key.ok_or_else(|| Different(format!("not confirmed: {}", found.body)))
}

fn reject_subjects(client: &mut Client) -> Step {
    let known = code("91", STORY_CODES.first().copied().unwrap_or_default());
    let bodies = json!({"subjects": [
        {"code": known, "name": "重复一"},
        {"code": known, "name": "重复二"},
        {"code": code("91", 888_001), "name": ""},
        {"code": code("91", 888_002), "name": " "},
    ]});
    let answer = client.post("market/SC-03", "/v1/subjects", &bodies)?;
    let reasons: Vec<&str> = answer.body["rejects"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|own| own["reason"].as_str())
        .collect();
    check(reasons == ["EXISTS", "EXISTS", "NAME", "NAME"], || format!("{reasons:?}"))
}

/// A lawful code that fails its check character comes in with the registrar's document, and
/// without one is refused.
fn attested(client: &mut Client) -> Step {
    let mut pilot = code("91", 1999);
    let wrong = if pilot.ends_with('0') { '1' } else { '0' };
    pilot.pop();
    pilot.push(wrong);
    let bare = json!({"subjects": [{"code": pilot, "name": "试点时期登记企业"}]});
    client.refused("market/SC-03", "/v1/subjects", &bare, "IDENTIFIER_INVALID")?;
    let attestation =
        json!({"document_number": "尤市监证〔2026〕1号", "sha256": sample::digest("登记证明")});
    let body = json!({"subjects": [{"code": pilot, "name": "试点时期登记企业", "attestation": attestation}]});
    client.post("market/SC-03", "/v1/subjects", &body)?;
    println!("  校验位不符的合法代码凭登记机关证明建档 / a lawful pilot code came in attested");
    Ok(())
}

impl Story {
    /// Chapter 1: records of many departments and every class, and every reason of rejection.
    fn records(&mut self, scale: u32) -> Step {
        self.chapter("归集信用记录", "collecting records");
        let today = self.today();
        let per_provider = scale.saturating_mul(200);
        let mut accepted = 0;
        for (place, (department, item, adverse)) in (0u32..).zip(PROVIDERS) {
            let mut batch = Vec::new();
            for number in 0..per_provider {
                // Enterprises of the sample only, two of every seven: any item may be about them.
                let of_sample = (number / 2) % scale.saturating_mul(28);
                let at = SAMPLE_FROM + of_sample * 7 + number % 2;
                batch.push(record(
                    &code("91", at),
                    item,
                    *adverse,
                    place * 100_000 + number,
                    today,
                ));
            }
            accepted += self.submit_batch(department, &batch)?;
        }
        let text =
            format!("{} 个部门目录项共 {accepted} 条记录 / records accepted", PROVIDERS.len());
        self.say(&text, "");
        self.every_class(today)?;
        self.rejected(today)
    }

    fn submit_batch(&mut self, department: &str, batch: &[Value]) -> Step<usize> {
        let mut accepted = 0;
        for part in batch.chunks(BATCH) {
            let body = json!({"records": part});
            let answer = self.client.post(&format!("{department}/SC-03"), "/v1/records", &body)?;
            accepted += answer.body["ids"].as_array().map_or(0, Vec::len);
            let rejects = answer.body["rejects"].as_array().map_or(0, Vec::len);
            check(rejects == 0, || format!("{department}: {}", answer.body["rejects"]))?;
        }
        Ok(accepted)
    }

    /// The classes that need other kinds of subjects.
    fn every_class(&mut self, today: shouxin_core::time::Day) -> Step {
        let institution = code("12", SAMPLE_FROM + 6);
        let person = self.cast.person.clone();
        let others = [
            ("development_reform", institution.as_str(), "FJ-FR-1301", true),
            ("police", person.as_str(), "FJ-ZR-0201", true),
            ("housing", person.as_str(), "FJ-ZR-0101", false),
            ("civil_affairs", person.as_str(), "FJ-ZR-0301", false),
        ];
        for (number, (department, subject, item, adverse)) in (700_000u32..).zip(others) {
            let body = json!({"records": [record(subject, item, adverse, number, today)]});
            let answer = self.client.post(&format!("{department}/SC-03"), "/v1/records", &body)?;
            check(answer.made("record.accepted"), || format!("{item}: {}", answer.body))?;
        }
        Ok(())
    }

    fn rejected(&mut self, today: shouxin_core::time::Day) -> Step {
        let (good, institution) = (self.cast.red.clone(), code("12", SAMPLE_FROM + 6));
        let good_adverse = code("91", SAMPLE_FROM);
        let minor = lookup_minor(&mut self.client, today)?;
        let first = record(&good_adverse, "FJ-FR-0302", true, 1_000_000, today);
        self.client.post("market/SC-03", "/v1/records", &json!({"records": [first]}))?;
        let list = rejects(&good_adverse, &institution, &minor, today);
        let bodies: Vec<&Value> = list.iter().map(|(body, _)| body).collect();
        let answer =
            self.client.post("market/SC-03", "/v1/records", &json!({"records": bodies}))?;
        check(answer.body["ids"].as_array().is_none_or(Vec::is_empty), || {
            format!("{}", answer.body)
        })?;
        let mut counts = std::collections::BTreeMap::new();
        for reject in answer.body["rejects"].as_array().into_iter().flatten() {
            let index = reject["index"].as_u64().and_then(|at| usize::try_from(at).ok());
            let expected = index.and_then(|at| list.get(at)).map(|(_, reason)| *reason);
            check(expected == reject["reason"].as_str(), || format!("{expected:?}: {reject}"))?;
            *counts.entry(expected.unwrap_or_default()).or_insert(0) += 1;
            if counts.values().sum::<i32>() <= 3 {
                let text = format!(
                    "第 {} 行 {} {}：{}",
                    index.unwrap_or_default() + 1,
                    reject["field"].as_str().unwrap_or_default(),
                    reject["reason"].as_str().unwrap_or_default(),
                    reject["detail"].as_str().unwrap_or_default()
                );
                self.say(&text, "");
            }
        }
        // Two of the reasons are about subjects and were shown when they were registered.
        let missing: Vec<&&str> = REJECT_REASONS
            .iter()
            .filter(|reason| !["EXISTS", "NAME"].contains(reason))
            .filter(|reason| counts.get(**reason).is_none_or(|count| *count < 2))
            .collect();
        check(missing.is_empty() && !good.is_empty(), || {
            format!("not rejected twice: {missing:?}")
        })?;
        self.say(
            &format!("每种拒收原因各两次，共 {} 条 / every reason of rejection twice", list.len()),
            "",
        );
        Ok(())
    }

    /// Chapter: what auditors do.
    fn proofs(&mut self, middle: &Middle, data: &Path) -> Step {
        self.chapter("核验、回放、重建一致", "verify, replay and rebuild agree");
        let wrong = |error: String| Different(error);
        let verified = replay::verify_copy(&self.engine.log, data)
            .map_err(|error| wrong(format!("verify: {error}")))?;
        self.say(
            &format!(
                "核验 {} 个事件，链完整 / {} entries, the chain holds",
                verified.entries, verified.entries
            ),
            "",
        );
        let folder = data.join("replay");
        let whole =
            replay::rebuild(&folder, &self.engine.log, &self.engine.vault, u64::MAX, &mut |_| {})
                .map_err(|error| wrong(error.to_string()))?;
        let same = replay::first_difference(&self.engine.view, &whole.view);
        check(same.as_ref().is_ok_and(Option::is_none), || format!("rebuild differs: {same:?}"))?;
        self.say(
            &format!(
                "重建视图与现行视图逐行一致，{} 事件/秒 / the rebuilt view is the same",
                whole.events_per_second()
            ),
            "",
        );
        drop(whole);
        let then = replay::rebuild(
            &folder,
            &self.engine.log,
            &self.engine.vault,
            middle.next,
            &mut |_| {},
        )
        .map_err(|error| wrong(error.to_string()))?;
        let key: SubjectKey = self.cast.wages.parse().map_err(|_| wrong("no key".to_owned()))?;
        let replayed = file(&self.engine, &mut Query::new(then.view.read()), key, middle.day)?;
        check(replayed == middle.file, || {
            format!("replay shows\n{replayed}\nthe server showed\n{}", middle.file)
        })?;
        self.say(
            &format!(
                "回放至 {} 的档案与当日所示一致 / the file as of then is what was shown",
                middle.day
            ),
            "",
        );
        drop(then);
        std::fs::remove_dir_all(&folder).map_err(|error| wrong(error.to_string()))
    }
}

fn lookup_minor(client: &mut Client, today: shouxin_core::time::Day) -> Step<String> {
    let body = json!({"name": "演示19", "number": citizen_number(19, today)});
    let found = client.post("police/SC-03", "/v1/persons/lookup", &body)?;
    let key = found.body["key"].as_str().map(str::to_owned);
    key.ok_or_else(|| Different(format!("not confirmed: {}", found.body)))
}

/// What the server showed in the middle of the story.
struct Middle {
    next: u64,
    day: shouxin_core::time::Day,
    file: Value,
}

fn middle(story: &Story) -> Step<Middle> {
    let key: SubjectKey = story.cast.wages.parse().map_err(|_| Different("no key".to_owned()))?;
    let day = story.today();
    let mut query = Query::new(story.engine.view.read());
    let next = query.next();
    let file = file(&story.engine, &mut query, key, day)?;
    Ok(Middle { next, day, file })
}

fn file(
    engine: &Engine,
    query: &mut Query<'_>,
    key: SubjectKey,
    day: shouxin_core::time::Day,
) -> Step<Value> {
    let head = query
        .ask(|rows| rows.must_subject(key).cloned())
        .map_err(|error| Different(error.to_string()))?;
    read::file(
        (&engine.vault, &engine.rules.instruments),
        query,
        &head,
        (Sight::Whole, &Reach::All),
        day,
    )
    .map_err(|error| Different(error.to_string()))
}
