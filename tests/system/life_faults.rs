//! What goes wrong in a plugin's life: a refused deployment, a version that does not start, a file that
//! is not there. Nothing of what ran is lost by it, and whoever looks reads why.

use serde_json::{Value, json};
use shouxin_server::demo::sample::code;
use shouxin_server::plugins::{PluginsFile, Step, library_sha256};
use shouxin_tests::running::{FIRST, Running};

use crate::exactly_once::checked;
use crate::life::{Operator, deploy, named, shown};
use crate::plugins::{Teller, listed_until, ordered};

/// A server over a deployed plugin that refuses to start, and its library.
fn not_started(own: &Operator) -> (Running, std::path::PathBuf) {
    let running = own.server(FIRST);
    let library = own.build(1);
    running.took(deploy(&library, &own.signed(&library), false));
    drop(running);
    own.sets("create = \"refuse\"");
    let running = own.server(FIRST);
    assert_eq!(shown(&running.operator())["state"], "not_running");
    (running, library)
}

fn hash(library: &std::path::Path) -> Value {
    json!(data_encoding::HEXLOWER.encode(&library_sha256(library).expect("a hash")))
}

fn last_error(running: &Running) -> String {
    shown(&running.operator())["last_error"].as_str().unwrap_or_default().to_owned()
}

/// Two manifests of one library: the one that was refused is not the one that admitted it.
#[test]
fn a_refused_deployment_changes_nothing_of_what_runs_at_the_next_start() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let library = own.build(1);
    running.took(deploy(&library, &own.signed(&library), false));
    let other = |draft: &mut shouxin_plugin_admission::Draft| draft.version = "2.0.0".to_owned();
    let refused = own.signed_by(&library, &own.key, other);
    running.refuses(deploy(&library, &refused, false), "LIBRARY_SAYS_OTHERWISE");
    // Nor does one that says another contract.
    let refused = own.signed_for(&library, (1, 9));
    running.refuses(deploy(&library, &refused, false), "abi");
    // Nor does one that is refused once its bytes were kept: what nothing names is not left on the disk.
    let another = own.build(2);
    let refused = own.signed_by(&another, &own.key, other);
    running.refuses(deploy(&another, &refused, false), "LIBRARY_SAYS_OTHERWISE");
    let kept = std::fs::read_dir(own.data().join("plugins")).expect("the libraries").count();
    assert_eq!(kept, 2, "the library that runs and its manifest");
    drop(running);
    let running = own.server(FIRST);
    let live = shown(&running.operator());
    assert_eq!((&live["state"], &live["version"]), (&json!("running"), &json!("1.0.0")), "{live}");
}

/// A shadow is made live only where its version may run.
#[test]
fn a_shadow_that_may_not_run_any_more_is_not_made_live() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let (old, new) = (own.build(1), own.build(2));
    running.took(deploy(&old, &own.signed(&old), false));
    running.took(deploy(&new, &own.signed(&new), true));
    own.writes(&format!("[[revoked]]\nsha256 = {}\nreason = \"漏洞 / a hole\"\n", hash(&new)));
    let promote = || Step::Promote { name: "faulty".to_owned(), from: None };
    running.refuses(promote(), "LIBRARY_REVOKED");
    own.writes("");
    own.sets("create = \"refuse\"");
    running.refuses(promote(), "told to refuse");
    let live = shown(&running.operator());
    assert_eq!((&live["sha256"], &live["shadow"]["sha256"]), (&hash(&old), &hash(&new)));
    own.writes("");
    running.took(promote());
    assert_eq!(shown(&running.operator())["sha256"], hash(&new));
}

/// Mended settings and one word bring it back; nothing was retired for it.
#[test]
fn a_plugin_that_does_not_start_stays_deployed_says_why_and_is_resumed() {
    let own = Operator::new();
    let (running, _) = not_started(&own);
    assert!(last_error(&running).contains("told to refuse"), "{}", last_error(&running));
    running.refuses(Step::Resume { name: "faulty".to_owned() }, "told to refuse");
    own.writes("");
    running.took(Step::Resume { name: "faulty".to_owned() });
    let live = shown(&running.operator());
    assert_eq!((&live["state"], &live["last_error"]), (&json!("running"), &Value::Null));
    // Over HTTP the word is the same, and the register tries at once.
    drop(running);
    own.sets("create = \"refuse\"");
    let running = own.server(FIRST);
    own.writes("");
    let operator = running.operator();
    let resumed = operator.post("/v1/plugins/faulty/resume", "resume it now", &json!({}));
    assert_eq!(resumed.expect("an answer").status, 201);
    operator.until("/v1/plugins", "a plugin that runs", |body| {
        body["plugins"][0]["state"] == "running"
    });
}

