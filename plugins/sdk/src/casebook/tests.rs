//! The book against a model, and the rules that protect the subject one by one.

use proptest::prelude::*;
use shouxin_plugin_wire::AnswerOutcome;
use tempfile::TempDir;

use super::*;
use crate::testing::{case, date};

fn book(folder: &TempDir) -> CaseBook {
    CaseBook::open(folder.path()).unwrap()
}

fn done() -> Outcome {
    Outcome::done().with_reference("R-1")
}

fn in_effect(book: &CaseBook, on: Date) -> bool {
    book.in_effect("91350426MA2XYZ1234", on).next().is_some()
}

fn day() -> Date {
    date(2026, 6, 1)
}

#[test]
fn a_case_lives_from_execute_to_lift() {
    let folder = TempDir::new().unwrap();
    let mut book = book(&folder);
    for (step, hook, effective) in [
        (10, Hook::Execute, true),
        (11, Hook::Suspend, false),
        (12, Hook::Resume, true),
        (13, Hook::Suspend, false),
        (14, Hook::Lift, false),
        (15, Hook::Resume, false),
        (16, Hook::Suspend, false),
    ] {
        let (answer, applied) = book.apply(hook, &case("M-0.1", step, "M-A17"), done());
        assert_eq!((answer, applied), (done(), Applied::Now), "{hook}");
        assert_eq!(in_effect(&book, day()), effective, "{hook}");
        drop(book);
        book = CaseBook::open(folder.path()).unwrap();
        assert_eq!(in_effect(&book, day()), effective, "{hook}, after a restart");
    }
}

#[test]
fn its_last_day_ends_it_without_a_lift() {
    let folder = TempDir::new().unwrap();
    let mut book = book(&folder);
    book.apply(Hook::Execute, &case("M-0.1", 1, "M-A17"), done());
    assert!(!in_effect(&book, date(2025, 12, 31)));
    assert!(in_effect(&book, date(2026, 1, 1)));
    assert!(in_effect(&book, date(2026, 12, 31)));
    assert!(!in_effect(&book, date(2027, 1, 1)));
}

#[test]
fn what_has_ended_is_not_carried_out() {
    let folder = TempDir::new().unwrap();
    let mut book = book(&folder);
    let mut late = case("M-0.1", 1, "M-A17");
    late.as_of = date(2027, 1, 1);
    let (answer, applied) = book.apply(Hook::Execute, &late, done());
    assert_eq!((answer.outcome, applied), (AnswerOutcome::Failed, Applied::Refused));
    let (answer, _) = book.apply(Hook::Lift, &case("M-0.2", 1, "M-A17"), done());
    assert_eq!(answer.outcome, AnswerOutcome::Done, "a lift needs no execute");
    let (answer, applied) = book.apply(Hook::Execute, &case("M-0.2", 2, "M-A17"), done());
    assert_eq!((answer.outcome, applied), (AnswerOutcome::Failed, Applied::Refused));
    assert!(!in_effect(&book, day()));
}

#[test]
fn a_suspension_that_overtakes_an_execute_keeps_it_out() {
    let folder = TempDir::new().unwrap();
    let mut book = book(&folder);
    book.apply(Hook::Suspend, &case("M-0.1", 7, "M-A17"), done());
    let (answer, applied) = book.apply(Hook::Execute, &case("M-0.1", 5, "M-A17"), done());
    assert_eq!((answer.outcome, applied), (AnswerOutcome::Failed, Applied::Overtaken));
    book.apply(Hook::Resume, &case("M-0.1", 9, "M-A17"), done());
    assert!(!in_effect(&book, day()), "a resume is no order to begin");
    book.apply(Hook::Execute, &case("M-0.1", 10, "M-A17"), done());
    assert!(in_effect(&book, day()));
}

#[test]
fn a_resume_of_something_unknown_asks_for_a_person() {
    let folder = TempDir::new().unwrap();
    let mut book = book(&folder);
    let (answer, _) = book.apply(Hook::Resume, &case("M-0.1", 7, "M-A17"), done());
    assert_eq!(answer.outcome, AnswerOutcome::NeedsHuman);
    assert!(book.is_empty());
}

#[test]
fn a_case_does_not_change_its_subject() {
    let folder = TempDir::new().unwrap();
    let mut book = book(&folder);
    book.apply(Hook::Execute, &case("M-0.1", 1, "M-A17"), done());
    let mut other = case("M-0.1", 2, "M-A17");
    other.subject.key = "91350426MA2OTHER99".into();
    let (answer, _) = book.apply(Hook::Execute, &other, done());
    assert_eq!(answer.outcome, AnswerOutcome::Failed);
    assert!(book.of_subject(&other.subject.key).next().is_none());
}

