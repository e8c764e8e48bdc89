//! The life of a plugin while the server runs: signed, deployed, tried beside the live version, made
//! live, taken back, paused, revoked. Each step is an event, and the next start runs what the log says.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_plugin_admission::{Draft, KeyPair, generate, sign};
use shouxin_server::demo::sample::code;
use shouxin_server::plugins::{PluginsFile, Step, library_sha256};
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Client, plugin};

use crate::exactly_once::checked;
use crate::plugins::{SECOND_PAPER, Teller, listed_until, ordered, ordered_by};

/// A folder with a key, a `plugins.toml` that trusts it, and libraries to sign.
pub(crate) struct Operator {
    folder: tempfile::TempDir,
    pub(crate) key: KeyPair,
}

impl Operator {
    pub(crate) fn new() -> Operator {
        let folder = tempfile::tempdir().expect("a folder");
        let operator = Operator { folder, key: generate("procurement-2026").expect("a key") };
        operator.writes("");
        operator
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("plugins.toml")
    }

    /// Writes `plugins.toml`: the grant, the trusted key, and more.
    pub(crate) fn writes(&self, more: &str) {
        let text = format!(
            "{more}\n[[trust]]\ndepartment = \"procurement\"\nkeys = [{:?}]\n[[plugin]]\nname = \"faulty\"\n\
             department = \"procurement\"\nmeasures = [\"M-A17\"]\nattempts_max = 2\nretry_base_ms = 5\n\
             [plugin.limits]\ndeadline_ms = 2000\nrestart_backoff_max_ms = 20\n",
            self.key.public
        );
        std::fs::write(self.file(), text).expect("plugins.toml");
    }

    /// The same with a line for the plugin's settings.
    pub(crate) fn sets(&self, line: &str) {
        self.writes("");
        let text = std::fs::read_to_string(self.file()).expect("plugins.toml");
        let text = format!("{text}[plugin.settings]\n{line}\n");
        std::fs::write(self.file(), text).expect("plugins.toml");
    }

    pub(crate) fn server(&self, day: &str) -> Running {
        let file = PluginsFile::read(&self.file()).expect("plugins.toml");
        Running::with(day, &self.data(), file)
    }

    /// A build of the fixture that differs from every other: bytes behind the end of an ELF file
    /// change its hash and nothing else.
    pub(crate) fn build(&self, number: u8) -> PathBuf {
        let mut bytes = std::fs::read(plugin("fixture_faulty")).expect("the fixture");
        bytes.extend_from_slice(&[number; 16]);
        let path = self.folder.path().join(format!("libfaulty-{number}.so"));
        std::fs::write(&path, bytes).expect("a library");
        path
    }

    pub(crate) fn signed_by(
        &self,
        library: &Path,
        key: &KeyPair,
        change: impl FnOnce(&mut Draft),
    ) -> PathBuf {
        self.signed_as(library, key, (1, 1), change)
    }

    fn signed_as(
        &self,
        library: &Path,
        key: &KeyPair,
        abi: (u16, u16),
        change: impl FnOnce(&mut Draft),
    ) -> PathBuf {
        let draft = "name = \"faulty\"\nversion = \"1.0.0\"\ndepartment = \"procurement\"\nmeasures = \
                     [\"M-A17\"]\nvalid_from = \"2026-01-01\"\nvalid_until = \"2026-12-31\"\n";
        let mut draft = Draft::parse(draft).expect("a draft");
        change(&mut draft);
        let manifest = draft.of(library_sha256(library).expect("a hash"), abi);
        let note = sign(&manifest.expect("a manifest"), &key.private).expect("a signature");
        let path = library.with_extension("manifest");
        std::fs::write(&path, note).expect("a manifest");
        path
    }

    /// A manifest that says which version of the contract it was built for.
    pub(crate) fn signed_for(&self, library: &Path, abi: (u16, u16)) -> PathBuf {
        self.signed_as(library, &self.key, abi, |_| {})
    }

    pub(crate) fn signed(&self, library: &Path) -> PathBuf {
        self.signed_by(library, &self.key, |_| {})
    }
}

pub(crate) fn deploy(library: &Path, manifest: &Path, shadow: bool) -> Step {
    Step::Deploy {
        library: library.to_owned(),
        manifest: Some(manifest.to_owned()),
        name: None,
        shadow,
    }
}

