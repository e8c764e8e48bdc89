//! The committed C header says what the Rust contract says, and a C compiler agrees about layout.
//!
//! After a change of the contract, `SHOUXIN_WRITE_HEADER=1 cargo test -p shouxin-plugin-abi`
//! writes the header anew; without it, a difference fails the test.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;
use std::mem::{offset_of, size_of};
use std::path::{Path, PathBuf};
use std::process::Command;

use shouxin_plugin_abi as abi;

fn include_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("include")
}

/// The header, with every number taken from the Rust side.
fn render() -> String {
    let mut numbers = String::new();
    let mut define = |name: &str, value: String, note: &str| {
        writeln!(numbers, "#define {name:<28} {value:<12} /* {note} */").unwrap();
    };
    define("SHOUXIN_MAGIC", format!("{:#010x}u", abi::MAGIC), "\"SXP1\"");
    define("SHOUXIN_ABI_MAJOR", format!("{}u", abi::ABI_MAJOR), "another major is another symbol");
    define("SHOUXIN_ABI_MINOR", format!("{}u", abi::ABI_MINOR), "how often something was appended");
    define("SHOUXIN_BODY_BYTES_MAX", format!("{}u", abi::BODY_BYTES_MAX), "request and answer");
    define("SHOUXIN_STATUS_OK", abi::STATUS_OK.to_string(), "done, and answered");
    define("SHOUXIN_STATUS_UNSUPPORTED", abi::STATUS_UNSUPPORTED.to_string(), "not offered");
    define("SHOUXIN_STATUS_BAD_INPUT", abi::STATUS_BAD_INPUT.to_string(), "not understood");
    define("SHOUXIN_STATUS_FAILED", abi::STATUS_FAILED.to_string(), "failed, no more to say");
    define("SHOUXIN_STATUS_PANIC", abi::STATUS_PANIC.to_string(), "set by the Rust kit");
    define("SHOUXIN_ANSWER_OK", abi::ANSWER_OK.to_string(), "copied");
    define("SHOUXIN_ANSWER_TOO_LARGE", abi::ANSWER_TOO_LARGE.to_string(), "the call fails");
    define("SHOUXIN_ANSWER_REPEATED", abi::ANSWER_REPEATED.to_string(), "the first one stands");
    define("SHOUXIN_ANSWER_BAD_POINTER", abi::ANSWER_BAD_POINTER.to_string(), "null with a length");
    define("SHOUXIN_CONNECT_NOT_GRANTED", abi::CONNECT_NOT_GRANTED.to_string(), "no such grant");
    define("SHOUXIN_CONNECT_UNREACHABLE", abi::CONNECT_UNREACHABLE.to_string(), "nobody answers");
    define("SHOUXIN_CONNECT_TIMED_OUT", abi::CONNECT_TIMED_OUT.to_string(), "too slow");
    define("SHOUXIN_CONNECT_BAD_NAME", abi::CONNECT_BAD_NAME.to_string(), "no name of a host");
    define("SHOUXIN_CONNECT_UNAVAILABLE", abi::CONNECT_UNAVAILABLE.to_string(), "not now");
    define("SHOUXIN_LOG_ERROR", abi::LOG_ERROR.to_string(), "needs a person");
    define("SHOUXIN_LOG_WARN", abi::LOG_WARN.to_string(), "odd");
    define("SHOUXIN_LOG_INFO", abi::LOG_INFO.to_string(), "normal");
    define("SHOUXIN_LOG_DEBUG", abi::LOG_DEBUG.to_string(), "for the author");
    include_str!("header.template.h").replace("@NUMBERS@\n", &numbers)
}

#[test]
fn the_committed_header_is_the_contract() {
    let path = include_folder().join("shouxin_plugin.h");
    let wanted = render();
    if std::env::var_os("SHOUXIN_WRITE_HEADER").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap();
    assert!(found == wanted, "include/shouxin_plugin.h differs from the contract in src/lib.rs");
}

/// Lines of C that fail to compile unless C lays the structures out as Rust does.
fn layout_asserts() -> String {
    let mut source = String::from("#include <stddef.h>\n#include \"shouxin_plugin.h\"\n");
    let mut count = 0;
    let mut check = |claim: String| {
        count += 1;
        writeln!(source, "typedef char layout_{count}[({claim}) ? 1 : -1];").unwrap();
    };
    macro_rules! layout {
        ($rust:ty, $c:literal, $($field:ident),+) => {
            check(format!("sizeof({}) == {}", $c, size_of::<$rust>()));
            $(check(format!(
                "offsetof({}, {}) == {}", $c, stringify!($field), offset_of!($rust, $field)
            ));)+
        };
    }
    layout!(abi::Text, "shouxin_text", ptr, len);
    layout!(
        abi::Host,
        "shouxin_host",
        struct_size,
        abi_major,
        abi_minor,
        ctx,
        answer,
        log,
        connect
    );
    layout!(
        abi::Descriptor,
        "shouxin_descriptor",
        magic,
        struct_size,
        abi_major,
        abi_minor,
        reserved,
        name,
        version,
        department,
        create,
        destroy,
        classified,
        execute,
        suspend,
        resume,
        lift,
        forget,
        query
    );
    check(format!("SHOUXIN_DESCRIPTOR_BYTES_MIN == {}", abi::DESCRIPTOR_BYTES_MIN));
    source.push_str("int main(void) { return 0; }\n");
    source
}

fn compile(compiler: &str, arguments: &[&str], source: &Path) -> std::process::Output {
    Command::new(compiler)
        .args(arguments)
        .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", "-I"])
        .arg(include_folder())
        .arg(source)
        .output()
        .unwrap_or_else(|error| panic!("{compiler} did not start: {error}"))
}

#[test]
fn c99_agrees_about_every_size_and_offset() {
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout.c");
    std::fs::write(&source, layout_asserts()).unwrap();
    let output = compile("cc", &["-std=c99"], &source);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_wrong_layout_would_be_noticed() {
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong_layout.c");
    let wrong = layout_asserts().replace("sizeof(shouxin_host) ==", "1 + sizeof(shouxin_host) ==");
    std::fs::write(&source, wrong).unwrap();
    assert!(!compile("cc", &["-std=c99"], &source).status.success());
}

#[test]
fn the_example_in_c_compiles_without_a_warning() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/minimal.c");
    let output = compile("cc", &["-std=c99"], &source);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
