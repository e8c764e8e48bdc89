//! A department that only keeps its cases says what is its own, and is a whole handler by that.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use shouxin_plugin::testing::{Bench, Trial, case, classification, date};
use shouxin_plugin::{AnswerOutcome, Case, CaseBook, Config, Error, Hook, KeepsBook, Outcome};
use tempfile::TempDir;

/// Its settings are the one measure that it carries out.
struct Office {
    book: CaseBook,
    measure: String,
}

impl KeepsBook for Office {
    fn create(config: &Config) -> Result<Self, Error> {
        let measure: Option<String> = config.settings()?;
        let measure = measure.ok_or_else(|| Error::Settings("no measure".to_owned()))?;
        Ok(Office { book: CaseBook::open(config.data_dir())?, measure })
    }

    fn book(&mut self) -> &mut CaseBook {
        &mut self.book
    }

    fn number(&self, case: &Case) -> String {
        format!("{}-{}", case.case_id, case.step)
    }

    fn accepts(&self, case: &Case) -> Result<(), Outcome> {
        match case.measure.id == self.measure {
            true => Ok(()),
            false => Err(Outcome::failed("another measure")),
        }
    }

    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        let subject = question.as_str().unwrap_or_default();
        Ok(json!(self.book.in_effect(subject, date(2026, 6, 1)).count()))
    }
}

#[test]
fn it_holds_to_the_rules_under_whatever_settings() {
    let folder = TempDir::new().unwrap();
    let order = case("M-7001", 1, "M-A17");
    Trial::new(json!("M-A17"))
        .other_settings(json!("M-A18"))
        .in_effect(|bench| bench.query(&json!(order.subject.key)).unwrap() == json!(1))
        .run::<Office>(folder.path(), &order)
        .unwrap();
}

#[test]
fn what_it_does_not_accept_changes_nothing_and_is_asked_anew() {
    let folder = TempDir::new().unwrap();
    let mut bench = Bench::start::<Office>(folder.path(), json!("M-A17")).unwrap();
    let order = case("M-7001", 2, "M-A18");
    assert_eq!(bench.case(Hook::Execute, &order).unwrap().outcome, AnswerOutcome::Failed);
    assert_eq!(bench.query(&json!(order.subject.key)).unwrap(), json!(0));
    // What relieves is taken whatever the measure.
    let ended = case("M-7002", 3, "M-A18");
    assert_eq!(bench.case(Hook::Lift, &ended).unwrap().outcome, AnswerOutcome::Done);
    assert_eq!(bench.classified(&classification(4)).unwrap().outcome, AnswerOutcome::Done);
    bench.set_settings(json!("M-A18"));
    bench.restart().unwrap();
    assert_eq!(
        bench.case(Hook::Execute, &order).unwrap(),
        Outcome::done().with_reference("M-7001-2")
    );
    assert!(Bench::start::<Office>(TempDir::new().unwrap().path(), Value::Null).is_err());
}