pub(crate) fn shown(operator: &Client) -> Value {
    operator.get("/v1/plugins").expect("an answer").body["plugins"][0].clone()
}

pub(crate) fn named(reason: &str) -> (String, String) {
    ("faulty".to_owned(), reason.to_owned())
}

#[test]
fn only_what_a_trusted_key_signed_is_deployed_and_each_refusal_says_what_for() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let library = own.build(1);
    let unsigned = |name: Option<&str>| Step::Deploy {
        library: library.clone(),
        manifest: None,
        name: name.map(str::to_owned),
        shadow: false,
    };
    running.refuses(unsigned(Some("faulty")), "UNSIGNED");
    let stranger = generate("stranger").expect("a key");
    let note = own.signed_by(&library, &stranger, |_| {});
    running.refuses(deploy(&library, &note, false), "MANIFEST_UNKNOWN_KEY");
    let note = own.signed(&library);
    running.refuses(deploy(&own.build(2), &note, false), "MANIFEST_OTHER_LIBRARY");
    let late = |draft: &mut Draft| draft.valid_from = "2026-06-01".parse().expect("a day");
    let note = own.signed_by(&library, &own.key, late);
    running.refuses(deploy(&library, &note, false), "MANIFEST_NOT_YET_VALID");
    let over = |draft: &mut Draft| draft.valid_until = "2026-02-01".parse().expect("a day");
    let note = own.signed_by(&library, &own.key, over);
    running.refuses(deploy(&library, &note, false), "MANIFEST_EXPIRED");
    let more = |draft: &mut Draft| draft.measures.push("M-A15".to_owned());
    let note = own.signed_by(&library, &own.key, more);
    running.refuses(deploy(&library, &note, false), "MEASURE_NOT_GRANTED");
    let other = |draft: &mut Draft| draft.version = "2.0.0".to_owned();
    let note = own.signed_by(&library, &own.key, other);
    running.refuses(deploy(&library, &note, false), "LIBRARY_SAYS_OTHERWISE");
    let other = |draft: &mut Draft| draft.name = "other".to_owned();
    let note = own.signed_by(&library, &own.key, other);
    running.refuses(deploy(&library, &note, false), "NOT_GRANTED");
    let operator = running.operator();
    assert_eq!(shown(&operator), Value::Null, "nothing was deployed by any of it");
    let health = operator.get("/healthz").expect("an answer").body;
    assert_eq!(health["development_unsigned_plugins"], json!(false));

    let note = own.signed(&library);
    running.took(deploy(&library, &note, false));
    let live = shown(&operator);
    assert_eq!((&live["state"], &live["name"]), (&json!("running"), &json!("faulty")));
    let by = live["admission"]["signed_by"].as_str().expect("a key");
    assert!(own.key.public.starts_with(by), "{live}");
    assert_eq!(live["admission"]["valid_until"], "2026-12-31");
    // In development it may run without; whoever looks is told.
    own.writes("development_unsigned = true");
    running.took(unsigned(Some("faulty")));
    let live = shown(&operator);
    assert_eq!(live["admission"], json!({"unsigned": true}));
    let said = || {
        let health = operator.get("/healthz").expect("an answer").body;
        let plugins = operator.get("/v1/plugins").expect("an answer").body;
        let said = health["development_unsigned_plugins"].clone();
        assert_eq!(said, plugins["development_unsigned"]);
        said
    };
    assert_eq!(said(), json!(true));
    // The flag is gone and was read, and what runs by it does so until a reload.
    own.writes("");
    let (name, reason) = named("升级 / an upgrade");
    running.took(Step::Pause { name, reason });
    assert_eq!((said(), &shown(&operator)["state"]), (json!(true), &json!("paused")));
    running.took(Step::Reload {});
    assert_eq!((said(), &shown(&operator)["state"]), (json!(false), &json!("retired")));
    // What was revoked runs by no flag, and nothing is recorded of it.
    let hash = data_encoding::HEXLOWER.encode(&library_sha256(&library).expect("a hash"));
    own.writes(&format!(
        "development_unsigned = true\n[[revoked]]\nsha256 = {hash:?}\nreason = \"漏洞 / a hole\"\n"
    ));
    running.refuses(unsigned(Some("faulty")), "LIBRARY_REVOKED");
    assert_eq!(shown(&operator)["state"], "retired");
}

