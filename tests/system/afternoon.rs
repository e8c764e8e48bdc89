//! An afternoon: a department's engineer makes a plugin, checks and signs it, the operator deploys it, tries
//! another beside it, takes it back, answers what was given up. Everything through the program, as they
//! use it, with what it says and its exit codes: 0 done, 1 something is wrong, 2 usage, 3 refused.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use shouxin_server::demo::sample::code;
use shouxin_server::plugins::{PluginGrant, PluginsFile};
use shouxin_server::socket;
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Server, config, county, plugin, run, shouxin};

use crate::plugins::{SECOND_PAPER, Teller, listed_until, ordered, ordered_by};

/// A county's folder, with the files and the words of whoever sits at it.
struct Desk {
    folder: tempfile::TempDir,
}

/// A key as `plugin key` made it.
struct Key {
    private: String,
    public: String,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().expect("a folder") };
        config(desk.folder.path(), "");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// `shouxin plugin ...` as an author runs it; answers what it said, having ended with this code.
    fn author(&self, code: i32, arguments: &[&str]) -> String {
        let mut all = vec!["plugin"];
        all.extend(arguments);
        let (found, output, errors) = run(&all);
        assert_eq!(found, code, "{arguments:?}: {output}{errors}");
        output + &errors
    }

    /// The same as the operator runs it, at the county's folders.
    fn operator(&self, code: i32, arguments: &[&str]) -> String {
        let (data, config) = (self.text("data"), self.text("config"));
        let mut all = arguments.to_vec();
        all.extend(["--data", &data, "--config", &config]);
        self.author(code, &all)
    }

    /// What the operator is refused, in both languages.
    fn refused(&self, arguments: &[&str], word: &str) {
        let said = self.operator(3, arguments);
        assert!(said.contains(word), "{arguments:?}: {word}: {said}");
        assert!(said.contains(" / ") && !said.is_ascii(), "in one language alone: {said}");
    }

    fn plugins(&self) -> Vec<Value> {
        let said = self.operator(0, &["list", "--json"]);
        let shown: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
        shown["plugins"].as_array().cloned().unwrap_or_default()
    }

    fn writes(&self, text: &str) {
        std::fs::write(self.path("config/plugins.toml"), text).expect("plugins.toml");
    }

    fn key(&self, name: &str) -> Key {
        let file = self.text(name);
        let said = self.author(0, &["key", name, "--out", &file]);
        let private = std::fs::read_to_string(&file).expect("the private key");
        assert!(!said.contains(private.trim()), "the private key is printed");
        let mode = std::fs::metadata(&file).expect("the private key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = self.author(2, &["key", name, "--out", &file]);
        assert!(again.contains("exists"), "a key is overwritten by nobody: {again}");
        let public = said.split('"').find(|part| part.starts_with(&format!("{name}+")));
        Key { private: file, public: public.expect("the public key").to_owned() }
    }

    fn hash(&self, library: &str) -> String {
        self.author(0, &["hash", library]).trim().to_owned()
    }
}

fn trust(department: &str, key: &Key) -> String {
    format!("[[trust]]\ndepartment = {department:?}\nkeys = [{:?}]\n", key.public)
}

fn grant(name: &str, department: &str, measure: &str) -> String {
    format!(
        "[[plugin]]\nname = {name:?}\ndepartment = {department:?}\nmeasures = [{measure:?}]\n\
         attempts_max = 2\nretry_base_ms = 5\n[plugin.limits]\nrestart_backoff_max_ms = 20\n"
    )
}

/// Builds a project as its README says, with the folder of `cargo` shared between runs.
fn built(project: &Path, program: &str, arguments: &[&str]) {
    let done = Command::new(program)
        .args(arguments)
        .current_dir(project)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-project"))
        .output()
        .expect("running it");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{program} {arguments:?}: {said}");
}