/// Over an empty folder it starts, over its own it does not; there was none before it.
#[test]
fn a_first_version_that_does_not_start_over_its_folder_is_retired_and_says_why() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let folder = own.data().join("plugin-data/faulty");
    std::fs::create_dir_all(folder.parent().expect("a folder")).expect("a folder");
    std::fs::write(&folder, "a file where a folder belongs").expect("a file");
    let library = own.build(1);
    let note = own.signed(&library);
    running.refuses(deploy(&library, &note, false), "没有可以退回的版本");
    assert_eq!(shown(&running.operator())["state"], "retired");
    assert!(last_error(&running).contains("未能启动"), "{}", last_error(&running));
    std::fs::remove_file(&folder).expect("the file goes");
    running.took(deploy(&library, &note, false));
    assert_eq!(shown(&running.operator())["state"], "running");
}

/// What has lost its right stops though another does not start; each problem is named.
#[test]
fn a_reload_stops_what_is_revoked_whatever_else_goes_wrong() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let library = own.build(1);
    running.took(deploy(&library, &own.signed(&library), false));
    let (file, text) = (own.file(), std::fs::read_to_string(own.file()).expect("plugins.toml"));
    std::fs::remove_file(&file).expect("plugins.toml goes");
    let refused = running.step(Step::Reload {}).expect_err("no plugins.toml");
    assert!(refused.text.contains("--config"), "{}", refused.text);
    assert_eq!(shown(&running.operator())["state"], "running");
    std::fs::write(&file, text).expect("plugins.toml");
    own.sets("create = \"refuse\"");
    running.refuses(Step::Reload {}, "told to refuse");
    let held = shown(&running.operator());
    assert_eq!(held["state"], "not_running", "it stays deployed: {held}");
    assert!(last_error(&running).contains("told to refuse"));
    let more = format!("[[revoked]]\nsha256 = {}\nreason = \"漏洞 / a hole\"\n", hash(&library));
    own.writes(&more);
    running.took(Step::Reload {});
    assert_eq!(shown(&running.operator())["state"], "retired");
}

#[test]
fn a_server_does_not_start_without_its_plugins_file_and_sweeps_what_trials_left() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let (old, new) = (own.build(1), own.build(2));
    running.took(deploy(&old, &own.signed(&old), false));
    running.took(deploy(&new, &own.signed(&new), true));
    let left = |name: &str| own.data().join("plugin-data").join(name);
    drop(running);
    for name in ["faulty.trial", "gone.shadow", "gone"] {
        std::fs::create_dir_all(left(name).join("kept")).expect("a folder");
    }
    let missing = own.data().join("nowhere/plugins.toml");
    let file = PluginsFile::read(&missing).expect("no file grants nothing");
    let data = own.data();
    let started = std::thread::spawn(move || Running::with(FIRST, &data, file)).join();
    assert!(started.is_err(), "it retired everything instead");
    let running = own.server(FIRST);
    assert_eq!(shown(&running.operator())["state"], "running");
    assert!(!left("faulty.trial").exists() && !left("gone.shadow").exists());
    assert!(left("gone").exists() && left("faulty.shadow").exists());
    std::fs::create_dir_all(left("faulty.trial")).expect("a folder");
    let (name, reason) = named("不再使用 / not used any more");
    running.took(Step::Remove { name, reason });
    assert!(!left("faulty.trial").exists() && !left("faulty.shadow").exists());
}