/// Files that were given are read once: what runs is what was kept under its hash.
#[test]
fn what_was_deployed_runs_at_the_next_start_though_its_file_is_gone_and_a_revoked_one_does_not() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let library = own.build(1);
    let note = own.signed(&library);
    running.took(deploy(&library, &note, false));
    std::fs::write(&library, b"other bytes").expect("replacing the library");
    std::fs::remove_file(&note).expect("removing the manifest");
    let subjects = vec![code("91", 1)];
    let teller = Teller::new();
    let listings = listed_until("2026-12-01", &running, &teller, &subjects);
    let (cases, procurement) = ordered("2026-12-01", &running, &teller, &subjects, listings);
    let path = format!("/v1/measures/{}", cases[0].1);
    procurement.until(&path, "executed", |body| body["state"] == "executed");
    drop(running);

    let running = own.server("2026-03-11");
    let operator = running.operator();
    assert_eq!(shown(&operator)["state"], "running");
    let hash = shown(&operator)["sha256"].as_str().expect("a hash").to_owned();
    own.writes(&format!("[[revoked]]\nsha256 = {hash:?}\nreason = \"漏洞 / a hole\"\n"));
    running.took(Step::Reload {});
    let refused = shown(&operator);
    assert_eq!(refused["state"], "retired", "{refused}");
    assert!(refused["last_error"].as_str().is_some_and(|why| why.contains("漏洞")), "{refused}");
    // What it carried out is lifted by hand: it counts as retired.
    running.on("2026-12-02");
    let case = running.client(Role::Department, "procurement", "SC-03");
    let ended = case.until(&path, "ended", |body| body["standing"] == "ended");
    assert_eq!(ended["plugin_retired"], json!(true));
    let lift = json!({"reference": "财采〔2026〕1号"});
    let lifted = case.post(&format!("{path}/lift"), "lift-by-hand", &lift).expect("an answer");
    assert_eq!(lifted.status, 201, "{lifted:?}");
    drop(running);
    // It stays so over a restart, and the bytes of another build may take its place.
    let running = own.server("2026-12-03");
    assert_eq!(shown(&running.operator())["state"], "retired");
    let library = own.build(2);
    running.took(deploy(&library, &own.signed(&library), false));
    assert_eq!(shown(&running.operator())["state"], "running");
    drop(running);
    checked(&own.data());
}

#[test]
fn a_new_version_is_tried_beside_the_live_one_made_live_and_taken_back_without_a_restart() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let operator = running.operator();
    let (old, new) = (own.build(1), own.build(2));
    running.took(deploy(&old, &own.signed(&old), false));
    running.took(deploy(&new, &own.signed(&new), true));
    let hash =
        |library: &Path| data_encoding::HEXLOWER.encode(&library_sha256(library).expect("a hash"));
    let live = shown(&operator);
    assert_eq!(
        (&live["sha256"], &live["shadow"]["sha256"]),
        (&json!(hash(&old)), &json!(hash(&new)))
    );
    let subjects: Vec<String> = (1..=3).map(|number| code("91", number)).collect();
    let teller = Teller::new();
    let listings = listed_until("2026-12-01", &running, &teller, &subjects);
    let (cases, procurement) = ordered("2026-12-01", &running, &teller, &subjects, listings);
    for (_, id) in &cases {
        let path = format!("/v1/measures/{id}");
        procurement.until(&path, "executed", |body| body["state"] == "executed");
    }
    // Three executions, and what was told of the three listings.
    let compared = operator.until("/v1/plugins", "comparisons", |body| {
        body["plugins"][0]["shadow"]["compared"]["same"].as_u64() >= Some(6)
    });
    assert_eq!(compared["plugins"][0]["shadow"]["compared"]["different"], json!(0));

    running.took(Step::Promote { name: "faulty".to_owned(), from: None });
    let live = shown(&operator);
    assert_eq!((&live["sha256"], &live["shadow"]), (&json!(hash(&new)), &Value::Null));
    let (name, reason) = named("新版本异常 / it misbehaves");
    running.took(Step::RollBack { name, reason });
    assert_eq!(shown(&operator)["sha256"], json!(hash(&old)));
    let (name, reason) = named("再次 / once more");
    running.refuses(Step::RollBack { name, reason }, "没有可以退回的版本");
    // The version that was taken back carries out what comes.
    let (cases, procurement) =
        ordered_by(&SECOND_PAPER, "2026-12-01", &running, &teller, &subjects);
    for (_, id) in &cases {
        let path = format!("/v1/measures/{id}");
        procurement.until(&path, "executed", |body| body["state"] == "executed");
    }
    let (name, reason) = named("不再使用 / not used any more");
    running.took(Step::Remove { name, reason });
    assert_eq!(shown(&operator)["state"], "retired");
    drop(running);
    checked(&own.data());
}

