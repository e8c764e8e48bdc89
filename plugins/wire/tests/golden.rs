//! Released messages keep their bytes: each golden file is read, written and compared, and is read
//! again with a field nobody knows yet. The files are never edited; a new message is a new file.

use shouxin_plugin_wire::{
    Answer, BODY_BYTES_MAX, Case, Classified, Config, Forget, Hook, MessageError, Mode,
};

macro_rules! golden {
    ($name:ident, $type:ty, $file:literal) => {
        #[test]
        fn $name() {
            let text = include_str!(concat!("golden/", $file)).trim_end();
            let message = <$type>::decode(text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(message.encode().unwrap()).unwrap(), text);

            let later = text.replacen('{', r#"{"added_later":{"by":["a newer register"]},"#, 1);
            assert_eq!(<$type>::decode(later.as_bytes()).unwrap(), message);
        }
    };
}

golden!(case, Case, "case.json");
golden!(case_with_the_least, Case, "case.minimal.json");
golden!(classified, Classified, "classified.json");
golden!(forget, Forget, "forget.json");
golden!(config, Config, "config.json");
golden!(config_of_a_shadow, Config, "config.shadow.json");
golden!(config_with_connections, Config, "config.connect.json");
golden!(answer, Answer, "answer.json");
golden!(answer_with_the_least, Answer, "answer.minimal.json");

#[test]
fn another_schema_is_refused_with_both_numbers() {
    let error = Forget::decode(br#"{"schema":2,"subject_key":"x"}"#).unwrap_err();
    assert_eq!(error.to_string(), "the message has schema 2, this build reads schema 1");
}

#[test]
fn a_message_has_a_longest_length_in_both_directions() {
    let text = format!(r#"{{"schema":1,"subject_key":"{}"}}"#, "x".repeat(BODY_BYTES_MAX));
    let error = Forget::decode(text.as_bytes()).unwrap_err();
    assert!(matches!(error, MessageError::TooLarge { bytes } if bytes == text.len()));
    let forget = Forget { schema: 1, subject_key: "x".repeat(BODY_BYTES_MAX) };
    assert!(matches!(forget.encode(), Err(MessageError::TooLarge { .. })));
}

#[test]
fn a_date_that_does_not_exist_is_no_message() {
    let text = include_str!("golden/case.json").replace("2027-03-09", "2027-02-29");
    assert!(matches!(Case::decode(text.as_bytes()), Err(MessageError::Shape(_))));
}

#[test]
fn the_key_names_case_hook_and_step() {
    let case = Case::decode(include_bytes!("golden/case.json")).unwrap();
    assert_eq!(Case::key(&case.case_id, Hook::Execute, case.step), case.idempotency_key);
    for hook in Hook::ALL {
        assert_eq!(Hook::from_name(hook.as_str()), Some(hook));
    }
}

/// Every plugin of minor 0 was built before there were modes, and each of them is a live one.
#[test]
fn an_instance_is_live_unless_it_is_told_otherwise() {
    let config = Config::decode(include_bytes!("golden/config.json")).unwrap();
    assert_eq!(config.mode, Mode::Live);
    for (mode, name) in [
        (Mode::Live, "live"),
        (Mode::Shadow, "shadow"),
        (Mode::DryRun, "dry_run"),
        (Mode::Check, "check"),
    ] {
        let text = format!(r#"{{"schema":1,"name":"x","data_dir":"/x","mode":"{name}"}}"#);
        assert_eq!(Config::decode(text.as_bytes()).unwrap().mode, mode);
    }
}
