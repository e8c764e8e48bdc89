//! The committed C header says what the Rust contract says, and compilers of C and C++ agree about
//! layout: the header asserts every size and offset itself, with the numbers of the Rust side.
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
    let layout: String = claims()
        .iter()
        .map(|(name, claim)| format!("SHOUXIN_LAYOUT({name}, {claim});\n"))
        .collect();
    include_str!("header.template.h")
        .replace("@NUMBERS@\n", &numbers)
        .replace("@LAYOUT@\n", &layout)
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

/// What both sides must agree about: `(name, claim in C)`.
fn claims() -> Vec<(String, String)> {
    let mut claims = Vec::new();
    macro_rules! layout {
        ($rust:ty, $c:literal, $($field:ident),+ $(,)?) => {
            let short = $c.trim_start_matches("shouxin_");
            let size = size_of::<$rust>();
            claims.push((format!("{short}_size"), format!("sizeof({}) == {size}", $c)));
            $(
                let (field, at) = (stringify!($field), offset_of!($rust, $field));
                let claim = format!("offsetof({}, {field}) == {at}", $c);
                claims.push((format!("{short}_{field}"), claim));
            )+
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
    let mut least = |name: &str, c: &str, bytes: usize| {
        claims.push((name.to_owned(), format!("{c} == {bytes}")));
    };
    least("host_least", "SHOUXIN_HOST_BYTES_MIN", abi::HOST_BYTES_MIN);
    least("descriptor_least", "SHOUXIN_DESCRIPTOR_BYTES_MIN", abi::DESCRIPTOR_BYTES_MIN);
    claims
}

/// Compiles with every warning an error, and says what the compiler said if it refuses.
fn compile(compiler: &str, standard: &str, source: &Path) -> Result<(), String> {
    let output = Command::new(compiler)
        .args([standard, "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", "-I"])
        .arg(include_folder())
        .arg(source)
        .output()
        .unwrap_or_else(|error| panic!("{compiler} did not start: {error}"));
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The languages a plugin is written in. C99 has no static assertion and uses the other form.
const LANGUAGES: [(&str, &str, &str); 4] = [
    ("cc", "-std=c99", "c"),
    ("cc", "-std=c11", "c"),
    ("c++", "-std=c++17", "cpp"),
    ("c++", "-std=c++20", "cpp"),
];

#[test]
fn c99_c11_and_cpp17_take_the_header_without_a_warning() {
    for (compiler, standard, ending) in LANGUAGES {
        let text = "#include \"shouxin_plugin.h\"\nint main(void) { return 0; }\n";
        let source = written(&format!("alone{standard}.{ending}"), text);
        compile(compiler, standard, &source).unwrap_or_else(|said| panic!("{standard}: {said}"));
    }
}

/// The header's own assertions are made from the Rust side; each must be able to fail.
#[test]
fn a_wrong_layout_is_refused_in_every_language() {
    let header = std::fs::read_to_string(include_folder().join("shouxin_plugin.h")).unwrap();
    for (compiler, standard, ending) in LANGUAGES {
        let wrong = [
            ("added", "    void *ctx; /* first", "    void *added; void *ctx; /* first"),
            ("wider", "    uint32_t reserved;    /* 0 */\n", "    uint64_t reserved;\n"),
            ("swapped", "    shouxin_create_fn create;   /* required */\n", ""),
        ];
        for (name, from, to) in wrong {
            let text = header.replace(from, to);
            // What was taken out is put back further down: a field that changed its place.
            let text = match name {
                "swapped" => text.replace("forget;     /*", "forget; shouxin_create_fn create; /*"),
                _ => text,
            };
            assert_ne!(text, header, "{name}");
            let source = written(&format!("wrong_{name}{standard}.{ending}"), &text);
            let said = compile(compiler, standard, &source).unwrap_err();
            assert!(said.contains("layout") || said.contains("static assertion"), "{said}");
        }
    }
}

#[test]
fn the_example_in_c_compiles_without_a_warning() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/minimal.c");
    compile("cc", "-std=c99", &source).unwrap_or_else(|said| panic!("{said}"));
}

#[test]
fn the_class_and_its_example_in_cpp_compile_without_a_warning() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/counter.cpp");
    for standard in ["-std=c++17", "-std=c++20"] {
        compile("c++", standard, &source).unwrap_or_else(|said| panic!("{standard}: {said}"));
    }
    let text = "#include \"shouxin_plugin.hpp\"\nint main() { return 0; }\n";
    compile("c++", "-std=c++17", &written("class.cpp", text))
        .unwrap_or_else(|said| panic!("{said}"));
}

#[test]
fn a_connection_in_cpp_is_closed_once_and_by_whoever_has_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/connection.cpp");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("connection");
    let built = Command::new("c++")
        .args(["-std=c++17", "-Wall", "-Wextra", "-pedantic", "-Werror", "-I"])
        .arg(include_folder())
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let done = Command::new(&program).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}