/// A shadow that was not asked to forget keeps nothing: it begins over an empty folder.
#[test]
fn a_shadow_that_missed_an_erasure_begins_anew() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let (old, new) = (own.build(1), own.build(2));
    running.took(deploy(&old, &own.signed(&old), false));
    running.took(deploy(&new, &own.signed(&new), true));
    let kept = own.data().join("plugin-data/faulty.shadow/kept");
    std::fs::write(&kept, "an erased subject").expect("a file");
    running.life.plugins().shadow_missed_forget("faulty");
    running.life.plugins().shadow_missed_forget("nobody");
    running.operator().until("/v1/plugins", "a shadow that runs", |body| {
        !kept.exists() && body["plugins"][0]["shadow"]["state"] == "running"
    });
}

/// A thread of this process cannot be ended: beside it no other version opens the same folder.
#[test]
fn no_version_takes_the_place_of_one_that_hangs_in_this_process() {
    let own = Operator::new();
    let subjects = vec![code("91", 1)];
    own.sets(&format!("fault = \"hang\"\nsubject = {:?}", subjects[0]));
    let text = std::fs::read_to_string(own.file()).expect("plugins.toml");
    let text = text.replace("attempts_max = 2", "attempts_max = 2\nisolation = \"in-process\"");
    std::fs::write(own.file(), text).expect("plugins.toml");
    let running = own.server(FIRST);
    let (old, new) = (own.build(1), own.build(2));
    running.took(deploy(&old, &own.signed(&old), false));
    running.took(deploy(&new, &own.signed(&new), true));
    let teller = Teller::new();
    let listings = listed_until("2026-12-01", &running, &teller, &subjects);
    ordered("2026-12-01", &running, &teller, &subjects, listings);
    running.operator().until("/v1/plugins", "a plugin that hangs", |body| {
        body["plugins"][0]["state"] == "tripped"
    });
    let third = own.build(3);
    running.refuses(deploy(&third, &own.signed(&third), false), "卡在调用中");
    running.refuses(Step::Promote { name: "faulty".to_owned(), from: None }, "卡在调用中");
    assert_eq!(shown(&running.operator())["sha256"], hash(&old), "nothing was recorded");
    // It can be called no more all the same, and nothing starts in its place.
    let (name, reason) = named("不再使用 / not used any more");
    running.took(Step::Remove { name, reason });
    running.refuses(deploy(&third, &own.signed(&third), false), "卡在调用中");
    assert_eq!(shown(&running.operator())["state"], "retired");
}

/// The same key pasted twice, and a department that is misspelt, took the right from everything that was
/// deployed.
#[test]
fn a_slip_of_the_pen_in_the_list_of_keys_retires_nothing() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let library = own.build(1);
    running.took(deploy(&library, &own.signed(&library), false));
    let again = format!("[[trust]]\ndepartment = \"procurement\"\nkeys = [{:?}]\n", own.key.public);
    own.writes(&again);
    running.took(Step::Reload {});
    let runs = |running: &Running| shown(&running.operator())["state"] == "running";
    assert!(runs(&running));
    drop(running);
    let running = own.server(FIRST);
    assert!(runs(&running));

    let right = std::fs::read_to_string(own.file()).expect("plugins.toml");
    let slips = [
        (
            right.replace(
                "[[trust]]\ndepartment = \"procurement\"",
                "[[trust]]\ndepartment = \"procurment\"",
            ),
            "[[trust]] 1",
        ),
        (
            right.replace(
                "name = \"faulty\"\ndepartment = \"procurement\"",
                "name = \"faulty\"\ndepartment = \"procurment\"",
            ),
            "[[plugin]] faulty",
        ),
    ];
    for (slip, place) in slips {
        std::fs::write(own.file(), slip).expect("plugins.toml");
        let refused = running.step(Step::Reload {}).expect_err("a department nobody knows");
        assert!(
            refused.text.contains(place) && refused.text.contains("procurment"),
            "{}",
            refused.text
        );
        assert!(runs(&running), "it changes nothing");
        let (name, reason) = named("升级 / an upgrade");
        running.step(Step::Pause { name, reason }).expect_err("nor does another step take it");
        assert!(runs(&running));
    }
    drop(running);
    // Nor does a start, which would take back what the log says is deployed.
    let file = PluginsFile::read(&own.file()).expect("it can be read");
    let data = own.data();
    let started = std::thread::spawn(move || Running::with(FIRST, &data, file)).join();
    assert!(started.is_err(), "it retired the plugin instead");
    std::fs::write(own.file(), right).expect("plugins.toml");
    assert!(runs(&own.server(FIRST)));
}

