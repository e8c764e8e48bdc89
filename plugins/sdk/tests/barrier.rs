//! The panic barrier and the C side of the kit, through the same functions the register calls.
#![allow(clippy::unwrap_used, clippy::panic, reason = "panicking is what is tested here")]

use serde_json::{Value, json};
use shouxin_plugin::testing::{Bench, case, classification};
use shouxin_plugin::{AnswerOutcome, Case, Config, Error, Handler, Hook, Outcome, abi};
use tempfile::TempDir;

/// Panics when told to, in every way a panic can carry a payload.
struct Touchy {
    executed: u64,
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("again, while the first panic is being cleaned up");
    }
}

impl Handler for Touchy {
    fn create(config: &Config) -> Result<Self, Error> {
        #[derive(Default, serde::Deserialize)]
        struct Settings {
            #[serde(default)]
            refuse: bool,
            #[serde(default)]
            panic: bool,
        }
        let settings: Settings = config.settings()?;
        assert!(!settings.panic, "told to panic in create");
        if settings.refuse {
            return Err(Error::Other("told to refuse".into()));
        }
        Ok(Touchy { executed: 0 })
    }

    fn execute(&mut self, case: &Case) -> Outcome {
        match case.measure.parameters.get("fault").and_then(Value::as_str) {
            Some("text") => panic!("a formatted {}", "text"),
            Some("payload") => std::panic::panic_any(PanicsWhenDropped),
            _ => {}
        }
        self.executed += 1;
        Outcome::done().with_reference(self.executed.to_string())
    }

    fn suspend(&mut self, _case: &Case) -> Outcome {
        Outcome::done()
    }

    fn resume(&mut self, _case: &Case) -> Outcome {
        Outcome::done()
    }

    fn lift(&mut self, _case: &Case) -> Outcome {
        Outcome::done()
    }

    fn forget(&mut self, _subject_key: &str) -> Outcome {
        Outcome::done()
    }
}

shouxin_plugin::export_plugin!(Touchy, name = "touchy", version = "1.2.3", department = "示例局");

fn faulty(fault: &str) -> Case {
    let mut case = case("M-0.1", 1, "M-A01");
    case.measure.parameters.insert("fault".into(), json!(fault));
    case
}

#[test]
fn a_panic_becomes_a_status_and_the_instance_is_out_of_use() {
    for fault in ["text", "payload"] {
        let folder = TempDir::new().unwrap();
        let mut bench = Bench::start::<Touchy>(folder.path(), Value::Null).unwrap();
        let good = case("M-0.1", 1, "M-A01");
        assert_eq!(bench.case(Hook::Execute, &good).unwrap().outcome, AnswerOutcome::Done);

        let refused = bench.case(Hook::Execute, &faulty(fault)).unwrap_err();
        assert_eq!(refused.status, abi::STATUS_PANIC);
        assert!(refused.reason.starts_with("panicked: "), "{}", refused.reason);

        for hook in [Hook::Execute, Hook::Suspend, Hook::Resume, Hook::Lift] {
            assert_eq!(bench.case(hook, &good).unwrap_err().status, abi::STATUS_PANIC);
        }
        assert_eq!(bench.forget("x").unwrap_err().status, abi::STATUS_PANIC);
        assert_eq!(bench.query(&json!({})).unwrap_err().status, abi::STATUS_PANIC);
        assert_eq!(bench.classified(&classification(1)).unwrap_err().status, abi::STATUS_PANIC);

        bench.restart().unwrap();
        let answer = bench.case(Hook::Execute, &good).unwrap();
        assert_eq!(answer.reference.as_deref(), Some("1"), "a new instance begins anew");
    }
}

#[test]
fn create_can_refuse_and_can_panic() {
    let folder = TempDir::new().unwrap();
    for (settings, said) in [
        (json!({"refuse": true}), "told to refuse"),
        (json!({"panic": true}), "panicked: told to panic in create"),
        (json!({"refuse": 7}), "the settings of this plugin do not fit"),
    ] {
        let refused = Bench::start::<Touchy>(folder.path(), settings).err().unwrap();
        assert!(refused.reason.starts_with(said), "{}", refused.reason);
    }
}

#[test]
fn bytes_that_are_no_request_are_refused_and_harm_nothing() {
    let folder = TempDir::new().unwrap();
    let mut bench = Bench::start::<Touchy>(folder.path(), Value::Null).unwrap();
    let valid = case("M-0.1", 1, "M-A01").encode().unwrap();
    for length in 0..valid.len() {
        let refused = bench.call(Hook::Execute, &valid[..length]).unwrap_err();
        assert_eq!(refused.status, abi::STATUS_BAD_INPUT);
    }
    assert_eq!(bench.call(Hook::Lift, b"\xff\x00").unwrap_err().status, abi::STATUS_BAD_INPUT);
    assert!(bench.call(Hook::Execute, &valid).is_ok());
    assert_eq!(bench.query(&json!({})).unwrap_err().status, abi::STATUS_UNSUPPORTED);
}

#[test]
fn null_pointers_are_refused() {
    // SAFETY: the symbol returns a static descriptor.
    let descriptor = unsafe { &*shouxin_plugin_v1() };
    let execute = descriptor.execute.unwrap();
    let nothing = std::ptr::null_mut();
    // SAFETY: null pointers are what is tested; the kit must not follow them.
    unsafe {
        assert_eq!(execute(nothing, std::ptr::null(), std::ptr::null(), 0), abi::STATUS_BAD_INPUT);
        assert_eq!(execute(nothing, std::ptr::null(), std::ptr::null(), 9), abi::STATUS_BAD_INPUT);
        assert!(descriptor.create.unwrap()(std::ptr::null(), std::ptr::null(), 0).is_null());
        descriptor.destroy.unwrap()(nothing);
    }
}

#[test]
fn the_exported_descriptor_says_who_it_is() {
    // SAFETY: the symbol returns a static descriptor whose texts are static strings.
    let (descriptor, name) = unsafe {
        let descriptor = &*shouxin_plugin_v1();
        (descriptor, abi::borrow(descriptor.name.ptr, descriptor.name.len).unwrap())
    };
    assert_eq!(descriptor.magic, abi::MAGIC);
    assert_eq!(descriptor.struct_size as usize, size_of::<abi::Descriptor>());
    assert_eq!(name, b"touchy");
}