/// The whole suite in its short form passes, by the project's own manifest.
fn passes(desk: &Desk, library: &str, manifest: &str) {
    let question = r#"{"subject": "$subject", "on": "$day"}"#;
    let arguments =
        ["check", library, "--quick", "--json", "--manifest", manifest, "--question", question];
    let said = desk.author(0, &arguments);
    let report: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!(report["passed"], json!(true), "{report}");
    for finding in report["findings"].as_array().expect("findings") {
        assert_eq!(finding["verdict"], "passed", "{finding}");
        let tried = finding["detail"].as_str().unwrap_or_default();
        assert!(finding["id"] != "carries_out" || tried.starts_with("M-A19"), "{finding}");
    }
}

#[test]
fn a_new_project_is_checked_signed_and_deployed_unchanged_and_then_another_beside_it() {
    let desk = Desk::new();
    let key = desk.key("bidding-2026");
    let (rust, c) = (desk.text("bidding"), desk.text("in-c"));
    desk.author(0, &["new", "bidding", "--lang", "rust", "--into", &rust]);
    let again = desk.author(3, &["new", "bidding", "--lang", "rust", "--into", &rust]);
    assert!(again.contains("未写入任何内容"), "{again}");
    desk.author(0, &["new", "bidding", "--lang", "c", "--into", &c]);
    let bad = desk.author(3, &["new", "Bidding", "--into", &desk.text("elsewhere")]);
    assert!(bad.contains("a-z"), "{bad}");
    desk.author(2, &["new", "bidding", "--lang", "cobol"]);
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    built(Path::new(&rust), &cargo, &["build", "--locked", "--offline"]);
    built(Path::new(&c), "make", &[]);
    let library = desk.text("libplugin_bidding.so");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-project/debug");
    std::fs::copy(target.join("libplugin_bidding.so"), &library).expect("the library");
    let other = desk.text("in-c/build/libplugin_bidding.so");
    let (manifest, of_other) =
        (desk.text("bidding/manifest.toml"), desk.text("in-c/manifest.toml"));
    passes(&desk, &library, &manifest);
    passes(&desk, &other, &of_other);

    // The signature.
    desk.refused(&["deploy", &library], "UNSIGNED");
    let named = desk.operator(2, &["deploy", &library, "--manifest", &desk.text("nowhere")]);
    assert!(named.contains("nowhere"), "{named}");
    let sign = |code: i32, manifest: &str, key: &str| {
        desk.author(code, &["sign", &library, "--manifest", manifest, "--key", key])
    };
    sign(2, &manifest, &manifest);
    let later = std::fs::read_to_string(&manifest).expect("the draft").replace("0.1.0", "0.2.0");
    std::fs::write(desk.path("later.toml"), later).expect("a draft");
    let differs = sign(3, &desk.text("later.toml"), &key.private);
    assert!(differs.contains("0.2.0") && differs.contains("0.1.0"), "{differs}");
    let lost = sign(2, &desk.text("nowhere.toml"), &key.private);
    assert!(lost.contains("nowhere.toml") && lost.contains("--manifest"), "{lost}");
    let signed = sign(0, &manifest, &key.private);
    assert!(signed.contains("bidding-2026"), "{signed}");
    desk.author(0, &["sign", &other, "--manifest", &of_other, "--key", &key.private]);

    // The operator, while no server runs.
    assert!(desk.operator(0, &["list"]).contains("没有插件"));
    desk.refused(&["deploy", &library], "MANIFEST_UNKNOWN_KEY");
    desk.writes(&trust("natural_resources", &key));
    desk.refused(&["deploy", &library], "NOT_GRANTED");
    let own = grant("bidding", "natural_resources", "M-A19");
    desk.writes(&(trust("natural_resources", &key) + &own));
    let recorded = desk.operator(0, &["deploy", &library]);
    assert!(recorded.contains("下次启动时生效"), "{recorded}");
    let listed = desk.operator(0, &["list"]);
    assert!(listed.contains("bidding") && listed.contains("未运行"), "{listed}");

    // And while one runs: the same plugin in C, tried beside the first, made live, taken back.
    let server = Server::start(&desk.path("config/server.toml"), &desk.path("data"));
    let listed = desk.operator(0, &["list"]);
    assert!(listed.contains("运行 / running") && !listed.contains("下次启动"), "{listed}");
    let said = desk.operator(0, &["deploy", &other, "--shadow"]);
    assert!(said.contains("影子") && !said.contains("下次启动"), "{said}");
    let listed = desk.operator(0, &["list"]);
    assert!(listed.contains("影子 / shadow 0.1.0"), "{listed}");
    desk.operator(0, &["promote", "bidding"]);
    assert_eq!(desk.plugins()[0]["sha256"], json!(desk.hash(&other)));
    desk.operator(0, &["roll-back", "bidding", "--reason", "试用 / a trial"]);
    let live = desk.plugins().remove(0);
    assert_eq!(live["sha256"], json!(desk.hash(&library)));
    assert_eq!((&live["state"], &live["begins_burdens"]), (&json!("running"), &json!(true)));
    assert_eq!(server.terminate(), Some(0));
    let data = desk.text("data");
    for command in ["verify", "audit"] {
        let (code, output, errors) = run(&[command, "--data", &data]);
        assert_eq!(code, 0, "{command}: {output}{errors}");
    }
}