/// What relieves is called whatever the day, and a version that begins nothing more is better than none.
#[test]
fn a_version_past_its_last_day_is_live_again_where_the_new_one_does_not_start() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let (old, new) = (own.build(1), own.build(2));
    let over = |draft: &mut shouxin_plugin_admission::Draft| {
        draft.valid_until = "2026-03-31".parse().expect("a day");
    };
    running.took(deploy(&old, &own.signed_by(&old, &own.key, over), false));
    running.on("2026-04-01");
    let once = own.data().join("plugin-data/faulty/refuse-once");
    std::fs::write(&once, "").expect("a file");
    running.refuses(deploy(&new, &own.signed(&new), false), "已回退到");
    let live = shown(&running.operator());
    assert_eq!((&live["sha256"], &live["state"]), (&hash(&old), &json!("running")), "{live}");
    assert_eq!(live["begins_burdens"], json!(false), "{live}");
    // By the operator's word too.
    running.took(deploy(&new, &own.signed(&new), false));
    let live = shown(&running.operator());
    assert_eq!((&live["sha256"], &live["begins_burdens"]), (&hash(&new), &json!(true)), "{live}");
    let (name, reason) = named("新版本异常 / it misbehaves");
    running.took(Step::RollBack { name, reason });
    assert_eq!(shown(&running.operator())["sha256"], hash(&old));
    drop(running);
    checked(&own.data());
}

/// Over what another left, a trial tries something else.
#[test]
fn nothing_is_tried_over_a_folder_that_cannot_be_emptied() {
    let own = Operator::new();
    let running = own.server(FIRST);
    let library = own.build(1);
    let note = own.signed(&library);
    let folder = |kind: &str| own.data().join("plugin-data").join(format!("faulty.{kind}"));
    std::fs::create_dir_all(own.data().join("plugin-data")).expect("a folder");
    std::fs::write(folder("trial"), "a file where a folder belongs").expect("a file");
    running.refuses(deploy(&library, &note, false), "无法清空");
    assert_eq!(shown(&running.operator()), Value::Null, "nothing was recorded");
    std::fs::remove_file(folder("trial")).expect("the file goes");
    running.took(deploy(&library, &note, false));
    // Of a shadow it stands beside it why it does not run, and one word starts it.
    std::fs::write(folder("shadow"), "a file where a folder belongs").expect("a file");
    running.refuses(deploy(&library, &note, true), "无法清空");
    let shadow = shown(&running.operator())["shadow"].clone();
    assert_eq!(shadow["state"], "not_running", "{shadow}");
    assert!(shadow["last_error"].as_str().is_some_and(|why| why.contains("无法清空")), "{shadow}");
    std::fs::remove_file(folder("shadow")).expect("the file goes");
    running.took(Step::Resume { name: "faulty".to_owned() });
    let shadow = shown(&running.operator())["shadow"].clone();
    assert_eq!((&shadow["state"], &shadow["last_error"]), (&json!("running"), &Value::Null));
}