/// A pause holds burdens back and nothing that relieves.
#[test]
fn a_paused_plugin_begins_nothing_and_lifts_all_the_same() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let operator = running.operator();
    let library = own.build(1);
    running.took(deploy(&library, &own.signed(&library), false));
    let subjects: Vec<String> = (1..=2).map(|number| code("91", number)).collect();
    let teller = Teller::new();
    let listings = listed_until("2026-12-01", &running, &teller, &subjects);
    let (first, second) = (vec![subjects[0].clone()], vec![subjects[1].clone()]);
    let one = ordered("2026-12-01", &running, &teller, &first, vec![listings[0].clone()]);
    let (one, procurement) = (format!("/v1/measures/{}", one.0[0].1), one.1);
    procurement.until(&one, "executed", |body| body["state"] == "executed");
    let reason = json!({"reason": "升级 / an upgrade"});
    let paused = operator.post("/v1/plugins/faulty/pause", "pause it now", &reason);
    assert_eq!(paused.expect("an answer").status, 201);
    let two = ordered("2026-12-01", &running, &teller, &second, vec![listings[1].clone()]).0;
    let two = format!("/v1/measures/{}", two[0].1);
    let state = operator.until("/v1/plugins", "a case that waits", |body| {
        body["plugins"][0]["waiting"]["count"] == json!(1)
    });
    assert_eq!(state["plugins"][0]["state"], "paused", "{state}");
    running.on("2026-12-02");
    procurement.until(&one, "lifted", |body| body["department_system"] == "lifted");
    let waits = procurement.get(&two).expect("a case").body;
    assert_ne!(waits["state"], "executed", "{waits}");
    let resumed = operator.post("/v1/plugins/faulty/resume", "resume it now", &json!({}));
    assert_eq!(resumed.expect("an answer").status, 201);
    assert_eq!(shown(&operator)["state"], "running");
    let metrics =
        operator.get("/metrics").expect("metrics").body["text"].as_str().map(str::to_owned);
    let metrics = metrics.unwrap_or_default();
    for name in ["plugin_waiting", "plugin_dead_letters", "plugin_lag_seconds", "plugin_running"] {
        assert!(metrics.contains(&format!("shouxin_{name}{{plugin=\"faulty\"}}")), "{metrics}");
    }
}

/// Cases stand in the order of their numbers, and an order anew of the first is not the oldest.
#[test]
fn what_has_waited_longest_is_the_oldest_order_and_not_the_lowest_number() {
    let own = Operator::new();
    let subjects: Vec<String> = (1..=2).map(|number| code("91", number)).collect();
    own.sets(&format!("fault = \"failed\"\nsubject = {:?}", subjects[0]));
    let running = own.server(FIRST);
    let operator = running.operator();
    let library = own.build(1);
    running.took(deploy(&library, &own.signed(&library), false));
    let teller = Teller::new();
    let listings = listed_until("2026-12-01", &running, &teller, &subjects);
    let (first, second) = (vec![subjects[0].clone()], vec![subjects[1].clone()]);
    let one = ordered("2026-12-01", &running, &teller, &first, vec![listings[0].clone()]);
    let (one, procurement) = (format!("/v1/measures/{}", one.0[0].1), one.1);
    procurement.until(&one, "given up", |body| body["state"] == "accepted");
    let (name, reason) = named("升级 / an upgrade");
    running.took(Step::Pause { name, reason });
    ordered("2026-12-01", &running, &teller, &second, vec![listings[1].clone()]);
    running.on("2026-03-11");
    teller.post(&procurement, &format!("{one}/execute"), &json!({}));
    let waiting = operator.until("/v1/plugins", "two cases that wait", |body| {
        body["plugins"][0]["waiting"]["count"] == json!(2)
    });
    let oldest = waiting["plugins"][0]["waiting"]["oldest_seconds"].as_u64();
    assert!(oldest >= Some(86_000), "a day: {waiting}");
}
