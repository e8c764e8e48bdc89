//! The county's story: told through the real API with real plugins, and then asked like any other
//! server. By its end one subject is an exemplar, and every black listing has ended.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use shouxin_tests::{Client, county, run, shouxin};

/// A demonstration that goes on serving; killed at the end.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Both lists are shown side by side, to everybody: whom they name, by which decision, on what
/// basis, to which day, and no number about anybody. Covers O21, O23, O24, O28, INV-7.
#[test]
fn the_story_ends_with_one_exemplar_and_every_black_listing_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let mut child = Command::new(shouxin())
        .args(["demo", "--listen", "127.0.0.1:0", "--config"])
        .arg(county())
        .arg("--data")
        .arg(&data)
        .stdout(Stdio::piped())
        .spawn()
        .expect("starting the demonstration");
    let output = child.stdout.take().expect("its output");
    let _demo = Demo(child);
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let told = lines.find(|line| line.contains("/v1/lists/red")).expect("the story ends well");
    let start = told.find("http://").expect("an address");
    let base = told[start..].trim_end_matches("/v1/lists/red").to_owned();
    let public = Client::new(&base, None);
    let list = |colour: &str| {
        let answer = public.get(&format!("/v1/lists/{colour}")).expect("an answer");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    };
    let (red, black) = (list("red"), list("black"));
    assert_eq!(black["listings"], json!([]), "repaired or over by its date");
    let exemplar = &red["listings"][0];
    for field in ["id", "subject", "name", "authority", "status"] {
        assert!(exemplar[field].is_string(), "{field} in {exemplar}");
    }
    assert!(exemplar["decision"]["end"].is_string() && exemplar["decision"]["number"].is_string());
    assert!(exemplar["basis"].as_array().is_some_and(|own| !own.is_empty()));
    let numbers = |value: &Value| value.to_string().to_lowercase();
    for word in ["score", "grade", "rank", "points", "level"] {
        assert!(!numbers(&red).contains(word), "{word} in {red}");
    }
    let file =
        public.get(&format!("/v1/subjects/{}", exemplar["subject"].as_str().expect("a key")));
    let file = file.expect("an answer");
    assert_eq!(file.status, 200);
    // Whoever looks an exemplar up is told that it is one, by whom and until when.
    let said = &file.body["recommendation"]["exemplar"][0];
    assert_eq!(said["listing"], exemplar["id"], "{file:?}");
    assert_eq!(said["authority"], exemplar["authority"], "{file:?}");
    assert_eq!(said["until"], exemplar["decision"]["end"], "{file:?}");
    let text = data.display().to_string();
    let audit = run(&["audit", "--data", &text]);
    assert_eq!((audit.0, audit.2.contains("未发现违反")), (0, true), "{}{}", audit.1, audit.2);
}