/// A shadow says how it does, comes back by a word, and gets what the live one is granted.
#[test]
fn a_shadow_that_tripped_says_so_and_is_resumed_and_a_reload_gives_it_its_new_grant() {
    let own = Operator::new();
    let writes = |attempts: &str| {
        own.writes("");
        let text = std::fs::read_to_string(own.file()).expect("plugins.toml");
        let text = text.replace("attempts_max = 2", attempts) + "breaker_crashes = 1\n";
        std::fs::write(own.file(), text).expect("plugins.toml");
    };
    writes("attempts_max = 2");
    let running = own.server(FIRST);
    let operator = running.operator();
    let (old, new) = (own.build(1), own.build(2));
    running.took(deploy(&old, &own.signed(&old), false));
    running.took(deploy(&new, &own.signed(&new), true));
    let shadow = || shown(&operator)["shadow"].clone();
    let pid = || shadow()["pid"].as_i64().expect("a child");
    let first = pid();
    let child = i32::try_from(first).ok().and_then(rustix::process::Pid::from_raw);
    let killed =
        rustix::process::kill_process(child.expect("a child"), rustix::process::Signal::KILL);
    killed.expect("killing the shadow");
    let tripped = operator.until("/v1/plugins", "a shadow that tripped", |body| {
        body["plugins"][0]["shadow"]["state"] == "tripped"
    });
    let own_shadow = &tripped["plugins"][0]["shadow"];
    assert_eq!(own_shadow["breaker"], "open", "{own_shadow}");
    assert!(own_shadow["last_error"].as_str().is_some_and(|why| !why.is_empty()), "{own_shadow}");
    assert_eq!(tripped["plugins"][0]["state"], "running", "the live one goes on");
    running.took(Step::Resume { name: "faulty".to_owned() });
    operator.until("/v1/plugins", "a shadow that runs again", |body| {
        body["plugins"][0]["shadow"]["state"] == "running"
    });

    let before = pid();
    assert_ne!(before, first);
    running.took(Step::Reload {});
    assert_eq!(pid(), before, "nothing changed for it");
    writes("attempts_max = 3");
    running.took(Step::Reload {});
    assert_ne!(pid(), before, "it runs under its new grant");
    assert_eq!(shadow()["state"], "running");
}

/// It waited for a start that could not come, and its cases with it.
#[test]
fn what_is_not_admitted_any_more_is_retired_once_it_is_tried_again() {
    let own = Operator::new();
    let (running, library) = not_started(&own);
    let more = format!("[[revoked]]\nsha256 = {}\nreason = \"漏洞 / a hole\"\n", hash(&library));
    own.writes(&more);
    running.life.plugins().tries.hurry("faulty", std::time::Instant::now());
    running.operator().until("/v1/plugins", "a plugin that is retired", |body| {
        body["plugins"][0]["state"] == "retired"
    });
    assert!(last_error(&running).contains("漏洞"), "{}", last_error(&running));
}

/// An entry of development brings in what it names once: what the operator does afterwards stands.
#[test]
fn a_pinned_library_undoes_nothing_at_the_next_start() {
    let own = Operator::new();
    let (first, second, third) = (own.build(1), own.build(2), own.build(3));
    let pins = |library: &std::path::Path| {
        own.writes("development_unsigned = true");
        let text = std::fs::read_to_string(own.file()).expect("plugins.toml");
        let pin = format!(
            "name = \"faulty\"\nversion = \"1.0.0\"\nlibrary = {library:?}\nsha256 = {}\n",
            hash(library)
        );
        let text = text.replace("name = \"faulty\"\n", &pin);
        std::fs::write(own.file(), text).expect("plugins.toml");
    };
    let unsigned = |library: &std::path::Path| Step::Deploy {
        library: library.to_owned(),
        manifest: None,
        name: Some("faulty".to_owned()),
        shadow: false,
    };
    let live = |running: &Running| shown(&running.operator());
    pins(&first);
    let running = own.server(FIRST);
    assert_eq!(live(&running)["sha256"], hash(&first));
    running.took(unsigned(&second));
    drop(running);
    let running = own.server(FIRST);
    assert_eq!(live(&running)["sha256"], hash(&second), "the operator put it there");
    let (name, reason) = named("不再使用 / not used any more");
    running.took(Step::Remove { name, reason });
    drop(running);
    let running = own.server(FIRST);
    assert_eq!(live(&running)["state"], "retired", "the operator took it away");
    drop(running);
    pins(&third);
    let running = own.server(FIRST);
    assert_eq!(live(&running)["sha256"], hash(&third), "another entry is another word");
    drop(running);
    // What lost its right, and has it again, runs as it stands there.
    let text = std::fs::read_to_string(own.file()).expect("plugins.toml");
    std::fs::write(own.file(), text.replace("development_unsigned = true", "")).expect("a file");
    let running = own.server(FIRST);
    assert_eq!(live(&running)["state"], "retired");
    drop(running);
    std::fs::write(own.file(), text).expect("plugins.toml");
    let running = own.server(FIRST);
    assert_eq!(
        (&live(&running)["sha256"], &live(&running)["state"]),
        (&hash(&third), &json!("running"))
    );
}