/// A build of the fixture with other bytes behind its end, signed.
fn faulty(desk: &Desk, key: &Key, number: u8) -> String {
    let mut bytes = std::fs::read(plugin("fixture_faulty")).expect("the fixture");
    bytes.extend_from_slice(&[number; 16]);
    let library = desk.text(&format!("libfaulty-{number}.so"));
    std::fs::write(&library, bytes).expect("a library");
    let draft = desk.text("faulty.toml");
    let text = "name = \"faulty\"\nversion = \"1.0.0\"\ndepartment = \"procurement\"\nmeasures = \
                [\"M-A17\"]\nvalid_from = \"2020-01-01\"\nvalid_until = \"2099-12-31\"\n";
    std::fs::write(&draft, text).expect("a draft");
    desk.author(0, &["sign", &library, "--manifest", &draft, "--key", &key.private]);
    library
}

#[test]
fn each_step_of_a_life_is_taken_refused_in_words_and_kept_beside_a_running_server() {
    let desk = Desk::new();
    let key = desk.key("procurement-2026");
    let (old, new) = (faulty(&desk, &key, 1), faulty(&desk, &key, 2));
    let granted = trust("procurement", &key) + &grant("faulty", "procurement", "M-A17");
    desk.writes(&granted);
    let server = Server::start(&desk.path("config/server.toml"), &desk.path("data"));
    let why = ["--reason", "试用 / a trial"];
    let words = |step: &'static str| [step, "faulty", why[0], why[1]];
    let took = |step: &'static str| desk.operator(0, &words(step));
    let refused = |step: &'static str, word: &str| desk.refused(&words(step), word);

    // Nothing is there yet, and each step says so.
    for step in ["pause", "remove", "roll-back"] {
        refused(step, "没有部署插件 faulty");
    }
    desk.refused(&["resume", "faulty"], "没有部署插件 faulty");
    desk.refused(&["promote", "faulty"], "deploy --shadow");
    refused("drop-shadow", "deploy --shadow");
    desk.refused(&["letters", "faulty"], "没有部署过插件");
    let bare = desk.operator(2, &["pause", "faulty"]);
    assert!(bare.contains("--reason"), "{bare}");
    desk.operator(2, &["deploy", &desk.text("nowhere.so")]);
    desk.refused(&["deploy", &old, "--unsigned", "faulty"], "UNSIGNED");

    let said = desk.operator(0, &["deploy", &old]);
    assert!(said.contains("已启用") && said.contains(&desk.hash(&old)), "{said}");
    desk.operator(0, &["deploy", &new, "--shadow"]);
    took("drop-shadow");
    desk.operator(0, &["deploy", &new, "--shadow"]);
    desk.refused(&["promote", "faulty", "--from", "0.99999"], "起点须在");
    desk.operator(0, &["promote", "faulty"]);
    took("roll-back");
    refused("roll-back", "没有可以退回的版本");
    took("pause");
    refused("pause", "paused");
    assert!(desk.operator(0, &["list"]).contains("已暂停"));
    desk.operator(0, &["resume", "faulty"]);
    assert!(desk.operator(0, &["list"]).contains("运行 / running"));
    // Nothing pauses it any more; whoever closes its breaker says the same.
    desk.operator(0, &["resume", "faulty"]);

    // Letters that are none.
    assert!(desk.operator(0, &["letters", "faulty"]).contains("没有死信"));
    desk.operator(2, &["letters", "faulty", "--after", "x"]);
    desk.refused(&["retry", "faulty", "M-0.7"], "不是 faulty 的死信");
    desk.operator(2, &["retry", "faulty", "x"]);
    desk.operator(2, &["retry", "faulty"]);
    for step in ["skip", "hand"] {
        desk.refused(&[step, "faulty", "0.7", why[0], why[1]], "不是 faulty 的死信");
        desk.operator(2, &[step, "faulty", "0.7"]);
    }
    let none = desk.operator(0, &["retry", "faulty", "--all"]);
    assert!(none.contains("delivered again: 0"), "{none}");

    // A file that cannot be read changes nothing; a revoked library stops.
    desk.writes("[[trust]]\n");
    let broken = desk.operator(2, &["reload"]);
    assert!(broken.contains("plugins.toml"), "{broken}");
    assert_eq!(desk.plugins()[0]["state"], "running");
    let revoked =
        format!("[[revoked]]\nsha256 = {:?}\nreason = \"漏洞 / a hole\"\n", desk.hash(&old));
    desk.writes(&(revoked + &granted));
    desk.operator(0, &["reload"]);
    let listed = desk.operator(0, &["list"]);
    assert!(listed.contains("已停用") && listed.contains("漏洞"), "{listed}");
    desk.refused(&["deploy", &old], "LIBRARY_REVOKED");
    refused("remove", "retired");
    desk.operator(0, &["deploy", &new]);
    assert_eq!(desk.plugins()[0]["sha256"], json!(desk.hash(&new)));
    took("remove");
    assert_eq!(server.terminate(), Some(0));
    // It stays so over a start, and is recorded without one, too.
    assert_eq!(desk.plugins()[0]["state"], "retired");
    let recorded = desk.operator(0, &["deploy", &new, "--shadow"]);
    assert!(recorded.contains("影子") && recorded.contains("下次启动时生效"), "{recorded}");
    let recorded = desk.operator(0, &["promote", "faulty"]);
    assert!(recorded.contains("下次启动时生效"), "{recorded}");
    let server = Server::start(&desk.path("config/server.toml"), &desk.path("data"));
    assert_eq!(desk.plugins()[0]["state"], "running");
    drop(server);
}