/// Put off, it would be asked again for ever: the same bytes never become shorter.
#[test]
fn a_case_too_long_to_keep_is_refused_and_still_ended() {
    let folder = TempDir::new().unwrap();
    let mut book = book(&folder);
    let long = |case_id, step| {
        let mut case = case(case_id, step, "M-A17");
        case.measure.parameters.insert("note".into(), "限".repeat(60_000).into());
        case
    };
    let settled = book.settled(Hook::Execute, &long("M-0.1", 1));
    let (answer, applied) = book.apply(Hook::Execute, &long("M-0.1", 1), done());
    assert_eq!(settled.map(|(answer, _)| answer.outcome), Some(AnswerOutcome::Failed));
    assert_eq!(book.settled(Hook::Lift, &long("M-0.1", 3)), None);
    assert_eq!((answer.outcome, applied), (AnswerOutcome::Failed, Applied::Refused));
    assert!(!in_effect(&book, day()));
    // Ended is ended, however long the message was, and an order that comes after it is refused.
    assert_eq!(book.apply(Hook::Lift, &long("M-0.1", 3), done()), (done(), Applied::Now));
    let (answer, _) = book.apply(Hook::Execute, &case("M-0.1", 2, "M-A17"), done());
    assert_eq!(answer.outcome, AnswerOutcome::Failed);
    // A suspension holds off the order behind it, which may be shorter.
    assert_eq!(book.apply(Hook::Suspend, &long("M-0.2", 4), done()).1, Applied::Now);
    assert_eq!(book.apply(Hook::Resume, &long("M-0.2", 5), done()).1, Applied::Now);
    assert_eq!(book.apply(Hook::Execute, &case("M-0.2", 6, "M-A17"), done()).1, Applied::Now);
    // What was carried out keeps what it says, with as many answers as fit.
    for step in 7..60 {
        let hook = if step % 2 == 1 { Hook::Suspend } else { Hook::Resume };
        let answer = Outcome::done().with_detail("限".repeat(170));
        let mut case = case("M-0.3", step, "M-A17");
        case.measure.parameters.insert("note".into(), "x".repeat(60_000).into());
        if step == 7 {
            assert_eq!(book.apply(Hook::Execute, &case, answer).1, Applied::Now);
            continue;
        }
        assert_eq!(book.apply(hook, &case, answer).1, Applied::Now, "{step}");
    }
    drop(book);
    let book = CaseBook::open(folder.path()).unwrap();
    let kept = book.of_subject("91350426MA2XYZ1234").find(|entry| entry.case_id == "M-0.3");
    assert_eq!(kept.unwrap().parameters["note"].as_str().map(str::len), Some(60_000));
}

#[test]
fn the_subjects_are_walked_in_pages() {
    let folder = TempDir::new().unwrap();
    let mut book = book(&folder);
    for key in ["B", "A", "C"] {
        let mut case = case(&format!("M-0.{key}"), 1, "M-A17");
        case.subject.key = key.into();
        book.apply(Hook::Execute, &case, done());
    }
    let keys = |after| book.subjects_after(after).collect::<Vec<_>>();
    assert_eq!(keys(None), ["A", "B", "C"]);
    assert_eq!(keys(Some("A")), ["B", "C"]);
    assert_eq!(keys(Some("AA")), ["B", "C"]);
    assert!(keys(Some("C")).is_empty());
}

#[test]
fn a_forgotten_subject_is_nowhere() {
    let folder = TempDir::new().unwrap();
    let mut book = book(&folder);
    let mut other = case("M-0.2", 2, "M-A17");
    other.subject.key = "91350426MA2OTHER99".into();
    book.apply(Hook::Execute, &case("M-0.1", 1, "M-A17"), done());
    book.apply(Hook::Execute, &other, done());
    assert_eq!(book.forget("91350426MA2XYZ1234").outcome, AnswerOutcome::Done);
    assert_eq!(book.forget("91350426MA2XYZ1234").outcome, AnswerOutcome::Done);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("91350426MA2XYZ1234") && !text.contains("M-0.1\""), "{text}");
    }
    assert!(!in_effect(&book, day()));
    assert_eq!(book.in_effect(&other.subject.key, day()).count(), 1);
}

/// What the book must agree with: apply what is newer than all before, by the table.
#[derive(Clone, Copy)]
struct Model {
    last: u64,
    state: State,
}

impl Model {
    fn apply(&mut self, hook: Hook, step: u64) {
        if step <= self.last {
            return;
        }
        self.state = match (hook, self.state) {
            (_, State::Lifted) if hook != Hook::Lift && hook == Hook::Execute => return,
            (_, State::Lifted) | (Hook::Lift, _) => State::Lifted,
            (Hook::Execute, State::Held | State::Suspended) => return,
            (Hook::Execute, _) => State::InEffect,
            (Hook::Suspend, State::InEffect | State::Suspended) => State::Suspended,
            (Hook::Suspend, _) => State::Held,
            (Hook::Resume, State::Idle) => return,
            (Hook::Resume, State::Held) => State::Idle,
            (_, _) => State::InEffect,
        };
        self.last = step;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn repeated_late_and_reordered_calls_end_where_the_newest_say(
        calls in proptest::collection::vec((0..4usize, 1..12u64, any::<bool>()), 0..24)
    ) {
        let folder = TempDir::new().unwrap();
        let mut book = book(&folder);
        let mut model = Model { last: 0, state: State::Idle };
        for (hook, step, restart) in calls {
            let hook = [Hook::Execute, Hook::Suspend, Hook::Resume, Hook::Lift][hook];
            let mut answers = Vec::new();
            for _ in 0..2 {
                let call = case("M-0.1", step, "M-A17");
                let settled = book.settled(hook, &call);
                let (answer, applied) = book.apply(hook, &call, done());
                match settled {
                    Some(settled) => prop_assert_eq!(settled, (answer.clone(), applied)),
                    None => prop_assert_eq!(applied, Applied::Now),
                }
                answers.push(answer.outcome);
                if restart {
                    drop(book);
                    book = CaseBook::open(folder.path()).unwrap();
                }
            }
            prop_assert_eq!(answers[0], answers[1], "a repeated call gets the same answer");
            model.apply(hook, step);
            let state = book.store.get("M-0.1").map_or(State::Idle, |entry| entry.state);
            prop_assert_eq!(state, model.state);
        }
    }
}