/// A server in this process, whose clock is moved, with the socket that the program asks.
fn reached(desk: &Desk) -> (Running, socket::Socket) {
    let file = PluginsFile::read(&desk.path("config/plugins.toml")).expect("plugins.toml");
    let running = Running::with(FIRST, &desk.path("data"), file);
    let (engine, access, life) =
        (running.engine.clone(), running.access.clone(), running.life.clone());
    let socket = socket::listen(&desk.path("data"), engine, access, life).expect("the socket");
    (running, socket)
}

/// `plugins.toml` of development: the fixture fails for one subject.
fn failing(desk: &Desk, fault: &str, subject: &str) {
    let library = plugin("fixture_faulty").display().to_string();
    desk.writes(&format!(
        "development_unsigned = true\n{}breaker_crashes = 2\n[plugin.settings]\nfault = {fault:?}\n\
         subject = {subject:?}\n",
        grant("faulty", "procurement", "M-A17").replace(
            "attempts_max = 2",
            &format!(
                "version = \"1.0.0\"\nlibrary = {library:?}\nsha256 = {:?}\nattempts_max = 2",
                desk.hash(&library)
            )
        ),
    ));
}

#[test]
fn what_was_given_up_is_listed_and_delivered_again_left_or_handed_over() {
    let desk = Desk::new();
    let subjects: Vec<String> = (1..=3).map(|number| code("91", number)).collect();
    failing(&desk, "failed", &subjects[0]);
    let (running, socket) = reached(&desk);
    let teller = Teller::new();
    let listings = listed_until("2026-12-01", &running, &teller, &subjects);
    let (cases, officer) = ordered("2026-12-01", &running, &teller, &subjects, listings);
    let at = |id: &str| format!("/v1/measures/{id}");
    let first = cases[0].1.as_str();
    officer.until(&at(first), "given up", |body| body["state"] == "accepted");
    let letters = || desk.operator(0, &["letters", "faulty"]);
    assert!(letters().contains(first), "{}", letters());
    assert!(desk.operator(0, &["list"]).contains("死信 / dead letters 1"));
    // Answered by its own fault again, it is a letter once more; mended, it is carried out.
    desk.operator(0, &["retry", "faulty", first]);
    officer.until(&at(first), "given up again", |body| body["state"] == "accepted");
    failing(&desk, "", "");
    desk.operator(0, &["reload"]);
    let said = desk.operator(0, &["retry", "faulty", "--all"]);
    assert!(said.contains("delivered again: 1"), "{said}");
    officer.until(&at(first), "executed", |body| body["state"] == "executed");
    assert!(letters().contains("没有死信"), "{}", letters());

    // Two more: one is left as it is, one goes to the officers. A blank reason is none.
    failing(&desk, "failed", &subjects[1]);
    desk.operator(0, &["reload"]);
    let (cases, officer) =
        ordered_by(&SECOND_PAPER, "2026-12-01", &running, &teller, &subjects[1..2]);
    let second = cases[0].1.as_str();
    officer.until(&at(second), "given up", |body| body["state"] == "accepted");
    desk.refused(&["skip", "faulty", second, "--reason", " "], "缺少理由");
    let why = ["--reason", "部门系统已另行登记 / entered there by other means"];
    desk.operator(0, &["skip", "faulty", second, why[0], why[1]]);
    desk.refused(&["hand", "faulty", second, why[0], why[1]], "不是 faulty 的死信");
    let execute = officer.post(&format!("{}/execute", at(second)), "order it anew", &json!({}));
    assert_eq!(execute.expect("an answer").status, 201);
    officer.until(&at(second), "given up", |body| body["state"] == "accepted");
    desk.operator(0, &["hand", "faulty", second, why[0], why[1]]);
    assert!(letters().contains("没有死信"), "{}", letters());
    socket.close();
    drop(running);
}

/// A breaker that opened by itself is closed by `resume`, though nobody paused the plugin.
#[test]
fn a_plugin_that_crashed_too_often_is_called_again_when_it_is_resumed() {
    let desk = Desk::new();
    let subjects = vec![code("91", 1)];
    failing(&desk, "abort", &subjects[0]);
    let (running, socket) = reached(&desk);
    let teller = Teller::new();
    let listings = listed_until("2026-12-01", &running, &teller, &subjects);
    ordered("2026-12-01", &running, &teller, &subjects, listings);
    let operator = running.operator();
    let tripped = |plugins: &Value| plugins["plugins"][0]["state"] == "tripped";
    operator.until("/v1/plugins", "an open breaker", tripped);
    let listed = desk.operator(0, &["list"]);
    assert!(listed.contains("已熔断") && listed.contains("plugin resume"), "{listed}");
    let said = desk.operator(0, &["resume", "faulty"]);
    assert!(said.contains("熔断已解除"), "{said}");
    let closed = |plugins: &Value| plugins["plugins"][0]["state"] != "tripped";
    operator.until("/v1/plugins", "a closed breaker", closed);
    socket.close();
    drop(running);
}

/// A demonstration that goes on serving over its folder; killed at the end.
struct Demo(std::process::Child);

impl Demo {
    /// Tells the whole story first.
    fn told(data: &str, config: &str) -> Demo {
        let mut child = Command::new(shouxin())
            .args(["demo", "--listen", "127.0.0.1:0", "--data", data, "--config", config])
            .stdout(Stdio::piped())
            .spawn()
            .expect("starting the demonstration");
        let output = child.stdout.take().expect("its output");
        let demo = Demo(child);
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let ready = lines.any(|line| line.contains("/v1/lists/red"));
        assert!(ready, "the story does not end well");
        demo
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

#[test]
fn recorded_history_is_played_to_a_version_and_the_differences_are_printed() {
    let desk = Desk::new();
    let (demo, config) = (desk.text("demo"), desk.text("config"));
    let library = plugin("plugin_procurement").display().to_string();
    let dry_run = |code: i32, data: &str, more: &[&str]| {
        let mut all = vec!["dry-run", &library, "--name", "procurement", "--data", data];
        all.extend(["--config", &config]);
        all.extend(more);
        desk.author(code, &all)
    };
    let missing = dry_run(2, &demo, &[]);
    assert!(missing.contains("[[plugin]]") && missing.contains("--config"), "{missing}");
    desk.writes(&grant("procurement", "procurement", "M-A17"));
    let missing = dry_run(2, &demo, &[]);
    assert!(missing.contains("没有日志"), "{missing}");

    // Beside the server that made the history.
    let serves = Demo::told(&demo, &config);
    let same = dry_run(0, &demo, &["--from", "0.0", "--json"]);
    let summary: Value = serde_json::from_str(same.trim()).unwrap_or_else(|_| panic!("{same}"));
    assert_eq!((&summary["different"], &summary["failed"]), (&json!(0), &json!(0)), "{summary}");
    assert!(summary["same"].as_u64() > Some(3), "{summary}");
    drop(serves);
    // The same library under a rule of the department that allows no bar at all, and no server.
    let strict =
        grant("procurement", "procurement", "M-A17") + "[plugin.settings]\nlongest_years = 0\n";
    desk.writes(&strict);
    let other = dry_run(1, &demo, &[]);
    let line = other.lines().find(|line| line.contains("execute"));
    let line = line.unwrap_or_else(|| panic!("{other}"));
    assert!(line.contains("原 / was done") && line.contains("needs_human"), "{line}");
    assert!(other.contains("新插件的做法与记录不同"), "{other}");
    // Whoever names a history in which there is nothing to play is told so.
    let last = dry_run(0, &demo, &["--from", "0.99999999"]);
    assert!(last.contains("没有该部门这些措施的调用"), "{last}");
}

/// What `config/plugins.toml` shows in its comments is what the register reads.
#[test]
fn the_examples_in_the_operators_file_are_read() {
    let text = std::fs::read_to_string(county().join("plugins.toml")).expect("plugins.toml");
    let written = |line: &&str| {
        let word = line.split([' ', '=']).next().unwrap_or_default();
        line.starts_with('[')
            || (line.contains(" = ")
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
    };
    let lines = text.lines().filter_map(|line| line.strip_prefix("# ")).filter(written);
    let example: String = lines.map(|line| format!("{line}\n")).collect();
    let file: PluginsFile = toml::from_str(&example).unwrap_or_else(|own| panic!("{own}{example}"));
    assert!(file.development_unsigned && file.revoked.len() == 2, "{file:?}");
    assert_eq!((file.trust.len(), file.plugins.len()), (1, 1), "{file:?}");
    let plugin = &file.plugins[0];
    assert!(plugin.library.is_some() && plugin.settings.len() == 1, "{plugin:?}");
    let bare = "name = \"x\"\ndepartment = \"x\"\nmeasures = []\n";
    let bare: PluginGrant = toml::from_str(bare).expect("a grant");
    assert_eq!(plugin.limits, bare.limits, "what stands there is the default");
    assert_eq!(
        (plugin.attempts_max, plugin.retry_base_ms),
        (bare.attempts_max, bare.retry_base_ms)
    );
}
